"""The nouns of the room: engines, what they can do, what they ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

ENGINES = ("duckdb", "sqlite", "spark")
"""The engines by name; `open_engine` takes one of these."""

ColumnType = Literal["BIGINT", "VARCHAR"]
"""The two types that mean the same on every engine: a 64-bit signed integer and a text in UTF-8."""

Relation = Mapping[str, str]
"""The columns of a relation, in order: name to ``BIGINT`` or ``VARCHAR``."""

Value = int | str
"""What a parameter may be: a 64-bit integer (fen, days, counts) or a text."""


class Capability(StrEnum):
    """What an engine may be asked for beyond running a SELECT; an engine without it raises."""

    READ_CSV = "read_csv"
    NATIVE_SQL = "native_sql"
    REGISTER_ARROW = "register_arrow"
    WRITE_PARQUET = "write_parquet"
    DATABASE_FILE = "database_file"
    KEEP_ORDER = "keep_order"


@dataclass(frozen=True, slots=True)
class Ran:
    """One statement as the engine ran it: ``seconds`` of wall time, ``rows`` where a count is known."""

    name: str | None
    dialect: str
    sql: str
    seconds: float
    rows: int | None
