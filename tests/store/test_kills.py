"""Programs, keepers and servers are killed; what was acknowledged is still there, and the next open works."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from tests.store import programs
from tests.store.programs import until

from yibao.kernel import Refused
from yibao.store import Home, open_register, register, stop_register
from yibao.store.embedded import find_binaries
from yibao.store.embedded.filelock import FileLock
from yibao.store.embedded.layout import Layout, Note, read_note
from yibao.store.embedded.processes import Identity, postgres_in


def note_of(home: Home) -> Note:
    note = read_note(Layout(home.register).note)
    assert note is not None
    return note


def server_pid(home: Home) -> int:
    server = note_of(home).server
    assert server is not None
    return server.pid


def server_is_gone(home: Home) -> bool:
    layout = Layout(home.register)
    with FileLock(layout.lock("server")) as server, FileLock(layout.lock("keeper")) as keeper:
        return server.try_shared() and keeper.try_shared() and not postgres_in(layout.data)


def first_line(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    return program.stdout.readline().strip()


def numbers(home: Home) -> set[int]:
    with open_register(home, linger=0.3) as register, register.engine.connect() as connection:
        return set(connection.scalars(text("SELECT n FROM journal")))


def test_programs_share_one_server_and_the_last_one_out_stops_it(
    fresh_home: Home,
) -> None:
    path = fresh_home.path
    with (
        programs.running("hold", path) as one,
        programs.running("hold", path) as two,
        programs.running("hold", path) as three,
    ):
        assert len({first_line(one), first_line(two), first_line(three)}) == 1
        one.kill()
        assert two.stdin is not None and three.stdin is not None
        two.stdin.close()
        assert two.wait(60) == 0
        assert not server_is_gone(fresh_home)
        three.stdin.close()
        assert three.wait(60) == 0
    until(lambda: server_is_gone(fresh_home))
    assert "database system is shut down" in Layout(fresh_home.register).log_tail()


def test_a_killed_program_lets_go(fresh_home: Home) -> None:
    with programs.running("hold", fresh_home.path) as program:
        first_line(program)
        program.kill()
    until(lambda: server_is_gone(fresh_home))


def test_a_program_that_comes_back_soon_finds_its_server(fresh_home: Home) -> None:
    with open_register(fresh_home):
        first = server_pid(fresh_home)
    with open_register(fresh_home):
        assert server_pid(fresh_home) == first


@pytest.mark.parametrize(
    "victims",
    [
        ("server",),
        pytest.param(("keeper",), marks=pytest.mark.slow),
        pytest.param(("keeper", "server"), marks=pytest.mark.slow),
    ],
    ids="+".join,
)
def test_nothing_acknowledged_is_lost(fresh_home: Home, tmp_path: Path, victims: tuple[str, ...]) -> None:
    journal = tmp_path / "journal"
    with programs.running("journal", fresh_home.path, journal) as writer:
        assert first_line(writer) == "ready"
        for _ in range(3):
            before = journal.read_text().count("\n")
            until(lambda before=before: journal.read_text().count("\n") > before + 20)  # type: ignore[misc]
            note = note_of(fresh_home)
            for victim in victims:
                os.kill(note.keeper.pid if victim == "keeper" else server_pid(fresh_home), signal.SIGKILL)
            # The writer goes on by itself: its next connection has the server started again.
            until(lambda was=note: (now := read_note(Layout(fresh_home.register).note)) is not None
                  and now != was and now.phase == "ready")  # type: ignore[misc]  # fmt: skip
        until(lambda: journal.read_text().count("\n") > before + 40)
        writer.kill()
    acknowledged = {int(line) for line in journal.read_text().split("\n")[:-1]}
    assert acknowledged <= numbers(fresh_home)


def test_a_child_that_outlives_its_killed_postmaster_is_waited_for(fresh_home: Home) -> None:
    with open_register(fresh_home) as register, register.engine.connect() as connection:
        busy = connection.connection.driver_connection
        assert busy is not None
        backend = connection.scalar(text("SELECT pg_backend_pid()"))
        # Counting never waits for anything, so this backend does not notice that its postmaster died.
        busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000000)")
        until(lambda: "R" in Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[0])
        os.kill(server_pid(fresh_home), signal.SIGKILL)
        with open_register(fresh_home) as again, again.engine.connect() as fresh:
            assert fresh.scalar(text("SELECT 1")) == 1
        assert Identity.of(backend) is None
        connection.invalidate()


def test_a_stale_pid_file_does_not_harm_the_new_owner_of_the_pid(fresh_home: Home) -> None:
    """The bystander runs as the server's own user, where PostgreSQL itself would refuse to start."""
    with open_register(fresh_home):
        owner = (fresh_home.register / "data").stat()
        stale = (fresh_home.register / "data" / "postmaster.pid").read_text().splitlines()
        stale_note = note_of(fresh_home)
    stop_register(fresh_home)
    options = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
    with subprocess.Popen(["sleep", "600"], **options) as bystander:  # type: ignore[call-overload]
        try:
            pid_file = fresh_home.register / "data" / "postmaster.pid"
            pid_file.write_text("\n".join([str(bystander.pid), *stale[1:]]))
            os.chown(pid_file, owner.st_uid, owner.st_gid)
            reused = Identity(bystander.pid, stale_note.keeper.started, stale_note.keeper.boot)
            Note("ready", reused, socket=stale_note.socket, server_account=stale_note.server_account,
                 server_uid=stale_note.server_uid, server=reused).write(
                Layout(fresh_home.register).note)  # fmt: skip
            assert stop_register(fresh_home) is False
            with open_register(fresh_home) as register, register.engine.connect() as connection:
                assert connection.scalar(text("SELECT 1")) == 1
            stop_register(fresh_home)
            assert bystander.poll() is None
        finally:
            bystander.kill()


