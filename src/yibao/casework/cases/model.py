"""The nouns of the tracks' common ground: a case, an act, a clock on it, and what money is spoken of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from yibao.casework.cases.clocks import Running
from yibao.kernel import Json, Refused, Text, date_of


class Track(StrEnum):
    """The ways a case may go. They are never one machine with flags: the law treats them differently."""

    AUDIT = "audit"
    AGREEMENT = "agreement"
    PENALTY = "penalty"
    DESIGNATION = "designation"
    REMEDY = "remedy"


TRACK_NAMES = {
    Track.AUDIT: Text(zh="经办支付审核", en="agency payment audit"),
    Track.AGREEMENT: Text(zh="协议处理", en="agreement disposal"),
    Track.PENALTY: Text(zh="行政处罚", en="administrative penalty"),
    Track.DESIGNATION: Text(zh="定点管理", en="designation"),
    Track.REMEDY: Text(zh="异议、修复与救济", en="remedy"),
}

PREFIX = {
    Track.AUDIT: "S", Track.AGREEMENT: "X", Track.PENALTY: "C", Track.DESIGNATION: "D", Track.REMEDY: "Y",
}  # fmt: skip
"""The letter before a case's number: 审核 S, 协议 X, 处罚 C, 定点 D, 异议 Y."""


@dataclass(frozen=True, slots=True)
class Case:
    """The head of a case as every track has it; what a track needs besides is in its own tables."""

    id: int
    track: Track
    state: str
    version: int
    """Counts the acts: whoever read an older version may not decide on it."""
    region: str
    institution_id: int | None
    person_id: int | None
    cause: str
    """The cause of the case (案由), or the rule of a line in audit."""
    handler: str | None
    opened_day: int
    last_day: int
    """The day of the newest act; none may be dated before it."""
    practitioner_id: int | None = None

    @property
    def number(self) -> str:
        """Give the case's number as people write it."""
        return case_number(self.track, self.id)


def case_number(track: Track, case_id: int) -> str:
    """Give the number of a case: the letter of its track and at least six digits.

    >>> case_number(Track.PENALTY, 42)
    'C000042'
    """
    return f"{PREFIX[track]}{case_id:06d}"


def case_id(number: str) -> int:
    """Give the id behind a case's number; refuses what is no number of a case.

    >>> case_id("c000042")
    42
    """
    text = number.strip().upper()
    if len(text) < 7 or text[0] not in PREFIX.values() or not text[1:].isascii() or not text[1:].isdigit():
        raise Refused(
            "casework.case_number",
            zh="这不是案件编号",
            en="this is not the number of a case",
            wanted="S000001 | X000001 | C000001 | D000001 | Y000001",
            came=number,
            todo=Text(zh="用 yibao case list 查看编号", en="see the numbers with yibao case list"),
        )
    return int(text[1:])


def held_by(number: str, held: int, wanted: int) -> Refused:
    """Say that another case decides the money of findings already."""
    return Refused(
        "casework.held",
        zh="疑点的资金已由另一案件决定：同一笔钱只决定一次",
        en="another case decides the money of this finding: money is decided once",
        where=number,
        came=f"{held} / {wanted}",
        todo=Text(zh="在该案件中办理，或先转出", en="act in that case, or transfer it first"),
    )


LARGEST_FEN: Final = 10**15
"""No sum of a case is larger, in fen: ten trillion yuan, which every reader of JSON and the register still keep exactly."""


class Amount(StrEnum):
    """The amounts of a case, each with a meaning of its own. They are never added to one another."""

    AT_STAKE = "at_stake"
    FOUND = "found"
    DISPUTED = "disputed"
    DECIDED = "decided"
    RECOVERED = "recovered"
    AVOIDED = "avoided"
    FINE = "fine"
    """To the treasury; never in one sum with what returns to the fund."""


AMOUNT_NAMES = {
    Amount.AT_STAKE: Text(zh="涉及", en="at stake"),
    Amount.FOUND: Text(zh="认定", en="found"),
    Amount.DISPUTED: Text(zh="争议", en="disputed"),
    Amount.DECIDED: Text(zh="决定", en="decided"),
    Amount.RECOVERED: Text(zh="追回", en="recovered"),
    Amount.AVOIDED: Text(zh="避免", en="avoided"),
    Amount.FINE: Text(zh="罚款", en="fine"),
}


@dataclass(frozen=True, slots=True)
class Money:
    """A sum in fen by whose purse it is: the fund's, and the patient's own."""

    fund_fen: int
    patient_fen: int = 0

    @property
    def total_fen(self) -> int:
        """Give both purses together."""
        return self.fund_fen + self.patient_fen

    def __add__(self, other: Money) -> Money:
        return Money(self.fund_fen + other.fund_fen, self.patient_fen + other.patient_fen)

    def __neg__(self) -> Money:
        return Money(-self.fund_fen, -self.patient_fen)


@dataclass(frozen=True, slots=True)
class Doing:
    """What somebody does with a case: the day, the reason, and what of it is kept and sworn to in the ledger."""

    day: int
    reason: str | None = None
    body: Mapping[str, Json] = field(default_factory=dict)
    """What is kept of the act beside its reason, in plain values without personal data."""
    amounts: Mapping[Amount, Money] = field(default_factory=dict)
    handler: str | None = None
    """Who handles the case from now on, where that changes."""
    expected_version: int | None = None
    """The version that the doer looked at; None where nobody looked (a deadline that ran out, a bulk)."""
    personal: Mapping[str, str] = field(default_factory=dict)
    """What names people: kept by the track in a table of its own, in the ledger only as a salted commitment."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act as it is on record."""

    number: int
    case_id: int
    verb: str
    came_from: str
    led_to: str
    day: int
    actor: str
    reason: str | None
    body: Mapping[str, Any]
    entry: int
    """The ledger entry that swears to it."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "act": self.number, "verb": self.verb, "from": self.came_from, "to": self.led_to,
            "day": date_of(self.day).isoformat(), "actor": self.actor, "reason": self.reason,
            "body": dict(self.body), "ledger_entry": self.entry,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaseClock:
    """A clock on a case, as it is on record."""

    id: int
    running: Running
    basis: str
    """By which instrument and article, with how sure we are of it."""
    due_day: int | None
    stopped_day: int | None

    @property
    def late(self) -> bool:
        """Tell whether it was stopped only after it had run out: what was done was done late."""
        return self.due_day is not None and self.stopped_day is not None and self.stopped_day > self.due_day


class Organ(StrEnum):
    """To whom a case or a lead is referred."""

    POLICE = "police"
    DISCIPLINE = "discipline"
    DEPARTMENT = "department"
    AGENCY = "agency"
    REGION = "region"
    BUREAU = "bureau"


ORGAN_NAMES = {
    Organ.POLICE: Text(zh="公安机关", en="the police"),
    Organ.DISCIPLINE: Text(zh="纪检监察机关", en="the discipline body"),
    Organ.DEPARTMENT: Text(zh="行业主管部门", en="an industry department"),
    Organ.AGENCY: Text(zh="经办机构", en="the agency"),
    Organ.REGION: Text(zh="其他统筹地区", en="another region"),
    Organ.BUREAU: Text(zh="医疗保障行政部门", en="the bureau"),
}


@dataclass(frozen=True, slots=True)
class Transfer:
    """What was handed to another organ, and what came back."""

    id: int
    organ: Organ
    name: str
    sent_day: int
    acknowledged_day: int | None
    answer: str | None
