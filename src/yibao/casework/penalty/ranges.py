"""What the law lets the bureau impose (法定幅度), and the step that the region's standard proposes (裁量基准); pure.

The program computes bounds and a proposal; a person picks and says why. Below the minimum, or no penalty, needs a
circumstance that the statute names; above the maximum there is nothing. Law of the day of the act, unless the law of
today is milder (行政处罚法 Art. 37).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from yibao.kernel import Fen, Period, Refused, Rounding, Text, divide, format_fen
from yibao.policy import Policy, Unit, Value

WHOLE: Final = 10_000
"""One time of the loss, in basis points."""


class Article(StrEnum):
    """The articles of the Regulation by which somebody is punished."""

    AGENCY_FRAUD = "art_37"
    LOSS = "art_38"
    MANAGEMENT = "art_39"
    FRAUD = "art_40"
    PERSON = "art_41_1"
    PERSON_FRAUD = "art_41_2"


ARTICLE_NAMES = {
    Article.AGENCY_FRAUD: Text(zh="条例第三十七条（经办机构骗取）", en="Art. 37 (an agency defrauds)"),
    Article.LOSS: Text(zh="条例第三十八条（造成基金损失）", en="Art. 38 (loss to the fund)"),
    Article.MANAGEMENT: Text(zh="条例第三十九条（管理失职）", en="Art. 39 (management)"),
    Article.FRAUD: Text(zh="条例第四十条（骗取基金）", en="Art. 40 (fraud)"),
    Article.PERSON: Text(zh="条例第四十一条第一款（个人违规）", en="Art. 41(1) (a person)"),
    Article.PERSON_FRAUD: Text(zh="条例第四十一条第二款（个人骗取）", en="Art. 41(2) (fraud by a person)"),
}


class Circumstance(StrEnum):
    """The circumstances that the Law on Administrative Penalties names for less, or for nothing."""

    MITIGATED_REMEDIED = "remedied"
    MITIGATED_COERCED = "coerced"
    MITIGATED_CONFESSED = "confessed"
    MITIGATED_MERIT = "merit"
    MITIGATED_OTHER = "other_law"
    MITIGATED_MINOR = "minor"
    NONE_SLIGHT = "slight_corrected"
    NONE_FIRST = "first_slight_corrected"
    NONE_NO_FAULT = "no_fault"
    NONE_CHILD = "under_fourteen"
    NONE_LIMITATION = "limitation"


CIRCUMSTANCES: Final = {
    Circumstance.MITIGATED_REMEDIED: (
        "第三十二条第一项",
        "主动消除或者减轻危害后果",
        "removed or lessened the harm",
    ),
    Circumstance.MITIGATED_COERCED: (
        "第三十二条第二项",
        "受他人胁迫或者诱骗",
        "coerced or deceived by others",
    ),
    Circumstance.MITIGATED_CONFESSED: (
        "第三十二条第三项",
        "主动供述尚未掌握的违法行为",
        "told of acts not yet known",
    ),
    Circumstance.MITIGATED_MERIT: ("第三十二条第四项", "配合查处有立功表现", "helped the inquiry with merit"),
    Circumstance.MITIGATED_OTHER: (
        "第三十二条第五项",
        "其他法律、法规、规章规定",
        "another law or rule says so",
    ),
    Circumstance.MITIGATED_MINOR: ("第三十条", "已满十四周岁不满十八周岁", "between fourteen and eighteen"),
    Circumstance.NONE_SLIGHT: (
        "第三十三条第一款",
        "轻微并及时改正，没有危害后果",
        "slight, corrected in time, no harm",
    ),
    Circumstance.NONE_FIRST: (
        "第三十三条第一款",
        "初次、后果轻微并及时改正",
        "first, slight, corrected in time",
    ),
    Circumstance.NONE_NO_FAULT: (
        "第三十三条第二款",
        "有证据足以证明没有主观过错",
        "shown to be without fault",
    ),
    Circumstance.NONE_CHILD: ("第三十条", "不满十四周岁", "under fourteen"),
    Circumstance.NONE_LIMITATION: ("第三十六条", "超过追究时效", "past the time of limitation"),
}
"""By circumstance: the article of 行政处罚法, and what it says in short."""


def spares(circumstance: Circumstance) -> bool:
    """Tell whether a circumstance lets somebody off altogether; the others only lessen."""
    return circumstance.name.startswith("NONE_")


@dataclass(frozen=True, slots=True)
class Range:
    """The lawful bounds of a penalty: the fine in fen, the suspension in months (None where the article has none)."""

    article: Article
    least_fen: int
    most_fen: int
    suspension: tuple[int, int] | None
    basis: tuple[Value, ...]
    why: Text
    """Whose law it is: that of the day of the act, or a later and milder one."""


def lawful_range(policy: Policy, article: Article, loss_fen: int, act_day: int, today: int) -> Range:
    """Give the bounds for an act on a day by the milder of the law of then and now.

    ``loss_fen`` is the loss, or the sum defrauded. Raises `Refused` where the policy holds no law for the day.
    """
    then = _on(policy, article, loss_fen, act_day)
    now = _on(policy, article, loss_fen, today)
    if now[0] == then[0] or not _milder(now[0], then[0]):
        why = Text(zh="适用行为时的规定", en="by the law of the day of the act")
        bounds, basis = then
    else:
        why = Text(
            zh="作出决定时的规定较轻，适用新规定（行政处罚法第三十七条）",
            en="the law of today is milder and applies (行政处罚法 Art. 37)",
        )
        bounds, basis = now
    least, most, suspension = bounds
    return Range(article, least, most, suspension, basis, why)


_Bounds = tuple[int, int, "tuple[int, int] | None"]


def _on(policy: Policy, article: Article, loss_fen: int, day: int) -> tuple[_Bounds, tuple[Value, ...]]:
    used: list[Value] = []

    def bound(name: str) -> int | None:
        key = f"casework.penalty.{article}.{name}"
        if not policy.declares(key):
            return None
        value = policy.at(key, day)
        used.append(value)
        if value.unit is Unit.BASIS_POINTS:
            return divide(loss_fen * value.number, WHOLE, Rounding.DOWN if name == "most" else Rounding.UP)
        return value.number

    least, most = bound("least") or 0, bound("most") or 0
    shortest, longest = bound("suspend_least"), bound("suspend_most")
    suspension = (shortest, longest) if shortest is not None and longest is not None else None
    return (least, most, suspension), tuple(used)


def _milder(now: _Bounds, then: _Bounds) -> bool:
    """Say whether today's bounds are milder: by the highest fine first, then by the least, then by the suspension."""
    return (now[1], now[0], now[2] or (0, 0)) < (then[1], then[0], then[2] or (0, 0))


