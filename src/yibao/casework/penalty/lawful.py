"""What the law lets the bureau impose on this party, now: sums, party, loss, time of limitation, order to rectify; pure.

Sources: 行政处罚法 Art. 28, 36, 63; 条例 Art. 37–41, 43.
"""

from __future__ import annotations

from typing import Final

from yibao.casework.cases import LARGEST_FEN
from yibao.casework.penalty.model import BarGround, Dossier, Measures, Party, SuspensionGround
from yibao.casework.penalty.ranges import (
    ARTICLE_NAMES,
    Article,
    Circumstance,
    Range,
    check_fine,
    lawful_range,
)
from yibao.kernel import Refused, Text, add_months, date_of, format_fen
from yibao.policy import Policy

_AGAINST: Final = {
    Party.UNIT: frozenset({Article.LOSS, Article.MANAGEMENT, Article.FRAUD}),
    Party.PERSON: frozenset({Article.PERSON, Article.PERSON_FRAUD}),
    Party.OTHER: frozenset({Article.AGENCY_FRAUD, Article.PERSON, Article.PERSON_FRAUD}),
}
"""By whom a case is about: the articles by which he can be punished."""

_OF_A_LOSS: Final = frozenset({Article.AGENCY_FRAUD, Article.LOSS, Article.FRAUD, Article.PERSON_FRAUD})
"""The articles whose fine is a multiple of what the fund lost."""

_RECTIFYING: Final = frozenset({"order_rectify", "served_rectify", "recheck_refused", "recheck_corrected"})


def hearing_due(policy: Policy, party: Party, measures: Measures, day: int) -> bool:
    """Say whether the party has a right to a hearing; computed, never ticked (行政处罚法 Art. 63).

    A fine that is large by the region's figure, a suspension, which takes a business or a benefit away, or a bar.
    """
    key = f"casework.penalty.hearing_fine_{party.measured_as}"
    large = measures.fine_fen >= policy.at(key, day).number
    return large or measures.suspension_months > 0 or bool(measures.barred)


def years_barred(policy: Policy, measures: Measures, today: int) -> int:
    """Give for how many years somebody is barred, by the milder of the law of the act's day and of today; 0: nobody."""
    if not measures.barred:
        return 0
    return min(policy.at("casework.penalty.bar_years", day).number for day in (measures.act_day, today))


def check_measures(
    policy: Policy,
    measures: Measures,
    today: int,
    circumstance: Circumstance | None,
    *,
    reviewed: bool,
    file: Dossier,
) -> Range:
    """Refuse measures outside the law; give the bounds by which they were checked.

    Raises `Refused`: ``casework.sums``, ``casework.other_article``, ``casework.act_day``, ``casework.limitation``,
    ``casework.no_loss``, ``casework.not_rectified``, ``casework.suspension_range``, ``casework.suspension_ground``,
    ``casework.bar_ground``, and what `check_fine` refuses.
    """
    where = file.case.number
    check_sums(measures, where)
    _check_party(file, measures)
    _check_limitation(policy, file, measures, today)
    fund_loss = measures.loss_fen - measures.patient_fen
    _check_loss(measures, fund_loss, where)
    bounds = lawful_range(policy, measures.article, fund_loss, measures.act_day, today)
    check_fine(bounds, measures.fine_fen, circumstance, reviewed=reviewed, where=where)
    _check_rectified(file, measures)
    _check_suspension(bounds, measures.suspension_months, where)
    _check_suspension_ground(file, measures)
    _check_bar(file, measures)
    return bounds


def check_sums(measures: Measures, where: str) -> None:
    """Refuse sums that are negative, that no register holds, or that do not fit one another (``casework.sums``)."""
    sums = (measures.loss_fen, measures.refund_fen, measures.patient_fen, measures.fine_fen)
    if min(sums) < 0:
        raise _sum("金额不能为负", "a sum cannot be negative", where, "≥ 0", f"{min(sums)} fen")
    if max(sums) > LARGEST_FEN:
        raise _sum(
            "金额大得不可能",
            "the sum is larger than can be",
            where,
            f"≤ {LARGEST_FEN} fen",
            f"{max(sums)} fen",
        )
    if measures.refund_fen > measures.loss_fen:
        raise _sum(
            "责令退回的金额大于损失", "more is to be returned than was lost", where,
            f"≤ {format_fen(measures.loss_fen)}", format_fen(measures.refund_fen),
        )  # fmt: skip
    if measures.patient_fen > measures.refund_fen:
        raise _sum(
            "个人部分大于退回总额", "the patients’ part is more than the whole refund", where,
            f"≤ {format_fen(measures.refund_fen)}", format_fen(measures.patient_fen),
        )  # fmt: skip


