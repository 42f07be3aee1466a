"""Notices: that an institution was told of its findings, when and by whom. What follows from a notice is a case's matter.

From here on what the institution takes back is *returned* and no longer a correction of its own (`corrections`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from yibao.casework.findings import store
from yibao.casework.findings.model import finding_code, finding_number
from yibao.casework.findings.outputs.institutions import chosen, institutions, nobody
from yibao.casework.findings.outputs.listing import check_rule
from yibao.casework.findings.outputs.looking import known_by_run, looking
from yibao.kernel import Event, EventKind, Refused, Text, date_of, today
from yibao.store import Home, Lake, Register, UnitOfWork


@dataclass(frozen=True, slots=True)
class Notice:
    """One recorded notice: to whom, on which day, of how many findings with how much at stake."""

    number: int
    institution_code: str
    institution: str
    day: int
    document: str | None
    findings: tuple[str, ...]
    at_stake_fen: int
    actor: str

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return {**told, "day": date_of(self.day).isoformat(), "findings": list(self.findings)}


def give_notice(
    home: Home,
    register: Register,
    *,
    actor: str,
    codes: Sequence[str] | None = None,
    institution: str | None = None,
    rule: str | None = None,
    day: int | None = None,
    document: str | None = None,
    on_wait: Callable[[], None] | None = None,
) -> list[Notice]:
    """Record that institutions were given notice of open findings: those named, or all of an institution or a rule.

    One notice an institution; a finding that was noticed before is left out, so that saying it twice changes nothing.
    ``day`` is the day of service (today, if not given), ``document`` the number of the letter. Raises `Refused`:
    ``casework.notice_of_nothing``, ``casework.unknown_finding``, ``casework.finding_closed``,
    ``casework.unknown_institution``, ``audit.unknown_rule``.
    """
    if not codes and institution is None and rule is None:
        raise Refused(
            "casework.notice_of_nothing",
            zh="没有说明要通知哪些疑点",
            en="it is not said of which findings notice was given",
            wanted="FINDING… | --institution | --rule",
            came="—",
        )
    check_rule(rule)
    with looking(home, register, ("institution",), known_no=known_by_run(register)) as look:
        known = institutions(look)
    ids = chosen(known, institution) if institution is not None else None
    served = day if day is not None else today()
    with register.exclusive("audit", on_wait=on_wait), register.unit_of_work(actor=actor) as unit:
        wanted = [finding_number(code) for code in codes] if codes else None
        found = store.headers(
            unit.connection, ids=wanted, institution_ids=ids, rules=[rule] if rule else None, state=None
        )
        _check(codes or (), found)
        fresh = [h for h in found if h.state == "open" and h.notice is None]
        given = []
        known_no = max((b.known_no or 0 for b in Lake(home, register).batches()), default=0)
        for key, told in record_notices(unit, fresh, known_no, served, document, actor).items():
            one, codes_told = (
                known.get(key) or nobody(key),
                tuple(finding_code(h.finding_id) for h in told.headers),
            )
            given.append(
                Notice(
                    told.number, one.code, one.name, served, document, codes_told, told.at_stake_fen, actor
                )
            )
    return given


@dataclass(frozen=True, slots=True)
class Told:
    """What one notice told: its number, and the headers it speaks of."""

    number: int
    headers: tuple[Row[Any], ...]

    @property
    def at_stake_fen(self) -> int:
        """Give how much is at stake in it."""
        return sum(int(h.at_stake_fen) for h in self.headers)


def record_notices(
    unit: UnitOfWork, fresh: Sequence[Row[Any]], known_no: int, day: int, document: str | None, actor: str
) -> dict[int, Told]:
    """Record one notice an institution of open findings of which none was given yet, in the caller's transaction.

    ``known_no`` is what is known now: what an institution takes back from here on is returned, not corrected.
    """
    told = {}
    for key, group in groupby(sorted(fresh, key=lambda h: (h.institution_id, h.finding_id)), _whose):
        mine = tuple(group)
        fen = sum(int(h.at_stake_fen) for h in mine)
        number = store.give_notice(
            unit.connection, [h.finding_id for h in mine], institution_id=key, day=day, document=document,
            known_no=known_no, findings=len(mine), at_stake_fen=fen, actor=actor,
        )  # fmt: skip
        body = {"institution_id": key, "findings": len(mine), "at_stake_fen": fen, "day": day}
        unit.emit(Event(EventKind.FINDING_NOTICED, f"notice:{number}", {**body}))
        told[key] = Told(number, mine)
    return told


def _whose(header: Row[Any]) -> int:
    return int(header.institution_id)


def _check(codes: Sequence[str], found: Sequence[Row[Any]]) -> None:
    """Refuse a code that is none of the findings asked for, and one that is closed."""
    states = {h.finding_id: h.state for h in found}
    for code in codes:
        state = states.get(finding_number(code))
        if state is None:
            raise Refused(
                "casework.unknown_finding",
                zh="没有这个疑点，或不属于所给的机构或规则",
                en="there is no such finding, or it is not of the given institution or rule",
                came=code,
                todo=Text(zh="用 yibao findings 查看编号", en="see the codes with yibao findings"),
            )
        if state != "open":
            raise Refused(
                "casework.finding_closed",
                zh="疑点已了结，不再通知",
                en="the finding is closed; no notice is given of it",
                wanted="open",
                came=f"{code}: {state}",
                todo=Text(zh="用 yibao explain 查看经过", en="see what became of it with yibao explain"),
            )
