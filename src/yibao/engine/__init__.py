"""One SELECT, three engines: DuckDB for the lake, SQLite for one bill, Spark for many machines.

A rule is written once, in DuckDB's dialect and under the conventions of the house, and gives the same rows on
every engine. The room holds that promise in four steps, one module each:

* `lint` reads the text against an allow-list and complains, with a line and a reason, about whatever
  would not mean the same everywhere;
* `operations` are the few things that need another spelling on each engine (dividing money, above all);
* `translate` puts the parameters into the syntax tree, spells the operations and writes the engine's dialect;
* an `Engine` binds relations, runs the text and returns nothing but 64-bit integers and texts.

An engine raises on what it cannot do (`Capability`); it never does something similar instead. Its `log` is
exactly the SQL that ran. Memory and spill are bounded by us, never by a library's default. This is the only
room that imports duckdb, sqlite3, pyspark and sqlglot.
"""

from __future__ import annotations

from yibao.engine.base import Engine
from yibao.engine.files import PLAIN_READING, can_be_said, file_literal, parquet_files
from yibao.engine.linting import Complaint, lint
from yibao.engine.model import ENGINES, Capability, Ran, Relation, Value
from yibao.engine.opening import open_engine
from yibao.engine.operations import OPERATIONS
from yibao.engine.types import relation_of

__all__ = [
    "ENGINES",
    "OPERATIONS",
    "PLAIN_READING",
    "Capability",
    "Complaint",
    "Engine",
    "Ran",
    "Relation",
    "Value",
    "can_be_said",
    "file_literal",
    "lint",
    "open_engine",
    "parquet_files",
    "relation_of",
]
