"""The verbs of designation that need more than words; the others are moves as they stand (`act`)."""

from __future__ import annotations

from dataclasses import replace

from yibao.access import Permission, Target, check
from yibao.casework.cases import (
    Case,
    Desk,
    Doing,
    Opening,
    act_on,
    cases,
    check_track,
    known_institution,
    open_cases,
    take_up,
)
from yibao.casework.designation import store
from yibao.casework.designation.machine import MACHINE
from yibao.casework.designation.model import Applicant, ServiceAgreement
from yibao.kernel import Json, Refused, Region, Text, add_months, date_of


def apply(desk: Desk, region: str, applicant: Applicant, doing: Doing) -> Case:
    """Apply for designation, oneself or, as a clerk, for an institution that did so on paper.

    An institution has one designation at a time (``casework.designated``). Who hands it in on paper is known by its code
    where the lake has it, so that it sees its own matter later.
    """
    known = cases(desk.unit, store.applications(desk.unit.connection, applicant.code))
    running = [one for one in known if one.state not in MACHINE.ends]
    if running:
        raise Refused(
            "casework.designated",
            zh="这家机构已有定点事项在办或协议有效",
            en="this institution has a designation under way, or in force",
            where=running[0].number,
            came=applicant.code,
            todo=Text(zh="在该事项中办理续签、变更或退出", en="renew, change or leave in that matter"),
        )
    own = desk.actor.institution_id
    found = known_institution(desk.unit, applicant.code) if own is None else None
    opening = Opening(
        region=region, cause="定点申请", institution_id=own if found is None else found.institution_id
    )
    body: dict[str, Json] = {"code": applicant.code, "on_paper": own is None}
    made = open_cases(desk, MACHINE, "apply", [(opening, replace(doing, body=body))])[0]
    store.add_applicant(desk.unit.connection, made.id, applicant)
    return made


def act(desk: Desk, case_id: int, verb: str, doing: Doing) -> int:
    """Do what needs no more than its words, within the times that the rules set. Gives the act's number."""
    if verb in ("sign", "renew"):
        raise Refused(
            "casework.needs_more",
            zh="签约、续签须写明协议编号与期限",
            en="to sign or renew needs the agreement's number and term",
            wanted="sign | renew",
            came=verb,
            todo=Text(
                zh="yibao designation sign（续签加 --renew）",
                en="yibao designation sign (with --renew to renew)",
            ),
        )
    if verb in ("ask_renewal", "ask_exit", "lapse"):
        _check_time(desk, case_id, verb, doing.day)
    return _do(desk, case_id, verb, doing)


def sign(desk: Desk, case_id: int, verb: str, agreement: ServiceAgreement, doing: Doing) -> int:
    """Sign an agreement (``sign``), or the next one (``renew``), which begins where the last one ends or later."""
    where = take_up(desk.unit, [case_id])[0].number
    if agreement.from_day >= agreement.until_day:
        raise Refused(
            "casework.term", zh="协议的止日须晚于起日", en="the term ends before it begins", where=where,
            wanted=f"> {date_of(agreement.from_day)}", came=str(date_of(agreement.until_day)),
            todo=Text(zh="核对协议的起止日期", en="check the days of the agreement"),
        )  # fmt: skip
    if store.known_number(desk.unit.connection, agreement.number):
        raise Refused(
            "casework.agreement_number", zh="协议编号已经用过", en="this number was given to an agreement before",
            where=where, came=agreement.number,
            todo=Text(zh="另编协议编号", en="give it another number"),
        )  # fmt: skip
    before = store.agreements(desk.unit.connection, case_id)
    if before and agreement.from_day < before[-1].until_day:
        raise Refused(
            "casework.term", zh="新协议与上一份期限重叠", en="the new term overlaps the last one", where=where,
            wanted=f"≥ {date_of(before[-1].until_day)}", came=str(date_of(agreement.from_day)),
            todo=Text(zh="核对协议的起止日期", en="check the days of the agreement"),
        )  # fmt: skip
    body: dict[str, Json] = {
        "number": agreement.number,
        "from_day": agreement.from_day,
        "until_day": agreement.until_day,
    }
    number = _do(desk, case_id, verb, replace(doing, body=body))
    store.sign(
        desk.unit.connection, case_id, number, agreement.number, agreement.from_day, agreement.until_day
    )
    return number


def agreements(desk: Desk, case_id: int) -> list[ServiceAgreement]:
    """Give the agreements of a designation, oldest first, to somebody who may read it (``access.denied``)."""
    _readable(desk, case_id)
    return store.agreements(desk.unit.connection, case_id)


def applicant(desk: Desk, case_id: int) -> Applicant:
    """Give who applied, to somebody who may read it (``access.denied``)."""
    _readable(desk, case_id)
    return store.applicant(desk.unit.connection, case_id)


def _readable(desk: Desk, case_id: int) -> None:
    case = cases(desk.unit, [case_id])[0]
    check_track(case, MACHINE)
    target = Target(Region(case.region), case.institution_id, case.person_id, subject=case.number)
    check(desk.actor, Permission.DESIGNATION_READ, target)


def _check_time(desk: Desk, case_id: int, verb: str, day: int) -> None:
    """Refuse a renewal or an exit asked for too late, an exit of a public hospital, and a lapse before its day."""
    where = take_up(desk.unit, [case_id])[0].number
    terms = store.agreements(desk.unit.connection, case_id)
    if not terms:
        return  # the machine refuses what has no agreement yet
    until = terms[-1].until_day
    if verb == "lapse":
        if day < until:
            raise _too(where, "协议尚未到期", "the agreement is still in force", f"≥ {date_of(until)}", day)
        return
    who = store.applicant(desk.unit.connection, case_id)
    if verb == "ask_exit" and who.public and who.kind == "hospital":
        raise Refused(
            "casework.public_hospital",
            zh="公立医疗机构不得主动提出解除协议（国家医疗保障局令第2号第四十四条，转引）",
            en="a public hospital may not ask to leave (NHSA Order 2 Art. 44, secondary)",
            where=where,
            todo=Text(
                zh="由经办机构与其协商，或待协议到期",
                en="the agency negotiates with it, or the agreement lapses",
            ),
        )
    months = desk.policy.at("casework.clock.designation_renew", day).number
    latest = add_months(until, -months)
    if day > latest:
        raise _too(
            where, f"须在协议到期前 {months} 个月提出", f"it must be asked for {months} months before the end",
            f"≤ {date_of(latest)}", day,
        )  # fmt: skip


def _too(where: str, zh: str, en: str, wanted: str, day: int) -> Refused:
    return Refused(
        "casework.term", zh=zh, en=en, where=where, wanted=wanted, came=str(date_of(day)),
        todo=Text(zh="核对协议期限", en="check the agreement’s term"),
    )  # fmt: skip


def _do(desk: Desk, case_id: int, verb: str, doing: Doing) -> int:
    return act_on(desk, MACHINE, verb, {case_id: doing})[case_id]
