"""``yibao archive open|list|show|status|score|explain|fairness|replay``: files, and what follows from them on any day."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer
from rich.table import Table

from yibao.access import Permission, Target, check
from yibao.archive import credit, files
from yibao.archive.credit import Explanation, Group, Scored
from yibao.archive.files import FACT_NAMES, KIND_NAMES, Subject, SubjectKind
from yibao.bootstrap import House
from yibao.casework.cases import Desk
from yibao.cli.casedesk import the_day
from yibao.cli.console import (
    DEFAULT_HOME,
    AsOption,
    HomeOption,
    JsonOption,
    one_of,
    open_house,
    out,
    plain,
    progress,
    say_json,
)
from yibao.kernel import Day, date_of, mask_name, mask_person_number, parse_day

SubjectArgument = Annotated[str, typer.Argument(help="档案编号或编码 / number of the file, or code")]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="截至哪一天 YYYY-MM-DD，默认今天 / as of, today by default")
]
KnownOnOption = Annotated[
    str | None, typer.Option("--known-on", help="按哪一天当时所知 YYYY-MM-DD / as known on that day")
]
KindOption = Annotated[
    str | None,
    typer.Option(
        "--kind", parser=one_of(lambda: list(SubjectKind)), metavar=f"<{'|'.join(SubjectKind)}>",
        help="主体类别 / kind of subject",
    ),
]  # fmt: skip


def days(as_of: str | None, known_on: str | None) -> tuple[Day, Day | None]:
    """Give the day asked about, and the day as known on which."""
    return the_day(as_of), None if known_on is None else parse_day(known_on)


def archive_open(
    insured: Annotated[
        bool, typer.Option("--insured", help="也为全部参保人员建档 / open those of all insured persons too")
    ] = False,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """为数据湖里的机构和人员建档 / open the files of all institutions and practitioners of the lake."""
    with open_house(home) as house, progress() as report:
        actor = house.acting(who)
        region = house.policy().region
        check(actor, Permission.CREDIT_RATE, Target(region))
        opened = credit.open_city_files(
            house.home, house.register, actor=actor.name, insured=insured, region=region.code, progress=report
        )
    if as_json:
        say_json(opened.as_json())
        return
    out.print(f"机构 {opened.institutions:,}，人员 {opened.practitioners:,}，参保人员 {opened.insured:,}")


def archive_list(
    kind: KindOption = None,
    limit: Annotated[int, typer.Option(min=1, help="显示条数 / rows shown")] = 50,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """列出能看的档案 / list the files that you may see."""
    with open_house(home) as house:
        wanted = None if kind is None else SubjectKind(kind)
        found = house.at_desk(who, lambda desk: files.subjects(desk, wanted, limit))
    if as_json:
        say_json({"files": [_head(one) for one in found]})
        return
    grid = Table()
    for name in ("档案", "类别", "编码", "名称", "区划"):
        grid.add_column(name, overflow="fold")
    for one in found:
        grid.add_row(
            one.number,
            KIND_NAMES[one.kind].zh,
            *(plain(_head(one)[k] or "—") for k in ("code", "name")),
            one.region,
        )
    out.print(grid)


def archive_show(
    subject: SubjectArgument,
    known_on: KnownOnOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """打开一份档案：全部事实，不再计入的也在 / lay a file open: every fact, also those that count no more."""
    _, known = days(None, known_on)
    with open_house(home) as house:

        def deed(desk: Desk) -> tuple[Subject, list[Any], set[int]]:
            head, facts = files.the_file(desk, subject)
            seen = [one for one in facts if known is None or one.known_day <= known]
            return head, seen, {one.id for one in credit.own_facts(desk.unit, head, known)}

        head, facts, counted = house.at_desk(who, deed)
    if as_json:
        rows = [
            {**one.as_json(), "name": FACT_NAMES[one.kind].zh, "counts": one.id in counted} for one in facts
        ]
        say_json({"file": _head(head), "facts": rows})
        return
    shown = _head(head)
    out.print(
        f"{head.number}  {KIND_NAMES[head.kind].zh}  {plain(shown['name'] or '—')}  {plain(shown['code'] or '—')}"
    )
    for one in facts:
        fallen = "" if one.id in counted or one.kind is files.FactKind.ANNULLED else "  （不再计入）"
        rests = "" if one.rests_on is None else f"  依据 {one.rests_on}"
        out.print(
            f"  {one.id}  {date_of(one.day)}  {FACT_NAMES[one.kind].zh}{rests}  {plain(one.actor)}"
            f"  存证 {one.entry}{fallen}"
        )


def archive_status(
    subject: SubjectArgument,
    as_of: AsOfOption = None,
    known_on: KnownOnOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """现在是什么等级、有无在办的预评定 / the grade in force, and the provisional one that waits."""
    day, known = days(as_of, known_on)
    with open_house(home) as house:

        def deed(desk: Desk) -> dict[str, Any]:
            head, facts = files.the_file(desk, subject)
            grade, waiting = credit.grade_on(facts, day, known), credit.provisional(facts, known)
            told = None if waiting is None else credit.notice_of(facts, waiting.id)
            return {
                "file": _head(head), "day": date_of(day).isoformat(),
                "grade": None if grade is None else grade.as_json(),
                "provisional": None if waiting is None else {
                    "fact": waiting.id, "grade": waiting.body["grade"], "shown": waiting.body["shown"],
                    "objections_until": None if told is None
                    else date_of(told.body["objections_until"]).isoformat(),
                },
            }  # fmt: skip

        found = house.at_desk(who, deed)
    if as_json:
        say_json(found)
        return
    grade, waiting = found["grade"], found["provisional"]
    out.print(f"{found['file']['number']}  {found['day']}")
    if grade is None:
        out.print("  没有已确认的信用等级")
    else:
        valid = f"{grade['from']} 至 {grade['until']}"
        out.print(f"  信用等级 {grade['grade']}（{grade['shown']}），{valid}，{plain(grade['by'])} 确认")
    if waiting is not None:
        until = waiting["objections_until"]
        told = "尚未告知" if until is None else f"异议期至 {until}"
        out.print(f"  在办的预评定 {waiting['fact']}：{waiting['grade']}（{waiting['shown']}），{told}")


def archive_score(
    subject: SubjectArgument,
    as_of: AsOfOption = None,
    known_on: KnownOnOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """任何一天的得分，按任何一天当时所知 / the score on any day, as known on any day."""
    with open_house(home) as house:
        explained = explained_on(house, who, subject, *days(as_of, known_on))
    if as_json:
        say_json({"subject": explained.head.number, **explained.scored.as_json()})
        return
    _show_score(explained.head, explained.scored)


def archive_explain(
    subject: SubjectArgument,
    as_of: AsOfOption = None,
    known_on: KnownOnOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """从等级解释到事实、证据和存证回执 / explain down to the receipts, and what would raise it most."""
    with open_house(home) as house:
        explained = explained_on(house, who, subject, *days(as_of, known_on))
    if as_json:
        say_json(explained.as_json())
        return
    _show_score(explained.head, explained.scored)
    for line in explained.scored.lines:
        for charge in line.charges:
            evidence = explained.evidence[charge.fact]
            counted = "" if charge.counted_in is None else f"，已计入 {charge.counted_in}"
            out.print(
                f"  {line.indicator.name.zh}: 事实 {charge.fact}（{FACT_NAMES[evidence.fact.kind].zh}，"
                f"{date_of(charge.day)}，案件 {plain(charge.case or evidence.case or '—')}）"
                f"存证 {evidence.receipt.entry}{counted}"
            )
    for way in explained.ways:
        out.print(f"  提高：{way.what.zh} → {way.shown} {way.grade or '未评级'}")


def explained_on(house: House, who: str | None, subject: str, day: Day, known: Day | None) -> Explanation:
    """Measure one subject in the lake and explain its score, for somebody who may read the file."""
    head = house.at_desk(who, lambda desk: files.the_file(desk, subject)[0])
    policy = house.policy()
    figures = credit.measure(house.home, house.register, policy, day, known_on=known, head=head)

    def deed(desk: Desk) -> Explanation:
        facts = credit.own_facts(desk.unit, head, known)
        inputs = credit.inputs_for(policy, head, facts, figures, day, known)
        return credit.explain(desk.unit, policy, head, inputs, day, known)

    return house.at_desk(who, deed)


def _show_score(head: Subject, scored: Scored) -> None:
    grade = scored.grade or "未评级"
    out.print(f"{head.number}  {scored.set.title.zh}  {date_of(scored.day)}  {scored.shown}  {grade}")
    out.print(f"  基准 {scored.base}（{float(scored.base):.2f}） 加分 {scored.earned}")
    if scored.why_not is not None:
        out.print(f"  不评级：{scored.why_not.zh}")
    for limit in scored.limits:
        what = "直接定级" if limit.direct else "最高"
        out.print(f"  {what} {limit.grade}: {scored.set[limit.indicator].name.zh}")
    for line in scored.lines:
        if line.lost:
            out.print(f"  −{line.lost / 100:g}  {line.indicator.name.zh}")
        elif line.indicator.earned and line.mark:
            out.print(f"  +{line.mark / 100:g}  {line.indicator.name.zh}")
    silent = Counter(line.why_not.zh for line in scored.lines if line.why_not is not None)
    if silent:
        said = "，".join(f"{why} {count}" for why, count in silent.most_common())
        out.print(f"  未评的指标 {silent.total()} 项：{said}（逐项见 --json）")


def archive_fairness(
    as_of: AsOfOption = None,
    known_on: KnownOnOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """分组比较得分，标出事实解释不了的差距 / compare groups; gaps that no fact explains are flagged."""
    day, known = days(as_of, known_on)
    with open_house(home) as house:
        policy = house.policy()
        check(house.acting(who), Permission.ARCHIVE_READ, Target(policy.region))
        figures = credit.measure(
            house.home, house.register, policy, day, known_on=known, set_names=("pharmacy", "hospital")
        )
        groups = credit.groups_of(house.home, house.register, figures)

        def deed(desk: Desk) -> list[Group]:
            keys = {one.id: one.lake_key for one in files.every_head(desk.unit, SubjectKind.INSTITUTION)}
            return credit.compare(
                (one.scored, groups[keys[one.subject] or 0])
                for one in credit.recompute(desk.unit, policy, figures, day, known)
                if one.scored is not None and keys.get(one.subject) in groups
            )

        found = house.at_desk(who, deed)
    if as_json:
        say_json({"groups": [one.as_json() for one in found], "not_compared": dict(credit.NOT_HELD)})
        return
    grid = Table(caption=f"差距以满分的百分之一计；{'；'.join(credit.NOT_HELD.values())}")
    for name in ("指标集", "维度", "组", "家数", "未评", "等级", "差距", "事实解释", "其余（95% 区间）", ""):
        grid.add_column(name, overflow="fold")
    for one in found:
        said = one.as_json()
        grades = " ".join(f"{g}{n}" for g, n in said["grades"].items())
        gaps = ("—", "—", "—", "基数小") if one.small else (
            said["gap"], said["explained"], f"{said['left']}（{said['interval'][0]}…{said['interval'][1]}）",
            "须查" if one.flagged else "",
        )  # fmt: skip
        grid.add_row(
            credit.sets()[one.set].title.zh, credit.DIMENSIONS[one.dimension], plain(one.name), str(one.count),
            str(one.not_graded), grades, *gaps,
        )  # fmt: skip
    out.print(grid)


def archive_replay(
    as_of: AsOfOption = None,
    known_on: KnownOnOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """由事实（逐条核对存证）和数据湖重算全部得分，给出摘要 / make every score anew from sworn facts and the lake."""
    day, known = days(as_of, known_on)
    with open_house(home) as house:
        policy = house.policy()
        check(house.acting(who), Permission.ARCHIVE_READ, Target(policy.region))
        figures = credit.measure(house.home, house.register, policy, day, known_on=known)
        done = house.at_desk(who, lambda desk: credit.replay(desk.unit, policy, figures, day, known))
    if as_json:
        say_json(done.as_json())
        return
    out.print(
        f"档案 {done.files:,} 份，事实 {done.facts:,} 条，已删除个人信息 {done.tombstones:,} 份；摘要 {done.digest}"
    )


PERSONS = (SubjectKind.PRACTITIONER, SubjectKind.INSURED)


def _head(one: Subject) -> dict[str, Any]:
    """Give whose file it is; a person's name, and an insured person's number, masked."""
    code, name = one.code, one.name
    if one.kind in PERSONS:
        name = None if name is None else mask_name(name)
    if one.kind is SubjectKind.INSURED:
        code = None if code is None else mask_person_number(code)
    return {
        "number": one.number, "kind": str(one.kind), "code": code, "name": name, "region": one.region,
        "category": one.category, "erased": None if one.erased_day is None else date_of(one.erased_day).isoformat(),
    }  # fmt: skip


def add_to(app: typer.Typer) -> typer.Typer:
    """Put the commands into the application; gives the group, for those that write."""
    group = typer.Typer(help="一户一档与信用评价 / files and credit", no_args_is_help=True)
    group.command("open")(archive_open)
    group.command("list")(archive_list)
    group.command("show")(archive_show)
    group.command("status")(archive_status)
    group.command("score")(archive_score)
    group.command("explain")(archive_explain)
    group.command("fairness")(archive_fairness)
    group.command("replay")(archive_replay)
    app.add_typer(group, name="archive")
    return group
