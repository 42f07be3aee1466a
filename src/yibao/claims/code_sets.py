"""Code sets: the closed lists that a code column may hold, with the other spellings seen for each code."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from yibao.kernel import normalise


@dataclass(frozen=True, slots=True)
class CodeSet:
    """One closed list: code → Chinese name, and every accepted spelling → code."""

    name: str
    names: dict[str, str]
    spellings: dict[str, str]

    @property
    def roots(self) -> frozenset[str]:
        """Give the two-character roots, on which local extensions of a national code are recognised."""
        return frozenset(code[:2] for code in self.names)

    def wanted(self, limit: int = 8) -> str:
        """Say in one line what the list holds, for a refusal."""
        shown = [f"{code}={name}" for code, name in list(self.names.items())[:limit]]
        return ", ".join(shown) + (" …" if len(self.names) > limit else "")


@cache
def code_set(name: str) -> CodeSet:
    """Read one code set from ``codes/<name>.csv`` (columns: code, name, also, evidence, source)."""
    path = resources.files("yibao.claims") / "codes" / f"{name}.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    names = {row["code"]: row["name"] for row in rows}
    spellings = {code: code for code in names}
    for row in rows:
        for spelling in (row["name"], *row["also"].split("|")):
            if spelling:
                spellings.setdefault(spelling, row["code"])
                spellings.setdefault(normalise(spelling), row["code"])  # what came is compared in this form
    return CodeSet(name=name, names=names, spellings=spellings)
