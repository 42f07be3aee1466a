"""Regrouping (分案、并案、转办): findings go from one case to another, with their money, by an act of both.

Money is decided once, so it never lies in two cases: the hold of each finding moves, and what was at stake leaves one
case as a row with a minus and enters the other. Whoever acted in the first case has acted in the second, for the eyes of
the law: the four eyes and the clocks go along, or splitting a case would be the way round both.
"""

from __future__ import annotations

from yibao.casework.cases.regrouping.service import (
    LINK_NAMES,
    Link,
    LinkKind,
    links,
    merge,
    pass_on,
    split,
    take_on,
)

__all__ = ["LINK_NAMES", "Link", "LinkKind", "links", "merge", "pass_on", "split", "take_on"]
