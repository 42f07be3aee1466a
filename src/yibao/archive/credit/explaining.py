"""Explaining (解释): from the grade to the class, the sub-item, the row, the event, the evidence and the ledger's receipt.

And what would raise the score most: every way is tried on the same function, nothing is estimated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from yibao.archive import files
from yibao.archive.credit.grades import Grade, grade_on
from yibao.archive.credit.grammar import Bands, marks_text
from yibao.archive.credit.measuring import read_by
from yibao.archive.credit.model import WINDOW_NAMES, Inputs, Line, Measure, Scored
from yibao.archive.credit.scale import scale_of
from yibao.archive.credit.scoring import score
from yibao.archive.credit.service import needs_set, own_facts
from yibao.archive.files import FACT_NAMES, Fact, FactKind, Subject
from yibao.kernel import Text, date_of
from yibao.ledger import Receipt, receipt
from yibao.policy import Policy
from yibao.store import UnitOfWork

MOST_WAYS = 5
"""Ways to a better score that are shown."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact on which a row rests: what, when, by whom, of which case or finding, and the receipt that swears to it."""

    fact: Fact
    receipt: Receipt
    case: str | None = None
    """The case behind it: its own, or that of the instrument on which it rests, in whatever file that stands."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        body = self.fact.body
        return {
            "fact": self.fact.id, "kind": str(self.fact.kind), "name": FACT_NAMES[self.fact.kind].zh,
            "day": date_of(self.fact.day).isoformat(), "by": self.fact.actor, "case": self.case,
            "finding": body.get("finding"), "document": body.get("document"), "rests_on": self.fact.rests_on,
            "receipt": {
                "entry": self.receipt.entry, "leaf_hash": self.receipt.leaf_hash.hex(),
                "position": self.receipt.position,
            },
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a better score: what would have to be otherwise, the score then, and the grade."""

    what: Text
    indicator: str
    gain: Fraction
    shown: str
    grade: str | None

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "what": self.what.zh, "what_en": self.what.en, "indicator": self.indicator, "gain": str(self.gain),
            "shown": self.shown, "grade": self.grade,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score with everything it rests on."""

    head: Subject
    scored: Scored
    grade: Grade | None
    """The confirmed grade in force, which alone has effects."""
    evidence: Mapping[int, Evidence]
    """By fact."""
    ways: tuple[Way, ...]

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values, as a tree: classes, sub-items, rows."""
        return {
            "subject": self.head.number, "confirmed": None if self.grade is None else self.grade.as_json(),
            **self.scored.as_json(rows=False), "classes": [self._class(lines) for lines in self._classes()],
            "would_raise": [way.as_json() for way in self.ways],
        }  # fmt: skip

    def _classes(self) -> list[list[Line]]:
        return _grouped(self.scored.lines, lambda line: line.indicator.category.zh)

    def _class(self, lines: Sequence[Line]) -> dict[str, Any]:
        return {
            "class": lines[0].indicator.category.zh, "lost": marks_text(sum(line.lost for line in lines)),
            "subitems": [
                {
                    "subitem": some[0].indicator.subitem.zh, "lost": marks_text(sum(line.lost for line in some)),
                    "rows": [self._row(line) for line in some],
                }
                for some in _grouped(lines, lambda line: line.indicator.subitem.zh)
            ],
        }  # fmt: skip

    def _row(self, line: Line) -> dict[str, Any]:
        one = line.indicator
        rests_on = [self.evidence[c.fact].as_json() for c in line.charges if c.fact in self.evidence]
        select = one.feed.select or one.feed.over
        return {
            **line.as_json(), "definition": one.definition, "scoring": one.scoring_text, "status": one.status,
            "window": WINDOW_NAMES[one.window].zh, "legal_basis": one.legal_basis, "source": one.source,
            "measured_by": None if select is None else {"select": select, "reads": list(read_by(select))},
            "evidence": rests_on,
        }  # fmt: skip


def explain(
    unit: UnitOfWork, policy: Policy, head: Subject, inputs: Inputs, day: int, known_on: int | None = None
) -> Explanation:
    """Explain the score of a subject on a day, as known on a day, down to the ledger's receipts."""
    facts = own_facts(unit, head, known_on)
    name = needs_set(head)
    scored = score(facts, inputs, policy, day, known_on, set_name=name)
    named = {charge.fact for line in scored.lines for charge in line.charges}
    named |= {limit.fact for limit in scored.limits if limit.fact is not None}
    evidence = {
        one.id: Evidence(one, receipt(unit, one.entry), _case_of(unit, one))
        for one in facts
        if one.id in named
    }
    grade = grade_on(facts, day, known_on)
    return Explanation(head, scored, grade, evidence, ways_up(facts, inputs, policy, scored))


