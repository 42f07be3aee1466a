"""Names and numbers of people who do not exist: common surnames and given names, ids that check and belong to nobody."""

from __future__ import annotations

from typing import Final

import numpy as np

from yibao.city.arrays import Ints, in_order, ints
from yibao.city.calendar import dates
from yibao.city.people import COUNTIES, People
from yibao.city.text import Texts, chosen, joined, numbered

_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘"
    "于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹"
    "薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_FIRST: Final = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建文志国春海晓佳子梓雨欣浩宇思嘉俊博天心一诺"
)
_SECOND: Final = "华英梅兰珍芬玲平生军民福祥林强辉波鹏飞燕云凤萍琴琳洁颖慧怡涵轩泽然琪妍彤睿晨阳宁安"
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS: Final = "10X98765432"
_CHUNKS_APART: Final = 60
"""So many chunks have serial numbers of their own; the next ones were born in the next county."""

_NUMBER_BASE: Final = 20_000_000_000_000
_NUMBER_STEP: Final = 7


def full_names(luck: Ints) -> Texts:
    """Give names of two or three characters; the earlier a surname in the list, the more often it falls."""
    at = ((luck % 9_973) ** 2 // 9_973 * len(_SURNAMES)) // 9_973
    first = luck // 9_973 % len(_FIRST)
    second = luck // 500_000 % (len(_SECOND) + len(_SECOND) // 4)
    words = [*_SECOND, *[""] * (len(_SECOND) // 4)]
    return joined(chosen([*_SURNAMES], at), chosen([*_FIRST], first), chosen(words, second))


def person_numbers(number: Ints) -> Texts:
    """Give person numbers of 20 digits that begin with the city's code."""
    return numbered("990100", _NUMBER_BASE + number * _NUMBER_STEP)


def citizen_ids(people: People, chunk: int) -> Texts:
    """Give 18-digit ids with a right check digit and the code of a county that is in no real register."""
    order = in_order(people.county, people.birth)
    same = np.r_[False, (np.diff(people.birth[order]) == 0) & (np.diff(people.county[order]) == 0)]
    place = np.arange(len(people))
    turn = np.empty(len(people), dtype=np.int64)
    turn[order] = place - np.maximum.accumulate(np.where(same, 0, place))
    serial = (chunk * 8 + turn) % 499 * 2 + np.where(people.sex == 1, 1, 2)
    county = ints([int(c) for c in COUNTIES])[(people.county + chunk // _CHUNKS_APART) % len(COUNTIES)]
    body = county * 10**11 + dates(people.birth) * 1_000 + serial
    digits = body[:, None] // 10 ** np.arange(16, -1, -1, dtype=np.int64) % 10
    check = (digits * ints(_ID_WEIGHTS)).sum(axis=1) % 11
    return joined(numbered("", body), chosen([*_ID_CHECKS], check))
