"""What is hidden from whom when something leaves the house: by audience and by datum, from ``visibility.yaml``.

A document for the public is written anew from what its audience may see, never blacked out by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from yibao.access.words import Labelled
from yibao.kernel import Refused, Text, read_yaml


class Audience(Labelled):
    """To whom a document or a file goes."""

    COURT = "court", "法院", "a court"
    DISCIPLINE = "discipline", "纪检监察机关", "the discipline body"
    EXPERT = "expert", "评审专家", "experts"
    INST_PERSON = "inst_person", "机构内的个人", "a person within the institution"
    INTERNAL = "internal", "承办、审核与决定的人", "the case team, legal review and the head"
    PARTNER = "partner", "协作部门", "another department"
    PARTY = "party", "当事机构", "the institution concerned"
    PERSON = "person", "参保人", "the insured person"
    POLICE = "police", "公安机关", "the police"
    PUBLIC = "public", "社会公众", "the public"
    REPORT_TEAM = "report_team", "举报受理人员", "the report desk"
    REPORTER = "reporter", "举报人", "the reporter"
    SUBJECT = "subject", "被处理的个人", "the person dealt with"


class Datum(Labelled):
    """What a document may hold that not everybody may see."""

    BANK_ACCOUNT = "bank_account", "银行账户", "bank account"
    DIAGNOSIS = "diagnosis", "诊断", "diagnosis"
    DISCIPLINE_LEAD = "discipline_lead", "纪检线索", "discipline lead"
    FACTS_ELSEWHERE = "facts_elsewhere", "在其他机构的事实", "facts at another site"
    GRADE_AND_POINTS = "grade_and_points", "信用等级与既往记分", "grade and past points"
    INTERNAL_PAPERS = (
        "internal_papers",
        "审批、法制审核与讨论材料",
        "internal papers",
    )
    NAMED_STAFF = "named_staff", "具名的医务人员", "named staff"
    OFFICERS_NUMBERS = "officers_numbers", "执法证号", "officers' certificate numbers"
    OUTCOME = "outcome", "处理结果", "outcome"
    PATIENT_IDENTITY = "patient_identity", "参保人姓名与证件号码", "the patient's name and id"
    REPORTER = "reporter", "举报人身份、渠道与原文", "reporter's identity, channel and text"
    ROWS_OF_OTHERS = "rows_of_others", "其他机构的数据行", "rows of other institutions"


class Show(Labelled):
    """How much of a datum is shown."""

    AGGREGATE = "aggregate", "只见汇总", "in sum only"
    FULL = "full", "全部", "in full"
    MASKED = "masked", "脱敏或代号", "masked or by a code"
    NOTHING = "nothing", "不显示", "not at all"


CONDITIONS: Final = MappingProxyType(
    {
        "own": Text(zh="仅涉及本人、本机构的", en="one's own only"),
        "on_request": Text(zh="密封，依请求", en="sealed, on request"),
        "annex": Text(zh="只在附件", en="in an annex only"),
        "if_needed": Text(zh="确有需要时", en="where needed"),
        "on_order": Text(zh="依法院命令", en="on a court's order"),
        "if_licence": Text(zh="涉及执业资格时", en="where a licence is at stake"),
        "listed": Text(zh="只限按规定列明的", en="what a rule lists only"),
    }
)


@dataclass(frozen=True, slots=True)
class Showing:
    """How a datum is shown to an audience, and on which condition (a key of `CONDITIONS`), if any."""

    show: Show
    condition: str | None = None

    @property
    def outright(self) -> bool:
        """Tell whether the datum is shown in full and without a condition."""
        return self.show is Show.FULL and self.condition is None


def shown_to(audience: Audience, datum: Datum) -> Showing:
    """Give how a datum is shown to an audience; what nobody wrote down is not shown."""
    return _visibility().get((audience, datum), Showing(Show.NOTHING))


@cache
def _visibility() -> Mapping[tuple[Audience, Datum], Showing]:
    where = "visibility.yaml"
    text = (resources.files("yibao.access") / where).read_text(encoding="utf-8")
    read = read_yaml(text, where)
    if not isinstance(read, dict):
        raise _not_so(where, "a mapping", str(read))
    found: dict[tuple[Audience, Datum], Showing] = {}
    for datum, cells in read.items():
        for audience, cell in cells.items():
            found[Audience(audience), Datum(datum)] = _showing(str(cell), f"{where} {datum}.{audience}")
    return MappingProxyType(found)


def _showing(cell: str, where: str) -> Showing:
    show, _, condition = cell.partition(" ")
    if show not in set(Show) or (condition and condition not in CONDITIONS):
        raise _not_so(where, f"{' | '.join(Show)} + {' | '.join(CONDITIONS)}", cell)
    return Showing(Show(show), condition or None)


def _not_so(where: str, wanted: str, came: str) -> Refused:
    return Refused(
        "access.visibility",
        zh="可见性表写法不对",
        en="the table of visibility is not written as it should be",
        where=where,
        wanted=wanted,
        came=came,
        todo=Text(zh="改正该表", en="correct the table"),
    )