def _case_of(unit: UnitOfWork, one: Fact) -> str | None:
    """Give the case behind a fact: points rest on a determination, that on an instrument, that on a case's decision."""
    named = one.body.get("case")
    if named is None and one.rests_on is not None:
        return _case_of(unit, files.fact(unit, one.rests_on))
    return None if named is None else str(named)


def ways_up(facts: Sequence[Fact], inputs: Inputs, policy: Policy, scored: Scored) -> tuple[Way, ...]:
    """Give the ways that would raise the score (or better the grade) most, best first; each is tried."""
    name, day, known_on = scored.set.name, scored.day, scored.known_on
    scale = scale_of(policy, name, day, known_on)

    def tried(what: Text, indicator: str, kept: Sequence[Fact], given: Inputs) -> Way:
        then = score(kept, given, policy, day, known_on, set_name=name, scale=scale)
        return Way(what, indicator, then.score - scored.score, then.shown, then.grade)

    ways = [
        tried(_reach(line), line.indicator.id, facts, _perfect(inputs, line))
        for line in scored.lines
        if line.lost and line.indicator.id in inputs.measures
    ]
    for chain, (charge_facts, indicator) in _acts(scored).items():
        gone = charge_facts | {f.id for f in facts if f.rests_on in charge_facts}
        what = Text(
            zh=f"事实 {_listed(charge_facts)} 到期、修复或被撤销（{chain}）",
            en=f"fact {_listed(charge_facts)} expires, is repaired or annulled ({chain})",
        )
        ways.append(tried(what, indicator, [f for f in facts if f.id not in gone], inputs))
    now = scale.rank(scored.grade) if scored.grade is not None else len(scale.grades)
    better = [
        (now - (scale.rank(way.grade) if way.grade is not None else now), way.gain, way) for way in ways
    ]
    useful = sorted((b for b in better if b[0] > 0 or b[1] > 0), key=lambda b: (-b[0], -b[1], b[2].indicator))
    return tuple(way for _, _, way in useful[:MOST_WAYS])


def _acts(scored: Scored) -> dict[str, tuple[set[int], str]]:
    """Give the acts that cost marks or cap the grade: their facts, and the first row that names them."""
    acts: dict[str, tuple[set[int], str]] = {}
    charges = [c for line in scored.lines if not line.indicator.earned for c in line.charges]
    for charge in sorted(
        charges, key=lambda c: c.counted_in is not None
    ):  # first the row in which it is charged
        named = charge.case or f"{FactKind.OBSERVED}:{charge.fact}"
        acts.setdefault(named, (set(), charge.indicator))[0].add(charge.fact)
    charged = {fact for facts, _ in acts.values() for fact in facts}
    for limit in scored.limits:
        if limit.fact is not None and limit.fact not in charged:
            acts.setdefault(f"{limit.indicator}:{limit.fact}", (set(), limit.indicator))[0].add(limit.fact)
    return acts


def _reach(line: Line) -> Text:
    scoring = line.indicator.scoring
    assert isinstance(scoring, Bands)
    sign, threshold = ("≥" if scoring.rising else "≤"), scoring.steps[0][0]
    said = f"{threshold / 100:g}%" if scoring.measure == "bp" else f"{threshold}"
    return Text(
        zh=f"{line.indicator.name.zh}达到 {sign}{said}（现为 {line.numerator}/{line.denominator}）",
        en=f"{line.indicator.name.en} {sign} {said} (now {line.numerator}/{line.denominator})",
    )


def _perfect(inputs: Inputs, line: Line) -> Inputs:
    """Give the inputs as they would be if a row's figure reached its best band."""
    scoring = line.indicator.scoring
    assert isinstance(scoring, Bands)
    had = inputs.measures[line.indicator.id]
    best = Measure(had.denominator if scoring.rising else 0, had.denominator)
    return replace(inputs, measures={**inputs.measures, line.indicator.id: best})


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(str(n) for n in sorted(numbers))


def _grouped(lines: Sequence[Line], key: Any) -> list[list[Line]]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(key(line), []).append(line)
    return list(groups.values())
