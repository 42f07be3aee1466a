"""Repair (信用修复) in its two kinds, which are never mixed.

*The medical-insurance grade* is repaired by the region's pack: so many months without a new violation, duties done,
commitment, evidence, perhaps training; decided in so many working days by somebody else; used in the next rating. Some
events never are. *Public-credit information* is repaired by 国办发〔2025〕22号 and 信用修复管理办法: by its class it is
shown for at least and at most so long; 信用中国 is the window, who decided examines; publication, sharing, use and
measures stop together.
"""

from __future__ import annotations

from dataclasses import replace

from yibao.archive import files
from yibao.archive.files import FactKind, NewFact, SubjectKind
from yibao.casework.cases import Case, Desk, Doing, act_on, open_cases
from yibao.kernel import Json, Refused, Text, date_of
from yibao.remedy import asking, store
from yibao.remedy.expiry import shown
from yibao.remedy.finding import (
    About,
    about,
    check_yours,
    earlier,
    opening_of,
    region_of,
    taken,
    written_by,
)
from yibao.remedy.guards import (
    basis_of,
    check_committed,
    check_not_repaired,
    check_once,
    check_performed,
    check_repairable,
    check_signed,
    check_standing,
    check_waited,
    too_early,
    wrong_fact,
)
from yibao.remedy.machines import MACHINES
from yibao.remedy.model import KIND_NAMES, SERIOUSNESS_NAMES, Filing, Kind

OF = {Kind.GRADE_REPAIR: "credit", Kind.PUBLIC_REPAIR: "public"}
"""What a repair is of, as the fact that says so names it."""

GRADE_FACTS = (
    FactKind.PENALIZED, FactKind.DISPOSED, FactKind.NOTICED, FactKind.INDUSTRY, FactKind.JUDGED, FactKind.LISTED,
    FactKind.OBSERVED,
)  # fmt: skip
PUBLIC_FACTS = (FactKind.PENALIZED, FactKind.LISTED)


def apply_for_repair(desk: Desk, kind: Kind, number: int, filing: Filing, doing: Doing) -> Case:
    """Apply for a repair of one fact (``number``), of the one kind or the other.

    Raises `Refused`: ``remedy.wrong_fact``, ``remedy.not_yours``, ``remedy.unsigned``, ``remedy.fallen``,
    ``remedy.repaired``, ``remedy.twice``, ``remedy.never``, ``remedy.not_performed``, ``remedy.too_early``,
    ``remedy.lapsed``, ``remedy.incomplete``.
    """
    of = about(desk.unit, number)
    where = of.head.number
    opening = opening_of(of.head, KIND_NAMES[kind].zh, region_of(desk.unit, of.fact, of.head))
    check_yours(desk, opening, where)
    check_standing(of.fact, of.counted, where)
    check_not_repaired(of.fact, of.counted, OF[kind])
    check_once(kind, _running(desk, kind, number), again=True)
    check_signed(filing, stamp=False, where=where)
    _check(desk, kind, of, doing.day)
    if kind is Kind.GRADE_REPAIR:
        check_committed(desk.policy, filing, of.counted, doing.day, where)
    body: dict[str, Json] = {
        "fact": number, "signed": filing.signed, "committed": filing.committed, "trained": list(filing.trained),
        "sha256": [digest for _, digest in filing.evidence], "channel": filing.channel,
    }  # fmt: skip
    made = open_cases(desk, MACHINES[kind], "file", [(opening, replace(doing, body=body))])[0]
    store.add(desk.unit.connection, made.id, kind, subject=of.head.id, fact=number)
    return made


def _running(desk: Desk, kind: Kind, number: int) -> list[Case]:
    """Give the repairs asked for before that bar another: one that was refused may be asked for again."""
    known = earlier(desk.unit, kind, number)
    ends = MACHINES[kind].ends
    return [one for one in known if one.state not in ends]


def _check(desk: Desk, kind: Kind, of: About, day: int) -> None:
    if kind is Kind.GRADE_REPAIR:
        if of.fact.kind not in GRADE_FACTS:
            raise wrong_fact(
                of.fact, GRADE_FACTS,
                Text(zh="记分的修复见 yibao points train", en="points are repaired by yibao points train"),
            )  # fmt: skip
        check_repairable(desk.policy, of.fact, day)
        check_performed(of.fact, of.counted)
        check_waited(desk.policy, of.fact, of.counted, day)
        return
    _check_public(desk, of, day)


