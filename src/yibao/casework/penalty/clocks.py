"""The clocks of an administrative penalty; how long each is, the policy says (`casework.clock.*`)."""

from __future__ import annotations

from yibao.casework.cases import ClockKind, Nature
from yibao.kernel import Text

LAW, OURS = Nature.STATUTORY, Nature.INTERNAL

VERIFY = ClockKind("verify_clue", Text(zh="核查线索", en="verify the clue"), LAW)
VERIFY_EXTENDED = ClockKind("verify_clue_extended", Text(zh="延长的核查", en="verify, extended"), LAW)
APPROVE_FILING = ClockKind("approve_filing", Text(zh="审批立案", en="approve the filing"), OURS)
PRESERVE = ClockKind("preserve", Text(zh="登记保存后处理", en="act on what was kept"), LAW, rolls=False)
SEAL = ClockKind("seal", Text(zh="封存", en="seal"), LAW, rolls=False)
SEAL_EXTENDED = ClockKind("seal_extended", Text(zh="延长的封存", en="seal, extended"), LAW, rolls=False)
LEGAL_REVIEW = ClockKind("legal_review", Text(zh="法制审核", en="legal review"), LAW)
DEFENCE = ClockKind("defence", Text(zh="陈述申辩", en="defence"), OURS, whose="party")
ASK_HEARING = ClockKind("ask_hearing", Text(zh="要求听证", en="ask for a hearing"), LAW, whose="party")
TELL_HEARING = ClockKind(
    "tell_hearing", Text(zh="听证前通知", en="tell of the hearing in time"), LAW, whose="party"
)
RECTIFY = ClockKind("rectify", Text(zh="责令改正", en="rectify"), OURS, whose="party")
DECIDE = ClockKind("decide", Text(zh="作出决定", en="decide"), LAW)
DECIDE_EXTENDED = ClockKind("decide_extended", Text(zh="延长的决定期限", en="decide, extended"), LAW)
DECIDE_EXTENDED_AGAIN = ClockKind(
    "decide_extended_again", Text(zh="再延长的决定期限", en="decide, extended again"), LAW
)
DECIDE_ANEW = ClockKind("decide_anew", Text(zh="重新作出决定", en="decide anew"), LAW)
DELIVER = ClockKind("deliver", Text(zh="送达决定书", en="serve the decision"), LAW)
PAY_FINE = ClockKind("pay_fine", Text(zh="缴纳罚款", en="pay the fine"), LAW, whose="party")
REFUND = ClockKind("refund", Text(zh="退回基金", en="return money to the fund"), OURS, whose="party")
REVIEW = ClockKind("review", Text(zh="申请行政复议", en="ask for review"), LAW, whose="party")
SUIT = ClockKind("suit", Text(zh="提起行政诉讼", en="bring a suit"), LAW, whose="party")
URGE = ClockKind("urge", Text(zh="催告后履行", en="comply after being urged"), LAW, whose="party")
ASK_COURT = ClockKind("ask_court", Text(zh="申请强制执行", en="apply to the court"), LAW)
RECEIPT = ClockKind("receipt", Text(zh="催要移送回执", en="ask for the receipt"), OURS)
WITHDRAW_PUBLICATION = ClockKind(
    "withdraw_publication", Text(zh="撤回公开的决定", en="withdraw the published decision"), LAW
)
GO_ALONG = (VERIFY, VERIFY_EXTENDED, DECIDE, DECIDE_EXTENDED, DECIDE_EXTENDED_AGAIN, DECIDE_ANEW)
"""The clocks that a case which is split off runs on: what of the time is gone is gone for both."""
