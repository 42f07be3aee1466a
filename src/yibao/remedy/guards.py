"""What must be so before somebody objects, repairs or appeals; pure, each refusal with its basis and the way on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from yibao.archive.files import FACT_NAMES, Fact, FactKind
from yibao.casework.cases import Case
from yibao.kernel import ClockUnit, Refused, Text, add_months, date_of, deadline
from yibao.policy import Policy, Unit, Value
from yibao.remedy.machines import NOT_TAKEN, WITHDRAWN
from yibao.remedy.model import KIND_NAMES, Filing, Kind

VIOLATIONS = frozenset({
    FactKind.PENALIZED, FactKind.DISPOSED, FactKind.INDUSTRY, FactKind.NOTICED, FactKind.JUDGED, FactKind.LISTED,
})  # fmt: skip
"""The facts that say that somebody broke a rule."""

_UNITS: Mapping[Unit, ClockUnit] = {
    Unit.WORKING_DAYS: ClockUnit.WORKING_DAYS,
    Unit.DAYS: ClockUnit.CALENDAR_DAYS,
    Unit.MONTHS: ClockUnit.MONTHS,
}
UNIT_NAMES: Mapping[Unit, Text] = {
    Unit.WORKING_DAYS: Text(zh="个工作日", en="working days"),
    Unit.DAYS: Text(zh="日", en="days"),
    Unit.MONTHS: Text(zh="个月", en="months"),
}


def basis_of(value: Value) -> str:
    """Give instrument, article and status of a value as one text."""
    article = f" {value.article}" if value.article else ""
    return f"{value.instrument}{article}（{value.status}）"


def last_day(policy: Policy, key: str, start: int) -> tuple[int | None, Value]:
    """Give the last day of a period of the policy that began on a day, None where holidays are not announced yet."""
    value = policy.at(key, start)
    try:
        return deadline(
            start, value.number, _UNITS[value.unit], last_day_rolls=True, workdays=policy.workdays
        ), value
    except Refused as refused:
        if refused.code != "kernel.workdays_year":
            raise
        return None, value


def period_of(value: Value) -> Text:
    """Say how long a period is."""
    unit = UNIT_NAMES[value.unit]
    return Text(zh=f"{value.number}{unit.zh}", en=f"{value.number} {unit.en}")


def check_in_time(policy: Policy, key: str, what: Text, start: int, day: int, where: str) -> None:
    """Refuse what comes after the period that began on a day (``remedy.expired``)."""
    due, value = last_day(policy, key, start)
    if due is None or day <= due:
        return
    raise expired(where, what, due, day, basis_of(value))


def expired(where: str, what: Text, due: int, day: int, basis: str) -> Refused:
    """Say that a period is over."""
    return Refused(
        "remedy.expired",
        zh=f"“{what.zh}”的期限已过，视为无异议（{basis}）",
        en=f"the time to “{what.en}” is over; nothing was said in it ({basis})",
        where=where,
        wanted=f"≤ {date_of(due)}",
        came=str(date_of(day)),
        todo=Text(
            zh="因不可抗力等正当理由耽误的，附证明向受理机关申请顺延；另有哪些权利用 yibao remedy rights 查看",
            en="where something beyond control held you up, ask the office to extend it, with proof; yibao remedy rights "
            "lists what else is open",
        ),
    )


def check_once(kind: Kind, known: Sequence[Case], *, again: bool) -> None:
    """Refuse a second objection or appeal about the same thing (``remedy.twice``, ``remedy.withdrawn``).

    One that was not accepted may be filed again as it should be; one that was withdrawn where ``again`` allows it.
    """
    for one in known:
        if one.state in NOT_TAKEN:
            continue
        if one.state in WITHDRAWN:
            if again:
                continue
            raise Refused(
                "remedy.withdrawn",
                zh="已经撤回，不得以同一事实和理由再次提出；能证明撤回违背真实意愿的除外（行政复议法第七十四条）",
                en="it was withdrawn and cannot be filed again for the same facts and reasons, unless the withdrawal "
                "is shown to have been against the will (行政复议法 Art. 74)",
                where=one.number,
                came=str(KIND_NAMES[kind]),
                todo=Text(
                    zh="查看还有哪些权利：yibao remedy rights",
                    en="see what else is open: yibao remedy rights",
                ),
            )
        raise Refused(
            "remedy.twice",
            zh=f"“{KIND_NAMES[kind].zh}”就同一事项已经提出，一事只提一次",
            en=f"“{KIND_NAMES[kind].en}” was filed about this already; once is enough",
            where=one.number,
            wanted="1",
            came="2",
            todo=Text(
                zh="在已有的一件中补充理由和证据；用 yibao remedy show 查看进展",
                en="add reasons and evidence to the one there is; yibao remedy show has where it stands",
            ),
        )


def check_signed(filing: Filing, *, stamp: bool, where: str) -> None:
    """Refuse what is not signed, or not stamped by the institution where that is due (``remedy.unsigned``)."""
    lacking = [
        *([("本人签名", "the person's signature")] if not filing.signed else []),
        *([("机构盖章", "the institution's stamp")] if stamp and filing.stamped_by is None else []),
    ]
    if not lacking:
        return
    raise Refused(
        "remedy.unsigned",
        zh="还缺" + "、".join(zh for zh, _ in lacking),
        en="it lacks " + " and ".join(en for _, en in lacking),
        where=where,
        wanted="本人签名、机构盖章" if stamp else "签名或盖章",
        came="—",
        todo=Text(zh="补齐后重新提出，期限内有效", en="complete it and file again within the period"),
    )


def check_standing(fact: Fact, counted: Iterable[Fact], where: str) -> None:
    """Refuse to object to, or repair, what counts no more (``remedy.fallen``)."""
    if any(one.id == fact.id for one in counted):
        return
    raise Refused(
        "remedy.fallen",
        zh=f"这一“{FACT_NAMES[fact.kind].zh}”已不再计入，无须异议或修复",
        en=f"this “{FACT_NAMES[fact.kind].en}” counts no more; there is nothing to object to or to repair",
        where=where,
        came=str(fact.id),
        todo=Text(
            zh="用 yibao archive show 查看现在计入的事实", en="see what counts now with yibao archive show"
        ),
    )


def wrong_fact(fact: Fact, wanted: Iterable[FactKind], todo: Text) -> Refused:
    """Say that a right is not about this kind of fact (``remedy.wrong_fact``)."""
    return Refused(
        "remedy.wrong_fact",
        zh="这项权利不是针对这类事实的",
        en="this right is not about a fact of this kind",
        where=str(fact.id),
        wanted=" | ".join(FACT_NAMES[one].zh for one in wanted),
        came=FACT_NAMES[fact.kind].zh,
        todo=todo,
    )


# — repair —


def never_repairs(policy: Policy, fact: Fact, day: int) -> Value | None:
    """Give the rule by which a fact is never repaired; None where it may be."""
    value = policy.at("remedy.repair.never", day)
    never = {word.strip() for word in str(value.value).split(",")}
    return value if never & {str(fact.kind), str(fact.body.get("article", ""))} else None


def check_repairable(policy: Policy, fact: Fact, day: int) -> None:
    """Refuse to repair what the region's rules never let be repaired (``remedy.never``)."""
    value = never_repairs(policy, fact, day)
    if value is None:
        return
    raise Refused(
        "remedy.never",
        zh=f"这类失信事项不予修复（{basis_of(value)}）",
        en=f"this kind of dishonesty is never repaired ({basis_of(value)})",
        where=str(fact.id),
        wanted=f"≠ {value.value}",
        came=str(fact.body.get("article", fact.kind)),
        todo=Text(
            zh="到期后不再计入；对决定本身不服的，走行政复议或诉讼",
            en="it counts no more when its time is over; whoever disputes the decision itself asks for review or sues",
        ),
    )


