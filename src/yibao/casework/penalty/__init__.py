"""Administrative penalty (行政处罚): from a clue to money in the treasury and the fund; only the bureau walks here.

Clue, filing by a second person, investigation by two officers, legal review, the party told and heard, decision within
the law's bounds, service, execution, close. The program computes: bounds, clocks, whether a hearing is due, what is
unpaid. People decide, with reasons.
"""

from __future__ import annotations

from yibao.casework.penalty.anew import Fault, reopen
from yibao.casework.penalty.deciding import decide, decide_on_the_spot, spare
from yibao.casework.penalty.execution import (
    acknowledged,
    close,
    contest,
    give_up,
    recover,
    refer,
    revoke,
    serve,
    unpaid,
    upheld,
)
from yibao.casework.penalty.files import dossier
from yibao.casework.penalty.machine import MACHINE, State
from yibao.casework.penalty.model import (
    BAR_GROUNDS,
    EVIDENCE_KINDS,
    SUSPENSION_GROUNDS,
    BarGround,
    Decision,
    Dossier,
    Evidence,
    Measures,
    Officer,
    Party,
    SuspensionGround,
    Telling,
)
from yibao.casework.penalty.ranges import (
    ARTICLE_NAMES,
    CIRCUMSTANCES,
    Article,
    Circumstance,
    Range,
    Step,
    late_addition,
    lawful_range,
    proposal,
)
from yibao.casework.penalty.service import (
    act,
    add_evidence,
    answer,
    assign,
    register,
    serve_notice,
    split_off,
    tell,
    weigh,
)

__all__ = [
    "ARTICLE_NAMES",
    "BAR_GROUNDS",
    "CIRCUMSTANCES",
    "EVIDENCE_KINDS",
    "MACHINE",
    "SUSPENSION_GROUNDS",
    "Article",
    "BarGround",
    "Circumstance",
    "Decision",
    "Dossier",
    "Evidence",
    "Fault",
    "Measures",
    "Officer",
    "Party",
    "Range",
    "State",
    "Step",
    "SuspensionGround",
    "Telling",
    "acknowledged",
    "act",
    "add_evidence",
    "answer",
    "assign",
    "close",
    "contest",
    "decide",
    "decide_on_the_spot",
    "dossier",
    "give_up",
    "late_addition",
    "lawful_range",
    "proposal",
    "recover",
    "refer",
    "register",
    "reopen",
    "revoke",
    "serve",
    "serve_notice",
    "spare",
    "split_off",
    "tell",
    "unpaid",
    "upheld",
    "weigh",
]
