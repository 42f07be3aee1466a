"""What all remedies share: acts that need only their words, withdrawal, the list, and one laid open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from yibao.casework.cases import (
    Desk,
    Doing,
    Laid,
    Track,
    Waiting,
    act_on,
    lay_open,
    work_list,
)
from yibao.kernel import Refused, Text
from yibao.remedy import contesting, objecting, repairing, store
from yibao.remedy.finding import remedy_of
from yibao.remedy.machines import LISTED, MACHINES
from yibao.remedy.model import Kind, Remedy

_OWN: Mapping[str, str] = {
    "file": "yibao remedy file", "decide": "yibao remedy decide", "grant": "yibao remedy decide --result granted",
    "take_back": "yibao remedy take-back", "uphold": "yibao remedy decide --result upheld",
    "change": "yibao remedy decide --result changed", "annul": "yibao remedy decide --result annulled",
}  # fmt: skip
"""The verbs that need more than words, and the command by which each is done."""

_GUARDED: Mapping[str, Callable[[Desk, int, Doing], int]] = {
    "insist": objecting.insist, "let_lapse": objecting.let_lapse, "lifted": repairing.lifted,
}  # fmt: skip
"""The verbs that need no more than words, but are not always in time."""


def act(desk: Desk, case_id: int, verb: str, doing: Doing) -> int:
    """Do what needs no more than its words; refuses a verb that has a function of its own. Gives the act's number."""
    found = remedy_of(desk.unit, case_id)
    if verb in _OWN:
        raise Refused(
            "casework.needs_more",
            zh="这个动作需要更多内容，请用它自己的命令",
            en="this act needs more; use the command that is its own",
            where=found.case.number,
            wanted=_OWN[verb],
            came=verb,
            todo=Text(zh="用 yibao remedy --help 查看", en="see yibao remedy --help"),
        )
    if verb in _GUARDED:
        return _GUARDED[verb](desk, case_id, doing)
    if found.kind is Kind.CONTEST and verb in ("withdraw", "not_accept"):
        return contesting.end(desk, case_id, verb, doing)
    return act_on(desk, MACHINES[found.kind], verb, {case_id: doing})[case_id]


def listing(
    desk: Desk, day: int, *, mine: bool = False, closed: bool = False, limit: int = 50
) -> list[Waiting]:
    """Give the remedies that somebody may see: what runs out first on top."""
    return work_list(desk, {Track.REMEDY: LISTED}, day, mine=mine, closed=closed, limit=limit)


def shown(desk: Desk, case_id: int) -> tuple[Remedy, Laid]:
    """Lay one remedy open to somebody who may see it; the look is written down."""
    found = remedy_of(desk.unit, case_id)
    return found, lay_open(desk, {Track.REMEDY: MACHINES[found.kind]}, case_id)


def about_json(found: Remedy) -> dict[str, Any]:
    """Give what a remedy is about as plain values."""
    return {
        "kind": str(found.kind),
        "file": found.subject,
        "fact": found.fact,
        "about_case": found.about_case,
    }


def remedies_of(desk: Desk, fact: int) -> list[Remedy]:
    """Give the remedies about a fact, oldest first."""
    return [remedy_of(desk.unit, row.case_id) for row in store.about_facts(desk.unit.connection, [fact])]
