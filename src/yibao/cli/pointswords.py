"""How whom one holds responsible is written on a line: ``P0000001=D1:main``, ``P0000002=B1:general:confessed:band``."""

from __future__ import annotations

from yibao.archive import files, points
from yibao.archive.points import Adjustment, Responsible
from yibao.casework.cases import Desk
from yibao.kernel import Refused, Text


def responsible_of(desk: Desk, word: str, reason: str, day: int) -> Responsible:
    """Read one; the level may be the house's word or the region's. Raises `Refused` (``cli.responsible``)."""
    person, _, rest = word.partition("=")
    parts = rest.split(":")
    adjusted = parts[2] if len(parts) > 2 else None
    if (
        not 2 <= len(parts) <= 4
        or adjusted not in (None, *Adjustment)
        or (len(parts) == 4 and parts[3] != "band")
    ):
        raise Refused(
            "cli.responsible",
            zh="责任人写得不对",
            en="whom one holds responsible is not written right",
            wanted=f"P0000001=D1:main，P0000001=B1:general:{'|'.join(Adjustment)}[:band]",
            came=word,
            todo=Text(
                zh="依次是人员、情形、责任程度，有情节的再写情节",
                en="person, behaviour, level, and a circumstance where there is one",
            ),
        )
    return Responsible(
        subject=files.find_subject(desk.unit, person).id,
        behaviour=parts[0],
        level=points.level_of(desk.policy, parts[1], day),
        reason=reason,
        adjusted=None if adjusted is None else Adjustment(adjusted),
        by_band=len(parts) == 4,
    )
