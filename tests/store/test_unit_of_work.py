from __future__ import annotations

import subprocess
import threading
from collections import Counter

import pytest
from sqlalchemy import func, select, text
from tests.store import programs

from yibao.kernel import Event, Refused
from yibao.store import Delivered, Register, UnitOfWork, open_register
from yibao.store.tables import outbox


def waiting(register: Register) -> int:
    with register.engine.connect() as connection:
        return connection.scalar(select(func.count()).where(outbox.c.delivered_at.is_(None))) or 0


def test_a_clean_exit_commits(fresh_register: Register) -> None:
    with fresh_register.unit_of_work("clerk") as unit:
        unit.emit(Event("audit.finished", "thing:1", {"字": "值"}))
    assert waiting(fresh_register) == 1


def test_an_error_rolls_everything_back(fresh_register: Register) -> None:
    with pytest.raises(ZeroDivisionError), fresh_register.unit_of_work("clerk") as unit:
        unit.emit(Event("audit.finished", "thing:1", {}))
        raise ZeroDivisionError
    assert waiting(fresh_register) == 0


def test_what_is_due_at_the_end_sees_the_outcome(fresh_register: Register) -> None:
    seen: list[int] = []
    with fresh_register.unit_of_work("clerk") as unit:
        unit.at_end(lambda: seen.append(waiting(fresh_register)))
        unit.emit(Event("audit.finished", "thing:1", {}))
        assert seen == []
    with pytest.raises(ZeroDivisionError), fresh_register.unit_of_work("clerk") as unit:
        unit.at_end(lambda: seen.append(waiting(fresh_register)))
        unit.emit(Event("audit.finished", "thing:2", {}))
        raise ZeroDivisionError
    assert seen == [1, 1]


def test_events_arrive_once_with_who_and_when(fresh_register: Register) -> None:
    with fresh_register.unit_of_work("clerk") as unit:
        unit.emit(Event("audit.finished", "thing:1", {"n": [1, "二"]}))
        unit.emit(Event("batch.published", "thing:2", {}))
    got: list[Delivered] = []
    handlers = {"audit.finished": lambda unit, event: got.append(event)}
    assert fresh_register.deliver(handlers) == 1
    assert fresh_register.deliver(handlers) == 0
    [delivered] = got
    event = delivered.event
    assert (event.kind, event.subject, event.body, event.actor) == (
        "audit.finished",
        "thing:1",
        {"n": [1, "二"]},
        "clerk",
    )
    assert delivered.id and delivered.written_at.tzinfo is not None
    assert waiting(fresh_register) == 1  # nobody asked for the other kind


def test_a_failing_handler_keeps_its_event_and_its_changes_out(fresh_register: Register) -> None:
    with fresh_register.unit_of_work("clerk") as unit:
        for number in range(3):
            unit.emit(Event("audit.finished", f"thing:{number}", {}))
    broken = True

    def handle(unit: UnitOfWork, delivered: Delivered) -> None:
        unit.emit(Event("finding.found", delivered.event.subject, {}))
        if broken and delivered.event.subject == "thing:1":
            raise ZeroDivisionError

    def effects() -> list[str]:
        with fresh_register.engine.connect() as connection:
            wanted = (
                select(outbox.c.subject).where(outbox.c.kind == "finding.found").order_by(outbox.c.subject)
            )
            return list(connection.scalars(wanted))

    with pytest.raises(ZeroDivisionError):
        fresh_register.deliver({"audit.finished": handle})
    assert effects() == ["thing:0", "thing:2"]
    broken = False
    assert fresh_register.deliver({"audit.finished": handle}) == 1
    assert effects() == ["thing:0", "thing:1", "thing:2"]


def test_delivery_stops_at_its_limit(fresh_register: Register) -> None:
    with fresh_register.unit_of_work("clerk") as unit:
        for number in range(5):
            unit.emit(Event("audit.finished", f"thing:{number}", {}))
    assert fresh_register.deliver({"audit.finished": lambda unit, event: None}, limit=2) == 2
    assert waiting(fresh_register) == 3


def test_two_workers_share_the_work(fresh_register: Register) -> None:
    count = 60
    with fresh_register.unit_of_work("clerk") as unit:
        for number in range(count):
            unit.emit(Event("audit.finished", f"thing:{number}", {}))
    handled: Counter[str] = Counter()
    both_inside = threading.Barrier(2)  # proves that neither waits for the other's transaction
    first = threading.local()

    def handle(unit: UnitOfWork, delivered: Delivered) -> None:
        if not hasattr(first, "done"):
            first.done = True
            both_inside.wait(timeout=60)
        handled[delivered.event.subject] += 1

    def work() -> None:
        while fresh_register.deliver({"audit.finished": handle}, limit=10):
            pass

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert handled == Counter({f"thing:{number}": 1 for number in range(count)})


def test_only_one_holds_an_exclusive_right(fresh_register: Register) -> None:
    with fresh_register.exclusive("collect"):
        with pytest.raises(Refused) as refused, fresh_register.exclusive("collect", wait=False):
            pass
        assert refused.value.code == "store.busy"
        with fresh_register.exclusive("another", wait=False):
            pass
    with fresh_register.exclusive("collect", wait=False):
        pass


def test_an_error_inside_frees_the_exclusive_right(fresh_register: Register) -> None:
    with pytest.raises(ZeroDivisionError), fresh_register.exclusive("collect"):
        raise ZeroDivisionError
    with fresh_register.exclusive("collect", wait=False):
        pass


def test_a_second_program_is_told_once_and_waits_even_for_a_killed_one(fresh_register: Register) -> None:
    url = fresh_register.url.render_as_string(hide_password=False)
    arguments = ("lock", fresh_register.home.path, url, "collect")
    with programs.running(*arguments) as first:
        assert first.stdout is not None and first.stdout.readline() == "held\n"
        with programs.running(*arguments) as second:
            assert second.stdout is not None and second.stdout.readline() == "waiting\n"
            first.kill()
            assert second.stdout.readline() == "held\n"
            assert second.stdin is not None
            second.stdin.close()
            assert second.wait(timeout=60) == 0


def test_a_lost_exclusive_right_is_noticed(fresh_register: Register) -> None:
    kill_others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    with (
        pytest.raises(Refused) as refused,
        fresh_register.exclusive("collect"),
        fresh_register.engine.connect() as connection,
    ):
        connection.execute(text(f"{kill_others} AND pid <> pg_backend_pid()"))
    assert refused.value.code == "store.lock_lost"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mysql://root:geheim@db/x", "store.url_not_postgresql"),
        ("geheim", "store.url_not_postgresql"),
        ("postgresql://u:geheim@127.0.0.1:1/x", "store.no_connection"),
    ],
)
def test_a_wrong_url_is_refused_without_telling_its_password(register: Register, url: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        open_register(register.home, url)
    assert refused.value.code == code
    assert "geheim" not in refused.value.render("en")


def test_the_url_may_come_from_the_environment(
    fresh_register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = fresh_register.url.render_as_string(hide_password=False).removeprefix("postgresql+psycopg")
    monkeypatch.setenv("YIBAO_REGISTER_URL", f"postgresql{url}")
    with open_register(fresh_register.home) as opened:
        assert opened.url == fresh_register.url
    assert not (fresh_register.home.path / "register").exists()


def test_misuse_of_the_upkeep_command_is_exit_code_two() -> None:
    done = subprocess.run(
        [programs.sys.executable, "-m", "yibao.store", "dance"], capture_output=True, check=False
    )
    assert done.returncode == 2
