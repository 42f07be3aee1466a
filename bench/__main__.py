"""``python -m bench NAME [--lines N] [--json]``."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from bench import audit, byhand, city, collect, growth, increment
from bench.result import Result

BENCHES: dict[str, Callable[[int], Result]] = {
    "collect": collect.measure, "audit": audit.measure, "growth": growth.measure, "increment": increment.measure,
    "city": city.measure, "byhand": byhand.measure,
}  # fmt: skip


def main() -> None:
    """Run one benchmark and print its object."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("name", choices=sorted(BENCHES))
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = BENCHES[given.name](given.lines)
    print(result.as_json() if given.json else result.as_text())


if __name__ == "__main__":
    main()
