"""``yibao work``, as a shell and a service manager see it."""

from __future__ import annotations

import json
import os
import signal

import pytest
from tests.cli.shell import Shell

from yibao import bootstrap
from yibao.ledger import Tag, record, verify_everything
from yibao.store import Job, Register, UnitOfWork, defer


@pytest.fixture
def shell(
    fresh_register: Register, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    return Shell(fresh_register, capsys, monkeypatch)


def test_work_runs_jobs_and_tells_what_failed(
    fresh_register: Register, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = True

    def letter(unit: object, job: object) -> None:
        if broken:
            raise ValueError("no paper, password=geheim")

    monkeypatch.setitem(bootstrap.JOBS, "letter", letter)
    with fresh_register.unit_of_work("test") as unit:
        defer(unit, "letter", {})
    code, said, complained = shell("work", "--once", "--json")
    assert code == 1 and json.loads(said)["jobs"] == {"waiting": 1}
    assert "no paper" in complained and "geheim" not in complained + said
    with fresh_register.unit_of_work("test") as unit:
        unit.connection.exec_driver_sql("UPDATE job SET state = 'failed', ended_at = now()")
    broken = False
    code, said, complained = shell("work", "--once", "--again", "--json")
    assert (code, complained) == (0, "")
    assert json.loads(said) == {"done": 1, "put_back": 1, "jobs": {"done": 1}, "troubles": []}
    assert "完成 0 项" in shell("work", "--once")[1]


def test_a_service_ends_at_sigterm_with_its_job_done_and_signed(
    fresh_register: Register, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list[int] = []

    def letter(unit: UnitOfWork, job: Job) -> None:
        waiting.append(verify_everything(fresh_register).waiting)
        record(unit, Tag.CASEWORK_CASE_MOVED, f"job:{job.id}", {})
        if job.body["last"]:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setitem(bootstrap.JOBS, "letter", letter)
    with fresh_register.unit_of_work("test") as unit:
        for last in (False, True, True):
            defer(unit, "letter", {"last": last})
    code, said, complained = shell("work", "--json")
    assert (code, complained) == (0, "")
    assert json.loads(said)["jobs"] == {"done": 2, "waiting": 1}
    assert waiting == [0, 0], "what the first job wrote was signed before the second began"
