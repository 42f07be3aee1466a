"""Dump, restore, another major release, the doctor."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.store.programs import write_rows

from yibao.kernel import Event, Refused
from yibao.store import (
    Home,
    Lake,
    Register,
    defer,
    doctor,
    dump_register,
    open_register,
    restore_register,
    work,
)
from yibao.store.__main__ import main


def everything(register: Register) -> list[list[tuple[object, ...]]]:
    with register.engine.connect() as connection:
        return [
            [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY 1"))]
            for table in ("outbox", "batch", "lake_file", "alembic_version")
        ]


def fill(register: Register) -> Lake:
    lake = Lake(register.home, register)
    with lake.batch("collect", "国家") as batch, register.unit_of_work("办事员") as unit:
        write_rows(batch.stage("line"), 3)
        unit.emit(Event("batch.published", f"batch:{batch.number}", {"名": "值"}))
        batch.publish(unit)
    return lake


def url(register: Register) -> str:
    return register.url.render_as_string(hide_password=False)


def test_a_dump_moves_a_register_to_an_empty_home(
    fresh_register: Register, fresh_home: Home, tmp_path: Path
) -> None:
    fill(fresh_register)
    file = tmp_path / "登记库 1.dump"
    dump_register(fresh_register.home, file, url(fresh_register))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [file.name]
    assert main(["restore", str(fresh_home.path), str(file)]) == 0
    with open_register(fresh_home) as restored:
        assert everything(restored) == everything(fresh_register)
        with restored.unit_of_work("test") as unit:
            unit.emit(Event("audit.finished", "x", {}))  # numbers go on where they were
        assert len(everything(restored)[0]) == 2


def test_a_register_that_holds_something_is_not_restored_into(
    fresh_register: Register, tmp_path: Path
) -> None:
    file = tmp_path / "register.dump"
    dump_register(fresh_register.home, file, url(fresh_register))
    with pytest.raises(Refused) as refused:
        restore_register(fresh_register.home, file, url(fresh_register))
    assert refused.value.code == "store.restore_not_empty"


def test_a_file_that_is_no_dump_is_refused(fresh_register: Register, tmp_path: Path) -> None:
    with fresh_register.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    file = tmp_path / "register.dump"
    file.write_text("not a dump")
    with pytest.raises(Refused) as refused:
        restore_register(fresh_register.home, file, url(fresh_register))
    assert refused.value.code == "store.restore_failed"


def test_a_dump_that_cannot_be_written_is_refused(fresh_register: Register, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        dump_register(fresh_register.home, tmp_path / "none" / "register.dump", url(fresh_register))
    assert refused.value.code == "store.dump_failed"


def test_a_data_directory_of_another_major_release_is_refused_with_the_steps(fresh_home: Home) -> None:
    data = fresh_home.register / "data"
    data.mkdir()
    (data / "PG_VERSION").write_text("17\n")
    with pytest.raises(Refused) as refused:
        open_register(fresh_home)
    assert refused.value.code == "store.other_major"
    assert (refused.value.wanted, refused.value.came) == ("18", "17")
    assert refused.value.todo is not None
    for step in ("dump", "restore", str(fresh_home.path)):
        assert step in refused.value.todo.zh and step in refused.value.todo.en


def test_the_doctor_finds_a_sound_store_sound(
    fresh_register: Register, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(fresh_register)
    monkeypatch.setenv("YIBAO_REGISTER_URL", url(fresh_register))
    assert main(["doctor", str(fresh_register.home.path)]) == 0
    assert capsys.readouterr().out.count("✓") == 4


def test_the_doctor_makes_nothing(tmp_path: Path) -> None:
    checks = doctor(Home(tmp_path / "none"))
    assert [check.name for check in checks] == ["postgresql", "account", "space", "home"]
    assert all(check.ok for check in checks)
    assert not (tmp_path / "none").exists()


def test_the_doctor_finds_what_is_wrong(fresh_register: Register) -> None:
    lake = fill(fresh_register)
    [file] = lake.files("line")
    file.path.unlink()
    checks = {check.name: check for check in doctor(fresh_register.home, url(fresh_register))}
    assert not checks["lake"].ok and file.path.name in checks["lake"].detail.en
    assert checks["register"].ok and checks["jobs"].ok
    with fresh_register.unit_of_work("test") as unit:
        defer(unit, "letter", {})
    work(fresh_register, {"letter": lambda unit, job: 1 / 0}, attempts=1)  # type: ignore[arg-type,return-value]
    [jobs] = [c for c in doctor(fresh_register.home, url(fresh_register)) if c.name == "jobs"]
    assert not jobs.ok and "letter: ZeroDivisionError" in jobs.detail.en
    unreachable = doctor(fresh_register.home, "postgresql://u@127.0.0.1:1/x")
    assert [check.ok for check in unreachable if check.name == "register"] == [False]
