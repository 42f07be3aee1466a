"""Learning (规则学习): what people's decisions say of rules, and of the decisions themselves.

A verdict on a finding feeds the precision of its rule; a rule can be silent for a subject until a day, visibly; a
seeded sample of decisions is looked at again by somebody who does not see them; and it is kept how long decisions take
and how many are opened again, by rule and never by person.
"""

from __future__ import annotations

from yibao.casework.rounds.learning.service import (
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

__all__ = [
    "Blind",
    "Precision",
    "agreement",
    "blind_list",
    "blind_review",
    "draw",
    "pace",
    "precision",
    "silences",
    "snooze",
    "wake",
]
