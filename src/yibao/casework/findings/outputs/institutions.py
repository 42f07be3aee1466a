"""Institutions as papers name them, read from the lake."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from yibao.casework.findings.outputs.looking import Look
from yibao.casework.findings.outputs.words import UNKNOWN, named
from yibao.kernel import Refused, Text

_KINDS = {"1": "医疗机构", "2": "零售药店"}


@dataclass(frozen=True, slots=True)
class Institution:
    """An institution as papers name it."""

    institution_id: int
    code: str
    name: str
    level: str
    region: str
    kind: str

    @property
    def standing(self) -> str:
        """Give the level, or the kind of an institution that has none, such as a pharmacy."""
        return self.kind if self.level == UNKNOWN else self.level


def institutions(look: Look, ids: Collection[int] | None = None) -> dict[int, Institution]:
    """Give institutions by key: all, or those asked for. Needs ``raw_institution``."""
    rows = look.rows("SELECT institution_id, institution_no, name, level, region, kind FROM raw_institution")
    return {
        row["institution_id"]: Institution(
            institution_id=row["institution_id"],
            code=row["institution_no"],
            name=row["name"],
            level=named("hosp_lv", row["level"]) or UNKNOWN,
            region=row["region"] or UNKNOWN,
            kind=_KINDS.get(row["kind"] or "", UNKNOWN),
        )
        for row in rows
        if ids is None or row["institution_id"] in ids
    }


def chosen(known: dict[int, Institution], asked: str) -> list[int]:
    """Give the keys of the institutions meant by a code, or by a part of a name; refuses where there are none."""
    word = asked.strip()
    exact = [key for key, one in known.items() if one.code == word]
    found = exact or [key for key, one in known.items() if word and word in one.name]
    if not found:
        raise Refused(
            "casework.unknown_institution",
            zh="没有这样的医药机构",
            en="there is no such institution",
            wanted="机构编码，或名称的一部分 / a code, or a part of a name",
            came=asked,
            todo=Text(zh="核对编码或名称", en="check the code or the name"),
        )
    return found


def nobody(institution_id: int) -> Institution:
    """Stand in for an institution whose row the lake no longer shows."""
    return Institution(institution_id, str(institution_id), UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)
