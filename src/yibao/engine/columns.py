"""What columns a SELECT gives, and of which type: names resolved through subqueries, joins and common tables.

One walk serves two readers. The lint listens to the disagreements the walk meets (an unknown column, a text
compared with a number); SQLite asks only for the resulting types, because it cannot tell the type of a column
that holds nothing. A type is ``BIGINT``, ``VARCHAR``, ``BOOLEAN`` (a condition) or None (not known).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from yibao.engine.model import Relation
from yibao.engine.operations import operation_of

Kind = str | None
Shape = dict[str, Kind]
Listener = Callable[[str, exp.Expr, str], None]
"""Called with a rule's name, the node it concerns, and a detail (empty: the node itself is the detail)."""

_CONDITIONS = (
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ,
    exp.And, exp.Or, exp.Not, exp.Between, exp.In, exp.Is, exp.Exists, exp.Boolean, exp.Like,
)  # fmt: skip
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Mod, exp.Neg, exp.Abs, exp.Sum)
_COUNTS = (exp.Count, exp.RowNumber, exp.Rank, exp.DenseRank, exp.Length)
_AS_ARGUMENT = (
    exp.Paren, exp.Alias, exp.Min, exp.Max, exp.Lag, exp.Lead, exp.Window, exp.Filter, exp.Nullif,
)  # fmt: skip


def _nobody(rule: str, node: exp.Expr, detail: str) -> None:
    return None


@dataclass
class Scope:
    """The relations one SELECT sees: its own by alias, then those of the queries around it."""

    sources: dict[str, Shape | None] = field(default_factory=dict)
    around: Scope | None = None


class Columns:
    """Walks queries over known relations; ``listen`` hears what does not fit."""

    def __init__(self, relations: Mapping[str, Relation], listen: Listener = _nobody) -> None:
        self._relations = relations
        self._listen = listen

    def of(self, query: exp.Expr) -> Shape:
        """Give the columns of a query, in order."""
        return self._query(query, {}, None)

    # — queries —

    def _query(self, query: exp.Expr, tables: Mapping[str, Shape], around: Scope | None) -> Shape:
        if isinstance(query, exp.Subquery):
            return self._query(query.this, tables, around)
        tables = {**tables, **self._common_tables(query, tables, around)}
        if isinstance(query, exp.SetOperation):
            return self._set_operation(query, tables, around)
        if isinstance(query, exp.Select):
            return self._select(query, tables, around)
        return {}

    def _common_tables(
        self, query: exp.Expr, tables: Mapping[str, Shape], around: Scope | None
    ) -> dict[str, Shape]:
        found: dict[str, Shape] = {}
        with_ = query.args.get("with_")
        for table in with_.expressions if with_ is not None else ():
            if table.alias in {**self._relations, **found}:
                self._listen("relation.shadowed", table, table.alias)
            found[table.alias] = self._query(table.this, {**tables, **found}, around)
        return found

    def _set_operation(
        self, query: exp.SetOperation, tables: Mapping[str, Shape], around: Scope | None
    ) -> Shape:
        left = self._query(query.this, tables, around)
        right = self._query(query.expression, tables, around)
        if len(left) != len(right):
            self._listen("union.columns", query, f"{len(left)} ≠ {len(right)}")
        for (name, one), other in zip(left.items(), right.values(), strict=False):
            self._same(query, [one, other], name)
            left[name] = one or other
        return left

    def _select(self, select: exp.Select, tables: Mapping[str, Shape], around: Scope | None) -> Shape:
        scope = Scope(around=around)
        from_ = select.args.get("from_")
        joins: list[exp.Expr] = select.args.get("joins") or []
        if from_ is not None:
            self._source(from_.this, scope, tables)
        for join in joins:
            self._source(join.this, scope, tables)
        look = _Look(self, scope, tables)
        shape: Shape = {}
        for projection in select.expressions:
            shape.update(self._projection(projection, look, scope))
        for condition in (
            *(join.args.get("on") for join in joins),
            *(part.this for key in ("where", "having", "qualify") if (part := select.args.get(key))),
        ):
            if condition is not None:
                look.condition(condition)
        for key in ("group", "order", "distinct"):
            part = select.args.get(key)
            if part is not None:
                look.children(part)
        return shape

    def _projection(self, projection: exp.Expr, look: _Look, scope: Scope) -> Shape:
        if isinstance(projection, exp.Star) or (
            isinstance(projection, exp.Column) and isinstance(projection.this, exp.Star)
        ):
            wanted = projection.args.get("table") if isinstance(projection, exp.Column) else None
            sources = [s for name, s in scope.sources.items() if wanted is None or name == wanted.name]
            return {name: kind for source in sources for name, kind in (source or {}).items()}
        kind = look.kind(projection)
        if kind == "BOOLEAN":
            self._listen("boolean.value", projection, projection.alias_or_name)
        return {projection.alias_or_name: kind}

    def _source(self, source: exp.Expr, scope: Scope, tables: Mapping[str, Shape]) -> None:
        alias = source.alias_or_name
        if alias in scope.sources:
            self._listen("relation.twice", source, alias)
        if isinstance(source, exp.Table):
            shape = tables.get(source.name, self._relations.get(source.name))
            if shape is None:
                self._listen("relation.unknown", source, source.name)
            scope.sources[alias] = None if shape is None else dict(shape)
        else:
            scope.sources[alias] = self._query(source, tables, scope.around)

    def _same(self, node: exp.Expr, kinds: Iterable[Kind], what: str = "") -> Kind:
        known = {kind for kind in kinds if kind is not None}
        if len(known) > 1:
            what = what or node.sql("duckdb")
            self._listen("types.mixed", node, f"{what}: {' ≠ '.join(sorted(known))}")
        return next(iter(sorted(known)), None)


