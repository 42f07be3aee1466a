"""The papers of a round (批次文书): what it knows of the notices that go to an institution; people add the rest.

One paper goes to one institution and speaks of its lines only. The catalogue says what each must hold: what the round,
the office and the policy know is filled in here, and `documents.issue` refuses what is still missing, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from yibao.access import Permission, Target, check
from yibao.casework.cases import ClockKind, Desk, Money, acts, begun, institutions, limit
from yibao.casework.documents import CaseRef, Document, fields, issue, of_case
from yibao.casework.findings import store as findings_store
from yibao.casework.findings.outputs.looking import known_by_run, looking
from yibao.casework.findings.outputs.ruletext import basis, result_name, rule_name
from yibao.casework.papers.office import office
from yibao.casework.rounds import (
    OUTCOME_NAMES,
    Dispatch,
    Line,
    Outcome,
    Round,
    list_lines,
    list_plans,
    show_round,
    store,
)
from yibao.casework.rounds.machine import ASK_RECONSIDERATION, FINAL_REVIEW, SECOND_REVIEW
from yibao.kernel import Json, Refused, Region, Text, month_of
from yibao.ledger import Tag, record
from yibao.store import Home, Register

_LAST_MINUTE: Final = 24 * 60 - 1
"""A period of days ends with its last day (民法典 Art. 203), unless the office says when it stops working."""


def write_round_paper(
    desk: Desk, home: Home, register: Register, code: str, institution: int, slug: str, day: int,
    given: Mapping[str, Any] | None = None,
) -> Document:  # fmt: skip
    """Write a paper of a round to an institution, number it, and swear to its digest.

    ``given`` goes over what is known. Raises `Refused`: ``casework.no_round_paper`` for a document that is none of a
    round's, ``casework.not_sent_to``, and as `documents.issue` does, with all that is missing at once.
    """
    view = show_round(desk, code)
    one = view.round
    target = Target(Region(one.region), institution)
    check(desk.actor, Permission.DOCUMENT_MAKE, target)
    of = ROUND_PAPERS.get(slug)
    if of is None:
        raise Refused(
            "casework.no_round_paper",
            zh="这不是批次的文书",
            en="this is no paper of a round",
            wanted=" | ".join(ROUND_PAPERS),
            came=slug,
        )
    sent = next((d for d in view.dispatches if d.institution_id == institution), None)
    if sent is None:
        raise Refused(
            "casework.not_sent_to",
            zh="这个批次没有下发给该机构",
            en="the round was not sent to this institution",
            where=one.code,
            came=str(institution),
            todo=Text(zh="先下发：yibao round send", en="send it first with yibao round send"),
        )
    mine = list_lines(desk, one.number, institution=institution)
    known = _common(desk, home, one, sent, mine) | of(_Asked(desk, home, register, one, sent, mine, day))
    values = {k: v for k, v in {**known, **(given or {})}.items() if v not in (None, "")}
    wanted = {field.name for field in fields(slug)}
    made = issue(
        desk.unit, home, desk.policy, slug, CaseRef("round", one.number),
        {k: v for k, v in values.items() if k in wanted}, desk.actor.name, day=day,
    )  # fmt: skip
    body: dict[str, Json] = {
        "round": one.code, "institution": str(known["inst_code"]), "slug": slug, "number": made.number,
        "sha256": made.digest, "docx_sha256": made.docx_digest,
    }  # fmt: skip
    record(desk.unit, Tag.CASEWORK_DOCUMENT_ISSUED, f"document:{made.id}", body)
    return made


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a paper is asked about: a round, an institution's part of it, and the day."""

    desk: Desk
    home: Home
    register: Register
    round: Round
    sent: Dispatch
    lines: Sequence[Line]
    day: int

    def due(self, clock: ClockKind) -> int:
        """Give the last minute of a period that would start today."""
        due = begun(self.desk.policy, clock, self.day).due(self.desk.policy.workdays)
        assert due is not None
        return due * 1440 + _LAST_MINUTE

    def length(self, clock: ClockKind) -> str:
        """Give a period in words, with how sure we are of it."""
        value = limit(self.desk.policy, clock, self.day)
        unit = "个工作日" if value.unit == "working_days" else "日"
        return f"{value.number}{unit}{'（假定）' if value.assumed else ''}"


