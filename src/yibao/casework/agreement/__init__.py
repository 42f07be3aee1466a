"""Agreement disposal (协议处理): what the agency does by the service agreement, after having heard the institution.

Verified, told, defended, decided, served, performed, closed. Its measures are a closed list without a fine; what is the
bureau's goes over by an act of its own.
"""

from __future__ import annotations

from yibao.casework.agreement.machine import GO_ALONG, MACHINE, State
from yibao.casework.agreement.model import MEASURE_NAMES, Disposal, Measure, Taken
from yibao.casework.agreement.service import (
    acknowledged,
    act,
    answer,
    assign,
    close,
    decide,
    disposal,
    recover,
    refer,
    register,
    revoke,
    serve,
    serve_notice,
    tell,
    unpaid,
    weigh,
)

__all__ = [
    "GO_ALONG",
    "MACHINE",
    "MEASURE_NAMES",
    "Disposal",
    "Measure",
    "State",
    "Taken",
    "acknowledged",
    "act",
    "answer",
    "assign",
    "close",
    "decide",
    "disposal",
    "recover",
    "refer",
    "register",
    "revoke",
    "serve",
    "serve_notice",
    "tell",
    "unpaid",
    "weigh",
]
