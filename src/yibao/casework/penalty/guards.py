"""What must be so before an act of a penalty case is lawful; pure, each refusal with the law it rests on.

Sources: 行政处罚法 Art. 42–46, 54, 57–64; 条例 Art. 29, 31, 38–41.
"""

from __future__ import annotations

from collections.abc import Mapping

from yibao.casework.penalty.model import Dossier, Measures, Party
from yibao.casework.penalty.ranges import (
    Circumstance,
    Range,
    check_fine,
    lawful_range,
    spares,
)
from yibao.kernel import Refused, Text, date_of, format_fen
from yibao.policy import Policy


def check_officers(dossier: Dossier, actor: str, least: int) -> None:
    """Refuse to investigate with fewer officers than the law wants, or by somebody who is none of them."""
    accounts = [officer.account for officer in dossier.officers]
    if len(set(accounts)) < least:
        raise Refused(
            "casework.two_officers",
            zh=f"调查须由不少于 {least} 名执法人员进行（行政处罚法第四十二条、条例第二十九条）",
            en=f"at least {least} officers investigate (行政处罚法 Art. 42, 条例 Art. 29)",
            where=dossier.case.number,
            wanted=f"≥ {least}",
            came=", ".join(accounts) or "—",
            todo=Text(
                zh="先指定承办人（yibao case assign）", en="assign the officers first (yibao case assign)"
            ),
        )
    if actor not in accounts:
        raise Refused(
            "casework.not_an_officer",
            zh="您不是本案的承办人",
            en="you are not an officer of this case",
            where=dossier.case.number,
            wanted=" | ".join(accounts),
            came=actor,
        )


def hearing_due(policy: Policy, party: Party, measures: Measures, day: int) -> bool:
    """Say whether the party has a right to a hearing; computed, never ticked (行政处罚法 Art. 63).

    A fine that is large by the region's figure, or a suspension, which takes a business or a benefit away.
    """
    key = f"casework.penalty.hearing_fine_{party}"
    return measures.fine_fen >= policy.at(key, day).number or measures.suspension_months > 0


def check_measures(
    policy: Policy,
    measures: Measures,
    today: int,
    circumstance: Circumstance | None,
    *,
    reviewed: bool,
    where: str,
) -> Range:
    """Refuse measures outside the law; give the bounds by which they were checked."""
    if min(measures.loss_fen, measures.refund_fen, measures.patient_fen, measures.fine_fen) < 0:
        raise _sum("金额不能为负", "a sum cannot be negative", where, "≥ 0", str(measures))
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
    fund_loss = measures.loss_fen - measures.patient_fen
    bounds = lawful_range(policy, measures.article, fund_loss, measures.act_day, today)
    check_fine(bounds, measures.fine_fen, circumstance, reviewed=reviewed, where=where)
    _check_suspension(bounds, measures.suspension_months, where)
    return bounds


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
        )


def _sum(zh: str, en: str, where: str, wanted: str, came: str) -> Refused:
    return Refused("casework.sums", zh=zh, en=en, where=where, wanted=wanted, came=came)


def check_heard(dossier: Dossier, day: int, dues: Mapping[str, int | None]) -> None:
    """Refuse to go on before the party could speak: the notice served, and defence given, waived, or out of time.

    ``dues`` are the last days of the party's running clocks; None where it is not known yet, which is not over.
    """
    told = dossier.told
    if told is None or told.served_day is None:
        raise Refused(
            "casework.not_told",
            zh="没有送达事先告知书，不能作出决定（行政处罚法第四十四条、第六十二条）",
            en="no notice was served; there can be no decision (行政处罚法 Art. 44, 62)",
            where=dossier.case.number,
            todo=Text(zh="先告知并送达", en="tell the party and serve the notice first"),
        )
    wanted = ("defence", "ask_hearing") if told.hearing_due else ("defence",)
    lasts = [dues[kind] for kind in wanted if kind in dues]
    if told.answered or all(last is not None and day > last for last in lasts):
        return
    raise Refused(
        "casework.too_early",
        zh="陈述申辩或听证的期限未满，当事人也没有明确放弃",
        en="the time for defence or a hearing is not over, and the party has not waived it",
        where=dossier.case.number,
        wanted=", ".join(f"> {date_of(last)}" if last is not None else "—" for last in lasts),
        came=str(date_of(day)),
        todo=Text(
            zh="等期限届满，或登记当事人的申辩或书面放弃",
            en="wait, or record the defence or the written waiver",
        ),
    )


