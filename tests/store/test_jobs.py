"""Background jobs: exactly once in the register, whoever fails, whoever is killed, whoever works beside whom."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from tests.store import programs

from yibao.kernel import Event, Refused
from yibao.store import (
    Job,
    JobHandler,
    Register,
    UnitOfWork,
    count_jobs,
    defer,
    sweep,
    tell_trouble,
    try_again,
    work,
)

SOON = timedelta(milliseconds=50)


@pytest.fixture
def desk(fresh_register: Register) -> Register:
    """A register with a table for effects, in which a second effect of one job would show."""
    run(fresh_register, "CREATE TABLE effect (job bigint, told text)")
    return fresh_register


def run(register: Register, statement: str, **values: object) -> list[tuple[Any, ...]]:
    with register.engine.begin() as connection:
        done = connection.execute(text(statement), values)
        return [tuple(row) for row in done] if done.returns_rows else []


def put(register: Register, kind: str = "write", *, told: str = "", **options: Any) -> int:
    with register.unit_of_work("王某") as unit:
        return defer(unit, kind, {"told": told}, **options)


def write(unit: UnitOfWork, job: Job) -> None:
    unit.connection.execute(
        text("INSERT INTO effect VALUES (:job, :told)"), {"job": job.id, "told": job.body["told"]}
    )


def effects(register: Register) -> list[tuple[Any, ...]]:
    return run(register, "SELECT job, told FROM effect ORDER BY 1")


def states(register: Register) -> dict[int, str]:
    return dict(run(register, "SELECT id, state FROM job ORDER BY id"))  # type: ignore[arg-type]


def at_once(register: Register) -> None:
    """Let every pause be over."""
    run(register, "UPDATE job SET run_at = now() WHERE state = 'waiting'")


def test_a_job_exists_only_if_its_transaction_commits(desk: Register) -> None:
    with pytest.raises(KeyError), desk.unit_of_work("王某") as unit:
        defer(unit, "write", {"told": "never"})
        raise KeyError
    kept = put(desk, told="kept")
    assert work(desk, {"write": write}) == 1
    assert effects(desk) == [(kept, "kept")]
    assert work(desk, {"write": write}) == 0


def test_a_job_runs_in_the_name_of_who_deferred_it_and_not_before_its_time(desk: Register) -> None:
    seen: list[tuple[str, Job]] = []
    put(desk, told="later", run_at=datetime.now(UTC) + timedelta(days=3650))
    now = put(desk, told="now", run_at=datetime.now(UTC) - timedelta(days=1))
    work(desk, {"write": lambda unit, job: seen.append((unit.actor, job))})
    assert seen == [("王某", Job(now, "write", {"told": "now"}, None, "王某", 1))]


@pytest.mark.parametrize(
    ("body", "options", "code"),
    [
        ({"share": 0.5}, {}, "kernel.event_body"),
        ({}, {"run_at": datetime(2026, 3, 5, 10)}, "store.job_time"),  # noqa: DTZ001
    ],
)
def test_what_is_no_job_is_refused(desk: Register, body: Any, options: Any, code: str) -> None:
    with pytest.raises(Refused) as refused, desk.unit_of_work("王某") as unit:
        defer(unit, "write", body, **options)
    assert refused.value.code == code


def test_a_failure_takes_its_effects_back_waits_and_rests_as_failed_at_last(desk: Register) -> None:
    number = put(desk)
    heard: list[str] = []

    def write_and_break(unit: UnitOfWork, job: Job) -> None:
        write(unit, job)
        raise OSError(f"attempt {job.attempt}")

    for attempt in (1, 2, 3):
        assert states(desk) == {number: "waiting"}
        work(
            desk,
            {"write": write_and_break},
            attempts=3,
            trouble=lambda at, error: heard.append(f"{at}: {error}"),
        )
        [(pause, error)] = run(desk, "SELECT run_at - now() > interval '4 s', error FROM job")
        assert (pause, error) == (attempt < 3, f"OSError: attempt {attempt}")
        at_once(desk)
    assert states(desk) == {number: "failed"}
    assert heard == [f"job {number} write: attempt {n}" for n in (1, 2, 3)]
    assert effects(desk) == []
    with desk.unit_of_work("王某") as unit:
        assert try_again(unit) == 1
    assert work(desk, {"write": write}) == 1
    assert len(effects(desk)) == 1


def test_a_failing_job_does_not_stop_the_others(desk: Register) -> None:
    def write_unless_bad(unit: UnitOfWork, job: Job) -> None:
        if job.body["told"] == "bad":
            unit.connection.execute(text("SELECT 1/0"))
        write(unit, job)

    numbers = [put(desk, told=told) for told in ("bad", "good", "good")]
    assert work(desk, {"write": write_unless_bad}) == 2
    assert states(desk) == dict(zip(numbers, ("waiting", "done", "done"), strict=True))
    assert run(desk, "SELECT error FROM job WHERE id = :n", n=numbers[0]) == [
        ("DivisionByZero: division by zero",)
    ]


def test_jobs_without_a_handler_wait_for_one(desk: Register) -> None:
    put(desk, "unknown")
    assert work(desk, {"write": write}) == 0
    assert work(desk, {"unknown": write}) == 1


def test_jobs_of_one_key_that_are_due_together_are_one(desk: Register) -> None:
    first, second = (put(desk, told="count", key="count:330100") for _ in range(2))
    later = put(desk, key="count:330100", run_at=datetime.now(UTC) + timedelta(hours=1))
    other = put(desk, key="count:330200")
    assert work(desk, {"write": write}) == 2
    assert states(desk) == {first: "done", second: "merged", later: "waiting", other: "done"}
    again = put(desk, key="count:330100")
    work(desk, {"write": write})
    assert states(desk)[again] == "done"


def test_a_job_deferred_while_its_like_is_running_is_run_after_it(desk: Register) -> None:
    """Its transaction may hold what the running one could not see: to drop it would lose that."""
    order: list[int] = []

    def write_slowly(unit: UnitOfWork, job: Job) -> None:
        if not order:
            put(desk, key="k")
            assert work(desk, {"write": write}) == 0, "two of one key must not run at once"
        order.append(job.id)

    first = put(desk, key="k")
    work(desk, {"write": write_slowly})
    assert order == [first, first + 1]


def test_workers_side_by_side_do_every_job_once(desk: Register) -> None:
    numbers = [put(desk, key=f"k{n % 7}" if n % 2 else None) for n in range(60)]
    errors: list[Exception] = []
    workers = [
        threading.Thread(
            target=work,
            args=(desk, {"write": write}),
            kwargs={"trouble": lambda at, error: errors.append(error)},
        )
        for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    work(desk, {"write": write})
    done = [number for number, state in states(desk).items() if state == "done"]
    assert {*states(desk).values()} <= {"done", "merged"}
    assert {*numbers[::2]} <= {*done}
    assert [job for job, _ in effects(desk)] == done
    assert errors == []


def test_a_killed_worker_is_swept_and_its_job_done_once(desk: Register) -> None:
    number = put(desk, told="x")
    url = desk.url.render_as_string(hide_password=False)
    with programs.running("work_and_hang", desk.home.path, url) as worker:
        assert worker.stdout is not None and worker.stdout.readline() == "held\n"
        time.sleep(0.4)  # longer than its lease: the heartbeat keeps it
        assert sweep(desk).returned == 0
        worker.kill()
    programs.until(lambda: sweep(desk).returned)
    [(state, error)] = run(desk, "SELECT state, error FROM job")
    assert state == "waiting" and "killed" in error
    at_once(desk)
    assert work(desk, {"write": write}) == 1
    assert effects(desk) == [(number, "x")]


def test_what_kills_every_worker_rests_as_failed(desk: Register) -> None:
    put(desk)
    run(desk, "UPDATE job SET state = 'running', worker = 'x', attempts = 2, leased_until = now()")
    assert sweep(desk, attempts=2).failed == 1
    assert [*states(desk).values()] == ["failed"]


def test_who_lost_the_lease_has_done_nothing(desk: Register) -> None:
    """A worker that was away too long comes back while another has the job: only one of them counts."""
    number = put(desk, told="x")
    troubles: list[Exception] = []

    def away_too_long(unit: UnitOfWork, job: Job) -> None:
        write(unit, job)
        run(desk, "UPDATE job SET leased_until = now() - interval '1 s'")
        assert sweep(desk).returned == 1
        at_once(desk)
        assert work(desk, {"write": write}) == 1

    assert work(desk, {"write": away_too_long}, trouble=lambda at, error: troubles.append(error)) == 0
    assert [str(error) for error in troubles] == [f"the lease of job {number} ran out while it was worked on"]
    assert effects(desk) == [(number, "x")]


def test_an_interrupted_worker_hands_its_job_back_unharmed(desk: Register) -> None:
    def interrupt(unit: UnitOfWork, job: Job) -> None:
        write(unit, job)
        raise KeyboardInterrupt

    put(desk)
    with pytest.raises(KeyboardInterrupt):
        work(desk, {"write": interrupt})
    assert run(desk, "SELECT state, attempts, error FROM job") == [("waiting", 0, None)]
    assert work(desk, {"write": write}) == 1 and len(effects(desk)) == 1


def test_finished_jobs_are_pruned_and_failed_ones_kept(desk: Register) -> None:
    for _ in range(3):
        put(desk)
    work(desk, {"write": write})
    run(desk, "UPDATE job SET state = 'failed' WHERE id = (SELECT max(id) FROM job)")
    assert sweep(desk).pruned == 0
    assert sweep(desk, keep=timedelta(0)).pruned == 2
    with desk.unit_of_work("test") as unit:
        assert count_jobs(unit) == {"failed": 1}


def test_the_outbox_is_delivered_on_the_way(desk: Register) -> None:
    """An event whose handler defers a job: both are done in one call, and a bad handler is heard."""
    with desk.unit_of_work("王某") as unit:
        unit.emit(Event("audit.finished", "run:1", {}))
        unit.emit(Event("finding.found", "F1", {}))
    heard: list[str] = []

    def refuse(unit: UnitOfWork, delivered: object) -> None:
        raise ValueError("not today")

    done = work(
        desk,
        {"write": write},
        events={
            "audit.finished": lambda unit, d: void(defer(unit, "write", {"told": d.event.subject})),
            "finding.found": refuse,
        },
        trouble=lambda at, error: heard.append(f"{at}: {error}"),
    )
    assert done == 1 and [told for _, told in effects(desk)] == ["run:1"]
    assert "outbox: not today" in heard


def void(_: object) -> None:
    """Handlers give nothing back."""


# — waiting: with and without LISTEN/NOTIFY —


def at_work(register: Register, handler: JobHandler, seconds: float, *, listen: bool) -> Callable[[], None]:
    """Start a waiting worker; what comes back ends it."""
    over = threading.Event()
    worker = threading.Thread(
        target=work, args=(register, {"write": handler}),
        kwargs={"until": over.is_set, "poll": timedelta(seconds=seconds), "listen": listen},
    )  # fmt: skip
    worker.start()

    def end() -> None:
        over.set()
        put(register, "nothing")  # wakes a listener
        worker.join()

    return end


def test_notify_wakes_a_worker_that_would_wait_for_minutes(desk: Register) -> None:
    end = at_work(desk, write, 600, listen=True)
    programs.until(lambda: run(desk, "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"))
    for n in range(3):
        put(desk, told=str(n))
        programs.until(lambda n=n: len(effects(desk)) == n + 1)  # type: ignore[misc]
    end()


def test_polling_needs_neither_listen_nor_notify(desk: Register) -> None:
    """On a database without them: its pg_notify is gone, and the workers do not listen."""
    run(desk, "ALTER FUNCTION pg_catalog.pg_notify(text, text) RENAME TO no_notify")
    with pytest.raises(DBAPIError, match="pg_notify"):
        run(desk, "SELECT pg_notify('x', '')")
    end = at_work(desk, write, 0.02, listen=False)
    for n in range(3):
        put(desk, told=str(n))
        programs.until(lambda n=n: len(effects(desk)) == n + 1)  # type: ignore[misc]
    end()


def test_a_worker_whose_database_does_not_know_listen_polls(
    desk: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yibao.store.wake.CHANNEL", "not a channel")  # what comes back is a real syntax error
    end = at_work(desk, write, 0.02, listen=True)
    put(desk)
    programs.until(lambda: len(effects(desk)) == 1)
    end()


def test_a_job_is_run_at_its_time_and_not_at_the_next_poll(desk: Register) -> None:
    put(desk, run_at=datetime.now(UTC) + timedelta(milliseconds=300))
    end = at_work(desk, write, 600, listen=True)
    programs.until(lambda: len(effects(desk)) == 1)
    end()


def test_a_waiting_worker_outlives_broken_connections(desk: Register) -> None:
    end = at_work(desk, write, 0.02, listen=True)
    programs.until(lambda: run(desk, "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"))
    for n in range(3):
        run(
            desk,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        put(desk, told=str(n))
        programs.until(lambda n=n: len(effects(desk)) == n + 1)  # type: ignore[misc]
    end()


# — what is kept of an error —


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("postgresql://u:geheim@db/x is away"), "ValueError: postgresql://u:****@db/x is away"),
        (ValueError("password=geheim, token: abc"), "ValueError: password=**** token: ****"),
        (ValueError("of 11010519491231002X\0"), "ValueError: of 1****************X"),
        (ValueError("x" * 5000), "ValueError: " + "x" * 1988),
        (Refused("a.b", zh="不行", en="no"), "[a.b] 不行"),
        (
            OperationalError("SELECT 'geheim'", {"p": "geheim"}, psycopg.OperationalError("gone\nhost db")),
            "OperationalError: gone",
        ),
    ],
)
def test_an_error_is_told_without_secrets(error: Exception, told: str) -> None:
    assert tell_trouble(error) == told


def test_a_wrong_value_is_not_told(desk: Register) -> None:
    with pytest.raises(DBAPIError) as raised:
        run(desk, "SELECT CAST(:value AS bigint)", value="张三")
    assert "张三" in str(raised.value)
    assert tell_trouble(raised.value) == "InvalidTextRepresentation: invalid input syntax for type bigint"


def test_many_jobs_of_one_unit_wake_once(desk: Register) -> None:
    said: list[str] = []

    @event.listens_for(desk.engine, "before_cursor_execute")
    def hear(_c: object, _k: object, statement: str, *_: object) -> None:
        said.append(statement)

    with desk.unit_of_work("王某") as unit:
        for _ in range(10):
            defer(unit, "write", {"told": ""})
    assert sum("pg_notify" in statement for statement in said) == 1
