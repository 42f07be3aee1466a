"""Who is who among processes: a pid alone proves nothing, because pids are used again."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Identity:
    """A process told apart from every other one: its pid, the tick it started at, and the boot."""

    pid: int
    started: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> Self | None:
        """Identify the living process with this pid; None where there is none (or only a zombie)."""
        try:
            # The command name may hold spaces and brackets; what follows its last bracket is regular.
            fields = (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
            boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        except OSError:
            return None
        state, started = fields[0], int(fields[19])
        return None if state in "ZX" else cls(pid, started, boot)

    @property
    def alive(self) -> bool:
        """Whether this very process, not a later one with the same pid, still runs."""
        return Identity.of(self.pid) == self


def send(pid: int, number: signal.Signals, is_the_one: Callable[[int], bool]) -> bool:
    """Signal a process only if it is the one meant; say whether it was.

    The process is pinned by a pidfd before it is looked at, so the pid cannot change hands in between.
    """
    try:
        pinned = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if not is_the_one(pid):
            return False
        signal.pidfd_send_signal(pinned, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(pinned)
    return True


def is_postgres_in(pid: int, data: Path) -> bool:
    """Whether this process is a PostgreSQL process of this data directory (they all live in it)."""
    try:
        executable = (PROC / str(pid) / "exe").readlink().name.removesuffix(" (deleted)")
        return executable == "postgres" and (PROC / str(pid) / "cwd").samefile(data)
    except OSError:
        return False


def postgres_in(data: Path) -> list[int]:
    """List the pids of all PostgreSQL processes of this data directory that this user can see."""
    pids = (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())
    return [pid for pid in pids if is_postgres_in(pid, data)]