class _Look:
    """Looks at the expressions of one SELECT: finds their types, reports what does not fit."""

    def __init__(self, columns: Columns, scope: Scope, tables: Mapping[str, Shape]) -> None:
        self._columns = columns
        self._scope = scope
        self._tables = tables

    def condition(self, node: exp.Expr) -> None:
        """Look at a place that decides: it needs a condition, not a flag."""
        if self.kind(node) in ("BIGINT", "VARCHAR"):
            self._columns._listen("condition.value", node, "")

    def children(self, node: exp.Expr) -> list[Kind]:
        """Look at everything below a node; give the types of its direct expressions."""
        return [self.kind(child) for child in node.iter_expressions()]

    def kind(self, node: exp.Expr) -> Kind:
        """Give the type of an expression."""
        if isinstance(node, exp.Column):
            return self._column(node)
        if isinstance(node, exp.Literal):
            return "VARCHAR" if node.is_string else "BIGINT"
        if isinstance(node, exp.Query | exp.Subquery):
            shape = self._columns._query(node, self._tables, self._scope)
            return next(iter(shape.values()), None)
        if isinstance(node, _CONDITIONS):
            return self._conditional(node)
        if isinstance(node, exp.Case):
            return self._case(node)
        return self._value(node)

    def _column(self, column: exp.Column) -> Kind:
        scope: Scope | None = self._scope
        name, table = column.name, column.table
        while scope is not None:
            if table:
                if table in scope.sources:
                    source = scope.sources[table]
                    if source is not None and name not in source:
                        self._columns._listen("column.unknown", column, f"{table}.{name}")
                    return None if source is None else source.get(name)
            else:
                homes = [source for source in scope.sources.values() if source is not None and name in source]
                if len(homes) > 1:
                    self._columns._listen("column.ambiguous", column, name)
                if homes:
                    return homes[0][name]
                if any(source is None for source in scope.sources.values()):
                    return None
            scope = scope.around
        self._columns._listen("column.unknown", column, "")
        return None

    def _conditional(self, node: exp.Expr) -> Kind:
        if isinstance(node, exp.And | exp.Or | exp.Not):
            for child in node.iter_expressions():
                self.condition(child)
            return "BOOLEAN"
        kinds = self.children(node)
        if isinstance(node, (*_COMPARISONS, exp.Between, exp.In)):
            self._columns._same(node, kinds)
            if "BOOLEAN" in kinds:
                self._columns._listen("condition.compared", node, "")
        return "BOOLEAN"

    def _case(self, node: exp.Case) -> Kind:
        subject = node.args.get("this")
        kinds: list[Kind] = []
        keys: list[Kind] = [self.kind(subject)] if subject is not None else []
        for branch in node.args.get("ifs") or []:
            if subject is None:
                self.condition(branch.this)
            else:
                keys.append(self.kind(branch.this))
            kinds.append(self.kind(branch.args["true"]))
        if node.args.get("default") is not None:
            kinds.append(self.kind(node.args["default"]))
        self._columns._same(node, keys)
        return self._columns._same(node, kinds)

    def _value(self, node: exp.Expr) -> Kind:
        operation = operation_of(node)
        if operation is not None and operation.name == "flag":
            for child in node.iter_expressions():
                self.condition(child)
            return "BIGINT"
        kinds = self.children(node)
        if operation is not None:
            if operation.returns is None:
                return self._columns._same(node, kinds)
            return self._numbers(node, kinds)
        if isinstance(node, _ARITHMETIC):
            return self._numbers(node, kinds)
        if isinstance(node, exp.DPipe):
            if "BIGINT" in kinds or "BOOLEAN" in kinds:
                self._columns._listen("text.numbers", node, "")
            return "VARCHAR"
        if isinstance(node, exp.Substring):
            if kinds[0] == "BIGINT":
                self._columns._listen("text.numbers", node, "")
            return "VARCHAR"
        if isinstance(node, _COUNTS):
            if isinstance(node, exp.Length) and kinds[0] == "BIGINT":
                self._columns._listen("text.numbers", node, "")
            return "BIGINT"
        if isinstance(node, exp.Cast):
            return self._cast(node, kinds[0])
        if isinstance(node, exp.Coalesce):
            return self._columns._same(node, kinds)
        if isinstance(node, exp.Nullif):
            self._columns._same(node, kinds)
        return kinds[0] if isinstance(node, _AS_ARGUMENT) and kinds else None

    def _numbers(self, node: exp.Expr, kinds: list[Kind]) -> Kind:
        if "VARCHAR" in kinds or "BOOLEAN" in kinds:
            self._columns._listen("arithmetic.text", node, "")
        return "BIGINT"

    def _cast(self, node: exp.Cast, kind: Kind) -> Kind:
        to = node.to.sql("duckdb")
        if (kind, to) == ("VARCHAR", "BIGINT") or kind == "BOOLEAN":
            self._columns._listen("cast.text", node, "")
        if to in ("BIGINT", "INT"):
            return "BIGINT"
        return "VARCHAR" if to in ("TEXT", "VARCHAR") else None
