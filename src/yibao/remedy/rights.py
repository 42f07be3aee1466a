"""Which rights somebody has now (权利清单): what he may do, about what, by when, where, and what happens meanwhile.

This is the list that a person or an institution sees first. The four rights before a decision live with their cases; here
their running periods are read. The three after it are computed from the file and the policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from yibao.access import Permission, Purpose, Target, check
from yibao.archive import files
from yibao.archive.files import FACT_NAMES, Fact, FactKind, Subject, SubjectKind, standing
from yibao.casework import penalty
from yibao.casework.cases import (
    Case,
    Desk,
    PartyClock,
    Track,
    case_id,
    cases,
    party_cases,
    party_clocks,
)
from yibao.kernel import Refused, Region, Text, date_of
from yibao.remedy import asking, contesting, store
from yibao.remedy.expiry import shown
from yibao.remedy.guards import basis_of, last_day, never_repairs, period_of, repair_from
from yibao.remedy.model import (
    KIND_NAMES,
    RIGHT_NAMES,
    SERIOUSNESS_NAMES,
    WAY_NAMES,
    Kind,
    Right,
    RightKind,
    Way,
)
from yibao.remedy.objecting import CREDIT_PERIOD, POINTS_PERIOD
from yibao.remedy.repairing import GRADE_FACTS, PUBLIC_FACTS

PERSONS = (SubjectKind.PRACTITIONER, SubjectKind.INSURED)
_AGENCY = Text(zh="经办机构", en="the agency")
_BUREAU = Text(zh="作出告知的医疗保障行政部门", en="the bureau that gave the notice")
_NOT_YET = Text(zh="决定尚未作出，不扣款、不执行", en="nothing is decided, deducted or carried out yet")
_GOES_ON = Text(
    zh="不停止执行；改变或撤销的，予以退还和恢复",
    en="it is carried out; what is changed or annulled is given back",
)

_CASEWORK: Final = {
    "audit_appeal": (RightKind.LINE_APPEAL, _AGENCY, True, _NOT_YET, "yibao round answer"),
    "ask_reconsideration": (RightKind.RECONSIDERATION, _AGENCY, False, _GOES_ON, "yibao round reconsider"),
    "agreement_defence": (RightKind.DEFENCE, _AGENCY, True, _NOT_YET, "yibao case answer {case} defend"),
    "defence": (RightKind.DEFENCE, _BUREAU, True, _NOT_YET, "yibao case answer {case} defend"),
    "ask_hearing": (RightKind.HEARING, _BUREAU, True, _NOT_YET, "yibao case answer {case} ask_hearing"),
}  # fmt: skip
"""By the kind of a party's clock: the right, where it is used, whether and how it suspends, and the command."""


def rights(desk: Desk, said: str, day: int) -> list[Right]:
    """Give the rights that a subject (by file or code), or the party of a case, has on a day; what ends first on top.

    Raises `Refused` (``access.denied``) to whoever may not read about them.
    """
    if _file(desk, said) is None:
        return _of_case(desk, cases(desk.unit, [case_id(said)])[0], day)
    head = readable(desk, said)
    institution = head.lake_key if head.kind is SubjectKind.INSTITUTION else None
    person = head.lake_key if head.kind is SubjectKind.INSURED else None
    found = _of_party(desk, institution, person, day) if head.lake_key is not None else []
    return _ordered([*found, *_of_file(desk, head, day)])


def readable(desk: Desk, said: str) -> Subject:
    """Give whose file it is to somebody who may read of its remedies; the look into a person's file is written down."""
    head = files.find_subject(desk.unit, said)
    check(desk.actor, Permission.REMEDY_READ, files.target_of(head))
    if head.kind in PERSONS:
        files.the_file(desk, head.number, Purpose.OWN if desk.actor.person_id else Purpose.CASEWORK)
    return head


def _file(desk: Desk, said: str) -> Subject | None:
    """Give the file that is meant; None for what is none but may be a case: a code too may look like its number."""
    try:
        return files.find_subject(desk.unit, said)
    except Refused:
        if re.fullmatch(r"[SXCD]\d{6,}", said.strip().upper()) is None:
            raise
        return None


def _of_case(desk: Desk, case: Case, day: int) -> list[Right]:
    whose = Target(Region(case.region), case.institution_id, case.person_id, case.practitioner_id)
    check(desk.actor, Permission.REMEDY_READ, replace(whose, subject=case.number))
    found = _of_party(desk, case.institution_id, case.person_id, day)
    return _ordered(one for one in found if case.number in (one.on, *one.more))


def _ordered(found: Iterable[Right]) -> list[Right]:
    return sorted(found, key=lambda r: (r.by_day is None, r.by_day or 0, list(RightKind).index(r.kind), r.on))


