"""What a case knows of what a document must say, by the source that the catalogue names for each field."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from yibao.access import actor_of, has_accounts
from yibao.casework import agreement, penalty
from yibao.casework.agreement import MEASURE_NAMES, Measure, Taken
from yibao.casework.cases import (
    Amount,
    Case,
    Desk,
    Money,
    Track,
    acts,
    case_clocks,
    held_findings,
    institutions,
    links,
    standing_amounts,
)
from yibao.casework.cases import case_id as id_of
from yibao.casework.documents import CaseRef, Document, DocumentKind, deliveries, of_case
from yibao.casework.findings.model import finding_code
from yibao.casework.papers.facts import by_fund, credit_code, violations
from yibao.casework.papers.office import issuer_on, office
from yibao.casework.penalty import EVIDENCE_KINDS, Article, Dossier, Measures, Officer
from yibao.casework.tracks import the_case
from yibao.kernel import date_of
from yibao.store import Home, Register

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
    "agreement.perform_days": "casework.clock.agreement_perform",
}
"""By source: the policy parameter that holds it."""


def known_values(
    desk: Desk, home: Home, register: Register, case_id: int, kind: DocumentKind, day: int
) -> dict[str, Any]:
    """Give the values of a document that the case, the office and the policy know; people type the rest."""
    case = the_case(desk, case_id)
    asked = {field.source for field in kind.fields.values()}
    known: dict[str, Any] = _of_office(home, kind, case.track)
    known |= _of_policy(desk, kind, day)
    known |= {
        "case.number": case.number,
        "case.cause": case.cause,
        "clue.number": case.number,
        "calc.number": case.number,
        "clue.received_on": case.opened_day,
        "clue.handler": _person(desk, case.handler) or desk.actor.holder or desk.actor.name,
        "actor.handler.name": _person(desk, case.handler) or desk.actor.holder or desk.actor.name,
        "doc.made_on": day,
        "approval.signed_on": day,
    }
    known |= _of_party(desk, home, register, case, asked)
    known |= _of_documents(desk, CaseRef(case.track, case_id))
    # what was passed on lies in the case that took it: the letter that goes with it names it all the same
    there = next(
        (id_of(one.target) for one in links(desk.unit, case_id) if one.source == case.number), case_id
    )
    stake = standing_amounts(desk.unit, there).get(Amount.AT_STAKE)
    known["calc.sum"] = stake.total_fen if stake is not None else None
    known["finding.lines"] = [finding_code(one) for one in held_findings(desk.unit, there)]
    known |= {
        f"calc.due:{c.running.kind}": c.due_day
        for c in case_clocks(desk.unit, case_id)
        if c.due_day is not None
    }
    known["calc.due(hold_from,7wd)"] = known.get("calc.due:preserve")
    known["calc.due(seal_from,30cd)"] = known.get("calc.due:seal")
    known["calc.due(seal_to_old,30cd)"] = known.get("calc.due:seal_extended")
    known["policy.law(处罚法56)"] = "《中华人民共和国行政处罚法》第五十六条"
    known["calc.due(received_on,15wd)"] = known.get("calc.due:verify_clue")
    known["calc.due(filed_on,90cd)"] = known.get("calc.due:decide")
    known["calc.due(submitted_on,10wd)"] = known.get("calc.due:legal_review")
    if case.track is Track.PENALTY:
        known |= _of_penalty(desk, penalty.dossier(desk.unit, case_id), day)
    elif case.track is Track.AGREEMENT:
        known |= _of_agreement(desk, case_id)
    if asked & _OF_FACTS:
        known |= _of_findings(desk, home, register, case_id, known)
    if case.track is Track.AGREEMENT and "evidence" in asked:
        known["evidence"] = _of_audit(known.get("case.violations", ()))
    return _by_field(kind, known)


_OF_FACTS = frozenset({"case.violations", "calc.split(refund_fund)", "calc.split", "calc.sum(findings.fund)"})
"""The sources for which the lake is asked."""


def with_totals(kind: DocumentKind, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give values with what follows from others, where nobody said otherwise: the number of acts and their sum."""
    rows = values.get("violations")
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        return dict(values)
    losses = [row.get("fund_loss") for row in rows]
    told: dict[str, Any] = {"violation_count": len(rows)}
    if all(type(loss) is int for loss in losses):
        told["loss_total"] = sum(losses)
    kept = {k: v for k, v in values.items() if k != "bar_years" or values.get("bar_person")}
    return {**{name: value for name, value in told.items() if name in kind.fields}, **kept}


def _of_office(home: Home, kind: DocumentKind, track: Track) -> dict[str, Any]:
    here = office(home, issuer_on(kind, track))
    known = {f"org.{key}": value for key, value in here.items()}
    known["org.agency.name"], known["org.bureau"] = here.get("agency.full_name"), here.get("bureau.full_name")
    return known


