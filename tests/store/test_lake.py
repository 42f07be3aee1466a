from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.store.programs import write_rows

from yibao.kernel import Refused
from yibao.store import Batch, Lake, Register


@pytest.fixture
def lake(fresh_register: Register) -> Lake:
    return Lake(fresh_register.home, fresh_register)


def deliver(lake: Lake, register: Register, rows: int = 3, table: str = "line") -> int:
    with lake.batch("collect", "national", {"files": ["表.csv"]}) as batch:
        write_rows(batch.stage(table), rows)
        with register.unit_of_work("test") as unit:
            batch.publish(unit)
    return batch.number


def files_below(lake: Lake) -> set[str]:
    return {path.relative_to(lake.path).as_posix() for path in lake.path.rglob("*") if path.is_file()}


def test_a_batch_is_invisible_until_its_commit(lake: Lake, fresh_register: Register) -> None:
    with lake.batch("collect", "national") as batch:
        write_rows(batch.stage("line"), 3)
        write_rows(batch.stage("line"), 4)
        write_rows(batch.stage("encounter"), 1)
        batch.stage("encounter")  # never written
        with fresh_register.unit_of_work("test") as unit:
            batch.publish(unit)
            assert lake.files("line") == []
    assert [(file.rows, file.batch, file.known_no) for file in lake.files("line")] == [
        (3, batch.number, 1),
        (4, batch.number, 1),
    ]
    assert len(lake.files("encounter")) == 1
    assert all(file.path.is_absolute() and file.path.is_file() for file in lake.files("line"))
    assert lake.verify() == []
    assert files_below(lake) == {
        f"line/{batch.number}-0.parquet",
        f"line/{batch.number}-1.parquet",
        f"encounter/{batch.number}-0.parquet",
    }


def test_a_batch_tells_what_it_is(lake: Lake, fresh_register: Register) -> None:
    number = deliver(lake, fresh_register)
    [info] = lake.batches()
    assert (info.number, info.kind, info.source, info.meta) == (
        number, "collect", "national", {"files": ["表.csv"]},
    )  # fmt: skip
    assert info.state == "published" and info.known_no == 1
    assert info.known_at is not None and info.known_at.tzinfo is not None


def test_an_empty_batch_is_known_too(lake: Lake, fresh_register: Register) -> None:
    with lake.batch("collect", "national") as batch, fresh_register.unit_of_work("test") as unit:
        batch.publish(unit)
    assert lake.batches()[0].state == "published"


def test_an_unpublished_batch_leaves_nothing(lake: Lake) -> None:
    with pytest.raises(ZeroDivisionError), lake.batch("collect", "national") as batch:
        write_rows(batch.stage("line"), 3)
        raise ZeroDivisionError
    assert files_below(lake) == set()
    assert lake.batches()[0].state == "abandoned"


@pytest.mark.parametrize("batch_is_inside", [False, True])
def test_a_rolled_back_publication_leaves_nothing(
    lake: Lake, fresh_register: Register, batch_is_inside: bool
) -> None:
    def publish(batch: Batch) -> None:
        write_rows(batch.stage("line"), 3)

    with pytest.raises(ZeroDivisionError):
        if batch_is_inside:
            with fresh_register.unit_of_work("test") as unit:
                with lake.batch("collect", "national") as batch:
                    publish(batch)
                    batch.publish(unit)
                raise ZeroDivisionError
        else:
            with lake.batch("collect", "national") as batch:
                publish(batch)
                with fresh_register.unit_of_work("test") as unit:
                    batch.publish(unit)
                    raise ZeroDivisionError
    assert files_below(lake) == set()
    assert lake.batches()[0].state == "abandoned"
    assert deliver(lake, fresh_register) > 1
    assert lake.batches()[1].known_no == 1  # the count has no gap