def test_a_server_that_somebody_else_started_is_left_alone(public_place: Path) -> None:
    home = Home(public_place / "home")
    with open_register(home):
        owner = (home.register / "data").stat()
    stop_register(home)
    from yibao.store.embedded.account import Account
    from yibao.store.embedded.privilege import Demotion, capability_for

    account = Account("server", owner.st_uid, owner.st_gid)
    postgres = Path(find_binaries()["postgres"])
    demotion = Demotion(account, capability_for(account, [postgres], [home.register]), signal.SIGINT)
    command = [str(postgres), "-D", str(home.register / "data"), "-c", "listen_addresses=",
               "-c", f"unix_socket_directories={home.register / 'data'}"]  # fmt: skip
    with subprocess.Popen(command, preexec_fn=demotion, stderr=subprocess.DEVNULL) as foreign:
        try:
            until(lambda: (home.register / "data" / "postmaster.pid").exists())
            until(lambda: postgres_in(home.register / "data"))
            with pytest.raises(Refused) as refused:
                open_register(home)
            assert refused.value.code == "store.foreign_server"
            assert foreign.poll() is None
        finally:
            foreign.terminate()


def test_the_start_has_a_time_out(fresh_home: Home) -> None:
    with pytest.raises(Refused) as refused:
        open_register(fresh_home, start_timeout=0.0)
    assert refused.value.code == "store.start_timeout"
    with open_register(fresh_home) as register:
        assert register.server_version.startswith("18.")


def test_a_server_that_cannot_start_says_why(fresh_home: Home) -> None:
    with open_register(fresh_home):
        pass
    stop_register(fresh_home)
    control = fresh_home.register / "data" / "global" / "pg_control"
    whole = control.read_bytes()
    control.write_bytes(b"\0" * len(whole))
    with pytest.raises(Refused) as refused:
        open_register(fresh_home)
    assert refused.value.code == "store.start_failed"
    assert refused.value.came is not None and "files are incompatible" in refused.value.came
    control.write_bytes(whole)
    open_register(fresh_home).close()


def test_an_interrupted_initialisation_is_done_again(fresh_home: Home) -> None:
    register = fresh_home.register
    with programs.running("hold", fresh_home.path) as program:
        until(lambda: any(register.glob("data.new-*/base")))
        program.kill()
        os.kill(note_of(fresh_home).keeper.pid, signal.SIGKILL)
    assert not (register / "data").exists()
    with open_register(fresh_home) as opened, opened.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM batch")) == 0
    stop_register(fresh_home)
    leftovers = [path for path in register.glob("data.new-*") if any(path.rglob("PG_VERSION"))]
    assert leftovers == []


def test_other_users_of_a_stopped_server_get_it_back(fresh_home: Home) -> None:
    with open_register(fresh_home) as register:
        with register.unit_of_work("test") as unit:
            unit.connection.execute(text("CREATE TABLE kept (x int)"))
        assert stop_register(fresh_home) is True
        with register.unit_of_work("test") as unit:
            assert unit.connection.scalar(text("SELECT count(*) FROM kept")) == 0


def test_a_pid_is_not_an_identity() -> None:
    myself = Identity.of(os.getpid())
    assert myself is not None and myself.alive
    assert not Identity(myself.pid, myself.started - 1, myself.boot).alive
    assert not Identity(myself.pid, myself.started, "another boot").alive
    child = subprocess.Popen(["true"])
    until(lambda: Identity.of(child.pid) is None)  # a zombie counts as gone
    child.wait()


@pytest.mark.parametrize("deaths", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_a_server_that_dies_while_the_register_is_opened(
    fresh_home: Home, monkeypatch: pytest.MonkeyPatch, deaths: int
) -> None:
    """Once: it is started again and nobody notices. Again: a refusal that says what to do, and no bare error."""
    with open_register(fresh_home, linger=5.0):
        real, left = register.migrate, [deaths]

        def dying(engine: Engine) -> None:
            if left[0]:
                left[0] -= 1
                with engine.connect() as connection:
                    pid = server_pid(fresh_home)
                    os.kill(pid, signal.SIGKILL)
                    until(lambda: not Path(f"/proc/{pid}").exists())
                    connection.execute(text("SELECT 1"))
            real(engine)

        monkeypatch.setattr(register, "migrate", dying)
        if deaths == 1:
            with open_register(fresh_home) as opened, opened.engine.connect() as connection:
                assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1
            return
        with pytest.raises(Refused, match=r"store\.server_died") as refused:
            open_register(fresh_home)
        assert "yibao doctor" in str(refused.value.todo)
    with open_register(fresh_home, linger=0.3):
        pass
