"""The verbs of the agreement track that need more than words; the others are moves as they stand (`act`)."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import cast

from yibao.casework.agreement import store
from yibao.casework.agreement.machine import MACHINE
from yibao.casework.agreement.model import MONEY, Disposal, Measure, Taken, check_measures, heavier
from yibao.casework.cases import (
    Amount,
    Case,
    Desk,
    Doing,
    Money,
    Opening,
    Organ,
    act_on,
    acts,
    answer_transfer,
    case_clocks,
    cases,
    open_cases,
    restore,
    standing_amounts,
    transfer,
    transfers,
)
from yibao.kernel import Json, Refused, Text, date_of, format_fen
from yibao.store import UnitOfWork


def register(desk: Desk, opening: Opening, doing: Doing) -> Case:
    """Begin a disposal by the agreement of an institution."""
    return open_cases(desk, MACHINE, "register", [(opening, doing)])[0]


def act(desk: Desk, case_id: int, verb: str, doing: Doing) -> int:
    """Do what needs no more than its words; refuses a verb that has a function of its own. Gives the act's number."""
    if verb in _OWN:
        raise Refused(
            "casework.needs_more",
            zh="这个动作需要更多内容，请用它自己的命令",
            en="this act needs more; use the command that is its own",
            wanted=_OWN[verb],
            came=verb,
        )
    return _do(desk, case_id, verb, doing)


def tell(desk: Desk, case_id: int, clause: str, measures: tuple[Taken, ...], doing: Doing) -> int:
    """Tell the institution and persons what is intended, by which clause of the agreement."""
    number_of_case = cases(desk.unit, [case_id])[0].number
    check_measures(desk.policy, measures, doing.day, number_of_case)
    found = _sum(measures, MONEY - {Measure.DAMAGES})
    number = _do(
        desk, case_id, "tell", replace(doing, body=_said(clause, measures), amounts={Amount.FOUND: found})
    )
    store.add_disposal(desk.unit.connection, case_id, number, "told", clause, measures)
    return number


def serve_notice(desk: Desk, case_id: int, doing: Doing) -> int:
    """Record that the notice was served; the time to defend begins."""
    number = _do(desk, case_id, "served_notice", doing)
    store.served(desk.unit.connection, _told(desk, case_id).id, doing.day)
    return number


def answer(desk: Desk, case_id: int, verb: str, doing: Doing) -> int:
    """Record that the party defended itself, or waived it."""
    number = _do(desk, case_id, verb, doing)
    store.answered(desk.unit.connection, _told(desk, case_id).id)
    return number


def weigh(desk: Desk, case_id: int, doing: Doing) -> int:
    """Weigh the defence: no disposal without having heard the party (条例 Art. 13, 31)."""
    told = store.newest(desk.unit.connection, case_id, "told")
    due = next(
        (c.due_day for c in case_clocks(desk.unit, case_id) if c.running.kind == "agreement_defence"), None
    )
    if told is not None and not (told.answered or (due is not None and doing.day > due)):
        raise Refused(
            "casework.too_early",
            zh="陈述申辩期限未满，对方也没有明确放弃" if told.served_day else "告知书还没有送达",
            en="the time to defend is not over, and it was not waived"
            if told.served_day
            else "no notice was served",
            where=cases(desk.unit, [case_id])[0].number,
            wanted=f"> {date_of(due)}" if due else "deliver",
            came=str(date_of(doing.day)),
        )
    return _do(desk, case_id, "weigh_defence", doing)


def decide(desk: Desk, case_id: int, clause: str, measures: tuple[Taken, ...], doing: Doing) -> int:
    """Decide measures no heavier than those told."""
    case = cases(desk.unit, [case_id])[0]
    MACHINE.move(case.state, "decide", case.number)
    check_measures(desk.policy, measures, doing.day, case.number)
    more = heavier(_told(desk, case_id).measures, measures)
    if more:
        raise Refused(
            "casework.heavier",
            zh="决定重于告知的内容；有新的事实须重新告知",
            en="the decision is heavier than what was told; new facts need a new notice",
            where=case.number,
            came="; ".join(
                f"{one.measure} {format_fen(one.fund_fen + one.patient_fen)} {one.months}" for one in more
            ),
            todo=Text(
                zh="重新告知（tell_anew）并写明理由", en="tell the party anew (tell_anew) with the reason"
            ),
        )
    amounts = {Amount.DECIDED: _sum(measures, {Measure.REFUSE, Measure.RECOVER})}
    number = _do(desk, case_id, "decide", replace(doing, body=_said(clause, measures), amounts=amounts))
    store.add_disposal(desk.unit.connection, case_id, number, "decided", clause, measures)
    return number


def serve(desk: Desk, case_id: int, doing: Doing) -> int:
    """Record that the decision was served; the time to perform begins."""
    number = _do(desk, case_id, "serve", doing)
    store.served(desk.unit.connection, _decided(desk, case_id).id, doing.day)
    return number


