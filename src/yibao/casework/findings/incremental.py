"""Judging the touched: what is made ready for the rules of one run, and that no more of it is than they need.

A touched person has few encounters, and so has a touched day of an institution: of the stored rows only those of these
encounters are read, once for all rules. Rules that part by institution read the bills and stays of whole institutions, but
not all of their lines. Something smaller *stands in* for the lines at first: a bill for its own lines, where a rule takes
lines only for the money of what it has found; the sum of the lines of a drug, where it counts them. What is found by that
is more than what is there, never less; the lines of that are read, and the rule judges again by them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from yibao.audit import (
    BY_SUBJECT,
    LINKED,
    TOUCHED,
    Judged,
    Key,
    Rule,
    covered_days,
    is_among,
    judge,
    needed_relations,
    read_columns,
)
from yibao.casework.findings.order import Order, Progress
from yibao.casework.findings.touched import bind_encounters, singles_out
from yibao.claims import bind, bind_raw, bind_relations, bind_rows, relation_schemas, relations, table
from yibao.engine import Engine
from yibao.kernel import Period, Text

WHOLE = "whole_"
FEW = "few_"
"""What stands before the name of a relation that holds all its rows, or those of few encounters, beside the relation of
the same name that holds those of the touched persons."""
PERSON = ("person_id",)


@dataclass(slots=True)
class Run:
    """What the rules of one run have in common: the engine, the files, and what is bound of them."""

    engine: Engine
    files: Mapping[str, Sequence[Path]]
    replaced: pa.Table
    order: Order
    official: list[int] | None
    progress: Progress
    days: dict[str, Period | None] = field(default_factory=dict)
    lines: int = 0
    held: set[str] = field(default_factory=set)
    """The relations that are bound for good: they hold the same whoever is judged."""
    points: dict[str, pa.Table] = field(default_factory=dict)
    """The points of knowledge tables, asked once."""
    done: set[str] = field(default_factory=set)
    place: str = ""
    """Which part of everybody is being judged, for those who watch."""

    def ask_days(self) -> None:
        """Ask what there is of each subject, before anything is left out."""
        rules = [*self.order.rules, *self.order.grey]
        corrected = {*self.replaced.column("table_name").to_pylist()}
        if corrected:
            self.engine.bind("superseded", arrow=self.replaced)
        for name in {"line", *(relations()[rule.subject].of for rule in rules)}:
            bind_raw(self.engine, table(name), self.files[name], corrected=name in corrected)
        self.days = covered_days(self.engine, rules)
        self.lines = int(self.engine.run("SELECT count(*) AS n FROM raw_line").column("n")[0].as_py())

    def bind(self, rules: Sequence[Rule], *, names: Iterable[str] | None = None, prefix: str = "") -> None:
        """Bind what some rules read, or these relations of it, with all that is stored."""
        wanted = {*(names if names is not None else needed_relations(rules))}
        self.bind_rows(wanted)
        self.bind_relations(rules, wanted, prefix=prefix)

    def bind_rows(self, names: Iterable[str], only: str | None = None) -> None:
        """Bind the rows that relations are made of: all, or those of some encounters."""
        wanted = {*names} - self.held
        shared = wanted - {*BY_SUBJECT}
        bind(self.engine, self.files, shared, superseded=self.replaced, materialise=True)
        self.held |= shared
        bind_rows(self.engine, self.files, wanted - shared, superseded=self.replaced, only=only)

    def bind_relations(
        self,
        rules: Sequence[Rule],
        names: Iterable[str],
        *,
        touched: Key | None = None,
        where: str | None = None,
        prefix: str = "",
        over_steps: bool = False,
    ) -> None:
        """Bind relations that some rules read over the rows that are bound.

        Those of the touched keys where it is asked, or those rows ``r`` of which a condition holds.
        """
        wanted = {*names} & {*BY_SUBJECT}
        conditions = {} if where is None else dict.fromkeys(wanted, where)
        if touched is not None:
            schemas = relation_schemas()
            conditions = {
                n: is_among(TOUCHED[touched], touched) for n in wanted if {*touched} <= {*schemas[n]}
            }
        bind_relations(
            self.engine, wanted, materialise=True, columns=read_columns(rules), where=conditions, prefix=prefix,
            over_steps=over_steps,
        )  # fmt: skip

    def show_few_lines(self) -> None:
        """Show the lines of few encounters where those stood that stood in for lines."""
        columns = ", ".join(f"r.{column}" for column in self.engine.relations[f"{FEW}line"])
        self.engine.view(f"{WHOLE}line", f"SELECT {columns} FROM {FEW}line AS r")

    def give_up(self, prefix: str, names: Collection[str] | None = None) -> None:
        """Give up the relations whose names begin so, or these of them: nobody reads them any more."""
        for name in [name for name in self.engine.relations if name.startswith(prefix)]:
            if names is None or name in names:
                self.engine.drop(name)

    def pick(self, rules: Sequence[Rule], names: Iterable[str]) -> None:
        """Pick the rows of the touched persons out of relations of a few encounters."""
        columns = read_columns(rules)
        for name in sorted({*names} & {*BY_SUBJECT}):
            mine = ", ".join(f"r.{n}" for n in self.engine.relations[FEW + name] if n in columns[name])
            of_persons = {*PERSON} <= {*self.engine.relations[FEW + name]}
            where = f" WHERE {is_among(TOUCHED[PERSON], PERSON)}" if of_persons else ""
            self.engine.materialise(name, f"SELECT {mine} FROM {FEW}{name} AS r{where}")

    def judge(self, rule: Rule, *, touched: bool, prefix: str = "") -> Judged:
        """Judge by one rule over what is bound."""
        self.done.add(rule.id)
        of = len(self.order.rules) + len(self.order.grey)
        what = "灰度" if any(rule is one for one in self.order.grey) else "审核"
        self.progress(f"{what} {rule.name.zh}{self.place}", len(self.done) - 1, of)
        filled = {relation.name: bool(self.files[relation.of]) for relation in relations().values()}
        return judge(
            self.engine, rule, self.order.policy, touched=touched, filled=filled, official=self.official,
            covered=self.days, points=self.points, prefix=prefix,
        )  # fmt: skip


def judge_whole(run: Run, rules: Sequence[Rule], *, prefix: str = WHOLE) -> dict[str, Judged]:
    """Judge everybody by some rules; with its prefix, beside what is bound of the touched."""
    if rules:
        run.bind(rules, prefix=prefix)
    return {rule.id: run.judge(rule, touched=False, prefix=prefix) for rule in rules}


def judge_touched(run: Run, rules: Sequence[Rule], reasons: Mapping[str, Text | None]) -> dict[str, Judged]:
    """Judge the touched keys by some rules, and everybody by those of them for which there is a reason to."""
    near = [rule for rule in rules if reasons[rule.id] is None and singles_out(rule.key)]
    persons = [rule for rule in near if rule.key == PERSON and rule.linked_by is None]
    others = [rule for rule in near if rule not in persons]
    far = [rule for rule in rules if rule not in near]
    patient = [rule for rule in far if stand_in(run, rule) is not None]
    found = judge_far(run, [rule for rule in far if rule not in patient], reasons)
    touched = {rule.id for rule in rules if reasons[rule.id] is None}
    linked = f"JOIN {LINKED['trace_code']} AS c ON c.trace_code = u.trace_code"
    shared = f"SELECT u.encounter_id AS id FROM shared_use AS u {linked}"
    only = bind_encounters(run.engine, {rule.key for rule in near}, [shared, *blamed(run, patient, touched)])
    few, theirs = needed_relations(others) | ({"line"} if patient else set()), needed_relations(persons)
    run.bind_rows(theirs | few, only)
    run.bind_relations([*near, *patient], few, prefix=FEW)
    run.pick(persons, few & theirs)
    run.bind_relations(persons, theirs - few, touched=PERSON)
    if patient:
        run.show_few_lines()
    found |= {rule.id: run.judge(rule, touched=reasons[rule.id] is None, prefix=WHOLE) for rule in patient}
    found |= {rule.id: run.judge(rule, touched=True, prefix=FEW) for rule in others}
    found |= {rule.id: run.judge(rule, touched=False) for rule in persons}
    return found


def judge_far(run: Run, rules: Sequence[Rule], reasons: Mapping[str, Text | None]) -> dict[str, Judged]:
    """Judge by rules that must be shown everything."""
    if rules:
        run.bind(rules, prefix=WHOLE)
    return {rule.id: run.judge(rule, touched=reasons[rule.id] is None, prefix=WHOLE) for rule in rules}


# — what stands in for lines —

BILLS = """
    SELECT b.encounter_id AS line_id, b.settlement_id, b.encounter_id, b.person_id, b.institution_id, 0 AS reversed,
        0 AS self_paid, 1000000000 AS net_fen
    FROM all_settlement AS b
