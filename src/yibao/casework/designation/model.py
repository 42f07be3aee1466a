"""The nouns of designation: who applies, and a term of an agreement; pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Applicant:
    """An institution that applies: its code, name, whether a hospital or a pharmacy, and whether it is public."""

    code: str
    name: str
    kind: str
    public: bool


@dataclass(frozen=True, slots=True)
class ServiceAgreement:
    """One term of a service agreement; ``until_day`` is the first day after it."""

    number: str
    from_day: int
    until_day: int
