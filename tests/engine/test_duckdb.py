"""What only DuckDB does: native statements, writing Parquet, a database file, limits."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from yibao.engine import Engine, file_literal, open_engine
from yibao.kernel import Refused


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with open_engine("duckdb", memory_mib=256, threads=2, spill=tmp_path / "spill") as opened:
        yield opened


def value(engine: Engine, sql: str, *parameters: object) -> object:
    table = engine.execute_native(sql, list(parameters) or None)
    assert table is not None
    return table.column(0)[0].as_py()


def test_write_gives_one_file_of_portable_columns(engine: Engine, tmp_path: Path) -> None:
    engine.bind("line", arrow=pa.table({"v": [1, 2, 3], "s": ["a", "b", None]}))
    target = tmp_path / "it's.parquet"
    rows = engine.write("SELECT v, flag(v > :x) AS f, s, NULL AS n FROM line", target, {"x": 1})
    assert rows == 3
    assert pq.read_schema(target).types == [pa.int64(), pa.int64(), pa.string(), pa.int64()]
    assert pq.ParquetFile(target).metadata.row_group(0).column(0).compression == "ZSTD"
    assert sorted(row["f"] for row in pq.read_table(target).to_pylist()) == [0, 1, 1]
    assert engine.log[-1].rows == 3 and engine.log[-1].sql.startswith("COPY (")


def test_write_of_no_rows_keeps_the_columns(engine: Engine, tmp_path: Path) -> None:
    engine.bind("line", files=[], schema=pa.schema({"v": pa.int64(), "s": pa.string()}))
    assert engine.write("SELECT v, s FROM line", tmp_path / "x.parquet") == 0
    assert pq.read_schema(tmp_path / "x.parquet").types == [pa.int64(), pa.string()]


@pytest.mark.parametrize("expression", ["v > 1", "sum(v)", "v * 1.5"])
def test_what_is_not_portable_is_not_stored(engine: Engine, tmp_path: Path, expression: str) -> None:
    engine.bind("line", arrow=pa.table({"v": [1]}))
    sql = f"SELECT {expression} AS x FROM line" + (" GROUP BY ALL" if "sum" in expression else "")
    for attempt in (
        lambda: engine.write(sql, tmp_path / "x.parquet"),
        lambda: engine.materialise("stored", sql),
        lambda: engine.run(sql),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert (refused.value.code, refused.value.where) == ("engine.type", "x")
    assert not (tmp_path / "x.parquet").exists()


def test_native_statements_take_parameters_and_give_any_types(engine: Engine) -> None:
    assert value(engine, "SELECT ? + ?", 1.5, 2) == 3.5
    assert value(engine, "CREATE TABLE t AS SELECT range AS v FROM range(5)") == 5
    assert value(engine, "INSERT INTO t VALUES (?)", 9) == 1
    assert engine.execute_native("CREATE VIEW w AS SELECT v FROM t") is None
    assert value(engine, "SELECT list(v ORDER BY v) FROM w") == [0, 1, 2, 3, 4, 9]
    assert value(engine, "SET VARIABLE x = 1; SELECT getvariable('x')") == 1
    assert engine.log[-2].sql == "SELECT list(v ORDER BY v) FROM w"


def test_native_failures_are_refusals(engine: Engine) -> None:
    with pytest.raises(Refused) as refused:
        engine.execute_native("SELECT * FROM nowhere")
    assert refused.value.code == "engine.failed"


@pytest.mark.parametrize("margin", range(3))
def test_a_failure_whose_words_are_cut_within_a_character_is_a_refusal(
    engine: Engine, tmp_path: Path, margin: int
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("甲,乙\n" + "x" * margin + "汉" * 20_000 + ",1,2\n", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        engine.execute_native(
            f"SELECT * FROM read_csv({file_literal(file)}, auto_detect=false, header=false, delim=',', "
            "columns={'a': 'VARCHAR', 'b': 'VARCHAR'}, strict_mode=true)"
        )
    assert refused.value.code == "engine.failed"


def test_arrow_of_any_types_is_shown_to_native_statements(engine: Engine) -> None:
    engine.register_arrow("raw", pa.table({"x": pa.array([1.5, 2.5]), "d": pa.array([1, 2], pa.date32())}))
    assert value(engine, "SELECT sum(x) FROM raw") == 4.0


def test_native_tables_are_read_by_portable_selects(engine: Engine) -> None:
    engine.execute_native("CREATE TABLE t AS SELECT 1::INTEGER AS v, 'x' AS s")
    result = engine.run("SELECT v, s FROM t")
    assert result.schema.types == [pa.int64(), pa.string()]


def test_limits_are_ours(engine: Engine, tmp_path: Path) -> None:
    def setting(name: str) -> object:
        return value(engine, "SELECT current_setting(?)", name)

    assert setting("memory_limit") == "256.0 MiB"
    assert setting("threads") == 2
    assert str(setting("temp_directory")).startswith(str(tmp_path / "spill"))
    assert setting("max_temp_directory_size") == "64.0 GiB"
    assert setting("preserve_insertion_order") is False
    assert setting("autoinstall_known_extensions") is False
    assert setting("autoload_known_extensions") is False


def test_what_does_not_fit_memory_spills(tmp_path: Path) -> None:
    with open_engine("duckdb", memory_mib=64, threads=1, spill=tmp_path) as engine:
        engine.execute_native("CREATE TABLE t AS SELECT range AS v, hash(range) AS h FROM range(8_000_000)")
        assert value(engine, "SELECT sum(size) > 0 FROM duckdb_temporary_files()")
        assert value(engine, "SELECT count(DISTINCT v) FROM t WHERE v < 1000") == 1000


def test_no_room_to_spill_is_a_refusal(tmp_path: Path) -> None:
    with (
        open_engine("duckdb", memory_mib=32, spill_mib=1, threads=1, spill=tmp_path) as engine,
        pytest.raises(Refused) as refused,
    ):
        engine.execute_native("CREATE TABLE t AS SELECT range AS v, hash(range) AS h FROM range(8_000_000)")
    assert refused.value.code == "engine.failed"


def test_a_database_file_keeps_tables(tmp_path: Path) -> None:
    file = tmp_path / "staging.duckdb"
    with open_engine("duckdb", database=file, keep_order=True) as engine:
        engine.execute_native("CREATE TABLE t AS SELECT 7 AS v")
    with open_engine("duckdb", database=file) as engine:
        assert value(engine, "SELECT v FROM t") == 7


def test_a_file_that_is_no_database_is_a_refusal(tmp_path: Path) -> None:
    file = tmp_path / "broken.duckdb"
    file.write_bytes(b"not a database" * 1000)
    with pytest.raises(Refused) as refused:
        open_engine("duckdb", database=file, spill=tmp_path / "spill")
    assert (refused.value.code, refused.value.where) == ("engine.database", str(file))
    assert list((tmp_path / "spill").iterdir()) == []


def test_a_program_that_ends_leaves_nothing_on_its_terminal(tmp_path: Path) -> None:
    program = f"""
import pyarrow as pa
from pathlib import Path
from yibao.engine import open_engine
with open_engine("duckdb", spill=Path({str(tmp_path)!r})) as engine:
    engine.bind("t", arrow=pa.table({{"v": [1]}}))
    assert engine.run("SELECT v FROM t").num_rows == 1
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_no_progress_bar_is_ever_drawn_into_the_output() -> None:
    """A program given with ``-c`` counts as a person at a prompt; its bar would stand amid the JSON."""
    program = (
        "from yibao.engine import open_engine\n"
        "with open_engine('duckdb', memory_mib=256, threads=1) as engine:\n"
        "    found = engine.execute_native(\"SELECT current_setting('enable_progress_bar') AS bar\")\n"
        "    print(found.column(0)[0])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
