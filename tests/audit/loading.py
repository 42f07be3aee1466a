"""Rows for the audit's tests, read as a bureau's file would be, and what the rules say about them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import pyarrow as pa

from yibao.audit import Case, Judged, Rule, cases, rules
from yibao.audit.examples import Load, Rows, run_example, together
from yibao.claims import Column, table
from yibao.collect.rows import rows_as_stored
from yibao.engine import Engine
from yibao.kernel import Text
from yibao.policy import Policy

EXAMPLES = [(rule, case) for rule in rules().values() for case in cases(rule)]
"""Every example of every rule."""


class Examples:
    """Loads rows (those of all examples together, which takes no longer than one) and remembers the verdicts."""

    def __init__(self, engine: Engine, policy: Policy) -> None:
        self._engine = engine
        self._policy = policy
        self._judged: dict[tuple[str, str, str], Judged] = {}

    def rows(self, table: str, rows: Rows) -> pa.Table:
        return rows_as_stored(self._engine, table, rows)

    @cached_property
    def load(self) -> Load:
        return together([*(case for _, case in EXAMPLES), *self.cities.values()], self.rows)

    @cached_property
    def cities(self) -> dict[str, Case]:
        """All examples of a rule side by side, by the rule's id."""
        return {rule.id: in_one_city(cases(rule)) for rule in rules().values()}

    def judged(self, engine: Engine, rule: Rule, case: Case) -> Judged:
        key = (engine.name, rule.id, case.title.zh)
        if key not in self._judged:
            self._judged[key] = run_example(engine, rule, case, self.load, self._policy)
        return self._judged[key]


def in_one_city(examples: Iterable[Case], neighbours: int = 1) -> Case:
    """Move the people, institutions and bills of many examples into one city, as one example.

    With one neighbour everybody keeps to himself, and every hit is what it was. With more, people and institutions
    of one name who live in that many successive examples are one, so that their histories grow and clash; bills
    keep to themselves, items are the same everywhere. What is the same key twice is there once.
    """
    made: dict[str, dict[tuple[str, ...], dict[str, str]]] = {}
    hits: dict[str, int] = {}
    for number, case in enumerate(examples):
        hits |= {f"{number}·{line}": fen for line, fen in case.hits.items()}
        for name, rows in case.given.items():
            columns = {column.name: column for column in table(name).columns}
            for row in rows:
                moved = {k: _moved(columns[k], v, number, neighbours) for k, v in row.items()}
                key = tuple(moved.get(part, "") for part in table(name).key)
                made.setdefault(name, {}).setdefault(key, moved)
    given = {name: list(rows.values()) for name, rows in made.items()}
    return Case(Text(zh="全部案例", en="all examples"), given, hits)


def _moved(column: Column, value: str, number: int, neighbours: int) -> str:
    kind = column.of or column.name
    if column.name == "reverses" or kind in (
        "settlement",
        "encounter",
        "line",
        "movement",
        "execution",
        "absence",
    ):
        return f"{number}·{value}"
    if column.type not in ("key", "ref") and kind not in ("subject", "point"):  # keys that are texts
        return value
    if kind == "item" and neighbours > 1:
        return value
    return f"{number // neighbours}·{value}"


def name_of(value: object) -> str:
    """Name a rule or a case in a test's id."""
    return value.title.en if isinstance(value, Case) else str(getattr(value, "id", value))
