"""The names and the durability of lake files; nothing here knows the register."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from yibao.kernel import Refused, Text

_TABLE = re.compile(r"[a-z][a-z0-9_]{0,62}")
# A final name is 12-0.parquet. Anything else that holds such a name is a draft of it: ours (.12-0.parquet)
# or a writer's own draft of ours (tmp_.12-0.parquet).
_NAMED = re.compile(r"(?<!\d)(\d+)-(\d+)\.parquet")


def check_table(name: str) -> str:
    """Refuse a table name that is not plain (``store.lake_table_name``); it becomes a folder's name."""
    if not _TABLE.fullmatch(name):
        raise Refused(
            "store.lake_table_name",
            zh="湖表名只能用小写字母、数字和下划线",
            en="a lake table's name is lower-case letters, digits and underscores",
            wanted=_TABLE.pattern,
            came=name,
        )
    return name


def final_name(batch: int, index: int) -> str:
    """Give the name under which a file stays."""
    return f"{batch}-{index}.parquet"


def draft_name(batch: int, index: int) -> str:
    """Give the name under which a file is written; hidden, beside its final place."""
    return f".{final_name(batch, index)}"


@dataclass(frozen=True, slots=True)
class Found:
    """A file found in the lake's folders that carries a batch's number."""

    path: Path
    batch: int
    draft: bool


def walk(lake: Path) -> Iterator[Found]:
    """List every file in the lake's folders that a batch wrote, finished or not."""
    for path in sorted(lake.glob("*/*")):
        match = _NAMED.search(path.name)
        if match and path.is_file():
            yield Found(path, int(match[1]), draft=match[0] != path.name)


def has_files(lake: Path, batch: int) -> bool:
    """Whether the lake holds finished files under this batch's number."""
    return any(True for _ in lake.glob(f"*/{batch}-*.parquet"))


@dataclass(frozen=True, slots=True)
class Measured:
    """What the manifest records of a file."""

    rows: int
    bytes: int
    sha256: str


def measure(path: Path) -> Measured:
    """Count and digest a Parquet file (``store.lake_not_parquet`` where its footer cannot be read)."""
    # Late: importing Arrow takes a quarter of a second, and most programs publish nothing.
    from pyarrow import ArrowException, parquet

    try:
        rows: int = parquet.read_metadata(path).num_rows
    except (ArrowException, OSError) as error:
        raise Refused(
            "store.lake_not_parquet",
            zh="待发布的文件不是完整的 Parquet 文件",
            en="a staged file is not a whole Parquet file",
            where=str(path),
            wanted="a readable Parquet footer",
            came=str(error),
            todo=Text(
                zh="检查写入是否中断、磁盘是否已满", en="see whether writing broke off or the disk is full"
            ),
        ) from error
    return Measured(rows, path.stat().st_size, digest(path))


def digest(path: Path) -> str:
    """Give the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_file(path: Path) -> None:
    """Put a file's content on disk."""
    _sync(path, os.O_RDONLY)


def sync_directory(path: Path) -> None:
    """Put a directory's names on disk."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