def _sum(zh: str, en: str, where: str, wanted: str, came: str) -> Refused:
    return Refused(
        "casework.sums",
        zh=zh,
        en=en,
        where=where,
        wanted=wanted,
        came=came,
        todo=Text(
            zh="核对损失、退回、个人部分与罚款", en="check loss, refund, the patients’ part and the fine"
        ),
    )


def _check_party(file: Dossier, measures: Measures) -> None:
    """Refuse an article that is not about this party: institutions 38–40, persons 41, agencies 37."""
    if measures.article in _AGAINST[file.party]:
        return
    raise Refused(
        "casework.other_article",
        zh="这一条款不适用于本案的当事人",
        en="this article is not about the party of the case",
        where=file.case.number,
        wanted=" | ".join(one for one in Article if one in _AGAINST[file.party]),
        came=str(measures.article),
        todo=Text(
            zh="机构适用第三十八至四十条，个人适用第四十一条，经办机构适用第三十七条",
            en="institutions: Art. 38–40; persons: Art. 41; agencies: Art. 37",
        ),
    )


def _check_loss(measures: Measures, fund_loss: int, where: str) -> None:
    """Refuse a fine by the loss where the fund lost nothing: a multiple of nothing is no fine, and no violation."""
    if measures.article not in _OF_A_LOSS or fund_loss > 0:
        return
    raise Refused(
        "casework.no_loss",
        zh=f"{ARTICLE_NAMES[measures.article].zh}以基金损失为前提，本案基金损失为零",
        en="this article presupposes a loss of the fund, and there is none",
        where=where,
        wanted="基金损失 > 0 / loss of the fund > 0",
        came=format_fen(fund_loss),
        todo=Text(
            zh="核对损失与个人部分；确无损失的，撤销案件（drop）或转经办处理",
            en="check the loss and the patients’ part; where there is none, drop the case or return it to the agency",
        ),
    )


def _check_limitation(policy: Policy, file: Dossier, measures: Measures, today: int) -> None:
    """Refuse an act that is still to come, and to punish one that was found too late (行政处罚法 Art. 36)."""
    number = file.case.number
    if measures.act_day > today:
        raise Refused(
            "casework.act_day", zh="违法行为终了之日晚于今天", en="the act would end after today", where=number,
            wanted=f"≤ {date_of(today)}", came=str(date_of(measures.act_day)),
            todo=Text(zh="核对 --act-day", en="check --act-day"),
        )  # fmt: skip
    if measures.fine_fen > 0 or measures.suspension_months > 0 or measures.barred:
        check_in_time(policy, number, measures.act_day, file.case.opened_day, harm=file.grave)


def check_in_time(policy: Policy, number: str, act_day: int, found_day: int, *, harm: bool) -> int:
    """Give until when an act that ended on a day could be found; refuses one found later (``casework.limitation``).

    It counts until the violation is found, which is when the clue was registered. ``harm``: to life, health or
    financial safety, with harmful consequences, for which the statute gives more years.
    """
    key = "casework.clock.limitation_health" if harm else "casework.clock.limitation"
    value = policy.at(key, found_day)
    until = add_months(act_day, 12 * value.number)
    if found_day <= until:
        return until
    raise Refused(
        "casework.limitation",
        zh=f"违法行为终了后 {value.number} 年内未被发现，不再给予行政处罚（{value.instrument}{value.article}）",
        en=f"not found within {value.number} years of its end, the act is not punished any more (行政处罚法 Art. 36)",
        where=number,
        wanted=f"≤ {date_of(until)}",
        came=str(date_of(found_day)),
        todo=Text(
            zh="不予立案（not_file）并写明超过时效；涉及生命健康、金融安全且有危害后果的，立案时用 --harm；"
            "损失的追回不受影响，可转经办",
            en="do not file (not_file), saying so; harm to life, health or financial safety: file with --harm; the loss "
            "can still be recovered by the agency",
        ),
    )


