"""The application: all commands, and what happens when one is refused."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from yibao.cli import audit, city, collect, knowledge, rules, upkeep
from yibao.cli.console import complain
from yibao.kernel import Refused

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
    try:
        app(args=arguments)
    except Refused as refused:
        complain(refused, as_json="--json" in (arguments or sys.argv))
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
