"""The tracks by name: which machine each walks, and which room does its verbs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from yibao.casework import agreement, designation, penalty
from yibao.casework.cases import Case, Desk, Doing, Machine, Track, cases
from yibao.kernel import Refused

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
    )
