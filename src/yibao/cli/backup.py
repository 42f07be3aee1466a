"""``yibao backup`` and ``yibao restore``: the whole home to another place, and back from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from yibao.cli.console import DEFAULT_HOME, HomeOption, JsonOption, out, progress, say_json
from yibao.store import Home, Manifest, back_up, check_backup, restore_home

PlaceArgument = Annotated[
    Path, typer.Argument(help="备份目录，或以 .tar 结尾的文件 / folder of backups, or a file ending in .tar")
]


def backup(
    place: PlaceArgument,
    keep: Annotated[
        int | None, typer.Option(min=1, help="只留最近几次备份 / keep only so many of the last backups")
    ] = None,
    link: Annotated[
        bool,
        typer.Option(
            "--link", help="同一文件系统上用硬链接，不另占空间 / hard links on the same file system"
        ),
    ] = False,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """备份整个数据目录：登记库、数据湖、政策包、密钥、文书 / back up the whole home while others work."""
    with progress() as report:
        done = back_up(Home(home), place, link=link, keep=keep, report=report)
    if as_json:
        say_json(
            {**_told(done.manifest, place), "written_bytes": done.written, "removed": list(done.removed)}
        )
        return
    out.print(f"已备份：{place}  {_line(done.manifest)}，本次写入 {_size(done.written)}")
    if done.removed:
        out.print(f"已删除较早的备份：{'、'.join(done.removed)}")


def restore(
    place: PlaceArgument,
    name: Annotated[
        str | None, typer.Option("--backup", help="哪一次，默认最近一次 / which one, the last if not given")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="只核对备份，不恢复 / only read and compare the backup")
    ] = False,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """从备份恢复到空的数据目录：先核对，后恢复，再核对 / restore into an empty home, verified before and after."""
    with progress() as report:
        manifest = (
            check_backup(place, name, report)
            if check
            else restore_home(Home(home), place, name=name, report=report)
        )
    if as_json:
        say_json({**_told(manifest, place), "restored": not check})
    else:
        out.print(f"{'备份完好' if check else f'已恢复到 {home}'}：{_line(manifest)}")


def _told(manifest: Manifest, place: Path) -> dict[str, object]:
    return {
        "place": str(place),
        "backup": manifest.name,
        "made_at": manifest.made_at,
        "schema": manifest.revision,
        "known_no": manifest.known_no,
        "files": len(manifest.files),
        "bytes": manifest.bytes,
    }


def _line(manifest: Manifest) -> str:
    return f"{manifest.name}，{len(manifest.files):,} 个文件，{_size(manifest.bytes)}"


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    app.command()(backup)
    app.command()(restore)
