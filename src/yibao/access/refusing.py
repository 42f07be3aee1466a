"""What this room refuses about accounts, roles and recusals, each with what to do."""

from __future__ import annotations

from yibao.access.model import Role
from yibao.kernel import Refused, Text


def nobody_named() -> Refused:
    """A home with accounts was not told who acts."""
    return Refused(
        "access.who",
        zh="没有说明由谁办理",
        en="it is not said who acts",
        wanted="--as / YIBAO_ACTOR",
        todo=Text(
            zh="用 --as 账户名 说明，或设置环境变量 YIBAO_ACTOR",
            en="name an account with --as or in YIBAO_ACTOR",
        ),
    )


def unknown_account(name: str, *, any_there: bool) -> Refused:
    """Nobody has that name."""
    todo = (
        Text(zh="核对账户名：yibao access list", en="see the names: yibao access list")
        if any_there
        else Text(
            zh="本目录还没有账户：yibao access found", en="this home has no accounts yet: yibao access found"
        )
    )
    return Refused(
        "access.unknown_account", zh="没有这个账户", en="there is no such account", came=name, todo=todo
    )


def closed_account(name: str) -> Refused:
    """The account is closed for good."""
    return Refused(
        "access.closed_account",
        zh="该账户已停用",
        en="the account is closed",
        came=name,
        todo=Text(zh="由系统管理员另开账户", en="let a system administrator open another"),
    )


def founded() -> Refused:
    """The first three accounts are opened once."""
    return Refused(
        "access.founded",
        zh="本目录已有账户",
        en="this home has accounts already",
        todo=Text(
            zh="由系统管理员开立：yibao access open",
            en="let a system administrator open more: yibao access open",
        ),
    )


def account_name(name: str) -> Refused:
    """The name is not well formed, or stands for something else."""
    return Refused(
        "access.account_name",
        zh="账户名不合格式或另有所指",
        en="not a name for an account, or one that stands for something else",
        wanted="[a-z][a-z0-9_.-]{1,31}",
        came=name,
        todo=Text(zh="换一个账户名", en="choose another name"),
    )


def name_used(name: str) -> Refused:
    """The name was used before, and names are never used again."""
    return Refused(
        "access.account_name",
        zh="账户名已用过：停用后也不再启用，以免把别人办的事算在他名下",
        en="the name was used before; names are never used again, so that acts stay with who did them",
        came=name,
        todo=Text(zh="换一个账户名", en="choose another name"),
    )


def duties(name: str, zh: str, en: str) -> Refused:
    """An administrator's duty is held alone."""
    return Refused(
        "access.duties",
        zh=f"三权分立：系统、安全、审计三员各由一人担任，且不得兼任其他角色（{zh}）",
        en=f"system, security and audit duties are three people's, who hold no other role ({en})",
        where=name,
        todo=Text(zh="另开账户，由另一人担任", en="open another account for another person"),
    )


def belongs_nowhere(name: str, role: Role, wanted: str) -> Refused:
    """A role that sees one's own things only needs to know what is one's own."""
    return Refused(
        "access.belongs",
        zh=f"{role.label.zh}只看本单位或本人的事项，该账户没有登记归属",
        en=f"the role {role.label.en} sees its own things only, and the account belongs to none",
        where=name,
        wanted=wanted,
        todo=Text(
            zh="另开账户并登记归属：yibao access open",
            en="open another account that says it: yibao access open",
        ),
    )


def role_held(name: str, role: Role) -> Refused:
    """The account holds the role, or it is everybody's."""
    return Refused(
        "access.role_held",
        zh=f"不必授予：已是{role.label.zh}",
        en=f"there is nothing to give: {role.label.en} already",
        where=name,
    )


def role_not_held(name: str, role: Role) -> Refused:
    """The account does not hold the role."""
    return Refused(
        "access.role_not_held",
        zh=f"该账户不是{role.label.zh}",
        en=f"the account is not {role.label.en}",
        where=name,
        todo=Text(zh="查看账户与角色：yibao access list", en="see accounts and roles: yibao access list"),
    )


def not_oneself(name: str) -> Refused:
    """Nobody changes his own rights."""
    return Refused(
        "access.self",
        zh="不得改变本人的账户、角色或回避",
        en="nobody changes his own account, roles or recusals",
        where=name,
        todo=Text(zh="由另一名有权的人办理", en="let another person who may do it"),
    )


def last_duty(role: Role) -> Refused:
    """Without the last administrator of a duty nobody could give it again."""
    return Refused(
        "access.last_duty",
        zh=f"这是最后一名{role.label.zh}，去掉后无人能再授予",
        en=f"this is the last {role.label.en}; nobody could give the duty again",
        todo=Text(zh="先让另一账户担任", en="give the duty to another account first"),
    )


def recusal_of_what() -> Refused:
    """A recusal names a case or an institution, and a reason; one that is lifted must stand."""
    return Refused(
        "access.recusal",
        zh="回避须写明一个案件或一家机构，并写理由；解除的须是有效的回避",
        en="a recusal names one case or one institution, and a reason; what is lifted must stand",
        wanted="subject | institution, reason",
        todo=Text(zh="补齐后再登记", en="say it in full"),
    )