def repair_from(policy: Policy, fact: Fact, counted: Iterable[Fact], day: int) -> tuple[int, Fact, Value]:
    """Give the first day on which a grade repair may be asked for, the newest violation it counts from, and the rule."""
    value = policy.at("remedy.repair.waiting_months", day)
    newest = max(
        (one for one in counted if one.id == fact.id or (one.kind in VIOLATIONS and one.day <= day)),
        key=lambda one: (one.day, one.id),
        default=fact,
    )
    return add_months(newest.day, value.number), newest, value


def check_waited(policy: Policy, fact: Fact, counted: Iterable[Fact], day: int) -> None:
    """Refuse a grade repair before so many months without a new violation are over (``remedy.too_early``)."""
    first, newest, value = repair_from(policy, fact, counted, day)
    if day >= first:
        return
    raise too_early(
        fact.id, first, day,
        Text(
            zh=f"须连续 {value.number} 个月没有新的违规，从 {date_of(newest.day)} 起算（{basis_of(value)}）",
            en=f"{value.number} months without a new violation are needed, counted from {date_of(newest.day)}",
        ),
    )  # fmt: skip


def too_early(fact: int, first: int, day: int, why: Text) -> Refused:
    """Say that a repair cannot be asked for yet, and when it can."""
    return Refused(
        "remedy.too_early",
        zh=f"还不能申请修复：{why.zh}",
        en=f"it cannot be repaired yet: {why.en}",
        where=str(fact),
        wanted=f"≥ {date_of(first)}",
        came=str(date_of(day)),
        todo=Text(zh=f"{date_of(first)} 起可以申请", en=f"apply from {date_of(first)} on"),
    )


