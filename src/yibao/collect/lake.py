"""What the lake holds of the contract, as known on any day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from yibao.claims import SUPERSEDED, tables
from yibao.store import Lake


def superseded(lake: Lake, as_known: int | datetime | None = None) -> pa.Table:
    """Give the rows that were corrected, as known on the asked day (schema `claims.SUPERSEDED`)."""
    files = lake.files("superseded", as_known=as_known)
    return pa.concat_tables(
        [SUPERSEDED.empty_table(), *(pq.read_table(f.path, schema=SUPERSEDED) for f in files)]
    )


def known_files(lake: Lake, as_known: int | datetime | None = None) -> Mapping[str, list[Path]]:
    """Give the stored files of every contract table, as known on the asked day."""
    held = lake.files_by_table(as_known)
    return {name: [f.path for f in held.get(name, ())] for name in tables()}
