"""``python -m yibao.store``: what an operator does to a register outside the daily command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from yibao.kernel import Refused
from yibao.store import Home, doctor, dump_register, restore_register, stop_register


def main(arguments: list[str] | None = None) -> int:
    """Dump, restore, examine or stop the register of a home; 0 done, 1 refused, 2 misuse."""
    parser = argparse.ArgumentParser(
        prog="python -m yibao.store", description="登记库的维护 / upkeep of the register"
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, told in (
        ("dump", "导出登记库 / dump"),
        ("restore", "导入空的登记库 / restore into an empty one"),
    ):
        command = verbs.add_parser(verb, help=told)
        command.add_argument("home", type=Path)
        command.add_argument("file", type=Path)
    for verb, told in (("doctor", "检查 / examine"), ("stop", "停止内置数据库 / stop the embedded server")):
        verbs.add_parser(verb, help=told).add_argument("home", type=Path)
    given = parser.parse_args(arguments)
    home = Home(given.home)
    try:
        if given.verb == "dump":
            dump_register(home, given.file)
        elif given.verb == "restore":
            restore_register(home, given.file)
        elif given.verb == "stop":
            stop_register(home)
        else:
            checks = doctor(home)
            for check in checks:
                sys.stdout.write(f"{'✓' if check.ok else '✗'} {check.name}: {check.detail.both()}\n")
            return 0 if all(check.ok for check in checks) else 1
    except Refused as refused:
        sys.stderr.write(f"{refused.render('zh')}\n{refused.render('en')}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
