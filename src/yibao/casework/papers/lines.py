"""What a round knows of each of its papers (批次文书的内容): the lines of one institution, as each paper tells them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import pyarrow as pa

from yibao.casework.cases import Act, ClockKind, Desk, Money, acts, case_clocks, limit
from yibao.casework.findings import store as findings_store
from yibao.casework.findings.outputs.looking import known_by_run, looking
from yibao.casework.findings.outputs.ruletext import result_name, rule_name
from yibao.casework.papers.facts import basis_on_paper, by_fund
from yibao.casework.rounds import OUTCOME_NAMES, Dispatch, Line, LineState, Outcome, Round, list_plans, store
from yibao.casework.rounds.machine import ASK_RECONSIDERATION, FINAL_REVIEW, SECOND_REVIEW, SUPPLEMENT
from yibao.kernel import CHINA, date_of, format_fen
from yibao.store import Home, Register

_LAST_MINUTE: Final = 24 * 60 - 1
"""A period of days ends with its last day (民法典 Art. 203), unless the office says when it stops working."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a paper is asked about: a round, an institution's part of it, and the day."""

    desk: Desk
    home: Home
    register: Register
    round: Round
    sent: Dispatch
    lines: Sequence[Line]
    """Those that were sent to the institution."""
    unsent: Sequence[Line]
    """Those that it never saw."""
    day: int

    def length(self, clock: ClockKind) -> str:
        """Give a period in words, with how sure we are of it."""
        value = limit(self.desk.policy, clock, self.day)
        unit = "个工作日" if value.unit == "working_days" else "日"
        return f"{value.number}{unit}{'（假定）' if value.assumed else ''}"


def _doubt(asked: Asked) -> dict[str, Any]:
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
                "result_kind": "、".join(sorted({results[line.finding_id] for line in mine})), "basis": basis_on_paper(rule),
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


def _encounters(asked: Asked) -> int:
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


def _review(asked: Asked) -> dict[str, Any]:
    found = [line for line in asked.lines if line.outcome is not None]
    rows = _results(
        found,
        lambda line: _why_proposed(acts(asked.desk.unit, line.case_id)),
        lambda line: (line.decided or line.proposed or Money(0)).fund_fen,
    )
    return {"results": rows, "deduct_total": sum(row["amount"] for row in rows)} if rows else {}


def _why_proposed(done: Sequence[Act]) -> str | None:
    """Give why a line was proposed as it was: the reviewer's reason, the panel's, or that nobody disputed it."""
    last = next((act for act in reversed(done) if act.verb in ("review", "conclude", "confirm")), None)
    if last is None or last.verb == "review":
        return last.reason if last is not None else None
    if last.verb == "conclude":
        told = _votes(done, last)
        return "经合议：" + "；".join(dict.fromkeys(v.reason or "—" for v in told if _agrees(v, last)))
    return last.reason or (
        "贵机构已认可" if last.came_from == LineState.ACCEPTED else "逾期未反馈，由复审人员确认"
    )


def _planned(asked: Asked, kind: str) -> tuple[dict[int, int], int | None]:
    """Give what the newest plan moves of the institution's lines out of the fund's purse, by case, and in which month."""
    mine = {line.number: line.case_id for line in asked.lines}
    for plan in list_plans(asked.desk):
        items = [item for item in plan.items if item.kind == kind and item.case in mine]
        if items and plan.state != "dropped":
            return {mine[item.case]: abs(item.money.fund_fen) for item in items}, plan.month
    return {}, None


def _deduction(asked: Asked) -> dict[str, Any]:
    funds, month = _planned(asked, "deduct")
    if month is None:
        return {}
    lines = [line for line in asked.lines if line.case_id in funds]
    why = _last_reason(asked.desk, frozenset({"decide"}))
    spoken = store.spoken_lines(asked.desk.unit.connection, list(funds))
    shares = by_fund(asked.home, asked.register, funds, [(r.case_id, r.line_id, r.fen) for r in spoken])
    return {
        "results": _results(lines, why, lambda line: funds[line.case_id]), "deduct_total": sum(funds.values()),
        "fund_split": [{"fund_name": name, "amount": fen} for name, fen in shares.items()],
        "offset_month": month_in_words(month), "recon_due": _until_reconsideration(asked, lines),
    }  # fmt: skip


