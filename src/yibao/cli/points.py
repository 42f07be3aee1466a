"""``yibao points``: registration and commitment, responsibility, records, repair, and where somebody stands."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from yibao.archive import files, points
from yibao.archive.files import FactKind
from yibao.archive.points import (
    STATUS_NAMES,
    Level,
    Person,
    PersonClass,
    Recognised,
    Standing,
    Status,
)
from yibao.casework.cases import Desk
from yibao.cli.casedesk import DayOption, ReasonOption, the_day
from yibao.cli.console import (
    DEFAULT_HOME,
    AsOption,
    HomeOption,
    JsonOption,
    one_of,
    open_house,
    out,
    say_json,
)
from yibao.cli.pointswords import responsible_of
from yibao.kernel import date_of, day_of_ymd, parse_day

PersonArgument = Annotated[str, typer.Argument(help="人员档案编号或编码 / file or code of the person")]
InstitutionOption = Annotated[str, typer.Option("--institution", help="机构档案编号或编码 / file or code")]
FactArgument = Annotated[int, typer.Argument(min=1, help="档案事实的编号 / number of a fact")]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="看哪一天的状态，默认今天 / the day, today by default")
]
KnownOnOption = Annotated[
    str | None, typer.Option("--known-on", help="按哪一天所知，默认今天 / as known on, today by default")
]

app = typer.Typer(help="支付资格与记分 / payment qualification and points", no_args_is_help=True)


def register(
    code: Annotated[str | None, typer.Argument(help="人员编码 / the person's code")] = None,
    name: Annotated[str | None, typer.Option(help="姓名 / name")] = None,
    person_class: Annotated[
        str, typer.Option("--class", parser=one_of(lambda: PersonClass), metavar="CLASS", help="人员类别 / class")
    ] = "doctor",
    institution: Annotated[str | None, typer.Option(help="机构档案编号或编码 / file or code")] = None,
    lake_key: Annotated[int | None, typer.Option(help="数据湖中的键 / key in the lake")] = None,
    from_lake: Annotated[
        bool, typer.Option("--from-lake", help="按从业人员表登记全市人员 / everybody in the lake's table of staff")
    ] = False,
    committed: Annotated[
        str | None, typer.Option(help="与 --from-lake 同用：已签承诺的文件 / the paper by which all have committed")
    ] = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """登记备案：一人一家机构，或从数据湖批量 / register a person at an institution, or a whole city from the lake."""
    on = the_day(day)
    with open_house(home) as house:
        if from_lake:
            staff = points.staff_in_lake(house.home, house.register)
            new = house.at_desk(
                who,
                lambda d: points.register_many(d, staff.institutions, staff.listed, on, committed=committed),
            )
            _tell(as_json, {"registered": new, "left_out": staff.left_out}, f"登记备案 {new} 人")
            return
        if code is None or institution is None:
            raise typer.BadParameter("写明人员编码和 --institution，或用 --from-lake / name whom and where")
        person = Person(code, name, PersonClass(person_class), lake_key)
        number = house.at_desk(
            who, lambda d: _numbered(d, points.register(d, person, _id(d, institution), on))
        )
    _tell(as_json, {"file": number}, f"已登记备案：{number}")


def commit(
    person: PersonArgument, day: DayOption = None, who: AsOption = None, home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """登记服务承诺：此后才有支付资格 / note the service commitment, after which somebody is qualified."""
    with open_house(home) as house:
        fact = house.at_desk(who, lambda d: points.commit_to_service(d, _id(d, person), the_day(day)))
    _tell(as_json, {"fact": fact}, "已登记服务承诺")


def move(
    person: PersonArgument,
    from_: Annotated[str, typer.Option("--from", help="原机构 / from which institution")],
    to: Annotated[str, typer.Option("--to", help="新机构 / to which institution")],
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """变更执业机构：档案随人走 / go from one institution to another; the file goes along."""
    with open_house(home) as house:
        fact = house.at_desk(
            who, lambda d: points.move(d, _id(d, person), _id(d, from_), _id(d, to), the_day(day))
        )
    _tell(as_json, {"fact": fact}, "已变更")


def leave(
    person: PersonArgument,
    institution: InstitutionOption,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """注销在一家机构的登记备案；正在执行的暂停照样执行 / end a registration; a suspension runs on."""
    with open_house(home) as house:
        fact = house.at_desk(
            who,
            lambda d: points.leave(d, _id(d, person), _id(d, institution), the_day(day), reason or ""),
        )
    _tell(as_json, {"fact": fact}, "已注销")


def note(
    subject: Annotated[str, typer.Argument(help="机构或人员的档案编号 / file of the institution or person")],
    kind: Annotated[
        str, typer.Option("--kind", parser=one_of(lambda: ("noticed", "industry")), metavar="<noticed|industry>",
                          help="通报或行业主管部门处理 / a notice, or an industry department's action")
    ],
    topic: Annotated[str, typer.Option(help="事由 / about what: procurement, practice_scope, licence_revoked …")],
    paper: Annotated[str, typer.Option(help="文号 / number of the paper")],
    authority: Annotated[str, typer.Option(help="作出机关 / who made it")],
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """登记通报或行业主管部门的处理，作为记分的文书 / note an instrument that was made outside our cases."""
    with open_house(home) as house:
        fact = house.at_desk(
            who,
            lambda d: points.note(
                d, _id(d, subject), FactKind(kind), topic, paper, authority, the_day(day), reason or ""
            ),
        )
    _tell(as_json, {"fact": fact}, f"已登记，第 {fact} 号事实")


def determine(
    instrument: FactArgument,
    responsible: Annotated[
        list[str],
        typer.Option("--who", help="责任人 P0000001=情形:程度[:情节[:band]]，如 P0000001=D1:main / who, for what, how far"),
    ],
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """认定责任：只有作出决定的部门可以 / say who is responsible; only the department that decided may."""

    def deed(desk: Desk) -> list[int]:
        named = [responsible_of(desk, word, reason or "", the_day(day)) for word in responsible]
        return points.determine(desk, instrument, named, the_day(day))

    with open_house(home) as house:
        found = house.at_desk(who, deed)
    _tell(as_json, {"responsible": found}, f"已认定 {len(found)} 人：第 {', '.join(map(str, found))} 号事实")


def record(
    responsible: FactArgument, day: DayOption = None, who: AsOption = None, home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """按责任认定记分：只有经办机构可以 / record the points of a determination; only the agency may."""

    def deed(desk: Desk) -> tuple[int, Standing]:
        fact = points.record(desk, responsible, the_day(day))
        subject = files.fact(desk.unit, fact).subject
        return fact, points.status(desk.unit, desk.policy, subject, the_day(day))

    with open_house(home) as house:
        fact, standing = house.at_desk(who, deed)
    _tell(as_json, {"fact": fact, **standing.as_json()}, f"已记分，第 {fact} 号事实")
    if not as_json:
        _show(standing)


def recognise(
    person: PersonArgument,
    region: Annotated[str, typer.Option(help="作出记录的地区 / region of the record")],
    instrument: Annotated[str, typer.Option(help="作为依据的文书 / the instrument on which it rests")],
    behaviour: Annotated[str, typer.Option(help="情形代号 / behaviour")],
    value: Annotated[int, typer.Option(min=1, help="分值 / points")],
    instrument_day: Annotated[str, typer.Option("--instrument-day", help="文书日期 / its day")],
    since: Annotated[str, typer.Option("--since", help="记分起效日期 / from which day it has effect")],
    level: Annotated[
        str, typer.Option(parser=one_of(lambda: Level), metavar="LEVEL", help="责任程度 / level")
    ] = "general",
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """互认外地的记分 / write a record of another region, which counts here as it does there."""
    told = Recognised(
        region, instrument, behaviour, Level(level), value, parse_day(instrument_day), parse_day(since)
    )
    with open_house(home) as house:
        fact = house.at_desk(who, lambda d: points.recognise(d, _id(d, person), told))
    _tell(as_json, {"fact": fact}, f"已互认，第 {fact} 号事实")


def train(
    person: PersonArgument,
    event: Annotated[str, typer.Option(help="活动编号，一次活动只计一次 / number of the event")],
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """登记参加培训等活动，减免分值 / note a training attended, which takes points off."""
    with open_house(home) as house:
        fact = house.at_desk(who, lambda d: points.train(d, _id(d, person), event, the_day(day)))
    _tell(as_json, {"fact": fact}, f"已登记，第 {fact} 号事实")


def status(
    person: PersonArgument,
    as_of: AsOfOption = None,
    known_on: KnownOnOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """某人某日的支付资格、分值和来由 / where somebody stands on a day, and why."""
    day, known = the_day(as_of), None if known_on is None else parse_day(known_on)
    with open_house(home) as house:
        head, found = house.at_desk(who, lambda d: points.standing_of(d, _id(d, person), day, known))
    if as_json:
        say_json({"file": head.number, **found.as_json()})
        return
    out.print(f"{head.number}  {date_of(day)}")
    _show(found)


def share(
    institution: Annotated[str, typer.Argument(help="机构档案编号或编码 / file or code")],
    year: Annotated[int | None, typer.Option(help="年度，默认今年 / the year, this one by default")] = None,
    as_of: AsOfOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """一家机构年度内被暂停、终止的人员占比 / what share of an institution's staff was suspended or ended."""
    day = the_day(as_of)
    of = year if year is not None else date_of(day).year
    day_of_ymd(of * 10_000 + 101)  # refuses a year that cannot be
    with open_house(home) as house:
        found = house.at_desk(who, lambda d: points.share(d, _id(d, institution), of, day))
    told = {"withhold": "可以暂停拨付", "suspend": "暂停服务协议"}.get(str(found.measure), "没有达到本地标准")
    _tell(as_json, found.as_json(), f"{of} 年登记 {found.persons} 人，暂停、终止 {found.times} 人次：{told}")