def _common(desk: Desk, home: Home, one: Round, sent: Dispatch, lines: Sequence[Line]) -> dict[str, Any]:
    whose = institutions(desk.unit, [sent.institution_id])[sent.institution_id]
    here = office(home)
    known = {
        "org_name": here.get("full_name"), "contact_name": desk.actor.holder or desk.actor.name,
        "contact_phone": here.get("phone"), "contact_address": here.get("address"), "inst_name": whose.name,
        "inst_code": whose.code, "round_no": one.code, "round_period": _period(desk, one, lines),
        "round_sent_on": sent.sent_day, "review_body": here.get("review_body"),
        "review_address": here.get("review_address"), "review_online": here.get("review_online"),
        "court_name": here.get("court"), "appeal_channel": here.get("channels") or ["平台填写", "Excel 回传"],
    }  # fmt: skip
    for field, key in _LIMITS.items():
        if desk.policy.declares(key):
            known[field] = desk.policy.at(key, sent.sent_day).number
    papers = [d for d in of_case(desk.unit, CaseRef("round", one.number)) if d.recipient_code == whose.code]
    deducted = [d.number for d in papers if d.slug == "audit_deduction_notice" and d.number]
    return known | {"deduct_doc_no": deducted[-1] if deducted else None}


_LIMITS: Final = {
    "review_days": "casework.clock.review",
    "suit_months": "casework.clock.suit",
    "suit_after_review_days": "casework.clock.suit_after_review",
}


def _period(desk: Desk, one: Round, lines: Sequence[Line]) -> str:
    if one.month is not None:
        return _in_words(one.month)
    heads = findings_store.headers(desk.unit.connection, ids=[line.finding_id for line in lines], state=None)
    months = sorted({month_of(head.day) for head in heads})
    first, last = _in_words(months[0]), _in_words(months[-1])
    return first if first == last else f"{first}至{last}"


def _in_words(month: int) -> str:
    return f"{month // 100}年{month % 100}月"


def _doubt(asked: _Asked) -> dict[str, Any]:
    lines, sent = asked.lines, asked.sent
    heads = findings_store.headers(
        asked.desk.unit.connection, ids=[line.finding_id for line in lines], state=None
    )
    results = {head.finding_id: result_name(head.result).zh for head in heads}
    rows: list[dict[str, Any]] = []
    for rule in sorted({line.rule for line in lines}):
        mine = [line for line in lines if line.rule == rule]
        rows.append(
            {
                "no": len(rows) + 1, "rule_name": rule_name(rule).zh, "rule_version": str(mine[0].rule_version),
                "result_kind": "、".join(sorted({results[line.finding_id] for line in mine})), "basis": basis(rule),
                "count": len(mine), "cost": sum(line.at_stake.total_fen for line in mine),
                "fund": sum(line.at_stake.fund_fen for line in mine),
            }
        )  # fmt: skip
    drawn = sum(line.sampled for line in lines)
    share = f"{asked.round.sample_bp // 100}.{asked.round.sample_bp % 100:02d}%"
    name = (sent.workbook or "").rpartition("/")[2]
    return {
        "finding_count": len(lines), "encounter_count": _encounters(asked), "by_rule": rows,
        "cost_total": sent.at_stake.total_fen, "fund_total": sent.at_stake.fund_fen,
        "reviewed_by_person": f"同类疑点成组审核，其中抽样{drawn}条逐条看过（比例{share}，每组至少一条）",
        "confirm_due_at": sent.confirm_day * 1440 + _LAST_MINUTE, "appeal_due_at": sent.due_day * 1440 + _LAST_MINUTE,
        "lapse_clause": "由复审人员确认后进入终审", "excel_name": name, "excel_digest": sent.digest,
        "attachments": [name] if name else None,
        "next_steps": [
            {"step": "复审", "due": f"收到反馈后{asked.length(SECOND_REVIEW)}内"},
            {"step": "终审", "due": f"复审以后{asked.length(FINAL_REVIEW)}内"},
            {"step": "扣款", "due": "列入以后月份的扣款计划，另行通知"},
        ],
    }  # fmt: skip