def recover(desk: Desk, case_id: int, returned: Money, damages_fen: int, doing: Doing) -> int:
    """Record what came in: the fund's and the patients' money, and damages, which are neither."""
    due, due_damages = unpaid(desk, case_id)
    wrong = min(returned.fund_fen, returned.patient_fen, damages_fen) < 0
    if wrong or returned.total_fen > due or damages_fen > due_damages:
        raise Refused(
            "casework.too_much",
            zh="登记的金额超过应缴的余额",
            en="more is recorded than is still due",
            where=cases(desk.unit, [case_id])[0].number,
            wanted=f"≤ {format_fen(due)}；违约金 ≤ {format_fen(due_damages)}",
            came=f"{format_fen(returned.total_fen)}；{format_fen(damages_fen)}",
        )
    body: dict[str, Json] = {"damages_fen": damages_fen}
    number = _do(desk, case_id, "recover", replace(doing, amounts={Amount.RECOVERED: returned}, body=body))
    restore(desk, case_id, number, returned)
    return number


def unpaid(desk: Desk, case_id: int) -> tuple[int, int]:
    """Give what of recovery and refusal, and of damages, is still due, in fen."""
    decided = store.newest(desk.unit.connection, case_id, "decided")
    if decided is None:
        return 0, 0
    back = _sum(decided.measures, {Measure.REFUSE, Measure.RECOVER}).total_fen
    damages = _sum(decided.measures, {Measure.DAMAGES}).total_fen
    returned = standing_amounts(desk.unit, case_id).get(Amount.RECOVERED, Money(0)).total_fen
    paid = sum(int(one.body["damages_fen"]) for one in acts(desk.unit, case_id) if one.verb == "recover")
    return back - returned, damages - paid


def disposal(unit: UnitOfWork, case_id: int) -> Disposal | None:
    """Give what was decided in a case, else what was told; None before that."""
    return store.newest(unit.connection, case_id, "decided") or store.newest(unit.connection, case_id, "told")


def revoke(desk: Desk, case_id: int, doing: Doing) -> int:
    """Revoke a decision: what it decided is taken back as a row with a minus."""
    decided = standing_amounts(desk.unit, case_id).get(Amount.DECIDED, Money(0))
    back = {Amount.DECIDED: -decided}
    return _do(desk, case_id, "revoke", replace(doing, amounts=back))


def refer(desk: Desk, case_id: int, organ: Organ, name: str, doing: Doing) -> int:
    """Hand a lead to another organ; the case goes on here."""
    number = _do(desk, case_id, "refer_lead", replace(doing, body={"organ": organ, "to": name}))
    transfer(desk.unit, case_id, number, organ, name, doing.day)
    return number


def acknowledged(desk: Desk, case_id: int, doing: Doing) -> int:
    """Record that the organ acknowledged a lead."""
    number = _do(desk, case_id, "acknowledged", doing)
    for one in transfers(desk.unit, case_id):
        if one.acknowledged_day is None:
            answer_transfer(desk.unit, one.id, doing.day, doing.reason)
    return number


def close(desk: Desk, case_id: int, doing: Doing) -> int:
    """Close a disposal of which nothing is due any more, and whose leads were acknowledged."""
    due, damages = unpaid(desk, case_id)
    waiting = [one.name for one in transfers(desk.unit, case_id) if one.acknowledged_day is None]
    if due > 0 or damages > 0 or waiting:
        raise Refused(
            "casework.open_ends",
            zh=f"还不能办结：未履行 {format_fen(due + damages)}；未签收移送 {'、'.join(waiting) or '无'}",
            en=f"not yet: {format_fen(due + damages)} is due; transfers not acknowledged: {', '.join(waiting) or 'none'}",
            where=cases(desk.unit, [case_id])[0].number,
        )
    return _do(desk, case_id, "close", doing)


def _do(desk: Desk, case_id: int, verb: str, doing: Doing) -> int:
    return act_on(desk, MACHINE, verb, {case_id: doing})[case_id]


def _told(desk: Desk, case_id: int) -> Disposal:
    return cast(Disposal, store.newest(desk.unit.connection, case_id, "told"))


def _decided(desk: Desk, case_id: int) -> Disposal:
    return cast(Disposal, store.newest(desk.unit.connection, case_id, "decided"))


def _sum(measures: tuple[Taken, ...], kinds: set[Measure]) -> Money:
    mine = [one for one in measures if one.measure in kinds]
    return Money(sum(one.fund_fen for one in mine), sum(one.patient_fen for one in mine))


def _said(clause: str, measures: tuple[Taken, ...]) -> dict[str, Json]:
    return {"clause": clause, "measures": [{**asdict(one), "measure": str(one.measure)} for one in measures]}


_OWN = {
    "tell": "ask", "served_notice": "deliver", "defend": "answer", "waive": "answer", "weigh_defence": "propose",
    "decide": "decide", "revoke": "decide", "serve": "deliver", "recover": "recover", "refer_lead": "transfer",
    "acknowledged": "transfer", "close": "close",
}  # fmt: skip
"""The verbs that need more than words, and the command by which each is done."""
