"""Collectors that the tests run beside themselves, and kill: ``python programs.py VERB HOME URL PATH …``."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from yibao.collect import collect, load_source
from yibao.store import Home, Register, open_register

SCRIPT = str(Path(__file__).resolve())
POINTS = ("staged", "judged", "written", "renamed", "recorded", "committed")
"""Where a collector can be made to die, in the order of its work."""


def start(verb: str, register: Register, *paths: Path) -> subprocess.Popen[str]:
    """Start a collector on the home and database of an open register."""
    url = register.url.render_as_string(hide_password=False)
    command = [sys.executable, SCRIPT, verb, str(register.home.path), url, *map(str, paths)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def told(program: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for a collector that ends well, and give what it tells."""
    out, err = program.communicate(timeout=600)
    assert program.returncode == 0, err
    answer: dict[str, Any] = json.loads(out.splitlines()[-1])
    return answer


def _collect(home: str, url: str, *paths: str) -> None:
    print("ready", flush=True)
    with open_register(Home(home), url) as register:
        started = time.perf_counter()
        outcome = collect(
            register.home, register, map(Path, paths), load_source("national"), actor="program",
            on_wait=lambda: print("waiting", flush=True),
        )  # fmt: skip
        seconds = time.perf_counter() - started
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({
        "batch": outcome.batch, "tables": outcome.tables, "quarantined": outcome.quarantined,
        "seconds": seconds, "peak_mib": usage.ru_maxrss // 1024,
    }))  # fmt: skip


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _dying(point: str) -> Callable[..., None]:
    """Collect and die of SIGKILL at a point, as if the power failed there."""

    def run(home: str, url: str, *paths: str) -> None:
        from yibao.collect import publishing, service
        from yibao.store import Batch

        places: dict[str, tuple[Any, str]] = {
            "staged": (service, "judge_all"), "judged": (service, "publish"), "written": (Batch, "publish"),
            "renamed": (Batch, "_become_known"), "recorded": (publishing, "Event"), "committed": (Batch, "leave"),
        }  # fmt: skip
        target, name = places[point]
        setattr(target, name, _die)
        _collect(home, url, *paths)

    return run


if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    (_dying(verb) if verb in POINTS else _collect)(*rest)
