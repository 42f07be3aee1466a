"""``yibao archive observe|rate|notice|confirm|send-back``: the acts by which a grade comes about."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from yibao import consequence, remedy
from yibao.archive import credit, files
from yibao.archive.credit import DataError, Rated
from yibao.archive.files import SubjectKind
from yibao.casework.cases import Desk
from yibao.cli.archive import KindOption, SubjectArgument
from yibao.cli.casedesk import DayOption, ReasonOption, money_of, the_day
from yibao.cli.console import (
    DEFAULT_HOME,
    AsOption,
    HomeOption,
    JsonOption,
    open_house,
    out,
    say_json,
)
from yibao.kernel import Json, date_of

FactArgument = Annotated[int, typer.Argument(help="预评定的编号（事实）/ number of the provisional grade")]


def observe(
    subject: SubjectArgument,
    indicator: Annotated[str, typer.Argument(help="指标编号 / id of the indicator")],
    class_: Annotated[str | None, typer.Option("--class", help="决定书载明的档次 / class as decided")] = None,
    case: Annotated[str | None, typer.Option("--case", help="案件编号 / the case")] = None,
    amount: Annotated[str | None, typer.Option("--amount", help="查实金额（元）/ confirmed yuan")] = None,
    ratio: Annotated[
        str | None, typer.Option("--ratio", metavar="N/D", help="人工采集的比例（例外，会标明）/ by hand")
    ] = None,
    level: Annotated[str | None, typer.Option("--level", help="收到的等级，如 优 / a received grade")] = None,
    document: Annotated[str | None, typer.Option("--document", help="材料文号 / the paper")] = None,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """登记一条经核实的指标事实；系统能算的不得登记 / record a confirmed fact; what is computed nobody records."""
    body: dict[str, Json] = {
        key: value
        for key, value in (("class", class_), ("case", case), ("level", level), ("document", document))
        if value is not None
    }
    if amount is not None:
        body["amount_fen"] = money_of(amount)
    if ratio is not None:
        n, slash, d = ratio.partition("/")
        if not slash or not n.isdigit() or not d.isdigit():
            raise typer.BadParameter("9/10", param_hint="--ratio")
        body |= {"numerator": int(n), "denominator": int(d)}
    with open_house(home) as house:
        number = house.at_desk(
            who, lambda desk: credit.observe(desk, subject, indicator, body, the_day(day), reason or "")
        )
    if as_json:
        say_json({"fact": number})
        return
    out.print(f"已登记，事实 {number}")


def rate(
    subject: Annotated[list[str] | None, typer.Argument(help="档案编号或编码 / files")] = None,
    kind: KindOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """预评定：单个、几个或一类全部 / rate provisionally: some, or all of a kind."""
    if bool(subject) == (kind is not None):
        raise typer.BadParameter("给出档案，或用 --kind 评定一类全部 / name files, or give --kind")
    on = the_day(day)
    with open_house(home) as house:
        figures = credit.measure(house.home, house.register, house.policy(), on)

        def deed(desk: Desk) -> list[Rated]:
            said = list(subject or ())
            if kind is not None:
                said = [one.number for one in files.subjects(desk, SubjectKind(kind), 1 << 40)]
            return credit.rate(desk, said, figures, on)

        done = house.at_desk(who, deed)
    graded = [one for one in done if one.fact is not None]
    if as_json:
        say_json({
            "rated": [one.as_json() for one in done], "graded": len(graded),
            "not_collected": [one.as_json() for one in figures.missed],
        })  # fmt: skip
        return
    for one in graded[:50]:
        assert one.scored is not None
        out.print(f"  {one.head.number}  预评定 {one.fact}  {one.scored.shown}  {one.scored.grade}")
    out.print(
        f"预评定 {len(graded):,} 份，不评级 {len(done) - len(graded):,} 份；下一步 yibao archive notice"
    )


def notice(
    rated: FactArgument,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """登记已告知预评定结果，异议期开始 / record that the subject was told; the time to object begins."""
    with open_house(home) as house:

        def deed(desk: Desk) -> dict[str, Any]:
            number = credit.notice(desk, rated, the_day(day))
            until = files.fact(desk.unit, number).body["objections_until"]
            return {"fact": number, "objections_until": date_of(until).isoformat()}

        done = house.at_desk(who, deed)
    if as_json:
        say_json(done)
        return
    out.print(f"已登记告知；异议期至 {done['objections_until']}，次日起可由他人确认（yibao archive confirm）")


def confirm(
    rated: FactArgument,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """确认等级（须由预评定以外的人）：重新计算，结果不同则拒绝 / confirm: made again, refused if it differs.

    What follows from a grade by law follows in the same transaction; what needs a decision waits for one.
    """
    on = the_day(day)
    with open_house(home) as house:
        head, rating_day = house.at_desk(who, lambda desk: _rated(desk, rated))
        figures = credit.measure(house.home, house.register, house.policy(), rating_day, head=head)

        def deed(desk: Desk) -> credit.Grade:
            confirmed = credit.confirm(desk, rated, figures, on, objected=remedy.open_objection)
            consequence.follow_by_law(desk.unit, desk.policy, files.subject(desk.unit, head.id), on)
            return confirmed

        grade = house.at_desk(who, deed)
    if as_json:
        say_json({"subject": head.number, **grade.as_json()})
        return
    out.print(
        f"{head.number}  信用等级 {grade.grade}（{grade.shown}），{date_of(grade.from_day)} 至 {date_of(grade.until)}"
    )


def _rated(desk: Desk, rated: int) -> tuple[files.Subject, int]:
    one = files.fact(desk.unit, rated)
    head, _ = files.the_file(desk, files.subject(desk.unit, one.subject).number)
    return head, int(one.body.get("day", one.day))


def send_back(
    rated: FactArgument,
    indicator: Annotated[str, typer.Option("--indicator", help="数据有误的指标 / the row with the error")],
    document: Annotated[str, typer.Option("--document", help="证明错误的材料 / the paper that shows it")],
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """因有据可查的数据错误退回预评定 / send back for a documented error of the data, and for nothing else."""
    with open_house(home) as house:
        number = house.at_desk(
            who,
            lambda desk: credit.send_back(
                desk, rated, DataError(indicator, document), reason or "", the_day(day)
            ),
        )
    if as_json:
        say_json({"fact": number})
        return
    out.print(f"已退回（事实 {number}）；更正数据后重新预评定并告知")


def add_to(group: typer.Typer) -> None:
    """Put the commands into the group."""
    group.command("observe")(observe)
    group.command("rate")(rate)
    group.command("notice")(notice)
    group.command("confirm")(confirm)
    group.command("send-back")(send_back)
