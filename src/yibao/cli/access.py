"""``yibao access``: who may do what, whose accounts there are, who must stay away, and who has looked."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from yibao.access import (
    Actor,
    Permission,
    Reach,
    Role,
    close_account,
    found,
    give_role,
    lift_recusal,
    list_accounts,
    matrix,
    open_account,
    read_log,
    recuse,
    take_role,
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
from yibao.kernel import CHINA, Json, Region, natural_key
from yibao.ledger import Tag
from yibao.store import UnitOfWork

group = typer.Typer(
    name="access", help="权限：矩阵、账户、角色、回避、访问日志 / who may do what", no_args_is_help=True
)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="账户名 / name of the account")]


@group.command("matrix")
def show_matrix(
    role: Annotated[
        str | None, typer.Option(parser=one_of(lambda: Role), metavar="ROLE", help="只看一个角色 / one role")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """谁可以做什么，逐句写出；未写的不可以 / who may do what, in sentences; what is not said may not be done."""
    shown = {r: given for r, given in matrix().items() if role is None or r == role}
    if as_json:
        say_json(
            {
                "roles": {
                    r: {
                        "zh": r.label.zh,
                        "en": r.label.en,
                        "may": {p: sorted(reaches) for p, reaches in may.items()},
                    }
                    for r, may in shown.items()
                },
                "permissions": {p: {"zh": p.label.zh, "en": p.label.en} for p in Permission},
                "reaches": {reach: {"zh": reach.label.zh, "en": reach.label.en} for reach in Reach},
            }
        )
        return
    for r, may in shown.items():
        for reach in Reach:
            verbs = [p.label.zh for p, reaches in may.items() if reach in reaches]
            if verbs:
                where = "" if reach is Reach.ANYTHING else f"对{reach.label.zh}的事项"
                out.print(f"{r.label.zh}{where}可以：{'、'.join(verbs)}。", soft_wrap=True)
    out.print(
        "未写的一律不可以；应当回避的、前一步由本人办理的、三员兼任的，有角色也不可以。", soft_wrap=True
    )


@group.command("found")
def found_home(
    system: Annotated[str, typer.Option(help="系统管理员账户名 / system administrator")],
    security: Annotated[str, typer.Option(help="安全管理员账户名 / security administrator")],
    audit: Annotated[str, typer.Option(help="审计管理员账户名 / audit administrator")],
    region: Annotated[str, typer.Option(help="区划，如 990100 / region")] = "000000",
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """开立最初的三员账户；此后人人具名办理 / open the three administrators' accounts; from then on all act by name."""
    names = {
        Role.SYSTEM_ADMINISTRATOR: system, Role.SECURITY_ADMINISTRATOR: security, Role.AUDIT_ADMINISTRATOR: audit,
    }  # fmt: skip
    said: dict[str, Json] = {str(role): name for role, name in names.items()}
    with open_house(home) as house:
        house.on_record(
            None, Tag.ACCESS_ACCOUNT_OPENED, "home",
            lambda unit, _: found(unit, Region(region), system=system, security=security, audit=audit), said,
        )  # fmt: skip
    if as_json:
        say_json({"opened": said})
        return
    out.print("，".join(f"{name}：{role.label.zh}" for role, name in names.items()) + "。")
    out.print("此后每条命令用 --as 账户名（或环境变量 YIBAO_ACTOR）说明由谁办理。", soft_wrap=True)


