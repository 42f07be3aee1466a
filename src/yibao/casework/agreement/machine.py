"""The states of an agreement disposal (协议处理), its clocks, and the moves between them. The agency walks here.

条例 Art. 13: it urges, suspends or refuses payment, recovers, stops persons or departments, suspends and ends the
agreement; the institution and the persons may state and defend. It never fines.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from yibao.casework.cases import ClockKind, Machine, Move, Nature, Track
from yibao.kernel import Text

VERIFY = ClockKind("agreement_verify", Text(zh="核实", en="verify"), Nature.INTERNAL)
DEFENCE = ClockKind("agreement_defence", Text(zh="陈述申辩", en="defence"), Nature.AGREED, whose="party")
DECIDE = ClockKind("agreement_decide", Text(zh="作出处理决定", en="decide"), Nature.INTERNAL)
PERFORM = ClockKind("agreement_perform", Text(zh="履行", en="perform"), Nature.AGREED, whose="party")
GO_ALONG = (VERIFY, DECIDE)
"""The clocks that a case which is split off runs on."""
RECEIPT = ClockKind("receipt", Text(zh="催要移送回执", en="ask for the receipt"), Nature.INTERNAL)


class State(StrEnum):
    """Where an agreement disposal stands."""

    TO_VERIFY = "to_verify"
    TO_TELL = "to_tell"
    TOLD = "told"
    TO_DECIDE = "to_decide"
    DECIDED = "decided"
    IN_PERFORMANCE = "in_performance"
    URGED = "urged"
    NOT_FOUNDED = "not_founded"
    HANDED_OVER = "handed_over"
    MERGED = "merged"
    REVOKED = "revoked"
    CLOSED = "closed"


NAMES = {
    State.TO_VERIFY: Text(zh="待核实", en="to be verified"),
    State.TO_TELL: Text(zh="待告知", en="party to be told"),
    State.TOLD: Text(zh="已告知（陈述申辩）", en="party told, may defend"),
    State.TO_DECIDE: Text(zh="待决定", en="to be decided"),
    State.DECIDED: Text(zh="已决定", en="decided"),
    State.IN_PERFORMANCE: Text(zh="履行中", en="being performed"),
    State.URGED: Text(zh="已催告", en="urged"),
    State.NOT_FOUNDED: Text(zh="不成立", en="not founded"),
    State.HANDED_OVER: Text(zh="已移交行政处理", en="handed over to the bureau"),
    State.MERGED: Text(zh="已并案", en="merged"),
    State.REVOKED: Text(zh="已撤销", en="revoked"),
    State.CLOSED: Text(zh="已结", en="closed"),
}


ENDS = frozenset({State.NOT_FOUNDED, State.HANDED_OVER, State.MERGED, State.REVOKED, State.CLOSED})


def _move(
    verb: str, zh: str, en: str, comes_from: set[State], leads_to: State | None, may: str, **more: Any
) -> Move:
    permission = may if ":" in may else f"agreement:{may}"
    return Move(verb, Text(zh=zh, en=en), frozenset(comes_from), leads_to, permission, **more)


MACHINE = Machine(
    track=Track.AGREEMENT,
    ends=ENDS,
    names=NAMES,
    moves=(
        _move("register", "启动协议处理", "begin a disposal", set(), State.TO_VERIFY, "open", starts=(VERIFY,),
              tag="opened"),
        _move("returned", "接收行政退回", "take back from the bureau", set(), State.TO_VERIFY, "penalty:transfer",
              with_reason=True, starts=(VERIFY, RECEIPT), tag="opened"),
        _move("take_on", "签收退回", "acknowledge what the bureau returned", {State.TO_VERIFY, State.TO_TELL}, None, "open",
              stops=(RECEIPT,)),
        _move("split_off_to_verify", "分案（待核实）", "split off, to be verified", set(), State.TO_VERIFY, "decide",
              with_reason=True, tag="opened"),
        _move("split_off_to_tell", "分案（待告知）", "split off, verified", set(), State.TO_TELL, "decide",
              with_reason=True, tag="opened"),
        _move("split", "分案", "split", {State.TO_VERIFY, State.TO_TELL}, None, "decide", with_reason=True),
        _move("merge", "并案", "merge", {State.TO_VERIFY, State.TO_TELL}, State.MERGED, "decide", with_reason=True),
        _move("take_in", "并入他案", "take another case in", {State.TO_VERIFY, State.TO_TELL}, None, "decide",
              with_reason=True),
        _move("assign", "分派", "assign", {State.TO_VERIFY, State.TO_TELL, State.TO_DECIDE}, None, "assign"),
        _move("note", "登记核查情况", "note what was checked", {State.TO_VERIFY}, None, "investigate", with_reason=True),
        _move("verify", "核实成立", "find it founded", {State.TO_VERIFY}, State.TO_TELL, "investigate", with_reason=True,
              stops=(VERIFY,), starts=(DECIDE,)),
        _move("not_founded", "不成立", "find it not founded", {State.TO_VERIFY, State.TO_DECIDE}, State.NOT_FOUNDED,
              "review", with_reason=True, releases=True),
        _move("tell", "告知", "tell the party", {State.TO_TELL}, State.TOLD, "propose", document="agr_prior_notice"),
        _move("served_notice", "告知书送达", "serve the notice", {State.TOLD}, None, "deliver", starts=(DEFENCE,)),
        _move("defend", "陈述申辩", "defend", {State.TOLD}, None, "answer"),
        _move("waive", "放弃陈述申辩", "waive the defence", {State.TOLD}, None, "answer", with_reason=True),
        _move("attach", "提交佐证", "hand in files", {State.TOLD}, None, "answer"),
        _move("weigh_defence", "复核陈述申辩", "weigh the defence", {State.TOLD}, State.TO_DECIDE, "review",
              with_reason=True, other_than=frozenset({"verify"}), stops=(DEFENCE,), document="agr_defence_reply"),
        _move("tell_anew", "重新告知", "tell anew", {State.TO_DECIDE}, State.TO_TELL, "propose", with_reason=True),
        _move("decide", "作出处理决定", "decide", {State.TO_DECIDE}, State.DECIDED, "decide", with_reason=True,
              other_than=frozenset({"verify", "tell"}), stops=(DECIDE,), tag="decided"),
        _move("serve", "送达决定", "serve the decision", {State.DECIDED}, State.IN_PERFORMANCE, "deliver",
              starts=(PERFORM,)),
        _move("recover", "登记追回", "record what came in", {State.IN_PERFORMANCE, State.URGED}, None, "recover"),
        _move("urge", "催告", "urge", {State.IN_PERFORMANCE}, State.URGED, "deliver", document="agr_urge"),
        _move("resume", "恢复", "end a measure before its time", {State.IN_PERFORMANCE, State.URGED}, None, "decide",
              with_reason=True),
        _move("revoke", "撤销决定", "revoke the decision", {State.DECIDED, State.IN_PERFORMANCE, State.URGED, State.CLOSED},
              State.REVOKED, "decide", with_reason=True, tag="revoked"),
        _move("hand_over", "移交行政处理", "hand over to the bureau", {State.TO_VERIFY, State.TO_TELL, State.TO_DECIDE},
              State.HANDED_OVER, "transfer", with_reason=True, document="agency_to_bureau"),
        _move("refer_lead", "移送线索", "refer a lead", set(State) - ENDS, None,
              "transfer", with_reason=True, starts=(RECEIPT,)),
        _move("acknowledged", "移送已签收", "acknowledged",
              set(State) - ENDS,
              None, "transfer", stops=(RECEIPT,)),
        _move("close", "办结", "close", {State.IN_PERFORMANCE, State.URGED}, State.CLOSED, "close", with_reason=True,
              tag="closed"),
    ),
)  # fmt: skip
"""The agreement track."""
