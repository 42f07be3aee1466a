"""``yibao case answer|evidence|propose|deliver|recover|transfer|contest|close``: what happens in a case, put on record."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from yibao.casework import agreement, penalty
from yibao.casework.cases import (
    Attachment,
    Desk,
    Money,
    Organ,
    Restoration,
    Track,
    attachments,
    keep,
    restorations,
    take_out,
    told,
)
from yibao.casework.cases import case_id as id_of
from yibao.casework.penalty import EVIDENCE_KINDS
from yibao.casework.tracks import attach_files, the_case, track_of, wrong_track
from yibao.cli.casedesk import (
    CaseArgument,
    DayOption,
    FilesOption,
    ReasonOption,
    VersionOption,
    doing,
    money_of,
    tell_done,
)
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
from yibao.kernel import date_of, format_fen


def answer(
    case: CaseArgument,
    what: Annotated[
        str,
        typer.Argument(
            parser=one_of(lambda: ("defend", "waive", "waive_hearing", "ask_hearing", "hear", "withdraw_hearing")),
            metavar="WHAT",
            help="defend 申辩 · waive 放弃申辩 · waive_hearing 放弃听证 · ask_hearing 要求听证 · hear 举行听证 · "
            "withdraw_hearing 撤回",
        ),
    ],
    files: FilesOption = None,
    reason: ReasonOption = None,
    day: DayOption = None,
    version: VersionOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """登记当事人的陈述、放弃或听证 / record what the party says."""
    done = doing(day, reason, version)

    def deed(desk: Desk) -> int:
        number = id_of(case)
        if kept:
            attach_files(desk, [number], kept, doing(day, None, version))
        if track_of(desk, number) is Track.AGREEMENT:
            return agreement.answer(desk, number, what, done)
        return penalty.answer(desk, number, what, done)

    with open_house(home) as house:
        kept = keep(house.home, files or ())
        number = house.at_desk(who, deed)
    tell_done(case, what, number, as_json=as_json)


def attach(
    case: CaseArgument,
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="佐证文件 / files")],
    reason: ReasonOption = None,
    day: DayOption = None,
    version: VersionOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """登记当事人提交的佐证材料，原样保存，摘要写入台账 / keep the files that a party hands in."""
    done = doing(day, reason, version)
    number = id_of(case)
    with open_house(home) as house:
        kept = keep(house.home, files)
        acts = house.at_desk(who, lambda desk: attach_files(desk, [number], kept, done))
    tell_done(case, "attach", acts[number], as_json=as_json, sha256=[one.sha256 for one in kept])


def list_attachments(
    case: CaseArgument,
    to: Annotated[Path | None, typer.Option(help="取出到此目录 / copy them there")] = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """列出佐证材料，或核对摘要后取出（登记谁看过） / list what was handed in, or take it out."""
    number = id_of(case)

    def deed(desk: Desk) -> tuple[list[Attachment], list[Path]]:
        paths = take_out(desk, house.home, number, to) if to is not None else []
        return attachments(desk, number), paths

    with open_house(home) as house:
        found, paths = house.at_desk(who, deed)
    if as_json:
        say_json({"attachments": [one.as_json() for one in found], "files": [str(path) for path in paths]})
        return
    for one in found:
        out.print(
            f"{one.number}  {date_of(one.day)}  {plain(one.file.name)}  {one.file.bytes:,} 字节  {one.file.sha256}"
        )
    for path in paths:
        out.print(f"已取出：{path}")


def evidence(
    case: CaseArgument,
    file: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="证据文件 / files")],
    kind: Annotated[
        str,
        typer.Option(
            parser=one_of(lambda: EVIDENCE_KINDS), metavar="KIND", help="证据种类 / kind of evidence"
        ),
    ],
    proves: Annotated[str, typer.Option(help="证明内容 / what it proves")],
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """把文件登记进证据目录，摘要写入台账 / add files to the evidence list; their digests go to the ledger."""
    pieces = [
        {
            "name": one.name,
            "kind": kind,
            "proves": proves,
            "sha256": hashlib.sha256(one.read_bytes()).hexdigest(),
        }
        for one in file
    ]
    with open_house(home) as house:
        number = house.at_desk(
            who, lambda desk: penalty.add_evidence(desk, id_of(case), pieces, doing(day, None))
        )
    tell_done(case, "add_evidence", number, as_json=as_json, sha256=[piece["sha256"] for piece in pieces])


def propose(
    case: CaseArgument,
    reason: ReasonOption = None,
    day: DayOption = None,
    version: VersionOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """复核陈述申辩，提请决定 / weigh the defence and bring the case to decision."""
    done = doing(day, reason, version)

    def deed(desk: Desk) -> int:
        number = id_of(case)
        weigh = agreement.weigh if track_of(desk, number) is Track.AGREEMENT else penalty.weigh
        return weigh(desk, number, done)

    with open_house(home) as house:
        number = house.at_desk(who, deed)
    tell_done(case, "weigh_defence", number, as_json=as_json)


def deliver(
    case: CaseArgument,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """登记送达：告知书或决定书，看案件走到哪一步 / record service of the notice, or of the decision."""
    done = doing(day, reason)

    def deed(desk: Desk) -> int:
        one = the_case(desk, id_of(case))
        if one.track is Track.AGREEMENT:
            serve = agreement.serve_notice if one.state == agreement.State.TOLD else agreement.serve
        else:
            serve = penalty.serve_notice if one.state == penalty.State.TOLD else penalty.serve
        return serve(desk, one.id, done)

    with open_house(home) as house:
        number = house.at_desk(who, deed)
    tell_done(case, "serve", number, as_json=as_json)


def recover(
    case: CaseArgument,
    fund: Annotated[str | None, typer.Option(help="退回基金（元）/ returned to the fund")] = None,
    patient: Annotated[str | None, typer.Option(help="退回个人（元）/ returned to patients")] = None,
    fine: Annotated[str | None, typer.Option(help="罚款或违约金（元）/ fine, or damages")] = None,
    day: DayOption = None,
    reason: ReasonOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """登记到账：基金、个人、罚款三个口袋分开 / record what came in, purse by purse."""
    done = doing(day, reason)
    returned = Money(money_of(fund), money_of(patient))

    def deed(desk: Desk) -> int:
        number = id_of(case)
        taken = agreement.recover if track_of(desk, number) is Track.AGREEMENT else penalty.recover
        return taken(desk, number, returned, money_of(fine), done)

    with open_house(home) as house:
        number = house.at_desk(who, deed)
    tell_done(case, "recover", number, as_json=as_json)


def restored(
    case: CaseArgument,
    tell: Annotated[
        list[int] | None,
        typer.Option("--told", help="已告知参保人的恢复编号 / restorations patients were told of"),
    ] = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """追回后恢复给参保人的：个人部分、计入待遇的部分，是否已告知 / what is restored to patients, and who was told."""

    def deed(desk: Desk) -> list[Restoration]:
        the_case(desk, id_of(case))
        if tell:
            told(desk, id_of(case), tell, doing(day, None).day)
        return restorations(desk, id_of(case))

    with open_house(home) as house:
        found = house.at_desk(who, deed)
    if as_json:
        say_json({"restorations": [one.as_json() for one in found]})
        return
    for one in found:
        said = one.as_json()
        out.print(
            f"{one.number}  {said['finding']}  个人 {format_fen(one.money.patient_fen)}  "
            f"待遇 {format_fen(one.money.fund_fen)}  {'已告知 ' + said['told'] if said['told'] else '未告知'}"
        )


def hand_over(
    case: CaseArgument,
    to: Annotated[
        str, typer.Option("--to", parser=one_of(lambda: (*Organ, "back", "acknowledged")), metavar="ORGAN",
                          help="police|discipline|department|agency|region；签收 acknowledged；退回 back")
    ],
    name: Annotated[str, typer.Option(help="机关名称 / name of the organ")] = "",
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """移送案件或线索，登记签收或退回 / hand over, and record what comes back."""
    done = doing(day, reason)

    def deed(desk: Desk) -> int:
        number = id_of(case)
        penal = track_of(desk, number) is Track.PENALTY
        if to == "back" and penal:
            return penalty.acknowledged(desk, number, "taken_back", done, name)
        if to in ("back", "acknowledged"):
            return (
                penalty.acknowledged(desk, number, "acknowledged", done, name)
                if penal
                else agreement.acknowledged(desk, number, done, name)
            )
        return (penalty.refer if penal else agreement.refer)(desk, number, Organ(to), name, done)

    with open_house(home) as house:
        number = house.at_desk(who, deed)
    tell_done(case, "transfer", number, as_json=as_json)


def contest(
    case: CaseArgument,
    kind: Annotated[
        str, typer.Argument(parser=one_of(lambda: ("review", "suit", "upheld")), metavar="KIND",
                            help="review 行政复议 · suit 行政诉讼 · upheld 维持")
    ],
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """登记复议、诉讼及其结果；不停止执行 / record a review or suit, which does not stop execution."""
    done = doing(day, reason)

    def deed(desk: Desk) -> int:
        number = id_of(case)
        if track_of(desk, number) is not Track.PENALTY:
            raise wrong_track(str(track_of(desk, number)))
        if kind == "upheld":
            return penalty.upheld(desk, number, done)
        return penalty.contest(desk, number, kind, done)

    with open_house(home) as house:
        number = house.at_desk(who, deed)
    tell_done(case, kind, number, as_json=as_json)


def close(
    case: CaseArgument,
    on_paper: Annotated[
        list[str] | None,
        typer.Option(
            "--on-paper",
            metavar="DOCUMENT",
            help="存于纸质案卷的文书，逐一写明 / a document kept on paper; repeatable",
        ),
    ] = None,
    reason: ReasonOption = None,
    day: DayOption = None,
    version: VersionOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """结案：钱、复议、移送都了结，法定文书齐全之后 / close, when nothing is open any more."""
    done = doing(day, reason, version)

    def deed(desk: Desk) -> int:
        number = id_of(case)
        end = agreement.close if track_of(desk, number) is Track.AGREEMENT else penalty.close
        return end(desk, number, done, on_paper=on_paper or ())

    with open_house(home) as house:
        number = house.at_desk(who, deed)
    tell_done(case, "close", number, as_json=as_json)


def add_to(group: typer.Typer) -> None:
    """Put the commands into the group of cases."""
    for command in (answer, attach, evidence, propose, deliver, recover, restored, contest, close):
        group.command(command.__name__)(command)
    group.command("attachments")(list_attachments)
    group.command("transfer")(hand_over)