def test_a_batch_inside_its_unit_of_work_is_published_by_the_commit(
    lake: Lake, fresh_register: Register
) -> None:
    with fresh_register.unit_of_work("test") as unit:
        with lake.batch("collect", "national") as batch:
            write_rows(batch.stage("line"), 3)
            batch.publish(unit)
        assert lake.files("line") == []
    assert len(lake.files("line")) == 1


def test_a_commit_whose_answer_is_lost_is_judged_by_the_register(
    lake: Lake, fresh_register: Register
) -> None:
    with pytest.raises(ZeroDivisionError), lake.batch("collect", "national") as batch:
        write_rows(batch.stage("line"), 3)
        with fresh_register.unit_of_work("test") as unit:
            batch.publish(unit)
            unit.connection.commit()  # it did commit, and then the program learns of an error
            raise ZeroDivisionError
    assert len(lake.files("line")) == 1 and lake.verify() == []


def test_a_batch_is_published_once(lake: Lake, fresh_register: Register) -> None:
    with lake.batch("collect", "national") as batch:
        write_rows(batch.stage("line"), 3)
        with fresh_register.unit_of_work("test") as unit:
            batch.publish(unit)
        with pytest.raises(Refused) as refused, fresh_register.unit_of_work("test") as unit:
            batch.publish(unit)
    assert refused.value.code == "store.batch_over"
    assert len(lake.files("line")) == 1


def test_a_batch_cannot_be_published_after_it_was_left(lake: Lake, fresh_register: Register) -> None:
    with lake.batch("collect", "national") as batch:
        pass
    with pytest.raises(Refused) as refused, fresh_register.unit_of_work("test") as unit:
        batch.publish(unit)
    assert refused.value.code == "store.batch_over"


def test_half_a_file_is_not_published(lake: Lake, fresh_register: Register) -> None:
    with pytest.raises(Refused) as refused, lake.batch("collect", "national") as batch:
        path = batch.stage("line")
        write_rows(path, 1000)
        path.write_bytes(path.read_bytes()[:-100])
        with fresh_register.unit_of_work("test") as unit:
            batch.publish(unit)
    assert refused.value.code == "store.lake_not_parquet"
    assert files_below(lake) == set() and lake.files("line") == []


def test_numbers_that_a_former_register_gave_are_passed_over(lake: Lake, fresh_register: Register) -> None:
    """A register restored from an older dump must not reach for the files it has forgotten."""
    deliver(lake, fresh_register)
    lost = [lake.path / "line" / name for name in ("2-0.parquet", "3-7.parquet")]
    for path in lost:
        path.touch()
    assert deliver(lake, fresh_register) == 4
    assert lake.sweep() == [] and all(path.exists() for path in lost)
    assert {problem.path for problem in lake.verify()} == set(lost)


def test_a_file_of_the_same_name_is_never_overwritten(lake: Lake, fresh_register: Register) -> None:
    with pytest.raises(Refused) as refused, lake.batch("collect", "national") as batch:
        write_rows(batch.stage("line"), 3)
        stranger = lake.path / "line" / f"{batch.number}-0.parquet"
        stranger.write_bytes(b"of an older register")
        with fresh_register.unit_of_work("test") as unit:
            batch.publish(unit)
    assert refused.value.code == "store.lake_file_exists"
    assert stranger.read_bytes() == b"of an older register"


@pytest.mark.parametrize("name", ["../line", "Line", "", "line-1", "表"])
def test_a_table_name_is_plain(lake: Lake, name: str) -> None:
    with lake.batch("collect", "national") as batch:
        with pytest.raises(Refused) as refused:
            batch.stage(name)
        assert refused.value.code == "store.lake_table_name"


