"""The nouns: an effect as a jurist reads it in the registry, one that is due, one that was ordered, and its acts; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from yibao.archive.files import FactKind, SubjectKind
from yibao.kernel import Json, Text, date_of
from yibao.policy import Status

Mode = Literal["law", "person", "asked"]
"""law: follows the instrument by itself; person: a named person decides it; asked: the subject itself asks for it."""

MODE_NAMES: Final[Mapping[Mode, Text]] = {
    "law": Text(zh="依文书当然落实", en="follows by law"),
    "person": Text(zh="由具名人员决定", en="a named person decides"),
    "asked": Text(zh="由本人申请", en="the subject asks for it"),
}
Carried = Literal["itself", "person", "partner"]
"""itself: it is in force when ordered; person: somebody does it and says so; partner: others do it and acknowledge."""

Level = Literal["slight", "general", "serious"]
LEVEL_NAMES: Final[Mapping[str, Text]] = {
    "slight": Text(zh="轻微", en="slight"),
    "general": Text(zh="一般", en="general"),
    "serious": Text(zh="严重", en="serious"),
}
"""The three classes of information on dishonesty (信用修复管理办法)."""

Settlement = Literal[
    "refused", "pays_first", "withheld", "departments", "prepayment_bp", "deposit_bp", "audit_bp", "budget_bp"
]


class _Read(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(_Read):
    """A text of the registry in both languages."""

    zh: str
    en: str

    @property
    def text(self) -> Text:
        """Give it as the house's text."""
        return Text(zh=self.zh, en=self.en)


class Basis(_Read):
    """One instrument on which an effect rests, and how sure we are of it."""

    instrument: str
    article: str | None = None
    status: Status


class Trigger(_Read):
    """What brings an effect about: a fact of the file, a status of points, a confirmed grade, or that it is asked for."""

    fact: FactKind | None = None
    articles: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    """Values of the fact's body that must be above zero."""
    points: tuple[str, ...] = ()
    grades: str | None = None
    """The policy parameter that lists the grades."""
    by_grade: str | None = None
    """The head of the policy parameters that give a number for each grade."""
    asked: bool = False
    mode: Mode | None = None
    must: bool = False
    least: str | None = None
    most: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Trigger:
        kinds = [self.fact is not None, bool(self.points), bool(self.grades), bool(self.by_grade), self.asked]
        if sum(kinds) != 1:
            raise ValueError("a trigger is one of fact, points, grades, by_grade, asked")
        if self.fact is None and (self.articles or self.measures or self.lists or self.positive):
            raise ValueError("articles, measures, lists and positive belong to a fact")
        return self


class Lasts(_Read):
    """How long an effect lasts; without this, as long as its cause stands."""

    months_in: str | None = None
    """The months stand in the instrument, under this name."""
    least: str | None = None
    most: str | None = None
    years: str | None = None
    levels: str | None = None
    """The head of the policy parameters that give the months of each class."""
    days: str | None = None
    grade: bool = False
    status: bool = False
    listing: bool = False


class Effect(_Read):
    """One effect of the closed registry (后果目录)."""

    id: str
    zh: str
    en: str
    basis: tuple[Basis, ...]
    subjects: tuple[SubjectKind, ...]
    onto: SubjectKind | None = None
    """Where the effect falls on somebody else than whose file has the cause: of which kind."""
    triggers: tuple[Trigger, ...]
    mode: Mode
    by: Literal["bureau", "agency"]
    sense: Literal["burden", "favour", "notice", "both"]
    does: Said
    carried_out: Carried
    partners: tuple[str, ...] = ()
    lasts: Lasts = Lasts()
    sums: tuple[str, ...] = ()
    """The values of the instrument that are money in fen."""
    ends_on: tuple[Literal["performed", "repaired"], ...] = ()
    settlement: Settlement | None = None
    joint: bool = False
    """Joint punishment: only a measure on the national list may be ordered."""
    listed: str | None = None
    """The policy parameter that says whether the measure is on the list."""
    undo: Said

    @model_validator(mode="after")
    def _whole(self) -> Effect:
        if not self.basis or not self.subjects or not self.triggers:
            raise ValueError("an effect needs basis, subjects and triggers")
        if (self.carried_out == "partner") != bool(self.partners):
            raise ValueError("partners are named where, and only where, partners carry it out")
        if self.joint != (self.listed is not None):
            raise ValueError("joint punishment names its item of the lawful list; nothing else does")
        if self.joint and self.mode != "person":
            raise ValueError("joint punishment is decided by a named person")
        if self.mode == "law" and any(t.must for t in self.triggers if (t.mode or self.mode) == "law"):
            raise ValueError("what follows by law needs no duty to be ordered")
        return self

    @property
    def text(self) -> Text:
        """Give its name."""
        return Text(zh=self.zh, en=self.en)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {**self.model_dump(mode="json"), "modes": sorted({t.mode or self.mode for t in self.triggers})}


