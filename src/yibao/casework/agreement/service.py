"""The verbs of the agreement track that need more than words; the others are moves as they stand (`act`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from typing import cast

from yibao.access import Permission, Target, actor_of, check, has_accounts
from yibao.casework.agreement import store
from yibao.casework.agreement.machine import DEFENCE, MACHINE
from yibao.casework.agreement.model import MONEY, Disposal, Measure, Taken, check_measures, heavier
from yibao.casework.cases import (
    Amount,
    Case,
    Desk,
    Doing,
    Money,
    Opening,
    Organ,
    acknowledge,
    act_on,
    acts,
    case_clocks,
    check_file,
    check_purses,
    check_track,
    let_fall,
    open_cases,
    restore,
    standing_amounts,
    take_up,
    transfer,
    transfers,
)
from yibao.kernel import Json, Refused, Region, Text, date_of, format_fen
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
            todo=Text(zh="用 yibao case --help 查看这个命令", en="see that command with yibao case --help"),
        )
    return _do(desk, case_id, verb, doing)


def assign(desk: Desk, case_id: int, doing: Doing) -> int:
    """Assign a case to somebody who may work on it (`Doing.handler`); gives the act's number."""
    case = _taken(desk, case_id, "assign")
    if doing.handler is not None and has_accounts(desk.unit):
        who = actor_of(desk.unit, doing.handler)
        target = Target(Region(case.region), case.institution_id, case.person_id, subject=case.number)
        check(who, Permission.AGREEMENT_INVESTIGATE, target)
    return _do(desk, case_id, "assign", doing)


def tell(desk: Desk, case_id: int, clause: str, measures: tuple[Taken, ...], doing: Doing) -> int:
    """Tell the institution and persons what is intended, by which clause of the agreement."""
    case = _taken(desk, case_id, "tell")
    check_measures(desk.policy, measures, doing.day, case.number)
    # told anew, only what changes is found anew
    before = standing_amounts(desk.unit, case_id).get(Amount.FOUND, Money(0))
    found = _sum(measures, MONEY - {Measure.DAMAGES}) + -before
    number = _do(desk, case_id, "tell", _said(doing, clause, measures, {Amount.FOUND: found}))
    store.add_disposal(desk.unit.connection, case_id, number, "told", clause, measures)
    return number


def serve_notice(desk: Desk, case_id: int, doing: Doing) -> int:
    """Record that the notice was served; the time to defend begins."""
    case = _taken(desk, case_id, "served_notice")
    told = _told(desk, case_id)
    if told.served_day is not None:
        raise Refused(
            "casework.served_already",
            zh="告知书已经送达，期限不重新起算",
            en="the notice was served already; its periods do not begin anew",
            where=case.number,
            came=str(date_of(told.served_day)),
            todo=Text(zh="内容有变的，重新告知（tell_anew）", en="if it is to change, tell anew (tell_anew)"),
        )
    number = _do(desk, case_id, "served_notice", doing)
    store.served(desk.unit.connection, told.id, doing.day)
    return number


def answer(desk: Desk, case_id: int, verb: str, doing: Doing) -> int:
    """Record that the party defended itself, or waived it."""
    number = _do(desk, case_id, verb, doing)
    store.answered(desk.unit.connection, _told(desk, case_id).id)
    return number


def weigh(desk: Desk, case_id: int, doing: Doing) -> int:
    """Weigh the defence: no disposal without having heard the party (条例 Art. 13, 31)."""
    case = _taken(desk, case_id, "weigh_defence")
    told = _told(desk, case_id)
    running = [
        c for c in case_clocks(desk.unit, case_id) if c.running.kind == DEFENCE.name and not c.stopped_day
    ]
    due = running[-1].due_day if running else None
    over = due is not None and doing.day > due
    if told.served_day is None or not (told.answered or over):
        raise Refused(
            "casework.too_early",
            zh="陈述申辩期限未满，对方也没有明确放弃" if told.served_day else "告知书还没有送达",
            en="the time to defend is not over, and it was not waived"
            if told.served_day
            else "no notice was served",
            where=case.number,
            wanted=f"> {date_of(due)}" if due is not None else "deliver",
            came=str(date_of(doing.day)),
            todo=Text(
                zh="等期限届满，或登记陈述申辩、书面放弃",
                en="wait, or record the defence or the written waiver",
            ),
        )
    return _do(desk, case_id, "weigh_defence", doing)


def decide(desk: Desk, case_id: int, clause: str, measures: tuple[Taken, ...], doing: Doing) -> int:
    """Decide measures no heavier than those told."""
    case = _taken(desk, case_id, "decide")
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
    number = _do(desk, case_id, "decide", _said(doing, clause, measures, amounts))
    store.add_disposal(desk.unit.connection, case_id, number, "decided", clause, measures)
    return number


def serve(desk: Desk, case_id: int, doing: Doing) -> int:
    """Record that the decision was served; the time to perform begins."""
    number = _do(desk, case_id, "serve", doing)
    store.served(desk.unit.connection, _decided(desk, case_id).id, doing.day)
    return number


