"""``python -m bench NAME [--lines N] [--json] [--scratch DIR]``."""

from __future__ import annotations

import argparse
import tempfile
from importlib import import_module
from typing import Final

BENCHES: Final = (
    "archive", "audit", "byhand", "cases", "city", "collect", "crash", "frames", "growth", "increment", "ledger", "proof",
    "replay",
)  # fmt: skip
"""Each is a module of this package with a ``measure``; imported when asked for, as `frames` needs more than the rest."""


def main() -> None:
    """Run one benchmark and print its object."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("name", choices=BENCHES)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--scratch", help="where lakes are laid and engines spill; the system's place if not said"
    )
    given = parser.parse_args()
    tempfile.tempdir = given.scratch
    result = import_module(f"bench.{given.name}").measure(given.lines)
    print(result.as_json() if given.json else result.as_text())


if __name__ == "__main__":
    main()
