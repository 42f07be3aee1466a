"""Casework: what the audit suspects becomes findings that people can work on.

A run of the audit is received here: each finding gets an identity that stays the same from run to run, a header in the
register (whom, by which rule, how much), and its evidence rows in the lake. A finding that a later run no longer
finds is withdrawn and stays on record. Cases, statements and decisions build on these headers.
"""

from __future__ import annotations

from yibao.casework.findings.lines import (
    DoctorsBill,
    OrderedFinding,
    ViolatingLine,
    bills_of_doctor,
    ordered_findings,
    violating_lines,
)
from yibao.casework.findings.looks import look_at, may_notice
from yibao.casework.findings.model import STATE_NAMES, RunOutcome, finding_code, finding_number
from yibao.casework.findings.notices import Notice, give_notice
from yibao.casework.findings.order import Order, Progress
from yibao.casework.findings.outputs import (
    Backlog,
    Corrected,
    Explanation,
    FindingRow,
    QuarantineRow,
    Summary,
    backlog,
    corrected,
    explain,
    list_findings,
    quarantine_rows,
    summary,
    wilson,
    write_findings,
    write_paper,
    write_quarantine,
    write_report,
    write_sweep,
    write_workbooks,
)
from yibao.casework.findings.service import audit_lake, money
from yibao.casework.findings.trials import Backtest, Trial, backtest, trial

__all__ = [
    "STATE_NAMES",
    "Backlog",
    "Backtest",
    "Corrected",
    "DoctorsBill",
    "Explanation",
    "FindingRow",
    "Notice",
    "Order",
    "OrderedFinding",
    "Progress",
    "QuarantineRow",
    "RunOutcome",
    "Summary",
    "Trial",
    "ViolatingLine",
    "audit_lake",
    "backlog",
    "backtest",
    "bills_of_doctor",
    "corrected",
    "explain",
    "finding_code",
    "finding_number",
    "give_notice",
    "list_findings",
    "look_at",
    "may_notice",
    "money",
    "ordered_findings",
    "quarantine_rows",
    "summary",
    "trial",
    "violating_lines",
    "wilson",
    "write_findings",
    "write_paper",
    "write_quarantine",
    "write_report",
    "write_sweep",
    "write_workbooks",
]
