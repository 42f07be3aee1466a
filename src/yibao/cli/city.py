"""``yibao city``: a synthetic city as national extracts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from yibao.city import CityPlan, build_city
from yibao.cli.console import JsonOption, out, progress, say_json


def city(
    people: Annotated[int, typer.Option(min=100, help="人数 / people")] = 25_000,
    seed: Annotated[int, typer.Option(help="随机种子，同种子同城市 / same seed, same city")] = 1,
    out_dir: Annotated[Path, typer.Option("--out", help="写入目录 / folder to write")] = Path("demo-city"),
    form: Annotated[
        Literal["csv", "parquet"], typer.Option("--format", help="文件形式 / form of the files")
    ] = "csv",
    workers: Annotated[int, typer.Option(min=1, help="进程数 / processes")] = 2,
    as_json: JsonOption = False,
) -> None:
    """造一座合成城市的提取数据与标准答案 / write a synthetic city's extracts and its truth file."""
    with progress() as report:
        built = build_city(CityPlan(people=people, seed=seed), out_dir, report, form=form, workers=workers)
    if as_json:
        say_json(
            {
                "out": str(out_dir),
                "people": built.people,
                "institutions": built.institutions,
                "encounters": built.encounters,
                "settlements": built.settlements,
                "lines": built.lines,
                "planted": built.planted,
            }
        )
    else:
        out.print(
            f"合成城市已写入 {out_dir}：{built.people:,} 人，{built.institutions:,} 家机构，"
            f"{built.settlements:,} 次结算，{built.lines:,} 条费用明细。"
        )


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    app.command()(city)
