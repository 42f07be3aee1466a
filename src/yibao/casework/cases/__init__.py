"""Cases (案件): the common ground of the three tracks on which people work findings off.

The law treats the agency's payment audit, the disposal by agreement and the administrative penalty differently, so each
is a `Machine` of its own. What they share is here: a case with its acts, of which none is without a person, a day and an
entry of the ledger; clocks that stop, pause and run on by the calendar; amounts in two purses that are never added
across kinds; the second pair of eyes; and the hold by which the money of a finding is decided once.
"""

from __future__ import annotations

from yibao.casework.cases.checks import check_track
from yibao.casework.cases.clocks import (
    BAND_NAMES,
    NATURE_NAMES,
    WHOSE_NAMES,
    Band,
    ClockKind,
    Nature,
    Running,
    band,
    begun,
    limit,
)
from yibao.casework.cases.desk import Desk, Opening
from yibao.casework.cases.institutions import (
    Known,
    institutions,
    keep_institutions,
    known_institution,
    note_institutions,
)
from yibao.casework.cases.machine import Machine, Move
from yibao.casework.cases.model import (
    AMOUNT_NAMES,
    LARGEST_FEN,
    ORGAN_NAMES,
    TRACK_NAMES,
    Act,
    Amount,
    Case,
    CaseClock,
    Doing,
    Money,
    Organ,
    Track,
    Transfer,
    case_id,
    case_number,
)
from yibao.casework.cases.opening import opening_about, openings_about
from yibao.casework.cases.paperwork import check_file, demanded, let_fall, missing
from yibao.casework.cases.parties import PartyClock, party_cases, party_clocks
from yibao.casework.cases.regrouping import (
    LINK_NAMES,
    Link,
    LinkKind,
    links,
    merge,
    pass_on,
    split,
    take_on,
)
from yibao.casework.cases.restoring import Restoration, restorations, restore, told
from yibao.casework.cases.service import (
    acknowledge,
    act_on,
    acts,
    case_clocks,
    cases,
    check_purses,
    doers,
    held_findings,
    holders,
    institution_of,
    open_cases,
    origins,
    running_clocks,
    standing_amounts,
    take_up,
    transfer,
    transfers,
)
from yibao.casework.cases.stakes import in_purses
from yibao.casework.cases.verifying import CaseFault, verify_cases
from yibao.casework.cases.worklist import Laid, Waiting, bands, lay_open, work_list

__all__ = [
    "AMOUNT_NAMES",
    "BAND_NAMES",
    "LARGEST_FEN",
    "LINK_NAMES",
    "NATURE_NAMES",
    "ORGAN_NAMES",
    "TRACK_NAMES",
    "WHOSE_NAMES",
    "Act",
    "Amount",
    "Band",
    "Case",
    "CaseClock",
    "CaseFault",
    "ClockKind",
    "Desk",
    "Doing",
    "Known",
    "Laid",
    "Link",
    "LinkKind",
    "Machine",
    "Money",
    "Move",
    "Nature",
    "Opening",
    "Organ",
    "PartyClock",
    "Restoration",
    "Running",
    "Track",
    "Transfer",
    "Waiting",
    "acknowledge",
    "act_on",
    "acts",
    "band",
    "bands",
    "begun",
    "case_clocks",
    "case_id",
    "case_number",
    "cases",
    "check_file",
    "check_purses",
    "check_track",
    "demanded",
    "doers",
    "held_findings",
    "holders",
    "in_purses",
    "institution_of",
    "institutions",
    "keep_institutions",
    "known_institution",
    "lay_open",
    "let_fall",
    "limit",
    "links",
    "merge",
    "missing",
    "note_institutions",
    "open_cases",
    "opening_about",
    "openings_about",
    "origins",
    "party_cases",
    "party_clocks",
    "pass_on",
    "restorations",
    "restore",
    "running_clocks",
    "split",
    "standing_amounts",
    "take_on",
    "take_up",
    "told",
    "transfer",
    "transfers",
    "verify_cases",
    "work_list",
]
