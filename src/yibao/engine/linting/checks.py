"""The walk: every node against the allow-list, then the listed things used where engines disagree."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping

from sqlglot import TokenType, exp, tokenize

from yibao.engine.columns import Columns
from yibao.engine.linting.allowed import ALLOWED, CLAUSES, FAMILIES, RESERVED
from yibao.engine.linting.notes import Complaint, complaint
from yibao.engine.model import Relation
from yibao.engine.operations import OPERATIONS, operation_of
from yibao.engine.translate import REFERENCE, parse
from yibao.kernel import Refused

_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*")
_INT64_MAX = 2**63 - 1
_RANKING = (exp.Lag, exp.Lead, exp.RowNumber, exp.Rank, exp.DenseRank)
Finding = tuple[str, exp.Expr, str]


def lint(
    sql: str, relations: Mapping[str, Relation] | None = None, parameters: Collection[str] = ()
) -> list[Complaint]:
    """Complain about whatever in a rule's SELECT would not mean the same on every engine; [] is praise.

    ``relations`` are the relations that may be read, with the types of their columns (None: any, unchecked);
    ``parameters`` the names that may stand as ``:name``. Complaints come in the order of the text's lines.
    """
    try:
        tree = parse(sql)
    except Refused as refused:
        return [complaint(refused.code.removeprefix("engine."), 1, refused.came or "")]
    findings: list[Finding] = []
    findings.extend(_against_the_list(tree))
    findings.extend(_used_badly(tree, parameters))
    findings.extend(_resolved(tree, relations))
    complaints = [complaint(rule, _line(node), detail) for rule, node, detail in findings]
    complaints.extend(
        complaint("cast.double_colon", token.line, "::")
        for token in tokenize(sql, read=REFERENCE)
        if token.token_type == TokenType.DCOLON
    )
    return sorted(set(complaints), key=lambda c: (c.line, c.rule, c.text.zh))


# — the list —


def _against_the_list(node: exp.Expr) -> Iterator[Finding]:
    """Findings of a node and what is below it; what stands below something refused is not looked at."""
    parts = ALLOWED.get(type(node))
    if parts is None:
        yield _family(node), node, node.sql(REFERENCE)
        return
    for part, value in node.args.items():
        if value in (None, False, []):
            continue
        if part not in parts:
            yield CLAUSES.get((type(node), part), _clause(node)), node, _part_name(node, part)
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, exp.Expr):
                yield from _against_the_list(child)


def _family(node: exp.Expr) -> str:
    name = type(node).__name__
    return next((rule for rule, names in FAMILIES.items() if name in names), "not_listed")


def _clause(node: exp.Expr) -> str:
    return "relation.qualified" if isinstance(node, exp.Table) else "clause"


def _part_name(node: exp.Expr, part: str) -> str:
    return f"{type(node).__name__.upper()} … {part.strip('_').upper()}"


# — the uses —


def _used_badly(tree: exp.Expr, parameters: Collection[str]) -> Iterator[Finding]:
    for node in tree.walk():
        check = _CHECKS.get(type(node))
        if check is not None:
            for rule in check(node):
                yield rule, node, node.sql(REFERENCE)
        if isinstance(node, exp.Placeholder) and node.name not in parameters:
            yield "parameter.unknown", node, f":{node.name}"
        if isinstance(node, exp.Select):
            yield from _select(node)


def _select(select: exp.Select) -> Iterator[Finding]:
    yield from _projections(select)
    yield from _distinct_and_order(select)
    yield from _grouping(select)


def _projections(select: exp.Select) -> Iterator[Finding]:
    # What EXISTS selects is never seen, and IN sees one column whatever its name.
    above = select.parent.parent if isinstance(select.parent, exp.Subquery) else select.parent
    free = isinstance(above, exp.Exists | exp.In)
    seen: set[str] = set()
    for projection in select.expressions:
        if projection.is_star:
            yield "star", projection, projection.sql(REFERENCE)
        elif not isinstance(projection, exp.Alias | exp.Column) and not free:
            yield "column.unnamed", projection, projection.sql(REFERENCE)
        elif projection.alias_or_name in seen and not free:
            yield "column.twice", projection, projection.alias_or_name
        seen.add(projection.alias_or_name)


def _distinct_and_order(select: exp.Select) -> Iterator[Finding]:
    distinct, order = select.args.get("distinct"), select.args.get("order")
    on = distinct.args.get("on") if distinct is not None else None
    if on is None:
        if order is not None:
            yield "order_by", order, order.sql(REFERENCE)
        return
    keys = on.expressions if isinstance(on, exp.Tuple) else [on]
    ordered = [part.this for part in order.expressions] if order is not None else []
    if ordered[: len(keys)] != keys or len(ordered) <= len(keys):
        yield "distinct.order", on, select.sql(REFERENCE)


def _grouping(select: exp.Select) -> Iterator[Finding]:
    group, having = select.args.get("group"), select.args.get("having")
    places = [*select.expressions, *([having.this] if having is not None else [])]
    aggregates = any(True for place in places for _ in _aggregates(place))
    keys = group.expressions if group is not None else []
    for key in keys:
        if not isinstance(key, exp.Column):
            yield "group.columns", key, key.sql(REFERENCE)
    yield from _hidden_names(select)
    if not aggregates and group is None and having is None:
        return
    names = {key.name for key in keys if isinstance(key, exp.Column)}
    for place in places:
        for column in _bare(place):
            if column not in keys and not (_unqualified(column, keys) and column.name in names):
                yield "group.bare", column, column.sql(REFERENCE)
    for place in (*places, *([q.this] if (q := select.args.get("qualify")) is not None else [])):
        for window in _here(place, exp.Window):
            yield "window.grouped", window, window.sql(REFERENCE)


def _hidden_names(select: exp.Select) -> Iterator[Finding]:
    aliases = {p.alias: p.this for p in select.expressions if isinstance(p, exp.Alias)}
    for part in ("group", "having", "qualify", "order"):
        clause = select.args.get(part)
        for column in _here(clause, exp.Column) if clause is not None else ():
            meant = aliases.get(column.name)
            if meant is None or column.args.get("table"):
                continue
            if not (isinstance(meant, exp.Column) and meant.name == column.name):
                yield "alias.reuse", column, column.sql(REFERENCE)


def _unqualified(column: exp.Expr, keys: list[exp.Expr]) -> bool:
    """Whether a column and its GROUP BY key differ only in one of them naming the relation."""
    return any(
        isinstance(key, exp.Column)
        and key.name == column.name
        and bool(key.args.get("table")) != bool(column.args.get("table"))
        for key in keys
    )


def _here(place: exp.Expr, kind: type[exp.Expr]) -> Iterator[exp.Expr]:
    """Nodes of a kind in this SELECT's own expressions, not in the subqueries they hold."""
    for node in place.walk(
        prune=lambda n: isinstance(n, exp.Query) or (n is not place and isinstance(n, kind))
    ):
        if isinstance(node, kind):
            yield node


