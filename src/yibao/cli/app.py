"""The application: all commands, and what happens when one is refused."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Sequence

import typer

from yibao.cli import (
    access,
    archive,
    audit,
    backup,
    case_acts,
    case_measures,
    case_papers,
    case_regrouping,
    cases,
    city,
    collect,
    credit_acts,
    designation,
    effect_letters,
    effects,
    findings,
    knowledge,
    ledger,
    points,
    remedy,
    remedy_bills,
    round_lines,
    round_money,
    rounds,
    rules,
    story,
    upkeep,
    work,
)
from yibao.cli.console import complain, no_access
from yibao.kernel import Refused, Text

MISUSE = 2
"""The exit code of a command that was written wrongly; the parser has said how, on standard error."""
INTERRUPTED = 130
"""The exit code of a program that Ctrl-C ended, as shells count it."""

_FULL = (errno.ENOSPC, errno.EDQUOT)

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
findings.add_to(app)
rules.add_to(app)
_cases = cases.add_to(app)
case_measures.add_to(_cases)
case_acts.add_to(_cases)
case_regrouping.add_to(_cases)
case_papers.add_to(_cases)
story.add_to(app)
_archive = archive.add_to(app)
credit_acts.add_to(_archive)
designation.add_to(app)
_rounds = rounds.add_to(app)
round_lines.add_to(_rounds)
round_money.add_to(_rounds)
_remedies = remedy.add_to(app)
remedy_bills.add_to(_remedies)
knowledge.add_to(app)
ledger.add_to(app)
points.add_to(app)
_effects = effects.add_to(app)
effect_letters.add_to(_effects)
work.add_to(app)
backup.add_to(app)
access.add_to(app)
upkeep.add_to(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line: exit code 1 for a refusal, with its reasons, 2 for misuse, 130 when interrupted."""
    os.umask(0o077)  # whatever a command writes holds what only its owner may read
    as_json = "--json" in (sys.argv if arguments is None else arguments)
    try:
        app(args=arguments)
    except SystemExit as end:  # how the parser of commands ends, also on Ctrl-C
        if end.code == INTERRUPTED:
            complain(_interrupted(), as_json=as_json)
        elif end.code == MISUSE and as_json:
            complain(_misuse(), as_json=True)
        raise
    except Exception as error:
        if _by_interrupt(error):
            complain(_interrupted(), as_json=as_json)
            raise SystemExit(INTERRUPTED) from None
        if _by_full_disk(error):
            complain(_disk_full(), as_json=as_json)
            raise SystemExit(1) from None
        if not isinstance(error, Refused | OSError):
            raise
        complain(no_access(error) if isinstance(error, OSError) else error, as_json=as_json)
        raise SystemExit(1) from None


def _by_interrupt(error: BaseException | None) -> bool:
    """Say whether Ctrl-C is behind an error: an engine that was stopped within a query says so in its own words."""
    return any(isinstance(one, KeyboardInterrupt) for one in _behind(error))


def _by_full_disk(error: BaseException | None) -> bool:
    """Say whether a full disk is behind an error: engine and register say so in the words of the system."""
    return any(
        getattr(one, "errno", None) in _FULL or os.strerror(errno.ENOSPC) in str(one)
        for one in _behind(error)
    )


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _disk_full() -> Refused:
    return Refused(
        "cli.disk_full",
        zh="磁盘已满，没有做完：已确认的批次和运行都在，没有做到一半的内容",
        en="the disk is full and the work was not finished: what was committed stays, nothing is half-done",
        todo=Text(
            zh="腾出空间（df -h 查看），或把 --home 放到更大的盘上，再运行一次",
            en="make room (df -h shows it), or put --home on a larger disk, and run it again",
        ),
    )


def _misuse() -> Refused:
    return Refused(
        "cli.misuse",
        zh="命令写得不对，错在哪里见标准错误",
        en="the command is not written right; standard error says where",
        todo=Text(zh="命令后加 --help 查看用法", en="see how it is used with --help"),
    )


def _interrupted() -> Refused:
    return Refused(
        "cli.interrupted",
        zh="已中断：已确认的批次和运行都在，没有做到一半的内容",
        en="interrupted: what was committed stays, nothing is half-done",
        todo=Text(zh="再运行一次即可", en="run it again"),
    )
