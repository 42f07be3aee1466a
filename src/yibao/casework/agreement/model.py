"""The nouns of an agreement disposal: its measures, what was told and decided; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from yibao.casework.cases import LARGEST_FEN
from yibao.kernel import Refused, Text
from yibao.policy import Policy


class Measure(StrEnum):
    """What the agency may do by the agreement (条例 Art. 13); the list is closed, and there is no fine in it."""

    INTERVIEW = "interview"
    RECTIFY = "rectify"
    WITHHOLD = "withhold"
    REFUSE = "refuse"
    RECOVER = "recover"
    DAMAGES = "damages"
    STOP_PERSONS = "stop_persons"
    STOP_DEPARTMENTS = "stop_departments"
    SUSPEND = "suspend"
    TERMINATE = "terminate"


MEASURE_NAMES = {
    Measure.INTERVIEW: Text(zh="约谈", en="interview"),
    Measure.RECTIFY: Text(zh="限期整改", en="rectify by a date"),
    Measure.WITHHOLD: Text(zh="暂停拨付", en="withhold payment"),
    Measure.REFUSE: Text(zh="不予拨付（拒付）", en="refuse payment"),
    Measure.RECOVER: Text(zh="追回", en="recover"),
    Measure.DAMAGES: Text(zh="支付违约金", en="damages by the agreement"),
    Measure.STOP_PERSONS: Text(zh="中止相关人员医药服务", en="stop persons"),
    Measure.STOP_DEPARTMENTS: Text(zh="中止相关部门医药服务", en="stop departments"),
    Measure.SUSPEND: Text(zh="中止服务协议", en="suspend the agreement"),
    Measure.TERMINATE: Text(zh="解除服务协议", en="end the agreement"),
}

MONEY = {Measure.WITHHOLD, Measure.REFUSE, Measure.RECOVER, Measure.DAMAGES}
"""The measures that have a sum."""

TIME = {Measure.STOP_PERSONS, Measure.STOP_DEPARTMENTS, Measure.SUSPEND}
"""The measures that have a length in months."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One measure as it is told or decided: its sum in fen, its months, and whom it concerns where not all."""

    measure: Measure
    fund_fen: int = 0
    patient_fen: int = 0
    months: int = 0
    whom: str = ""


@dataclass(frozen=True, slots=True)
class Disposal:
    """What was told or decided: the clause of the agreement, and the measures."""

    id: int
    kind: str
    """``told`` or ``decided``."""
    clause: str
    measures: tuple[Taken, ...]
    served_day: int | None
    answered: bool


def check_measures(policy: Policy, measures: tuple[Taken, ...], day: int, where: str) -> None:
    """Refuse measures that the Regulation does not know, that lack what they need, or that last too long.

    Raises `Refused`: ``casework.no_measure``, ``casework.measure``, ``casework.suspension_range``.
    """
    if not measures:
        raise Refused(
            "casework.no_measure", zh="没有写明处理措施", en="no measure is named", where=where,
            wanted=" | ".join(Measure), came="—",
            todo=Text(zh="用 --measure 写明措施", en="name one with --measure"),
        )  # fmt: skip
    named = [(one.measure, one.whom) for one in measures]
    twice = next((one for one in named if named.count(one) > 1), None)
    if twice is not None:
        raise Refused(
            "casework.measure",
            zh=f"“{MEASURE_NAMES[twice[0]].zh}”写了两次：每一份都不重于告知，合起来就重了",
            en=f"“{MEASURE_NAMES[twice[0]].en}” is named twice: each no heavier than told, together they are",
            where=where,
            wanted="1",
            came=str(named.count(twice)),
            todo=Text(zh="合为一项；对不同人员用 @ 分开", en="make it one; tell persons apart with @"),
        )
    for one in measures:
        money = one.fund_fen + one.patient_fen
        wrong = min(one.fund_fen, one.patient_fen, one.months) < 0 or money > LARGEST_FEN
        if wrong or (money > 0) != (one.measure in MONEY) or (one.months > 0) != (one.measure in TIME):
            raise Refused(
                "casework.measure",
                zh=f"“{MEASURE_NAMES[one.measure].zh}”的金额或时间写得不对",
                en=f"the sum or the length of “{MEASURE_NAMES[one.measure].en}” is wrong",
                where=where,
                wanted="金额 fen > 0"
                if one.measure in MONEY
                else "月数 months > 0"
                if one.measure in TIME
                else "—",
                came=f"{money} fen, {one.months} months",
                todo=Text(
                    zh="金额写成 recover=300.00+50.00，时间写成 suspend=3m",
                    en="write a sum as recover=300.00+50.00, a time as suspend=3m",
                ),
            )
        if one.months:
            shortest, longest = (
                policy.at(f"casework.agreement.suspend_{end}", day).number for end in ("least", "most")
            )
            if not shortest <= one.months <= longest:
                raise Refused(
                    "casework.suspension_range",
                    zh="中止的时间超出协议约定",
                    en="the suspension is outside what the agreement allows",
                    where=where,
                    wanted=f"{shortest}–{longest} 个月 months",
                    came=str(one.months),
                    todo=Text(
                        zh="改为幅度内的月数，或由本地政策包设定",
                        en="keep within the bounds, or set them in the region’s pack",
                    ),
                )


def heavier(told: tuple[Taken, ...], decided: tuple[Taken, ...]) -> list[Taken]:
    """Give the measures that were not told, or go beyond what was told."""
    before = {(one.measure, one.whom): one for one in told}
    found = []
    for one in decided:
        was = before.get((one.measure, one.whom))
        if (
            was is None
            or one.months > was.months
            or one.fund_fen + one.patient_fen > was.fund_fen + was.patient_fen
        ):
            found.append(one)
    return found
