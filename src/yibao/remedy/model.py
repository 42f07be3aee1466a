"""The nouns of remedy: the seven rights under their seven names, what is filed, and what came of it; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from yibao.casework.cases import Case
from yibao.kernel import Text, date_of


class RightKind(StrEnum):
    """The seven ways in which somebody may speak up. They differ in law, so none is ever called just 申诉."""

    LINE_APPEAL = "line_appeal"
    RECONSIDERATION = "reconsideration"
    DEFENCE = "defence"
    HEARING = "hearing"
    POINTS_OBJECTION = "points_objection"
    CREDIT = "credit"
    CONTEST = "contest"


RIGHT_NAMES: Final = {
    RightKind.LINE_APPEAL: Text(zh="疑点申诉", en="answer to suspicions"),
    RightKind.RECONSIDERATION: Text(zh="扣款复议", en="reconsideration of a deduction"),
    RightKind.DEFENCE: Text(zh="陈述申辩", en="statement and defence"),
    RightKind.HEARING: Text(zh="听证", en="hearing"),
    RightKind.POINTS_OBJECTION: Text(zh="记分异议", en="objection to points"),
    RightKind.CREDIT: Text(zh="信用异议/修复", en="objection to credit, credit repair"),
    RightKind.CONTEST: Text(zh="行政复议/诉讼", en="administrative review, suit"),
}


class Kind(StrEnum):
    """What is worked on here; the rights before it live in casework. The two repairs are never mixed."""

    POINTS = "points"
    CREDIT = "credit"
    GRADE_REPAIR = "grade_repair"
    PUBLIC_REPAIR = "public_repair"
    CONTEST = "contest"


KIND_NAMES: Final = {
    Kind.POINTS: Text(zh="记分异议", en="objection to points"),
    Kind.CREDIT: Text(zh="信用异议", en="objection to credit"),
    Kind.GRADE_REPAIR: Text(zh="信用修复（医保信用等级）", en="repair of the medical-insurance grade"),
    Kind.PUBLIC_REPAIR: Text(zh="信用修复（公共信用信息）", en="repair of public-credit information"),
    Kind.CONTEST: Text(zh="行政复议/诉讼", en="administrative review, suit"),
}


class Way(StrEnum):
    """Before whom a decision is contested."""

    REVIEW = "review"
    SUIT = "suit"


WAY_NAMES: Final = {
    Way.REVIEW: Text(zh="行政复议", en="administrative review"),
    Way.SUIT: Text(zh="行政诉讼", en="suit"),
}


class Result(StrEnum):
    """What came of an objection or a contest."""

    UPHELD = "upheld"
    CHANGED = "changed"
    ANNULLED = "annulled"


RESULT_NAMES: Final = {
    Result.UPHELD: Text(zh="维持", en="upheld"),
    Result.CHANGED: Text(zh="变更", en="changed"),
    Result.ANNULLED: Text(zh="撤销", en="annulled"),
}


class Seriousness(StrEnum):
    """The three classes of public-credit information (信用修复管理办法)."""

    SLIGHT = "slight"
    GENERAL = "general"
    SERIOUS = "serious"


SERIOUSNESS_NAMES: Final = {
    Seriousness.SLIGHT: Text(zh="轻微失信", en="slight"),
    Seriousness.GENERAL: Text(zh="一般失信", en="general"),
    Seriousness.SERIOUS: Text(zh="严重失信", en="serious"),
}

LEVELS: Final = ("general", "important", "main")
"""Responsibility from the lightest to the heaviest: 一般、重要、主要."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """An objection, a repair or an appeal: the case it is, and what it is about."""

    case: Case
    kind: Kind
    subject: int | None
    """The file, where it is about one."""
    fact: int | None
    """The fact of the file that it is about."""
    about_case: int | None
    """The case whose decision it is about."""


@dataclass(frozen=True, slots=True)
class Filing:
    """What is handed in with an objection or a repair."""

    signed: bool = False
    """Whether the person, or who represents the institution, has signed."""
    stamped_by: int | None = None
    """The institution that has stamped it, by its key in the lake."""
    committed: bool = False
    """Whether a commitment not to do it again came with it (承诺书)."""
    trained: tuple[int, ...] = ()
    """Facts of the file that prove training."""
    evidence: tuple[tuple[str, str], ...] = ()
    """Names and SHA-256 digests of what was handed in."""
    channel: str = "bureau"
    """Where it was handed in: ``bureau``, ``agency``, or ``creditchina`` (信用中国)."""


@dataclass(frozen=True, slots=True)
class Change:
    """To what a determination is changed: behaviour and level of responsibility; what is None stays."""

    behaviour: str | None = None
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Right:
    """One thing that somebody may do now: what, about what, by when, where, and what happens meanwhile."""

    kind: RightKind
    name: Text
    on: str
    """The case, or the fact of the file, that it is about; the first where it is about several."""
    about: Text
    from_day: int | None
    """From when; None where it is open already."""
    by_day: int | None
    """The last day; None where none is set or it is not known yet."""
    period: Text
    where: Text
    suspends: bool
    """Whether what was decided is not carried out meanwhile."""
    meanwhile: Text
    basis: str
    command: str
    count: int = 1
    more: tuple[str, ...] = field(default=())
    """The others that it is about."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "right": str(self.kind), "right_name": RIGHT_NAMES[self.kind].both(), "name": self.name.both(), "on": self.on,
            "about": self.about.both(), "from": _date(self.from_day), "by": _date(self.by_day),
            "period": self.period.both(), "where": self.where.both(), "suspends": self.suspends,
            "meanwhile": self.meanwhile.both(), "basis": self.basis, "command": self.command, "count": self.count,
            "more": list(self.more),
        }  # fmt: skip


def _date(day: int | None) -> str | None:
    return None if day is None else date_of(day).isoformat()


@dataclass(frozen=True, slots=True)
class RefusedBill:
    """A bill that was not settled because of a person's status, and whether it was settled after all."""

    id: int
    bill: str
    line: str
    subject: int
    institution_id: int | None
    region: str
    day: int
    """The day of the service."""
    fund_fen: int
    reason: str
    fact: int
    """The fact on which the status rested."""
    actor: str
    settled_day: int | None

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "refused": self.id, "bill": self.bill, "line": self.line, "subject": self.subject,
            "day": date_of(self.day).isoformat(), "fund_fen": self.fund_fen, "reason": self.reason, "fact": self.fact,
            "settled": _date(self.settled_day),
        }  # fmt: skip
