"""The decisions of the penalty track: a penalty, a small one on the spot, or none (行政处罚法 Art. 33, 51, 57)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from yibao.casework.cases import Amount, Desk, Doing, Money
from yibao.casework.penalty import store
from yibao.casework.penalty.anew import check_after_contest
from yibao.casework.penalty.files import do, taken
from yibao.casework.penalty.guards import (
    check_discussed,
    check_not_heavier,
    check_officers,
    check_punishes,
    check_spared,
)
from yibao.casework.penalty.lawful import check_measures, check_sums, years_barred
from yibao.casework.penalty.machine import MACHINE
from yibao.casework.penalty.model import Decision, Measures, Officer, named_in, refund_of, said_of
from yibao.casework.penalty.officers import check_fit, check_named
from yibao.casework.penalty.ranges import Circumstance, Step
from yibao.kernel import Json, Refused, Text, format_fen


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
    file = taken(desk, case_id)
    MACHINE.move(file.case.state, "decide", file.case.number)
    check_punishes(circumstance, file.case.number)
    check_not_heavier(file, measures)
    check_discussed(file)
    check_after_contest(file, measures)
    reviewed = file.did("pass_review")
    bounds = check_measures(desk.policy, measures, doing.day, circumstance, reviewed=reviewed, file=file)
    years = years_barred(desk.policy, measures, doing.day)
    body: dict[str, Json] = {
        **said_of(measures),
        "bar_years": years,
        "least_fen": bounds.least_fen,
        "most_fen": bounds.most_fen,
        "step": step,
        "circumstance": circumstance,
    }
    amounts = {Amount.DECIDED: refund_of(measures), Amount.FINE: Money(measures.fine_fen)}
    whole = replace(doing, body=body, amounts=amounts, personal=named_in(measures))
    number = do(desk, case_id, "decide", whole)
    basis = [
        {"key": v.key, "value": v.number, "instrument": v.instrument, "article": v.article}
        for v in bounds.basis
    ]
    store.decide(
        desk.unit.connection, case_id, number, measures,
        least_fen=bounds.least_fen, most_fen=bounds.most_fen, basis=basis, step=step, circumstance=circumstance,
        bar_years=years,
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
    file = taken(desk, case_id)
    most = desk.policy.at(f"casework.penalty.spot_fine_{file.party.measured_as}", doing.day).number
    if measures.fine_fen > most or measures.suspension_months or measures.barred:
        raise Refused(
            "casework.above_spot",
            zh="当场处罚只限小额罚款或警告（行政处罚法第五十一条），请走普通程序",
            en="on the spot only a small fine or a warning is possible (Art. 51); take the ordinary way",
            where=file.case.number,
            wanted=f"≤ {format_fen(most)}",
            came=format_fen(measures.fine_fen),
            todo=Text(zh="登记线索后呈批立案（propose_filing）", en="propose the filing (propose_filing)"),
        )
    MACHINE.move(file.case.state, "decide_on_the_spot", file.case.number)
    bounds = check_measures(desk.policy, measures, doing.day, None, reviewed=False, file=file)
    least = desk.policy.at("casework.penalty.officers_least", doing.day).number
    check_named(officers, least)
    check_fit(desk, file.case, officers)
    check_officers(replace(file, officers=tuple(officers)), desk.actor.name, least)
    amounts = {Amount.DECIDED: refund_of(measures), Amount.FINE: Money(measures.fine_fen)}
    number = do(desk, case_id, "decide_on_the_spot", replace(doing, body=said_of(measures), amounts=amounts))
    store.set_officers(desk.unit.connection, case_id, officers, number)
    store.decide(
        desk.unit.connection, case_id, number, measures,
        least_fen=bounds.least_fen, most_fen=min(most, bounds.most_fen), basis=[], step=None, circumstance=None,
    )  # fmt: skip
    made = store.decision(desk.unit.connection, case_id)
    assert made is not None
    store.served_decision(desk.unit.connection, made.id, doing.day)
    return made


def spare(desk: Desk, case_id: int, circumstance: Circumstance | None, refund: Measures, doing: Doing) -> int:
    """Decide no penalty, by a circumstance that the law names; what the fund lost may still have to return."""
    file = taken(desk, case_id)
    MACHINE.move(file.case.state, "no_penalty", file.case.number)
    check_spared(circumstance, file.case.number)
    check_sums(refund, file.case.number)
    refund = replace(
        refund, fine_fen=0, suspension_months=0, suspension_ground=None, bar_ground=None, barred=""
    )
    check_not_heavier(file, refund)
    body: dict[str, Json] = {**said_of(refund), "circumstance": circumstance}
    number = do(
        desk, case_id, "no_penalty", replace(doing, body=body, amounts={Amount.DECIDED: refund_of(refund)})
    )
    store.decide(
        desk.unit.connection, case_id, number, refund,
        least_fen=0, most_fen=0, basis=[], step=None, circumstance=circumstance,
    )  # fmt: skip
    return number
