"""From the reference text to an engine's own words: parse, put the parameters in, spell, generate.

Parameters become literals in the syntax tree, so that the log shows exactly what ran and no value is ever
pasted into a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from yibao.engine.model import Value
from yibao.engine.operations import spell
from yibao.kernel import Refused, Text

REFERENCE = "duckdb"
"""The dialect that rules are written in."""

_INT64 = range(-(2**63), 2**63)


def parse(sql: str) -> exp.Query:
    """Parse one SELECT (or set operation) of the reference dialect.

    The tree is shared by all callers: copy it before changing it. Raises `Refused` (``engine.syntax``,
    ``engine.one_select``).
    """
    return _parse(sql)


@lru_cache(maxsize=1024)
def _parse(sql: str) -> exp.Query:
    try:
        trees = [tree for tree in sqlglot.parse(sql, read=REFERENCE) if tree is not None]
    except SqlglotError as error:
        raise Refused(
            "engine.syntax", zh="SQL 无法解析", en="the SQL cannot be parsed", came=_first_error(error)
        ) from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Select | exp.SetOperation):
        raise Refused(
            "engine.one_select",
            zh="这里只接受一条 SELECT",
            en="exactly one SELECT is accepted here",
            wanted="SELECT …",
            came="; ".join(type(tree).__name__ for tree in trees) or "(empty)",
        )
    return trees[0]


def translate(sql: str, dialect: str, parameters: Mapping[str, Value] | None = None) -> str:
    """Give the text an engine runs for a SELECT of the reference dialect.

    Raises `Refused`: ``engine.parameter`` for a parameter that is missing or is no 64-bit integer or text,
    ``engine.not_portable`` for what the dialect cannot say, and what `parse` and `spell` raise.
    """
    given = tuple(sorted((parameters or {}).items()))
    for name, value in given:
        _check_value(name, value)
    return _translate(sql, dialect, given)


def _check_value(name: str, value: object) -> None:
    if isinstance(value, str):
        return
    if isinstance(value, bool) or not isinstance(value, int) or value not in _INT64:
        raise Refused(
            "engine.parameter",
            zh="参数只能是 64 位整数或文本",
            en="a parameter is a 64-bit integer or a text",
            where=f":{name}",
            wanted="int64 | str",
            came=repr(value),
        )


@lru_cache(maxsize=1024)
def _translate(sql: str, dialect: str, parameters: tuple[tuple[str, Value], ...]) -> str:
    tree = parse(sql).copy()
    if dialect != REFERENCE:
        _refuse_star_with_pick(tree, dialect)
    _substitute(tree, dict(parameters), dialect)
    spell(tree, dialect)
    if dialect == "spark":
        _widen_for_spark(tree)
    if dialect == "sqlite":
        _bare_sums_for_sqlite(tree)
    try:
        return tree.sql(dialect=dialect, unsupported_level=ErrorLevel.RAISE, copy=False)  # it is ours
    except SqlglotError as error:
        raise Refused(
            "engine.not_portable",
            zh="该引擎表达不了这条 SELECT",
            en="the engine cannot express this SELECT",
            where=dialect,
            came=str(error),
        ) from error


def _substitute(tree: exp.Expr, parameters: Mapping[str, Value], dialect: str) -> None:
    for hole in list(tree.find_all(exp.Placeholder)):
        if hole.name not in parameters:
            raise Refused(
                "engine.parameter",
                zh="缺少参数",
                en="a parameter is missing",
                wanted=f":{hole.name}",
                came=", ".join(f":{name}" for name in parameters) or "-",
            )
        hole.replace(_literal(hole, parameters[hole.name], dialect))


def _literal(hole: exp.Placeholder, value: Value, dialect: str) -> exp.Expr:
    if isinstance(value, str):
        return exp.Literal.string(value)
    number: exp.Expr = exp.Literal.number(abs(value))
    if value < 0:
        number = exp.Neg(this=number)
    # Offsets, positions and frame bounds are places for a bare literal; elsewhere a literal is 32 bits wide
    # on DuckDB and Spark unless it is told otherwise, and would overflow where SQLite does not.
    if dialect == "sqlite":
        return exp.Paren(this=number) if value < 0 else number
    if isinstance(hole.parent, exp.Lag | exp.Lead | exp.Substring | exp.WindowSpec):
        return number
    return exp.Cast(this=number, to=exp.DataType.build("BIGINT"))


def _refuse_star_with_pick(tree: exp.Expr, dialect: str) -> None:
    """QUALIFY and DISTINCT ON become a numbered subquery elsewhere, and a star would show the number."""
    for select in tree.find_all(exp.Select):
        distinct = select.args.get("distinct")
        picks = select.args.get("qualify") or (distinct is not None and distinct.args.get("on"))
        if picks and select.is_star:
            raise Refused(
                "engine.not_portable",
                zh="QUALIFY、DISTINCT ON 不能与 SELECT * 同用",
                en="QUALIFY and DISTINCT ON do not go with SELECT *",
                where=dialect,
                came=select.sql(REFERENCE),
                todo=Text(zh="逐列写出", en="name every column"),
            )


def _widen_for_spark(tree: exp.Expr) -> None:
    """Make ranks and lengths 64 bits wide, as they are on the other engines."""
    for call in list(tree.find_all(exp.RowNumber, exp.Rank, exp.DenseRank, exp.Length)):
        node: exp.Expr = call
        if isinstance(call.parent, exp.Window):
            node = call.parent
        elif not isinstance(call, exp.Length):
            continue
        wide = exp.Cast(to=exp.DataType.build("BIGINT"))
        node.replace(wide)
        wide.set("this", node)


def _bare_sums_for_sqlite(tree: exp.Expr) -> None:
    """Take the cast off a sum: SQLite sums integers to an integer or an error; a cast would hide a REAL."""
    for cast_ in list(tree.find_all(exp.Cast)):
        inner = cast_.this
        while isinstance(inner, exp.Window | exp.Filter):
            inner = inner.this
        if isinstance(inner, exp.Sum) and cast_.to.is_type("BIGINT"):
            cast_.replace(cast_.this)


def _first_error(error: SqlglotError) -> str:
    errors = getattr(error, "errors", None)
    if errors:
        first = errors[0]
        return f"{first.get('description')} (line {first.get('line')}, column {first.get('col')})"
    return str(error)
