"""What a backup holds: one manifest, which names every file with its digest and is itself digested."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from yibao.kernel import Refused, Text

FORM: Final = 2
REGISTER: Final = "register.dump"
LAKE: Final = "lake/"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a home: its path there, its size in bytes, its SHA-256, under which the backup keeps it."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup (备份清单): when it was made, of which schema and which publication, and its files.

    ``known_no`` is the last publication of the lake in it, ``revision`` the register's schema; both are None
    where there was none.
    """

    name: str
    made_at: str
    revision: str | None
    known_no: int | None
    files: tuple[Entry, ...]
    left_out: tuple[str, ...] = ()
    """The private keys that the home held and the backup does not: whoever has both can write history anew."""

    @property
    def bytes(self) -> int:
        """How much the files come to."""
        return sum(entry.bytes for entry in self.files)

    @property
    def lake(self) -> dict[str, str]:
        """The lake's files with their digests, by their path below ``lake/``."""
        return {e.path.removeprefix(LAKE): e.sha256 for e in self.files if e.path.startswith(LAKE)}

    def as_text(self) -> str:
        """Give the manifest as it is stored, with the digest of what it says."""
        told = {"form": FORM, **asdict(self)}
        return json.dumps({**told, "sha256": _digest(told)}, ensure_ascii=False, indent=1) + "\n"


def read_manifest(text: bytes, where: str) -> Manifest:
    """Read a manifest; refuses one that was changed, is of a later form or names files outside the home.

    Raises `Refused`: ``store.backup_damaged``, ``store.backup_newer``.
    """
    try:
        told: dict[str, Any] = json.loads(text)
        if told["form"] > FORM:
            raise _newer(where, told["form"])
        if told.pop("sha256") != _digest(told):
            raise ValueError("its digest is another")
        told.pop("form")
        left_out = tuple(str(name) for name in told.pop("left_out", ()))
        files = tuple(Entry(**entry) for entry in told.pop("files"))
        for entry in files:
            _check_path(entry.path)
        return Manifest(**told, files=files, left_out=left_out)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged(where, [f"manifest: {error}"]) from error


def damaged(where: str, what: list[str]) -> Refused:
    """Say that a backup is not what was written, and name the files."""
    more = f" … (+{len(what) - 8})" if len(what) > 8 else ""
    return Refused(
        "store.backup_damaged",
        zh="备份已损坏或不完整,没有据此改动任何内容",
        en="the backup is damaged or incomplete; nothing was changed because of it",
        where=where,
        wanted="every file as it was written",
        came="; ".join(what[:8]) + more,
        todo=Text(
            zh="改用同一目录中更早的备份(--backup),或另一份副本;再备份一次会补齐损坏的文件",
            en="take an earlier backup of the same place (--backup), or another copy; backing up again repairs it",
        ),
    )


def _newer(where: str, came: int) -> Refused:
    return Refused(
        "store.backup_newer",
        zh="备份是更新版本的程序做的",
        en="the backup was made by a newer version of this software",
        where=where,
        wanted=f"form <= {FORM}",
        came=f"form {came}",
        todo=Text(zh="请安装更新的版本", en="install the newer version"),
    )


def _check_path(path: str) -> None:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\0" in path:
        raise ValueError(f"it names {path!r}")


def _digest(told: Mapping[str, Any]) -> str:
    canonical = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
