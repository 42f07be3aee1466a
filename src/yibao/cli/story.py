"""``yibao story``: one whole loop played on the synthetic city, step by step, each with its receipt."""

from __future__ import annotations

import typer

from yibao.cli.console import DEFAULT_HOME, HomeOption, JsonOption, open_house, out, plain, say_json
from yibao.kernel import date_of
from yibao.story import Step, play


def story(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """演示一整个循环：从疑点到处罚、记分、异议、撤销、修复；只在合成城市上演 / play the whole loop once."""
    with open_house(home) as house:
        steps = play(house, (lambda _: None) if as_json else _tell)
    if as_json:
        say_json({"steps": [one.as_json() for one in steps]})


def _tell(one: Step) -> None:
    receipt = "—" if one.entry is None else f"存证 {one.entry} {(one.leaf_hash or '')[:12]}"
    out.print(f"{one.number:>2}  {date_of(one.day)}  {plain(one.title.zh)}  {plain(one.actor)}  {receipt}")
    out.print(f"    {plain(one.came.zh)}")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("story")(story)
