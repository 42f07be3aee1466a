"""The sequencer: a thread that gives positions and signs, several times a second, for as long as a program runs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from yibao.ledger.keys import sign_waiting
from yibao.ledger.service import settle
from yibao.ledger.signing import Signer
from yibao.store import Register

log = logging.getLogger(__name__)


class Sequencer:
    """Gives positions to what was committed, every ``every`` seconds, until left; several programs may have one each.

    Whichever comes first does the work, the others find nothing to do. On leaving, what waits is settled. A failure
    is logged and tried again: acts stay written and pending meanwhile, none is lost. Without ``signers`` the keys of
    the register's home sign, looked up anew each time, so that a change of keys is followed.

    >>> with Sequencer(register):  # doctest: +SKIP
    ...     serve()
    """

    def __init__(
        self, register: Register, signers: Sequence[Signer] | None = None, *, every: float = 0.2
    ) -> None:
        self._register = register
        self._signers = signers
        self._every = every
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ledger-sequencer", daemon=True)

    def _run(self) -> None:
        while not self._end.wait(self._every):
            try:
                self._settle()
            except Exception:
                log.exception("the ledger's sequencer failed and tries again (存证排序失败，稍后重试)")
                self._end.wait(1.0)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()
        if kind is None:
            self._settle()

    def _settle(self) -> None:
        if self._signers is None:
            sign_waiting(self._register)
        else:
            settle(self._register, self._signers)