class Step(StrEnum):
    """The steps of a discretion standard."""

    LIGHT = "light"
    ORDINARY = "ordinary"
    HEAVY = "heavy"


STEP_NAMES = {
    Step.LIGHT: Text(zh="从轻", en="light"),
    Step.ORDINARY: Text(zh="一般", en="ordinary"),
    Step.HEAVY: Text(zh="从重", en="heavy"),
}


def proposal(policy: Policy, bounds: Range, step: Step, day: int) -> tuple[int, int] | None:
    """Give the part of the bounds that the region's standard proposes for a step; None where it has no standard."""
    keys = [f"casework.discretion.{bounds.article}.{step}_{end}" for end in ("from", "until")]
    if not all(policy.declares(key) for key in keys):
        return None
    width = bounds.most_fen - bounds.least_fen
    low, high = (
        bounds.least_fen + divide(width * policy.at(key, day).number, WHOLE, Rounding.HALF_UP) for key in keys
    )
    return low, high


def check_fine(
    bounds: Range, fine_fen: int, circumstance: Circumstance | None, *, reviewed: bool, where: str = ""
) -> None:
    """Refuse a fine outside the law.

    Raises `Refused`: ``casework.above_range``; ``casework.below_range`` without a named circumstance that lessens;
    ``casework.not_reviewed`` for less than the minimum without legal review.
    """
    said = f"{format_fen(bounds.least_fen)} – {format_fen(bounds.most_fen)}"
    if fine_fen > bounds.most_fen:
        raise Refused(
            "casework.above_range",
            zh="罚款高于法定幅度",
            en="the fine is above what the law lets the bureau impose",
            where=where,
            wanted=f"{said}（{ARTICLE_NAMES[bounds.article].zh}）",
            came=format_fen(fine_fen),
            todo=Text(
                zh="在幅度内裁量，或核对损失金额和条款",
                en="stay within the bounds, or check the loss and the article",
            ),
        )
    if fine_fen >= bounds.least_fen:
        return
    if circumstance is None or (spares(circumstance) and fine_fen > 0):
        raise Refused(
            "casework.below_range",
            zh="罚款低于法定幅度，须有法律列明的减轻情形",
            en="the fine is below the minimum; that needs a circumstance that the law names",
            where=where,
            wanted=f"{said}；{' | '.join(c for c in Circumstance if not spares(c))}",
            came=format_fen(fine_fen),
            todo=Text(
                zh="用 --circumstance 指明情形，并经法制审核",
                en="name it with --circumstance, and have it reviewed",
            ),
        )
    if not reviewed:
        raise Refused(
            "casework.not_reviewed",
            zh="低于法定幅度的处罚须经法制审核",
            en="a penalty below the minimum must have passed the legal review",
            where=where,
            todo=Text(zh="先办理法制审核（pass_review）", en="pass the legal review first (pass_review)"),
        )


def late_addition(
    fine_fen: int,
    paid: tuple[tuple[int, int], ...],
    due_day: int,
    day: int,
    daily_bp: int,
    stopped: tuple[Period, ...],
) -> Fen:
    """Give what is added to a fine for being late, up to a day: a share a day of what is unpaid, never more than the fine.

    ``paid`` are (day, fen); days of a review or suit (``stopped``) do not count (行政处罚法 Art. 72, 73).

    >>> late_addition(1_000_00, (), 100, 110, 300, ())
    30000
    """
    added = 0
    for late in range(due_day + 1, day + 1):
        if any(late in period for period in stopped):
            continue
        unpaid = fine_fen - sum(fen for on, fen in paid if on < late)
        added += divide(max(unpaid, 0) * daily_bp, WHOLE, Rounding.HALF_UP)
        if added >= fine_fen:
            return Fen(fine_fen)
    return Fen(added)
