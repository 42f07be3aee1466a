"""The book of statuses: who may be settled on a day, answered from memory, for whoever asks of every bill.

It is a projection of the facts and holds nothing that cannot be made again: loaded whole, it is byte for byte what it was;
brought up to date, it is what loading would give. Nothing of it is stored. It is loaded when a program starts and refreshed
as often as the program likes: where nothing was written, that is one count.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from yibao.archive import files
from yibao.archive.files import Fact, FactKind, SubjectKind, standing
from yibao.archive.points.folding import timeline
from yibao.archive.points.model import INSTRUMENTS, OWN_KINDS, Answer
from yibao.policy import Policy
from yibao.store import UnitOfWork

_ALL = (*OWN_KINDS, *INSTRUMENTS, FactKind.ANNULLED)
_AT_FIRST = (FactKind.REGISTERED, FactKind.COMMITTED)
_LOOKS_BACK = 20_000
"""How many of the newest facts are remembered by number: one that was numbered earlier may be committed later."""


@dataclass(frozen=True, slots=True)
class _Page:
    """One person's answers: the first day of each stretch, and the answer of each."""

    days: tuple[int, ...]
    answers: tuple[Answer, ...]

    def on(self, day: int) -> Answer:
        return self.answers[bisect_right(self.days, day) - 1]


@dataclass(slots=True)
class StatusBook:
    """The status of every practitioner on every day, by the key in the lake or by the number of the file."""

    policy: Policy
    nobody: _Page
    by_key: dict[int | str, _Page] = field(default_factory=dict)
    mark: tuple[int, int] = (0, 0)
    _seen: set[int] = field(default_factory=set)

    @classmethod
    def load(cls, unit: UnitOfWork, policy: Policy) -> StatusBook:
        """Load the book from all files: about ten seconds for 60 000 persons."""
        book = cls(policy, _page(timeline((), policy)))
        book._reload(unit)
        return book

    def status(self, key: int | str, day: int) -> Answer:
        """Give the answer for a person on a day: by key in the lake (a number) or by number of the file (a text).

        Somebody without a file is not registered.
        """
        return self.by_key.get(key, self.nobody).on(day)

    def refresh(self, unit: UnitOfWork) -> int:
        """Take in what was written since; give for how many persons something may have changed."""
        mark = files.fact_mark(unit)
        if mark == self.mark:
            return 0
        numbers = files.numbers_since(unit, self.mark[1] - _LOOKS_BACK)
        new = files.facts_numbered(unit, [one for one in numbers if one not in self._seen])
        touched = self._touched(unit, new)
        if touched is None or self.mark[0] + len(new) != mark[0]:
            self._reload(unit)
            return len(self.by_key)
        root = files.roots(unit)
        groups = {root.get(one, one) for one in touched}
        for group in groups:
            mine = files.together(unit, group)
            page = _page(timeline(files.known_of(unit, group), self.policy))
            for head in (files.subject(unit, one) for one in mine):
                if head.kind is SubjectKind.PRACTITIONER:
                    self._write(head.number, head.lake_key, page)
        self.mark = mark
        self._remember(one.id for one in new)
        return len(groups)

    def as_bytes(self) -> bytes:
        """Give the whole book as bytes, the same for the same facts."""
        rows = sorted(
            (str(key), [one.as_json() for one in page.answers]) for key, page in self.by_key.items()
        )
        return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()

    def _reload(self, unit: UnitOfWork) -> None:
        self.mark = files.fact_mark(unit)
        counts = standing(files.facts_of_kinds(unit, _ALL))
        root = files.roots(unit)
        own: dict[int, list[Fact]] = {}
        for one in counts:
            if one.kind in OWN_KINDS:
                own.setdefault(root.get(one.subject, one.subject), []).append(_alone(one))
        alike: dict[tuple[object, ...], _Page] = {}
        self.by_key = {}
        for head in files.every_head(unit, SubjectKind.PRACTITIONER):
            mine = own.get(root.get(head.id, head.id), [])
            # of most people nothing is known but when they were registered and committed themselves
            same = tuple((one.kind, one.day) for one in mine if one.kind in _AT_FIRST)
            page = alike.get(same) if len(same) == len(mine) else None
            if page is None:
                page = _page(timeline(mine, self.policy))
                if len(same) == len(mine):
                    alike[same] = page
            self._write(head.number, head.lake_key, page)
        self._seen = set()
        self._remember(files.numbers_since(unit, self.mark[1] - _LOOKS_BACK))

    def _write(self, number: str, lake_key: int | None, page: _Page) -> None:
        self.by_key[number] = page
        if lake_key is not None:
            self.by_key[lake_key] = page

    def _remember(self, numbers: Iterable[int]) -> None:
        self._seen.update(numbers)
        if len(self._seen) > 2 * _LOOKS_BACK:
            self._seen = {one for one in self._seen if one > self.mark[1] - _LOOKS_BACK}

    def _touched(self, unit: UnitOfWork, new: Iterable[Fact]) -> set[int] | None:
        """Give whose answers the new facts may change; None where files were joined or parted."""
        touched, lifted = set(), []
        for one in new:
            touched.add(one.subject)
            if one.kind is FactKind.JOINED:
                return None
            if one.kind is FactKind.ANNULLED and one.rests_on is not None:
                lifted.append(one.rests_on)
        if lifted:
            what = files.with_grounds(unit, [files.fact(unit, one) for one in lifted])
            if any(one.kind is FactKind.JOINED for one in what):
                return None
            touched |= {one.subject for one in files.resting(unit, [one.id for one in what])}
        return touched


def _page(answers: tuple[Answer, ...]) -> _Page:
    return _Page(tuple(one.from_day for one in answers), answers)


def _alone(one: Fact) -> Fact:
    """Give a fact that is known to stand without what it rests on, which is in another file."""
    return Fact(
        one.id,
        one.subject,
        one.kind,
        one.day,
        one.known_day,
        one.body,
        None,
        one.source,
        one.actor,
        one.entry,
    )
