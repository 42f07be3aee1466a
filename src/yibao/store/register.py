"""The register: PostgreSQL behind one door, embedded by default, anywhere by URL."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self

from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping
from sqlalchemy import URL, Engine, create_engine, event, func, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from yibao.kernel import Refused, Text
from yibao.store.doubt import ask_in_doubt
from yibao.store.embedded import EmbeddedServer, stop_server
from yibao.store.home import Home
from yibao.store.locks import lock_key
from yibao.store.migrate import migrate
from yibao.store.outbox import Handler, deliver
from yibao.store.unit import UnitOfWork

URL_VARIABLE = "YIBAO_REGISTER_URL"
DRIVER = "postgresql+psycopg"
OLDEST_SERVER = 14


class Register:
    """An open register. One program opens it once and closes it at its end; threads may share it."""

    def __init__(self, home: Home, engine: Engine, url: URL, server: EmbeddedServer | None) -> None:
        self.home = home
        self.engine = engine
        self.url = url
        self._server = server
        with engine.connect() as connection:
            number: int = connection.scalar(text("SELECT current_setting('server_version_num')::int")) or 0
        self.server_version = f"{number // 10000}.{number % 10000}"
        if number // 10000 < OLDEST_SERVER:
            raise _too_old(url, self.server_version)

    @contextmanager
    def unit_of_work(self, actor: str) -> Iterator[UnitOfWork]:
        """Open one transaction in the name of ``actor``: committed on a clean exit, else rolled back."""
        unit: UnitOfWork | None = None
        try:
            with self.engine.begin() as connection:
                unit = UnitOfWork(connection, actor)
                yield unit
        finally:
            if unit is not None:
                unit.finish()

    @contextmanager
    def exclusive(
        self, name: str, wait: bool = True, on_wait: Callable[[], None] | None = None
    ) -> Iterator[None]:
        """Do something that only one program may do at a time, such as ``collect``.

        A second program calls ``on_wait`` once and waits, or with ``wait=False`` is refused
        (``store.busy``). The lock is a PostgreSQL session's: it ends with the program, however that ends.
        Raises `Refused` (``store.lock_lost``) on leaving where the session was lost meanwhile.
        """
        key = lock_key(name)
        engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as session:
            if not session.scalar(select(func.pg_try_advisory_lock(key))):
                if not wait:
                    raise _busy(name)
                if on_wait is not None:
                    on_wait()
                session.execute(select(func.pg_advisory_lock(key)))
            try:
                yield
            except BaseException:
                with suppress(DBAPIError):  # the session's end frees the lock as well
                    session.execute(select(func.pg_advisory_unlock(key)))
                raise
            try:
                held = session.scalar(select(func.pg_advisory_unlock(key)))
            except DBAPIError:
                held = False
            if not held:
                raise _lock_lost(name)

    def deliver(self, handlers: Mapping[str, Handler], limit: int = 100) -> int:
        """Deliver up to ``limit`` waiting events of the handlers' kinds; see `yibao.store.outbox`."""
        return deliver(self.unit_of_work, handlers, limit)

    def close(self) -> None:
        """Close all connections and let go of the embedded server."""
        self.engine.dispose()
        if self._server is not None:
            self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_register(
    home: Home, url: str | None = None, start_timeout: float = 60.0, *, linger: float = 5.0
) -> Register:
    """Open the register of a home and migrate it to the newest schema.

    ``url`` (or the variable YIBAO_REGISTER_URL) names any PostgreSQL; without one the embedded server of
    ``home.register`` is started, within ``start_timeout`` seconds, and runs until ``linger`` seconds after
    the last program has closed it. ``register.url`` hides its password when printed.
    A server that dies in that instant is started once more (a migration is one transaction, so nothing is half-done).
    Raises `Refused` with a code ``store.…`` for everything that keeps the register from being used.
    """
    try:
        return _migrated(home, url, start_timeout, linger)
    except OperationalError as error:
        if not _is_gone(error):
            raise
    try:
        return _migrated(home, url, start_timeout, linger)
    except OperationalError as error:
        if not _is_gone(error):
            raise
        given = url or os.environ.get(URL_VARIABLE)
        raise (_no_connection(_parse(given), error) if given else _died(home, error)) from error


def _migrated(home: Home, url: str | None, start_timeout: float, linger: float) -> Register:
    register = connect(home, url, start_timeout, linger=linger)
    try:
        migrate(register.engine)
    except BaseException:
        register.close()
        raise
    return register


def _is_gone(error: OperationalError) -> bool:
    """Tell whether the server is away, and not that it could not do what it was asked for: a full disk, a lock."""
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return not state or state.startswith(("08", "57P"))