def _aggregates(place: exp.Expr) -> Iterator[exp.Expr]:
    for node in place.walk(prune=lambda n: isinstance(n, exp.Query | exp.Window)):
        if isinstance(node, exp.Count | exp.Sum | exp.Min | exp.Max):
            yield node


def _bare(place: exp.Expr) -> Iterator[exp.Expr]:
    stop = (exp.Query, exp.Window, exp.Count, exp.Sum, exp.Min, exp.Max, exp.Filter)
    for node in place.walk(prune=lambda n: isinstance(n, stop)):
        if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star):
            yield node


def _literal(node: exp.Expr) -> Iterator[str]:
    if not node.args.get("is_string"):
        if not re.fullmatch(r"[0-9]+", node.name):
            yield "number.float"
        elif int(node.name) > _INT64_MAX:
            yield "number.big"


def _identifier(node: exp.Expr) -> Iterator[str]:
    if node.args.get("quoted") or not _IDENTIFIER.fullmatch(node.name):
        yield "identifier"
    elif node.name in RESERVED:
        yield "identifier.reserved"


def _sum(node: exp.Expr) -> Iterator[str]:
    above = node.parent
    while isinstance(above, exp.Window | exp.Filter):
        above = above.parent
    if not (isinstance(above, exp.Cast) and above.to.is_type("BIGINT")):
        yield "sum.cast"


def _cast(node: exp.Expr) -> Iterator[str]:
    if isinstance(node, exp.Cast) and node.to.sql(REFERENCE) not in ("BIGINT", "TEXT"):
        yield "cast.type"


def _anonymous(node: exp.Expr) -> Iterator[str]:
    operation = operation_of(node)
    if operation is None:
        yield "function.unknown"
    elif len(node.expressions) != len(OPERATIONS[operation.name].arguments):
        yield "operation.arguments"


