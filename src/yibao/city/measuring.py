"""How well the rules find what was planted: a regression test on planted truth, never accuracy in the field.

The truth file speaks of bill lines by their natural numbers and of rules by their names only; it knows nothing of how
a rule works. A plant counts as found when any of its violating lines is a violating row of an open finding of that
rule; a finding counts as correct when any of its violating lines was planted as a violation of that rule. What is found
in the bills of an organised scheme (`SCHEMES`, beside the truth) counts neither for nor against a rule: such a bill is
no plant of the rule, and no honest bill either.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from yibao.casework.findings import violating_lines, wilson
from yibao.collect import collections
from yibao.kernel import Refused, Text
from yibao.store import Home, Register

TRUTH = "truth.csv"
SCHEMES = "truth_schemes.csv"


@dataclass(frozen=True, slots=True)
class Measured:
    """One rule held against the truth; ``low`` and ``high`` bound the precision (Wilson, 95 %)."""

    rule: str
    result: Literal["clear", "suspicious"]
    planted: int
    found: int
    correct: int
    precision: float
    recall: float
    low: float
    high: float

    def as_json(self) -> dict[str, Any]:
        """Give what ``yibao rules measure --json`` prints of a rule."""
        told = asdict(self)
        return {
            "id": told.pop("rule"),
            **{k: round(v, 4) if isinstance(v, float) else v for k, v in told.items()},
        }


def measure(home: Home, register: Register, truth: Path | None = None) -> list[Measured]:
    """Hold the open findings of a home against a truth file (by default the one beside the collected extracts)."""
    place = truth or _beside_the_extracts(register)
    planted = read_truth(place)
    schemes = read_schemes(place.with_name(SCHEMES))
    found: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    results: dict[str, Literal["clear", "suspicious"]] = {}
    for row in violating_lines(home, register):
        found[row.rule][row.finding_id].add(row.line_no)
        results[row.rule] = row.result
    return [
        _measured(rule, results.get(rule, "suspicious"), planted.get(rule, {}), found.get(rule, {}), schemes)
        for rule in sorted({*planted, *found})
    ]


def read_truth(path: Path) -> dict[str, dict[str, set[str]]]:
    """Read a truth file: rule → plant → the violating lines of its violations."""
    plants: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                if row["label"] == "violation" and row["role"] == "violating":
                    plants[row["rule"]][row["plant"]].add(row["line"])
    except (OSError, KeyError) as error:
        raise _no_truth(str(path), str(error)) from error
    return plants


def read_schemes(path: Path) -> set[str]:
    """Read the lines of organised schemes; a city without the file has none."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return {row["line"] for row in csv.DictReader(stream)}
    except FileNotFoundError:
        return set()
    except (OSError, KeyError) as error:
        raise _no_truth(str(path), str(error)) from error


def _measured(
    rule: str,
    result: Literal["clear", "suspicious"],
    planted: Mapping[str, set[str]],
    found: Mapping[int, set[str]],
    schemes: Set[str],
) -> Measured:
    hit = _union(found.values())
    wanted = _union(planted.values())
    found = {n: lines for n, lines in found.items() if lines & wanted or not lines & schemes}
    recalled = sum(1 for lines in planted.values() if lines & hit)
    correct = sum(1 for lines in found.values() if lines & wanted)
    sure = wilson(correct, len(found))
    return Measured(
        rule=rule,
        result=result,
        planted=len(planted),
        found=len(found),
        correct=correct,
        precision=correct / len(found) if found else 0.0,
        recall=recalled / len(planted) if planted else 0.0,
        low=sure.low,
        high=sure.high,
    )


def _union(sets: Iterable[set[str]]) -> set[str]:
    return set().union(*sets)


def _beside_the_extracts(register: Register) -> Path:
    with register.unit_of_work(actor="measure") as unit:
        places = [Path(f["path"]).parent / TRUTH for c in collections(unit.connection) for f in c.files]
    found = [p for p in places if p.is_file()]
    if not found:
        raise _no_truth(TRUTH, "—")
    return found[-1]


def _no_truth(where: str, came: str) -> Refused:
    return Refused(
        "city.no_truth",
        zh="没有可对照的标准答案",
        en="there is no truth file to hold the findings against",
        where=where,
        wanted="plant,rule,label,disguise,role,line",
        came=came,
        todo=Text(
            zh="用 yibao city 造城市后收集，或用 --truth 指定", en="collect a yibao city, or give --truth"
        ),
    )
