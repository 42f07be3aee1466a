"""Bring a register to the newest schema, safely when two programs open it at once.

Convention: a migration's revision is its file's name, and names sort in order. So the usual case, a register
that is already at head, needs one SELECT and no alembic.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, func, select, text

from yibao.kernel import Refused, Text
from yibao.store.locks import MIGRATE, lock_key

MIGRATIONS = Path(__file__).parent / "migrations"


def revisions() -> list[str]:
    """List the revisions this code knows, oldest first."""
    return sorted(script.stem for script in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def current_revision(connection: Connection) -> str | None:
    """Give the register's revision; None for an empty register."""
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def migrate(engine: Engine) -> None:
    """Migrate to head in one transaction; a second program waits and finds the work done.

    Raises `Refused` (``store.register_newer``) for a register that newer code has migrated.
    """
    known = revisions()
    with engine.begin() as connection:
        if current_revision(connection) == known[-1]:
            return
        connection.execute(select(func.pg_advisory_xact_lock(lock_key(MIGRATE))))
        current = current_revision(connection)
        if current == known[-1]:
            return
        if current is not None and current not in known:
            raise newer_register("alembic_version", known[-1], current)
        _upgrade(connection)


def newer_register(where: str, known: str, came: str) -> Refused:
    """Say that a register has a schema that this code does not know."""
    return Refused(
        "store.register_newer",
        zh="登记库已被更新版本的程序升级,本版本不能使用",
        en="the register was migrated by a newer version of this software",
        where=where,
        wanted=f"<= {known}",
        came=came,
        todo=Text(zh="请安装更新的版本", en="install the newer version"),
    )


def _upgrade(connection: Connection) -> None:
    from alembic import command  # late: most programs find the register at head and need no alembic
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