def _is(node: exp.Expr) -> Iterator[str]:
    if not isinstance(node.expression, exp.Null):
        yield "not_listed"


def _mod(node: exp.Expr) -> Iterator[str]:
    if not _constant(node.expression, least=1):
        yield "modulo.divisor"


def _substring(node: exp.Expr) -> Iterator[str]:
    length = node.args.get("length")
    if not _constant(node.args.get("start"), least=1) or not (length is None or _constant(length, least=0)):
        yield "text.position"


def _offset(node: exp.Expr) -> Iterator[str]:
    offset = node.args.get("offset")
    if offset is not None and not _constant(offset, least=1):
        yield "window.offset"


def _join(node: exp.Expr) -> Iterator[str]:
    side, kind = node.args.get("side") or "", node.args.get("kind") or ""
    if side not in ("", "LEFT") or kind not in ("", "INNER", "OUTER", "CROSS"):
        yield "join.kind"
    elif node.args.get("on") is None and kind != "CROSS" and not node.args.get("using"):
        yield "join.condition"


def _union(node: exp.Expr) -> Iterator[str]:
    if isinstance(node.this, exp.Subquery) or isinstance(node.expression, exp.Subquery):
        yield "union.parentheses"


def _not(node: exp.Expr) -> Iterator[str]:
    inner = node.this.unnest()
    if isinstance(inner, exp.In) and inner.args.get("query") is not None:
        yield "not_in"


def _subquery(node: exp.Expr) -> Iterator[str]:
    if not isinstance(node.parent, exp.From | exp.Join | exp.In | exp.Union):
        yield "subquery.scalar"


def _tuple(node: exp.Expr) -> Iterator[str]:
    if not isinstance(node.parent, exp.Distinct):
        yield "tuple"


def _distinct(node: exp.Expr) -> Iterator[str]:
    if isinstance(node.parent, exp.Select):
        return
    if not isinstance(node.parent, exp.Count) or len(node.expressions) != 1:
        yield "distinct.aggregate"


def _window(node: exp.Expr) -> Iterator[str]:
    spec, order = node.args.get("spec"), node.args.get("order")
    if isinstance(node.this, _RANKING) and order is None:
        yield "window.order"
    if isinstance(node.this, exp.Filter) or node.this.find(exp.Distinct) is not None:
        yield "window.distinct"
    if spec is not None:
        edges = [spec.args.get("start"), spec.args.get("end")]
        offsets = [edge for edge in edges if isinstance(edge, exp.Expr)]
        sorted_by = len(order.expressions) if order is not None else 0
        single = spec.args.get("kind") != "RANGE" or not offsets or sorted_by == 1
        known = spec.args.get("kind") in ("ROWS", "RANGE")
        if not (known and single and sorted_by and all(_constant(offset, least=0) for offset in offsets)):
            yield "window.frame"


def _constant(node: object, least: int) -> bool:
    """Whether a node is a parameter or an integer literal not below ``least``."""
    if isinstance(node, exp.Placeholder):
        return True
    is_integer = isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit()
    return is_integer and isinstance(node, exp.Literal) and int(node.name) >= least


_CHECKS: dict[type[exp.Expr], Callable[[exp.Expr], Iterator[str]]] = {
    exp.Literal: _literal,
    exp.Identifier: _identifier,
    exp.Sum: _sum,
    exp.Cast: _cast,
    exp.Anonymous: _anonymous,
    exp.Is: _is,
    exp.Mod: _mod,
    exp.Substring: _substring,
    exp.Lag: _offset,
    exp.Lead: _offset,
    exp.Join: _join,
    exp.Union: _union,
    exp.Not: _not,
    exp.Subquery: _subquery,
    exp.Tuple: _tuple,
    exp.Distinct: _distinct,
    exp.Window: _window,
}


# — the names —


def _resolved(tree: exp.Expr, relations: Mapping[str, Relation] | None) -> list[Finding]:
    findings: list[Finding] = []

    def listen(rule: str, node: exp.Expr, detail: str) -> None:
        if relations is not None or rule != "relation.unknown":
            findings.append((rule, node, detail or node.sql(REFERENCE)))

    Columns(relations or {}, listen).of(tree)
    return findings


def _line(node: exp.Expr) -> int:
    """The line of a node: of the first of its parts that has one, else of what it stands in."""
    place: exp.Expr | None = node
    while place is not None:
        lines = [part.meta["line"] for part in place.walk() if "line" in part.meta]
        if lines:
            return int(min(lines))
        place = place.parent
    return 1
