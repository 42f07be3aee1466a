"""The lint: an allow-list over the syntax tree, with a reason for every refusal.

Generators do not stop what a target lacks, and habits do not stop anybody; so whatever is not listed in
`allowed` is refused, and `checks` refuses the listed things used in a way the engines disagree about. `notes`
says why, in both languages.
"""

from __future__ import annotations

from yibao.engine.linting.checks import lint
from yibao.engine.linting.notes import RULES, Complaint

__all__ = ["RULES", "Complaint", "lint"]
