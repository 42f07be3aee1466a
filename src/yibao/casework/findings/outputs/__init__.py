"""Outputs: what people read of the findings, and what they take away.

A run leaves headers in the register and evidence in the lake; here they become a summary for the terminal, a report
for the bureau (one page of HTML that needs no network), the same in short as a PDF/A paper, a workbook for each
institution with its own rows only, tables for other programs, an explanation of any single finding down to the row of
the file it came from, and the list of rows that were not accepted, for whoever sent them. Everything is looked at as
the run knew it, money counts a line once, and persons are masked wherever they appear, except to the sender of their
own rows.
"""

from __future__ import annotations

from yibao.casework.findings.outputs.backlog import Backlog, backlog
from yibao.casework.findings.outputs.backtest import write_sweep
from yibao.casework.findings.outputs.corrected import Corrected, corrected
from yibao.casework.findings.outputs.explain import EvidenceRow, Explanation, explain
from yibao.casework.findings.outputs.listing import FindingRow, list_findings
from yibao.casework.findings.outputs.paper import write_paper
from yibao.casework.findings.outputs.peers import wilson
from yibao.casework.findings.outputs.quarantine import QuarantineRow, quarantine_rows, write_quarantine
from yibao.casework.findings.outputs.report import write_report
from yibao.casework.findings.outputs.summary import Summary, summary
from yibao.casework.findings.outputs.workbooks import write_findings, write_workbooks

__all__ = [
    "Backlog",
    "Corrected",
    "EvidenceRow",
    "Explanation",
    "FindingRow",
    "QuarantineRow",
    "Summary",
    "backlog",
    "corrected",
    "explain",
    "list_findings",
    "quarantine_rows",
    "summary",
    "wilson",
    "write_findings",
    "write_paper",
    "write_quarantine",
    "write_report",
    "write_sweep",
    "write_workbooks",
]