def _check_public(desk: Desk, of: About, day: int) -> None:
    """Refuse a public-credit repair of what is none, shown no more, not performed, or before its shortest time."""
    if of.fact.kind not in PUBLIC_FACTS or of.head.kind not in (
        SubjectKind.INSTITUTION, SubjectKind.SUPPLIER,
    ):  # fmt: skip
        raise wrong_fact(
            of.fact, PUBLIC_FACTS,
            Text(zh="公共信用修复针对单位的处罚信息和失信名单；医保信用等级的修复用 --kind grade_repair",
                 en="it is about penalties of organisations and lists; of the grade: --kind grade_repair"),
        )  # fmt: skip
    period = shown(desk.policy, of.fact, day, asking.published_as(desk, of.head.id, of.fact.id))
    name = SERIOUSNESS_NAMES[period.seriousness]
    if day >= period.until_day:
        raise Refused(
            "remedy.lapsed",
            zh=f"{name.zh}信息的公示期已满，自动停止公示和使用，无须修复（{basis_of(period.most)}）",
            en=f"the time of this {name.en} information is over: it is shown and used no more, and needs no repair",
            where=of.head.number,
            wanted=f"< {date_of(period.until_day)}",
            came=str(date_of(day)),
            todo=Text(
                zh="仍在公示的，要求立即停止", en="where it is still shown, ask that it be taken down at once"
            ),
        )
    check_performed(of.fact, of.counted)
    if day < period.repairable_from:
        months = period.least.number
        raise too_early(
            of.fact.id, period.repairable_from, day,
            Text(zh=f"{name.zh}信息最短公示 {months} 个月（{basis_of(period.least)}）",
                 en=f"{name.en} information is shown for at least {months} months"),
        )  # fmt: skip


def grant(desk: Desk, kind: Kind, case_id: int, doing: Doing) -> int:
    """Grant a repair, if its conditions hold on this day too; give the fact that says so.

    Of a grade it is used in the next rating; of public-credit information all effects are to stop together, and the case
    stays open until they have. Raises `Refused` as `apply_for_repair` does, for instance where somebody broke a rule
    meanwhile.
    """
    found = taken(desk, case_id, kind, "grant")
    of = about(desk.unit, found.fact or 0)
    check_standing(of.fact, of.counted, found.case.number)
    _check(desk, kind, of, doing.day)
    act_on(desk, MACHINES[kind], "grant", {case_id: replace(doing, body={"fact": of.fact.id})})
    body: dict[str, Json] = {"of": OF[kind], "facts": [of.fact.id], "case": found.case.number}
    public = kind is Kind.PUBLIC_REPAIR
    body |= {"repairs": of.fact.id} if public else {"used": "next_rating"}
    new = NewFact(
        of.fact.subject, FactKind.REPAIRED, doing.day, body, of.fact.id if public else None, _source(case_id), doing.reason
    )  # fmt: skip
    number = files.write_facts(desk.unit, [new], known_day=desk.today)[0]
    asking.effects_follow(desk.unit, of.fact.subject)
    return number


def take_back(desk: Desk, kind: Kind, case_id: int, doing: Doing) -> int:
    """Take a repair back that was got by untrue statements: the fact of it is annulled, what it ended counts again."""
    found = taken(desk, case_id, kind, "take_back")
    number = act_on(desk, MACHINES[kind], "take_back", {case_id: doing})[case_id]
    repaired = written_by(files.facts_of(desk.unit, found.subject or 0), _source(case_id))
    if repaired is not None:
        files.annul(
            desk.unit, repaired.id, doing.reason or found.case.number, doing.day, source=f"{_source(case_id)}:back",
            known_day=desk.today,
        )  # fmt: skip
    asking.effects_follow(desk.unit, found.subject or 0)
    return number


def lifted(desk: Desk, case_id: int, doing: Doing) -> int:
    """Record that a granted public-credit repair is lifted everywhere; refuses while an effect still stands.

    Raises `Refused` (``remedy.not_lifted``): publication, sharing, use and measures stop together.
    """
    found = taken(desk, case_id, Kind.PUBLIC_REPAIR, "lifted")
    left = asking.not_undone(desk, found.subject or 0, found.fact or 0)
    if left:
        raise Refused(
            "remedy.not_lifted",
            zh="还有公示、共享、使用或措施没有停止，须一起停止",
            en="publication, sharing, use or measures still stand; they stop together",
            where=found.case.number,
            wanted="—",
            came=", ".join(left),
            todo=Text(
                zh="运行后台任务（yibao work），确认协作部门已回执（yibao effects list）",
                en="run the background jobs (yibao work) and see that partners confirmed (yibao effects list)",
            ),
        )
    return act_on(desk, MACHINES[Kind.PUBLIC_REPAIR], "lifted", {case_id: doing})[case_id]


def _source(case_id: int) -> str:
    return f"remedy:{case_id}:repaired"
