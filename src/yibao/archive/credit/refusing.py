"""The refusals of credit: what was wanted, what came, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from yibao.access import Target
from yibao.archive.credit.model import Indicator, IndicatorSet, Scored
from yibao.archive.files import Fact, Subject
from yibao.kernel import Refused, Text, date_of


def with_hands(target: Target, *names: str) -> Target:
    """Give a target with those who did the step before, so that another pair of eyes is asked for."""
    return replace(target, done_by=frozenset(names))


def no_set(head: Subject) -> Refused:
    """Say that there is no set for a subject."""
    return Refused(
        "credit.no_set", zh="这类主体还没有信用指标集", en="there is no set of indicators for such a subject",
        where=head.number, wanted="pharmacy | hospital | practitioner | insured", came=head.category or str(head.kind),
        todo=Text(zh="核对档案的机构类别", en="check the category of the institution's file"),
    )  # fmt: skip


def no_indicator(head: Subject, came: str, one_set: IndicatorSet) -> Refused:
    """Say that a set has no such row."""
    return Refused(
        "credit.no_indicator", zh=f"{one_set.title.zh}指标集里没有这个指标", en="the set has no such indicator",
        where=head.number, came=came,
        todo=Text(zh="指标编号见 yibao archive score --json", en="see the ids with yibao archive score --json"),
    )  # fmt: skip


def measured(row: Indicator) -> Refused:
    """Say that a row is computed, and nobody records its figures."""
    return Refused(
        "credit.measured",
        zh="这个指标由系统自动计算，任何人不得登记",
        en="this row is computed; nobody records its figures",
        where=f"{row.id} {row.name.zh}",
        todo=Text(
            zh="数据有误的，更正来源数据后重新采集", en="correct the data at their source and collect again"
        ),
    )


def observed(row: Indicator, wrong: Sequence[str]) -> Refused:
    """Say that a fact is not one that a row can take."""
    return Refused(
        "credit.observed",
        zh="登记的内容不是这个指标能用的事实",
        en="what is recorded is not a fact that this row can take",
        where=f"{row.id} {row.name.zh}",
        wanted=row.scoring_text,
        came=", ".join(wrong),
        todo=Text(
            zh="按指标的评分写法登记，并写明理由和依据",
            en="record as the row's scoring wants, with the reason",
        ),
    )


def figures(wanted: int, came: int) -> Refused:
    """Say that the figures are those of another day."""
    return Refused(
        "credit.figures", zh="采集的数据不是评定日的", en="the figures are those of another day",
        wanted=str(date_of(wanted)), came=str(date_of(came)),
        todo=Text(zh="按评定日重新采集", en="measure anew for the day of the rating"),
    )  # fmt: skip


def future(day: int, today: int) -> Refused:
    """Say that nobody is rated for a day to come."""
    return Refused(
        "credit.future", zh="不能评定将来的日期", en="nobody is rated for a day that is still to come",
        wanted=f"≤ {date_of(today)}", came=str(date_of(day)),
        todo=Text(zh="改用今天或以前的日期", en="give today or an earlier day"),
    )  # fmt: skip


def rated_already(head: Subject, fact: int) -> Refused:
    """Say that a provisional grade waits already."""
    return Refused(
        "credit.rated_already", zh="已有一个预评定等级在办", en="a provisional grade is waiting already",
        where=head.number, came=str(fact),
        todo=Text(zh="先告知、确认或退回它", en="tell, confirm or send it back first"),
    )  # fmt: skip


def within_cycle(head: Subject, last: str, now: str) -> Refused:
    """Say that a grade does not move within its cycle."""
    return Refused(
        "credit.within_cycle",
        zh="评价周期内等级只因直接定级或限级情形下降，只因修复或撤销回升",
        en="within its cycle a grade falls by a direct grade or a ceiling only, and rises by repair or annulment only",
        where=head.number,
        wanted=last,
        came=now,
        todo=Text(zh="到下一评价周期再评定", en="rate in the next cycle"),
    )


def not_rated(head: Subject, fact: int) -> Refused:
    """Say that there is no such provisional grade that waits."""
    return Refused(
        "credit.not_rated", zh="这不是一个在办的预评定等级", en="this is no provisional grade that waits",
        where=head.number, came=str(fact),
        todo=Text(zh="用 yibao archive show 查看；已撤销或已确认的不能再办", en="see it with yibao archive show"),
    )  # fmt: skip


def noticed(head: Subject, fact: int) -> Refused:
    """Say that the subject was told already."""
    return Refused(
        "credit.noticed", zh="这个预评定等级已经告知", en="the subject was told this provisional grade already",
        where=head.number, came=str(fact),
        todo=Text(zh="等异议期满后确认", en="wait until the time to object is over, then confirm"),
    )  # fmt: skip


def too_early(head: Subject, rated: int, day: int) -> Refused:
    """Say that the notice is dated before the rating."""
    return Refused(
        "credit.too_early", zh="告知日早于评定日", en="the notice is dated before the rating", where=head.number,
        wanted=f"≥ {date_of(rated)}", came=str(date_of(day)), todo=Text(zh="核对告知日期", en="check the day"),
    )  # fmt: skip


def not_told(head: Subject, fact: int) -> Refused:
    """Say that nobody was told."""
    return Refused(
        "credit.not_told", zh="还没有告知，不能确认", en="the subject was not told; nothing can be confirmed",
        where=head.number, came=str(fact),
        todo=Text(zh="先办理告知：yibao archive notice", en="tell first: yibao archive notice"),
    )  # fmt: skip


def may_object(head: Subject, until: int, day: int) -> Refused:
    """Say that the time to object is not over."""
    return Refused(
        "credit.may_object", zh="异议期未满，不能确认", en="the time to object is not over", where=head.number,
        wanted=f"> {date_of(until)}", came=str(date_of(day)),
        todo=Text(zh="异议期满次日起再确认", en="confirm from the day after on"),
    )  # fmt: skip


def objected(head: Subject, number: str) -> Refused:
    """Say that an objection is open."""
    return Refused(
        "credit.objected", zh="有未办结的信用异议，不能确认", en="an objection to the grade is open",
        where=head.number, came=number,
        todo=Text(zh="先办结异议：yibao remedy", en="settle the objection first: yibao remedy"),
    )  # fmt: skip


def differs(head: Subject, rated: Fact, again: Scored) -> Refused:
    """Say that the score comes out otherwise than when it was rated."""
    return Refused(
        "credit.differs",
        zh="预评定后事实或数据有变（到期、撤销、更正），重新计算的结果不同，不能确认",
        en="a fact expired, was annulled or corrected since the rating: the score comes out otherwise",
        where=head.number,
        wanted=f"{rated.body['shown']} {rated.body['grade']} ({rated.body['score']})",
        came=f"{again.shown} {again.grade or '—'} ({again.score})",
        todo=Text(zh="退回后按新的事实重新预评定并告知", en="send it back, rate and tell anew"),
    )


def no_error(head: Subject, indicator: str, document: str) -> Refused:
    """Say that a provisional grade is sent back for a documented error of the data only."""
    return Refused(
        "credit.no_error",
        zh="只能因有据可查的数据错误退回：须指明指标、材料和理由",
        en="it is sent back for a documented error of the data only: name the row, the paper and the reason",
        where=head.number,
        wanted="--indicator, --document, --reason",
        came=f"{indicator or '—'}, {document or '—'}",
        todo=Text(zh="对结论有不同意见不是退回的理由", en="another opinion is no reason to send it back"),
    )
