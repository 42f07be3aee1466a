"""The nouns of the audit: a rule, as a jurist reads it in ``rule.yaml``, and what a rule's SELECT gives."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any, Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, model_validator

from yibao.kernel import OPEN_END, Period, Region, Text, day_of

Result = Literal["clear", "suspicious"]
"""clear 明确违规: the rows speak for themselves; suspicious 可疑: a person has to look."""

Key = tuple[str, ...]
"""The columns whose values together say which rows are judged together."""

Origin = Literal["OFFICIAL", "LAW", "REFERENCE", "OURS"]
Stage = Literal["draft", "trial", "grey", "published", "retired"]
"""Where a rule stands in its life; see `Step`."""

Form = Literal[
    "sex", "count", "quantity", "price", "fen", "insurance", "level", "visit", "days", "qualification"
]

RESULT_NAMES = {
    "clear": Text(zh="明确违规", en="clear violation"),
    "suspicious": Text(zh="可疑", en="suspicious"),
}
LIFE_NAMES = {
    "draft": Text(zh="起草", en="draft"),
    "trial": Text(zh="试算", en="trial"),
    "grey": Text(zh="灰度", en="grey"),
    "published": Text(zh="发布", en="published"),
    "retired": Text(zh="停用", en="retired"),
}
KIND_NAMES = {
    "policy": Text(zh="政策类", en="policy"),
    "management": Text(zh="管理类", en="management"),
    "medical": Text(zh="医疗类", en="medical"),
}

EVIDENCE = pa.schema(
    [
        ("key_1", pa.int64()), ("key_2", pa.int64()), ("key_3", pa.int64()), ("key_4", pa.int64()),
        ("institution_id", pa.int64()), ("person_id", pa.int64()), ("day", pa.int64()),
        ("evidence", pa.string()), ("row_id", pa.int64()), ("role", pa.int64()),
        ("measured", pa.int64()), ("threshold", pa.int64()), ("knowledge_id", pa.int64()),
        ("at_stake_fen", pa.int64()),
    ]
)  # fmt: skip
"""What every rule's SELECT gives: one row per row of evidence.

