"""Rounds (经办支付审核): track 1, on which most findings are worked off, line by line, in monthly rounds.

The agency takes open findings into a round, reviews them, and sends them, one notice an institution; within its minutes
a round can be called back. The institution routes each line inside the house and answers, on the screen or in the
workbook that was sent; silence lapses, and a person confirms. Another person reviews what is disputed, a panel where it
is asked, a third decides what is deducted: never more than is at stake, each purse apart. What is decided goes into a
monthly plan; after the deduction the institution may ask once more, and what is granted goes back the same way.

A line handed over to inspection has its money frozen here until the other track takes it. What people decide teaches
how far each rule can be trusted.
"""

from __future__ import annotations

from yibao.casework.rounds.acting import find_lines, find_round, institutions_of
from yibao.casework.rounds.answering import (
    Said,
    answer,
    cut_off,
    fill,
    not_mine,
    silent_doctors,
    supplement,
    take_late,
    to_department,
    to_doctor,
)
from yibao.casework.rounds.composing import new_round, stakes_about
from yibao.casework.rounds.deciding import (
    View,
    ask_more,
    call_panel,
    conclude,
    confirm,
    decide,
    go_on,
    reopen,
    review,
    vote,
)
from yibao.casework.rounds.handing_over import acknowledge, frozen, hand_back, hand_over, unacknowledged
from yibao.casework.rounds.importing import Receipt, take_back
from yibao.casework.rounds.learning import (
    Blind,
    Precision,
    agreement,
    blind_list,
    blind_review,
    draw,
    pace,
    precision,
    silences,
    snooze,
    wake,
)
from yibao.casework.rounds.listing import RoundView, list_lines, list_rounds, sent_lines, show_round
from yibao.casework.rounds.machine import LINE, LINE_NAMES, ROUND, ROUND_NAMES, LineState, RoundState
from yibao.casework.rounds.model import (
    ANSWER_NAMES,
    OUTCOME_NAMES,
    Answer,
    Dispatch,
    Line,
    Order,
    Outcome,
    Round,
    round_code,
    round_number,
)
from yibao.casework.rounds.outgoing import workbooks
from yibao.casework.rounds.plans import Item, Plan, drop, execute, find_plan, list_plans, plan, write_plan
from yibao.casework.rounds.plans import summary as plan_summary
from yibao.casework.rounds.reconsidering import (
    ask_reconsideration,
    close_lines,
    close_round,
    grant,
    sum_up,
    uphold,
)
from yibao.casework.rounds.reviewing import Group, first_review, groups, open_lines, withdraw, withdraw_gone
from yibao.casework.rounds.sending import LEAVES, dispatch, leave, recall, send

__all__ = [
    "ANSWER_NAMES",
    "LEAVES",
    "LINE",
    "LINE_NAMES",
    "OUTCOME_NAMES",
    "ROUND",
    "ROUND_NAMES",
    "Answer",
    "Blind",
    "Dispatch",
    "Group",
    "Item",
    "Line",
    "LineState",
    "Order",
    "Outcome",
    "Plan",
    "Precision",
    "Receipt",
    "Round",
    "RoundState",
    "RoundView",
    "Said",
    "View",
    "acknowledge",
    "agreement",
    "answer",
    "ask_more",
    "ask_reconsideration",
    "blind_list",
    "blind_review",
    "call_panel",
    "close_lines",
    "close_round",
    "conclude",
    "confirm",
    "cut_off",
    "decide",
    "dispatch",
    "draw",
    "drop",
    "execute",
    "fill",
    "find_lines",
    "find_plan",
    "find_round",
    "first_review",
    "frozen",
    "go_on",
    "grant",
    "groups",
    "hand_back",
    "hand_over",
    "institutions_of",
    "leave",
    "list_lines",
    "list_plans",
    "list_rounds",
    "new_round",
    "not_mine",
    "open_lines",
    "pace",
    "plan",
    "plan_summary",
    "precision",
    "recall",
    "reopen",
    "review",
    "round_code",
    "round_number",
    "send",
    "sent_lines",
    "show_round",
    "silences",
    "silent_doctors",
    "snooze",
    "stakes_about",
    "sum_up",
    "supplement",
    "take_back",
    "take_late",
    "to_department",
    "to_doctor",
    "unacknowledged",
    "uphold",
    "vote",
    "wake",
    "withdraw",
    "withdraw_gone",
    "workbooks",
    "write_plan",
]
