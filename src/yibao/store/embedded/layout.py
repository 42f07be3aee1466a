"""Where things are inside ``register/``, and the note in which the keeper says how it stands."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from yibao.store.embedded.processes import Identity

LOG_TAIL_LINES = 20
LOG_TAIL_BYTES = 16_384

Phase = Literal["starting", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of one embedded register.

    Of its locks ``users`` is held, shared, by every program that has the register open, ``start`` by whoever
    starts a keeper, ``keeper`` by the keeper, and ``server`` by every process of the server.
    """

    root: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.root / "data"

    @property
    def access_file(self) -> Path:
        """Who may connect (pg_hba); outside the data directory, so that the server cannot rewrite it."""
        return self.root / "access.conf"

    @property
    def names_file(self) -> Path:
        """Which system user is which role (pg_ident)."""
        return self.root / "names.conf"

    @property
    def server_log(self) -> Path:
        """What the server says."""
        return self.root / "server.log"

    @property
    def keeper_log(self) -> Path:
        """What the keeper says when it breaks."""
        return self.root / "keeper.log"

    @property
    def note(self) -> Path:
        """The keeper's note."""
        return self.root / "keeper.json"

    def lock(self, name: Literal["users", "start", "keeper", "server"]) -> Path:
        """The file of one of the four locks."""
        return self.root / f"{name}.lock"

    def log_tail(self) -> str:
        """Give the last lines of the server's log, or of the keeper's where the server has not spoken."""
        for log in (self.server_log, self.keeper_log):
            try:
                with log.open("rb") as file:
                    file.seek(max(0, log.stat().st_size - LOG_TAIL_BYTES))
                    lines = file.read().decode(errors="replace").strip().splitlines()
            except OSError:
                continue
            if lines:
                return "\n".join(lines[-LOG_TAIL_LINES:])
        return ""


@dataclass(frozen=True, slots=True)
class Note:
    """What the keeper tells the programs: its phase, who it is, where the socket is, or why it gave up."""

    phase: Phase
    keeper: Identity
    socket: str | None = None
    server_account: str | None = None
    server_uid: int | None = None
    server: Identity | None = None
    refusal: dict[str, str | None] | None = None

    @property
    def ready(self) -> bool:
        """Whether the server is there to be connected to, and its keeper with it."""
        alive = self.keeper.alive and self.server is not None and self.server.alive
        return alive and self.phase == "ready"

    def write(self, path: Path) -> None:
        """Put the note in place at once; a reader sees the old one or the new one."""
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")
        draft.chmod(0o600)
        draft.replace(path)


def read_note(path: Path) -> Note | None:
    """Read the keeper's note; None where no keeper has written one."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    server = Identity(**told["server"]) if told["server"] else None
    return Note(**{**told, "keeper": Identity(**told["keeper"]), "server": server})
