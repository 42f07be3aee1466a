"""The clocks of remedies; how long each is, the policy says (`remedy.clock.*`)."""

from __future__ import annotations

from yibao.casework.cases import ClockKind, Nature
from yibao.kernel import Text

_LAW, _OURS = Nature.STATUTORY, Nature.INTERNAL


def _clock(name: str, zh: str, en: str, nature: Nature = _OURS, whose: str = "office") -> ClockKind:
    return ClockKind(name, Text(zh=zh, en=en), nature, whose=whose, topic="remedy")


POINTS_EXPLAIN = _clock("points_explain", "经办机构解释", "explain")
POINTS_INSIST = _clock("points_insist", "对解释仍有异议", "insist after the explanation", whose="party")
POINTS_REVIEW = _clock("points_review", "认定部门复核", "review")
CREDIT_ANSWER = _clock("credit_answer", "答复信用异议", "answer the objection")
REPAIR_ACCEPT = _clock("repair_accept", "受理修复申请", "accept the application")
REPAIR_COMPLETE = _clock("repair_complete", "补正材料", "complete the application", whose="party")
REPAIR_DECIDE = _clock("repair_decide", "作出修复决定", "decide the repair", _LAW)
PUBLIC_DECIDE = _clock("public_decide", "办理公共信用修复", "decide the public-credit repair", _LAW)
PUBLIC_LIFT = _clock(
    "public_lift", "同步停止公示、共享、使用和措施", "end publication, sharing, use, measures", _LAW
)
CONTEST_ANSWER = _clock("contest_answer", "提出书面答复", "answer the review body", _LAW)
REPLY = _clock("reply", "送达处理结果", "serve the result")