def _until_reconsideration(asked: Asked, lines: Sequence[Line]) -> str:
    """Say until when a reconsideration can be asked for: its clock starts with the deduction, not with this notice."""
    dues = [due for line in lines if (due := _running(asked.desk, line, ASK_RECONSIDERATION)) is not None]
    if not dues:
        return f"自扣款之日起{asked.length(ASK_RECONSIDERATION)}内"
    on = date_of(min(dues))
    return f"在{on.year}年{on.month}月{on.day}日以前（含当日）"


def _reconsidered(asked: Asked) -> dict[str, Any]:
    reason = _last_reason(asked.desk, frozenset({"uphold", "grant"}))
    found = [line for line in asked.lines if reason(line) is not None]
    rows = _results(found, reason, lambda line: line.refund.fund_fen if line.refund else 0)
    for line, row in zip(found, rows, strict=True):
        whole = line.refund is not None and line.refund == line.decided
        row["decision"] = "维持" if line.refund is None else "全额退" if whole else "部分退"
    return {"results": rows, "refund_total": sum(row["amount"] for row in rows)} if rows else {}


def _refund(asked: Asked) -> dict[str, Any]:
    funds, month = _planned(asked, "refund")
    return {"refund_total": sum(funds.values()), "refund_month": month_in_words(month)} if month else {}


def _withdrawn(asked: Asked) -> dict[str, Any]:
    """Tell which of the lines that were sent are called back, and why."""
    gone = [line for line in asked.lines if line.state == LineState.WITHDRAWN]
    reason = _last_reason(asked.desk, frozenset({"withdraw"}))
    mine = {line.finding: why for line in gone if (why := reason(line)) is not None}
    return (
        {"finding_ids": list(mine), "recall_reason": "；".join(dict.fromkeys(mine.values()))} if mine else {}
    )


def _lapsed(asked: Asked) -> dict[str, Any]:
    """Tell how many lines were never answered in time."""
    number = sum(
        any(act.verb == "lapse" for act in acts(asked.desk.unit, line.case_id)) for line in asked.lines
    )
    if not number:
        return {}
    return {
        "lapse_count": number, "lapse_clause": "没有反馈的，由复审人员逐批确认后进入终审，不因逾期当然扣款",
        "late_answer_rule": "在终审以前向本机构书面说明情况，由复审人员决定是否接收",
    }  # fmt: skip


def _more_asked(asked: Asked) -> dict[str, Any]:
    """Tell what second review asks for, line by line, and until when."""
    waiting = [line for line in asked.lines if line.state == LineState.MORE_ASKED]
    if not waiting:
        return {}
    need = _last_reason(asked.desk, frozenset({"ask_more"}))
    dues = [due for line in waiting if (due := _running(asked.desk, line, SUPPLEMENT)) is not None]
    return {
        "items": [{"finding_id": line.finding, "need": need(line) or "—"} for line in waiting],
        "supplement_due_at": min(dues) * 1440 + _LAST_MINUTE if dues else None,
    }  # fmt: skip


def _running(desk: Desk, line: Line, kind: ClockKind) -> int | None:
    """Give the last day of a clock that runs on a line."""
    mine = [
        c
        for c in case_clocks(desk.unit, line.case_id)
        if c.running.kind == kind.name and c.stopped_day is None
    ]
    return mine[-1].due_day if mine else None


def _panel(asked: Asked) -> dict[str, Any]:
    """Tell what a panel said of each line: the outcome, the votes, the reasons, and who differed — without names."""
    rows = []
    for line in asked.lines:
        done = acts(asked.desk.unit, line.case_id)
        ended = [act for act in done if act.verb == "conclude"]
        if ended:
            rows.append(_opinion(line, ended[-1], _votes(done, ended[-1])))
    # experts see unnamed material: the code leads the agency, and nobody else, to the institution
    blind = sha256(f"{asked.round.code}:{asked.round.seed}:{asked.sent.institution_id}".encode()).hexdigest()
    questions = dict.fromkeys(
        act.reason or "—"
        for line in asked.lines
        for act in acts(asked.desk.unit, line.case_id)
        if act.verb == "call_panel"
    )
    told = {
        "blind_code": f"{asked.round.code}-{blind[:6].upper()}",
        "question": "；".join(questions),
        "opinions": rows,
    }
    return told if rows else {}


