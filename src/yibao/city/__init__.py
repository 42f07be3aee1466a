"""A synthetic city: national extracts as a bureau gets them, and the truth of what is wrong in them.

A seed and a number of people give a year of a small city that is nowhere (示例市, 990100): who is insured, who goes
where with what, what is charged, settled, taken back and bought. Into this ordinary year violations are planted in
the words of the law, each in a disguise and beside innocent cases that look like it, and the truth file says which
lines belong to which. The room knows nothing of the rules that are to find them: no SQL, no thresholds, no look-ups.

- plan: what is asked, what comes out, and the limits the generator keeps to · arrays: columns and dice
- catalogue, prices, institutions, people, names: what and who there is
- calendar, families, visits, bills, wards, dear, conditions, corrections, amounts: the ordinary year, exact to the fen
- schemes: what only the whole shows
- plants: what is wrong, and what only looks wrong · stock: what was on the shelves · dirt: broken rows
- codes, lists, reports: traceability codes, settlement lists, executions, leave and statuses
- measuring: findings held against the truth
- chunk, parts, records, registers, text, write, build: how it becomes files
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yibao.city.build import build_city
from yibao.city.plan import CityBuilt, CityPlan

if TYPE_CHECKING:
    from yibao.city.measuring import Measured, measure

__all__ = ["CityBuilt", "CityPlan", "Measured", "build_city", "measure"]


def __getattr__(name: str) -> Any:
    """Load `measuring` when it is asked for: who builds a city need not wait for the rooms that judge one."""
    if name not in ("Measured", "measure"):
        raise AttributeError(name)
    from yibao.city import measuring

    return getattr(measuring, name)


def __dir__() -> list[str]:
    """Name what this door opens to, also before it is asked for."""
    return [*globals(), "Measured", "measure"]
