"""Amounts in capitals (大写金额), as 支付结算办法 and 会计基础工作规范 have them written on what binds.

整 stands after 元 and after 角, none after 分; several zeros inside are one 零; where yuan are there, jiao are zero and
fen are not, 零 stands between. Where the rule leaves a choice we write no 零.
"""

from __future__ import annotations

from typing import Final

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_UNITS: Final = ("", "拾", "佰", "仟")
_GROUPS: Final = ("", "万", "亿")
_HIGHEST: Final = 10**14
"""A trillion yuan in fen: above any fund, and beyond what four digits of 亿 can say."""


def in_capitals(fen: int) -> str:
    """Write an amount of fen in capitals, without the 人民币 that stands before it.

    Raises ``ValueError`` below zero and from a trillion yuan on: no document states such a sum.

    >>> in_capitals(3_856_000), in_capitals(1_640_902), in_capitals(5)
    ('叁万捌仟伍佰陆拾元整', '壹万陆仟肆佰零玖元零贰分', '伍分')
    """
    if not 0 <= fen < _HIGHEST:
        raise ValueError(f"no amount of a document: {fen}")
    yuan, rest = divmod(fen, 100)
    jiao, cent = divmod(rest, 10)
    whole = f"{_whole(yuan)}元" if yuan else ""
    tenths = f"{_DIGITS[jiao]}角" if jiao else ""
    gap = "零" if yuan and cent and not jiao else ""
    hundredths = f"{gap}{_DIGITS[cent]}分" if cent else "整"
    return f"{whole}{tenths}{hundredths}" if fen else "零元整"


def _whole(yuan: int) -> str:
    """Write whole yuan: four digits a group, 零 once wherever something is left out inside."""
    words, wanted_zero = "", False
    for place in range(len(_GROUPS) - 1, -1, -1):
        group = yuan // 10 ** (4 * place) % 10_000
        if not group:
            wanted_zero = bool(words)
            continue
        if words and (wanted_zero or group < 1_000):
            words += "零"
        words += _four(group) + _GROUPS[place]
        wanted_zero = False
    return words


def _four(group: int) -> str:
    words, wanted_zero = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if not digit:
            wanted_zero = bool(words)
            continue
        words += ("零" if wanted_zero else "") + _DIGITS[digit] + _UNITS[place]
        wanted_zero = False
    return words