def connect(
    home: Home,
    url: str | None = None,
    start_timeout: float = 60.0,
    *,
    linger: float = 5.0,
    restoring: bool = False,
) -> Register:
    """Open the register as it is, without migrating it; for dump, restore and the doctor.

    A home that a restore has not finished is opened by that restore only (``store.restore_unfinished``).
    """
    if not restoring and home.restoring.exists():
        raise _unfinished(home)
    given = url or os.environ.get(URL_VARIABLE)
    server = None if given else EmbeddedServer(home.register, start_timeout=start_timeout, linger=linger)
    engine: Engine | None = None
    try:
        if server is None:
            address = _parse(given or "")
            engine = ask_in_doubt(create_engine(address, pool_pre_ping=True))
        else:
            address, engine = _embedded_engine(server)
        return Register(home, engine, address, server)
    except BaseException as error:
        if engine is not None:
            engine.dispose()
        if server is not None:
            server.close()
        if isinstance(error, OperationalError) and given:
            raise _no_connection(_parse(given), error) from error
        raise


def stop_register(home: Home) -> bool:
    """Stop the embedded server of a home now, whoever uses it; say whether one was running."""
    return stop_server(home.register)


def _embedded_engine(server: EmbeddedServer) -> tuple[URL, Engine]:
    parameters = server.address().parameters
    query = {name: str(parameters[name]) for name in ("host", "port")}
    url = URL.create(DRIVER, username=parameters["user"], database=parameters["dbname"], query=query)
    engine = ask_in_doubt(create_engine(f"{DRIVER}://", pool_pre_ping=True))

    def connect_or_revive(dialect: Any, _record: object, _args: object, given: dict[str, Any]) -> Any:
        """Connect; where the server was killed, have it started again and connect to where it is now."""
        nonlocal parameters
        try:
            return dialect.loaded_dbapi.connect(**{**given, **parameters})
        except dialect.loaded_dbapi.OperationalError:
            parameters = _accepting(server)
            return dialect.loaded_dbapi.connect(**{**given, **parameters})

    event.listen(engine, "do_connect", connect_or_revive)
    return url, engine


def _accepting(server: EmbeddedServer) -> dict[str, Any]:
    """Wait, within the start time-out, for a server that neither starts up nor recovers; give its address."""
    deadline = time.monotonic() + server.start_timeout
    while True:
        parameters = server.address().parameters
        answer = PGconn.ping(make_conninfo(**parameters).encode())
        if answer == Ping.OK or time.monotonic() > deadline:
            return parameters
        time.sleep(0.02)


def _parse(given: str) -> URL:
    try:
        url = make_url(given)
    except ArgumentError:
        url = URL.create("?")
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise Refused(
            "store.url_not_postgresql",
            zh="登记库只用 PostgreSQL",
            en="the register is PostgreSQL only",
            where=URL_VARIABLE,
            wanted="postgresql://user@host/database",
            came=f"{url.drivername}://…",  # never the whole text: it may hold a password
            todo=Text(zh="改正连接地址", en="correct the URL"),
        )
    return url.set(drivername=DRIVER)


def _no_connection(url: URL, error: OperationalError) -> Refused:
    return Refused(
        "store.no_connection",
        zh="连不上指定的 PostgreSQL",
        en="the given PostgreSQL cannot be reached",
        where=str(url),
        wanted="a connection",
        came=str(error.orig).strip(),
        todo=Text(zh="检查地址、用户、密码和网络", en="check address, user, password and network"),
    )


def _died(home: Home, error: OperationalError) -> Refused:
    return Refused(
        "store.server_died",
        zh="登记库的数据库程序一再中断,没有打开",
        en="the register's server died again and again, so it was not opened",
        where=str(home.register),
        wanted="a server that stays up",
        came=str(error.orig).strip().splitlines()[0],
        todo=Text(
            zh="运行 yibao doctor;看 register/ 下的日志,常见的是内存不足或磁盘满",
            en="run yibao doctor; the log in register/ says why, often memory or disk that ran out",
        ),
    )


def _unfinished(home: Home) -> Refused:
    return Refused(
        "store.restore_unfinished",
        zh="这个数据目录的恢复没有做完,还不能使用",
        en="the restore of this home was not finished, so it cannot be used yet",
        where=str(home.path),
        todo=Text(
            zh="再运行一次同样的 yibao restore,它会接着做完",
            en="run the same yibao restore again; it goes on where it stopped",
        ),
    )


def _too_old(url: URL, came: str) -> Refused:
    return Refused(
        "store.server_too_old",
        zh="PostgreSQL 版本太旧",
        en="the PostgreSQL server is too old",
        where=str(url),
        wanted=f">= {OLDEST_SERVER}",
        came=came,
        todo=Text(zh="升级该服务器", en="upgrade that server"),
    )


def _busy(name: str) -> Refused:
    return Refused(
        "store.busy",
        zh="另一个程序正在做同样的事",
        en="another program is doing the same",
        where=name,
        wanted="to be the only one",
        came="a program that is already at it",
        todo=Text(zh="等它结束后重试", en="wait until it has finished and try again"),
    )


def _lock_lost(name: str) -> Refused:
    return Refused(
        "store.lock_lost",
        zh="与数据库的会话中断,独占权已丢失",
        en="the session with the database broke off, and with it the exclusive right",
        where=name,
        wanted="one unbroken session",
        came="a lost one",
        todo=Text(zh="核对结果后重新执行", en="check what was done and run it again"),
    )
