from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yibao.kernel import Refused, Rounding, divide, format_fen, parse_fen, share, split

FEN = st.integers(-(10**15), 10**15)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1,234.50", 123450),
        ("１２.３０", 1230),
        ("１，２３４．５０", 123450),
        (" 0 ", 0),
        ("-0.05", -5),
        ("+7", 700),
        ("12.", 1200),
        ("12.3", 1230),
        ("12.340000", 1234),
        ("¥1,000,000元", 100_000_000),
        ("￥8", 800),
        ("007.10", 710),
        (12, 1200),
        (-3, -300),
        (Decimal("0.10"), 10),
        (Decimal("1E+2"), 10_000),
        ("99999999999999.99", 9_999_999_999_999_999),
    ],
)
def test_amounts_are_read_exactly(text: str | int | Decimal, fen: int) -> None:
    assert parse_fen(text) == fen


@pytest.mark.parametrize(
    ("came", "code"),
    [
        (0.1, "kernel.money_float"),
        (True, "kernel.money_float"),
        ("0.001", "kernel.money_precision"),
        (Decimal("1.005"), "kernel.money_precision"),
        ("", "kernel.money"),
        ("12,34", "kernel.money"),
        ("1234,567", "kernel.money"),
        ("1e3", "kernel.money"),
        ("--1", "kernel.money"),
        ("十二元", "kernel.money"),
        ("1.2.3", "kernel.money"),
        (".5", "kernel.money"),
        ("NaN", "kernel.money"),
        (Decimal("NaN"), "kernel.money"),
        ("3万元", "kernel.money"),
    ],
)
def test_what_is_not_an_exact_amount_is_refused(came: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_fen(came)
    assert refusal.value.code == code


@given(FEN, st.booleans())
def test_what_is_written_can_be_read_back(fen: int, thousands: bool) -> None:
    assert parse_fen(format_fen(fen, thousands=thousands).removesuffix(" 元")) == fen


@pytest.mark.parametrize(
    ("fen", "rounding", "text"),
    [
        (123_455_000, Rounding.HALF_UP, "123.46 万元"),
        (123_455_000, Rounding.DOWN, "123.45 万元"),
        (123_445_000, Rounding.HALF_EVEN, "123.44 万元"),
        (-123_455_000, Rounding.HALF_UP, "-123.46 万元"),
        (-4_999, Rounding.HALF_UP, "0.00 万元"),
        (1, Rounding.UP, "0.01 万元"),
        (12_345_678_900_000, Rounding.HALF_UP, "12,345,678.90 万元"),
    ],
)
def test_wan_yuan_round_by_name(fen: int, rounding: Rounding, text: str) -> None:
    assert format_fen(fen, "wan", rounding=rounding) == text


def exact(value: Fraction, rounding: Rounding) -> int:
    """An independent reading of each rounding's definition, on exact fractions."""
    low = value.numerator // value.denominator
    if value == low:
        return low
    toward, away = (low, low + 1) if value > 0 else (low + 1, low)
    gap = abs(value - toward)
    match rounding:
        case Rounding.DOWN:
            return toward
        case Rounding.UP:
            return away
        case Rounding.HALF_UP:
            return away if gap >= Fraction(1, 2) else toward
        case Rounding.HALF_EVEN:
            return round(value)


@given(FEN, st.integers(1, 10**6), st.sampled_from(Rounding))
def test_division_rounds_as_defined(numerator: int, denominator: int, rounding: Rounding) -> None:
    assert divide(numerator, denominator, rounding) == exact(Fraction(numerator, denominator), rounding)


def test_division_by_nothing_is_a_defect() -> None:
    with pytest.raises(ValueError, match="positive"):
        divide(1, 0, Rounding.UP)


@given(FEN, st.integers(0, 10_000))
def test_a_share_is_within_half_a_fen(fen: int, basis_points: int) -> None:
    assert abs(share(fen, basis_points) - Fraction(fen * basis_points, 10_000)) <= Fraction(1, 2)


@given(FEN, st.lists(st.integers(0, 10**9), min_size=1).filter(any))
def test_splitting_loses_no_fen(fen: int, weights: list[int]) -> None:
    parts = split(fen, weights)
    assert sum(parts) == fen
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(fen * weight, sum(weights))) < 1
        assert weight or part == 0


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_weights_that_say_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(Refused, match=r"kernel\.split_weights"):
        split(100, weights)
