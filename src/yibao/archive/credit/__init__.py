"""Credit (信用评价): a score and a grade made of the facts of a file and of figures of the lake, by rules that are data.

Four sets of indicators ship (`sets`): pharmacies, hospitals, practitioners, insured persons. They are ours, and say so row
by row; a region sets base, bounds and limits in its policy (`scale_of`). `score` is a pure function: facts and figures in,
an exact fraction out, on any day and as known on any day. What is only suspected is no fact of a file and cannot lower it;
of one chain of cases only one charge counts; a grave act caps the grade whatever the sum.

A grade passes `rate` (预评定), `notice` (告知), the time to object, and `confirm` by somebody else, who may only
`send_back` for a documented error of the data. Before that there is no grade (`grade_of`), and nothing follows from it.
`explain` walks from the grade to the ledger's receipts; `recompute` and `replay` make everything again.
"""

from __future__ import annotations

from yibao.archive.credit.catalogue import sets
from yibao.archive.credit.explaining import Explanation, Way, explain
from yibao.archive.credit.fairness import DIMENSIONS, NOT_HELD, Group, compare, groups_of, sizes
from yibao.archive.credit.grades import Grade, grade_on, grades_in, notice_of, provisional
from yibao.archive.credit.measuring import Figures, Missed, measure
from yibao.archive.credit.model import (
    Charge,
    Indicator,
    IndicatorSet,
    Inputs,
    Limit,
    Line,
    Measure,
    Scored,
    inputs_of,
    set_of,
)
from yibao.archive.credit.opening import Opened, open_city_files
from yibao.archive.credit.recomputing import Recomputed, Replayed, recompute, replay
from yibao.archive.credit.scale import Scale, check_scales, read_bounds, scale_of
from yibao.archive.credit.scoring import score
from yibao.archive.credit.service import (
    DataError,
    Objected,
    Rated,
    confirm,
    grade_of,
    inputs_for,
    notice,
    observe,
    own_facts,
    rate,
    score_of,
    send_back,
)

__all__ = [
    "DIMENSIONS",
    "NOT_HELD",
    "Charge",
    "DataError",
    "Explanation",
    "Figures",
    "Grade",
    "Group",
    "Indicator",
    "IndicatorSet",
    "Inputs",
    "Limit",
    "Line",
    "Measure",
    "Missed",
    "Objected",
    "Opened",
    "Rated",
    "Recomputed",
    "Replayed",
    "Scale",
    "Scored",
    "Way",
    "check_scales",
    "compare",
    "confirm",
    "explain",
    "grade_of",
    "grade_on",
    "grades_in",
    "groups_of",
    "inputs_for",
    "inputs_of",
    "measure",
    "notice",
    "notice_of",
    "observe",
    "open_city_files",
    "own_facts",
    "provisional",
    "rate",
    "read_bounds",
    "recompute",
    "replay",
    "scale_of",
    "score",
    "score_of",
    "send_back",
    "set_of",
    "sets",
    "sizes",
]
