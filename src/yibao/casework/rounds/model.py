"""The nouns of the payment audit: a round, a line, what was sent to an institution, and what both sides may say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from yibao.casework.cases.model import Money, Track, case_number
from yibao.casework.findings.model import finding_code
from yibao.casework.rounds.machine import LINE, ROUND
from yibao.kernel import Refused, Text, date_of, split


class Answer(StrEnum):
    """What an institution says of a line."""

    ACCEPT = "accept"
    PART = "part"
    DISPUTE = "dispute"


ANSWER_NAMES = {
    Answer.ACCEPT: Text(zh="认可", en="accepted"),
    Answer.PART: Text(zh="部分认可", en="accepted in part"),
    Answer.DISPUTE: Text(zh="不认可", en="disputed"),
}


class Outcome(StrEnum):
    """What the agency says of a line: how much of it is deducted."""

    FULL = "full"
    PART = "part"
    NONE = "none"


OUTCOME_NAMES = {
    Outcome.FULL: Text(zh="全额扣", en="deduct all"),
    Outcome.PART: Text(zh="部分扣", en="deduct a part"),
    Outcome.NONE: Text(zh="不扣", en="deduct nothing"),
}


@dataclass(frozen=True, slots=True)
class Order:
    """What a round is to hold: findings of a month, region, some rules, some institutions; None asks for all."""

    month: int | None = None
    """Like 202603."""
    region: str | None = None
    rules: tuple[str, ...] | None = None
    institutions: tuple[int, ...] | None = None
    limit: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values, as it is kept with the round."""
        return {
            "month": self.month, "region": self.region, "rules": list(self.rules) if self.rules else None,
            "institutions": list(self.institutions) if self.institutions else None, "limit": self.limit,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Round:
    """A round (批次): what it was asked to hold, how it stands, when it leaves and is due."""

    number: int
    state: str
    region: str
    month: int | None
    asked: dict[str, Any]
    seed: int
    sample_bp: int
    lines: int
    snoozed: int
    """Findings left out because their rule is silent for their subject."""
    held: int
    """Findings left out because another case decides their money."""
    leaves_at: datetime | None
    sent_day: int | None
    due_day: int | None
    last_day: int

    @property
    def code(self) -> str:
        """Give the round's number as people write it."""
        return round_code(self.number)

    @property
    def state_name(self) -> Text:
        """Give the words for how it stands."""
        return ROUND.named(self.state)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "round": self.code, "state": self.state, "state_name": self.state_name.zh, "region": self.region,
            "month": self.month, "asked": self.asked, "seed": self.seed, "sample_bp": self.sample_bp,
            "lines": self.lines, "snoozed": self.snoozed, "held": self.held,
            "leaves_at": self.leaves_at.isoformat() if self.leaves_at else None,
            "sent": _date(self.sent_day), "due": _date(self.due_day),
        }  # fmt: skip


def _date(day: int | None) -> str | None:
    return None if day is None else date_of(day).isoformat()


def round_code(number: int) -> str:
    """Give the code of a round.

    >>> round_code(7)
    'R000007'
    """
    return f"R{number:06d}"