@group.command("open")
def open_(
    name: NameArgument,
    holder: Annotated[str, typer.Option(help="持有人姓名 / whose it is")],
    region: Annotated[str, typer.Option(help="区划 / region")],
    institution: Annotated[str | None, typer.Option(help="所属机构编号 / code of the institution")] = None,
    practitioner: Annotated[str | None, typer.Option(help="执业人员代码 / code of the practitioner")] = None,
    person: Annotated[str | None, typer.Option(help="人员编号 / number of the insured person")] = None,
    partner: Annotated[str | None, typer.Option(help="协作部门 / partner department")] = None,
    by: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """开立账户（系统管理员） / open an account without roles (system administrator)."""
    where = Region(region)
    keys = {
        "institution_id": _key("institution", institution),
        "practitioner_id": _key("practitioner", practitioner),
        "person_id": _key("person", person),
    }

    def deed(unit: UnitOfWork, actor: Actor) -> str:
        open_account(unit, actor, name, holder=holder, region=where, partner=partner, **keys)
        return actor.name

    with open_house(home) as house:
        done_by = house.on_record(
            by, Tag.ACCESS_ACCOUNT_OPENED, name, deed, {"region": region}, personal={"holder": holder}
        )
    _said(as_json, {"opened": name, "by": done_by}, f"已开立账户 {name}；由安全管理员授予角色后可用。")


@group.command("close")
def close(
    name: NameArgument, by: AsOption = None, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False
) -> None:
    """停用账户，收回其角色（系统管理员） / close an account for good (system administrator)."""

    def deed(unit: UnitOfWork, actor: Actor) -> str:
        close_account(unit, actor, name)
        return actor.name

    with open_house(home) as house:
        done_by = house.on_record(by, Tag.ACCESS_ACCOUNT_CLOSED, name, deed, {})
    _said(as_json, {"closed": name, "by": done_by}, f"已停用账户 {name}。")


@group.command("role")
def role_(
    name: NameArgument,
    role: Annotated[str, typer.Argument(parser=one_of(lambda: Role), metavar="ROLE", help="角色 / role")],
    take: Annotated[bool, typer.Option("--take", help="收回 / take it away")] = False,
    by: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """授予或收回角色（安全管理员） / give a role, or take it (security administrator)."""
    meant = Role(role)

    def deed(unit: UnitOfWork, actor: Actor) -> str:
        (take_role if take else give_role)(unit, actor, name, meant)
        return actor.name

    tag = Tag.ACCESS_ROLE_TAKEN if take else Tag.ACCESS_ROLE_GIVEN
    with open_house(home) as house:
        done_by = house.on_record(by, tag, name, deed, {"role": str(meant)})
    done = "收回" if take else "授予"
    _said(
        as_json,
        {"account": name, "taken" if take else "given": str(meant), "by": done_by},
        f"已{done} {name}：{meant.label.zh}。",
    )


@group.command("list")
def list_(by: AsOption = None, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """列出账户与角色 / list accounts and their roles."""
    with open_house(home) as house:
        actor = house.acting(by)
        with house.register.unit_of_work(actor.name) as unit:
            accounts = list_accounts(unit, actor)
    if as_json:
        say_json({"as": actor.name, "accounts": [account.as_json() for account in accounts]})
        return
    grid = Table()
    for title in ("账户", "持有人", "区划", "角色（授予人）", "开立人", "状态"):
        grid.add_column(title, overflow="fold")
    for one in accounts:
        roles = "、".join(f"{role.label.zh}（{giver}）" for role, giver in one.roles.items())
        state = "停用" if one.closed_at else "在用"
        grid.add_row(one.name, plain(one.holder), one.region.full_name, roles, one.opened_by, state)
    out.print(grid)


@group.command("recuse")
def recuse_(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="回避人的账户名 / whose account")] = None,
    case: Annotated[str | None, typer.Option(help="案件编号 / number of the case")] = None,
    institution: Annotated[str | None, typer.Option(help="机构编号 / code of the institution")] = None,
    lift: Annotated[int | None, typer.Option(help="解除第几号回避 / number of the recusal to lift")] = None,
    reason: Annotated[str, typer.Option(help="理由 / reason")] = "",
    by: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """登记或解除回避（本人可自请，他人由负责人决定） / record or lift a recusal."""
    if (lift is None) == (name is None):
        raise typer.BadParameter("给出 NAME，或只给 --lift / give NAME, or --lift alone")

    def deed(unit: UnitOfWork, actor: Actor) -> tuple[int, str]:
        if lift is not None:
            lift_recusal(unit, actor, lift, reason=reason)
            return lift, actor.name
        key = _key("institution", institution)
        return recuse(unit, actor, name or "", reason=reason, subject=case, institution_id=key), actor.name

    body: dict[str, Json] = {"lifted": lift, "case": case, "institution": institution}
    with open_house(home) as house:
        number, done_by = house.on_record(
            by, Tag.ACCESS_CASE_RECUSED, name or f"recusal:{lift}", deed, body, personal={"reason": reason}
        )
    done = "解除" if lift is not None else "登记"
    _said(
        as_json,
        {"recusal": number, "lifted": lift is not None, "by": done_by},
        f"已{done}第 {number} 号回避。",
    )


@group.command("log")
def log(
    account: Annotated[str | None, typer.Option(help="只看一个账户 / one account")] = None,
    limit: Annotated[int, typer.Option(min=1, help="显示条数 / lines shown")] = 50,
    by: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """谁看过敏感档案（审计管理员）；查看本身也记入 / who looked at sensitive files; to look here is a line too."""
    with open_house(home) as house:
        actor = house.acting(by)
        with house.register.unit_of_work(actor.name) as unit:
            looks = read_log(unit, actor, account=account, limit=limit)
    if as_json:
        say_json({"as": actor.name, "looks": [look.as_json() for look in looks]})
        return
    grid = Table()
    for title in ("时间", "账户", "查看", "对象", "目的", "案件"):
        grid.add_column(title, overflow="fold")
    for look in looks:
        when = look.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
        what = f"{look.what}（未脱敏）" if look.permission is Permission.FILE_UNMASK else look.what
        grid.add_row(
            when, look.account, plain(what), plain(look.subject), look.purpose.label.zh, plain(look.case)
        )
    out.print(grid)


def _key(table: str, code: str | None) -> int | None:
    """Give the key of an institution or person by the code that people know."""
    return None if code is None else natural_key(table, code)


def _said(as_json: bool, said: dict[str, Any], words: str) -> None:
    say_json(said) if as_json else out.print(words, soft_wrap=True)


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    app.add_typer(group)
