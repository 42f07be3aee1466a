"""The allow-list: the kinds of syntax node a rule may hold, and which parts of each.

A node that is not here, or a part that is not named, is refused. `FAMILIES` only finds the best note for what
people try most; a node in no family is refused all the same.
"""

from __future__ import annotations

from sqlglot import exp

_PAIR = frozenset({"this", "expression"})
_ONE = frozenset({"this"})

ALLOWED: dict[type[exp.Expr], frozenset[str]] = {
    # queries
    exp.Select: frozenset(
        {"with_", "expressions", "distinct", "from_", "joins", "where", "group", "having", "qualify", "order"}
    ),
    exp.Union: frozenset({"with_", "this", "expression", "distinct"}),
    exp.With: frozenset({"expressions"}),
    exp.CTE: frozenset({"this", "alias"}),
    exp.Subquery: frozenset({"this", "alias"}),
    exp.From: _ONE,
    exp.Join: frozenset({"this", "on", "side", "kind"}),
    exp.Table: frozenset({"this", "alias"}),
    exp.TableAlias: _ONE,
    exp.Where: _ONE,
    exp.Group: frozenset({"expressions"}),
    exp.Having: _ONE,
    exp.Qualify: _ONE,
    exp.Order: frozenset({"expressions"}),
    exp.Ordered: frozenset({"this", "desc", "nulls_first"}),
    exp.Distinct: frozenset({"expressions", "on"}),
    exp.Tuple: frozenset({"expressions"}),
    # names and values
    exp.Alias: frozenset({"this", "alias"}),
    exp.Column: frozenset({"this", "table"}),
    exp.Identifier: frozenset({"this", "quoted"}),
    exp.Star: frozenset(),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Null: frozenset(),
    exp.Placeholder: _ONE,
    exp.Paren: _ONE,
    # arithmetic, text
    exp.Neg: _ONE,
    exp.Add: _PAIR,
    exp.Sub: _PAIR,
    exp.Mul: _PAIR,
    exp.Mod: _PAIR,
    exp.Abs: _ONE,
    exp.DPipe: _PAIR | {"safe"},
    exp.Length: _ONE,
    exp.Substring: frozenset({"this", "start", "length"}),
    # conditions
    exp.EQ: _PAIR,
    exp.NEQ: _PAIR,
    exp.LT: _PAIR,
    exp.LTE: _PAIR,
    exp.GT: _PAIR,
    exp.GTE: _PAIR,
    exp.NullSafeEQ: _PAIR,
    exp.NullSafeNEQ: _PAIR,
    exp.And: _PAIR,
    exp.Or: _PAIR,
    exp.Not: _ONE,
    exp.Is: _PAIR,
    exp.Between: frozenset({"this", "low", "high"}),
    exp.In: frozenset({"this", "expressions", "query"}),
    exp.Exists: _ONE,
    exp.Case: frozenset({"this", "ifs", "default"}),
    exp.If: frozenset({"this", "true"}),
    exp.Coalesce: frozenset({"this", "expressions"}),
    exp.Nullif: _PAIR,
    # aggregates and windows
    exp.Count: frozenset({"this", "big_int"}),
    exp.Sum: _ONE,
    exp.Min: _ONE,
    exp.Max: _ONE,
    exp.Filter: _PAIR,
    exp.Window: frozenset({"this", "partition_by", "order", "spec", "over"}),
    exp.WindowSpec: frozenset({"kind", "start", "start_side", "end", "end_side"}),
    exp.RowNumber: frozenset(),
    exp.Rank: frozenset(),
    exp.DenseRank: frozenset(),
    exp.Lag: frozenset({"this", "offset", "default"}),
    exp.Lead: frozenset({"this", "offset", "default"}),
    # casts (of sums, of NULL, of a number to text)
    exp.Cast: frozenset({"this", "to"}),
    exp.DataType: frozenset({"this"}),
    # named operations
    exp.Anonymous: frozenset({"this", "expressions"}),
}

