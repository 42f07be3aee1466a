"""What the story is about: a finding of the city whose lines one doctor ordered, and which no case holds yet."""

from __future__ import annotations

from dataclasses import dataclass

from yibao.bootstrap import House
from yibao.casework.cases import holders
from yibao.casework.findings import OrderedFinding, bills_of_doctor, finding_code, ordered_findings
from yibao.kernel import Refused, Text


@dataclass(frozen=True, slots=True)
class Plot:
    """One finding to play with: its code, whose it is, which doctor ordered the lines, and what is at stake."""

    code: str
    rule: str
    institution_id: int
    practitioner_id: int
    day: int
    at_stake_fen: int


RULES = ("nominal_stay", "recorded_not_executed", "up_coding")
"""By which rules the story likes best to begin: beds that nobody lay in, work that nobody did, codes that paid more."""


def find_plot(house: House, *, last_day: int, without: frozenset[int] = frozenset()) -> Plot:
    """Give a free finding whose lines one doctor ordered, not after a day, not of the institutions ``without``.

    By the rules that the story likes best where there are such, most money first. Raises `Refused`
    (``story.no_finding``) where the city has none.
    """
    found = ordered_findings(house.home, house.register)
    with house.register.unit_of_work("story") as unit:
        held = holders(unit, [one.finding_id for one in found])
    for one in sorted(found, key=lambda one: _liking(one.rule)):
        if one.day <= last_day and one.institution_id not in without and one.finding_id not in held:
            return _plot(one)
    raise Refused(
        "story.no_finding",
        zh="没有可以演示的疑点：需要未立案、由一名医生开单的疑点",
        en="no finding to play with: it takes one that no case holds, ordered by one doctor",
        todo=Text(zh="先 make demo，或重建演示数据", en="run make demo, or build the demo anew"),
    )


def _liking(rule: str) -> int:
    return RULES.index(rule) if rule in RULES else len(RULES)


def _plot(one: OrderedFinding) -> Plot:
    return Plot(
        finding_code(one.finding_id),
        one.rule,
        one.institution_id,
        one.practitioner_id,
        one.day,
        one.at_stake_fen,
    )


@dataclass(frozen=True, slots=True)
class Refusable:
    """A settled line of a doctor's after a day: bill, line, day, and what the fund paid of the bill."""

    bill: str
    line: str
    day: int
    fund_fen: int
    institution_id: int


def later_bill(house: House, practitioner_id: int, after: int) -> list[Refusable]:
    """Give the first bill of the city in which a doctor ordered something on or after a day; nothing where there is none."""
    found = bills_of_doctor(house.home, house.register, practitioner_id, after, limit=1)
    return [Refusable(one.bill, "", one.day, one.fund_fen, one.institution_id) for one in found]
