"""Fairness (公平性): grades compared across level, district and size, and gaps that no fact explains.

What decisions and confirmed facts took is explained: somebody did something. What is left of a gap comes from figures and
from rows that could not be rated, and if it is larger than chance gives, somebody should look at the row, not at the group.
Nothing here changes a score.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Any, Final

from yibao.archive.credit.measuring import Figures
from yibao.archive.credit.model import Scored
from yibao.claims import bind_raw, code_set, table
from yibao.collect import known_files, superseded
from yibao.engine import open_engine
from yibao.store import Home, Lake, Register

LEAST: Final = 10
"""A group of fewer is shown, and never flagged."""
GAP: Final = 1.0
"""In hundredths of the full marks: a smaller gap is not worth a look."""
_WIDE: Final = 1.96

DIMENSIONS: Final = {"level": "等级", "district": "县区", "size": "结算量"}
NOT_HELD: Final = {"ownership": "数据契约中没有所有制字段"}
"""Dimensions that cannot be compared, and why."""


@dataclass(frozen=True, slots=True)
class Group:
    """One group of one dimension: how many, their grades, and how they stand to all others of the same set."""

    set: str
    dimension: str
    name: str
    count: int
    not_graded: int
    grades: Mapping[str, int]
    gap: float
    """Mean score less that of the others, in hundredths of the full marks."""
    explained: float
    """The part of the gap that decisions and confirmed facts made."""
    margin: float
    """Half the width of the 95 % interval of what is left."""
    small: bool

    @property
    def left(self) -> float:
        """Give what no fact explains."""
        return self.gap - self.explained

    @property
    def flagged(self) -> bool:
        """Tell whether what is left is larger than chance gives, and worth a look."""
        return not self.small and abs(self.left) >= GAP and abs(self.left) > self.margin

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values; gaps as text with one decimal."""
        return {
            "set": self.set, "dimension": self.dimension, "group": self.name, "count": self.count,
            "not_graded": self.not_graded, "grades": dict(sorted(self.grades.items())),
            "gap": f"{self.gap:.1f}", "explained": f"{self.explained:.1f}", "left": f"{self.left:.1f}",
            "interval": [f"{self.left - self.margin:.1f}", f"{self.left + self.margin:.1f}"],
            "small": self.small, "flagged": self.flagged,
        }  # fmt: skip


def compare(scored: Iterable[tuple[Scored, Mapping[str, str]]]) -> list[Group]:
    """Compare scores across groups; each score comes with the group of its subject in every dimension.

    Those who are not graded are counted, and left out of the means.
    """
    by_set: dict[str, list[tuple[Scored, Mapping[str, str]]]] = defaultdict(list)
    for one, groups in scored:
        by_set[one.set.name].append((one, groups))
    return [
        _group(name, dimension, value, members)
        for name, members in sorted(by_set.items())
        for dimension in DIMENSIONS
        for value in sorted({groups[dimension] for _, groups in members if dimension in groups})
    ]


def sizes(volumes: Mapping[int, int]) -> dict[int, str]:
    """Part subjects into thirds by volume: small, middle, large."""
    ordered = sorted(volumes, key=lambda key: (volumes[key], key))
    names = ("小", "中", "大")
    return {key: names[min(at * 3 // len(ordered), 2)] for at, key in enumerate(ordered)}


def groups_of(home: Home, register: Register, figures: Figures) -> dict[int, dict[str, str]]:
    """Give for each institution of the lake (its key there) its group in every dimension."""
    lake = Lake(home, register)
    replaced = superseded(lake)
    corrected = "institution" in replaced.column("table_name").to_pylist()
    with open_engine("duckdb", memory_mib=512, spill=home.work) as engine:
        engine.bind("superseded", arrow=replaced)
        bind_raw(engine, table("institution"), known_files(lake)["institution"], corrected=corrected)
        rows = engine.run(
            "SELECT i.institution_id AS key, i.level, i.region, i.kind FROM raw_institution AS i"
        ).to_pylist()
    levels = code_set("hosp_lv").names
    by_size = {
        key: size
        for kind in sorted({str(row["kind"]) for row in rows})
        for key, size in sizes(_volumes(figures, [r["key"] for r in rows if str(r["kind"]) == kind])).items()
    }
    return {
        row["key"]: {
            "level": levels.get(row["level"], "未注明"), "district": str(row["region"]),
            "size": by_size[row["key"]],
        }
        for row in rows
    }  # fmt: skip


def _volumes(figures: Figures, keys: Sequence[int]) -> dict[int, int]:
    settled = figures.by_select.get("settlements", {})
    return {key: settled.get(key, (0, 1))[0] for key in keys}


def _group(
    name: str, dimension: str, value: str, members: Sequence[tuple[Scored, Mapping[str, str]]]
) -> Group:
    inside = [one for one, groups in members if groups.get(dimension) == value]
    outside = [one for one, groups in members if groups.get(dimension) not in (None, value)]
    graded, others = _graded(inside), _graded(outside)
    gap = _mean([_percent(one) for one in graded]) - _mean([_percent(one) for one in others])
    explained = _mean([_by_facts(one) for one in others]) - _mean([_by_facts(one) for one in graded])
    residuals = [[_percent(one) + _by_facts(one) for one in some] for some in (graded, others)]
    margin = _WIDE * sqrt(sum(_variance(some) / len(some) for some in residuals if some))
    grades = Counter(one.grade for one in inside if one.grade is not None)
    small = min(len(graded), len(others)) < LEAST
    return Group(
        name, dimension, value, len(inside), len(inside) - len(graded), grades, gap if others and graded else 0.0,
        explained if others and graded else 0.0, margin, small,
    )  # fmt: skip


def _graded(some: Sequence[Scored]) -> list[Scored]:
    return [one for one in some if one.why_not is None]


def _percent(one: Scored) -> float:
    return float(one.score * 10_000 / one.set.full)


def _by_facts(one: Scored) -> float:
    """Give what decisions and confirmed facts took, in hundredths of the full marks."""
    lost = sum(line.lost for line in one.lines if line.charges)
    return float(Fraction(lost * 100, one.set.full))


def _mean(some: Sequence[float]) -> float:
    return sum(some) / len(some) if some else 0.0


def _variance(some: Sequence[float]) -> float:
    mean = _mean(some)
    return sum((one - mean) ** 2 for one in some) / max(len(some) - 1, 1)
