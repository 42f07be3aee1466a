"""Explain: one finding down to the rule, the law, the knowledge, the rows in their files, and every fen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from rich.console import Console
from sqlalchemy import Row

from yibao.audit import Rule
from yibao.casework.findings import store as headers_store
from yibao.casework.findings.model import CHANGE_NAMES, finding_code, finding_number
from yibao.casework.findings.outputs import store
from yibao.casework.findings.outputs.columns import OTHER_INSTITUTION
from yibao.casework.findings.outputs.evidence import TABLES, make_detail
from yibao.casework.findings.outputs.institutions import Institution, institutions, nobody
from yibao.casework.findings.outputs.knowledge import Knowledge, knowledge_point
from yibao.casework.findings.outputs.looking import Look, looking
from yibao.casework.findings.outputs.parameters import InForce, covers, in_force
from yibao.casework.findings.outputs.ruletext import compared, result_name, rule_name, rule_of
from yibao.casework.findings.outputs.words import (
    EVIDENCE_NAMES,
    ROLE_NAMES,
    about,
    day,
    minute,
    moment,
    month,
    price,
    quantity,
)
from yibao.collect import collections
from yibao.kernel import Language, Refused, Text, mask_name, month_of
from yibao.store import Home, Register


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One stored row that a finding rests on, and where it came from.

    ``at_stake_fen`` is what this rule puts at stake of it, ``credited_fen`` what this finding is credited with.
    """

    role: int
    evidence: str
    number: str | None
    when: str
    institution: str
    item_no: str | None
    item: str | None
    quantity: str | None
    unit_price: str | None
    amount_fen: int | None
    at_stake_fen: int
    credited_fen: int
    batch: int | None
    file: str | None
    source_row: int | None
    about: Text | None = None
    """What the row is beyond its table, see `words.about`."""
    trace_codes: str | None = None
    """The traceability codes of the line, where the rule looks at codes."""
    own: bool = True
    """Whether it is a row of the institution that the finding is about."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return {
            **told,
            "role_name": ROLE_NAMES[self.role].both(),
            "evidence_name": EVIDENCE_NAMES[self.evidence].both(),
            "about": self.about.both() if self.about else None,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that became of a finding: what, on which day, how much, by which rows, and who recorded it when."""

    what: str
    name: Text
    day: int | None
    fen: int
    rows: Sequence[Mapping[str, Any]]
    run: int | None
    document: str | None
    actor: str
    recorded: str

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return {**told, "name": self.name.both(), "rows": list(self.rows)}


