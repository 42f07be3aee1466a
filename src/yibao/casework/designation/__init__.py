"""Designation (两定管理): how an institution comes under a service agreement, and how it leaves.

Application, assessment, negotiation, agreement, change, renewal, suspension, end: one case for the whole life of a
designation. Suspending and ending follow from decisions of the agreement track; here they are put on record.
"""

from __future__ import annotations

from yibao.casework.designation.machine import MACHINE, State
from yibao.casework.designation.model import Applicant, ServiceAgreement
from yibao.casework.designation.service import act, agreements, applicant, apply, sign

__all__ = [
    "MACHINE",
    "Applicant",
    "ServiceAgreement",
    "State",
    "act",
    "agreements",
    "applicant",
    "apply",
    "sign",
]
