"""Five machines of the way back, one for each thing that is worked on here; their states have no names in common.

记分异议 · 信用异议 · 信用修复（医保信用等级） · 信用修复（公共信用信息） · 行政复议/诉讼. What is filed is received by one,
and decided by another; who did what is objected to is neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

from yibao.casework.cases import Machine, Move, Track
from yibao.kernel import Text
from yibao.remedy import clocks
from yibao.remedy.model import Kind


class PointsState(StrEnum):
    """Where an objection to points stands."""

    FILED = "points_filed"
    EXPLAINED = "points_explained"
    IN_REVIEW = "points_in_review"
    DECIDED = "points_decided"
    NOT_ACCEPTED = "points_not_accepted"
    SATISFIED = "points_satisfied"
    WITHDRAWN = "points_withdrawn"
    CLOSED = "points_closed"


class CreditState(StrEnum):
    """Where an objection to credit stands."""

    FILED = "credit_filed"
    CHECKED = "credit_checked"
    DECIDED = "credit_decided"
    NOT_ACCEPTED = "credit_not_accepted"
    WITHDRAWN = "credit_withdrawn"
    CLOSED = "credit_closed"


class GradeState(StrEnum):
    """Where a repair of the medical-insurance grade stands."""

    FILED = "grade_filed"
    INCOMPLETE = "grade_incomplete"
    ACCEPTED = "grade_accepted"
    GRANTED = "grade_granted"
    REFUSED = "grade_refused"
    NOT_ACCEPTED = "grade_not_accepted"
    WITHDRAWN = "grade_withdrawn"
    TAKEN_BACK = "grade_taken_back"


class PublicState(StrEnum):
    """Where a repair of public-credit information stands."""

    FILED = "public_filed"
    ACCEPTED = "public_accepted"
    LIFTING = "public_lifting"
    REPAIRED = "public_repaired"
    REFUSED = "public_refused"
    NOT_ACCEPTED = "public_not_accepted"
    WITHDRAWN = "public_withdrawn"
    TAKEN_BACK = "public_taken_back"


class ContestState(StrEnum):
    """Where an administrative review or a suit stands."""

    FILED = "contest_filed"
    RUNNING = "contest_running"
    UPHELD = "contest_upheld"
    CHANGED = "contest_changed"
    ANNULLED = "contest_annulled"
    NOT_ACCEPTED = "contest_not_accepted"
    WITHDRAWN = "contest_withdrawn"


_P, _C, _G, _U, _A = PointsState, CreditState, GradeState, PublicState, ContestState


def _move(
    verb: str,
    zh: str,
    en: str,
    comes_from: Iterable[StrEnum],
    leads_to: StrEnum | None,
    may: str,
    **more: Any,
) -> Move:
    return Move(verb, Text(zh=zh, en=en), frozenset(comes_from), leads_to, f"remedy:{may}", **more)


POINTS = Machine(
    track=Track.REMEDY,
    ends=frozenset({_P.NOT_ACCEPTED, _P.SATISFIED, _P.WITHDRAWN, _P.CLOSED}),
    names={
        _P.FILED: Text(zh="待解释", en="filed, to be explained"),
        _P.EXPLAINED: Text(zh="已解释", en="explained"),
        _P.IN_REVIEW: Text(zh="认定部门复核中", en="under review"),
        _P.DECIDED: Text(zh="已复核，待送达", en="decided, to be served"),
        _P.NOT_ACCEPTED: Text(zh="不予受理", en="not accepted"),
        _P.SATISFIED: Text(zh="接受解释", en="satisfied with the explanation"),
        _P.WITHDRAWN: Text(zh="已撤回", en="withdrawn"),
        _P.CLOSED: Text(zh="已办结", en="closed"),
    },
    moves=(
        _move("file", "提出记分异议", "object to points", (), _P.FILED, "file", with_reason=True,
              starts=(clocks.POINTS_EXPLAIN,), document="points_objection", tag="opened"),
        _move("not_accept", "不予受理", "not accept", {_P.FILED}, _P.NOT_ACCEPTED, "receive", with_reason=True),
        _move("explain", "解释说明", "explain", {_P.FILED}, _P.EXPLAINED, "receive", with_reason=True,
              stops=(clocks.POINTS_EXPLAIN,), starts=(clocks.POINTS_INSIST,)),
        _move("be_satisfied", "接受解释", "be satisfied", {_P.EXPLAINED}, _P.SATISFIED, "file"),
        _move("insist", "仍有异议，提请复核", "insist on a review", {_P.EXPLAINED}, _P.IN_REVIEW, "file", with_reason=True,
              stops=(clocks.POINTS_INSIST,), starts=(clocks.POINTS_REVIEW,)),
        _move("let_lapse", "逾期未再提出", "let it lapse", {_P.EXPLAINED}, _P.SATISFIED, "receive"),
        _move("consult", "第三方或专家意见", "consult a third party or experts", {_P.IN_REVIEW}, None, "receive",
              with_reason=True),
        _move("decide", "作出复核结论", "decide the review", {_P.IN_REVIEW}, _P.DECIDED, "decide", with_reason=True,
              other_than=frozenset({"file", "explain"}), stops=(clocks.POINTS_REVIEW,), starts=(clocks.REPLY,),
              tag="decided"),
        _move("reply", "送达处理结果", "serve the result", {_P.DECIDED}, _P.CLOSED, "receive",
              document="points_objection_reply", tag="closed"),
        _move("withdraw", "撤回异议", "withdraw", {_P.FILED, _P.EXPLAINED, _P.IN_REVIEW}, _P.WITHDRAWN, "file",
              with_reason=True),
    ),
)  # fmt: skip

CREDIT = Machine(
    track=Track.REMEDY,
    ends=frozenset({_C.NOT_ACCEPTED, _C.WITHDRAWN, _C.CLOSED}),
    names={
        _C.FILED: Text(zh="待核查", en="filed, to be checked"),
        _C.CHECKED: Text(zh="已核查，待结论", en="checked, to be decided"),
        _C.DECIDED: Text(zh="已有结论，待送达", en="decided, to be served"),
        _C.NOT_ACCEPTED: Text(zh="不予受理", en="not accepted"),
        _C.WITHDRAWN: Text(zh="已撤回", en="withdrawn"),
        _C.CLOSED: Text(zh="已办结", en="closed"),
    },
    moves=(
        _move("file", "提出信用异议", "object to credit", (), _C.FILED, "file", with_reason=True,
              starts=(clocks.CREDIT_ANSWER,), document="credit_objection", tag="opened"),
        _move("not_accept", "不予受理", "not accept", {_C.FILED}, _C.NOT_ACCEPTED, "receive", with_reason=True),
        _move("check", "逐项核查", "check each point", {_C.FILED}, _C.CHECKED, "receive", with_reason=True),
        _move("decide", "作出核查结论", "decide", {_C.CHECKED}, _C.DECIDED, "decide", with_reason=True,
              other_than=frozenset({"file", "check"}), tag="decided"),
        _move("reply", "送达答复", "serve the answer", {_C.DECIDED}, _C.CLOSED, "receive",
              document="credit_objection_reply", tag="closed"),
        _move("withdraw", "撤回异议", "withdraw", {_C.FILED, _C.CHECKED}, _C.WITHDRAWN, "file", with_reason=True),
    ),
)  # fmt: skip

GRADE_REPAIR = Machine(
    track=Track.REMEDY,
    ends=frozenset({_G.GRANTED, _G.REFUSED, _G.NOT_ACCEPTED, _G.WITHDRAWN, _G.TAKEN_BACK}),
    names={
        _G.FILED: Text(zh="待受理", en="filed"),
        _G.INCOMPLETE: Text(zh="待补正", en="to be completed"),
        _G.ACCEPTED: Text(zh="已受理，审查中", en="accepted, under examination"),
        _G.GRANTED: Text(zh="准予修复", en="repaired"),
        _G.REFUSED: Text(zh="不予修复", en="not repaired"),
        _G.NOT_ACCEPTED: Text(zh="不予受理", en="not accepted"),
        _G.WITHDRAWN: Text(zh="已撤回", en="withdrawn"),
        _G.TAKEN_BACK: Text(zh="修复已撤销", en="repair taken back"),
    },
    moves=(
        _move("file", "申请信用修复", "apply for repair", (), _G.FILED, "file", with_reason=True,
              starts=(clocks.REPAIR_ACCEPT,), document="credit_repair_application", tag="opened"),
        _move("ask_more", "一次告知补正", "ask to complete", {_G.FILED}, _G.INCOMPLETE, "receive", with_reason=True,
              stops=(clocks.REPAIR_ACCEPT,), starts=(clocks.REPAIR_COMPLETE,), document="credit_repair_acceptance"),
        _move("hand_in", "补正材料", "complete it", {_G.INCOMPLETE}, _G.FILED, "file", with_reason=True,
              stops=(clocks.REPAIR_COMPLETE,), starts=(clocks.REPAIR_ACCEPT,)),
        _move("not_accept", "不予受理", "not accept", {_G.FILED, _G.INCOMPLETE}, _G.NOT_ACCEPTED, "receive",
              with_reason=True),
        _move("accept", "受理", "accept", {_G.FILED}, _G.ACCEPTED, "receive", stops=(clocks.REPAIR_ACCEPT,),
              starts=(clocks.REPAIR_DECIDE,), document="credit_repair_acceptance"),
        _move("support", "行业协会支持", "support by an association", {_G.FILED, _G.ACCEPTED}, None, "support",
              with_reason=True),
        _move("grant", "准予修复", "grant", {_G.ACCEPTED}, _G.GRANTED, "decide", with_reason=True,
              other_than=frozenset({"file", "accept", "support"}), document="credit_repair_decision", tag="decided"),
        _move("refuse", "不予修复", "refuse", {_G.ACCEPTED}, _G.REFUSED, "decide", with_reason=True,
              other_than=frozenset({"file", "accept", "support"}), document="credit_repair_decision", tag="decided"),
        _move("take_back", "撤销修复", "take the repair back", {_G.GRANTED}, _G.TAKEN_BACK, "decide", with_reason=True,
              tag="revoked"),
        _move("withdraw", "撤回申请", "withdraw", {_G.FILED, _G.INCOMPLETE, _G.ACCEPTED}, _G.WITHDRAWN, "file",
              with_reason=True),
    ),
)  # fmt: skip

PUBLIC_REPAIR = Machine(
    track=Track.REMEDY,
    ends=frozenset({_U.REPAIRED, _U.REFUSED, _U.NOT_ACCEPTED, _U.WITHDRAWN, _U.TAKEN_BACK}),
    names={
        _U.FILED: Text(zh="待受理", en="filed"),
        _U.ACCEPTED: Text(zh="已受理，审查中", en="accepted, under examination"),
        _U.LIFTING: Text(zh="准予修复，同步停止公示、共享、使用和措施", en="granted, being lifted everywhere"),
        _U.REPAIRED: Text(zh="已修复", en="repaired"),
        _U.REFUSED: Text(zh="不予修复", en="not repaired"),
        _U.NOT_ACCEPTED: Text(zh="不予受理", en="not accepted"),
        _U.WITHDRAWN: Text(zh="已撤回", en="withdrawn"),
        _U.TAKEN_BACK: Text(zh="修复已撤销", en="repair taken back"),
    },
    moves=(
        _move("file", "申请公共信用修复", "apply for repair", (), _U.FILED, "file", with_reason=True, tag="opened"),
        _move("forward", "转交“信用中国”统一受理", "forward to 信用中国", {_U.FILED}, None, "receive"),
        _move("not_accept", "不予受理", "not accept", {_U.FILED}, _U.NOT_ACCEPTED, "receive", with_reason=True),
        _move("accept", "受理", "accept", {_U.FILED}, _U.ACCEPTED, "receive", starts=(clocks.PUBLIC_DECIDE,)),
        _move("support", "行业协会支持", "support by an association", {_U.FILED, _U.ACCEPTED}, None, "support",
              with_reason=True),
        _move("grant", "准予修复", "grant", {_U.ACCEPTED}, _U.LIFTING, "decide", with_reason=True,
              other_than=frozenset({"file", "accept", "support"}), stops=(clocks.PUBLIC_DECIDE,),
              starts=(clocks.PUBLIC_LIFT,), tag="decided"),
        _move("refuse", "不予修复", "refuse", {_U.ACCEPTED}, _U.REFUSED, "decide", with_reason=True,
              other_than=frozenset({"file", "accept", "support"}), tag="decided"),
        _move("lifted", "各处均已停止", "ended everywhere", {_U.LIFTING}, _U.REPAIRED, "receive", with_reason=True,
              tag="closed"),
        _move("take_back", "撤销修复", "take the repair back", {_U.LIFTING, _U.REPAIRED}, _U.TAKEN_BACK, "decide",
              with_reason=True, tag="revoked"),
        _move("withdraw", "撤回申请", "withdraw", {_U.FILED, _U.ACCEPTED}, _U.WITHDRAWN, "file", with_reason=True),
    ),
)  # fmt: skip

CONTEST = Machine(
    track=Track.REMEDY,
    ends=frozenset({_A.UPHELD, _A.CHANGED, _A.ANNULLED, _A.NOT_ACCEPTED, _A.WITHDRAWN}),
    names={
        _A.FILED: Text(zh="已申请，待受理", en="filed"),
        _A.RUNNING: Text(zh="审理中", en="being heard"),
        _A.UPHELD: Text(zh="维持", en="upheld"),
        _A.CHANGED: Text(zh="变更", en="changed"),
        _A.ANNULLED: Text(zh="撤销", en="annulled"),
        _A.NOT_ACCEPTED: Text(zh="不予受理", en="not accepted"),
        _A.WITHDRAWN: Text(zh="已撤回", en="withdrawn"),
    },
    moves=(
        _move("file", "登记复议申请或起诉", "record the application or the suit", (), _A.FILED, "file",
              with_reason=True, tag="opened"),
        _move("taken", "复议机关或法院受理", "taken on", {_A.FILED}, _A.RUNNING, "receive",
              starts=(clocks.CONTEST_ANSWER,)),
        _move("not_accept", "不予受理、不予立案或驳回", "not taken on", {_A.FILED, _A.RUNNING}, _A.NOT_ACCEPTED,
              "receive", with_reason=True),
        _move("answer", "提出书面答复", "answer the review body", {_A.RUNNING}, None, "receive", with_reason=True,
              stops=(clocks.CONTEST_ANSWER,)),
        _move("stay", "停止执行", "execution is stayed", {_A.RUNNING}, None, "receive", with_reason=True),
        _move("uphold", "维持", "upheld", {_A.RUNNING}, _A.UPHELD, "receive", with_reason=True, tag="closed"),
        _move("annul", "撤销", "annulled", {_A.RUNNING}, _A.ANNULLED, "decide", with_reason=True, tag="decided"),
        _move("change", "变更", "changed", {_A.RUNNING}, _A.CHANGED, "decide", with_reason=True, tag="decided"),
        _move("withdraw", "撤回", "withdraw", {_A.FILED, _A.RUNNING}, _A.WITHDRAWN, "file", with_reason=True),
    ),
)  # fmt: skip

MACHINES: Final[Mapping[Kind, Machine]] = {
    Kind.POINTS: POINTS,
    Kind.CREDIT: CREDIT,
    Kind.GRADE_REPAIR: GRADE_REPAIR,
    Kind.PUBLIC_REPAIR: PUBLIC_REPAIR,
    Kind.CONTEST: CONTEST,
}

_EVERY = tuple(MACHINES.values())

LISTED: Final = Machine(
    track=Track.REMEDY,
    ends=frozenset().union(*(one.ends for one in _EVERY)),
    names={state: name for one in _EVERY for state, name in one.names.items()},
    moves=tuple(move for one in _EVERY for move in one.moves),
)
"""All five side by side, as lists and the case laid open read them; nobody acts by it."""

WITHDRAWN: Final = frozenset({_P.WITHDRAWN, _C.WITHDRAWN, _G.WITHDRAWN, _U.WITHDRAWN, _A.WITHDRAWN})
NOT_TAKEN: Final = frozenset(
    {_P.NOT_ACCEPTED, _C.NOT_ACCEPTED, _G.NOT_ACCEPTED, _U.NOT_ACCEPTED, _A.NOT_ACCEPTED}
)
