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

Every operation but `flag` is NULL when an argument is NULL. All of it is 64-bit integer arithmetic; outside
the bounds an engine raises an overflow (``engine.failed``) rather than give an inexact result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import sqlglot
from sqlglot import exp

from yibao.kernel import Refused

# The spellings differ in the word for a whole quotient and in what happens beyond 64 bits: DuckDB and Spark
# raise by themselves, SQLite goes on in floating point. It has no way to raise inside an expression but an
# overflow, abs() of the least integer; the multiple of an argument keeps the optimiser from evaluating it
# before the row is there.
_QUOTIENT = {"duckdb": "//", "sqlite": "/", "spark": "DIV"}
_SQLITE_OVERFLOW = "abs(-9223372036854775807 - 1 + 0 * {argument})"

_SIGN = "CASE WHEN ({a} < 0) = ({b} < 0) THEN 1 ELSE -1 END"

# q + (r >= whole - r) rounds half up without doubling the product, which may fill 64 bits already.
_SHARE = (
    "(abs(amount * part) {div} whole"
    " + CASE WHEN abs(amount * part) % whole >= whole - abs(amount * part) % whole THEN 1 ELSE 0 END)"
    f" * {_SIGN.format(a='amount', b='part')}"
)
_SHARE_TOO_LARGE = "abs(amount) > 9223372036854775807 / NULLIF(abs(part), 0)"

# The price is split at 10⁸, so that neither partial product leaves 64 bits.
_PRICED = (
    "(abs(price) {div} 100000000 * abs(quantity)"
    " + (abs(price) % 100000000 * abs(quantity) + 50000000) {div} 100000000)"
    f" * {_SIGN.format(a='price', b='quantity')}"
)
_PRICED_TOO_LARGE = "abs(price) > 9000000000000000 OR abs(quantity) > 90000000000"


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
    """Spell an operation alike on every engine but for the word for a whole quotient."""
    return {dialect: text.format(div=div) for dialect, div in _QUOTIENT.items()}


def _guarded(text: str, too_large: str, argument: str) -> dict[str, str]:
    """Spell an operation that leaves 64 bits when ``too_large`` holds, and make SQLite raise then, too."""
    spellings = _everywhere(text)
    overflow = _SQLITE_OVERFLOW.format(argument=argument)
    spellings["sqlite"] = f"CASE WHEN {too_large} THEN {overflow} ELSE {spellings['sqlite']} END"
    return spellings


def _when_positive(name: str, spellings: dict[str, str]) -> dict[str, str]:
    return {dialect: f"CASE WHEN {name} > 0 THEN {text} END" for dialect, text in spellings.items()}


_LIST = (
    Operation("int_div", ("a", "b"), "BIGINT", _everywhere("a {div} NULLIF(b, 0)")),
    Operation(
        "share_fen",
        ("amount", "part", "whole"),
        "BIGINT",
        _when_positive("whole", _guarded(_SHARE, _SHARE_TOO_LARGE, "amount")),
    ),
    Operation(
        "price_times_quantity_fen",
        ("price", "quantity"),
        "BIGINT",
        _guarded(_PRICED, _PRICED_TOO_LARGE, "price"),
    ),
    Operation("least2", ("a", "b"), None, _everywhere("CASE WHEN a <= b THEN a WHEN a > b THEN b END")),
    Operation("greatest2", ("a", "b"), None, _everywhere("CASE WHEN a >= b THEN a WHEN a < b THEN b END")),
    Operation("flag", ("condition",), "BIGINT", _everywhere("CASE WHEN condition THEN 1 ELSE 0 END")),
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
        column.replace(_enclosed(given[column.name], dialect))
    return exp.Paren(this=spelling)


@cache
def _parsed(text: str, dialect: str) -> exp.Expr:
    return sqlglot.parse_one(text, read=dialect)


def _enclosed(argument: exp.Expr, dialect: str) -> exp.Expr:
    if isinstance(argument, exp.Literal) and not argument.is_string and dialect != "sqlite":
        # A bare literal is 32 bits wide, and so would be the product of two.
        return exp.Cast(this=argument.copy(), to=exp.DataType.build("BIGINT"))
    plain = isinstance(argument, exp.Column | exp.Literal | exp.Paren | exp.Cast)
    return argument.copy() if plain else exp.Paren(this=argument.copy())
