"""What a case knows of what a document must say, by the source that the catalogue names for each field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from yibao.casework import agreement, penalty
from yibao.casework.agreement import MEASURE_NAMES
from yibao.casework.cases import (
    Amount,
    Desk,
    Track,
    case_clocks,
    held_findings,
    institutions,
    standing_amounts,
)
from yibao.casework.documents import CaseRef, Document, DocumentKind, deliveries, of_case
from yibao.casework.findings import store as findings_store
from yibao.casework.findings.outputs.ruletext import basis, rule_name
from yibao.casework.papers.office import office
from yibao.casework.penalty import EVIDENCE_KINDS, Dossier
from yibao.casework.tracks import the_case
from yibao.kernel import date_of
from yibao.store import Home

_CLOCKS = {
    "policy.clock.defence": "casework.clock.defence",
    "policy.clock.fine_due": "casework.clock.pay_fine",
    "policy.clock.hearing_request": "casework.clock.ask_hearing",
    "policy.clock.late_rate": "casework.penalty.late_daily",
    "policy.clock.review": "casework.clock.review",
    "policy.clock.suit": "casework.clock.suit",
    "policy.clock.suit_after_review": "casework.clock.suit_after_review",
    "policy.clock.urge": "casework.clock.urge",
    "policy.law(43)": "casework.penalty.bar_years",
}
"""By source: the policy parameter that holds it."""


def known_values(desk: Desk, home: Home, case_id: int, kind: DocumentKind, day: int) -> dict[str, Any]:
    """Give the values of a document that the case, the office and the policy know; people type the rest."""
    case = the_case(desk, case_id)
    known: dict[str, Any] = {f"org.{key}": value for key, value in office(home).items()}
    known |= _of_policy(desk, kind, day)
    known |= {
        "case.number": case.number,
        "case.cause": case.cause,
        "clue.number": case.number,
        "calc.number": case.number,
        "clue.received_on": case.opened_day,
        "clue.handler": case.handler,
        "actor.handler.name": case.handler,
        "doc.made_on": day,
        "approval.signed_on": day,
    }
    known |= _of_party(desk, case.institution_id)
    known |= _of_findings(desk, case_id)
    known |= _of_documents(desk, CaseRef(case.track, case_id))
    known |= {
        f"calc.due:{c.running.kind}": c.due_day
        for c in case_clocks(desk.unit, case_id)
        if c.due_day is not None
    }
    known["calc.due(received_on,15wd)"] = known.get("calc.due:verify_clue")
    known["calc.due(filed_on,90cd)"] = known.get("calc.due:decide")
    known["calc.due(submitted_on,10wd)"] = known.get("calc.due:legal_review")
    if case.track is Track.PENALTY:
        known |= _of_penalty(desk, penalty.dossier(desk.unit, case_id), day)
    elif case.track is Track.AGREEMENT:
        known |= _of_agreement(desk, case_id)
    return _by_field(kind, known)


def _by_field(kind: DocumentKind, known: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in kind.fields.values():
        value = known.get(field.source)
        if value is None:
            continue
        if field.columns and isinstance(value, list):
            value = [
                {name: row[name] for name in field.columns if row.get(name) is not None} for row in value
            ]
        found[field.name] = value
    return found


def _of_policy(desk: Desk, kind: DocumentKind, day: int) -> dict[str, Any]:
    wanted = {field.source for field in kind.fields.values()} & set(_CLOCKS)
    return {
        source: desk.policy.at(_CLOCKS[source], day).number
        for source in wanted
        if desk.policy.declares(_CLOCKS[source])
    }


def _of_party(desk: Desk, institution_id: int | None) -> dict[str, Any]:
    one = institutions(desk.unit, [institution_id]).get(institution_id or 0)
    if one is None:
        return {"party.kind": "INDIVIDUAL"}
    return {
        "party.kind": "PROVIDER",
        "party.name": one.name,
        "party.fixmedins_code": one.code,
        "clue.subject.name": one.name,
        "clue.subject.kind": "定点医药机构",
    }


def _of_findings(desk: Desk, case_id: int) -> dict[str, Any]:
    """Give the acts as the findings show them, rule by rule; what was done in words, people write."""
    ids = held_findings(desk.unit, case_id)
    if not ids:
        return {}
    rows = findings_store.headers(desk.unit.connection, ids=ids, state=None)
    stake = standing_amounts(desk.unit, case_id).get(Amount.AT_STAKE)
    violations = [
        {
            "title": rule_name(rule).zh,
            "period_from": min(row.day for row in mine),
            "period_to": max(row.day for row in mine),
            "person_count": len({row.person_id for row in mine}),
            "line_count": sum(row.rows for row in mine),
            "cost": sum(row.attributed_fen for row in mine),
            "fund_loss": sum(row.attributed_fen for row in mine),
            "basis_violated": basis(rule),
        }
        for rule, mine in _grouped(rows, lambda row: str(row.rule))
    ]
    known: dict[str, Any] = {"case.violations": violations}
    if stake is not None:
        known["calc.sum(findings.fund)"] = stake.total_fen
    return known


def _grouped(rows: Iterable[Any], key: Callable[[Any], str]) -> list[tuple[str, list[Any]]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return list(found.items())


def _of_documents(desk: Desk, case: CaseRef) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for one in of_case(desk.unit, case):
        if one.number is not None and one.in_force:
            known[f"case.docs.{one.slug}"] = one.number
            served = _served(desk, one)
            if served is not None and one.slug.endswith("prior_notice"):
                known["delivery.on"] = served
    return known


def _served(desk: Desk, document: Document) -> int | None:
    return next((d.served_day for d in deliveries(desk.unit, document.id) if d.served_day is not None), None)


def _of_penalty(desk: Desk, file: Dossier, day: int) -> dict[str, Any]:
    known: dict[str, Any] = {
        "case.officers": [f"{one.account}（{one.certificate}）" for one in file.officers],
        "case.defence.made": file.did("defend"),
        "case.hearing.held": file.did("hear"),
        "evidence": [
            {
                "no": one.ordinal, "kind": EVIDENCE_KINDS[one.kind].zh, "name": one.name, "proves": one.proves,
                "digest": one.sha256,
            }
            for one in file.evidence
        ],
        "calc.timeline(case)": _timeline(file),
    }  # fmt: skip
    filed = [one.day for one in file.acts if one.verb == "file"]
    if filed:
        known["case.filed_on"] = filed[-1]
    measures = file.decision.measures if file.decision else file.told.measures if file.told else None
    if measures is not None:
        due_back, due_fine = penalty.unpaid(desk, file.case.id, day)
        known |= {
            "case.measures.refund": measures.refund_fen,
            "case.measures.fine": measures.fine_fen,
            "case.measures.settle_months"
            if file.case.institution_id is None
            else "case.measures.dept_months": (measures.suspension_months or None),
            "case.measures.bar_person": measures.barred or None,
            "policy.penalty(article)": penalty.ARTICLE_NAMES[measures.article].zh,
            "ledger.due.refund": due_back,
            "ledger.due.fine": due_fine,
        }
    if file.told is not None:
        known["calc.hearing_due(measures,policy)"] = file.told.hearing_due
    return known


def _of_agreement(desk: Desk, case_id: int) -> dict[str, Any]:
    told = agreement.disposal(desk.unit, case_id)
    if told is None:
        return {}
    rows = [
        {"kind": MEASURE_NAMES[one.measure].zh, "amount": (one.fund_fen + one.patient_fen) or None}
        for one in told.measures
    ]
    return {"agreement.clauses": [told.clause], "case.measures": rows}


def _timeline(file: Dossier) -> str:
    machine = penalty.MACHINE
    named = {move.verb: move.name.zh for move in machine.moves}
    return "；".join(f"{_on_paper(one.day)}{named.get(one.verb, one.verb)}" for one in file.acts) + "。"


def _on_paper(day: int) -> str:
    on = date_of(day)
    return f"{on.year}年{on.month}月{on.day}日"
