"""What this room refuses, in both languages, with what to do next."""

from __future__ import annotations

from yibao.kernel import Refused, Text, date_of


def other_policy(where: str, wanted: str, came: str) -> Refused:
    """Say that the policy at hand is not that of the region to which a file belongs."""
    return Refused(
        "consequence.other_policy",
        zh="后果按档案所属地区的政策确定，手上的政策是别处的",
        en="consequences follow the policy of the file’s own region, and the one at hand is another’s",
        where=where,
        wanted=wanted,
        came=came,
        todo=Text(zh="用该地区的政策办理", en="work under that region’s policy"),
    )


def no_order(came: str) -> Refused:
    """Say that there is no such ordered effect."""
    return Refused(
        "consequence.no_order",
        zh="没有这项后果",
        en="there is no such ordered effect",
        wanted="L0000001",
        came=came,
        todo=Text(zh="用 yibao effects list 查看", en="see them with yibao effects list"),
    )


def not_due(effect: str, cause: int, day: int, why: str) -> Refused:
    """Say that an effect does not follow from this fact on this day."""
    return Refused(
        "consequence.not_due",
        zh="这一天没有依据落实这项后果",
        en="nothing on that day brings this effect about",
        where=f"{effect} @ {date_of(day)}",
        wanted="一项生效的文书、状态或者确认的等级 / a standing instrument, status or confirmed grade",
        came=f"fact {cause}: {why}",
        todo=Text(zh="用 yibao effects due 查看应当落实的后果", en="see what is due with yibao effects due"),
    )


def ordered_already(number: str, state: str) -> Refused:
    """Say that it was ordered, or declined, already: an effect is carried out once."""
    return Refused(
        "consequence.once",
        zh="同一依据的同一后果只落实一次：已经决定过了",
        en="one cause, one effect, once: it was decided already",
        where=number,
        came=state,
        todo=Text(
            zh="用 yibao effects list 查看；撤回后才能再次落实",
            en="see it with yibao effects list; only undone can it be ordered again",
        ),
    )


def no_reason(where: str) -> Refused:
    """Say that a person's decision needs its reason."""
    return Refused(
        "consequence.no_reason",
        zh="须写明理由",
        en="a reason is wanted",
        where=where,
        wanted="--reason",
        came="—",
        todo=Text(zh="用 --reason 写明事实和依据", en="give facts and basis with --reason"),
    )


def not_listed(effect: str, key: str, day: int, came: str) -> Refused:
    """Say that a joint punishment is not on the lawful list."""
    return Refused(
        "consequence.not_listed",
        zh="清单以外的惩戒措施一律不得实施",
        en="no punishment outside the lawful list may be done",
        where=f"{effect} @ {date_of(day)}",
        wanted=f"{key}: true（全国失信惩戒措施基础清单或省补充清单）",
        came=came,
        todo=Text(
            zh="清单有这一措施的，先在政策包中登记其依据",
            en="if the list has it, first write it with its instrument into the policy pack",
        ),
    )


def term_range(where: str, least: int, most: int, came: int | None) -> Refused:
    """Say that the months are outside what the law sets, or were not said."""
    return Refused(
        "consequence.term_range",
        zh="期限不在规定的幅度内",
        en="the time is outside what the rules set",
        where=where,
        wanted=f"{least}–{most} 个月 months",
        came="—" if came is None else str(came),
        todo=Text(
            zh="用 --months 写明幅度内的月数；文书本身有误的先更正文书",
            en="give months within the bounds with --months; a wrong instrument is mended first",
        ),
    )


def onto_whom(where: str, wanted: str, came: str) -> Refused:
    """Say that the person on whom the effect falls is not named, or is of the wrong kind."""
    return Refused(
        "consequence.onto",
        zh="这项后果落在人身上：须写明是谁的档案",
        en="this effect falls on a person: whose file must be said",
        where=where,
        wanted=wanted,
        came=came,
        todo=Text(
            zh="用 --onto 写明法定代表人或者主要负责人的档案编号",
            en="name the representative’s or principal’s file with --onto",
        ),
    )


def level_wanted(where: str, came: str | None) -> Refused:
    """Say that the class of the information must be told."""
    return Refused(
        "consequence.level",
        zh="须写明失信信息的类别，公示期由类别定",
        en="the class of the information must be said: it sets how long it is shown",
        where=where,
        wanted="slight | general | serious",
        came=came or "—",
        todo=Text(zh="用 --level 写明 slight 轻微、general 一般、serious 严重", en="say it with --level"),
    )


def must(where: str) -> Refused:
    """Say that this effect has to be ordered."""
    return Refused(
        "consequence.must",
        zh="骗保查实的必须解除服务协议，不能不予落实，也不能改作中止",
        en="proven fraud must end the agreement: it cannot be declined, nor suspended instead",
        where=where,
        todo=Text(
            zh="用 yibao effects order 落实；处罚有误的，先撤销处罚",
            en="order it with yibao effects order; where the penalty is wrong, have that revoked",
        ),
    )


def by_law(where: str) -> Refused:
    """Say that what follows by law is undone only with its cause."""
    return Refused(
        "consequence.by_law",
        zh="依文书当然发生的后果不能单独撤回",
        en="what follows by law cannot be undone by itself",
        where=where,
        wanted="撤销文书、等级变化、修复或期满 / the instrument annulled, the grade changed, repair, or time over",
        todo=Text(
            zh="对文书有异议的走救济：yibao remedy rights", en="object to the instrument: yibao remedy rights"
        ),
    )


def wrong_state(where: str, wanted: str, came: str) -> Refused:
    """Say that an effect does not stand where this act needs it."""
    return Refused(
        "consequence.state",
        zh="后果的状态不允许这一步",
        en="the effect does not stand where this step needs it",
        where=where,
        wanted=wanted,
        came=came,
        todo=Text(zh="用 yibao effects list 查看状态", en="see its state with yibao effects list"),
    )


def voucher_wanted(where: str) -> Refused:
    """Say that carrying out needs a voucher."""
    return Refused(
        "consequence.voucher",
        zh="落实须登记凭证或者记录的编号",
        en="carrying it out needs the number of a voucher or record",
        where=where,
        wanted="--voucher",
        came="—",
        todo=Text(zh="用 --voucher 写明凭证号", en="name it with --voucher"),
    )
