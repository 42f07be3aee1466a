"""Adoptions (采信): a region's instrument by which what a rule finds counts as a clear violation there, for a time.

A rule whose ground is not national, or rests on a number nobody confirmed, says «suspicious» at most. A bureau may take
it upon itself to say more: by an instrument, with a named approver, from a day on. That is a file ``adoptions.yaml`` in
the region's folder, and nothing in code:

    split_stay:
      - from: 2026-01-01
        until: 2027-01-01          # the first day on which it no longer holds; may be left out
        instrument: 某市医保局关于……的通知
        article: 第三条
        approver: 张某（基金监管处处长）
"""

from __future__ import annotations

import re
from itertools import combinations
from typing import Final

from yibao.kernel import OPEN_END, Located, Region
from yibao.policy.entries import read_day, read_line, read_mapping, read_period, refuse
from yibao.policy.model import Adoption

_REQUIRED: Final = ("from", "instrument", "article", "approver")
_OPTIONAL: Final = ("until",)
_RULE: Final = re.compile(r"[a-z][a-z0-9_]*")
_COUNTRY: Final = Region("000000")


def read_adoptions(content: object, where: str, region: Region) -> tuple[Adoption, ...]:
    """Read a region's adoptions; refuses what is not whole, what overlaps, and any in the country's folder.

    What the country publishes is a rule's own origin and needs no adoption. Whether there is such a rule, the audit
    knows.
    """
    if region == _COUNTRY:
        raise refuse(
            "folder", where, "采信由各地作出", "adoptions are made by regions", "33…/adoptions.yaml", where
        )
    if not isinstance(content, Located):
        raise refuse(
            "shape",
            where,
            "文件须是规则编号到采信的映射",
            "a mapping",
            "split_stay: [- from: …]",
            repr(content),
        )
    found: list[Adoption] = []
    for rule, items in content.items():
        at = content.where(rule)
        if not _RULE.fullmatch(rule):
            raise refuse("shape", at, "规则编号的写法不对", "not a rule's id", "split_stay", rule)
        if not isinstance(items, list) or not items:
            raise refuse("shape", at, "缺少采信列表", "no list of adoptions", "- from: …", repr(items))
        mine = [_adoption(rule, item, at, region) for item in items]
        for one, other in combinations(mine, 2):
            if one.period.overlaps(other.period):
                raise refuse(
                    "overlap",
                    other.where,
                    "两次采信的期间重叠",
                    "two adoptions hold on the same day",
                    "互不重叠的期间 / periods apart",
                    f"{rule} {one.period} ({one.where}), {other.period}",
                )
        found += sorted(mine, key=lambda a: a.period)
    return tuple(found)


def _adoption(rule: str, item: object, where: str, region: Region) -> Adoption:
    entry = read_mapping(item, where, required=_REQUIRED, optional=_OPTIONAL)
    until = OPEN_END if entry.get("until") is None else read_day(entry, "until")
    return Adoption(
        rule=rule,
        period=read_period(entry, read_day(entry, "from"), until),
        instrument=read_line(entry, "instrument"),
        article=read_line(entry, "article"),
        approver=read_line(entry, "approver"),
        region=region,
        where=entry.where(),
    )
