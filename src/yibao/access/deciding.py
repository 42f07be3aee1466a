"""May somebody do something: the one question, asked as a refusal (`check`) or as a decision with reasons (`allows`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NoReturn

from yibao.access.cedar import decide
from yibao.access.matrix import holders
from yibao.access.model import Actor, Decision, Purpose, Target
from yibao.access.permissions import Permission
from yibao.kernel import Refused, Text


def allows(
    actor: Actor,
    permission: Permission,
    target: Target,
    *,
    purpose: Purpose = Purpose.BROWSE,
    case_open: bool = False,
    sensitivity: str = "",
) -> Decision:
    """Decide whether an actor may do something to a target, with the policies that settled it.

    Purpose, open case and sensitivity matter to `Permission.FILE_UNMASK` alone.
    """
    return decide(
        actor, [(permission, target)], purpose=purpose, case_open=case_open, sensitivity=sensitivity
    )[0]


def check_all(actor: Actor, permission: Permission, targets: Iterable[Target]) -> None:
    """Refuse unless the actor may do this to every target; for bulk work, many times faster than one by one."""
    distinct = list(dict.fromkeys(targets))
    for target, decision in zip(distinct, decide(actor, [(permission, t) for t in distinct]), strict=True):
        if not decision:
            _refuse(actor, permission, target, decision)


def check(actor: Actor, permission: Permission, target: Target) -> None:
    """Refuse unless the actor may do this to the target.

    Raises `Refused`: ``access.recused`` (he must stay out of it), ``access.four_eyes`` (he did the step that this act is to
    check), ``access.duties`` (his roles exclude each other), ``access.denied`` (nothing permits it).
    """
    decision = allows(actor, permission, target)
    if not decision:
        _refuse(actor, permission, target, decision)


def _refuse(actor: Actor, permission: Permission, target: Target, decision: Decision) -> NoReturn:
    by = {reason.policy: reason for reason in decision.reasons}
    said = "; ".join(f"{r.text.zh}{f'（{r.basis}）' if r.basis else ''}" for r in decision.reasons)
    where = f"{permission} {target.subject or target.region or ''}".strip()
    if "recused-case" in by or "recused-institution" in by:
        raise Refused(
            "access.recused",
            zh=f"{actor.name} 应当回避，不得{permission.label.zh}",
            en=f"{actor.name} has been recused and may not {permission.label.en}",
            where=where,
            came=said,
            todo=Text(zh="由未回避的人办理", en="let somebody act who is not recused"),
        )
    if "four-eyes" in by and allows(actor, permission, replace(target, done_by=frozenset())):
        raise Refused(
            "access.four_eyes",
            zh=f"须由第二人办理：前一步是 {actor.name} 办的，不得再由其{permission.label.zh}",
            en=f"a second person is wanted: {actor.name} did the step before and may not {permission.label.en}",
            where=where,
            came=said,
            todo=Text(
                zh="由另一账户办理；没有账户时先开立：yibao access found",
                en="act with another account; where there is none open some: yibao access found",
            ),
        )
    if by.keys() & {"duties-apart", "duties-one-each"}:
        raise Refused(
            "access.duties",
            zh=f"{actor.name} 的角色互相冲突，什么也不能做",
            en=f"the roles of {actor.name} exclude each other; nothing may be done with them",
            where=where,
            came=said,
            todo=Text(
                zh="由安全管理员收回其中一个角色", en="let the security administrator take a role away"
            ),
        )
    raise Refused(
        "access.denied",
        zh=f"{actor.name} 无权{permission.label.zh}",
        en=f"{actor.name} may not {permission.label.en}",
        where=where,
        wanted="、".join(role.label.zh for role in holders(permission)),
        came="、".join(sorted(role.label.zh for role in actor.roles)) or "没有角色",
        todo=Text(
            zh="查看谁可以：yibao access matrix；区划、机构不同也不许可",
            en="see who may: yibao access matrix; another region or institution is refused as well",
        ),
    )
