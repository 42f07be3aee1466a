"""The data contract: what the house knows of a bill, table by table.

One YAML file per table says what a row is, what each column means, which national field brings it, how it is read,
and what must hold. The stored form, the checks, the relations that rules read and the data dictionary all come from
there. Facts are stored once and never changed: a return, a reversal and a correction are rows of their own.
"""

from __future__ import annotations

from yibao.claims.code_sets import CodeSet, code_set
from yibao.claims.contract import (
    OPEN_ENDED,
    PRODUCT_BOUND,
    Check,
    Column,
    Identity,
    Table,
    knowledge_tables,
    table,
    tables,
)
from yibao.claims.relations import (
    SUPERSEDED,
    Relation,
    bind,
    bind_raw,
    bind_relations,
    bind_rows,
    bind_steps,
    needed,
    relation_schemas,
    relations,
)

__all__ = [
    "OPEN_ENDED",
    "PRODUCT_BOUND",
    "SUPERSEDED",
    "Check",
    "CodeSet",
    "Column",
    "Identity",
    "Relation",
    "Table",
    "bind",
    "bind_raw",
    "bind_relations",
    "bind_rows",
    "bind_steps",
    "code_set",
    "knowledge_tables",
    "needed",
    "relation_schemas",
    "relations",
    "table",
    "tables",
]
