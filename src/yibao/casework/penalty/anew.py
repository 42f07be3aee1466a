"""A decision that fell in review or before the court is made anew (重新作出): on the same case, and never heavier.

Sources: 行政复议法 Art. 63, 64; 行政诉讼法 Art. 71, 77. Who asked for review or sued is not to be worse off for it, and what
was annulled for its facts or its law is not to come back under the same facts and reasons; where only the procedure was
at fault, the same decision may be made again in a lawful way.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from yibao.casework.cases import Act, Desk, Doing
from yibao.casework.penalty.files import do, taken
from yibao.casework.penalty.machine import MACHINE
from yibao.casework.penalty.model import Dossier, Measures
from yibao.kernel import Json, Refused, Text, format_fen


class Fault(StrEnum):
    """For what a decision was annulled or changed."""

    FACTS = "facts"
    """事实不清、证据不足: facts not established."""
    LAW = "law"
    """适用依据错误: the wrong basis."""
    PROCEDURE = "procedure"
    """违反法定程序: the procedure."""
    DISCRETION = "discretion"
    """明显不当: plainly out of proportion."""
    POWERS = "powers"
    """超越职权、滥用职权: powers exceeded or abused."""


def reopen(desk: Desk, case_id: int, fault: Fault, doing: Doing, *, by_other_party: bool = False) -> int:
    """Take a case up again whose decision was revoked after a review or a suit, to decide it anew.

    ``by_other_party``: somebody else whom the decision touches asked for more, so that it may become heavier. Raises
    `Refused` (``casework.not_contested``) where no review or suit led to the revocation.
    """
    file = taken(desk, case_id)
    MACHINE.move(file.case.state, "reopen", file.case.number)
    if file.decision is None or not file.decision.revoked or not file.contests:
        raise Refused(
            "casework.not_contested",
            zh="只有经复议、诉讼撤销的决定才重新作出；自行撤销的另行立案",
            en="only what a review or a suit made fall is decided anew; what was revoked by itself is a new case",
            where=file.case.number,
            todo=Text(
                zh="登记复议或诉讼及其结果（yibao remedy）",
                en="record the review or suit and its result (yibao remedy)",
            ),
        )
    old = file.decision.measures
    body: dict[str, Json] = {
        "fault": str(fault), "by_other_party": by_other_party, "article": str(old.article), "act_day": old.act_day,
        "loss_fen": old.loss_fen, "refund_fen": old.refund_fen, "fine_fen": old.fine_fen,
        "suspension_months": old.suspension_months,
    }  # fmt: skip
    return do(desk, case_id, "reopen", replace(doing, body=body))


def check_after_contest(file: Dossier, measures: Measures) -> None:
    """Refuse to tell or decide anew what is heavier than the decision that fell, or the same under the same facts."""
    again = next((act for act in reversed(file.acts) if act.verb == "reopen"), None)
    if again is None:
        return
    heavier = _heavier(again, measures)
    if heavier and not again.body["by_other_party"]:
        raise Refused(
            "casework.heavier_again",
            zh="重新作出的决定不得因当事人申请复议、提起诉讼而加重（行政复议法第六十三条、行政诉讼法第七十七条）",
            en="what is decided anew is not heavier for the party's having asked for review or sued",
            where=file.case.number,
            wanted="; ".join(f"{zh} ≤ {before}" for zh, before, _ in heavier),
            came="; ".join(f"{zh} {now}" for zh, _, now in heavier),
            todo=Text(
                zh="按不重于原决定的内容告知", en="tell what is no heavier than the decision that fell"
            ),
        )
    if again.body["fault"] != Fault.PROCEDURE and _same(again, measures):
        raise Refused(
            "casework.same_again",
            zh="不得以同一事实和理由作出与被撤销决定基本相同的决定（行政复议法第六十四条、行政诉讼法第七十一条）",
            en="the same facts and reasons do not carry a decision basically the same as the one that was annulled",
            where=file.case.number,
            wanted=f"≠ {measures.article} {format_fen(measures.fine_fen)}",
            came=f"{measures.article} {format_fen(measures.fine_fen)}; {again.body['fault']}",
            todo=Text(
                zh="按复议决定或判决的意见重新认定事实、适用条款和裁量",
                en="find the facts, the article and the measure anew, as the review or the judgment says",
            ),
        )


def _heavier(again: Act, measures: Measures) -> list[tuple[str, str, str]]:
    sums = (
        ("罚款", "fine_fen", measures.fine_fen),
        ("退回", "refund_fen", measures.refund_fen),
        ("损失", "loss_fen", measures.loss_fen),
    )
    found = [
        (zh, format_fen(int(again.body[key])), format_fen(now))
        for zh, key, now in sums
        if now > int(again.body[key])
    ]
    months = int(again.body["suspension_months"])
    if measures.suspension_months > months:
        found.append(("暂停月数", str(months), str(measures.suspension_months)))
    return found


def _same(again: Act, measures: Measures) -> bool:
    """Tell whether it is basically the same: the same article, act, loss, fine and suspension."""
    now = (
        str(measures.article), measures.act_day, measures.loss_fen, measures.fine_fen, measures.suspension_months,
    )  # fmt: skip
    before = tuple(again.body[k] for k in ("article", "act_day", "loss_fen", "fine_fen", "suspension_months"))
    return now == before