def round_number(code: str) -> int:
    """Give the number behind a round's code; refuses what is none.

    >>> round_number("r000007"), round_number("7")
    (7, 7)
    """
    text = code.strip().upper().removeprefix("R")
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Refused(
            "casework.round_code",
            zh="这不是批次编号",
            en="this is not the number of a round",
            wanted="R000001",
            came=code,
            todo=Text(zh="用 yibao round list 查看", en="see the rounds with yibao round list"),
        )
    return int(text)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a round (批次疑点) with what both sides said of it so far; amounts in two purses, in fen."""

    case_id: int
    round: int
    finding_id: int
    rule: str
    rule_version: int
    institution_id: int
    state: str
    version: int
    region: str
    sampled: bool
    """Whether it is of the sample that a reviewer must open before its group is reviewed."""
    at_stake: Money
    department: str | None = None
    doctor: str | None = None
    doctor_by_silence: bool = False
    not_by: tuple[str, ...] = ()
    """Who said that it is not theirs."""
    answer: Answer | None = None
    accepted_fen: int | None = None
    statement: str | None = None
    supplemented: bool = False
    outcome: Outcome | None = None
    """What second review or the panel proposes, and after final review what was decided."""
    proposed: Money | None = None
    decided: Money | None = None
    refund: Money | None = None

    @property
    def number(self) -> str:
        """Give the number of its case."""
        return case_number(Track.AUDIT, self.case_id)

    @property
    def finding(self) -> str:
        """Give the code of its finding (疑点编号)."""
        return finding_code(self.finding_id)

    @property
    def state_name(self) -> Text:
        """Give the words for where it stands."""
        return LINE.named(self.state)

    @property
    def disputed(self) -> Money:
        """Give what the institution does not accept; what it accepts in part is shared between the purses."""
        if self.answer is Answer.ACCEPT:
            return Money(0)
        if self.answer is Answer.PART and self.accepted_fen:
            return minus(self.at_stake, part_of(self.at_stake, self.accepted_fen, self.number))
        return self.at_stake

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "case": self.number, "finding": self.finding, "round": round_code(self.round), "rule": self.rule,
            "institution_id": self.institution_id, "state": self.state, "state_name": self.state_name.zh,
            "sampled": self.sampled, "at_stake": money_json(self.at_stake), "department": self.department,
            "doctor": self.doctor, "doctor_by_silence": self.doctor_by_silence, "answer": self.answer,
            "accepted_fen": self.accepted_fen, "statement": self.statement, "outcome": self.outcome,
            "proposed": money_json(self.proposed), "decided": money_json(self.decided),
            "refund": money_json(self.refund), "version": self.version,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dispatch:
    """What of a round was sent to one institution, and by when it is to answer."""

    round: int
    institution_id: int
    lines: int
    at_stake: Money
    sent_day: int
    confirm_day: int
    """The last day to say who in the house is responsible."""
    due_day: int
    workbook: str | None = None
    digest: str | None = None
    document: str | None = None
    notice: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "round": round_code(self.round), "institution_id": self.institution_id, "lines": self.lines,
            "at_stake": money_json(self.at_stake), "sent": _date(self.sent_day), "confirm": _date(self.confirm_day),
            "due": _date(self.due_day), "workbook": self.workbook, "digest": self.digest, "document": self.document,
            "notice": self.notice,
        }  # fmt: skip


# — money —


def money_json(money: Money | None) -> dict[str, int] | None:
    """Give money as plain values, each purse and both together."""
    if money is None:
        return None
    return {"fund_fen": money.fund_fen, "patient_fen": money.patient_fen, "total_fen": money.total_fen}


def minus(one: Money, other: Money) -> Money:
    """Give one sum less another, purse by purse."""
    return one + -other


def part_of(whole: Money, total_fen: int, where: str) -> Money:
    """Give a part of a sum by its total, shared between the purses as the whole is; refuses more than the whole.

    >>> part_of(Money(70, 30), 50, "")
    Money(fund_fen=35, patient_fen=15)
    """
    if not 0 <= total_fen <= whole.total_fen:
        raise beyond(where, whole, total_fen)
    if total_fen == 0:
        return Money(0)
    fund, patient = split(total_fen, [whole.fund_fen, whole.patient_fen])
    return Money(fund, patient)


def check_within(part: Money, whole: Money, where: str) -> Money:
    """Give a part of a sum, refused where either purse would give more than it holds."""
    if not (0 <= part.fund_fen <= whole.fund_fen and 0 <= part.patient_fen <= whole.patient_fen):
        raise beyond(where, whole, part.total_fen)
    return part


def beyond(where: str, whole: Money, came_fen: int) -> Refused:
    """Say that a sum exceeds what it is a part of."""
    return Refused(
        "casework.beyond_stake",
        zh="金额超出范围：统筹部分和个人部分都不能小于零，也不能超过涉及金额",
        en="the amount is out of range: neither purse may be below zero or above what is at stake",
        where=where,
        wanted=f"0 … {whole.fund_fen} + {whole.patient_fen} fen",
        came=f"{came_fen} fen",
        todo=Text(zh="核对金额（单位为元）", en="check the amount (it is in yuan)"),
    )


# — sampling —


def sample(ids: Sequence[int], share_bp: int, seed: int) -> frozenset[int]:
    """Draw a share of some ids (basis points, rounded up, at least one), the same for the same seed.

    >>> sample([], 500, 1) == frozenset() and len(sample(range(100), 500, 1)) == 5 and len(sample([7], 1, 1)) == 1
    True
    """
    if not ids:
        return frozenset()
    number = max(1, -(-len(ids) * share_bp // 10_000))
    return frozenset(sorted(ids, key=lambda one: sha256(f"{seed}:{one}".encode()).digest())[:number])
