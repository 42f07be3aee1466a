"""Remedy (异议、修复与救济): how somebody speaks up against what was found, recorded or decided, and how he comes back.

Seven rights with seven names, never a bare 申诉. Four live with their cases in casework: 疑点申诉, 扣款复议, 陈述申辩, 听证.
Three are here: 记分异议, 信用异议/修复, 行政复议/诉讼. `rights` is the list that a person or a hospital sees first: what may
be done now, about what, by when, where, and what happens meanwhile.

Nothing is written over. A fact that proves wrong is annulled, a determination that is changed is made anew, a decision that
falls in review is decided again on its own case and never heavier; points, status, grade and effects follow from what
stands. Bills that were refused under a status which did not stand are found and settled again. A record that is over or
repaired is not deleted: it is no longer counted.
"""

from __future__ import annotations

from yibao.remedy.billing import (
    Claimed,
    Owed,
    all_owed,
    bills_owed,
    bills_refused,
    refuse,
    settle_again,
)
from yibao.remedy.contesting import carry, contest, contest_due, served_day, stayed
from yibao.remedy.expiry import Shown, class_of, shown
from yibao.remedy.finding import remedy_of
from yibao.remedy.machines import LISTED, MACHINES
from yibao.remedy.model import (
    KIND_NAMES,
    RESULT_NAMES,
    RIGHT_NAMES,
    SERIOUSNESS_NAMES,
    WAY_NAMES,
    Change,
    Filing,
    Kind,
    RefusedBill,
    Remedy,
    Result,
    Right,
    RightKind,
    Seriousness,
    Way,
)
from yibao.remedy.objecting import (
    decide_credit,
    decide_points,
    insist,
    let_lapse,
    object_to_credit,
    object_to_points,
    open_objection,
    result_of,
)
from yibao.remedy.receiving import received
from yibao.remedy.repairing import apply_for_repair, grant, lifted, take_back
from yibao.remedy.rights import readable, rights
from yibao.remedy.service import about_json, act, listing, remedies_of
from yibao.remedy.service import shown as laid_open

__all__ = [
    "KIND_NAMES",
    "LISTED",
    "MACHINES",
    "RESULT_NAMES",
    "RIGHT_NAMES",
    "SERIOUSNESS_NAMES",
    "WAY_NAMES",
    "Change",
    "Claimed",
    "Filing",
    "Kind",
    "Owed",
    "RefusedBill",
    "Remedy",
    "Result",
    "Right",
    "RightKind",
    "Seriousness",
    "Shown",
    "Way",
    "about_json",
    "act",
    "all_owed",
    "apply_for_repair",
    "bills_owed",
    "bills_refused",
    "carry",
    "class_of",
    "contest",
    "contest_due",
    "decide_credit",
    "decide_points",
    "grant",
    "insist",
    "laid_open",
    "let_lapse",
    "lifted",
    "listing",
    "object_to_credit",
    "object_to_points",
    "open_objection",
    "readable",
    "received",
    "refuse",
    "remedies_of",
    "remedy_of",
    "result_of",
    "rights",
    "served_day",
    "settle_again",
    "shown",
    "stayed",
    "take_back",
]