def recover(desk: Desk, case_id: int, returned: Money, damages_fen: int, doing: Doing) -> int:
    """Record what came in: the fund's and the patients' money, and damages, which are neither."""
    case = _taken(desk, case_id, "recover")
    due, due_damages = unpaid(desk, case_id)
    wrong = min(returned.fund_fen, returned.patient_fen, damages_fen) < 0
    if wrong or returned.total_fen > due or damages_fen > due_damages:
        raise Refused(
            "casework.too_much",
            zh="登记的金额超过应缴的余额",
            en="more is recorded than is still due",
            where=case.number,
            wanted=f"≤ {format_fen(due)}；违约金 ≤ {format_fen(due_damages)}",
            came=f"{format_fen(returned.total_fen)}；{format_fen(damages_fen)}",
            todo=Text(
                zh="核对到账凭证；用 yibao case show 查看决定与已登记的金额",
                en="check the receipts; yibao case show has what was decided and booked",
            ),
        )
    check_purses(desk.unit, case, returned)
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
    """Revoke a decision: what it decided is taken back as a row with a minus, and the documents resting on it fall."""
    case = _taken(desk, case_id, "revoke")
    decided = standing_amounts(desk.unit, case_id).get(Amount.DECIDED, Money(0))
    fell: list[Json] = [
        *let_fall(desk, MACHINE, case, acts(desk.unit, case_id), doing.reason or "", doing.day)
    ]
    body: dict[str, Json] = {"documents": fell}
    number = _do(desk, case_id, "revoke", replace(doing, amounts={Amount.DECIDED: -decided}, body=body))
    return number


def refer(desk: Desk, case_id: int, organ: Organ, name: str, doing: Doing) -> int:
    """Hand a lead to another organ; the case goes on here."""
    number = _do(desk, case_id, "refer_lead", replace(doing, body={"organ": organ, "to": name}))
    transfer(desk.unit, case_id, number, organ, name, doing.day)
    return number


def acknowledged(desk: Desk, case_id: int, doing: Doing, name: str = "") -> int:
    """Record that the organ acknowledged a lead; it is named where several have not yet."""
    case = _taken(desk, case_id, "acknowledged")
    number = _do(desk, case_id, "acknowledged", doing)
    acknowledge(desk.unit, case, name, doing.day, doing.reason)
    return number


def close(desk: Desk, case_id: int, doing: Doing, *, on_paper: Collection[str] = ()) -> int:
    """Close a disposal of which nothing is due any more, whose leads were acknowledged and whose file is whole.

    ``on_paper``: documents kept on paper. Raises `Refused`: ``casework.open_ends``, ``casework.papers_missing``.
    """
    case = _taken(desk, case_id, "close")
    due, damages = unpaid(desk, case_id)
    waiting = [one.name for one in transfers(desk.unit, case_id) if one.acknowledged_day is None]
    if due > 0 or damages > 0 or waiting:
        raise Refused(
            "casework.open_ends",
            zh=f"还不能办结：未履行 {format_fen(due + damages)}；未签收移送 {'、'.join(waiting) or '无'}",
            en=f"not yet: {format_fen(due + damages)} is due; transfers not acknowledged: {', '.join(waiting) or 'none'}",
            where=case.number,
            todo=Text(
                zh="登记到账（recover）、登记签收（transfer --to acknowledged）后再办结",
                en="record what came in (recover) and the receipts (transfer --to acknowledged) first",
            ),
        )
    kept: list[Json] = [*check_file(desk.unit, MACHINE, case, acts(desk.unit, case_id), on_paper)]
    return _do(desk, case_id, "close", replace(doing, body={"on_paper": kept}))


def _taken(desk: Desk, case_id: int, verb: str) -> Case:
    """Take a case up to do something on it, if its state lets that be done."""
    case = take_up(desk.unit, [case_id])[0]
    check_track(case, MACHINE)
    MACHINE.move(case.state, verb, case.number)
    return case


def _do(desk: Desk, case_id: int, verb: str, doing: Doing) -> int:
    return act_on(desk, MACHINE, verb, {case_id: doing})[case_id]


def _told(desk: Desk, case_id: int) -> Disposal:
    return cast(Disposal, store.newest(desk.unit.connection, case_id, "told"))


def _decided(desk: Desk, case_id: int) -> Disposal:
    return cast(Disposal, store.newest(desk.unit.connection, case_id, "decided"))


def _sum(measures: tuple[Taken, ...], kinds: set[Measure]) -> Money:
    mine = [one for one in measures if one.measure in kinds]
    return Money(sum(one.fund_fen for one in mine), sum(one.patient_fen for one in mine))


def _said(doing: Doing, clause: str, measures: tuple[Taken, ...], amounts: Mapping[Amount, Money]) -> Doing:
    """Say what is told or decided; whom a measure concerns may be people, so the ledger has it as a commitment only."""
    plain: list[Json] = [
        {key: value for key, value in {**asdict(one), "measure": str(one.measure)}.items() if key != "whom"}
        for one in measures
    ]
    whom = {f"whom_{place}": one.whom for place, one in enumerate(measures) if one.whom}
    return replace(doing, body={"clause": clause, "measures": plain}, personal=whom, amounts=amounts)


_OWN = {
    "tell": "ask", "served_notice": "deliver", "defend": "answer", "waive": "answer", "attach": "attach",
    "weigh_defence": "propose",
    "decide": "decide", "revoke": "decide", "serve": "deliver", "recover": "recover", "refer_lead": "transfer",
    "acknowledged": "transfer", "close": "close", "hand_over": "pass", "take_on": "take-on", "split": "split",
    "merge": "merge", "take_in": "merge",
}  # fmt: skip
"""The verbs that need more than words, and the command by which each is done."""