# — what lives with the cases —


def _of_party(desk: Desk, institution: int | None, person: int | None, day: int) -> list[Right]:
    if institution is None and person is None:
        return []
    running = party_clocks(desk.unit, list(_CASEWORK), day, institution=institution, person=person)
    open_now = [one for one in running if one.stopped_day is None and _told_of_it(desk, one)]
    grouped: dict[tuple[str, int | None], list[PartyClock]] = {}
    for one in open_now:
        lines = one.case.track is Track.AUDIT
        grouped.setdefault((one.kind if lines else f"{one.kind}:{one.case.id}", one.due_day), []).append(one)
    found = [_right_of(group) for group in grouped.values()]
    for track in (Track.PENALTY, Track.AGREEMENT):
        for case in party_cases(desk.unit, track, institution=institution, person=person):
            found += _contests(desk, case, day)
    return found


def _told_of_it(desk: Desk, one: PartyClock) -> bool:
    """Tell whether a hearing may be asked for: its clock runs with every notice, the right is told only where it is due."""
    if one.kind != "ask_hearing":
        return True
    told = penalty.dossier(desk.unit, one.case.id).told
    return told is not None and told.hearing_due


def _right_of(group: Sequence[PartyClock]) -> Right:
    first = group[0]
    kind, where, suspends, meanwhile, command = _CASEWORK[first.kind]
    numbers = [one.case.number for one in group]
    return Right(
        kind, RIGHT_NAMES[kind], numbers[0], Text(zh=first.case.cause, en=first.case.cause), None, first.due_day,
        _until(first.due_day), where, suspends, meanwhile, first.basis, command.format(case=numbers[0]), len(group),
        tuple(numbers[1:]),
    )  # fmt: skip


def _until(due: int | None) -> Text:
    if due is None:
        return Text(zh="节假日安排公布后确定", en="known when the holidays are announced")
    return Text(zh=f"{date_of(due)} 止", en=f"until {date_of(due)}")


def _contests(desk: Desk, case: Case, day: int) -> list[Right]:
    served = contesting.served_day(desk.unit, case)
    if served is None or served > day:
        return []
    by_agreement = case.track is Track.AGREEMENT
    if by_agreement and not bool(desk.policy.at("remedy.contest.agreement", day).value):
        return []
    found = []
    for way in contesting.ways_open(desk, case, served):
        due, basis = contesting.contest_due(desk, case, way, served)
        if due is not None and due < day:
            continue
        where = (
            Text(zh="作出决定机关的本级人民政府", en="the government of the office's own level")
            if way is Way.REVIEW
            else Text(zh="有管辖权的人民法院", en="the court that has jurisdiction")
        )
        about = Text(zh=f"{case.cause}：决定", en=f"{case.cause}: the decision")
        found.append(
            Right(
                RightKind.CONTEST, WAY_NAMES[way], case.number, about, None, due, _until(due), where, False, _GOES_ON,
                basis, f"yibao remedy file {case.number} --kind {way}",
            )
        )  # fmt: skip
    return found


# — what follows from the file —


def _of_file(desk: Desk, head: Subject, day: int) -> list[Right]:
    counted = [one for one in standing(files.known_of(desk.unit, head.id)) if one.day <= day]
    own = [one for one in counted if one.subject in files.together(desk.unit, head.id)]
    rows = store.about_facts(desk.unit.connection, [one.id for one in own])
    spoken = {(row.fact, row.kind) for row in rows if _bars(desk, row.case_id)}
    receipts = store.receipts(desk.unit.connection, [one.id for one in own])
    found = []
    for fact in own:
        for kind, right in (
            (Kind.POINTS, _points(desk, fact, receipts.get(fact.id), day)),
            (Kind.CREDIT, _credit(desk, fact, receipts.get(fact.id), day)),
            (Kind.GRADE_REPAIR, _grade_repair(desk, fact, counted, day)),
            (Kind.PUBLIC_REPAIR, _public_repair(desk, head, fact, counted, day)),
        ):
            if right is not None and (fact.id, str(kind)) not in spoken:
                found.append(right)
    return found


def _bars(desk: Desk, case: int) -> bool:
    """Tell whether a remedy keeps another one about the same thing from being filed: not one that was not taken on."""
    state = cases(desk.unit, [case])[0].state
    return not state.endswith(("_not_accepted", "_withdrawn", "_refused"))