CLAUSES: dict[tuple[type[exp.Expr], str], str] = {
    (exp.Select, "limit"): "limit",
    (exp.Select, "offset"): "limit",
    (exp.Union, "limit"): "limit",
    (exp.Union, "offset"): "limit",
    (exp.Union, "order"): "order_by",
    (exp.Select, "laterals"): "lists",
    (exp.Group, "all"): "group.columns",
    (exp.Group, "rollup"): "group.columns",
    (exp.Group, "cube"): "group.columns",
    (exp.Group, "grouping_sets"): "group.columns",
    (exp.Join, "method"): "join.kind",
    (exp.Join, "using"): "join.using",
    (exp.DataType, "expressions"): "cast.type",
    (exp.Star, "except_"): "star",
    (exp.Star, "replace"): "star",
    (exp.Star, "rename"): "star",
}
"""Parts that have a note of their own; any other unlisted part is refused as ``clause``."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FAMILIES: dict[str, frozenset[str]] = {
    "division": _words("Div IntDiv Round Floor Ceil Trunc Pow Sqrt Avg"),
    "date_time": _words(
        """
        Interval Extract Year Month Day Week Quarter DayOfWeek DayOfMonth DayOfYear DayOfWeekIso LastDay Hour
        Minute Second AtTimeZone StrToDate StrToTime StrToUnix UnixToTime UnixToStr MonthsBetween AddMonths
        MakeInterval DateDiff DateTrunc DateAdd DateSub Date DateFromParts CurrentDate CurrentTimestamp
        CurrentTime CurrentDatetime Localtimestamp Localtime TimeToStr TimeToUnix TimestampTrunc TsOrDsToDate
        TsOrDsAdd TsOrDsDiff Timestamp TimestampDiff Today Epoch EpochMs
        """
    ),
    "random": _words("Rand Randn Uuid CurrentUser SessionUser CurrentSchema"),
    "text.match": _words(
        """
        Like ILike LikeAny ILikeAny RegexpLike RegexpILike RegexpFullMatch RegexpExtract RegexpExtractAll
        RegexpReplace RegexpSplit SimilarTo Glob StartsWith EndsWith Contains StrPosition Collate Escape
        """
    ),
    "text.function": _words(
        """
        Left Right Pad Concat ConcatWs SafeConcat Upper Lower Initcap Trim Replace Reverse Repeat Split
        SplitPart Translate Chr Ascii Unicode Format Levenshtein MD5 SHA SHA2
        """
    ),
    "lists": _words(
        """
        Array List Bracket Struct Map ToMap Unnest Lambda Explode Posexplode ArrayAgg GroupConcat Lateral
        StructExtract ArrayContains ArraySize Dot JSONExtract JSONExtractScalar Comprehension Kwarg PropertyEQ
        Slice GenerateSeries ArrayConcat
        """
    ),
    "picks": _words(
        """
        ArgMax ArgMin AnyValue First Last FirstValue LastValue NthValue Mode Quantile ApproxQuantile
        PercentileCont PercentileDisc Median ApproxDistinct WithinGroup Ntile CumeDist PercentRank Stddev
        StddevPop StddevSamp Variance VariancePop LogicalOr LogicalAnd CountIf
        """
    ),
    "nulls_ignored": _words("IgnoreNulls RespectNulls"),
    "limit": _words("Limit Offset Fetch"),
    "try_cast": _words("TryCast"),
    "boolean.value": _words("Boolean"),
    "set_operation": _words("Except Intersect"),
    "group.columns": _words("Rollup Cube GroupingSets"),
}
"""Class names of what is refused with a note of its own."""

RESERVED = _words(
    """
    add all alter and as autoincrement between case check collate commit constraint create default deferrable
    delete distinct drop else escape except exists foreign from group having in index insert intersect into is
    isnull join limit not notnull null on or order primary references returning select set table then to
    transaction union unique update using values when where
    """
)
"""Words that SQLite does not take as a name."""
