"""Institutions (机构) as the register knows them: code, name and region, so that lists and scope need not open the lake."""

from __future__ import annotations

from yibao.casework.cases.institutions.service import (
    Known,
    institutions,
    keep_institutions,
    known_institution,
    note_institutions,
)

__all__ = ["Known", "institutions", "keep_institutions", "known_institution", "note_institutions"]
