"""Verdicts that files cannot easily force: two natural ids that come to one integer key."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
from tests.collect.extracts import PERSON, write
from tests.collect.reading import Read

from yibao.claims import table
from yibao.collect.verdicts import Scene, bind_batches, judge
from yibao.engine import Engine


def test_two_ids_with_one_key_both_wait(engine: Engine, read: object, tmp_path: Path) -> None:
    assert callable(read)
    came: Read = read(write(tmp_path / "a.csv", [{**PERSON, "psn_no": f"P{n}"} for n in range(4)]), "person")
    engine.execute_native("UPDATE reading SET person_id = 7 WHERE person_no IN ('P1', 'P2')")
    reachable: dict[str, str] = {}
    judge(engine, Scene(came.staged.table, "reading", [], corrected=False), reachable)
    assert kinds(engine) == [(1, "collision"), (2, "collision")]
    found = engine.execute_native(f"SELECT id FROM {reachable['person']}")
    assert found is not None
    assert found.num_rows == 2


def test_an_id_with_the_key_of_another_in_the_lake_never_replaces_it(
    engine: Engine, read: object, tmp_path: Path
) -> None:
    assert callable(read)
    target = table("person")
    read(write(tmp_path / "a.csv", [{**PERSON, "psn_no": "P-old"}, PERSON]), "person")
    names = ", ".join(target.stored().names[1:-3])
    stored = engine.execute_native(
        f"SELECT CASE person_no WHEN 'P-old' THEN 7 ELSE 8 END AS person_id, {names}, 1 AS batch, 0 AS source_file, "
        "rowid + 2 AS source_row FROM reading"
    )
    assert stored is not None
    pq.write_table(stored.cast(target.stored()), tmp_path / "1.parquet")
    rows = [{**PERSON, "psn_no": "P-new"}, {**PERSON, "psn_name": "张叁"}]
    came: Read = read(write(tmp_path / "b.csv", rows), "person")
    engine.execute_native("UPDATE reading SET person_id = CASE person_no WHEN 'P-new' THEN 7 ELSE 8 END")
    bind_batches(engine, {1: datetime(2025, 3, 5, tzinfo=UTC)})
    judge(engine, Scene(came.staged.table, "reading", [tmp_path / "1.parquet"], corrected=False), {})
    assert kinds(engine) == [(0, "collision"), (1, "corrects")]


def kinds(engine: Engine) -> list[tuple[int, str]]:
    found = engine.execute_native("SELECT row, kind FROM verdict_person ORDER BY row")
    assert found is not None
    return [(r["row"], r["kind"]) for r in found.to_pylist()]
