"""How a child of root becomes an ordinary user, keeping at most the right to walk through closed directories.

A home or an installation below a directory such as root's own (0700) cannot be reached by the server's
account. Rather than opening other people's directories we let the child keep one capability, and only then:
CAP_DAC_READ_SEARCH (look into directories), or CAP_DAC_OVERRIDE where a container grants nothing finer.
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path

from yibao.kernel import Refused, Text
from yibao.store.embedded.account import Account
from yibao.store.embedded.processes import PROC

_CAPABILITIES = {"CAP_DAC_READ_SEARCH": 2, "CAP_DAC_OVERRIDE": 1}
_CAPABILITY_VERSION_3 = 0x20080522
_PR_SET_PDEATHSIG, _PR_SET_KEEPCAPS, _PR_SET_SECUREBITS, _PR_CAP_AMBIENT = 1, 8, 28, 47
_PR_CAP_AMBIENT_RAISE = 2
_NO_SETUID_FIXUP = 1 << 2


class Demotion:
    """The change of identity between fork and exec, as `subprocess` calls it in the child.

    ``capability`` is kept through the change (None: nothing is kept). ``on_death`` is the signal the kernel
    sends to the child when its parent dies, so that no server outlives its keeper.
    """

    def __init__(self, account: Account, capability: int | None, on_death: signal.Signals) -> None:
        self._account = account
        self._capability = capability
        self._on_death = on_death
        self._parent = os.getpid()
        self._libc = ctypes.CDLL(None, use_errno=True)  # loaded before the fork: the child must not load

    def __call__(self) -> None:
        """Become the account; raises OSError where the kernel forbids it."""
        if os.geteuid() != self._account.uid:
            if self._capability is not None:
                self._let_capabilities_stay()
            os.setgroups([])
            os.setgid(self._account.gid)
            os.setuid(self._account.uid)
            if self._capability is not None:
                self._keep(self._capability)
        # Last, because every change of credentials clears the death signal.
        self._prctl(_PR_SET_PDEATHSIG, int(self._on_death))
        if os.getppid() != self._parent:
            os._exit(1)  # the parent died before the line above

    def _let_capabilities_stay(self) -> None:
        """Keep the kernel from taking all capabilities with the change of user; `_keep` takes all but one.

        The first way also lets access(2) honour them, by which PostgreSQL's programs look for each other.
        A container may forbid it; the second serves wherever the programs themselves can be reached.
        """
        try:
            self._prctl(_PR_SET_SECUREBITS, _NO_SETUID_FIXUP)
        except PermissionError:
            self._prctl(_PR_SET_KEEPCAPS, 1)

    def _keep(self, capability: int) -> None:
        bit = 1 << capability
        header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
        effective_permitted_inheritable = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
        self._check(self._libc.capset(header, effective_permitted_inheritable))
        self._prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability)

    def _prctl(self, option: int, *arguments: int) -> None:
        padded = [ctypes.c_ulong(argument) for argument in (*arguments, 0, 0, 0, 0)[:4]]
        self._check(self._libc.prctl(ctypes.c_int(option), *padded))

    def _check(self, result: int) -> None:
        if result != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))


def capability_for(account: Account, executables: Iterable[Path], directories: Iterable[Path]) -> int | None:
    """Say which capability the account needs to run these programs and enter these directories, if any.

    Raises `Refused` (``store.unreachable``) where it needs one and this process has none to give.
    """
    wanted = [
        *((path, os.R_OK | os.X_OK) for path in executables),
        *((path, os.X_OK) for path in directories),
    ]
    if account.uid == os.geteuid() or _in_child(account, lambda: all(os.access(*each) for each in wanted)):
        return None
    granted = _granted()
    for number in _CAPABILITIES.values():
        if granted & (1 << number):
            return number
    raise Refused(
        "store.unreachable",
        zh=f"数据库的系统用户 {account.name} 进不了所需的目录",
        en=f"the server's user {account.name} cannot reach the directories it needs",
        where=", ".join(str(path) for path, _ in wanted),
        wanted=" / ".join(_CAPABILITIES),
        came="neither capability is available here",
        todo=Text(
            zh="把数据目录放到该用户可以进入的地方(例如 --home /var/lib/yibao),或以普通用户运行",
            en="put the home where that user may go (--home /var/lib/yibao), or run as an ordinary user",
        ),
    )


def _granted() -> int:
    status = dict(
        line.split(":", 1) for line in (PROC / "self/status").read_text().splitlines() if ":" in line
    )
    return int(status["CapPrm"], 16) & int(status["CapBnd"], 16)


def _in_child(account: Account, question: Callable[[], bool]) -> bool:
    """Ask a question as the other account; only its own eyes know about access lists and mounts."""
    child = os.fork()
    if child == 0:
        answer = 1
        try:
            os.setgroups([])
            os.setgid(account.gid)
            os.setuid(account.uid)
            answer = 0 if question() else 1
        finally:
            os._exit(answer)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
