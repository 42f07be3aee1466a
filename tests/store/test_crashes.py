"""Publishing programs die at every step; what is visible afterwards is whole, and the rest is swept."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.store import programs
from tests.store.programs import write_rows

from yibao.kernel import Refused
from yibao.store import Lake, Register


@pytest.fixture
def lake(fresh_register: Register) -> Lake:
    return Lake(fresh_register.home, fresh_register)


def url(register: Register) -> str:
    return register.url.render_as_string(hide_password=False)


def parquet_files(lake: Lake) -> set[Path]:
    return {path for path in lake.path.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("place", "visible"),
    [
        ("measure:0", False),
        ("sync_file:1", False),
        ("rename:0", False),
        ("rename:1", False),  # one file has its final name, the other has not
        ("sync_directory:0", False),
        ("select:1", False),  # files are in place, the manifest is being written
        ("commit", False),  # everything is written, nothing is committed
        ("done", True),
    ],
)
def test_a_publisher_killed_anywhere(lake: Lake, fresh_register: Register, place: str, visible: bool) -> None:
    died = subprocess.run(
        programs.command("publish", fresh_register.home.path, url(fresh_register), place), check=False
    )
    assert died.returncode == -signal.SIGKILL
    assert len(lake.files("line")) == (2 if visible else 0)
    assert len(parquet_files(lake)) == 2
    # The killed program's session may need a moment to be noticed; until then its batch counts as alive.
    swept: list[Path] = []
    programs.until(lambda: swept.extend(lake.sweep()) or len(swept) == (0 if visible else 2))
    assert parquet_files(lake) == {file.path for file in lake.files("line")}
    assert lake.batches()[0].state == ("published" if visible else "abandoned")
    assert lake.verify() == []


def test_the_sweep_never_touches_a_living_batch(lake: Lake, fresh_register: Register) -> None:
    with (
        lake.batch("collect", "mine") as mine,
        programs.running("batch", fresh_register.home.path, url(fresh_register)) as other,
    ):
        write_rows(mine.stage("line"), 3)
        assert other.stdout is not None
        theirs = Path(other.stdout.readline().strip())
        writers_own_draft = theirs.with_name(f"tmp_{theirs.name}")
        writers_own_draft.touch()
        assert lake.sweep() == []
        other.kill()
        swept: list[Path] = []
        programs.until(lambda: swept.extend(lake.sweep()) or swept)
        assert set(swept) == {theirs, writers_own_draft}
        with fresh_register.unit_of_work("test") as unit:
            mine.publish(unit)
    assert [file.batch for file in lake.files("line")] == [mine.number]


def test_a_batch_that_was_swept_by_mistake_of_the_network_cannot_be_published(
    lake: Lake, fresh_register: Register
) -> None:
    """Its session broke, so the sweep had to think it dead; its program must learn that, not lose rows."""
    with pytest.raises(Refused) as refused, lake.batch("collect", "mine") as batch:
        write_rows(batch.stage("line"), 3)
        kill = "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory'"
        with fresh_register.engine.connect() as connection:
            connection.execute(text(kill))
        assert len(lake.sweep()) == 1
        with fresh_register.unit_of_work("test") as unit:
            batch.publish(unit)
    assert refused.value.code == "store.batch_over"


def test_a_batch_whose_session_broke_is_still_published_if_nobody_swept(
    lake: Lake, fresh_register: Register
) -> None:
    with lake.batch("collect", "mine") as batch:
        write_rows(batch.stage("line"), 3)
        kill = "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory'"
        with fresh_register.engine.connect() as connection:
            connection.execute(text(kill))
        with fresh_register.unit_of_work("test") as unit:
            batch.publish(unit)
    assert len(lake.files("line")) == 1
