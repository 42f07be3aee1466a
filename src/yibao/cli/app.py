"""The application: all commands, and what happens when one is refused."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from yibao.cli import audit, city, collect, knowledge, rules, upkeep
from yibao.cli.console import complain
from yibao.kernel import Refused, Text

app = typer.Typer(
    name="yibao",
    help="医保基金数字治理平台：收集、审核、解释 / collect, audit and explain a city's bills.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
city.add_to(app)
collect.add_to(app)
audit.add_to(app)
rules.add_to(app)
knowledge.add_to(app)
upkeep.add_to(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a refusal becomes exit code 1 with its reasons, misuse exit code 2."""
    os.umask(0o077)  # whatever a command writes holds what only its owner may read
    try:
        app(args=arguments)
    except Refused as refused:
        complain(refused, as_json="--json" in (arguments or sys.argv))
        raise SystemExit(1) from None
    except OSError as error:
        complain(_no_access(error), as_json="--json" in (arguments or sys.argv))
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _no_access(error: OSError) -> Refused:
    return Refused(
        "cli.file",
        zh="文件或目录不能读写",
        en="a file or folder cannot be read or written",
        where=str(error.filename or ""),
        came=error.strerror or str(error),
        todo=Text(zh="检查路径、权限与磁盘空间", en="check the path, the permissions and the disk"),
    )
