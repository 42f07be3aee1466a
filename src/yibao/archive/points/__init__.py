"""Points (医保支付资格): whose services the fund settles, and what a decision does to that.

A person is *registered* and commits himself; then a penalty, a disposal or what else the region lists lets the department
that decided name who is *responsible*, how far; the agency *records* the points that follow. What follows from the points is
nobody's act: `fold` says, of any day and as known on any other, whether somebody is normal, suspended or ended, since when,
until when, and why. Annul the penalty, and the points were never there; part two joined files, and each has its own again.

`StatusBook` answers the one question that every bill asks, from memory.
"""

from __future__ import annotations

from yibao.archive.points.behaviours import Behaviour, behaviours, listed
from yibao.archive.points.book import StatusBook
from yibao.archive.points.determining import determination, determine, note, record_on, redetermine
from yibao.archive.points.folding import fold, timeline
from yibao.archive.points.from_lake import Staff, staff_in_lake
from yibao.archive.points.model import (
    ADJUSTMENT_NAMES,
    CLASS_NAMES,
    INSTRUMENTS,
    LEVELS,
    STATUS_NAMES,
    Adjustment,
    Answer,
    Counted,
    Interval,
    Level,
    Person,
    PersonClass,
    Recognised,
    Responsible,
    Standing,
    Status,
)
from yibao.archive.points.recording import recognise, record, train
from yibao.archive.points.registering import Listed, commit_to_service, leave, move, register, register_many
from yibao.archive.points.rules import appeal_deadline, level_of, value_of
from yibao.archive.points.service import Line, key_list, listing, share, standing_of, status
from yibao.archive.points.sharing import Share, ShareMeasure, staff_share

__all__ = [
    "ADJUSTMENT_NAMES",
    "CLASS_NAMES",
    "INSTRUMENTS",
    "LEVELS",
    "STATUS_NAMES",
    "Adjustment",
    "Answer",
    "Behaviour",
    "Counted",
    "Interval",
    "Level",
    "Line",
    "Listed",
    "Person",
    "PersonClass",
    "Recognised",
    "Responsible",
    "Share",
    "ShareMeasure",
    "Staff",
    "Standing",
    "Status",
    "StatusBook",
    "appeal_deadline",
    "behaviours",
    "commit_to_service",
    "determination",
    "determine",
    "fold",
    "key_list",
    "leave",
    "level_of",
    "listed",
    "listing",
    "move",
    "note",
    "recognise",
    "record",
    "record_on",
    "redetermine",
    "register",
    "register_many",
    "share",
    "staff_in_lake",
    "staff_share",
    "standing_of",
    "status",
    "timeline",
    "train",
    "value_of",
]