def _encounters(asked: _Asked) -> int:
    """Count the visits that the charge lines of the findings belong to."""
    wanted = store.charge_lines(asked.desk.unit.connection, [line.case_id for line in asked.lines])
    with looking(asked.home, asked.register, ("line",), known_no=known_by_run(asked.register)) as look:
        look.engine.register_arrow("wanted", pa.table({"line_id": pa.array(wanted, pa.int64())}))
        found = look.rows(
            "SELECT count(DISTINCT encounter_id) AS n FROM raw_line JOIN wanted USING (line_id)"
        )
    return int(found[0]["n"])


def _results(
    lines: Sequence[Line], reasons: Callable[[Line], str | None], fen: Callable[[Line], int]
) -> list[dict[str, Any]]:
    return [
        {
            "finding_id": line.finding,
            "decision": OUTCOME_NAMES[line.outcome or Outcome.NONE].zh,
            "amount": fen(line),
            "reason": reasons(line) or "—",
        }
        for line in lines
    ]


def _last_reason(desk: Desk, verbs: frozenset[str]) -> Callable[[Line], str | None]:
    def reason(line: Line) -> str | None:
        told = [act.reason for act in acts(desk.unit, line.case_id) if act.verb in verbs and act.reason]
        return told[-1] if told else None

    return reason


def _review(asked: _Asked) -> dict[str, Any]:
    found = [line for line in asked.lines if line.outcome is not None]
    reasons = _last_reason(asked.desk, frozenset({"review", "confirm", "conclude", "vote"}))
    rows = _results(found, reasons, lambda line: (line.decided or line.proposed or Money(0)).fund_fen)
    return {"results": rows, "deduct_total": sum(row["amount"] for row in rows)}


def _planned(asked: _Asked, kind: str) -> tuple[int, int | None]:
    """Give what newest plans move for the institution's lines of this round out of the fund's purse, and in which month."""
    mine = {line.number for line in asked.lines}
    for plan in list_plans(asked.desk):
        items = [item for item in plan.items if item.kind == kind and item.case in mine]
        if items and plan.state != "dropped":
            return abs(sum(item.money.fund_fen for item in items)), plan.month
    return 0, None


def _deduction(asked: _Asked) -> dict[str, Any]:
    fen, month = _planned(asked, "deduct")
    return {
        "deduct_total": fen, "fund_split": [{"fund_name": "统筹基金", "amount": fen}],
        "offset_month": _in_words(month) if month else None, "recon_due_at": asked.due(ASK_RECONSIDERATION),
    }  # fmt: skip


def _reconsidered(asked: _Asked) -> dict[str, Any]:
    reason = _last_reason(asked.desk, frozenset({"uphold", "grant"}))
    found = [line for line in asked.lines if reason(line) is not None]
    rows = _results(found, reason, lambda line: line.refund.fund_fen if line.refund else 0)
    for line, row in zip(found, rows, strict=True):
        whole = line.refund is not None and line.refund == line.decided
        row["decision"] = "维持" if line.refund is None else "全额退" if whole else "部分退"
    return {"results": rows, "refund_total": sum(row["amount"] for row in rows)}


def _refund(asked: _Asked) -> dict[str, Any]:
    fen, month = _planned(asked, "refund")
    return {"refund_total": fen, "refund_month": _in_words(month) if month else None}


ROUND_PAPERS: Final[Mapping[str, Callable[[_Asked], dict[str, Any]]]] = {
    "audit_doubt_notice": _doubt,
    "audit_review_result": _review,
    "audit_deduction_notice": _deduction,
    "audit_recon_result": _reconsidered,
    "audit_refund_notice": _refund,
}
"""The papers of a round, each with what the round knows of it."""
