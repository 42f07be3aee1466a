"""The states of an administrative penalty (行政处罚), and the moves between them. Only the bureau walks here.

Sources: 行政处罚法 (2021), 医疗保障行政处罚程序暂行规定. Side roads are moves like others: not filed, suspended, ended,
referred, revoked. What a move needs besides its words (two officers, a served notice, a lawful sum) its verb checks.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from yibao.casework.cases import ClockKind, Machine, Move, Track
from yibao.casework.penalty import clocks
from yibao.kernel import Text


class State(StrEnum):
    """Where a penalty case stands."""

    CLUE = "clue"
    TO_FILE = "to_file"
    INVESTIGATED = "investigated"
    SUSPENDED = "suspended"
    IN_LEGAL_REVIEW = "in_legal_review"
    IN_DISCUSSION = "in_discussion"
    TO_TELL = "to_tell"
    TOLD = "told"
    IN_HEARING = "in_hearing"
    TO_DECIDE = "to_decide"
    DECIDED = "decided"
    CARRIED_OUT = "carried_out"
    IN_COURT = "in_court"
    CLUE_REFERRED = "clue_referred"
    REFERRED = "referred"
    NOT_FILED = "not_filed"
    RETURNED = "returned"
    ENDED = "ended"
    UNPUNISHED = "unpunished"
    REVOKED = "revoked"
    MERGED = "merged"
    CLOSED = "closed"


NAMES = {
    State.CLUE: Text(zh="线索待核查", en="clue to be verified"),
    State.TO_FILE: Text(zh="待立案审批", en="filing to be approved"),
    State.INVESTIGATED: Text(zh="调查中", en="under investigation"),
    State.SUSPENDED: Text(zh="中止", en="suspended"),
    State.IN_LEGAL_REVIEW: Text(zh="法制审核", en="in legal review"),
    State.IN_DISCUSSION: Text(zh="集体讨论", en="in collective discussion"),
    State.TO_TELL: Text(zh="待告知", en="party to be told"),
    State.TOLD: Text(zh="已告知（陈述申辩）", en="party told, may defend"),
    State.IN_HEARING: Text(zh="听证中", en="in hearing"),
    State.TO_DECIDE: Text(zh="待决定", en="to be decided"),
    State.DECIDED: Text(zh="已决定", en="decided"),
    State.CARRIED_OUT: Text(zh="执行中", en="being carried out"),
    State.IN_COURT: Text(zh="申请强制执行", en="before the court for enforcement"),
    State.CLUE_REFERRED: Text(zh="线索已移送", en="clue referred"),
    State.REFERRED: Text(zh="已移送", en="referred"),
    State.NOT_FILED: Text(zh="不予立案", en="not filed"),
    State.RETURNED: Text(zh="转经办", en="returned to the agency"),
    State.ENDED: Text(zh="终止", en="ended"),
    State.UNPUNISHED: Text(zh="不予处罚", en="no penalty"),
    State.REVOKED: Text(zh="已撤销", en="revoked"),
    State.MERGED: Text(zh="已并案", en="merged"),
    State.CLOSED: Text(zh="已结案", en="closed"),
}

_ENDS = frozenset({State.NOT_FILED, State.RETURNED, State.ENDED, State.REVOKED, State.MERGED, State.CLOSED})

_UNDER_WAY = frozenset(
    {
        State.INVESTIGATED,
        State.IN_LEGAL_REVIEW,
        State.IN_DISCUSSION,
        State.TO_TELL,
        State.TOLD,
        State.TO_DECIDE,
    }
)


def _move(
    verb: str,
    zh: str,
    en: str,
    comes_from: set[State] | frozenset[State],
    leads_to: State | None,
    may: str,
    **more: Any,
) -> Move:
    permission = may if ":" in may else f"penalty:{may}"
    return Move(verb, Text(zh=zh, en=en), frozenset(comes_from), leads_to, permission, **more)


_CONTESTED = frozenset({State.CARRIED_OUT, State.UNPUNISHED, State.IN_COURT, State.CLOSED})

_DECIDING: tuple[ClockKind, ...] = (
    clocks.DECIDE, clocks.DECIDE_EXTENDED, clocks.DECIDE_EXTENDED_AGAIN, clocks.DECIDE_ANEW,
)  # fmt: skip

MACHINE = Machine(
    track=Track.PENALTY,
    ends=_ENDS,
    names=NAMES,
    moves=(
        # — clue and filing —
        _move("register", "登记线索", "register a clue", set(), State.CLUE, "open", starts=(clocks.VERIFY,),
              document="clue_register", tag="opened"),
        _move("taken_over", "接收经办移交", "take over from the agency", set(), State.CLUE, "agreement:transfer",
              with_reason=True, starts=(clocks.VERIFY, clocks.RECEIPT), document="clue_register", tag="opened"),
        _move("take_on", "签收移交", "acknowledge what the agency handed over", {State.CLUE, State.TO_FILE}, None, "open",
              stops=(clocks.RECEIPT,)),
        _move("split_off_clue", "分案（线索）", "split off, as a clue", set(), State.CLUE, "decide", with_reason=True,
              tag="opened"),
        _move("split_off_investigated", "分案（已立案）", "split off, as filed", set(), State.INVESTIGATED, "decide",
              with_reason=True, tag="opened"),
        _move("split", "分案", "split", {State.CLUE, State.INVESTIGATED}, None, "decide", with_reason=True),
        _move("take_in", "并入他案", "take another case in", {State.CLUE, State.TO_FILE, State.INVESTIGATED}, None, "decide",
              with_reason=True),
        _move("extend_verification", "延长核查", "extend the verification", {State.CLUE}, None, "decide", with_reason=True,
              stops=(clocks.VERIFY,), starts=(clocks.VERIFY_EXTENDED,), extends=True,
              document="clue_extend_approval"),
        _move("propose_filing", "呈批立案", "propose to file", {State.CLUE}, State.TO_FILE, "open", with_reason=True,
              stops=(clocks.VERIFY, clocks.VERIFY_EXTENDED), starts=(clocks.APPROVE_FILING,),
              document="clue_verify_report"),
        _move("not_file", "不予立案", "not file", {State.CLUE, State.TO_FILE}, State.NOT_FILED, "decide", with_reason=True,
              other_than=frozenset({"register", "propose_filing"}), releases=True,
              document="no_filing_approval"),
        _move("return_to_agency", "转经办处理", "return to the agency", {State.CLUE, State.TO_FILE, State.INVESTIGATED},
              State.RETURNED, "transfer", with_reason=True, document="bureau_to_agency"),
        _move("file", "批准立案", "approve the filing", {State.TO_FILE}, State.INVESTIGATED, "decide",
              other_than=frozenset({"register", "propose_filing"}), stops=(clocks.APPROVE_FILING,),
              starts=(clocks.DECIDE,), document="filing_approval"),
        # — investigation —
        _move("assign", "指定承办人", "assign officers", {State.INVESTIGATED}, None, "assign"),
        _move("add_evidence", "收集证据", "add evidence", {State.INVESTIGATED}, None, "investigate"),
        _move("preserve", "先行登记保存", "register and keep", {State.INVESTIGATED}, None, "investigate", with_reason=True,
              starts=(clocks.PRESERVE,), document="evidence_hold_notice"),
        _move("act_on_preserved", "处理登记保存物", "act on what was kept", {State.INVESTIGATED}, None, "investigate",
              with_reason=True, stops=(clocks.PRESERVE,),
              document="evidence_hold_disposal"),
        _move("seal", "封存", "seal", {State.INVESTIGATED}, None, "decide", with_reason=True, starts=(clocks.SEAL,),
              document="seal_decision"),
        _move("extend_seal", "延长封存", "extend the sealing", {State.INVESTIGATED}, None, "decide", with_reason=True,
              stops=(clocks.SEAL,), starts=(clocks.SEAL_EXTENDED,), extends=True,
              document="seal_extension"),
        _move("unseal", "解除封存", "unseal", {State.INVESTIGATED}, None, "investigate", with_reason=True,
              stops=(clocks.SEAL, clocks.SEAL_EXTENDED),
              document="seal_release"),
        _move("order_rectify", "责令改正", "order to rectify", {State.INVESTIGATED}, None, "investigate", with_reason=True,
              document="rectify_order"),
        _move("served_rectify", "责令改正送达", "serve the order to rectify", {State.INVESTIGATED}, None, "deliver",
              starts=(clocks.RECTIFY,)),
        _move("recheck_corrected", "复查：已改正", "recheck: rectified", {State.INVESTIGATED}, None, "investigate",
              with_reason=True, stops=(clocks.RECTIFY,)),
        _move("recheck_refused", "复查：拒不改正", "recheck: refused", {State.INVESTIGATED}, None, "investigate",
              with_reason=True, stops=(clocks.RECTIFY,)),
        _move("exclude_time", "期间扣除", "exclude time", {State.INVESTIGATED, State.TO_DECIDE}, None, "investigate",
              with_reason=True, pauses=_DECIDING,
              document="appraisal_notice"),
        _move("count_time_again", "恢复计算期间", "count time again", {State.INVESTIGATED, State.TO_DECIDE}, None,
              "investigate", resumes=_DECIDING),
        _move("suspend", "中止调查", "suspend", {State.INVESTIGATED}, State.SUSPENDED, "decide", with_reason=True,
              pauses=_DECIDING,
              document="case_suspend"),
        _move("take_up_again", "恢复调查", "take up again", {State.SUSPENDED}, State.INVESTIGATED, "decide",
              resumes=_DECIDING,
              document="case_resume"),
        _move("end", "终止调查", "end the investigation", {State.INVESTIGATED, State.SUSPENDED}, State.ENDED, "decide",
              with_reason=True, releases=True,
              document="case_terminate"),
        _move("merge", "并案", "merge", {State.CLUE, State.TO_FILE, State.INVESTIGATED}, State.MERGED, "decide",
              with_reason=True),
        _move("extend", "延长办案期限", "extend the time to decide", _UNDER_WAY, None, "decide", with_reason=True,
              stops=(clocks.DECIDE,), starts=(clocks.DECIDE_EXTENDED,), extends=True,
              document="case_extension"),
        _move("extend_again", "再延长办案期限", "extend the time again", _UNDER_WAY, None, "discuss", with_reason=True,
              stops=(clocks.DECIDE_EXTENDED,), starts=(clocks.DECIDE_EXTENDED_AGAIN,), extends=True,
              document="case_extension"),
        _move("report", "调查终结", "report the investigation", {State.INVESTIGATED}, State.IN_LEGAL_REVIEW, "propose",
              with_reason=True, starts=(clocks.LEGAL_REVIEW,), document="investigation_report"),
        # — review, discussion, telling —
        _move("pass_review", "法制审核通过", "pass the legal review", {State.IN_LEGAL_REVIEW}, State.TO_TELL, "review",
              other_than=frozenset({"report", "add_evidence", "propose_filing"}), with_reason=True,
              stops=(clocks.LEGAL_REVIEW,), document="legal_review_opinion"),
        _move("send_back", "退回补充调查", "send back", {State.IN_LEGAL_REVIEW, State.IN_DISCUSSION, State.TO_DECIDE},
              State.INVESTIGATED, "review", with_reason=True, stops=(clocks.LEGAL_REVIEW,)),
        _move("tell", "告知", "tell the party", {State.TO_TELL}, State.TOLD, "propose",
              document="penalty_prior_notice"),
        _move("served_notice", "告知书送达", "serve the notice", {State.TOLD}, None, "deliver",
              starts=(clocks.DEFENCE, clocks.ASK_HEARING)),
        _move("defend", "陈述申辩", "defend", {State.TOLD}, None, "answer"),
        _move("waive", "放弃陈述申辩", "waive the defence", {State.TOLD}, None, "answer", with_reason=True,
              document="defence_waiver"),
        _move("attach", "提交佐证", "hand in files", {State.TOLD, State.IN_HEARING}, None, "answer"),
        _move("waive_hearing", "放弃听证", "waive the hearing", {State.TOLD}, None, "answer", with_reason=True,
              stops=(clocks.ASK_HEARING,), document="defence_waiver"),
        _move("ask_hearing", "要求听证", "ask for a hearing", {State.TOLD}, State.IN_HEARING, "answer",
              stops=(clocks.ASK_HEARING,), pauses=_DECIDING, document="hearing_request"),
        _move("told_hearing", "通知听证", "tell of the hearing", {State.IN_HEARING}, None, "deliver", with_reason=True,
              stops=(clocks.TELL_HEARING,), starts=(clocks.TELL_HEARING,), document="hearing_notice"),
        _move("hear", "举行听证", "hold the hearing", {State.IN_HEARING}, State.TOLD, "hear", with_reason=True,
              other_than=frozenset({"report", "add_evidence", "propose_filing"}), resumes=_DECIDING,
              stops=(clocks.TELL_HEARING,), document="hearing_record"),
        _move("withdraw_hearing", "撤回听证要求", "withdraw from the hearing", {State.IN_HEARING}, State.TOLD, "answer",
              with_reason=True, stops=(clocks.TELL_HEARING,), resumes=_DECIDING),
        _move("weigh_defence", "复核陈述申辩", "weigh the defence", {State.TOLD}, State.TO_DECIDE, "propose",
              with_reason=True, stops=(clocks.DEFENCE, clocks.ASK_HEARING), document="defence_review"),
        _move("tell_anew", "重新告知", "tell anew", {State.TOLD, State.TO_DECIDE}, State.TO_TELL, "propose",
              with_reason=True, stops=(clocks.DEFENCE, clocks.ASK_HEARING)),
        _move("discuss", "提请集体讨论", "bring to discussion", {State.TO_DECIDE}, State.IN_DISCUSSION, "propose"),
        _move("conclude", "集体讨论通过", "conclude the discussion", {State.IN_DISCUSSION}, State.TO_DECIDE, "discuss",
              with_reason=True, document="group_discussion_record"),
        # — decision and what follows —
        _move("decide", "作出处罚决定", "decide a penalty", {State.TO_DECIDE}, State.DECIDED, "decide", with_reason=True,
              other_than=frozenset({"report", "add_evidence"}), stops=_DECIDING, starts=(clocks.DELIVER,),
              document="penalty_decision", papers=("penalty_approval",), tag="decided"),
        _move("no_penalty", "不予处罚", "decide no penalty", {State.TO_DECIDE}, State.UNPUNISHED, "decide",
              with_reason=True, other_than=frozenset({"report", "add_evidence"}), stops=_DECIDING, starts=(clocks.DELIVER,),
              document="no_penalty_decision", tag="decided"),
        _move("decide_on_the_spot", "当场决定", "decide on the spot", {State.CLUE}, State.CARRIED_OUT, "investigate",
              with_reason=True, stops=(clocks.VERIFY, clocks.VERIFY_EXTENDED),
              starts=(clocks.PAY_FINE, clocks.REVIEW), document="summary_penalty_decision", tag="decided"),
        _move("serve", "送达决定书", "serve the decision", {State.DECIDED}, State.CARRIED_OUT, "deliver",
              stops=(clocks.DELIVER,), starts=(clocks.PAY_FINE, clocks.REFUND, clocks.REVIEW, clocks.SUIT),
              document="service_receipt"),
        _move("serve", "送达不予处罚决定书", "serve the decision", {State.UNPUNISHED}, None, "deliver",
              stops=(clocks.DELIVER,), starts=(clocks.REFUND, clocks.REVIEW, clocks.SUIT), document="service_receipt"),
        _move("recover", "登记退款或罚款", "record what came in",
              {State.CARRIED_OUT, State.IN_COURT, State.UNPUNISHED}, None, "recover"),
        _move("contest", "复议或诉讼", "review or suit", _CONTESTED, None, "answer",
              with_reason=True),
        _move("upheld", "复议诉讼维持", "upheld", _CONTESTED, None, "recover",
              with_reason=True),
        _move("give_up", "撤回复议或诉讼", "give a review or suit up", _CONTESTED, None, "answer", with_reason=True),
        _move("publish", "公开处罚决定", "publish the decision", {State.CARRIED_OUT, State.IN_COURT, State.CLOSED}, None,
              "deliver", document="penalty_publicity_record"),
        _move("recall_publication", "应撤回公开", "the publication is to be withdrawn", {State.REVOKED}, None, "decide",
              starts=(clocks.WITHDRAW_PUBLICATION,)),
        _move("withdraw_publication", "撤回公开并说明理由", "withdraw the publication, with reasons", {State.REVOKED}, None,
              "deliver", with_reason=True, stops=(clocks.WITHDRAW_PUBLICATION,), document="publicity_withdrawal"),
        _move("revoke", "撤销决定", "revoke the decision", _CONTESTED | {State.DECIDED},
              State.REVOKED, "decide", with_reason=True, tag="revoked",
              document="decision_revocation"),
        _move("reopen", "重新作出", "take up again to decide anew", {State.REVOKED}, State.INVESTIGATED, "decide",
              with_reason=True, starts=(clocks.DECIDE_ANEW,)),
        _move("drop", "撤销案件", "drop the case", {State.INVESTIGATED, State.TO_TELL, State.TO_DECIDE}, State.REVOKED,
              "decide", with_reason=True, releases=True,
              document="withdraw_case_decision"),
        _move("urge", "催告", "urge", {State.CARRIED_OUT}, None, "recover", starts=(clocks.URGE,), document="urge_letter"),
        _move("go_to_court", "申请强制执行", "apply to the court", {State.CARRIED_OUT}, State.IN_COURT, "decide",
              with_reason=True, stops=(clocks.URGE,), document="court_application"),
        _move("refer", "移送线索", "refer the clue", {State.CLUE}, State.CLUE_REFERRED, "transfer", with_reason=True,
              starts=(clocks.RECEIPT,), pauses=(clocks.VERIFY, clocks.VERIFY_EXTENDED)),
        _move("refer", "移送", "refer", {State.INVESTIGATED, State.TO_DECIDE}, State.REFERRED, "transfer",
              with_reason=True, starts=(clocks.RECEIPT,), pauses=_DECIDING),
        _move("acknowledged", "移送已签收", "acknowledged", {State.CLUE_REFERRED, State.REFERRED}, None, "transfer",
              stops=(clocks.RECEIPT,)),
        _move("taken_back", "线索退回", "clue taken back", {State.CLUE_REFERRED}, State.CLUE, "transfer",
              with_reason=True, stops=(clocks.RECEIPT,), resumes=(clocks.VERIFY, clocks.VERIFY_EXTENDED)),
        _move("taken_back", "移送退回", "taken back", {State.REFERRED}, State.INVESTIGATED, "transfer", with_reason=True,
              stops=(clocks.RECEIPT,), resumes=_DECIDING),
        _move("close", "结案", "close",
              {State.CARRIED_OUT, State.IN_COURT, State.UNPUNISHED, State.CLUE_REFERRED, State.REFERRED},
              State.CLOSED, "close", with_reason=True, document="close_approval", tag="closed"),
    ),
)  # fmt: skip
"""The penalty track."""
