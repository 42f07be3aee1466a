"""Locks held by open files: the kernel frees them when their holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Self


class FileLock:
    """One flock on one file; shared or exclusive, never waiting.

    The lock belongs to the open file, so a child process that inherits the descriptor keeps the lock alive.
    The server's processes are made to inherit one on purpose: while any of them lives, the lock is taken,
    and no pid has to be believed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = os.open(
            path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
        )

    def fileno(self) -> int:
        """Give the descriptor, for handing the lock on to a child."""
        if self._descriptor is None:
            raise ValueError(f"lock on {self.path} is closed")
        return self._descriptor

    def try_shared(self) -> bool:
        """Take the lock beside other shared holders; say whether that was possible now."""
        return self._try(fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        """Take the lock alone; say whether that was possible now."""
        return self._try(fcntl.LOCK_EX)

    def release(self) -> None:
        """Let go of the lock and keep the file open."""
        fcntl.flock(self.fileno(), fcntl.LOCK_UN)

    def close(self) -> None:
        """Close this process's copy of the file; a child that inherited it still holds the lock."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self.fileno(), kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
