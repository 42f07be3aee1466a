"""``yibao effects list|due|order|decline|follow|execute|undo|terms``: what follows from a file, and how it is taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from yibao import consequence
from yibao.archive import files
from yibao.bootstrap import House
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
    plain,
    say_json,
)
from yibao.consequence import EFFECTS, MODE_NAMES, Choice, Due, Followed, Order, Standing, order_id
from yibao.kernel import date_of, parse_day

T = TypeVar("T")

SubjectArgument = Annotated[
    str, typer.Argument(help="档案编号或编码，如 J0000001 / number of the file, or code")
]
NumberArgument = Annotated[str, typer.Argument(help="后果编号，如 L0000001 / number of the ordered effect")]
EffectArgument = Annotated[
    str, typer.Argument(parser=one_of(lambda: EFFECTS), metavar="EFFECT", help="后果 / the effect")
]
FactArgument = Annotated[int, typer.Argument(help="所依据的档案事实编号 / number of the fact it rests on")]
SubjectOption = Annotated[str | None, typer.Option("--subject", help="只看这一主体 / of this subject only")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="看哪一天 / as of which day")]
KnownOption = Annotated[str | None, typer.Option("--known-on", help="按哪一天所知 / as known on which day")]


def list_(
    subject: SubjectOption = None,
    registry: Annotated[bool, typer.Option("--registry", help="后果目录 / the registry itself")] = False,
    limit: Annotated[int, typer.Option(min=1, help="最多几项 / at most so many")] = 50,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """列出已决定的后果；加 --registry 列出后果目录 / list ordered effects, or the registry."""
    if registry:
        _show_registry(as_json=as_json)
        return
    with open_house(home) as house:

        def deed(desk: Desk) -> list[Standing]:
            if subject is not None:
                return consequence.orders_about(desk, subject)
            return consequence.list_orders(desk, limit)

        found = house.at_desk(who, deed)
    if as_json:
        say_json({"effects": [one.as_json() for one in found]})
        return
    grid = Table()
    for name in ("编号", "后果", "主体", "依据", "状态", "自", "至", "协作部门"):
        grid.add_column(name)
    for one in found:
        order, told = one.order, one.told.values()
        answered = sum(t.acknowledged is not None for t in told)
        grid.add_row(
            order.number, EFFECTS[order.effect].zh, str(order.subject), f"fact {order.cause}",
            consequence.STATE_NAMES[one.state].zh, _day(order.from_day), _day(order.until_day),
            f"{answered}/{len(one.told)}" if one.told else "—",
        )  # fmt: skip
    out.print(grid)


def _show_registry(*, as_json: bool) -> None:
    if as_json:
        say_json({"registry": [one.as_json() for one in EFFECTS.values()]})
        return
    grid = Table()
    for name in ("后果", "名称", "怎样发生", "协作部门", "依据"):
        grid.add_column(name)
    for one in EFFECTS.values():
        basis = "；".join(f"{b.instrument} {b.article or ''}（{b.status}）" for b in one.basis)
        grid.add_row(one.id, one.zh, MODE_NAMES[one.mode].zh, " ".join(one.partners) or "—", basis)
    out.print(grid)


def _day(day: int | None) -> str:
    return "—" if day is None else date_of(day).isoformat()


def due(
    subject: SubjectArgument,
    as_of: AsOfOption = None,
    known_on: KnownOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """列出某一主体应当落实而未落实的后果 / what ought to stand on a subject and does not yet."""
    known = None if known_on is None else parse_day(known_on)

    def deed(desk: Desk) -> list[Due]:
        return consequence.due(desk, subject, the_day(as_of), known)

    with open_house(home) as house:
        found = at_file(house, who, subject, deed)
    if as_json:
        say_json({"due": [one.as_json() for one in found]})
        return
    for one in found:
        duty = "，必须落实" if one.must else ""
        out.print(
            f"{one.effect} {EFFECTS[one.effect].zh}：依据事实 {one.cause}，{MODE_NAMES[one.mode].zh}{duty}"
        )
        if one.wanted:
            out.print(f"  决定时须写明：{'、'.join(one.wanted)}")
    if not found:
        out.print("没有应当落实的后果 / nothing is due")


def order(
    effect: EffectArgument,
    fact: FactArgument,
    reason: ReasonOption = None,
    onto: Annotated[str | None, typer.Option(help="落在谁身上：档案编号 / whose file it falls on")] = None,
    months: Annotated[int | None, typer.Option(min=1, help="月数 / months")] = None,
    level: Annotated[
        str | None,
        typer.Option(
            parser=one_of(lambda: consequence.LEVEL_NAMES), metavar="LEVEL", help="失信信息类别 / its class"
        ),
    ] = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """决定落实一项后果 / order an effect."""
    choice = Choice(effect, fact, reason or "", onto, months, level)
    with open_house(home) as house:
        _tell(
            house,
            at_file(house, who, fact, lambda desk: consequence.order(desk, choice, the_day(day))),
            as_json=as_json,
        )


def decline(
    effect: EffectArgument,
    fact: FactArgument,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """决定不予落实，写明理由 / decide not to order an effect, with the reason."""
    choice = Choice(effect, fact, reason or "")
    with open_house(home) as house:
        _tell(
            house,
            at_file(house, who, fact, lambda desk: consequence.decline(desk, choice, the_day(day))),
            as_json=as_json,
        )


def follow(
    subject: Annotated[
        str | None, typer.Argument(help="档案编号或编码 / number of the file, or code")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="全部档案，例如每夜一次 / all files, nightly say")
    ] = False,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """依文书落实某一主体的后果，撤回已无依据的 / order what follows by law, undo what has fallen."""
    if (subject is None) == (not every):
        raise typer.BadParameter("写明档案编号，或者 --all / a file, or --all")

    with open_house(home) as house:
        if subject is not None:
            whose = subject
            done = at_file(house, who, whose, lambda desk: consequence.follow(desk, whose, the_day(day)))
        else:
            done = _follow_all(house, who, the_day(day))
    if as_json:
        say_json(
            {
                "ordered": [one.number for one in done.ordered],
                "undone": [one.number for one in done.undone],
                "refused": [one.as_json() for one in done.refused],
            }
        )
        return
    for words, orders in (("落实", done.ordered), ("撤回", done.undone)):
        for one in orders:
            out.print(f"{words} {one.number} {EFFECTS[one.effect].zh}（依据事实 {one.cause}）")
    for why in done.refused:
        out.print(why.render("zh"))


def _follow_all(house: House, who: str | None, day: int) -> Followed:
    """Draw the consequences for all files, region by region, each under its own policy."""
    found = house.at_desk(who, consequence.to_follow)
    done: list[Followed] = []
    for region in sorted({region for _, region in found}):
        mine = [number for number, its in found if its == region]

        def deed(desk: Desk, mine: list[int] = mine) -> list[Followed]:
            return [consequence.follow(desk, number, day) for number in mine]

        done += house.at_desk(who, deed, region=region)
    return Followed(
        tuple(o for one in done for o in one.ordered),
        tuple(o for one in done for o in one.undone),
        tuple(r for one in done for r in one.refused),
    )


def execute(
    number: NumberArgument,
    voucher: Annotated[str, typer.Option(help="凭证或记录编号 / number of the voucher or record")],
    undoing: Annotated[
        bool, typer.Option("--undoing", help="登记撤回已做完 / it was undone by hand")
    ] = False,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """登记人工落实（追回、退还等）的凭证 / say that an effect was carried out by hand."""
    verb = consequence.execute_undoing if undoing else consequence.execute
    with open_house(home) as house:
        done = house.at_desk(who, lambda desk: verb(desk, order_id(number), voucher, the_day(day)))
        _tell(house, done, as_json=as_json)


def undo(
    number: Annotated[str | None, typer.Argument(help="后果编号 / number of the ordered effect")] = None,
    fallen: Annotated[
        bool, typer.Option("--fallen", help="全部已无依据的 / everything that stands no more")
    ] = False,
    reason: ReasonOption = None,
    day: DayOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """撤回一项后果，或（--fallen）撤回全部已无依据的 / undo one effect, or all that have fallen."""
    if (number is None) == (not fallen):
        raise typer.BadParameter("写明编号，或者 --fallen / a number, or --fallen")

    with open_house(home) as house:
        if number is not None:
            undoing = order_id(number)
            done = [
                house.at_desk(who, lambda desk: consequence.undo(desk, undoing, reason or "", the_day(day)))
            ]
        else:
            with house.register.unit_of_work(house.actor) as unit:
                regions = consequence.open_regions(unit)
            done = []
            for region in regions:
                done += house.at_desk(
                    who, lambda desk: consequence.undo_fallen(desk, the_day(day)), region=region
                )
    if as_json:
        say_json({"undone": [one.number for one in done]})
        return
    for one in done:
        out.print(f"撤回 {one.number} {EFFECTS[one.effect].zh}；已告知的部门收到撤回函并回执后为已撤回")


def terms(
    subject: SubjectArgument,
    as_of: AsOfOption = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """结算须知：先自付、不予结算、预拨付比例等 / what settlement has to know of a subject."""

    def deed(desk: Desk) -> consequence.Terms:
        consequence.orders_about(desk, subject)  # asks whether he may see it
        return consequence.terms(desk.unit, files.find_subject(desk.unit, subject).id, the_day(as_of))

    with open_house(home) as house:
        found = house.at_desk(who, deed)
    if as_json:
        say_json(found.as_json())
        return
    for name, value in found.as_json().items():
        out.print(f"{name}: {value}")


def at_file(house: House, who: str | None, said: str | int, deed: Callable[[Desk], T]) -> T:
    """Do something about a file under the policy of its own region; ``said`` is its number or code, or a fact's number."""
    with house.register.unit_of_work(house.actor) as unit:
        if isinstance(said, int):
            region = files.subject(unit, files.fact(unit, said).subject).region
        else:
            region = files.find_subject(unit, said).region
    return house.at_desk(who, deed, region=region)


def _tell(house: House, done: Order, *, as_json: bool) -> None:
    """Say what was decided and how it stands."""
    state = consequence.standing(done)
    if as_json:
        say_json(state.as_json())
        return
    out.print(
        f"{done.number} {EFFECTS[done.effect].zh}：{consequence.STATE_NAMES[state.state].zh}"
        f"（{_day(done.from_day)} 至 {_day(done.until_day)}，存证第 {done.entry} 条）"
    )
    if state.told:
        out.print(plain(f"待发函：{'、'.join(state.told)}；yibao effects send 或后台任务发出"))


def add_to(app: typer.Typer) -> typer.Typer:
    """Put the commands into the application; gives the group, for the letters."""
    group = typer.Typer(help="后果：落实与撤回 / effects of a file", no_args_is_help=True)
    group.command("list")(list_)
    for command in (due, order, decline, follow, execute, undo, terms):
        group.command(command.__name__)(command)
    app.add_typer(group, name="effects")
    return group
