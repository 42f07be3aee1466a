"""The machines of track 1 (经办支付审核): the line of a round, and the round itself; pure.

A line is one finding on its way from first review to money that was deducted, and sometimes back. The agency and the
institution move it in turn: what is the institution's own (who in the house answers) is its own states, because that
is where its time goes. A round (批次) is what leaves the house and comes back at one date.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from yibao.casework.cases import ClockKind, Nature
from yibao.casework.cases.machine import Machine, Move
from yibao.kernel import Text


class LineState(StrEnum):
    """Where a line of a round stands."""

    FIRST_REVIEW = "first_review"
    DATA_ASKED = "data_asked"
    READY = "ready"
    TO_ASSIGN = "to_assign"
    AT_DEPARTMENT = "at_department"
    AT_DOCTOR = "at_doctor"
    AT_OFFICE = "at_office"
    ACCEPTED = "accepted"
    LAPSED = "lapsed"
    SECOND_REVIEW = "second_review"
    MORE_ASKED = "more_asked"
    PANEL = "panel"
    FINAL_REVIEW = "final_review"
    DECIDED = "decided"
    IN_PLAN = "in_plan"
    DEDUCTED = "deducted"
    RECONSIDERED = "reconsidered"
    TO_REFUND = "to_refund"
    REFUNDED = "refunded"
    HANDED_OVER = "handed_over"
    CLEARED = "cleared"
    SPARED = "spared"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


_S = LineState

LINE_NAMES = {
    _S.FIRST_REVIEW: Text(zh="待初审", en="to first review"),
    _S.DATA_ASKED: Text(zh="待补数据", en="data asked"),
    _S.READY: Text(zh="待下发", en="to be sent"),
    _S.TO_ASSIGN: Text(zh="待申诉·待分派", en="awaiting answer: to assign"),
    _S.AT_DEPARTMENT: Text(zh="待申诉·待科室填写", en="awaiting answer: at the department"),
    _S.AT_DOCTOR: Text(zh="待申诉·待医师填写", en="awaiting answer: at the doctor"),
    _S.AT_OFFICE: Text(zh="待申诉·待医保办审核", en="awaiting answer: at the insurance office"),
    _S.ACCEPTED: Text(zh="已认可", en="accepted"),
    _S.LAPSED: Text(zh="逾期未答", en="lapsed"),
    _S.SECOND_REVIEW: Text(zh="待复审", en="to second review"),
    _S.MORE_ASKED: Text(zh="待补充材料", en="more asked"),
    _S.PANEL: Text(zh="待合议", en="panel"),
    _S.FINAL_REVIEW: Text(zh="待终审", en="to final review"),
    _S.DECIDED: Text(zh="已终审", en="decided"),
    _S.IN_PLAN: Text(zh="待扣款", en="in a deduction plan"),
    _S.DEDUCTED: Text(zh="已扣款", en="deducted"),
    _S.RECONSIDERED: Text(zh="扣款复议中", en="under reconsideration"),
    _S.TO_REFUND: Text(zh="待退还", en="to refund"),
    _S.REFUNDED: Text(zh="已退还", en="refunded"),
    _S.HANDED_OVER: Text(zh="已转稽核", en="handed over to inspection"),
    _S.CLEARED: Text(zh="已结（不违规）", en="closed: nothing found"),
    _S.SPARED: Text(zh="已结（不扣）", en="closed: nothing deducted"),
    _S.WITHDRAWN: Text(zh="已撤销", en="withdrawn"),
    _S.CLOSED: Text(zh="已结", en="closed"),
}

IN_HOUSE = frozenset({_S.TO_ASSIGN, _S.AT_DEPARTMENT, _S.AT_DOCTOR, _S.AT_OFFICE})
"""待申诉: the institution is to answer; who in it is its own matter."""

UNSENT = frozenset({_S.FIRST_REVIEW, _S.DATA_ASKED, _S.READY})
UNDECIDED = (
    UNSENT | IN_HOUSE | {_S.ACCEPTED, _S.LAPSED, _S.SECOND_REVIEW, _S.MORE_ASKED, _S.PANEL, _S.FINAL_REVIEW}
)
"""The states in which nobody has decided about the money yet."""

ENDS = frozenset({_S.CLEARED, _S.SPARED, _S.WITHDRAWN, _S.CLOSED})
AT_REST = ENDS | {_S.HANDED_OVER}
"""Nothing more is to be done with the line on this track."""

FIRST_REVIEW = ClockKind("first_review", Text(zh="初审", en="first review"), Nature.INTERNAL)
APPEAL = ClockKind("audit_appeal", Text(zh="疑点申诉", en="answer"), Nature.AGREED, whose="party")
SECOND_REVIEW = ClockKind("second_review", Text(zh="复审", en="second review"), Nature.INTERNAL)
SUPPLEMENT = ClockKind("supplement", Text(zh="补充材料", en="hand in more"), Nature.AGREED, whose="party")
PANEL = ClockKind("panel", Text(zh="合议", en="panel"), Nature.INTERNAL)
FINAL_REVIEW = ClockKind("final_review", Text(zh="终审", en="final review"), Nature.INTERNAL)
ASK_RECONSIDERATION = ClockKind(
    "ask_reconsideration", Text(zh="申请扣款复议", en="ask for reconsideration"), Nature.AGREED, whose="party"
)
RECONSIDER = ClockKind("reconsider", Text(zh="扣款复议", en="reconsider"), Nature.INTERNAL)
RECEIPT = ClockKind(
    "receipt", Text(zh="催要移送回执", en="ask for the receipt of a transfer"), Nature.INTERNAL
)

CLOCKS = (
    FIRST_REVIEW, APPEAL, SECOND_REVIEW, SUPPLEMENT, PANEL, FINAL_REVIEW, ASK_RECONSIDERATION, RECONSIDER, RECEIPT,
)  # fmt: skip

_FIRST = frozenset({"pass"})
_REVIEWS = frozenset({"pass", "review", "confirm", "call_panel", "conclude"})
_ALL_BEFORE = _REVIEWS | {"decide", "spare"}


def _move(
    verb: str, zh: str, en: str, comes_from: Iterable[LineState], leads_to: LineState | None, permission: str,
    **more: Any,
) -> Move:  # fmt: skip
    return Move(verb, Text(zh=zh, en=en), frozenset(comes_from), leads_to, permission, **more)


_FIRST_REVIEW_MOVES = (
    _move("open", "编入批次", "take into a round", (), _S.FIRST_REVIEW, "round:create", starts=(FIRST_REVIEW,),
          tag="opened"),
    _move("pass", "初审通过", "pass for sending", {_S.FIRST_REVIEW}, _S.READY, "round:review", stops=(FIRST_REVIEW,)),
    _move("dismiss", "不违规", "dismiss", {_S.FIRST_REVIEW}, _S.CLEARED, "round:review", with_reason=True, tag="decided"),
    _move("ask_data", "补数据", "ask for data", {_S.FIRST_REVIEW}, _S.DATA_ASKED, "round:review", with_reason=True,
          pauses=(FIRST_REVIEW,)),
    _move("data_came", "数据已补", "data came", {_S.DATA_ASKED}, _S.FIRST_REVIEW, "round:review",
          resumes=(FIRST_REVIEW,)),
    _move("take_out", "退回初审", "back to first review", {_S.READY}, _S.FIRST_REVIEW, "round:review",
          with_reason=True, starts=(FIRST_REVIEW,)),
    _move("dispatch", "下发", "send", {_S.READY}, _S.TO_ASSIGN, "round:send", other_than=_FIRST, starts=(APPEAL,),
          document="audit_doubt_notice"),
)  # fmt: skip

_INSTITUTION_MOVES = (
    _move("to_department", "分派到科室", "assign to a department", IN_HOUSE, _S.AT_DEPARTMENT, "round:answer"),
    _move("to_doctor", "分派到医师", "assign to a doctor", IN_HOUSE, _S.AT_DOCTOR, "round:answer"),
    _move("not_mine", "不是我", "not mine", {_S.AT_DOCTOR}, _S.AT_DOCTOR, "round:answer", with_reason=True),
    _move("send_back", "退回医保办", "send back to the office", {_S.AT_DEPARTMENT, _S.AT_DOCTOR}, _S.TO_ASSIGN,
          "round:answer", with_reason=True),
    _move("fill", "填写意见", "fill in", {_S.AT_DEPARTMENT, _S.AT_DOCTOR}, _S.AT_OFFICE, "round:answer"),
    _move("accept", "认可", "accept", IN_HOUSE, _S.ACCEPTED, "round:answer", stops=(APPEAL,)),
    _move("appeal", "疑点申诉", "appeal", IN_HOUSE, _S.SECOND_REVIEW, "round:answer", stops=(APPEAL,),
          starts=(SECOND_REVIEW,)),
    _move("attach", "提交佐证", "hand in files", IN_HOUSE | {_S.SECOND_REVIEW, _S.MORE_ASKED, _S.RECONSIDERED}, None,
          "round:answer"),
    _move("supplement", "提交补充材料", "hand in more", {_S.MORE_ASKED}, _S.SECOND_REVIEW, "round:answer",
          with_reason=True, stops=(SUPPLEMENT,), resumes=(SECOND_REVIEW,)),
)  # fmt: skip

_SECOND_REVIEW_MOVES = (
    _move("lapse", "登记逾期未答", "mark as lapsed", IN_HOUSE, _S.LAPSED, "round:review", stops=(APPEAL,)),
    _move("take_late", "接收逾期答复", "take a late answer", {_S.LAPSED}, _S.SECOND_REVIEW, "round:review",
          with_reason=True, starts=(SECOND_REVIEW,)),
    _move("confirm", "确认", "confirm", {_S.ACCEPTED, _S.LAPSED}, _S.FINAL_REVIEW, "round:review", other_than=_FIRST,
          starts=(FINAL_REVIEW,)),
    _move("ask_more", "要求补充材料", "ask for more", {_S.SECOND_REVIEW}, _S.MORE_ASKED, "round:review",
          other_than=_FIRST, with_reason=True, pauses=(SECOND_REVIEW,), starts=(SUPPLEMENT,),
          document="audit_supplement_notice"),
    _move("go_on", "未补充，继续复审", "go on without", {_S.MORE_ASKED}, _S.SECOND_REVIEW, "round:review",
          stops=(SUPPLEMENT,), resumes=(SECOND_REVIEW,)),
    _move("review", "复审", "second review", {_S.SECOND_REVIEW}, _S.FINAL_REVIEW, "round:review", other_than=_FIRST,
          with_reason=True, stops=(SECOND_REVIEW,), starts=(FINAL_REVIEW,), document="audit_review_result"),
    _move("call_panel", "提交合议", "call a panel", {_S.SECOND_REVIEW}, _S.PANEL, "round:review", other_than=_FIRST,
          with_reason=True, stops=(SECOND_REVIEW,), starts=(PANEL,)),
    _move("vote", "合议意见", "give an opinion", {_S.PANEL}, None, "round:deliberate",
          other_than=frozenset({"pass", "call_panel"}), with_reason=True),
    _move("conclude", "合议结束", "conclude the panel", {_S.PANEL}, _S.FINAL_REVIEW, "round:review", other_than=_FIRST,
          stops=(PANEL,), starts=(FINAL_REVIEW,), document="audit_panel_opinion"),
)  # fmt: skip

_FINAL_MOVES = (
    _move("decide", "终审扣款", "decide to deduct", {_S.FINAL_REVIEW}, _S.DECIDED, "round:decide", other_than=_REVIEWS,
          with_reason=True, stops=(FINAL_REVIEW,), tag="decided"),
    _move("spare", "终审不扣", "decide to deduct nothing", {_S.FINAL_REVIEW}, _S.SPARED, "round:decide",
          other_than=_REVIEWS, with_reason=True, tag="decided"),
    _move("reopen", "重新审理", "reopen", {_S.DECIDED}, _S.SECOND_REVIEW, "round:decide", with_reason=True,
          other_than=frozenset({"decide"}), starts=(SECOND_REVIEW,)),
    _move("reopen", "重新审理", "reopen", {_S.CLEARED, _S.SPARED}, _S.WITHDRAWN, "round:decide", with_reason=True,
          other_than=frozenset({"dismiss", "spare"}), releases=True),
)  # fmt: skip

_MONEY_MOVES = (
    _move("plan", "列入扣款计划", "take into a deduction plan", {_S.DECIDED}, _S.IN_PLAN, "round:deduct",
          document="audit_deduction_notice"),
    _move("unplan", "退出扣款计划", "take out of the plan", {_S.IN_PLAN}, _S.DECIDED, "round:deduct", with_reason=True),
    _move("deduct", "扣款", "deduct", {_S.IN_PLAN}, _S.DEDUCTED, "round:deduct", other_than=frozenset({"decide"}),
          starts=(ASK_RECONSIDERATION,)),
    _move("ask_reconsideration", "申请扣款复议", "ask for reconsideration", {_S.DEDUCTED}, _S.RECONSIDERED,
          "round:answer", with_reason=True, stops=(ASK_RECONSIDERATION,), starts=(RECONSIDER,)),
    _move("uphold", "复议维持", "uphold", {_S.RECONSIDERED}, _S.CLOSED, "round:reconsider", other_than=_ALL_BEFORE,
          with_reason=True, document="audit_recon_result", tag="decided"),
    _move("grant", "复议退还", "grant a refund", {_S.RECONSIDERED}, _S.TO_REFUND, "round:reconsider",
          other_than=_ALL_BEFORE, with_reason=True, stops=(RECONSIDER,), document="audit_recon_result", tag="decided"),
    _move("refund", "退还", "refund", {_S.TO_REFUND}, _S.REFUNDED, "round:refund", other_than=frozenset({"grant"}),
          document="audit_refund_notice"),
    _move("close", "办结", "close", {_S.DEDUCTED, _S.REFUNDED}, _S.CLOSED, "round:deduct", tag="closed"),
)  # fmt: skip

_SIDE_MOVES = (
    _move("hand_over", "转稽核", "hand over to inspection", UNDECIDED - {_S.MORE_ASKED, _S.PANEL}, _S.HANDED_OVER,
          "round:transfer", with_reason=True, stops=CLOCKS, starts=(RECEIPT,), document="audit_transfer_slip"),
    _move("acknowledge", "签收移送", "acknowledge the transfer", {_S.HANDED_OVER}, None, "transfer:acknowledge",
          stops=(RECEIPT,)),
    _move("hand_back", "退回支付审核", "hand back to payment audit", {_S.HANDED_OVER}, _S.WITHDRAWN,
          "transfer:acknowledge", with_reason=True, releases=True),
    _move("withdraw", "撤销（冲销）", "withdraw", UNDECIDED, _S.WITHDRAWN, "round:review", with_reason=True,
          releases=True, tag="closed"),
)  # fmt: skip

LINE = Machine(
    track="audit", ends=ENDS, names=LINE_NAMES,
    moves=(
        *_FIRST_REVIEW_MOVES, *_INSTITUTION_MOVES, *_SECOND_REVIEW_MOVES, *_FINAL_MOVES, *_MONEY_MOVES, *_SIDE_MOVES,
    ),
)  # fmt: skip
"""The machine of a line."""


class RoundState(StrEnum):
    """Where a round stands."""

    COMPOSING = "composing"
    WAITING = "waiting"
    SENT = "sent"
    CUT_OFF = "cut_off"
    SUMMED_UP = "summed_up"
    CLOSED = "closed"


ROUND_NAMES = {
    RoundState.COMPOSING: Text(zh="编制中", en="composing"),
    RoundState.WAITING: Text(zh="待发（可撤回）", en="waiting to leave"),
    RoundState.SENT: Text(zh="已发", en="sent"),
    RoundState.CUT_OFF: Text(zh="截止", en="cut off"),
    RoundState.SUMMED_UP: Text(zh="已汇总", en="summed up"),
    RoundState.CLOSED: Text(zh="已结", en="closed"),
}


def _round(verb: str, zh: str, en: str, here: RoundState | None, there: RoundState, permission: str) -> Move:
    return Move(verb, Text(zh=zh, en=en), frozenset({here} if here else ()), there, permission)


ROUND = Machine(
    track="round", ends=frozenset({RoundState.CLOSED}), names=ROUND_NAMES,
    moves=(
        _round("new", "编制", "compose", None, RoundState.COMPOSING, "round:create"),
        _round("send", "发出", "send", RoundState.COMPOSING, RoundState.WAITING, "round:send"),
        _round("recall", "撤回", "recall", RoundState.WAITING, RoundState.COMPOSING, "round:recall"),
        _round("dispatch", "下发", "dispatch", RoundState.WAITING, RoundState.SENT, "round:send"),
        _round("cut_off", "截止", "cut off", RoundState.SENT, RoundState.CUT_OFF, "round:review"),
        _round("sum_up", "汇总", "sum up", RoundState.CUT_OFF, RoundState.SUMMED_UP, "round:decide"),
        _round("close", "结束", "close", RoundState.SUMMED_UP, RoundState.CLOSED, "round:deduct"),
    ),
)  # fmt: skip
"""The machine of a round; its own acts are few and kept in its own table."""
