"""Money: integer fen (分), ratios in basis points, and rounding that always has a name.

No float touches money: a yuan amount that arrives as a float has already lost what we would have to prove.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal, NewType

from yibao.kernel.errors import Refused, Text
from yibao.kernel.ids import normalise

Fen = NewType("Fen", int)
"""A hundredth of a yuan."""
BasisPoints = NewType("BasisPoints", int)
"""A ten-thousandth: 8,500 basis points are 85 %."""

_WHOLE: Final = 10_000
_FEN_IN: Final = {"yuan": (100, "元"), "wan": (1_000_000, "万元")}
_SPELLING: Final = re.compile(r"([+-]?)[¥]?(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d*))?元?")


class Rounding(StrEnum):
    """The roundings an instrument may prescribe; halves and signs are told apart."""

    HALF_UP = "half_up"
    """四舍五入: halves away from zero."""
    HALF_EVEN = "half_even"
    """四舍六入五成双: halves to the even neighbour."""
    DOWN = "down"
    """舍去: towards zero."""
    UP = "up"
    """进一: away from zero."""


def divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Divide exactly and round once, by name; the denominator is positive.

    >>> [divide(n, 2, Rounding.HALF_EVEN) for n in (1, 3, -1)]
    [0, 2, 0]
    """
    if denominator <= 0:
        raise ValueError(f"denominator must be positive, came {denominator}")
    quotient, rest = divmod(abs(numerator), denominator)
    up = {
        Rounding.HALF_UP: 2 * rest >= denominator,
        Rounding.HALF_EVEN: 2 * rest > denominator or (2 * rest == denominator and quotient % 2 == 1),
        Rounding.DOWN: False,
        Rounding.UP: rest > 0,
    }[Rounding(rounding)]
    return (quotient + up) * (1 if numerator >= 0 else -1)


def parse_fen(amount: str | int | Decimal) -> Fen:
    """Read an amount in yuan, exactly, as fen.

    Takes text (full-width digits, correct thousands separators, a sign, ¥ and 元 allowed), whole yuan as int,
    or Decimal. Raises `Refused`: ``kernel.money_float`` for floats, ``kernel.money_precision`` for a part of
    a fen (zeros beyond the fen are fine), ``kernel.money`` for anything else.

    >>> parse_fen("1,234.50"), parse_fen("１２.３０"), parse_fen(7)
    (123450, 1230, 700)
    """
    if isinstance(amount, float | bool):
        raise Refused(
            "kernel.money_float",
            zh="金额不能用浮点数，分位可能已经失真",
            en="money never comes as a float: its fen may already be lost",
            wanted="文本、整数元或 Decimal",
            came=f"{type(amount).__name__} {amount!r}",
            todo=Text(zh="按文本读取这一列", en="read this column as text"),
        )
    text = f"{amount:f}" if isinstance(amount, Decimal) else normalise(str(amount))
    found = _SPELLING.fullmatch(text.replace("￥", "¥"))
    if found is None:
        raise Refused(
            "kernel.money",
            zh="不是可识别的金额",
            en="not an amount of money",
            wanted="1234.50 | 1,234.50 | -12",
            came=text,
        )
    sign, yuan, decimals = found[1], found[2].replace(",", ""), found[3] or ""
    if decimals[2:].strip("0"):
        raise Refused(
            "kernel.money_precision",
            zh="金额比分还细",
            en="the amount is finer than a fen",
            wanted="至多两位小数 / at most two decimals",
            came=text,
            todo=Text(zh="说明舍入办法后再导入", en="state the rounding rule, round, then load"),
        )
    fen = int(yuan) * 100 + int(decimals[:2].ljust(2, "0"))
    return Fen(-fen if sign == "-" else fen)


def format_fen(
    fen: int,
    unit: Literal["yuan", "wan"] = "yuan",
    *,
    thousands: bool = True,
    rounding: Rounding = Rounding.HALF_UP,
) -> str:
    """Write fen as people read them: 元 exactly, or 万元 to two decimals with a named rounding.

    >>> format_fen(123450), format_fen(-5), format_fen(123450000, "wan")
    ('1,234.50 元', '-0.05 元', '123.45 万元')
    """
    size, name = _FEN_IN[unit]
    hundredths = divide(fen, size // 100, rounding)
    whole, rest = divmod(abs(hundredths), 100)
    return f"{'-' if hundredths < 0 else ''}{whole:{',' if thousands else ''}}.{rest:02d} {name}"


def share(fen: int, basis_points: int, rounding: Rounding = Rounding.HALF_UP) -> Fen:
    """Give that many basis points of an amount, in fen.

    >>> share(1_000_01, 8_500)
    85001
    """
    return Fen(divide(fen * basis_points, _WHOLE, rounding))


def split(fen: int, weights: Sequence[int]) -> list[Fen]:
    """Split an amount by weights without losing a fen: largest remainders first, then the earliest.

    Weights are non-negative integers with a positive sum; anything else raises `Refused`
    (``kernel.split_weights``).

    >>> split(100, [1, 1, 1]), split(-100, [1, 1, 1])
    ([34, 33, 33], [-34, -33, -33])
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise Refused(
            "kernel.split_weights",
            zh="分摊权数须为非负整数且合计大于零",
            en="weights must be non-negative integers with a positive sum",
            came=str(list(weights)),
        )
    sign, amount = (1, fen) if fen >= 0 else (-1, -fen)
    parts = [amount * weight // total for weight in weights]
    by_remainder = sorted(range(len(parts)), key=lambda i: -(amount * weights[i] % total))
    for i in by_remainder[: amount - sum(parts)]:
        parts[i] += 1
    return [Fen(sign * part) for part in parts]