@dataclass(frozen=True, slots=True)
class Due:
    """An effect that ought to stand: for whom, by which fact, from when, until when, and what an order must still say."""

    effect: str
    subject: int
    """Whose file has the cause."""
    cause: int
    """The fact that brings it about."""
    mode: Mode
    from_day: int
    until_day: int | None
    body: Mapping[str, Json]
    must: bool = False
    """It has to be ordered; declining is not open."""
    wanted: tuple[str, ...] = ()
    """What the order must say besides the reason: ``months``, ``level``, ``onto``."""
    least: int = 0
    most: int = 0
    """The bounds of ``months`` where those are wanted."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "effect": self.effect, "subject": self.subject, "cause": self.cause, "mode": self.mode,
            "from": date_of(self.from_day).isoformat(),
            "until": None if self.until_day is None else date_of(self.until_day).isoformat(),
            "body": dict(self.body), "must": self.must, "wanted": list(self.wanted),
            "months": [self.least, self.most] if "months" in self.wanted else None,
        }  # fmt: skip


class Verb(StrEnum):
    """What is done to an effect that was ordered; every one is an act, and acts only grow."""

    EXECUTED = "executed"
    SENDING = "sending"
    """The letter is about to leave: written before it does, so that a crash cannot hide that it may have left."""
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    """The partner says that it will not or cannot."""
    REMINDED = "reminded"
    ESCALATED = "escalated"
    UNDOING = "undoing"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"
    WITHDRAWAL_ACKNOWLEDGED = "withdrawal_acknowledged"
    UNDONE = "undone"


class State(StrEnum):
    """Where an ordered effect stands; a fold over its acts, stored nowhere."""

    DECLINED = "declined"
    ORDERED = "ordered"
    SENT = "sent"
    IN_FORCE = "in_force"
    UNDOING = "undoing"
    UNDONE = "undone"


STATE_NAMES: Final = {
    State.DECLINED: Text(zh="决定不予落实", en="declined"),
    State.ORDERED: Text(zh="已决定，待落实", en="ordered"),
    State.SENT: Text(zh="已发函，待回执", en="sent, not acknowledged by all"),
    State.IN_FORCE: Text(zh="已落实", en="in force"),
    State.UNDOING: Text(zh="撤回中", en="being undone"),
    State.UNDONE: Text(zh="已撤回", en="undone"),
}

FALLEN: Final = {
    "cause": Text(zh="所依据的文书已撤销", en="the instrument it rests on was annulled"),
    "term": Text(zh="期限届满", en="its time is over"),
    "grade": Text(zh="信用等级已变化或者到期", en="the grade changed or ran out"),
    "status": Text(zh="支付资格状态已变化", en="the status of points changed"),
    "repaired": Text(zh="信用修复", en="it was repaired"),
    "performed": Text(zh="履行完毕", en="it was performed"),
    "policy": Text(zh="地区政策不再规定", en="the region’s policy has it no more"),
}
"""Why an effect stands no more without anybody's decision."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act on an ordered effect."""

    id: int
    order: int
    verb: Verb
    partner: str
    ordinal: int
    day: int
    actor: str
    body: Mapping[str, Any]
    entry: int

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "act": self.id, "verb": str(self.verb), "partner": self.partner or None, "day": date_of(self.day).isoformat(),
            "actor": self.actor, "body": dict(self.body), "ledger_entry": self.entry,
        }  # fmt: skip


def order_number(order_id: int) -> str:
    """Give the number of an ordered effect as people write it (落实 L).

    >>> order_number(12)
    'L0000012'
    """
    return f"L{order_id:07d}"


@dataclass(frozen=True, slots=True)
class Order:
    """An effect that was ordered, or declined: on whom, by which fact, by whom, from when until when."""

    id: int
    effect: str
    subject: int
    """On whom it falls."""
    cause: int
    cause_subject: int
    """Whose file has the cause."""
    turn: int
    """1 for the first time; ordered again after it was undone, one more."""
    declined: bool
    mode: Mode
    from_day: int
    until_day: int | None
    body: Mapping[str, Any]
    ordered_day: int
    actor: str
    entry: int
    acts: tuple[Act, ...] = field(default=())

    @property
    def number(self) -> str:
        """Give its number as people write it."""
        return order_number(self.id)
