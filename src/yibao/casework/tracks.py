"""The tracks by name: which machine each walks, which room does its verbs, and how a case goes from one to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from yibao.access import Permission, Target, check
from yibao.casework import agreement, designation, penalty, rounds
from yibao.casework.cases import (
    Case,
    CaseFault,
    Desk,
    Doing,
    Kept,
    Laid,
    LinkKind,
    Machine,
    Organ,
    Track,
    attach,
    cases,
    institutions,
    lay_open,
    merge,
    open_cases,
    opening_about,
    openings_about,
    pass_on,
    split,
    take_on,
)
from yibao.casework.cases import verify_cases as compare
from yibao.casework.documents import CaseRef, Document, of_case
from yibao.casework.findings.model import finding_number
from yibao.casework.findings.outputs.ruletext import rule_of
from yibao.casework.rounds import Line
from yibao.kernel import Refused, Text
from yibao.store import Home, Register

MACHINES: Final[Mapping[Track, Machine]] = {
    Track.AGREEMENT: agreement.MACHINE,
    Track.PENALTY: penalty.MACHINE,
    Track.DESIGNATION: designation.MACHINE,
}
"""The machines of the tracks whose unit is a case; that of the payment audit is a line in a round."""

TRACKS: Final[Mapping[Track, Machine]] = {Track.AUDIT: rounds.LINE, **MACHINES}
"""The machines of all tracks, the lines of rounds among them: what one person's work list is made of."""


def act(desk: Desk, case_id: int, verb: str, doing: Doing) -> int:
    """Do a verb that needs no more than its words, on whatever track the case walks; give the act's number."""
    match track_of(desk, case_id):
        case Track.PENALTY:
            return penalty.act(desk, case_id, verb, doing)
        case Track.AGREEMENT:
            return agreement.act(desk, case_id, verb, doing)
        case Track.DESIGNATION:
            return designation.act(desk, case_id, verb, doing)
        case other:
            raise wrong_track(str(other))


def lay_case_open(desk: Desk, number: int) -> Laid:
    """Lay a case of any track open; a line of a round with the papers that its round issued about it.

    An institution sees its lines by ``yibao round show``. Raises `Refused`: ``casework.inside_only``, and as
    `cases.lay_open` does.
    """
    laid = lay_open(desk, TRACKS, number) if track_of(desk, number) is not Track.AUDIT else None
    if laid is not None:
        return laid
    [line] = rounds.open_lines(desk, [the_case(desk, number).number])
    if desk.actor.institution_id is not None:
        raise Refused(
            "casework.inside_only", zh="这是经办机构内部的办理记录", en="these are the agency's own records",
            where=line.number,
            todo=Text(zh=f"用 yibao round show {line.finding} 查看", en=f"see it with yibao round show {line.finding}"),
        )  # fmt: skip
    laid = lay_open(desk, TRACKS, number)
    there = {one.slug for one in line_papers(desk, line)}
    return replace(laid, missing=tuple(one for one in laid.missing if one.slug not in there))


def line_papers(desk: Desk, line: Line) -> list[Document]:
    """Give what a round issued about a line: the papers to its institution, and those inside that name its finding."""
    whose = institutions(desk.unit, [line.institution_id])[line.institution_id].code
    return [
        one
        for one in of_case(desk.unit, CaseRef("round", line.round))
        if one.voided is None and (one.recipient_code == whose or line.finding in str(one.data))
    ]


def attach_files(desk: Desk, numbers: Sequence[int], files: Sequence[Kept], doing: Doing) -> dict[int, int]:
    """Bring files that a party handed in into its cases, of whatever track; give the act's number, by case."""
    acts: dict[int, int] = {}
    for number in dict.fromkeys(numbers):
        acts |= attach(desk, TRACKS[track_of(desk, number)], files, {number: doing})
    return acts


