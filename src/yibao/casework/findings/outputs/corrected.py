"""Who takes back what was found: a pattern of its own, institution by institution.

To correct a mistake is right, and to correct only what is detected tells something about what is not. Neither is a
judgement: the counts stand beside how many findings there ever were, and beside how many the institution had taken
back, by the day of its own rows, before anybody saw them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yibao.casework.findings import store
from yibao.casework.findings.outputs.institutions import institutions, nobody
from yibao.casework.findings.outputs.looking import Look, known_by_run, looking
from yibao.store import Home, Register


@dataclass(frozen=True, slots=True)
class Corrected:
    """What one institution took back of findings after they were seen; counts of findings, money in fen."""

    institution_code: str
    institution: str
    found: int
    """All findings it ever had."""
    corrected: int
    """Closed: taken back before any notice."""
    corrected_fen: int
    reduced: int
    """Still open, with less at stake."""
    reduced_fen: int
    returned: int
    """Taken back after a notice."""
    returned_fen: int
    early: int
    """Of these, those whose rows bear a day before the finding was first seen: told late, but not in answer to it."""

    @property
    def taken_back_fen(self) -> int:
        """Give all money that was taken back after it was seen."""
        return self.corrected_fen + self.reduced_fen + self.returned_fen

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return {**told, "taken_back_fen": self.taken_back_fen}


def corrected(home: Home, register: Register) -> list[Corrected]:
    """Give the institutions that took something back after it was seen, most findings first.

    Raises `Refused` (``casework.no_run``).
    """
    with looking(home, register, ("institution",), known_no=known_by_run(register)) as look:
        return corrected_of(look, register)


def corrected_of(look: Look, register: Register) -> list[Corrected]:
    """Give them within an open look. Needs ``raw_institution``."""
    with register.unit_of_work(actor="outputs") as unit:
        rows = store.corrected_by_institution(unit.connection)
    known = institutions(look, {row.institution_id for row in rows})
    return [
        Corrected(
            one.code, one.name, row.found, row.corrected, int(row.corrected_fen), row.reduced, int(row.reduced_fen),
            row.returned, int(row.returned_fen), row.early,
        )
        for row in rows
        for one in (known.get(row.institution_id) or nobody(row.institution_id),)
    ]  # fmt: skip
