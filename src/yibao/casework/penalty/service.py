"""The verbs of the penalty track up to the decision that need more than words; what follows it is in `execution`.

Each looks at the dossier, then acts (`cases.act_on`).

Verbs without a function here (suspend, extend, send back, …) are moves of the machine as they stand: `act` does them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from yibao.casework.cases import (
    Amount,
    Case,
    Desk,
    Doing,
    Money,
    Opening,
    act_on,
    acts,
    case_clocks,
    cases,
    open_cases,
    transfers,
)
from yibao.casework.penalty import store
from yibao.casework.penalty.guards import (
    check_discussed,
    check_heard,
    check_measures,
    check_not_heavier,
    check_officers,
    check_spared,
    hearing_due,
)
from yibao.casework.penalty.machine import MACHINE
from yibao.casework.penalty.model import EVIDENCE_KINDS, Decision, Dossier, Measures, Officer
from yibao.casework.penalty.ranges import Circumstance, Step
from yibao.kernel import Json, Refused, format_fen
from yibao.store import UnitOfWork

_INVESTIGATING = {"add_evidence", "preserve", "act_on_preserved", "unseal", "report"}


def register(desk: Desk, opening: Opening, doing: Doing) -> Case:
    """Register a clue: a case is opened, and the money of its findings is decided here and nowhere else."""
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
    if verb in _INVESTIGATING:
        _check_investigator(desk, dossier(desk.unit, case_id), doing.day)
    return do(desk, case_id, verb, doing)


def assign(desk: Desk, case_id: int, officers: Sequence[Officer], doing: Doing) -> int:
    """Put two or more officers on a case; the first of them handles it."""
    least = desk.policy.at("casework.penalty.officers_least", doing.day).number
    names = [one.account for one in officers]
    if len(set(names)) < least or not all(one.certificate.strip() for one in officers):
        raise Refused(
            "casework.two_officers",
            zh=f"须指定不少于 {least} 名执法人员，并写明执法证号",
            en=f"name at least {least} officers, each with the number of his certificate",
            wanted=f"≥ {least}: account=certificate",
            came=", ".join(f"{one.account}={one.certificate}" for one in officers),
        )
    body: dict[str, Json] = {"officers": [*names]}
    number = do(desk, case_id, "assign", replace(doing, body=body, handler=names[0]))
    store.set_officers(desk.unit.connection, case_id, officers, number)
    return number


def add_evidence(desk: Desk, case_id: int, pieces: Sequence[dict[str, str]], doing: Doing) -> int:
    """Add to the evidence list: pieces of ``name, kind, sha256, proves``; the digests are sworn to in the ledger."""
    for piece in pieces:
        if piece["kind"] not in EVIDENCE_KINDS:
            raise Refused(
                "casework.evidence_kind",
                zh="没有这一种证据",
                en="there is no such kind of evidence",
                wanted=" | ".join(EVIDENCE_KINDS),
                came=piece["kind"],
            )
    _check_investigator(desk, dossier(desk.unit, case_id), doing.day)
    body: dict[str, Json] = {"sha256": [piece["sha256"] for piece in pieces]}
    number = do(desk, case_id, "add_evidence", replace(doing, body=body))
    store.add_evidence(desk.unit.connection, case_id, number, pieces)
    return number


def tell(
    desk: Desk, case_id: int, measures: Measures, doing: Doing, *, circumstance: Circumstance | None = None
) -> bool:
    """Tell the party what is proposed; says whether the right to a hearing is told with it, which is computed."""
    file = dossier(desk.unit, case_id)
    MACHINE.move(file.case.state, "tell", file.case.number)
    reviewed = file.did("pass_review")
    check_measures(desk.policy, measures, doing.day, circumstance, reviewed=reviewed, where=file.case.number)
    due = hearing_due(desk.policy, file.party, measures, doing.day)
    body = {**_said(measures), "hearing_due": due, "circumstance": circumstance}
    number = do(desk, case_id, "tell", replace(doing, body=body, amounts={Amount.FOUND: _found(measures)}))
    store.tell(desk.unit.connection, case_id, number, measures, due)
    return due


def serve_notice(desk: Desk, case_id: int, doing: Doing) -> int:
    """Record that the notice was served; the party's clocks begin."""
    file = dossier(desk.unit, case_id)
    number = do(desk, case_id, "served_notice", doing)
    assert file.told is not None
    store.served_telling(desk.unit.connection, file.told.id, doing.day)
    return number


