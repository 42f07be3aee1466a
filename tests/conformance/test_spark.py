"""What only Spark has: a session to start, share and stop, and files to read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.engine.spark_session import require_spark

from yibao.engine import Capability, Engine, open_engine
from yibao.kernel import Refused


@pytest.mark.spark
def test_parquet_files_views_and_stored_relations(spark: Engine, tmp_path: Path) -> None:
    table = pa.table({"id": pa.array([1, 2, 3], pa.int32()), "name": ["甲", None, "乙"]})
    files = [tmp_path / "a 1.parquet", tmp_path / "b.parquet"]
    pq.write_table(table, files[0], compression="zstd")
    pq.write_table(table.slice(0, 1), files[1])
    spark.bind("line", files=files, schema=table.schema)
    spark.view("seen", "SELECT id, name, flag(id > :x) AS large FROM line", {"x": 1})
    spark.materialise(
        "stored", "SELECT name, large, 1 AS one FROM seen WHERE name IS NOT NULL", indexes=[("name",)]
    )
    assert spark.relations["stored"] == {"name": "VARCHAR", "large": "BIGINT", "one": "BIGINT"}
    # Stored ones are 64 bits wide, as on the other engines.
    result = spark.run(
        "SELECT name, CAST(sum(one * 2000000000 * 2) AS BIGINT) AS n FROM stored GROUP BY name"
    )
    assert sorted(row["n"] for row in result.to_pylist()) == [4_000_000_000, 8_000_000_000]
    spark.materialise("stored", "SELECT 5 AS v FROM seen WHERE id = 2")
    assert spark.run("SELECT v FROM stored").to_pylist() == [{"v": 5}]
    spark.bind("line", files=[], schema=table.schema)
    assert spark.run("SELECT id, name FROM line").schema.types == [pa.int64(), pa.string()]
    for name in ("seen", "stored", "line"):
        spark.drop(name)
    with pytest.raises(Refused) as refused:
        spark.run("SELECT v FROM stored")
    assert refused.value.code == "engine.failed"


@pytest.mark.spark
def test_the_log_is_what_ran(spark: Engine) -> None:
    spark.bind("line", arrow=pa.table({"v": [1, 2]}))
    spark.run("SELECT v FROM line WHERE v > :x", {"x": 1}, name="rule-7")
    last = spark.log[-1]
    assert (last.name, last.dialect, last.rows) == ("rule-7", "spark", 1)
    assert last.sql == "SELECT v FROM line WHERE v > CAST(1 AS BIGINT)"
    spark.cancel()
    assert spark.run("SELECT v FROM line").num_rows == 2


@pytest.mark.spark
def test_results_that_are_not_portable_are_refused(spark: Engine) -> None:
    spark.bind("line", arrow=pa.table({"v": [1, 2]}))
    for attempt in (
        lambda: spark.run("SELECT v > 1 AS x FROM line"),
        lambda: spark.materialise("stored", "SELECT v > 1 AS x FROM line"),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert (refused.value.code, refused.value.where) == ("engine.type", "x")


@pytest.mark.spark
def test_what_it_cannot_do_raises(spark: Engine, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        spark.write("SELECT 1 AS x", tmp_path / "x.parquet")
    assert refused.value.wanted == Capability.WRITE_PARQUET.value


@pytest.mark.spark
def test_there_is_one_session_in_a_process(spark: Engine) -> None:
    with pytest.raises(Refused) as refused:
        open_engine("spark")
    assert refused.value.code == "engine.spark_busy"


@pytest.mark.parametrize("home", ["", "/nowhere"])
def test_without_java_the_refusal_names_the_command(monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("JAVA_HOME", home)
    with pytest.raises(Refused) as refused:
        open_engine("spark")
    assert refused.value.code == "engine.java_missing"
    assert refused.value.todo is not None
    assert "sudo apt-get install -y openjdk-17-jre-headless" in refused.value.todo.zh


@pytest.mark.spark
def test_a_java_that_fails_is_heard(tmp_path: Path) -> None:
    """In a program of its own, because the session of this one is in use."""
    java = tmp_path / "jdk" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text("#!/bin/sh\necho 'UnsupportedClassVersionError: too old' >&2\nexit 1\n")
    java.chmod(0o755)
    program = f"""
from pathlib import Path
from yibao.engine import open_engine
from yibao.kernel import Refused
try:
    open_engine("spark", spill=Path({str(tmp_path / "spill")!r}))
except Refused as refused:
    print(refused.code, refused.came)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, "JAVA_HOME": str(tmp_path / "jdk")},
    )
    assert "engine.spark_failed" in done.stdout
    assert "UnsupportedClassVersionError: too old" in done.stdout
    assert list((tmp_path / "spill").iterdir()) == []


@pytest.mark.spark
@pytest.mark.slow
def test_a_closed_engine_leaves_nothing_and_another_can_be_opened(tmp_path: Path) -> None:
    """In a program of its own, because the session of this one is in use."""
    require_spark()
    program = f"""
import pyarrow as pa
from pathlib import Path
from yibao.engine import open_engine
for n in (1, 2):
    with open_engine("spark", memory_mib=512, threads=1, spill=Path({str(tmp_path / "spill")!r})) as engine:
        engine.bind("t", arrow=pa.table({{"v": [n]}}))
        assert engine.run("SELECT v FROM t").to_pylist() == [{{"v": n}}]
        engine.close()
"""
    work = tmp_path / "work"
    work.mkdir()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, cwd=work
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "ERROR" not in done.stderr and "Traceback" not in done.stderr
    assert list(work.iterdir()) == []
    assert list((tmp_path / "spill").iterdir()) == []