def _votes(done: Iterable[Act], ended: Act) -> list[Act]:
    """Give each member's last word before a panel ended."""
    return list({act.actor: act for act in done if act.verb == "vote" and act.number < ended.number}.values())


def _agrees(vote: Act, ended: Act) -> bool:
    return bool(vote.body["outcome"] == ended.body["outcome"])


def _opinion(line: Line, ended: Act, votes: Sequence[Act]) -> dict[str, Any]:
    outcome = Outcome(ended.body["outcome"])
    part = Money(ended.body["fund_fen"], ended.body["patient_fen"])
    counted = Counter(Outcome(vote.body["outcome"]) for vote in votes)
    told = "；".join(dict.fromkeys(vote.reason or "—" for vote in votes if _agrees(vote, ended)))
    others = "；".join(
        f"{OUTCOME_NAMES[Outcome(vote.body['outcome'])].zh}，{vote.reason or '—'}"
        for vote in votes
        if not _agrees(vote, ended)
    )
    return {
        "finding_id": line.finding,
        "answer": OUTCOME_NAMES[outcome].zh + (f"（{format_fen(part.total_fen)}）" if outcome is Outcome.PART else ""),
        "votes": "，".join(f"{OUTCOME_NAMES[one].zh}{counted[one]}票" for one in Outcome if counted[one]),
        "reason": f"{told}。不同意见：{others}" if others else told,
    }  # fmt: skip


def _handed_over(asked: Asked) -> dict[str, Any]:
    """Tell which lines go to inspection with how much of their money frozen; also those that the institution never saw."""
    gone = [line for line in (*asked.lines, *asked.unsent) if line.state == LineState.HANDED_OVER]
    if not gone:
        return {}
    reason = _last_reason(asked.desk, frozenset({"hand_over"}))
    return {
        "finding_ids": [line.finding for line in gone],
        "transfer_reason": "；".join(dict.fromkeys(reason(line) or "—" for line in gone)),
        "frozen_amount": sum(line.at_stake.total_fen for line in gone),
    }  # fmt: skip


def _receipt(asked: Asked) -> dict[str, Any]:
    """Tell what of the newest workbook that came back was taken, and what not."""
    mine = [
        r for r in store.receipts(asked.desk.unit.connection, asked.round.number)
        if r.institution_id == asked.sent.institution_id
    ]  # fmt: skip
    if not mine:
        return {}
    newest = mine[-1]
    return {
        "received_count": newest.received,
        "unknown_rows": [
            {"row": int(one["place"].rpartition("!")[2]), "reason": one["zh"]} for one in newest.rows["unknown"]
        ],
        "late_rows": [{"finding_id": one["code"], "reason": one["zh"]} for one in newest.rows["late"]],
        "received_at": newest.recorded_at.astimezone(CHINA).replace(tzinfo=None), "ledger_receipt": str(newest.ledger_entry),
    }  # fmt: skip


def month_in_words(month: int) -> str:
    """Give a month like 202603 as paper writes it.

    >>> month_in_words(202603)
    '2026年3月'
    """
    return f"{month // 100}年{month % 100}月"


KNOWN: Final[Mapping[str, Callable[[Asked], dict[str, Any]]]] = {
    "audit_doubt_notice": _doubt,
    "audit_recall_notice": _withdrawn,
    "audit_appeal_receipt": _receipt,
    "audit_lapse_notice": _lapsed,
    "audit_supplement_notice": _more_asked,
    "audit_panel_opinion": _panel,
    "audit_review_result": _review,
    "audit_transfer_slip": _handed_over,
    "audit_deduction_notice": _deduction,
    "audit_recon_result": _reconsidered,
    "audit_refund_notice": _refund,
}
"""The papers of a round in the order of its way, each with what the round knows of it."""