"""
"""A bill in the place of its lines, told by its encounter: what is found of it is found by any money at all."""

SUMS = """
    SELECT min(l.line_id) AS line_id, l.institution_id, l.item_id, 1 AS item_class, max(l.fee_day) AS fee_day,
        9999999999 AS fee_minute, CAST(sum(l.quantity) AS BIGINT) AS net_quantity, 1000000000 AS net_fen, 0 AS reversed
    FROM all_line AS l
    WHERE l.quantity > 0 AND l.kind NOT IN ('201', '301', '103', '104')
    GROUP BY l.institution_id, l.item_id
"""
"""All that was ever sold of a drug at an institution, and sold last, in the place of the single lines."""


def stand_in(run: Run, rule: Rule) -> str | None:
    """Say what stands in for the lines of a rule at first; a sum has one day, and so goes with one law for all days."""
    if rule.takes_lines_last:
        return BILLS
    if not rule.sums_lines or len(rule.versions) > 1:
        return None
    covered, policy = run.days[rule.subject], run.order.policy
    days = covered.overlap(rule.period) if covered else None
    laws = [len(policy.segments(key, days)) for key in rule.parameters.values()] if days else []
    return SUMS if all(law == 1 for law in laws) else None


def blamed(run: Run, rules: Sequence[Rule], touched: Collection[str]) -> list[str]:
    """Judge by what stands in for lines, and write the SELECTs of the encounters whose lines must be read for it.

    ``touched`` are the rules that look at the touched keys alone.
    """
    selects = []
    run.bind(rules, names=needed_relations(rules) - {"line"}, prefix=WHOLE)
    for select in (BILLS, SUMS):
        mine = [rule for rule in rules if stand_in(run, rule) == select]
        if not mine:
            continue
        run.engine.materialise(f"{WHOLE}line", select)
        rows = [run.judge(rule, touched=rule.id in touched, prefix=WHOLE).evidence for rule in mine]
        run.engine.bind("blamed", arrow=pa.concat_tables(rows).select(["evidence", "row_id"]))
        at = f"FROM blamed AS b JOIN {WHOLE}line AS l ON l.line_id = b.row_id WHERE b.evidence = 'line'"
        if select == BILLS:
            found = run.engine.run(f"SELECT DISTINCT l.encounter_id AS id {at}")
            run.engine.bind("blamed_bill", arrow=found)
            selects.append("SELECT b.id FROM blamed_bill AS b")
        else:
            found = run.engine.run(f"SELECT DISTINCT l.institution_id, l.item_id {at}")
            run.engine.bind("blamed_sum", arrow=found)
            same = "b.institution_id = r.institution_id AND b.item_id = r.item_id"
            selects.append(f"SELECT r.encounter_id AS id FROM all_line AS r JOIN blamed_sum AS b ON {same}")
    return selects
