"""The border between Arrow and the engines: only 64-bit integers and texts cross it.

Engines disagree on everything else (decimals, dates, booleans, unsigned integers), so a relation may hold any
signed integer width or text on the way in, and a result is ``int64`` and ``string`` on the way out.
"""

from __future__ import annotations

import pyarrow as pa

from yibao.engine.model import ColumnType, Relation
from yibao.kernel import Refused, Text


def column_type(kind: pa.DataType) -> ColumnType | None:
    """Give the portable type of an Arrow type, or None when it has none."""
    if pa.types.is_signed_integer(kind) or pa.types.is_null(kind):
        return "BIGINT"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "VARCHAR"
    if pa.types.is_dictionary(kind):
        return column_type(kind.value_type)
    return None


def arrow_type(kind: str | None) -> pa.DataType:
    """Give the Arrow type of a portable type; an unknown type (only NULLs seen) counts as an integer."""
    return pa.string() if kind == "VARCHAR" else pa.int64()


def relation_of(schema: pa.Schema) -> Relation:
    """Give the portable columns of an Arrow schema.

    Raises `Refused` (``engine.type``) for a column that is neither a signed integer nor a text.
    """
    relation: dict[str, str] = {}
    for field in schema:
        kind = column_type(field.type)
        if kind is None:
            raise _type_refused(field, where=field.name)
        relation[field.name] = kind
    return relation


def portable(table: pa.Table, names: list[str] | None = None) -> pa.Table:
    """Bring a table to ``int64`` and ``string`` columns, renamed to ``names`` when they are given.

    Raises `Refused` (``engine.type``) for any other type: an uncast sum, a predicate that is not a `flag`.
    """
    if names is not None:
        table = table.rename_columns(names)
    columns = []
    for field, column in zip(table.schema, table.columns, strict=True):
        kind = column_type(field.type)
        if kind is None:
            raise _type_refused(field, where=field.name)
        columns.append(column if column.type == arrow_type(kind) else column.cast(arrow_type(kind)))
    fields = [pa.field(name, column.type) for name, column in zip(table.column_names, columns, strict=True)]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def _type_refused(field: pa.Field, where: str) -> Refused:
    return Refused(
        "engine.type",
        zh="列的类型不能在各引擎间保持同义",
        en="the column's type does not mean the same on every engine",
        where=where,
        wanted="BIGINT | VARCHAR",
        came=str(field.type),
        todo=Text(
            zh="求和写 CAST(sum(…) AS BIGINT)，条件写 flag(…)，日期和金额存为整数",
            en="write sums as CAST(sum(…) AS BIGINT), conditions as flag(…), dates and money as integers",
        ),
    )
