"""``yibao ledger``: check the evidence log, and give outsiders what they need to check it themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from yibao.access import Permission
from yibao.cli.console import (
    DEFAULT_HOME,
    AsOption,
    HomeOption,
    JsonOption,
    err,
    open_house,
    out,
    say_json,
)
from yibao.cli.passphrase import new_passphrase, the_passphrase
from yibao.ledger import (
    change_keys,
    checkpoint,
    export,
    home_signers,
    keys_in,
    keys_out,
    receipt,
    sign_waiting,
    take_cosignature,
    verify_everything,
)

ledger = typer.Typer(name="ledger", help="存证：核验、证明、导出 / the evidence log", no_args_is_help=True)

SinceOption = Annotated[
    int | None,
    typer.Option("--since", min=1, help="对方以前见过的条数，附一致性证明 / a size the recipient saw before"),
]
PersonalOption = Annotated[
    bool,
    typer.Option("--with-personal", help="附个人信息原值，供本人核对 / with the personal facts themselves"),
]


@ledger.command()
def verify(who: AsOption = None, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """核验整本存证：条目、树、签名、钥匙、见证 / check the whole log; exit code 1 where anything is wrong."""
    with open_house(home) as house:
        house.entrusted(who, Permission.LEDGER_VERIFY)
        found = verify_everything(house.register)
    if as_json:
        say_json(
            {
                "sound": found.sound,
                "size": found.size,
                "waiting": found.waiting,
                "checkpoints": found.checkpoints,
                "cosignatures": found.cosignatures,
                "erased": found.erased,
                "faults": [fault.as_json() for fault in found.faults],
            }
        )
    else:
        out.print("属实：未发现改动 / sound" if found.sound else "不属实 / not sound")
        out.print(
            f"条目 entries {found.size:,}，等待 waiting {found.waiting:,}，检查点 checkpoints {found.checkpoints:,}，"
            f"见证 cosignatures {found.cosignatures:,}，已删个人信息 erased {found.erased:,}"
        )
        for fault in found.faults:
            err.print(fault.lines(), style="red", markup=False, highlight=False)
    if not found.sound:
        raise typer.Exit(1)


@ledger.command()
def prove(
    entry: Annotated[int, typer.Argument(help="条目编号 / number of the entry")],
    file: Annotated[Path, typer.Argument(help="回执文件 / file of the receipt")],
    since: SinceOption = None,
    with_personal: PersonalOption = False,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """出具一条存证的回执，对方可自行核验 / write the receipt of one entry, which anybody can check."""
    wanted = [Permission.LEDGER_READ, *([Permission.LEDGER_EXPORT] if with_personal else [])]
    with open_house(home) as opened:
        house = opened.entrusted(who, *wanted)
        sign_waiting(house.register)
        with house.register.unit_of_work(house.actor) as unit:
            held = receipt(unit, entry)
            first = -1 if held.position is None else held.position
            header = export(unit, file, first=first, count=1, since=since, with_personal=with_personal)
    _say(
        {"file": str(file), "entry": entry, "position": first, "leaf_hash": held.leaf_hash.hex()},
        header.checkpoint,
        as_json,
    )


@ledger.command(name="checkpoint")
def show_checkpoint(
    file: Annotated[Path | None, typer.Option("--out", help="另存 / also write it to a file")] = None,
    keys: Annotated[bool, typer.Option("--keys", help="显示公钥 / show the public keys")] = False,
    witness: Annotated[
        tuple[str, str] | None,
        typer.Option("--witness", help="登记见证签名：公钥 签名行 / keep a cosignature: key and line"),
    ] = None,
    size: Annotated[
        int | None, typer.Option("--size", min=1, help="某一条数时的检查点 / the checkpoint of a size")
    ] = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """给出最新的签名检查点与公钥 / give the newest signed checkpoint, and the keys to check it with."""
    wanted = Permission.LEDGER_VERIFY if witness is None else Permission.LEDGER_EXPORT
    with open_house(home) as opened:
        house = opened.entrusted(who, wanted)
        sign_waiting(house.register)
        with house.register.unit_of_work(house.actor) as unit:
            note = checkpoint(unit, size)
            if witness is not None:
                take_cosignature(unit, note.checkpoint().size, *witness)
                note = checkpoint(unit, size)
        public = [str(signer.key) for signer in home_signers(house.register)]
    if file is not None:
        file.write_text(str(note), encoding="utf-8")
    if as_json:
        shown = note.checkpoint()
        say_json(
            {
                "origin": shown.origin,
                "size": shown.size,
                "root": shown.root.hex(),
                "checkpoint": str(note),
                "keys": public,
            }
        )
        return
    out.print(str(note), end="", highlight=False, soft_wrap=True)
    for key in public if keys else ():
        out.print(key, highlight=False, soft_wrap=True)


@ledger.command(name="export")
def write_export(
    file: Annotated[Path, typer.Argument(help="导出文件 / file")],
    first: Annotated[int, typer.Option("--first", min=0, help="从哪个位置起 / first position")] = 0,
    count: Annotated[int | None, typer.Option("--count", min=1, help="多少条 / how many")] = None,
    since: SinceOption = None,
    with_personal: PersonalOption = False,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """导出条目与证明，对方不用数据库即可核验 / write entries with their proof to a file that anybody can check."""
    with open_house(home) as opened:
        house = opened.entrusted(who, Permission.LEDGER_EXPORT)
        sign_waiting(house.register)
        with house.register.unit_of_work(house.actor) as unit:
            header = export(unit, file, first=first, count=count, since=since, with_personal=with_personal)
    _say({"file": str(file), "first": header.first, "count": header.count}, header.checkpoint, as_json)


@ledger.command()
def rotate(who: AsOption = None, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """更换签名钥匙，旧钥匙签署交接后销毁 / change the signing keys; old checkpoints stay valid."""
    with open_house(home) as house:
        house.entrusted(who, Permission.LEDGER_ROTATE)
        sign_waiting(house.register)
        public = [str(signer.key) for signer in change_keys(house.register)]
    if as_json:
        say_json({"keys": public})
        return
    for key in public:
        out.print(key, highlight=False, soft_wrap=True)


@ledger.command("keys-out")
def write_keys(
    file: Annotated[Path, typer.Argument(help="钥匙文件（加密）/ file of the keys, encrypted")],
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """把签名钥匙加密导出；口令取自 YIBAO_KEY_PASSPHRASE 或当面输入 / write the signing keys under a passphrase."""
    with open_house(home) as house:
        house.entrusted(who, Permission.LEDGER_ROTATE)
        names = keys_out(house.home, file, new_passphrase())
    if as_json:
        say_json({"file": str(file), "keys": names})
        return
    out.print(f"已导出 {len(names)} 把钥匙：{file}；与备份分开存放，口令另行保管", soft_wrap=True)


@ledger.command("keys-in")
def bring_keys(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="钥匙文件 / file of the keys")],
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """取回签名钥匙，等待签名的随即签名 / bring the signing keys back; what waits is signed."""
    with open_house(home) as house:
        house.entrusted(who, Permission.LEDGER_ROTATE)
        names = keys_in(house.home, file, the_passphrase())
        home_signers(house.register)
    if as_json:
        say_json({"keys": names})
        return
    out.print(f"已取回 {len(names)} 把钥匙", soft_wrap=True)


def _say(said: dict[str, Any], note: str, as_json: bool) -> None:
    if as_json:
        say_json({**said, "checkpoint": note})
    else:
        out.print(f"已写出 / written：{said['file']}", highlight=False, soft_wrap=True)


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    app.add_typer(ledger)