def open_about(
    desk: Desk, home: Home, register: Register, track: Track, codes: Sequence[str], doing: Doing, *,
    cause: str | None = None, each: bool = False,
) -> list[Case]:  # fmt: skip
    """Open cases about findings, one about all of them or one each, with what is at stake in each purse.

    What a round handed over goes into the case with its money (转稽核). Raises `Refused` as `cases.openings_about` and
    `cases.open_cases` do, ``casework.held`` among them.
    """
    ids = [finding_number(code) for code in codes]
    taken_from = frozenset(rounds.frozen(desk, ids).values())
    known = {key: one.money for key, one in rounds.stakes_about(desk, home, register, ids).items()}
    found = openings_about(desk.unit, codes, cause, taken_from=taken_from, purses=known)
    if each:
        about = [(replace(one, cause=cause or _cause(one.cause)), told) for one, told in found]
    else:
        named = cause or "、".join(dict.fromkeys(_cause(one.cause) for one, _ in found))
        about = [opening_about(desk.unit, codes, named, taken_from=taken_from, purses=known)]
    opened = [(one, replace(doing, amounts=told)) for one, told in about]
    return open_cases(desk, MACHINES[track], "register", opened)


def _cause(rule: str) -> str:
    """Give the cause (案由) under which findings of a rule are handled; the rule itself where the catalogue lost it."""
    known = rule_of(rule)
    return known.case_cause.zh if known is not None else rule


def hand_over(desk: Desk, case_id: int, doing: Doing) -> Case:
    """Hand an agreement disposal over to the bureau: it ends, and a penalty case opens with its findings; gives that."""
    return pass_on(
        desk, case_id, LinkKind.HANDED_OVER, "hand_over", agreement.MACHINE, "taken_over", penalty.MACHINE, Organ.BUREAU,
        doing,
    )  # fmt: skip


def return_to_agency(desk: Desk, case_id: int, doing: Doing) -> Case:
    """Return a penalty case to the agency: it ends, and an agreement disposal opens with its findings; gives that."""
    return pass_on(
        desk, case_id, LinkKind.RETURNED, "return_to_agency", penalty.MACHINE, "returned", agreement.MACHINE,
        Organ.AGENCY, doing,
    )  # fmt: skip


def pass_case(desk: Desk, case_id: int, doing: Doing) -> Case:
    """Pass a case on to the other side, agency to bureau or bureau to agency; gives the case that opens there."""
    return (return_to_agency if _track(desk, case_id) is Track.PENALTY else hand_over)(desk, case_id, doing)


def take_case_on(desk: Desk, case_id: int, doing: Doing) -> int:
    """Acknowledge a case that the other side passed on; gives the act's number."""
    return take_on(desk, MACHINES[_track(desk, case_id)], case_id, doing)


def split_case(
    desk: Desk, case_id: int, codes: Sequence[str], doing: Doing, *, cause: str | None = None
) -> Case:
    """Split findings of a case off into a new one on the same track; gives that."""
    if _track(desk, case_id) is Track.PENALTY:
        return penalty.split_off(desk, case_id, codes, doing, cause=cause)
    return split(desk, agreement.MACHINE, case_id, codes, agreement.GO_ALONG, doing, cause=cause)


def merge_cases(desk: Desk, case_id: int, into: int, doing: Doing) -> int:
    """Merge a case into another of the same track and party; gives the act's number."""
    return merge(desk, MACHINES[_track(desk, case_id)], case_id, into, doing)


def verify_cases(desk: Desk) -> tuple[int, list[CaseFault]]:
    """Compare every act and amount of every track with the ledger; give how many acts, and each difference."""
    check(desk.actor, Permission.LEDGER_READ, Target(region=desk.actor.region))
    return compare(desk.unit)


def _track(desk: Desk, case_id: int) -> Track:
    track = track_of(desk, case_id)
    if track not in (Track.PENALTY, Track.AGREEMENT):
        raise wrong_track(str(track))
    return track


def track_of(desk: Desk, case_id: int) -> Track:
    """Give the track of a case; refuses a case that there is not."""
    return the_case(desk, case_id).track


def the_case(desk: Desk, case_id: int) -> Case:
    """Give a case; refuses one that there is not."""
    return cases(desk.unit, [case_id])[0]


def wrong_track(track: str) -> Refused:
    """Say that an act belongs to another track."""
    return Refused(
        "casework.other_track",
        zh="这个动作不属于案件所在的轨道",
        en="this act does not belong to the track of the case",
        wanted=" | ".join(MACHINES),
        came=track,
        todo=Text(
            zh="用 yibao case show 查看案件的轨道和能做的动作",
            en="see its track and what can be done with yibao case show",
        ),
    )
