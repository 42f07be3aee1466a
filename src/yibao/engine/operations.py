"""The named operations: what the engines can only agree on when each is told in its own words.

A rule writes them as function calls; `spell` replaces the call in the syntax tree by the engine's spelling.

``int_div(a, b)``
    Integer quotient, truncated toward zero (``int_div(-7, 2) = -3``). NULL when b is 0.
``share_fen(amount, part, whole)``
    ``amount × part ÷ whole`` in fen, rounded half up on the absolute value, sign kept: -0.5 becomes -1.
    NULL when ``whole`` is not positive. Exact for ``|amount × part| ≤ 9 223 372 036 854 775 807``.
``price_times_quantity_fen(price, quantity)``
    A unit price in 1/1 000 000 yuan (national field pric 16,6) times a quantity in 1/10 000 unit (cnt 16,4),
    in fen: ``price × quantity ÷ 10⁸``, rounded half up on the absolute value, sign kept. Exact for
    ``|price| ≤ 9×10¹⁵`` and ``|quantity| ≤ 9×10¹⁰``.
``least2(a, b)``, ``greatest2(a, b)``
    The smaller, the greater of two; NULL when either is NULL.
``flag(condition)``
    1 when the condition holds, 0 when it does not or is unknown.

Every operation but `flag` is NULL when an argument is NULL. Outside the bounds SQLite raises an overflow,
where it would otherwise go on in floating point without a word; DuckDB and Spark count in 128 bits or 38
digits and raise when the result leaves 64 bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import sqlglot
from sqlglot import exp

from yibao.kernel import Refused

# SQLite has no way to raise inside an expression but an overflow: abs() of the least integer. The multiple of
# an argument keeps the optimiser from evaluating it before the row is there.
_SQLITE_OVERFLOW = "abs(-9223372036854775807 - 1 + 0 * {0})"

_EVERY_LEAST2 = "CASE WHEN a <= b THEN a WHEN a > b THEN b END"
_EVERY_GREATEST2 = "CASE WHEN a >= b THEN a WHEN a < b THEN b END"
_EVERY_FLAG = "CASE WHEN condition THEN 1 ELSE 0 END"
_SIGN_OF_PRODUCT = "CASE WHEN ({0} < 0) = ({1} < 0) THEN 1 ELSE -1 END"


@dataclass(frozen=True, slots=True)
class Operation:
    """A named operation: its arguments in order, and its spelling per dialect in terms of them.

    ``returns`` is the type of the result; None means the type of the first argument.
    """

    name: str
    arguments: tuple[str, ...]
    returns: str | None
    spellings: Mapping[str, str]


def _everywhere(text: str) -> dict[str, str]:
    return {"duckdb": text, "sqlite": text, "spark": text}


_LIST = (
    Operation(
        "int_div",
        ("a", "b"),
        "BIGINT",
        {"duckdb": "a // NULLIF(b, 0)", "sqlite": "a / NULLIF(b, 0)", "spark": "a DIV NULLIF(b, 0)"},
    ),
    Operation(
        "share_fen",
        ("amount", "part", "whole"),
        "BIGINT",
        {
            "duckdb": "CASE WHEN whole > 0 THEN CAST((abs(CAST(amount AS HUGEINT) * part) * 2 + whole)"
            " // (CAST(whole AS HUGEINT) * 2) AS BIGINT)"
            f" * {_SIGN_OF_PRODUCT.format('amount', 'part')} END",
            # q + (r >= whole - r) rounds half up without doubling the product, which fills 64 bits already.
            "sqlite": "CASE WHEN whole > 0 THEN CASE"
            " WHEN abs(amount) > 9223372036854775807 / NULLIF(abs(part), 0)"
            f" THEN {_SQLITE_OVERFLOW.format('amount')}"
            " ELSE (abs(amount * part) / whole"
            " + (abs(amount * part) % whole >= whole - abs(amount * part) % whole))"
            f" * {_SIGN_OF_PRODUCT.format('amount', 'part')} END END",
            "spark": "CASE WHEN whole > 0 THEN"
            " ((abs(CAST(amount AS DECIMAL(19, 0)) * CAST(part AS DECIMAL(19, 0))) * 2"
            " + CAST(whole AS DECIMAL(19, 0))) DIV (CAST(whole AS DECIMAL(19, 0)) * 2))"
            f" * {_SIGN_OF_PRODUCT.format('amount', 'part')} END",
        },
    ),
    Operation(
        "price_times_quantity_fen",
        ("price", "quantity"),
        "BIGINT",
        {
            "duckdb": "CAST((abs(CAST(price AS HUGEINT) * quantity) + 50000000) // 100000000 AS BIGINT)"
            f" * {_SIGN_OF_PRODUCT.format('price', 'quantity')}",
            # The price is split at 10⁸, so that neither partial product leaves 64 bits.
            "sqlite": "CASE WHEN abs(price) > 9000000000000000 OR abs(quantity) > 90000000000"
            f" THEN {_SQLITE_OVERFLOW.format('price')}"
            " ELSE (abs(price) / 100000000 * abs(quantity)"
            " + (abs(price) % 100000000 * abs(quantity) + 50000000) / 100000000)"
            f" * {_SIGN_OF_PRODUCT.format('price', 'quantity')} END",
            "spark": "((abs(CAST(price AS DECIMAL(19, 0)) * CAST(quantity AS DECIMAL(19, 0)))"
            " + CAST(50000000 AS DECIMAL(19, 0))) DIV CAST(100000000 AS DECIMAL(19, 0)))"
            f" * {_SIGN_OF_PRODUCT.format('price', 'quantity')}",
        },
    ),
    Operation("least2", ("a", "b"), None, _everywhere(_EVERY_LEAST2)),
    Operation("greatest2", ("a", "b"), None, _everywhere(_EVERY_GREATEST2)),
    Operation("flag", ("condition",), "BIGINT", _everywhere(_EVERY_FLAG)),
)

OPERATIONS: Mapping[str, Operation] = {operation.name: operation for operation in _LIST}
"""The closed list of named operations, by name."""


def operation_of(call: exp.Expr) -> Operation | None:
    """Give the operation a function call names, or None."""
    if not isinstance(call, exp.Anonymous):
        return None
    return OPERATIONS.get(call.name.lower())


def spell(tree: exp.Expr, dialect: str) -> None:
    """Replace, in place, every named operation by its spelling in the dialect.

    Raises `Refused` for a function nobody knows (``engine.function``), a wrong number of arguments
    (``engine.operation_arguments``) and an operation the engine has no spelling for (``engine.operation``).
    """
    # Breadth first, reversed: an inner call is spelled before the call around it copies it.
    for call in reversed(list(tree.find_all(exp.Anonymous))):
        call.replace(_spelled(call, dialect))


def _spelled(call: exp.Anonymous, dialect: str) -> exp.Expr:
    operation = operation_of(call)
    if operation is None:
        raise Refused(
            "engine.function",
            zh="没有这个函数",
            en="there is no such function",
            wanted=", ".join(OPERATIONS),
            came=call.name,
        )
    if len(call.expressions) != len(operation.arguments):
        raise Refused(
            "engine.operation_arguments",
            zh="具名运算的参数个数不对",
            en="the named operation takes another number of arguments",
            where=operation.name,
            wanted=f"{operation.name}({', '.join(operation.arguments)})",
            came=call.sql("duckdb"),
        )
    if dialect not in operation.spellings:
        raise Refused(
            "engine.operation",
            zh="该引擎没有这个具名运算的写法",
            en="the engine has no spelling for the named operation",
            where=operation.name,
            wanted=", ".join(operation.spellings),
            came=dialect,
        )
    given = dict(zip(operation.arguments, call.expressions, strict=True))
    spelling = _parsed(operation.spellings[dialect], dialect).copy()
    for column in list(spelling.find_all(exp.Column)):
        column.replace(_enclosed(given[column.name]))
    return exp.Paren(this=spelling)


@cache
def _parsed(text: str, dialect: str) -> exp.Expr:
    return sqlglot.parse_one(text, read=dialect)


def _enclosed(argument: exp.Expr) -> exp.Expr:
    plain = isinstance(argument, exp.Column | exp.Literal | exp.Paren | exp.Cast)
    return argument.copy() if plain else exp.Paren(this=argument.copy())