def answer(desk: Desk, case_id: int, verb: str, doing: Doing) -> int:
    """Record that the party defended itself, waived it, asked for a hearing or was heard."""
    file = dossier(desk.unit, case_id)
    if verb == "ask_hearing":
        _check_hearing(desk, file, doing.day)
    number = do(desk, case_id, verb, doing)
    if file.told is not None and verb in {"defend", "waive", "hear"}:
        store.answered(desk.unit.connection, file.told.id)
    return number


def weigh(desk: Desk, case_id: int, doing: Doing) -> int:
    """Weigh the defence: the party has spoken, has waived it, or its time is over."""
    file = dossier(desk.unit, case_id)
    due = {
        clock.running.kind: clock.due_day
        for clock in case_clocks(desk.unit, case_id)
        if not clock.stopped_day
    }
    check_heard(file, doing.day, due)
    return do(desk, case_id, "weigh_defence", doing)


def decide(
    desk: Desk,
    case_id: int,
    measures: Measures,
    doing: Doing,
    *,
    step: Step | None = None,
    circumstance: Circumstance | None = None,
) -> Decision:
    """Decide a penalty within the law, no heavier than told, reviewed, discussed where it is grave."""
    file = dossier(desk.unit, case_id)
    MACHINE.move(file.case.state, "decide", file.case.number)
    check_not_heavier(file, measures)
    check_discussed(file)
    reviewed = file.did("pass_review")
    bounds = check_measures(
        desk.policy, measures, doing.day, circumstance, reviewed=reviewed, where=file.case.number
    )
    body: dict[str, Json] = {
        **_said(measures),
        "least_fen": bounds.least_fen,
        "most_fen": bounds.most_fen,
        "step": step,
        "circumstance": circumstance,
    }
    amounts = {Amount.DECIDED: refund_of(measures), Amount.FINE: Money(measures.fine_fen)}
    number = do(desk, case_id, "decide", replace(doing, body=body, amounts=amounts))
    basis = [
        {"key": v.key, "value": v.number, "instrument": v.instrument, "article": v.article}
        for v in bounds.basis
    ]
    store.decide(
        desk.unit.connection, case_id, number, measures,
        least_fen=bounds.least_fen, most_fen=bounds.most_fen, basis=basis, step=step, circumstance=circumstance,
    )  # fmt: skip
    made = store.decision(desk.unit.connection, case_id)
    assert made is not None
    return made


def decide_on_the_spot(
    desk: Desk, case_id: int, measures: Measures, officers: Sequence[Officer], doing: Doing
) -> Decision:
    """Decide a small fine on the spot (当场处罚, 行政处罚法 Art. 51): facts clear, two officers, the decision handed over.

    Raises `Refused`: ``casework.above_spot`` for a fine that is not small, ``casework.two_officers``.
    """
    file = dossier(desk.unit, case_id)
    most = desk.policy.at(f"casework.penalty.spot_fine_{file.party}", doing.day).number
    if measures.fine_fen > most or measures.suspension_months:
        raise Refused(
            "casework.above_spot",
            zh="当场处罚只限小额罚款或警告（行政处罚法第五十一条），请走普通程序",
            en="on the spot only a small fine or a warning is possible (Art. 51); take the ordinary way",
            where=file.case.number,
            wanted=f"≤ {format_fen(most)}",
            came=format_fen(measures.fine_fen),
        )
    least = desk.policy.at("casework.penalty.officers_least", doing.day).number
    check_officers(replace(file, officers=tuple(officers)), desk.actor.name, least)
    amounts = {Amount.DECIDED: refund_of(measures), Amount.FINE: Money(measures.fine_fen)}
    number = do(desk, case_id, "decide_on_the_spot", replace(doing, body=_said(measures), amounts=amounts))
    store.set_officers(desk.unit.connection, case_id, officers, number)
    store.decide(
        desk.unit.connection, case_id, number, measures,
        least_fen=0, most_fen=most, basis=[], step=None, circumstance=None,
    )  # fmt: skip
    made = store.decision(desk.unit.connection, case_id)
    assert made is not None
    store.served_decision(desk.unit.connection, made.id, doing.day)
    return made


