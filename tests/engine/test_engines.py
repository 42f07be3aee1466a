"""What DuckDB and SQLite share: relations in, SELECTs over them, results and log out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from yibao.engine import Capability, Engine, open_engine, relation_of
from yibao.kernel import Refused

LINES = pa.table(
    {
        "id": pa.array([1, 2, 3], pa.int32()),
        "name": pa.array(["阿", None, "b"]).dictionary_encode(),
        "amount": pa.array([-7, None, 4_000_000_000], pa.int64()),
    }
)

WILD = ["a*b", "a?b", "a[b]", "[ab]", "[!q]", "a{b,c}", "**", "a\\b", "id=9", "amount=x"]
"""Folders that a pattern or a partition would be called."""


@pytest.fixture(params=["duckdb", "sqlite"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with open_engine(request.param, memory_mib=256, threads=1, spill=tmp_path / "spill") as opened:
        yield opened


def refusal(engine: Engine, sql: str, **parameters: int | str) -> Refused:
    with pytest.raises(Refused) as refused:
        engine.run(sql, parameters)
    return refused.value


def test_a_column_added_later_reads_as_nothing_in_older_files(engine: Engine, tmp_path: Path) -> None:
    """A lake outlives its contract: files are never rewritten when a table gets a column."""
    newer = pa.table({"a": pa.array([3], pa.int64()), "b": pa.array(["x"]), "c": pa.array([7], pa.int64())})
    pq.write_table(newer.select(["a"]), tmp_path / "older.parquet")
    pq.write_table(newer, tmp_path / "newer.parquet")
    files = [tmp_path / "older.parquet", tmp_path / "newer.parquet"]
    engine.bind("mixed", files=files, schema=newer.schema)
    found = engine.run("SELECT m.a, m.b, m.c FROM mixed AS m").to_pylist()
    assert sorted(found, key=str) == sorted(
        [{"a": 3, "b": None, "c": None}, {"a": 3, "b": "x", "c": 7}], key=str
    )
    engine.bind("older", files=files[:1], schema=newer.schema)
    assert engine.run("SELECT o.b, o.c FROM older AS o").to_pylist() == [{"b": None, "c": None}]


def test_parquet_files_are_one_relation(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "湖 它's"
    folder.mkdir()
    files = [folder / "a.parquet", folder / "b.parquet"]
    pq.write_table(LINES, files[0])
    pq.write_table(LINES.slice(0, 1), files[1], compression="zstd")
    engine.bind("line", files=files, schema=LINES.schema)
    result = engine.run("SELECT id, name, amount FROM line")
    assert result.schema == pa.schema({"id": pa.int64(), "name": pa.string(), "amount": pa.int64()})
    assert sorted(result.to_pylist(), key=str) == sorted(
        [*LINES.to_pylist(), {"id": 1, "name": "阿", "amount": -7}], key=str
    )


@pytest.mark.parametrize("name", WILD)
def test_a_path_means_one_file_and_brings_no_columns(engine: Engine, tmp_path: Path, name: str) -> None:
    for other in ("ab", "a-b", "a", "b", "x"):
        (tmp_path / other).mkdir()
        pq.write_table(LINES, tmp_path / other / "x.parquet")
    (tmp_path / name).mkdir()
    pq.write_table(LINES.slice(0, 1), tmp_path / name / "x.parquet")
    engine.bind("line", files=[tmp_path / name / "x.parquet"], schema=LINES.schema)
    assert engine.run("SELECT id, amount FROM line").to_pylist() == [{"id": 1, "amount": -7}]


def test_no_files_are_an_empty_relation(engine: Engine) -> None:
    engine.bind("line", files=[], schema=LINES.schema)
    result = engine.run("SELECT name, amount FROM line")
    assert (result.num_rows, result.schema.types) == (0, [pa.string(), pa.int64()])
    assert engine.relations["line"] == {"id": "BIGINT", "name": "VARCHAR", "amount": "BIGINT"}


@pytest.mark.parametrize(
    "kind", [pa.float64(), pa.decimal128(18, 2), pa.date32(), pa.bool_(), pa.uint32(), pa.list_(pa.int64())]
)
def test_other_types_are_not_bound(engine: Engine, kind: pa.DataType) -> None:
    with pytest.raises(Refused) as refused:
        engine.bind("line", arrow=pa.table({"id": [1], "odd": pa.array([None], kind)}))
    assert (refused.value.code, refused.value.where, refused.value.came) == ("engine.type", "odd", str(kind))


def test_binding_again_replaces(engine: Engine) -> None:
    for value in (1, 2):
        engine.bind("line", arrow=pa.table({"v": [value]}))
        assert engine.run("SELECT v FROM line").to_pylist() == [{"v": value}]
    engine.bind("line", arrow=pa.table({"other": ["x"]}))
    assert engine.run("SELECT other FROM line").to_pylist() == [{"other": "x"}]


def test_a_view_is_evaluated_late_and_a_stored_relation_once(engine: Engine) -> None:
    engine.bind("line", arrow=pa.table({"v": [1, 5]}))
    engine.view("seen", "SELECT v, v * 2 AS twice FROM line WHERE v > :least", {"least": 2})
    engine.materialise("stored", "SELECT v, flag(v > 2) AS large FROM line", indexes=[("v",)])
    engine.view("joined", "SELECT s.twice, t.large FROM seen AS s JOIN stored AS t ON t.v = s.v")
    result = engine.run("SELECT twice, large FROM joined")
    assert result.to_pylist() == [{"twice": 10, "large": 1}]
    assert result.schema.types == [pa.int64(), pa.int64()]
    engine.drop("joined")
    assert refusal(engine, "SELECT twice FROM joined").code == "engine.failed"


def test_a_name_may_change_its_kind(engine: Engine) -> None:
    engine.bind("line", arrow=pa.table({"v": [1]}))
    engine.view("x", "SELECT v FROM line")
    engine.materialise("x", "SELECT v + 1 AS v FROM line")
    assert engine.run("SELECT v FROM x").to_pylist() == [{"v": 2}]
    engine.bind("x", arrow=pa.table({"v": [9]}))
    assert engine.run("SELECT v FROM x").to_pylist() == [{"v": 9}]


def test_the_types_of_empty_views_are_known(engine: Engine) -> None:
    engine.bind("line", files=[], schema=LINES.schema)
    engine.view("a", "SELECT name AS n, id + 1 AS i FROM line")
    engine.materialise(
        "b", "WITH q AS (SELECT n, i FROM a) SELECT q.n || 'x' AS m, max(i) AS i FROM q GROUP BY q.n"
    )
    assert engine.run("SELECT m, i FROM b").schema.types == [pa.string(), pa.int64()]
    assert engine.relations["b"] == {"m": "VARCHAR", "i": "BIGINT"}


def test_parameters_are_literals_of_the_tree(engine: Engine) -> None:
    engine.bind("line", arrow=pa.table({"v": [1, 2], "s": ["a", "'; DROP TABLE line; --"]}))
    result = engine.run("SELECT v FROM line WHERE s = :s", {"s": "'; DROP TABLE line; --"})
    assert result.to_pylist() == [{"v": 2}]
    assert "''; DROP TABLE line; --'" in engine.log[-1].sql


@pytest.mark.parametrize("value", [1.5, True, None, 2**63, b"x"])
def test_other_parameters_are_refused(engine: Engine, value: object) -> None:
    engine.bind("line", arrow=pa.table({"v": [1]}))
    engine.run("SELECT v FROM line WHERE v = :x", {"x": 1})
    with pytest.raises(Refused) as refused:
        engine.run("SELECT v FROM line WHERE v = :x", {"x": value})  # type: ignore[dict-item]
    assert (refused.value.code, refused.value.where) == ("engine.parameter", ":x")


def test_the_log_is_what_ran(engine: Engine) -> None:
    engine.bind("line", arrow=pa.table({"v": [1, 2, 3]}))
    engine.run("SELECT v FROM line WHERE v >= :x", {"x": 2}, name="rule-7")
    last = engine.log[-1]
    assert (last.name, last.dialect, last.rows) == ("rule-7", engine.name, 2)
    assert last.sql.startswith("SELECT v FROM line WHERE v >= ")
    assert last.seconds >= 0


def test_what_the_library_raises_is_a_refusal_with_its_words(engine: Engine) -> None:
    refused = refusal(engine, "SELECT v FROM nowhere")
    assert refused.code == "engine.failed"
    assert refused.came is not None and "nowhere" in refused.came
    assert engine.log[-1].rows is None


def test_only_a_select_is_run(engine: Engine) -> None:
    assert refusal(engine, "DROP TABLE line").code == "engine.one_select"
    assert refusal(engine, "SELECT 1 AS x; SELECT 2 AS x").code == "engine.one_select"
    assert refusal(engine, "SELECT FROM WHERE").code == "engine.syntax"


def test_results_that_are_not_portable_are_refused(engine: Engine) -> None:
    engine.bind("line", arrow=pa.table({"v": [1, 2]}))
    refused = refusal(engine, "SELECT v * 1.5 AS x FROM line")
    assert (refused.code, refused.where) == ("engine.type", "x")


def test_a_bad_name_is_refused(engine: Engine) -> None:
    with pytest.raises(Refused) as refused:
        engine.bind("Line; --", arrow=pa.table({"v": [1]}))
    assert refused.value.code == "engine.name"


def test_bind_takes_files_or_arrow(engine: Engine) -> None:
    with pytest.raises(TypeError):
        engine.bind("line")
    with pytest.raises(TypeError):
        engine.bind("line", files=[], schema=LINES.schema, arrow=LINES)


def test_closing_gives_everything_back(engine: Engine, tmp_path: Path) -> None:
    assert list((tmp_path / "spill").iterdir()) != []
    engine.close()
    engine.close()
    assert list((tmp_path / "spill").iterdir()) == []


def test_cancel_leaves_the_engine_usable(engine: Engine) -> None:
    engine.cancel()
    engine.bind("line", arrow=pa.table({"v": [1]}))
    assert engine.run("SELECT v FROM line").num_rows == 1


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        open_engine("oracle")
    assert refused.value.code == "engine.unknown"


def test_relations_are_read_from_a_schema() -> None:
    assert relation_of(LINES.schema) == {"id": "BIGINT", "name": "VARCHAR", "amount": "BIGINT"}


# — SQLite alone —


def test_sqlite_raises_on_what_it_cannot_do(tmp_path: Path) -> None:
    with open_engine("sqlite") as engine:
        for attempt, capability in (
            (lambda: engine.write("SELECT 1 AS x", tmp_path / "x.parquet"), Capability.WRITE_PARQUET),
            (lambda: engine.execute_native("SELECT 1"), Capability.NATIVE_SQL),
            (lambda: engine.register_arrow("x", LINES), Capability.REGISTER_ARROW),
            (lambda: engine.require(Capability.READ_CSV), Capability.READ_CSV),
        ):
            with pytest.raises(Refused) as refused:
                attempt()
            assert (refused.value.code, refused.value.wanted) == ("engine.capability", capability.value)
    with pytest.raises(Refused) as refused:
        open_engine("sqlite", database=tmp_path / "x.db")
    assert refused.value.wanted == Capability.DATABASE_FILE.value
    with pytest.raises(Refused) as refused:
        open_engine("spark", keep_order=True)
    assert refused.value.wanted == Capability.KEEP_ORDER.value


def test_sqlite_never_gives_a_real_for_an_integer() -> None:
    with open_engine("sqlite") as engine:
        engine.bind("line", arrow=pa.table({"v": [2**62]}))
        assert refusal(engine, "SELECT v * 4 AS x FROM line").code == "engine.type"
        assert refusal(engine, "SELECT CAST(sum(v * 4) AS BIGINT) AS x FROM line").code == "engine.type"


def test_sqlite_uses_the_index_it_was_asked_for() -> None:
    with open_engine("sqlite") as engine:
        engine.bind("line", arrow=pa.table({"p": [1, 2], "v": [3, 4]}))
        engine.materialise("history", "SELECT p, v FROM line", indexes=[("p",)])
        assert "CREATE INDEX" in engine.log[-1].sql


def test_star_with_a_pick_is_refused_where_it_would_show_a_helper_column() -> None:
    sql = "SELECT * FROM line QUALIFY row_number() OVER (PARTITION BY p ORDER BY v) = 1"
    with open_engine("sqlite") as engine:
        engine.bind("line", arrow=pa.table({"p": [1], "v": [2]}))
        assert refusal(engine, sql).code == "engine.not_portable"
        assert engine.run("SELECT * FROM line").to_pylist() == [{"p": 1, "v": 2}]