def _check_rectified(file: Dossier, measures: Measures) -> None:
    """Refuse a fine by Art. 39 before an order to rectify was served, and its refusal shown by a recheck."""
    if measures.article is not Article.MANAGEMENT or measures.fine_fen == 0:
        return
    _check_refused(
        file,
        zh="第三十九条的罚款以拒不改正为前提：先送达责令改正通知书，到期复查属拒不改正",
        en="a fine by Art. 39 presupposes a served order to rectify, and a recheck that shows it was refused",
    )


def _check_refused(file: Dossier, *, zh: str, en: str) -> None:
    """Refuse to build on a refusal to rectify that the file does not show: ordered, served, rechecked after its time."""
    verbs = [act.verb for act in file.acts if act.verb in _RECTIFYING]
    if verbs[-3:] == ["order_rectify", "served_rectify", "recheck_refused"]:
        return
    raise Refused(
        "casework.not_rectified",
        zh=zh,
        en=en,
        where=file.case.number,
        wanted="order_rectify → served_rectify → recheck_refused",
        came=" → ".join(verbs) or "—",
        todo=Text(
            zh="在调查中办理 order_rectify、served_rectify，期满后 recheck_refused",
            en="while investigating: order_rectify, served_rectify, and after its time recheck_refused",
        ),
    )


def _check_suspension(bounds: Range, months: int, where: str) -> None:
    if months == 0:
        return
    if bounds.suspension is None or not bounds.suspension[0] <= months <= bounds.suspension[1]:
        wanted = "—" if bounds.suspension is None else "{}–{} 个月 months".format(*bounds.suspension)
        raise Refused(
            "casework.suspension_range",
            zh="暂停的时间不在法定幅度内",
            en="the suspension is outside what the law allows",
            where=where,
            wanted=wanted,
            came=f"{months}",
            todo=Text(
                zh="在幅度内裁量，见 yibao case bounds", en="stay within the bounds, see yibao case bounds"
            ),
        )


def _check_suspension_ground(file: Dossier, measures: Measures) -> None:
    """Refuse to suspend a department by Art. 38 on no ground, or on a refusal to rectify that the file does not show.

    Art. 40 suspends without more; only Art. 38 wants 拒不改正 or 造成严重后果.
    """
    wants = measures.article is Article.LOSS and measures.suspension_months > 0
    ground = measures.suspension_ground
    if wants != (ground is not None):
        raise Refused(
            "casework.suspension_ground",
            zh="第三十八条：拒不改正或者造成严重后果的，才责令暂停相关责任部门的医药服务，须写明是哪一种；其他情形不写",
            en="by Art. 38 a department is suspended only on a refusal to rectify or grave harm: name which; else none",
            where=file.case.number,
            wanted=" | ".join(SuspensionGround) if wants else "—",
            came=str(ground or "—"),
            todo=Text(
                zh="用 --suspend-ground 写明，或不暂停（--suspend 0）",
                en="name it with --suspend-ground, or do not suspend (--suspend 0)",
            ),
        )
    if ground is SuspensionGround.REFUSED:
        _check_refused(
            file,
            zh="以拒不改正为由暂停，须先送达责令改正通知书，到期复查属拒不改正（第三十八条）",
            en="to suspend on a refusal to rectify, the order was served and a recheck shows the refusal (Art. 38)",
        )


def _check_bar(file: Dossier, measures: Measures) -> None:
    """Refuse to bar somebody who is in charge of no institution, without his name, or on no ground of Art. 43."""
    named, ground = measures.barred.strip(), measures.bar_ground
    if not measures.barred and ground is None:
        return
    if named and ground is not None and file.party is Party.UNIT:
        return
    raise Refused(
        "casework.bar_ground",
        zh="第四十三条只针对定点医药机构的法定代表人或者主要负责人，须写明姓名，并写明造成重大损失或者严重不良社会影响",
        en="Art. 43 bars the legal representative or head of an institution: by name, and on one of its two grounds",
        where=file.case.number,
        wanted="--bar NAME --bar-ground " + "|".join(BarGround),
        came=f"{file.party}: --bar {'…' if named else '—'} --bar-ground {ground or '—'}",
        todo=Text(
            zh="同时写明 --bar 与 --bar-ground；个人案件不适用",
            en="give --bar and --bar-ground; not in a person’s case",
        ),
    )