def test_batches_become_known_in_the_order_of_their_commits(lake: Lake, fresh_register: Register) -> None:
    with lake.batch("collect", "slow") as slow:
        write_rows(slow.stage("line"), 1)
        quick = deliver(lake, fresh_register, rows=2)
        with fresh_register.unit_of_work("test") as unit:
            slow.publish(unit)
    assert slow.number < quick
    assert [file.batch for file in lake.files("line")] == [quick, slow.number]
    assert [file.batch for file in lake.files("line", as_known=1)] == [quick]
    assert [file.batch for file in lake.files("line", since=quick)] == [slow.number]
    assert lake.files("line", since=slow.number) == []
    known = {batch.number: batch.known_at for batch in lake.batches()}
    first, second = known[quick], known[slow.number]
    assert first is not None and second is not None and first < second
    assert [file.batch for file in lake.files("line", as_known=first)] == [quick]
    assert lake.files("line", as_known=first - timedelta(microseconds=1)) == []
    assert lake.files("line", as_known=0) == []


def test_time_follows_the_count_when_the_clock_was_set_back(lake: Lake, fresh_register: Register) -> None:
    first = deliver(lake, fresh_register)
    with fresh_register.unit_of_work("test") as unit:
        unit.connection.execute(text("UPDATE batch SET known_at = now() + interval '1 day'"))
    second = deliver(lake, fresh_register)
    known = {batch.number: batch.known_at for batch in lake.batches()}
    assert known[first] < known[second]  # type: ignore[operator]


def test_a_look_at_a_moment_waits_for_publications_under_way(lake: Lake, fresh_register: Register) -> None:
    """Otherwise the same question about the same moment would get two answers."""
    answer: list[int] = []
    with lake.batch("collect", "national") as batch:
        write_rows(batch.stage("line"), 3)
        with fresh_register.unit_of_work("test") as unit:
            batch.publish(unit)
            moment = datetime.now(UTC) + timedelta(seconds=1)
            look = threading.Thread(
                target=lambda: answer.extend(file.batch for file in lake.files("line", as_known=moment))
            )
            look.start()
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            while not unit.connection.scalar(text(waiting)):
                assert look.is_alive()
    look.join()
    assert answer == [batch.number]


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ({"as_known": 2}, "store.lake_not_known"),
        ({"as_known": -1}, "store.lake_not_known"),
        ({"as_known": datetime(2026, 1, 1)}, "store.lake_naive_time"),  # noqa: DTZ001
        ({"since": 99}, "store.lake_since"),
    ],
)
def test_questions_without_an_answer_are_refused(
    lake: Lake, fresh_register: Register, question: dict[str, int], code: str
) -> None:
    deliver(lake, fresh_register)
    with pytest.raises(Refused) as refused:
        lake.files("line", **question)
    assert refused.value.code == code


def test_many_publications_at_once_are_counted_without_gaps(lake: Lake, fresh_register: Register) -> None:
    threads = [threading.Thread(target=deliver, args=(lake, fresh_register)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(batch.known_no or 0 for batch in lake.batches()) == [1, 2, 3, 4]


def test_verify_names_what_is_wrong(lake: Lake, fresh_register: Register) -> None:
    for _ in range(3):
        deliver(lake, fresh_register, rows=10)
    missing, longer, changed = (file.path for file in lake.files("line"))
    for path in (longer, changed):
        path.chmod(0o600)
    missing.unlink()
    longer.write_bytes(longer.read_bytes() + b"x")
    changed.write_bytes(bytes([changed.read_bytes()[0] ^ 1]) + changed.read_bytes()[1:])
    stranger = lake.path / "line" / "999-0.parquet"
    stranger.touch()
    assert {(problem.path, problem.what) for problem in lake.verify()} == {
        (missing, "missing"), (longer, "size"), (changed, "digest"), (stranger, "unknown"),
    }  # fmt: skip
    assert changed not in {problem.path for problem in lake.verify(digests=False)}
    assert lake.sweep() == []  # what the register does not know may belong to a newer one
    assert stranger.exists()


def test_files_are_private_and_not_to_be_written(lake: Lake, fresh_register: Register) -> None:
    deliver(lake, fresh_register)
    [file] = lake.files("line")
    assert file.path.stat().st_mode & 0o777 == 0o400
    for folder in (file.path.parent, lake.path, Path(fresh_register.home.path)):
        assert folder.stat().st_mode & 0o077 == 0