def _points(desk: Desk, fact: Fact, received: int | None, day: int) -> Right | None:
    if fact.kind is not FactKind.POINTS:
        return None
    due, value = last_day(desk.policy, POINTS_PERIOD, received if received is not None else day)
    if received is not None and due is not None and due < day:
        return None
    suspends = desk.policy.at("remedy.points.suspends", day)
    return Right(
        RightKind.POINTS_OBJECTION, KIND_NAMES[Kind.POINTS], str(fact.id),
        Text(zh=f"记 {fact.body.get('value', '')} 分", en=f"{fact.body.get('value', '')} points"),
        None, due if received is not None else None,
        _from_receipt(period_of(value)), _AGENCY, bool(suspends.value),
        Text(zh="原则上不停止执行" if not suspends.value else "暂不执行",
             en="execution goes on" if not suspends.value else "not carried out meanwhile"),
        basis_of(value), f"yibao remedy file {fact.id} --kind points",
    )  # fmt: skip


def _from_receipt(period: Text) -> Text:
    return Text(zh=f"自收到通知书之日起 {period.zh}", en=f"{period.en} from receipt of the notice")


def _credit(desk: Desk, fact: Fact, received: int | None, day: int) -> Right | None:
    if fact.kind not in (FactKind.OBSERVED, FactKind.RATING_NOTICED, FactKind.RATING_CONFIRMED):
        return None
    start = received if received is not None else (fact.day if fact.kind is not FactKind.OBSERVED else None)
    due, value = last_day(desk.policy, CREDIT_PERIOD, start if start is not None else day)
    due = int(fact.body.get("objections_until", due)) if due is not None else due
    if start is not None and due is not None and due < day:
        return None
    provisional = fact.kind is FactKind.RATING_NOTICED
    return Right(
        RightKind.CREDIT, KIND_NAMES[Kind.CREDIT], str(fact.id), FACT_NAMES[fact.kind],
        None, due if start is not None else None, _from_receipt(period_of(value)),
        Text(zh="作出评定的机关", en="the office that rates"), provisional,
        Text(zh="等级未确认，不产生后果" if provisional else "答复前照旧",
             en="no grade is confirmed, nothing follows from it" if provisional else "as it is until the answer"),
        basis_of(value), f"yibao remedy file {fact.id} --kind credit",
    )  # fmt: skip


def _grade_repair(desk: Desk, fact: Fact, counted: Sequence[Fact], day: int) -> Right | None:
    if fact.kind not in GRADE_FACTS or _repaired(fact, counted, "credit"):
        return None
    if fact.kind is FactKind.OBSERVED or never_repairs(desk.policy, fact, day) is not None:
        return None
    first, _, value = repair_from(desk.policy, fact, counted, day)
    return Right(
        RightKind.CREDIT, KIND_NAMES[Kind.GRADE_REPAIR], str(fact.id), FACT_NAMES[fact.kind],
        first if first > day else None, None,
        Text(zh=f"连续 {value.number} 个月无新的违规", en=f"{value.number} months without a new violation"),
        Text(zh="作出评定的机关", en="the office that rates"), False,
        Text(zh="修复前照旧；准予修复的，用于下一次评定", en="as it is until then; a repair is used in the next rating"),
        basis_of(value), f"yibao remedy repair {fact.id} --kind grade_repair",
    )  # fmt: skip


def _public_repair(desk: Desk, head: Subject, fact: Fact, counted: Sequence[Fact], day: int) -> Right | None:
    if fact.kind not in PUBLIC_FACTS or head.kind not in (SubjectKind.INSTITUTION, SubjectKind.SUPPLIER):
        return None
    if _repaired(fact, counted, "public"):
        return None
    try:
        period = shown(desk.policy, fact, day, asking.published_as(desk, head.id, fact.id))
    except Refused:
        return None  # the rules on repair were not in force yet
    if period.until_day <= day:
        return None
    name = SERIOUSNESS_NAMES[period.seriousness]
    return Right(
        RightKind.CREDIT, KIND_NAMES[Kind.PUBLIC_REPAIR], str(fact.id), name,
        period.repairable_from if period.repairable_from > day else None, period.until_day - 1,
        Text(zh=f"最短公示 {period.least.number} 个月，最长 {period.most.number} 个月",
             en=f"shown {period.least.number} to {period.most.number} months"),
        Text(zh="“信用中国”网站（统一受理）；作出决定的机关可以转交", en="信用中国, the one window; the office may forward"),
        False,
        Text(zh="修复后公示、共享、使用和措施一起停止", en="publication, sharing, use and measures stop together"),
        basis_of(period.least), f"yibao remedy repair {fact.id} --kind public_repair",
    )  # fmt: skip


def _repaired(fact: Fact, counted: Iterable[Fact], of: str) -> bool:
    return any(
        one.kind is FactKind.REPAIRED and one.body.get("of") == of and fact.id in one.body.get("facts", ())
        for one in counted
    )
