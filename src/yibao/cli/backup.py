"""``yibao backup`` and ``yibao restore``: the whole home to another place, and back from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from yibao.cli.console import DEFAULT_HOME, HomeOption, JsonOption, out, progress, say_json
from yibao.cli.passphrase import apart_from, new_passphrase, the_passphrase
from yibao.ledger import keys_in, keys_out
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
    with_keys: Annotated[
        Path | None,
        typer.Option(
            "--with-keys",
            metavar="FILE",
            help="另把签名钥匙加密写到此文件 / also write the signing keys, encrypted",
        ),
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """备份整个数据目录：登记库、数据湖、政策包、文书；签名钥匙不在内 / back up the whole home, without its keys."""
    if with_keys is not None:
        apart_from(with_keys, place)
        keys_out(Home(home), with_keys, new_passphrase())
    with progress() as report:
        done = back_up(Home(home), place, link=link, keep=keep, report=report)
    if as_json:
        say_json(
            {**_told(done.manifest, place), "written_bytes": done.written, "removed": list(done.removed)}
        )
        return
    out.print(f"已备份：{place}  {_line(done.manifest)}，本次写入 {_size(done.written)}")
    if with_keys is not None:
        out.print(f"签名钥匙已加密写到 {with_keys}；与备份分开存放，口令另行保管", soft_wrap=True)
    elif done.manifest.left_out:
        out.print(
            "备份不含签名钥匙；另行导出并分开存放：yibao ledger keys-out 文件 / the signing keys are left out",
            soft_wrap=True,
        )
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
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys", exists=True, dir_okay=False, help="同时取回签名钥匙的文件 / also bring the keys back"
        ),
    ] = None,
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
    brought = keys_in(Home(home), keys, the_passphrase()) if keys is not None and not check else []
    missing = [name for name in manifest.left_out if name.removeprefix("keys/") not in brought]
    if as_json:
        say_json({**_told(manifest, place), "restored": not check, "keys_missing": missing})
        return
    out.print(f"{'备份完好' if check else f'已恢复到 {home}'}：{_line(manifest)}")
    if missing:
        out.print(
            f"备份不含签名钥匙（{'、'.join(missing)}）。取回：yibao ledger keys-in 钥匙文件；原来的机器若失控，"
            "取回后即更换：yibao ledger rotate。取回之前，办理照常记录，签名等待 / the backup holds no signing keys: "
            "bring them with yibao ledger keys-in FILE, and change them with yibao ledger rotate if others may have them",
            soft_wrap=True,
        )


def _told(manifest: Manifest, place: Path) -> dict[str, object]:
    return {
        "place": str(place),
        "backup": manifest.name,
        "made_at": manifest.made_at,
        "schema": manifest.revision,
        "known_no": manifest.known_no,
        "files": len(manifest.files),
        "bytes": manifest.bytes,
        "left_out": list(manifest.left_out),
    }


def _line(manifest: Manifest) -> str:
    return f"{manifest.name}，{len(manifest.files):,} 个文件，{_size(manifest.bytes)}"


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    app.command()(backup)
    app.command()(restore)
