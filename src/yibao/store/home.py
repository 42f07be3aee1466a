"""The home: the one directory that holds all state of this installation."""

from __future__ import annotations

import os
from pathlib import Path

from yibao.kernel import Refused, Text

PRIVATE = 0o700


class Home:
    """One directory with everything this installation knows (数据目录); rooms appear when first asked for.

    ``register`` holds PostgreSQL, ``lake`` the immutable Parquet files, ``work`` scratch that may be deleted
    when nothing runs, ``reports`` what people take away, ``documents`` official documents and the templates
    they are made from, ``outbox`` signed letters to others, ``keys`` what this installation signs with. Every
    directory made here is private (0700): the lake holds personal data. Raises `Refused` (``store.home_unusable``)
    where a directory cannot be made.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser().absolute()

    @property
    def register(self) -> Path:
        """The directory of the embedded PostgreSQL: data, socket, log, locks."""
        return self._room("register")

    @property
    def lake(self) -> Path:
        """The directory of the lake: one folder per table, files visible only through the register."""
        return self._room("lake")

    @property
    def work(self) -> Path:
        """The scratch of running programs: spill and staging."""
        return self._room("work")

    @property
    def reports(self) -> Path:
        """The directory of reports and workbooks."""
        return self._room("reports")

    @property
    def keys(self) -> Path:
        """The directory of private keys; to be kept as carefully as the register, and apart from it."""
        return self._room("keys")

    @property
    def restoring(self) -> Path:
        """The mark of a restore that has not come to its end: the home is not to be used while it is there."""
        return self.path / ".restoring"

    @property
    def documents(self) -> Path:
        """The directory of official documents: those issued, and the bureau's own templates and fonts."""
        return self._room("documents")

    @property
    def outbox(self) -> Path:
        """The directory of signed letters that others fetch, one folder for each of them."""
        return self._room("outbox")

    def _room(self, name: str) -> Path:
        room = self.path / name
        try:
            if not self.path.is_dir():
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self.path.mkdir(mode=PRIVATE, exist_ok=True)
            room.mkdir(mode=PRIVATE, exist_ok=True)
        except OSError as error:
            raise Refused(
                "store.home_unusable",
                zh="数据目录无法使用",
                en="the home directory cannot be used",
                where=str(room),
                wanted="a directory this user may write to",
                came=f"{error.strerror or error} ({_owner(self.path)})",
                todo=Text(
                    zh="换一个可写的目录(--home 或 YIBAO_HOME),或由目录所有者运行",
                    en="choose a writable directory (--home or YIBAO_HOME), or run as the directory's owner",
                ),
            ) from error
        return room

    def __repr__(self) -> str:
        return f"Home({str(self.path)!r})"


def _owner(path: Path) -> str:
    try:
        return f"owner uid {path.stat().st_uid}, asking uid {os.geteuid()}"
    except OSError:
        return f"asking uid {os.geteuid()}"
