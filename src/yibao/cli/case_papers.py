"""``yibao case paper|papers|served|office``: the documents of a case, written, listed and served."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from yibao.casework.cases import Desk
from yibao.casework.cases import case_id as id_of
from yibao.casework.documents import WAY_NAMES, Document, Way, kinds
from yibao.casework.papers import blank, papers, serve, write, write_office
from yibao.cli.casedesk import CaseArgument, DayOption, the_day
from yibao.cli.console import (
    DEFAULT_HOME,
    AsOption,
    HomeOption,
    JsonOption,
    one_of,
    open_house,
    out,
    plain,
    say_json,
)
from yibao.kernel import Refused, Text, date_of, read_yaml


def paper(
    case: CaseArgument,
    slug: Annotated[str, typer.Argument(parser=one_of(kinds), metavar="DOCUMENT", help="文书名（英文短名）")],
    values: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="填好的内容文件 / the values that were filled in"),
    ] = None,
    to_fill: Annotated[
        Path | None,
        typer.Option("--blank", help="写出待填的内容文件，已知的已填好 / write a file to fill in"),
    ] = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """制作文书：Word 与 PDF/A，编号、摘要入台账 / write a document of a case."""
    on = the_day(day)
    with open_house(home) as house:
        if to_fill is not None:
            text = house.at_desk(
                who, lambda desk: blank(desk, house.home, house.register, id_of(case), slug, on)
            )
            to_fill.write_text(text, encoding="utf-8")
            say_json({"to_fill": str(to_fill)}) if as_json else out.print(f"待填：{to_fill}")
            return
        given = read_yaml(values.read_bytes(), str(values)) if values is not None else {}
        if not isinstance(given, dict):
            raise Refused(
                "cli.values", zh="内容文件须是“字段: 值”的形式", en="the file of values is written as field: value",
                where=str(values), came=type(given).__name__,
                todo=Text(zh="用 --blank 写出待填的文件", en="write one to fill in with --blank"),
            )  # fmt: skip
        mapping: dict[str, Any] = dict(given)
        made = house.at_desk(
            who, lambda desk: write(desk, house.home, house.register, id_of(case), slug, mapping, on)
        )
        folder = house.home.documents
    if as_json:
        say_json(_said(made, None, folder))
        return
    out.print(f"{made.number or slug}：{folder / made.pdf}")
    out.print(f"Word：{folder / made.docx}")


def list_papers(
    case: CaseArgument, who: AsOption = None, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False
) -> None:
    """列出案卷文书 / list the documents of a case."""
    with open_house(home) as house:
        found = house.at_desk(who, lambda desk: papers(desk, id_of(case)))
        folder = house.home.documents
    if as_json:
        say_json({"documents": [_said(one, served, folder) for one, served in found]})
        return
    grid = Table()
    for name in ("文书", "编号", "文号", "收件人", "成文", "送达", "文件"):
        grid.add_column(name, overflow="fold")
    for one, served in found:
        grid.add_row(
            one.slug, str(one.id), one.number or "—", plain(one.recipient), str(date_of(one.day)),
            str(date_of(served)) if served is not None else "—", one.pdf,
        )  # fmt: skip
    out.print(grid)


def served(
    case: CaseArgument,
    document: Annotated[int, typer.Argument(help="文书编号，见 yibao case papers / number of the document")],
    way: Annotated[
        str,
        typer.Option(parser=one_of(lambda: WAY_NAMES), metavar="WAY", help="送达方式 S D L M W Z E G P H"),
    ],
    receiver: Annotated[str, typer.Option(help="收件人 / who took it")],
    proof: Annotated[
        list[str] | None,
        typer.Option("--proof", help="送达凭证，如 signer=李某、mail_no=… / proof, key=value"),
    ] = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """登记文书怎样送达 / record how a document was served."""
    strange = [word for word in proof or [] if "=" not in word]
    if strange:
        raise typer.BadParameter(f"{strange[0]}: KEY=VALUE", param_hint="--proof")
    proofs = dict(word.split("=", 1) for word in proof or [])

    def deed(desk: Desk) -> int | None:
        return serve(desk, id_of(case), document, way, the_day(day), receiver, proofs).served_day

    with open_house(home) as house:
        on = house.at_desk(who, deed)
    said = str(date_of(on)) if on is not None else None
    if as_json:
        say_json({"document": document, "way": way, "served": said})
        return
    out.print(f"已登记：{WAY_NAMES[Way(way)].zh}，送达日 {said or '—'}")


def office(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """写出待填的机关设置（名称、地址、账户、法院…） / write the office's particulars to be filled in."""
    with open_house(home) as house:
        file = write_office(house.home)
    if as_json:
        say_json({"file": str(file)})
        return
    out.print(f"待填：{file}")


def _said(made: Document, served_day: int | None, folder: Path) -> dict[str, Any]:
    return {
        "document": made.id, "slug": made.slug, "number": made.number, "recipient": made.recipient,
        "day": date_of(made.day).isoformat(), "pdf": str(folder / made.pdf), "docx": str(folder / made.docx),
        "sha256": made.digest, "served": date_of(served_day).isoformat() if served_day is not None else None,
    }  # fmt: skip


def add_to(group: typer.Typer) -> None:
    """Put the commands into the group of cases."""
    group.command("paper")(paper)
    group.command("papers")(list_papers)
    group.command("served")(served)
    group.command("office")(office)
