"""The tracks by name: which machine each walks, which room does its verbs, and how a case goes from one to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from yibao.access import Permission, Target, check
from yibao.casework import agreement, designation, penalty
from yibao.casework.cases import (
    Case,
    CaseFault,
    Desk,
    Doing,
    LinkKind,
    Machine,
    Organ,
    Track,
    cases,
    merge,
    pass_on,
    split,
    take_on,
)
from yibao.casework.cases import verify_cases as compare
from yibao.kernel import Refused, Text

MACHINES: Final[Mapping[Track, Machine]] = {
    Track.AGREEMENT: agreement.MACHINE,
    Track.PENALTY: penalty.MACHINE,
    Track.DESIGNATION: designation.MACHINE,
}
"""The machines of the tracks whose unit is a case; that of the payment audit is a line in a round."""


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
