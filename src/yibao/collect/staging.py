"""Staging: the rows of one table, read and judged one by one, inside the engine.

Good and bad rows stay together in the order of the file, so that a row's place is its number; what is wrong with
the few bad ones is told afterwards by looking at them again (`quarantine`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from yibao.claims import Table
from yibao.collect import layers
from yibao.collect.layers import Judgement
from yibao.collect.raw_rows import RawRows, told_again
from yibao.collect.sources import FileMap
from yibao.engine import Engine
from yibao.kernel import Refused, Text


@dataclass(frozen=True, slots=True)
class Staged:
    """The rows of one file staged for one table: where they lie and which raw columns they came from."""

    table: Table
    raw: RawRows
    file_map: FileMap
    file_number: int
    name: str
    first: int
    rows: int
    columns: dict[str, str]
    unused: tuple[str, ...]

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """Give what the rows were held against, in the order of the bits of ``bad`` and ``notes``."""
        return layers.judgements(self.table)

    @property
    def source_row(self) -> str:
        """Give the SQL of the number that the staged row ``s`` has in its file; the header is row 1."""
        return f"coalesce(s.record, {self.raw.number_at(f's.rowid - {self.first}')})"

    def raw_column(self, name: str) -> int | None:
        """Say which raw column brought a column of the table, if one did."""
        origin = self.columns.get(name)
        return int(origin[1:]) if origin is not None and layers.is_read(origin) else None


def make_ready(engine: Engine) -> None:
    """Tell the engine to leave lists of codes as they are; it would turn each into a join of its own."""
    engine.execute_native("SET disabled_optimizers = 'in_clause'")


def create(engine: Engine, table: Table, name: str) -> None:
    """Create the empty staging table of one contract table.

    ``record`` is the row's number in its file where that does not follow from its place; ``bad`` and ``notes`` hold
    a bit per judgement, the second for those that leave the row its way; ``money`` is what the row holds in fen.
    """
    fields = [f"{f.name} {'BIGINT' if f.type == 'int64' else 'VARCHAR'}" for f in table.stored()][1:-3]
    hashed = [f"{table.id} BIGINT"] if table.identity == "hash" else []
    engine.execute_native(
        f"CREATE OR REPLACE TABLE {name} ({', '.join([*hashed, *fields])}, natural_key VARCHAR, "
        "file_number BIGINT, record BIGINT, bad BIGINT, notes BIGINT, money BIGINT)"
    )


def stage(
    engine: Engine, table: Table, raw: RawRows, file_map: FileMap, file_number: int, name: str, *, tolerant: bool = False
) -> Staged:  # fmt: skip
    """Read one file into a staging table and judge every row; refuses a file that lacks a required column."""
    columns = layers.origins(table, raw, file_map)
    missing = [c for c in table.columns if c.required and c.name not in columns and c.default is None]
    if missing and not tolerant:
        raise Refused(
            "collect.missing_column",
            zh=f"文件缺少「{table.text.zh}」必需的列，整个文件未收",
            en=f"the file lacks columns that «{table.text.en}» requires; the whole file was left out",
            where=raw.incoming.shown,
            wanted="; ".join(f"{c.field} {c.zh}" for c in missing),
            came=", ".join(raw.header)[:500],
            todo=Text(
                zh="补齐列，或在对应关系文件的 columns 中写明列名",
                en="add the columns or map them under columns:",
            ),
        )
    engine.execute_native(f"INSERT INTO {name} {layers.select(table, raw, file_map, file_number)}")
    first, rows = _extent(engine, name, file_number)
    used = set(columns.values())
    unused = tuple(h for at, h in enumerate(raw.header) if f"c{at}" not in used)
    return Staged(table, raw, file_map, file_number, name, first, rows, columns, unused)


def stage_as_it_is(
    engine: Engine, table: Table, raw: RawRows, file_map: FileMap, file_number: int, name: str, scratch: Path
) -> Staged:  # fmt: skip
    """Stage a file, however untidy: where the engine cannot read its text, it is told again record by record.

    Counting the records first costs a tenth of staging them and finds the one ragged row of a large file early.
    """
    try:
        if raw.text is not None:
            engine.execute_native(f"SELECT count(*) FROM {raw.relation}")
        return stage(engine, table, raw, file_map, file_number, name)
    except (
        Refused,
        UnicodeDecodeError,
    ) as failed:  # the engine cuts its words anywhere, within a character too
        if raw.text is None or (isinstance(failed, Refused) and failed.code != "engine.failed"):
            raise
    return stage(engine, table, told_again(raw, scratch, file_number), file_map, file_number, name)


def _extent(engine: Engine, name: str, file_number: int) -> tuple[int, int]:
    """Give the place of a file's first row in its staging table, and the number of its rows."""
    found = engine.execute_native(
        f"SELECT coalesce(min(rowid), 0) AS first, count(*) AS n FROM {name} WHERE file_number = {file_number}"
    )
    assert found is not None
    return int(found.column("first")[0].as_py()), int(found.column("n")[0].as_py())