``key_1`` … ``key_4`` say which finding the row belongs to (what they are is the rule's ``unit``; 0 = not used).
``evidence`` names the table of the row, ``row_id`` its key there, ``role`` is 1 for a violating row and 2 for one
that is involved (违规项目类型 of message 3101). ``at_stake_fen`` is the money of this row alone."""


EVERYTHING, SHARED = "everything", "shared"

KEYS: dict[Key, Key] = {
    ("person_id",): ("person_id",),
    ("institution_id",): ("institution_id",),
    ("institution_id", "settled_day"): ("institution_id", "day"),
}
"""The keys by which rules part what they judge, and where the evidence tells them: a finding belongs to one key."""

BELONGS = ("settlement", "stay", "visit", "trace")
"""The relations whose rows others belong to, and are looked up by."""


def as_key(by: str | Key) -> Key:
    """Give a key as columns, where a rule writes one column alone."""
    return (by,) if isinstance(by, str) else by


class Bilingual(BaseModel):
    """A text of a rule file in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    en: str

    @property
    def text(self) -> Text:
        """Give it as the house's text."""
        return Text(zh=self.zh, en=self.en)


class Shown(Bilingual):
    """What a measured value or a threshold is, and how it is written for people."""

    form: Form


class Basis(BaseModel):
    """One instrument a rule rests on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    instrument: str
    article: str
    status: Literal["confirmed", "secondary", "assumed"]

    def __str__(self) -> str:
        return f"{self.instrument} {self.article}"


class CaseCause(BaseModel):
    """The cause of action (案由) a finding of this rule would be handled under."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    list: str
    item: int
    zh: str


class InForce(BaseModel):
    """The days on which a rule's version judges."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: dt.date = Field(alias="from")
    until: dt.date | None = None


class Step(BaseModel):
    """One step of a rule's life, from its day on.

    draft 起草: being written; trial 试算: run over history, by hand; grey 灰度: runs along in some regions, and is counted
    without making a finding; published 发布: makes findings; retired 停用: bills from that day on are no longer judged,
    older ones are.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    status: Stage
    from_: dt.date = Field(alias="from")
    regions: tuple[str, ...] = ()
    """Where a grey rule runs along."""
    approver: str | None = None
    instrument: str | None = None


class Rule(BaseModel):
    """One rule: a folder with ``rule.yaml`` (this), ``rule.sql`` (``select``) and ``examples.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    version: int
    order: int
    """Its place in the catalogue; earlier rules are credited first with a line that several rules hit."""
    status: Stage
    """Where it stands; with a `life`, where that life ends."""
    life: tuple[Step, ...] = ()
    in_force: InForce
    catalogue: tuple[str, ...]
    name: Bilingual
    says: Bilingual
    kind: Literal["policy", "management", "medical"]
    result: Result
    stages: tuple[Literal["pre", "mid", "post"], ...]
    scene: tuple[Literal["outpatient", "inpatient", "pharmacy"], ...]
    subject: Literal["line", "settlement", "stay", "visit", "trace"]
    unit: tuple[str, ...]
    partition: dict[str, str | Key]
    """By which key the rows of each relation are judged together: a column, or several columns.

    The name of another relation instead: the rows are only looked up by the rows of that relation to which they belong, as
    lines are by their settlement. ``everything``: all rows at once. ``shared``: all rows are looked at whoever is judged,
    and a new one concerns everybody.
    """
    linked_by: Literal["trace_code"] | None = None
    """A column of the subject by which persons are judged together: those whose rows share it. A row that shares it with
    no other is never found."""
    sums_lines: bool = False
    """Whether it finds more, never less, where all that was ever sold of a drug at an institution is one line."""
    origin: Origin
    knowledge: str | None = None
    needs: tuple[str, ...] = ()
    parameters: dict[str, str]
    measured: Shown
    threshold: Shown
    hit_when: Literal["above", "at_least", "at_most", "below", "differs"]
    """How the measured value of a hit stands to the threshold."""
    basis: tuple[Basis, ...]
    case_cause: CaseCause
    innocent: tuple[Bilingual, ...]
    approver: str | None = None
    select: str = Field(repr=False)
    folder: Any = Field(default=None, exclude=True, repr=False)
    """Where its files lie."""
    earlier: tuple[Rule, ...] = Field(default=(), exclude=True, repr=False)
    """Its earlier versions, oldest first; each judges the bills of its own days (`versions`)."""

    @model_validator(mode="after")
    def _life_is_one_line(self) -> Rule:
        """Hold a life to its order: forward in time and in status, with what each status must say."""
        order = [*LIFE_NAMES]
        for one, then in pairwise(self.life):
            if not (one.from_ < then.from_ and order.index(one.status) < order.index(then.status)):
                raise ValueError(f"life: {then.status} {then.from_} after {one.status} {one.from_}")
        for step in self.life:
            if (step.status == "grey") != bool(step.regions):
                raise ValueError(f"life: {step.status} regions {step.regions}")
            if step.status == "published" and not (step.approver and step.instrument):
                raise ValueError("life: published approver, instrument")
        if self.life and self.life[-1].status != self.status:
            raise ValueError(f"life: {self.life[-1].status}, status: {self.status}")
        return self

    @model_validator(mode="after")
    def _partition_is_known(self) -> Rule:
        """Hold a partition to keys that a touched row can be found by, and rows that go with others to such rows."""
        for relation, by in self.partition.items():
            with_others = (
                isinstance(by, str) and by in BELONGS and isinstance(self.partition.get(by), str | tuple)
            )
            if not (with_others or by in (EVERYTHING, SHARED) or as_key(by) in KEYS):
                raise ValueError(f"partition: {relation}: {by}")
        return self

    def step_on(self, day: int) -> Step:
        """Give the step of its life that a rule is at on a day; one without a life is always at its status."""
        if not self.life:
            return Step.model_validate({"status": self.status, "from": self.in_force.from_})
        past = [step for step in self.life if day_of(step.from_) <= day]
        return past[-1] if past else Step.model_validate({"status": "draft", "from": self.life[0].from_})

    def makes_findings(self, day: int) -> bool:
        """Say whether a run on this day writes findings of it: published, or retired and still judging older bills."""
        status = self.step_on(day).status
        return status == "published" or (
            status == "retired" and any(step.status == "published" for step in self.life)
        )

    def greys_in(self, region: Region, day: int) -> bool:
        """Say whether it runs along on this day in a region: in one of its grey regions, or within one."""
        step = self.step_on(day)
        return step.status == "grey" and any(Region(code).contains(region) for code in step.regions)

    @property
    def versions(self) -> tuple[Rule, ...]:
        """Give every version, oldest first, this one last."""
        return (*self.earlier, self)

    @property
    def key(self) -> Key:
        """Name the columns whose rows must be judged together; none where all must."""
        by = self.partition[self.subject]
        return () if by == EVERYTHING else as_key(by)

    @property
    def whole(self) -> bool:
        """Say whether the rule compares everybody with everybody and so always judges all."""
        return any(EVERYTHING in one.partition.values() for one in self.versions)

    @property
    def takes_lines_last(self) -> bool:
        """Say whether the rule takes lines only for the money of what it has found: they go with a bill or a stay."""
        return all(one.partition.get("line") in ("settlement", "stay", "visit") for one in self.versions)

    @property
    def period(self) -> Period:
        """Give the days whose bills this version judges: those it is in force on, and none since it was retired."""
        ends = [step.from_ for step in self.life if step.status == "retired"]
        ends += [self.in_force.until] if self.in_force.until else []
        return Period(day_of(self.in_force.from_), min((day_of(end) for end in ends), default=OPEN_END))

    @property
    def day_column(self) -> str:
        """Name the subject's day, by which the version and the parameters in force are chosen."""
        return {
            "line": "fee_day", "settlement": "settled_day", "stay": "admit_day", "visit": "start_day",
            "trace": "used_day",
        }[self.subject]  # fmt: skip

    @property
    def label(self) -> Text:
        """Give the rule's name."""
        return self.name.text
