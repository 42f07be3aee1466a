"""``yibao work``: do what was put off, and carry events from room to room."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from yibao.cli.console import (
    DEFAULT_HOME,
    HomeOption,
    JsonOption,
    err,
    open_house,
    out,
    say_json,
)
from yibao.store import tell_trouble


def work(
    once: Annotated[
        bool, typer.Option("--once", help="做完到期的任务就结束 / end when nothing is due")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="先把失败的任务放回去重做 / first put failed jobs back")
    ] = False,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """执行后台任务，传递事件；可同时运行几个 / run background jobs and deliver events; several may run at once."""
    troubles: list[str] = []

    def tell(at: str, error: Exception) -> None:
        told = f"{at}: {tell_trouble(error)}"
        if once:
            troubles.append(told)
        err.print(told, style="red", highlight=False)

    with open_house(home) as house, _until_told_to_stop() as stopped:
        put_back = house.try_again() if again else 0
        done = house.work(until=None if once else stopped.is_set, trouble=tell)
        states = house.jobs()
    if as_json:
        say_json({"done": done, "put_back": put_back, "jobs": states, "troubles": troubles})
    else:
        out.print(
            f"完成 {done} 项；等待 {states.get('waiting', 0)}，执行中 {states.get('running', 0)}，"
            f"失败 {states.get('failed', 0)}"
        )
    if troubles:
        raise typer.Exit(1)


@contextmanager
def _until_told_to_stop() -> Iterator[threading.Event]:
    """Give an event that SIGTERM sets: the job at hand is finished, then the worker ends."""
    stopped = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGTERM, before)


def add_to(app: typer.Typer) -> None:
    """Add this file's command to the application."""
    app.command()(work)