def check_performed(fact: Fact, counted: Iterable[Fact]) -> None:
    """Refuse a repair before the duties of the decision are done (``remedy.not_performed``)."""
    if fact.kind not in (FactKind.PENALIZED, FactKind.DISPOSED):
        return
    if any(one.kind is FactKind.PERFORMED and one.rests_on == fact.id for one in counted):
        return
    raise Refused(
        "remedy.not_performed",
        zh="决定的义务还没有履行完毕，不能修复",
        en="what the decision demands is not performed yet; it cannot be repaired",
        where=str(fact.id),
        wanted=FACT_NAMES[FactKind.PERFORMED].zh,
        came=str(fact.body.get("case", "—")),
        todo=Text(
            zh="退回、缴清罚款并结案后再申请（yibao case close）",
            en="return and pay what is due and have the case closed first (yibao case close)",
        ),
    )


def check_committed(policy: Policy, filing: Filing, counted: Iterable[Fact], day: int, where: str) -> None:
    """Refuse a repair without commitment letter or evidence, or without the training the region wants."""
    trained = {one.id for one in counted if one.kind is FactKind.TRAINED}
    wanted = policy.at("remedy.repair.trainings", day).number
    lacking = [
        *([("信用承诺书", "the letter of commitment")] if not filing.committed else []),
        *([("整改、消除影响的证明", "proof of rectification")] if not filing.evidence else []),
        *(
            [(f"{wanted} 次培训记录", f"{wanted} trainings")]
            if len(trained & set(filing.trained)) < wanted
            else []
        ),
    ]
    if not lacking:
        return
    raise Refused(
        "remedy.incomplete",
        zh="申请材料不齐：缺" + "、".join(zh for zh, _ in lacking),
        en="the application lacks " + ", ".join(en for _, en in lacking),
        where=where,
        came=f"{len(filing.evidence)} 份材料，{len(trained & set(filing.trained))} 次培训",
        todo=Text(zh="补齐后再提出", en="complete it, then apply"),
    )


def check_not_repaired(fact: Fact, counted: Iterable[Fact], of: str) -> None:
    """Refuse to repair twice (``remedy.repaired``)."""
    for one in counted:
        if (
            one.kind is FactKind.REPAIRED
            and one.body.get("of") == of
            and fact.id in one.body.get("facts", ())
        ):
            raise Refused(
                "remedy.repaired",
                zh="这一事项已经修复",
                en="this is repaired already",
                where=str(fact.id),
                came=str(date_of(one.day)),
                todo=Text(zh="用 yibao archive show 查看", en="see it with yibao archive show"),
            )
