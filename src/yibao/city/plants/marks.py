"""What was planted: each plant's rule, label and disguise, and the visits and lines that belong to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa

from yibao.city.arrays import Ints, in_order, ints, ranks
from yibao.city.text import whole, words

TRUTH_COLUMNS: Final = ("plant", "rule", "label", "disguise", "role", "line")
"""What the truth file says of every line of a plant."""

RULES: Final = (
    "sex_limit",
    "child_limit",
    "duplicate_charge_pair",
    "frequency_per_day",
    "price_over_limit",
    "split_stay",
    "two_places",
    "stock_against_settlement",
    "main_sub_operation", "insurance_type_limit", "visit_type_limit", "institution_level_limit", "age_range_limit",
    "course_limit", "period_limit",
    "same_item_twice", "unbundled_charge", "exclusive_items", "frequency_over_period", "per_day_items_over_stay",
    "out_of_scope_settled", "indication_limit", "treatment_without_indication", "second_line_drug",
    "nominal_stay", "excess_tests", "over_quantity", "overlapping_supply", "split_prescription", "cost_shifting",
    "visit_during_stay", "recorded_not_executed", "settled_twice",
    "institution_suspended", "person_suspended", "prescriber_suspended", "after_death", "double_enrolment",
    "practice_scope", "drug_collector", "no_trace_code", "code_sold_twice", "code_of_another_drug",
    "code_before_purchase",
    "list_missing", "list_required_fields", "list_unknown_code", "list_main_diagnosis", "list_diagnosis_sex",
    "list_diagnosis_age", "list_newborn_weight", "list_days", "list_procedure_day", "list_surgeon",
    "list_main_procedure", "list_duplicate_diagnosis", "list_after_death", "list_total", "list_ventilator",
    "list_intensive_care", "list_person",
    "near_cap", "up_coding", "card_cluster", "pharmacy_pattern", "cost_outlier", "companions", "holiday_stays",
)  # fmt: skip
"""Names as labels of the truth file; nothing else is known of the rules here."""

VIOLATIONS_PER_PERSON: Final = 0.0036
INNOCENTS_PER_PERSON: Final = 0.0032
RARE_PER_PERSON: Final = 0.0012
"""Plants that take a person's whole year are rarer, so that the ordinary year stays the ordinary one."""

CROWDS_PER_PERSON: Final = 0.0004
FEWEST_CROWDS: Final = 2

FEWEST: Final = 8
"""Enough of each rule for a first look at a city of two thousand: the rate alone would give seven."""


@dataclass(frozen=True, slots=True)
class Quota:
    """How many plants a chunk gets: its people's share of the city's, so that chunks add up exactly."""

    people: int
    first: int
    last: int

    def violations(self) -> int:
        """Give the number of violations of one rule."""
        return self._share(max(FEWEST, round(self.people * VIOLATIONS_PER_PERSON)))

    def innocents(self) -> int:
        """Give the number of innocent look-alikes of one rule."""
        return self._share(max(FEWEST, round(self.people * INNOCENTS_PER_PERSON)))

    def rare_violations(self) -> int:
        """Give the number of violations of a rule whose plants have people of their own."""
        return self._share(max(FEWEST, round(self.people * RARE_PER_PERSON)))

    def rare_innocents(self) -> int:
        """Give the number of innocent look-alikes of such a rule."""
        return self._share(max(FEWEST, round(self.people * RARE_PER_PERSON)))

    def crowds(self) -> int:
        """Give the number of plants of a rule that need a crowd each."""
        return self._share(max(FEWEST_CROWDS, round(self.people * CROWDS_PER_PERSON)))

    def _share(self, total: int) -> int:
        return total * self.last // self.people - total * self.first // self.people


@dataclass(frozen=True, slots=True)
class Plant:
    """One plant; ``number`` counts within its rule through the whole city."""

    rule: str
    number: int
    violation: bool
    disguise: str

    @property
    def name(self) -> str:
        """Give the name of the plant in the truth file."""
        return f"{self.rule}-{self.number:05d}"

    @property
    def label(self) -> str:
        """Give what the plant is called in the truth file."""
        return "violation" if self.violation else "innocent"


@dataclass(slots=True)
class Marks:
    """The plants of a chunk with the visits and lines they touch; rows are those of the tables before sorting."""

    counters: dict[str, int]
    plants: list[Plant] = field(default_factory=list)
    on_visits: list[tuple[int, int, bool]] = field(default_factory=list)
    on_lines: list[tuple[int, int, bool]] = field(default_factory=list)

    def add(self, rule: str, *, violation: bool, disguise: str) -> int:
        """Plant one and give its row here."""
        self.counters[rule] = self.counters.get(rule, 0) + 1
        self.plants.append(Plant(rule, self.counters[rule], violation, disguise))
        return len(self.plants) - 1

    def visit(self, plant: int, row: int, *, violating: bool) -> None:
        """Mark every line of a visit's bill."""
        self.on_visits.append((plant, row, violating))

    def line(self, plant: int, row: int, *, violating: bool) -> None:
        """Mark one line."""
        self.on_lines.append((plant, row, violating))

    def moved_visits(self, new_row: Ints) -> None:
        """Follow visits that were renumbered."""
        self.on_visits = [(p, int(new_row[v]), r) for p, v, r in self.on_visits]

    def truth(self, visit: Ints, place: Ints, number: Ints) -> pa.Table:
        """Give the rows of the truth file.

        ``visit`` is the visit of each finished line and ``number`` its natural number; ``place`` tells where each
        line of before stands now.
        """
        order = in_order(visit)
        told = visit[order]
        plant, row, violating = ints(self.on_visits).reshape(-1, 3).T
        first, last = (np.searchsorted(told, row, side) for side in ("left", "right"))
        which = np.repeat(np.arange(len(row)), last - first)
        lines = ints(self.on_lines).reshape(-1, 3).T
        line = np.r_[order[first[which] + ranks(which)], place[lines[1]]]
        plant, violating = np.r_[plant[which], lines[0]], np.r_[violating[which], lines[2]]
        order = in_order(plant, line)
        return self.rows(plant[order], violating[order], number[line[order]])

    def rows(self, plant: Ints, violating: Ints, number: Ints) -> pa.Table:
        """Write rows of the truth file: which plant, whether the line breaks the rule itself, the line's number."""
        said = [(p.name, p.rule, p.label, p.disguise) for p in self.plants] or [("",) * 4]
        own = [pa.array(column, pa.string()) for column in zip(*said, strict=True)]
        role = pa.array(["involved", "violating"])
        columns = [
            *(c.take(pa.array(plant)) for c in own),
            role.take(pa.array(violating)),
            words(whole(number)),
        ]
        return pa.table(columns, names=list(TRUTH_COLUMNS))
