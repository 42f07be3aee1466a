from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yibao.engine import OPERATIONS, Engine, open_engine
from yibao.engine.operations import Operation, spell
from yibao.engine.translate import parse
from yibao.kernel import Refused

INT64_MAX = 2**63 - 1
AMOUNT = st.one_of(st.integers(-(4 * 10**9), 4 * 10**9), st.integers(-3, 3), st.none())
WIDE = st.one_of(st.integers(-(2**62), 2**62), st.integers(-20, 20), st.none())
PRICE = st.one_of(st.integers(-9 * 10**15, 9 * 10**15), st.integers(-(4 * 10**12), 4 * 10**12), st.none())
QUANTITY = st.one_of(st.integers(-9 * 10**10, 9 * 10**10), st.integers(-20_000, 20_000), st.none())


@pytest.fixture(scope="module", params=["duckdb", "sqlite"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with open_engine(request.param, memory_mib=256, threads=1) as opened:
        yield opened


def call(engine: Engine, expression: str, columns: dict[str, Sequence[int | None]]) -> list[int | None]:
    names = list(columns)
    length = len(columns[names[0]])
    engine.bind(
        "t",
        arrow=pa.table(
            {"i": pa.array(range(length), pa.int64())}
            | {name: pa.array(values, pa.int64()) for name, values in columns.items()}
        ),
    )
    rows = engine.run(f"SELECT i, {expression} AS v FROM t").to_pylist()
    return [row["v"] for row in sorted(rows, key=lambda row: int(row["i"]))]


def half_up(numerator: int, denominator: int) -> int:
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def truncated(a: int | None, b: int | None) -> int | None:
    if a is None or b is None or b == 0:
        return None
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def shared(amount: int | None, part: int | None, whole: int | None) -> int | None:
    if amount is None or part is None or whole is None or whole <= 0:
        return None
    return half_up(amount * part, whole)


def priced(price: int | None, quantity: int | None) -> int | None:
    return None if price is None or quantity is None else half_up(price * quantity, 10**8)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(WIDE, WIDE), min_size=1, max_size=40))
def test_int_div_agrees_with_exact_integers(
    engine: Engine, rows: list[tuple[int | None, int | None]]
) -> None:
    a, b = zip(*rows, strict=True)
    assert call(engine, "int_div(a, b)", {"a": a, "b": b}) == [truncated(*row) for row in rows]


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(AMOUNT, AMOUNT, AMOUNT), min_size=1, max_size=40))
def test_share_fen_agrees_with_exact_integers(
    engine: Engine, rows: list[tuple[int | None, int | None, int | None]]
) -> None:
    rows = [row for row in rows if abs((row[0] or 0) * (row[1] or 0)) <= INT64_MAX] or [(1, 1, 2)]
    a, p, w = zip(*rows, strict=True)
    assert call(engine, "share_fen(a, p, w)", {"a": a, "p": p, "w": w}) == [shared(*row) for row in rows]


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(PRICE, QUANTITY), min_size=1, max_size=40))
def test_price_times_quantity_agrees_with_exact_integers(
    engine: Engine, rows: list[tuple[int | None, int | None]]
) -> None:
    p, q = zip(*rows, strict=True)
    assert call(engine, "price_times_quantity_fen(p, q)", {"p": p, "q": q}) == [priced(*row) for row in rows]


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(WIDE, WIDE), min_size=1, max_size=40))
def test_least_greatest_and_flag_agree_with_exact_integers(
    engine: Engine, rows: list[tuple[int | None, int | None]]
) -> None:
    a, b = zip(*rows, strict=True)
    known = [None if None in row else row for row in rows]
    columns = {"a": a, "b": b}
    assert call(engine, "least2(a, b)", columns) == [None if r is None else min(r) for r in known]  # type: ignore[type-var]
    assert call(engine, "greatest2(a, b)", columns) == [None if r is None else max(r) for r in known]  # type: ignore[type-var]
    assert call(engine, "flag(a < b)", columns) == [int(r is not None and r[0] < r[1]) for r in known]  # type: ignore[operator]


@pytest.mark.parametrize(
    "expression",
    [
        "share_fen(a, a, 1)",
        "share_fen(a, -3, 5)",
        "price_times_quantity_fen(a, 90000000001)",
        "price_times_quantity_fen(90000000001, a)",
    ],
)
def test_out_of_bounds_raises_and_is_never_inexact(engine: Engine, expression: str) -> None:
    """Also inside a condition, where no result type would give an overflow away."""
    engine.bind("t", arrow=pa.table({"a": [9_100_000_000_000_000_000]}))
    for sql in (f"SELECT {expression} AS v FROM t", f"SELECT 1 AS v FROM t WHERE {expression} > 5"):
        with pytest.raises(Refused) as refused:
            engine.run(sql)
        assert refused.value.code == "engine.failed"


def test_literals_count_in_64_bits(engine: Engine) -> None:
    engine.bind("t", arrow=pa.table({"a": [1]}))
    result = engine.run("SELECT price_times_quantity_fen(1999999, 2000000) AS v FROM t")
    assert result.to_pylist() == [{"v": half_up(1_999_999 * 2_000_000, 10**8)}]


def test_unknown_functions_and_wrong_arguments_are_refused(engine: Engine) -> None:
    engine.bind("t", arrow=pa.table({"a": [1]}))
    for sql, code in (
        ("SELECT no_such(a) AS v FROM t", "engine.function"),
        ("SELECT int_div(a) AS v FROM t", "engine.operation_arguments"),
    ):
        with pytest.raises(Refused) as refused:
            engine.run(sql)
        assert refused.value.code == code


def test_an_engine_without_a_spelling_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    only_duckdb = Operation("twice", ("a",), "BIGINT", {"duckdb": "a * 2"})
    monkeypatch.setattr("yibao.engine.operations.OPERATIONS", {**OPERATIONS, "twice": only_duckdb})
    tree = parse("SELECT twice(a) AS v FROM t").copy()
    with pytest.raises(Refused) as refused:
        spell(tree, "sqlite")
    assert refused.value.code == "engine.operation"
    spell(tree, "duckdb")
    assert tree.sql("duckdb") == "SELECT (a * 2) AS v FROM t"