def listing(
    wanted: Annotated[
        str | None,
        typer.Option("--status", parser=one_of(lambda: Status), metavar="STATUS", help="只看某种状态 / one status"),
    ] = None,
    key: Annotated[bool, typer.Option("--key", help="只看须约谈的重点对象 / who is to be interviewed")] = False,
    as_of: AsOfOption = None,
    limit: Annotated[int, typer.Option(min=1, help="显示条数 / rows shown")] = 50,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """相关人员的状态清单 / practitioners with their status."""
    day = the_day(as_of)

    def deed(desk: Desk) -> list[dict[str, Any]]:
        if key:
            return [{"file": h.number, **s.as_json()} for h, s in points.key_list(desk, day)][:limit]
        of = None if wanted is None else Status(wanted)
        return [one.as_json() for one in points.listing(desk, day, of, limit)]

    with open_house(home) as house:
        rows = house.at_desk(who, deed)
    if as_json:
        say_json({"persons": rows})
        return
    for row in rows:
        until = f" 至 {row['until']}（不含）" if row["until"] else ""
        out.print(f"{row['file']}  {STATUS_NAMES[Status(row['status'])].zh}{until}")


def behaviours(home: HomeOption = DEFAULT_HOME, day: DayOption = None, as_json: JsonOption = False) -> None:
    """本地采用的记分情形 / the behaviours that give points here."""
    with open_house(home) as house:
        policy = house.policy()
    here = [points.behaviours()[code] for code in sorted(points.listed(policy, the_day(day)))]
    if as_json:
        say_json({"behaviours": [one.as_json() for one in here]})
        return
    for one in here:
        out.print(f"{one.code}  {one.low}–{one.high} 分  {one.text.zh}")


def _show(found: Standing) -> None:
    answer = found.answer
    until = f"，至 {date_of(answer.until)}（不含）" if answer.until is not None else ""
    exempt = "（急诊、抢救除外）" if not answer.settles and answer.emergency_exempt else ""
    settled = "费用正常结算" if answer.settles else f"费用不予结算{exempt}"
    out.print(f"状态：{STATUS_NAMES[answer.status].zh}{until}；{settled}")
    year = date_of(found.day).year
    out.print(f"{year} 年累计 {found.points_in(year)} 分")
    if found.barred_until is not None:
        out.print(f"{date_of(found.barred_until)} 之前不得再次登记备案")
    for one in found.why:
        counts = "" if one.counts else "（同一行为以重的为准，不计）"
        out.print(f"  {date_of(one.day)}  {one.behaviour}  {one.value} 分{counts}  第 {one.fact} 号事实")


def _tell(as_json: bool, value: dict[str, Any], words: str) -> None:
    if as_json:
        say_json(value)
    else:
        out.print(words)


def _id(desk: Desk, said: str) -> int:
    return files.find_subject(desk.unit, said).id


def _numbered(desk: Desk, subject: int) -> str:
    return files.subject(desk.unit, subject).number


def add_to(application: typer.Typer) -> None:
    """Put the group into the application."""
    for command in (
        register, commit, move, leave, note, determine, record, recognise, train, status, share, behaviours,
    ):  # fmt: skip
        app.command(command.__name__)(command)
    app.command("list")(listing)
    application.add_typer(app, name="points")