def spare(desk: Desk, case_id: int, circumstance: Circumstance | None, refund: Measures, doing: Doing) -> int:
    """Decide no penalty, by a circumstance that the law names; what the fund lost may still have to return."""
    file = dossier(desk.unit, case_id)
    check_spared(circumstance, file.case.number)
    body: dict[str, Json] = {**_said(refund), "circumstance": circumstance}
    number = do(
        desk, case_id, "no_penalty", replace(doing, body=body, amounts={Amount.DECIDED: refund_of(refund)})
    )
    store.decide(
        desk.unit.connection, case_id, number, replace(refund, fine_fen=0, suspension_months=0),
        least_fen=0, most_fen=0, basis=[], step=None, circumstance=circumstance,
    )  # fmt: skip
    return number


def dossier(unit: UnitOfWork, case_id: int) -> Dossier:
    """Give everything of a case that its guards look at; refuses a case that there is not."""
    connection = unit.connection
    return Dossier(
        case=cases(unit, [case_id])[0],
        acts=tuple(acts(unit, case_id)),
        officers=store.officers(connection, case_id),
        evidence=store.evidence(connection, case_id),
        tellings=store.tellings(connection, case_id),
        decision=store.decision(connection, case_id),
        contests=store.contests(connection, case_id),
        transfers=tuple(transfers(unit, case_id)),
    )


def do(desk: Desk, case_id: int, verb: str, doing: Doing) -> int:
    """Do one verb on one case; give the act's number."""
    return act_on(desk, MACHINE, verb, {case_id: doing})[case_id]


def _check_investigator(desk: Desk, file: Dossier, day: int) -> None:
    least = desk.policy.at("casework.penalty.officers_least", day).number
    check_officers(file, desk.actor.name, least)


def _check_hearing(desk: Desk, file: Dossier, day: int) -> None:
    told = file.told
    due = next(
        (c.due_day for c in case_clocks(desk.unit, file.case.id) if c.running.kind == "ask_hearing"), None
    )
    if told is None or not told.hearing_due or (due is not None and day > due):
        late = told is not None and told.hearing_due
        raise Refused(
            "casework.no_hearing",
            zh="要求听证的期限已过" if late else "本案没有告知听证权利，不符合听证条件",
            en="the time to ask for a hearing is over"
            if late
            else "no right to a hearing was told in this case",
            where=file.case.number,
        )


def _found(measures: Measures) -> Money:
    return Money(measures.loss_fen - measures.patient_fen, measures.patient_fen)


def refund_of(measures: Measures) -> Money:
    """Give what is to return, by purse."""
    return Money(measures.refund_fen - measures.patient_fen, measures.patient_fen)


def _said(measures: Measures) -> dict[str, Json]:
    return {
        "article": measures.article,
        "act_day": measures.act_day,
        "loss_fen": measures.loss_fen,
        "refund_fen": measures.refund_fen,
        "patient_fen": measures.patient_fen,
        "fine_fen": measures.fine_fen,
        "suspension_months": measures.suspension_months,
    }


_OWN = {
    "assign": "assign",
    "add_evidence": "add_evidence",
    "tell": "ask",
    "served_notice": "deliver",
    "defend": "answer", "waive": "answer", "ask_hearing": "answer", "hear": "answer", "withdraw_hearing": "answer",
    "weigh_defence": "propose",
    "decide": "decide", "no_penalty": "decide", "decide_on_the_spot": "decide", "revoke": "decide",
    "serve": "deliver",
    "recover": "recover",
    "contest": "contest", "upheld": "contest",
    "refer": "transfer", "acknowledged": "transfer", "taken_back": "transfer",
    "close": "close",
}  # fmt: skip
"""The verbs that need more than words, and the command by which each is done."""