_LISTS = ("table", "list", "file_list", "officers")
"""The kinds of field that hold several values."""


def _by_field(kind: DocumentKind, known: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in kind.fields.values():
        value = known.get(
            f"{field.source}[]" if field.kind == "table" else field.source, known.get(field.source)
        )
        if value is None or isinstance(value, list) is not (field.kind in _LISTS):
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


def _of_party(
    desk: Desk, home: Home, register: Register, case: Case, asked: Collection[str]
) -> dict[str, Any]:
    key = case.institution_id or 0
    one = institutions(desk.unit, [key]).get(key)
    if one is None:
        return {"party.kind": "INDIVIDUAL", "calc.you(party_kind)": "你"}
    code = credit_code(home, register, key) if "party.id_no" in asked else None
    return {
        "party.kind": "PROVIDER",
        "calc.you(party_kind)": "你单位",
        "party.name": one.name,
        "party.fixmedins_code": one.code,
        "party.id_type": "统一社会信用代码" if code else None,
        "party.id_no": code,
        "clue.subject.name": one.name,
        "clue.subject.kind": "定点医药机构",
        "calc.case_name(case)": f"{one.name}{'' if _decided(case) else '涉嫌'}{case.cause}案",
    }


def _decided(case: Case) -> bool:
    """Tell whether the case was decided: until then its name says 涉嫌."""
    return case.state in {
        "decided",
        "carried_out",
        "in_court",
        "unpunished",
        "closed",
        "in_performance",
        "urged",
    }


def _of_findings(
    desk: Desk, home: Home, register: Register, case_id: int, known: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the acts as the findings show them, rule by rule, and by fund; what was done in words, people write."""
    ids = held_findings(desk.unit, case_id)
    if not ids:
        return {}
    rows, stakes = violations(desk, home, register, ids)
    if known.get("evidence") is None:
        rows = [{**row, "evidence_refs": [f"证据{row['no']}"]} for row in rows]
    told: dict[str, Any] = {
        "case.violations": rows,
        "calc.sum(findings.fund)": sum(row["fund_loss"] for row in rows),
    }
    spoken = [(0, line, fen) for stake in stakes.values() for line, fen in stake.lines]
    refund = known.get("case.measures.refund")
    if refund:
        told["calc.split(refund_fund)"] = _fund_rows(by_fund(home, register, {0: refund}, spoken), "amount")
    parts = {
        name: by_fund(home, register, {0: fen}, spoken) if (fen := known.get(f"case.measures.{name}")) else {}
        for name in ("refuse", "recover")
    }
    if any(parts.values()):
        told["calc.split"] = [
            {"fund_name": fund, **{name: shares.get(fund, 0) for name, shares in parts.items()}}
            for fund in sorted({fund for shares in parts.values() for fund in shares})
        ]
    return told


def _of_audit(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give the audit's own evidence, one piece for each act: the lines that it found; people add what they collected."""
    return [
        {
            "no": row["no"], "kind": "电子数据", "name": f"智能审核疑点明细“{row['title']}”（{row['line_count']}条）",
            "proves": "该项所涉的结算明细",
        }
        for row in rows
    ]  # fmt: skip


def _fund_rows(shares: Mapping[str, int], column: str) -> list[dict[str, Any]]:
    return [{"fund_name": name, column: fen} for name, fen in shares.items()]


def _of_documents(desk: Desk, case: CaseRef) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for one in of_case(desk.unit, case):
        if one.number is not None and one.voided is None:
            known[f"case.docs.{one.slug}"] = one.number
            served = _served(desk, one)
            if served is not None and one.slug.endswith("prior_notice"):
                known["delivery.on"] = served
    return known


def _served(desk: Desk, document: Document) -> int | None:
    return next((d.served_day for d in deliveries(desk.unit, document.id) if d.served_day is not None), None)


def _of_penalty(desk: Desk, file: Dossier, day: int) -> dict[str, Any]:
    known: dict[str, Any] = {
        "case.officers": [_officer(desk, one) for one in file.officers],
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
        paid = sum(int(one.body["fine_paid_fen"]) for one in file.acts if one.verb == "recover")
        fine = max(measures.fine_fen - paid, 0)
        late = max(due_fine - fine, 0)
        refund = measures.refund_fen - measures.patient_fen
        returned = standing_amounts(desk.unit, file.case.id).get(Amount.RECOVERED, Money(0)).fund_fen
        known |= {
            # the patients' own money is no refund to the fund: it stands in no sum with it
            "case.measures.refund": refund,
            "calc.refund_fund-refunded_already": refund - returned,
            "ledger.payments": returned or None,
            "case.measures.multiple": _multiple(measures),
            "case.measures.base": measures.loss_fen - measures.patient_fen if _multiple(measures) else None,
            "policy.law(article)": _in_full(measures.article),
            "case.measures.fine": measures.fine_fen,
            "case.measures.settle_months"
            if file.case.institution_id is None
            else "case.measures.dept_months": (measures.suspension_months or None),
            "case.measures.bar_person": measures.barred or None,
            "policy.penalty(article)": _in_full(measures.article),
            "ledger.due.refund": max(refund - returned, 0),
            "ledger.due.fine": fine,
            "calc.late_fine": late,
            "calc.late_from": _late_from(desk, file.case.id) if late else None,
            "calc.late_to": day if late else None,
            "ledger.due[]": _rows(
                ("退回医疗保障基金", max(refund - returned, 0)),
                ("退还参保人员", max(due_back - max(refund - returned, 0), 0)),
                ("罚款", fine),
                ("加处罚款", late),
            ),
            "ledger.payments[]": _rows(("退回的医疗保障基金", returned), ("罚款", paid)),
            "doc.date": next((one.day for one in reversed(file.acts) if one.verb in _DECISIONS), None),
            "delivery.decision.on": file.decision.served_day if file.decision else None,
        }
    if file.told is not None:
        known["calc.hearing_due(measures,policy)"] = file.told.hearing_due
    return known


def _officer(desk: Desk, one: Officer) -> str:
    """Name an officer as paper does: the person, not the account, with the certificate."""
    return f"{_person(desk, one.account)}（{one.certificate}）"


def _person(desk: Desk, account: str | None) -> str | None:
    """Give who holds an account; the account's own name where there are no accounts."""
    if account is None or not has_accounts(desk.unit):
        return account
    return actor_of(desk.unit, account).holder or account


_DECISIONS = ("decide", "no_penalty", "decide_on_the_spot")


def _late_from(desk: Desk, case_id: int) -> int | None:
    """Give the first day on which an unpaid fine is added to: the one after the last day to pay it."""
    dues = [c.due_day for c in case_clocks(desk.unit, case_id) if c.running.kind == "pay_fine"]
    return dues[0] + 1 if dues and dues[0] is not None else None


def _rows(*pairs: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"item": item, "amount": fen} for item, fen in pairs if fen]


def _in_full(article: Article) -> str:
    """Name an article as a decision does: with the instrument in full, without our gloss.

    >>> _in_full(Article.FRAUD)
    '《医疗保障基金使用监督管理条例》第四十条'
    """
    short = penalty.ARTICLE_NAMES[article].zh.partition("（")[0]
    return short.replace("条例", "《医疗保障基金使用监督管理条例》", 1)


def _multiple(measures: Measures) -> int | None:
    """Give how many times the loss the fine is, in ten thousandths; None where that is no such number, or no fine."""
    base = measures.loss_fen - measures.patient_fen
    if not measures.fine_fen or base <= 0 or measures.fine_fen * 10_000 % base:
        return None
    return measures.fine_fen * 10_000 // base


def _of_agreement(desk: Desk, case_id: int) -> dict[str, Any]:
    told = agreement.disposal(desk.unit, case_id)
    if told is None:
        return {}
    rows = [row for one in told.measures for row in _measure_rows(one)]
    of = {measure: [one for one in told.measures if one.measure is measure] for measure in Measure}
    back = [*of[Measure.REFUSE], *of[Measure.RECOVER]]
    return {
        "agreement.clauses": [told.clause],
        "case.measures": rows,
        "case.defence.made": any(one.verb == "defend" for one in acts(desk.unit, case_id)),
        "case.measures.refuse": sum(one.fund_fen for one in of[Measure.REFUSE]) or None,
        "case.measures.recover": sum(one.fund_fen for one in of[Measure.RECOVER]) or None,
        "case.measures.agreed_penalty": sum(one.fund_fen for one in of[Measure.DAMAGES]) or None,
        "calc.patient_share": sum(one.patient_fen for one in back) or None,
        "ledger.due": sum(agreement.unpaid(desk, case_id)) or None,
    }


def _measure_rows(one: Taken) -> list[dict[str, Any]]:
    """Tell a measure with its months and whom it meets; what is the patients' own stands in a row of its own."""
    name = MEASURE_NAMES[one.measure].zh
    for more in (one.whom, f"{one.months}个月" if one.months else ""):
        name += f"（{more}）" if more else ""
    rows: list[dict[str, Any]] = [{"kind": name, "amount": one.fund_fen or None}]
    if one.patient_fen:
        rows.append({"kind": f"{name}中应当退还参保人员的部分", "amount": one.patient_fen})
    return rows


def _timeline(file: Dossier) -> str:
    machine = penalty.MACHINE
    named = {move.verb: move.name.zh for move in machine.moves}
    return "；".join(f"{_on_paper(one.day)}{named.get(one.verb, one.verb)}" for one in file.acts) + "。"


def _on_paper(day: int) -> str:
    on = date_of(day)
    return f"{on.year}年{on.month}月{on.day}日"