@dataclass(frozen=True, slots=True)
class Shared:
    """A line that another open finding holds as well: what that one puts at stake of it and is credited with."""

    line_no: str | None
    finding: str
    rule: str
    rule_name: Text
    at_stake_fen: int
    credited_fen: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything about one finding. Money is fen, days are written out; persons are masked."""

    code: str
    state: str
    rule: str
    rule_name: Text
    rule_version: int
    result: str
    definition: Rule | None
    """The version that judged, the newest where the catalogue no longer has that one; None where the rule is gone."""
    institution: Institution
    person: str | None
    day: int
    measured: int
    threshold: int
    comparison: Text
    knowledge: Knowledge | None
    evidence: Sequence[EvidenceRow]
    at_stake_fen: int
    attributed_fen: int
    shared: Sequence[Shared]
    parameters: Sequence[InForce]
    run: int
    first_run: int
    engine: str
    finished: str
    known_no: int
    evidence_batch: int
    versions: dict[str, str] = field(default_factory=dict)
    returned_fen: int = 0
    """Of the money at stake, what came back after notice was given."""
    history: Sequence[Change] = ()
    adoption: Mapping[str, Any] | None = None
    """By which instrument the region took what the rule finds on this day for clear."""
    for_institution: bool = False
    """Whether this goes to the institution: rows of others then show nothing but their month."""

    def as_json(self) -> dict[str, Any]:
        """Give the explanation as plain values for programs."""
        rule = self.definition
        return {
            "finding": self.code, "state": self.state, "rule": self.rule, "rule_name": self.rule_name.both(),
            "rule_version": self.rule_version, "result": self.result, "result_name": result_name(self.result).both(),
            "says": rule.says.text.both() if rule else None,
            "kind": rule.kind if rule else None, "origin": rule.origin if rule else None,
            "basis": [b.model_dump() for b in rule.basis] if rule else [],
            "case_cause": rule.case_cause.model_dump() if rule else None,
            "innocent": [i.text.both() for i in rule.innocent] if rule else [],
            "institution": {"code": self.institution.code, "name": self.institution.name,
                            "level": self.institution.level, "region": self.institution.region},
            "person": self.person, "day": day(self.day), "measured": self.measured, "threshold": self.threshold,
            "why": self.comparison.both(), "knowledge": self.knowledge.as_json() if self.knowledge else None,
            "evidence": [row.as_json() for row in self.evidence],
            "at_stake_fen": self.at_stake_fen, "attributed_fen": self.attributed_fen, "credit": self.credit.both(),
            "shared_lines": [
                {"line_no": s.line_no, "finding": s.finding, "rule": s.rule, "at_stake_fen": s.at_stake_fen,
                 "credited_fen": s.credited_fen} for s in self.shared
            ],
            "parameters": [one.as_json() for one in self.parameters],
            "returned_fen": self.returned_fen, "history": [one.as_json() for one in self.history],
            "for_institution": self.for_institution, "adoption": dict(self.adoption) if self.adoption else None,
            "run": self.run, "first_run": self.first_run, "engine": self.engine, "finished": self.finished,
            "known_no": self.known_no, "evidence_batch": self.evidence_batch, "versions": self.versions,
        }  # fmt: skip

    @property
    def credit(self) -> Text:
        """Say in one sentence how the money alone became the money credited."""
        if self.state == "withdrawn":
            return Text(zh="疑点已撤销，不计入总额。", en="The finding is withdrawn and counts in no total.")
        if self.state == "self_corrected":
            return Text(
                zh="通知前机构已自行纠正，不计入总额。",
                en="The institution took it back before any notice; it counts in no total.",
            )
        if self.at_stake_fen == self.attributed_fen:
            return Text(
                zh="没有其他疑点先计这些明细，全部计入本疑点。",
                en="No other finding is credited with these lines first; all of it counts here.",
            )
        others = "、".join(dict.fromkeys(s.rule_name.zh for s in self.shared if s.credited_fen))
        others_en = ", ".join(dict.fromkeys(s.rule_name.en for s in self.shared if s.credited_fen))
        others, others_en = others or "其他疑点", others_en or "of other findings"
        return Text(
            zh=f"同一明细只计一次：差额已计入排序在前的规则（{others}）。",
            en=f"A line counts once: the difference is credited to rules that come first ({others_en}).",
        )

    def render(self, console: Console, language: Language = "zh") -> None:
        """Print the explanation to a terminal."""
        from yibao.casework.findings.outputs.explain_view import render

        render(self, console, language)


def explain(home: Home, register: Register, code: str, *, for_institution: bool = False) -> Explanation:
    """Explain one finding by its code; ``for_institution`` shows of other institutions' rows nothing but their month.

    Raises `Refused`: ``casework.finding_code`` for what is no code, ``casework.unknown_finding``.
    """
    number = finding_number(code)
    with register.unit_of_work(actor="outputs") as unit:
        found = headers_store.headers(unit.connection, ids=[number], state=None)
        if not found:
            raise _unknown(code)
        header = found[0]
        history = headers_store.events_of(unit.connection, number)
        run = store.run(unit.connection, header.last_run)
        said = {one["rule"]: one for one in run.rules}
        files = {
            (one.batch, file["number"]): str(file["file"])
            for one in collections(unit.connection)
            for file in one.files
        }
    rule = rule_of(header.rule, header.rule_version)
    names = [*TABLES, f"knowledge_{rule.knowledge}"] if rule is not None and rule.knowledge else [*TABLES]
    with looking(home, register, names, known_no=run.known_no) as look:
        shared = _show(look, register, header, whole=not for_institution)
        known = institutions(look)
        rows = look.rows("SELECT * FROM detail WHERE finding_id = ? ORDER BY place", [number])
        point = knowledge_point(look, rule, header.knowledge_id)
        person = look.rows("SELECT name FROM raw_person WHERE person_id = ?", [header.person_id])
    return Explanation(
        code=finding_code(number), state=header.state, rule=header.rule, rule_name=rule_name(header.rule),
        rule_version=header.rule_version, result=header.result, definition=rule,
        institution=known.get(header.institution_id) or nobody(header.institution_id),
        person=mask_name(person[0]["name"] or "") if person else None,
        day=header.day, measured=header.measured, threshold=header.threshold,
        comparison=Text(
            zh=compared(header.rule, header.measured, header.threshold, "zh"),
            en=compared(header.rule, header.measured, header.threshold, "en"),
        ),
        knowledge=point, evidence=[_row(row, known, files, whole=not for_institution) for row in rows],
        at_stake_fen=header.at_stake_fen, attributed_fen=header.attributed_fen, shared=shared,
        parameters=in_force({header.rule: said.get(header.rule, {})}, run.region, header.day),
        run=header.last_run, first_run=header.first_run, engine=run.engine, finished=moment(run.finished_at),
        known_no=run.known_no, evidence_batch=header.evidence_batch, versions=dict(run.versions),
        returned_fen=header.returned_fen, history=[_change(row) for row in history], for_institution=for_institution,
        adoption=_adoption(said.get(header.rule, {}), header),
    )  # fmt: skip


def _show(look: Look, register: Register, header: Row[Any], *, whole: bool) -> list[Shared]:
    """Bind the finding with all that share a line with it, make their detail, and tell who shares what."""
    look.show_evidence()
    mine = [header.finding_id, header.evidence_batch]
    others = look.rows(
        "SELECT DISTINCT finding_id, evidence_batch FROM evidence WHERE evidence = 'line' AND role = 1 "
        "AND row_id IN (SELECT row_id FROM evidence WHERE finding_id = ? AND evidence_batch = ? "
        "AND evidence = 'line' AND role = 1)",
        mine,
    )
    valid = {(o["finding_id"], o["evidence_batch"]) for o in others}
    with register.unit_of_work(actor="outputs") as unit:
        found = headers_store.headers(
            unit.connection, ids=[i for i, _ in valid if i != header.finding_id], state="open"
        )
    siblings = (
        [h for h in found if (h.finding_id, h.evidence_batch) in valid] if header.state == "open" else []
    )
    told_of = {h.finding_id for h in siblings if whole or h.institution_id == header.institution_id}
    rows = [{name: getattr(h, name) for name in store.HEADER.names} for h in [header, *siblings]]
    look.show_findings(pa.Table.from_pylist(rows, schema=store.HEADER))
    look.show_ranks()
    make_detail(look, whole=whole)
    told = look.rows(
        "SELECT finding_id, rule, document_no, at_stake_fen, credited_fen FROM detail d WHERE finding_id <> ? "
        "AND evidence = 'line' AND role = 1 AND row_id IN (SELECT row_id FROM detail WHERE finding_id = ? "
        "AND evidence = 'line' AND role = 1) ORDER BY place",
        [header.finding_id, header.finding_id],
    )
    return [
        Shared(
            t["document_no"], finding_code(t["finding_id"]), t["rule"], rule_name(t["rule"]), t["at_stake_fen"],
            t["credited_fen"],
        )
        for t in told
        if t["finding_id"] in told_of
    ]  # fmt: skip


def _row(
    row: dict[str, Any], known: dict[int, Institution], files: dict[tuple[int, int], str], *, whole: bool
) -> EvidenceRow:
    own = bool(row["own"])
    shown, where = own or whole, known.get(row["row_institution_id"])
    other = "" if row["day"] is None else month(month_of(row["day"]))
    return EvidenceRow(
        role=row["role"], evidence=row["evidence"], number=row["document_no"],
        when=_when(row) if shown else other,
        institution=(where.name if where else "") if shown else OTHER_INSTITUTION,
        item_no=row["item_no"], item=row["item_name"] or row["local_name"],
        quantity=None if row["quantity"] is None else quantity(row["quantity"]),
        unit_price=None if row["unit_price"] is None else price(row["unit_price"]),
        amount_fen=row["amount_fen"], at_stake_fen=row["at_stake_fen"] or 0, credited_fen=row["credited_fen"] or 0,
        batch=row["batch"], file=files.get((row["batch"], row["source_file"])), source_row=row["source_row"],
        about=_about(row), trace_codes=row["trace_codes"], own=own,
    )  # fmt: skip


def _when(row: dict[str, Any]) -> str:
    return day(row["day"]) if row["minute"] is None else minute(row["minute"])


def _about(row: dict[str, Any]) -> Text | None:
    zh, en = (about(row["evidence"], row["about"], row["main"], language) for language in ("zh", "en"))
    return Text(zh=zh, en=en or zh) if zh else None


def _adoption(said: Mapping[str, Any], header: Row[Any]) -> Mapping[str, Any] | None:
    """Give the adoption that made a finding clear, as its run recorded it."""
    if header.result != "clear":
        return None
    return next((one for one in said.get("adopted", ()) if covers(one["period"], header.day)), None)


def _change(row: Row[Any]) -> Change:
    on = row.notice_day if row.notice is not None else row.day
    return Change(
        what=row.what, name=CHANGE_NAMES[row.what], day=on, fen=row.fen, rows=row.rows or (), run=row.run,
        document=row.document, actor=row.actor, recorded=moment(row.recorded_at),
    )  # fmt: skip


def _unknown(code: str) -> Refused:
    return Refused(
        "casework.unknown_finding",
        zh="没有这个疑点",
        en="there is no such finding",
        came=code,
        todo=Text(zh="用 yibao findings 查看编号", en="see the codes with yibao findings"),
    )
