"""Parties (当事人): which periods run in which somebody may still do something about cases that concern him.

Each track starts the clocks of its own party (疑点申诉、扣款复议、陈述申辩、听证、复议诉讼); here they are read across the
tracks for one institution or person, so that what somebody may do now is one list.
"""

from __future__ import annotations

from yibao.casework.cases.parties.service import PartyClock, party_cases, party_clocks

__all__ = ["PartyClock", "party_cases", "party_clocks"]
