"""Dump and restore: how a register moves to another major release, or to another machine.

The dump holds the register only; `back_up` and `restore_home` take the whole home along.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import text

from yibao.kernel import Refused, Text
from yibao.store.embedded import find_binaries
from yibao.store.home import Home
from yibao.store.lakefiles import sync_directory, sync_file
from yibao.store.register import Register, connect


def dump_register(home: Home, file: Path, url: str | None = None) -> None:
    """Write the whole register to one file, in PostgreSQL's custom format; works while others use it.

    The file appears when it is complete and on disk, readable by its owner only. Raises `Refused`
    (``store.dump_failed``), and all that keeps the register from being opened.
    """
    with connect(home, url) as register:
        dump(register, Path(file).absolute())


def dump(register: Register, file: Path, snapshot: str | None = None) -> None:
    """Write an open register to a file, as it is now or as an exported snapshot sees it."""
    draft = file.with_name(f".{file.name}.part")
    options = ["--format=custom", "--no-owner", f"--file={draft}"]
    if snapshot is not None:
        options.append(f"--snapshot={snapshot}")
    _make_private(draft)
    try:
        _run("pg_dump", register, options, "store.dump_failed")
        sync_file(draft)
        draft.replace(file)
        sync_directory(file.parent)
    finally:
        draft.unlink(missing_ok=True)


def restore_register(home: Home, file: Path, url: str | None = None) -> None:
    """Read a dump into an empty register, all of it or nothing; the next `open_register` migrates it.

    Raises `Refused`: ``store.restore_not_empty`` where the register holds tables already,
    ``store.restore_failed`` for a file that is not a dump or does not fit.
    """
    with connect(home, url) as register:
        if tables := tables_in(register):
            raise Refused(
                "store.restore_not_empty",
                zh="登记库不是空的,不能导入",
                en="the register is not empty, so nothing is restored into it",
                where=str(register.url),
                wanted="no tables",
                came=", ".join(tables[:8]),
                todo=Text(
                    zh="导入到新的数据目录(--home),或先移走现有的 register 目录",
                    en="restore into a new home (--home), or move the present register directory away",
                ),
            )
        restore(register, Path(file).absolute())


def restore(register: Register, file: Path) -> None:
    """Read a dump into an open and empty register, all of it or nothing."""
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    _run("pg_restore", register, [*options, str(file)], "store.restore_failed")


def tables_in(register: Register) -> Sequence[str]:
    """Name the tables that a register holds."""
    with register.engine.connect() as connection:
        named = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return connection.scalars(named).all()


def _make_private(draft: Path) -> None:
    try:
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise Refused(
            "store.dump_failed",
            zh="无法在该处写导出文件",
            en="the dump cannot be written there",
            where=str(draft.parent),
            wanted="a directory this user may write to",
            came=error.strerror or str(error),
            todo=Text(zh="换一个位置", en="choose another place"),
        ) from error


def _run(program: str, register: Register, options: list[str], code: str) -> None:
    _, parameters = register.engine.dialect.create_connect_args(register.url)
    parameters.pop("context", None)  # psycopg's own, unknown to libpq
    secret = {"PGPASSWORD": parameters.pop("password")} if "password" in parameters else {}
    command = [find_binaries()[program], "--no-password", f"--dbname={make_conninfo(**parameters)}", *options]
    done = subprocess.run(
        command,
        env={**os.environ, **secret},  # a password on the command line would be seen by every user
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        raise Refused(
            code,
            zh=f"{program} 没有成功",
            en=f"{program} did not succeed",
            where=str(register.url),
            wanted="exit 0",
            came=done.stderr.strip()[-2000:],
            todo=Text(zh="按上面的提示处理后重试", en="remove the cause told above and try again"),
        )
