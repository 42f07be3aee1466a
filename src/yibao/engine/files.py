"""Files by name: how a path is said to an engine's readers so that it means this one file and nothing else.

The readers take every path for a pattern and every folder ``name=value`` for a column. A home or a delivery may be
called anything: what stands in its path must neither find other files nor put words into rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as pq

PLAIN_READING = "hive_partitioning=false"
"""The option of a reader under which folders called ``name=value`` bring no columns."""

_WILDCARD = re.compile(r"[*?\[]")
_HADOOP = re.compile(r"[*?\[\]{}\\]")


def file_literal(path: Path) -> str:
    """Give the SQL literal that names exactly one file to DuckDB's ``read_csv`` and its like.

    A name with both a backslash and a wildcard (``*``, ``?``, ``[``) cannot be said; see `can_be_said`.
    """
    text = _WILDCARD.sub(r"[\g<0>]", str(path.absolute())).replace("'", "''")
    return f"'{text}'"


def can_be_said(path: Path) -> bool:
    """Say whether a path can be named to an engine: it is UTF-8, and no backslash stands beside a wildcard."""
    text = str(path.absolute())
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\\" not in text or _WILDCARD.search(text) is None


def parquet_files(paths: Iterable[Path], *, by_name: bool = False) -> str:
    """Give the SQL that has DuckDB read exactly these Parquet files as one relation, with no columns but their own.

    ``by_name``: not all of them have all the columns.
    """
    united = ", union_by_name=true" if by_name else ""
    return f"read_parquet([{', '.join(map(file_literal, paths))}], {PLAIN_READING}{united})"


def hadoop_path(path: Path) -> str:
    """Give the text that names exactly one file to Spark, which takes ``{a,b}`` for a pattern too."""
    return _HADOOP.sub(r"\\\g<0>", str(path.absolute()))


@lru_cache(maxsize=4096)
def _columns_of(file: Path, size: int, changed: int) -> frozenset[str]:
    """Give the columns of a Parquet file, asked once of each form of it."""
    return frozenset(pq.read_schema(file).names)


def alike(files: Iterable[Path], columns: Iterable[str]) -> list[tuple[list[Path], frozenset[str]]]:
    """Put files together that hold the same of these columns; gives each group with the columns it holds.

    A file that was written before a column was added to its table lacks it; it is never rewritten, and reads as NULL.
    """
    wanted = frozenset(columns)
    groups: dict[frozenset[str], list[Path]] = {}
    for file in files:
        about = file.stat()
        held = _columns_of(file, about.st_size, about.st_mtime_ns)
        groups.setdefault(wanted & held, []).append(file)
    return [(paths, held) for held, paths in groups.items()]
