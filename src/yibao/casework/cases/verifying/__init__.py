"""Verifying (核对): what the register says of acts and amounts, held against what the ledger swore to when they were done.

The ledger cannot be rewritten without being found out; the tables of cases are guarded, but whoever owns the database can
take a guard away. So every act is compared, field by field, with its entry, and every entry of an act with the tables.
"""

from __future__ import annotations

from yibao.casework.cases.verifying.service import CaseFault, verify_cases

__all__ = ["CaseFault", "verify_cases"]
