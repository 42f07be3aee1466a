"""What must be so before an act of a penalty case is lawful; pure, each refusal with the law it rests on.

Sources: 行政处罚法 Art. 42–46, 54, 57–64; 条例 Art. 29, 31, 38–41.
"""

from __future__ import annotations

from collections.abc import Mapping

from yibao.casework.penalty.model import Dossier, Measures
from yibao.casework.penalty.ranges import Circumstance, spares
from yibao.kernel import Refused, Text, date_of, format_fen


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
            todo=Text(
                zh="由承办人办理，或重新指定（yibao case assign）",
                en="let an officer do it, or assign anew (yibao case assign)",
            ),
        )


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
    over = {kind for kind, last in dues.items() if last is not None and day > last}
    spoken = told.answered or "defence" in over
    exercised = any(
        dossier.did(verb, since="served_notice") for verb in ("hear", "waive_hearing", "withdraw_hearing")
    )
    if spoken and (not told.hearing_due or exercised or "ask_hearing" in over):
        return
    lasts = [dues[kind] for kind in ("defence", "ask_hearing") if kind in dues and kind not in over]
    raise Refused(
        "casework.too_early",
        zh="陈述申辩或听证的期限未满，当事人也没有明确放弃",
        en="the time for defence or a hearing is not over, and the party has not waived it",
        where=dossier.case.number,
        wanted=", ".join(f"> {date_of(last)}" if last is not None else "—" for last in lasts),
        came=str(date_of(day)),
        todo=Text(
            zh="等期限届满，或登记当事人的申辩或书面放弃（waive；放弃听证 waive_hearing）",
            en="wait, or record the defence or the written waiver (waive; of the hearing: waive_hearing)",
        ),
    )


def check_not_heavier(dossier: Dossier, measures: Measures) -> None:
    """Refuse a decision heavier than what the party was told: nobody pays for having defended himself (Art. 45)."""
    told = dossier.told
    assert told is not None
    heavier: list[tuple[str, str, int | str, int | str]] = [
        (zh, en, before, now)
        for zh, en, before, now in (
            ("罚款", "fine", told.measures.fine_fen, measures.fine_fen),
            ("损失", "loss", told.measures.loss_fen, measures.loss_fen),
            ("退回", "refund", told.measures.refund_fen, measures.refund_fen),
            ("暂停月数", "months", told.measures.suspension_months, measures.suspension_months),
        )
        if now > before
    ]
    same = (told.measures.article, told.measures.act_day) == (measures.article, measures.act_day)
    # a ground or a name that the party was not told of is one against which it could not speak
    if measures.suspension_months and measures.suspension_ground != told.measures.suspension_ground:
        heavier.append(
            ("暂停理由", "ground", _said(told.measures.suspension_ground), _said(measures.suspension_ground))
        )
    if measures.barred and (measures.barred, measures.bar_ground) != (
        told.measures.barred,
        told.measures.bar_ground,
    ):
        heavier.append(("禁止从业", "bar", _said(told.measures.bar_ground), _said(measures.bar_ground)))
    if heavier or not same:
        raise Refused(
            "casework.heavier",
            zh="决定重于或不同于告知的内容；不得因申辩加重，新事实须重新告知（行政处罚法第四十五条）",
            en="the decision is heavier than, or other than, what was told; new facts need a new notice (Art. 45)",
            where=dossier.case.number,
            wanted="; ".join(
                f"{zh} {'≤ ' if isinstance(before, int) else ''}{before}" for zh, _, before, _ in heavier
            )
            or f"{told.measures.article} {date_of(told.measures.act_day)}",
            came="; ".join(f"{zh} {now}" for zh, _, _, now in heavier)
            or f"{measures.article} {date_of(measures.act_day)}",
            todo=Text(
                zh="重新告知（tell_anew）并写明理由", en="tell the party anew (tell_anew) with the reason"
            ),
        )


def _said(ground: str | None) -> str:
    return ground or "—"


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
            todo=Text(zh="用 --circumstance 指明情形", en="name it with --circumstance"),
        )


def check_punishes(circumstance: Circumstance | None, where: str) -> None:
    """Refuse to let somebody off altogether by way of a penalty: that is a decision of its own."""
    if circumstance is not None and spares(circumstance):
        raise Refused(
            "casework.below_range",
            zh="不予处罚的情形不能用来作出处罚决定",
            en="a circumstance that spares is none by which a penalty is decided",
            where=where,
            wanted=" | ".join(one for one in Circumstance if not spares(one)),
            came=str(circumstance),
            todo=Text(
                zh="作出不予处罚决定：yibao case decide --spare",
                en="decide no penalty: yibao case decide --spare",
            ),
        )


def check_closing(dossier: Dossier, unpaid_fen: int) -> None:
    """Refuse to close while money is due, a contest runs, or a transfer was not acknowledged."""
    open_ends = []
    if unpaid_fen > 0:
        open_ends.append((f"未执行 {format_fen(unpaid_fen)}", f"{format_fen(unpaid_fen)} is still due"))
    made = dossier.decision
    if made is not None and not made.revoked and made.served_day is None:
        open_ends.append(("决定书尚未送达", "the decision was not served"))
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
            todo=Text(
                zh="逐项了结后再结案：recover、deliver、contest upheld、transfer --to acknowledged",
                en="settle each first: recover, deliver, contest upheld, transfer --to acknowledged",
            ),
        )
