"""The life of a designation (两定管理): from an application to the end of the last agreement; and its clocks.

医疗机构医疗保障定点管理暂行办法 (国家医疗保障局令第2号), 零售药店 (第3号): an institution applies, the agency assesses and
negotiates, both sign; changes are reported, agreements renewed in time, suspended, or ended.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from yibao.casework.cases import ClockKind, Machine, Move, Nature, Track
from yibao.kernel import Text

ASSESS = ClockKind("designation_assess", Text(zh="评估", en="assess"), Nature.STATUTORY)
CHANGE = ClockKind(
    "designation_register_change", Text(zh="办理变更", en="register a change"), Nature.STATUTORY
)


class State(StrEnum):
    """Where a designation stands."""

    APPLIED = "applied"
    ASSESSED = "assessed"
    NEGOTIATED = "negotiated"
    IN_FORCE = "in_force"
    CHANGING = "changing"
    RENEWING = "renewing"
    LEAVING = "leaving"
    SUSPENDED = "suspended"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


NAMES = {
    State.APPLIED: Text(zh="申请待受理", en="applied"),
    State.ASSESSED: Text(zh="评估中", en="being assessed"),
    State.NEGOTIATED: Text(zh="协商签约中", en="being negotiated"),
    State.IN_FORCE: Text(zh="协议有效", en="agreement in force"),
    State.CHANGING: Text(zh="变更办理中", en="change being registered"),
    State.RENEWING: Text(zh="续签评估中", en="renewal being assessed"),
    State.LEAVING: Text(zh="退出办理中", en="exit being settled"),
    State.SUSPENDED: Text(zh="协议中止", en="agreement suspended"),
    State.REFUSED: Text(zh="不予定点", en="not designated"),
    State.WITHDRAWN: Text(zh="已撤回申请", en="application withdrawn"),
    State.ENDED: Text(zh="协议终结", en="agreement ended"),
}


def _move(
    verb: str, zh: str, en: str, comes_from: set[State], leads_to: State | None, may: str, **more: Any
) -> Move:
    return Move(verb, Text(zh=zh, en=en), frozenset(comes_from), leads_to, f"designation:{may}", **more)


MACHINE = Machine(
    track=Track.DESIGNATION,
    ends=frozenset({State.REFUSED, State.WITHDRAWN, State.ENDED}),
    names=NAMES,
    moves=(
        _move("apply", "申请定点", "apply", set(), State.APPLIED, "apply", tag="opened"),
        _move("withdraw", "撤回申请", "withdraw the application", {State.APPLIED, State.ASSESSED, State.NEGOTIATED},
              State.WITHDRAWN, "apply", with_reason=True),
        _move("accept", "受理", "accept the application", {State.APPLIED}, State.ASSESSED, "assess", starts=(ASSESS,)),
        _move("ask_more", "要求补充材料", "ask for more", {State.ASSESSED}, None, "assess", with_reason=True,
              pauses=(ASSESS,)),
        _move("supplement", "补充材料", "hand in more", {State.ASSESSED}, None, "apply", resumes=(ASSESS,)),
        _move("pass", "评估合格", "find it fit", {State.ASSESSED}, State.NEGOTIATED, "assess", with_reason=True,
              stops=(ASSESS,)),
        _move("refuse", "不予定点", "refuse", {State.APPLIED, State.ASSESSED, State.NEGOTIATED}, State.REFUSED, "decide",
              with_reason=True, other_than=frozenset({"pass"})),
        _move("sign", "签订协议", "sign the agreement", {State.NEGOTIATED}, State.IN_FORCE, "sign",
              other_than=frozenset({"accept", "pass"}), tag="decided"),
        _move("report_change", "申报变更", "report a change", {State.IN_FORCE}, State.CHANGING, "apply", with_reason=True,
              starts=(CHANGE,)),
        _move("change", "办理变更", "register the change", {State.CHANGING}, State.IN_FORCE, "change", stops=(CHANGE,)),
        _move("refuse_change", "不予变更", "refuse the change", {State.CHANGING}, State.IN_FORCE, "change",
              with_reason=True, stops=(CHANGE,)),
        _move("ask_renewal", "申请续签", "ask for renewal", {State.IN_FORCE}, State.RENEWING, "apply"),
        _move("renew", "续签", "renew", {State.RENEWING}, State.IN_FORCE, "renew", tag="decided"),
        _move("not_renew", "不予续签", "not renew", {State.RENEWING}, State.ENDED, "decide", with_reason=True,
              tag="closed"),
        _move("ask_exit", "申请退出", "ask to leave", {State.IN_FORCE}, State.LEAVING, "apply", with_reason=True),
        _move("exit", "办理退出", "let it leave", {State.LEAVING}, State.ENDED, "exit", with_reason=True, tag="closed"),
        _move("suspend", "协议中止", "suspend", {State.IN_FORCE}, State.SUSPENDED, "decide", with_reason=True),
        _move("resume", "协议恢复", "resume", {State.SUSPENDED}, State.IN_FORCE, "decide", with_reason=True),
        _move("terminate", "协议解除", "end the agreement", {State.IN_FORCE, State.SUSPENDED, State.RENEWING, State.LEAVING},
              State.ENDED, "decide", with_reason=True, tag="closed"),
        _move("lapse", "到期终结", "let it lapse", {State.IN_FORCE, State.SUSPENDED}, State.ENDED, "exit", tag="closed"),
    ),
)  # fmt: skip
"""The designation track."""
