"""Rows for the audit's tests, read as a bureau's file would be, and what the rules say about them."""

from __future__ import annotations

from functools import cached_property

import pyarrow as pa

from yibao.audit import Case, Judged, Rule, cases, rules
from yibao.audit.examples import Load, Rows, run_example, together
from yibao.collect.rows import rows_as_stored
from yibao.engine import Engine
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
        return together((case for _, case in EXAMPLES), self.rows)

    def judged(self, engine: Engine, rule: Rule, case: Case) -> Judged:
        key = (engine.name, rule.id, case.title.zh)
        if key not in self._judged:
            self._judged[key] = run_example(engine, rule, case, self.load, self._policy)
        return self._judged[key]


def name_of(value: object) -> str:
    """Name a rule or a case in a test's id."""
    return value.title.en if isinstance(value, Case) else str(getattr(value, "id", value))