def check_not_heavier(dossier: Dossier, measures: Measures) -> None:
    """Refuse a decision heavier than what the party was told: nobody pays for having defended himself (Art. 45)."""
    told = dossier.told
    assert told is not None
    heavier = [
        (zh, en, before, now)
        for zh, en, before, now in (
            ("罚款", "fine", told.measures.fine_fen, measures.fine_fen),
            ("退回", "refund", told.measures.refund_fen, measures.refund_fen),
            ("暂停月数", "months", told.measures.suspension_months, measures.suspension_months),
        )
        if now > before
    ]
    if heavier or told.measures.article != measures.article:
        raise Refused(
            "casework.heavier",
            zh="决定重于或不同于告知的内容；不得因申辩加重，新事实须重新告知（行政处罚法第四十五条）",
            en="the decision is heavier than, or other than, what was told; new facts need a new notice (Art. 45)",
            where=dossier.case.number,
            wanted="; ".join(f"{zh} ≤ {before}" for zh, _, before, _ in heavier)
            or str(told.measures.article),
            came="; ".join(f"{zh} {now}" for zh, _, _, now in heavier) or str(measures.article),
            todo=Text(
                zh="重新告知（tell_anew）并写明理由", en="tell the party anew (tell_anew) with the reason"
            ),
        )


def check_discussed(dossier: Dossier) -> None:
    """Refuse to decide what is complex or grave without collective discussion (Art. 57): there a hearing was due."""
    told = dossier.told
    assert told is not None
    if told.hearing_due and not dossier.did("conclude", since="weigh_defence"):
        raise Refused(
            "casework.not_discussed",
            zh="重大案件须经负责人集体讨论（行政处罚法第五十七条）",
            en="a grave case is discussed by those in charge together (行政处罚法 Art. 57)",
            where=dossier.case.number,
            todo=Text(
                zh="先提请集体讨论（discuss、conclude）",
                en="bring it to discussion first (discuss, conclude)",
            ),
        )


def check_spared(circumstance: Circumstance | None, where: str) -> None:
    """Refuse to let somebody off without a circumstance that the law names for it (Art. 30, 33, 36)."""
    if circumstance is None or not spares(circumstance):
        raise Refused(
            "casework.no_circumstance",
            zh="不予处罚须有法律列明的情形",
            en="to impose nothing needs a circumstance that the law names",
            where=where,
            wanted=" | ".join(c for c in Circumstance if spares(c)),
            came=str(circumstance or "—"),
        )


def check_closing(dossier: Dossier, unpaid_fen: int) -> None:
    """Refuse to close while money is due, a contest runs, or a transfer was not acknowledged."""
    open_ends = []
    if unpaid_fen > 0:
        open_ends.append((f"未执行 {format_fen(unpaid_fen)}", f"{format_fen(unpaid_fen)} is still due"))
    if any(contest.until_day is None for contest in dossier.contests):
        open_ends.append(("复议或诉讼未结", "a review or suit still runs"))
    waiting = [t for t in dossier.transfers if t.acknowledged_day is None]
    if waiting:
        open_ends.append(
            (f"{waiting[0].name} 尚未签收移送", f"{waiting[0].name} has not acknowledged the transfer")
        )
    if open_ends:
        raise Refused(
            "casework.open_ends",
            zh="还不能结案：" + "；".join(zh for zh, _ in open_ends),
            en="it cannot be closed yet: " + "; ".join(en for _, en in open_ends),
            where=dossier.case.number,
        )
