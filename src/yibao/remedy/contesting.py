"""Contesting a decision (行政复议、行政诉讼): recorded with what came of it, and carried out where the decision lives.

The review body and the court are others; here stands that the party went there in time, what was decided, and that it was
done: the decision stands, or is revoked and, where that was ordered, made anew on its own case (`penalty.reopen`). The
instrument in the party's file falls with the decision, and points, grades and effects with the instrument.
Sources: 行政复议法 Art. 20, 42, 63, 64, 74; 行政诉讼法 Art. 44–46, 56; 条例 Art. 13.
"""

from __future__ import annotations

from dataclasses import replace

from yibao.casework import agreement, penalty
from yibao.casework.cases import (
    Case,
    Desk,
    Doing,
    Opening,
    Track,
    act_on,
    acts,
    case_clocks,
    cases,
    open_cases,
)
from yibao.casework.penalty import Fault
from yibao.kernel import Json, Refused, Text
from yibao.remedy import store
from yibao.remedy.finding import check_yours, taken
from yibao.remedy.guards import basis_of, check_once, expired, last_day
from yibao.remedy.machines import CONTEST, NOT_TAKEN, ContestState
from yibao.remedy.model import WAY_NAMES, Kind, Result, Way
from yibao.store import UnitOfWork

RESULTS = {"uphold": Result.UPHELD, "change": Result.CHANGED, "annul": Result.ANNULLED}
"""By the verb: what came of it."""

SUIT_AFTER_REVIEW = "remedy.clock.suit_after_review"


def contest(desk: Desk, case_id: int, way: Way, before: str, doing: Doing) -> Case:
    """Record that the party asked for review of a decision or brought a suit, before whom; gives the case of that.

    Raises `Refused`: ``remedy.no_decision``, ``remedy.not_yours``, ``remedy.expired``, ``remedy.twice``,
    ``remedy.withdrawn``, ``remedy.both`` for a review and a suit at once.
    """
    case = cases(desk.unit, [case_id])[0]
    opening = Opening(case.region, WAY_NAMES[way].zh, case.institution_id, case.person_id)
    check_yours(desk, opening, case.number)
    served = served_day(desk.unit, case)
    if served is None:
        raise _nothing_served(case)
    store.lock(desk.unit.connection, f"case {case_id}")
    known = _before(desk.unit, case_id, served)
    _check_not_both(case, way, known)
    again = bool(desk.policy.at("remedy.contest.again_after_withdrawal", doing.day).value)
    check_once(Kind.CONTEST, [one for one, how in known if how is way], again=again)
    due, basis = contest_due(desk, case, way, served)
    if due is not None and doing.day > due:
        raise expired(case.number, WAY_NAMES[way], due, doing.day, basis)
    body: dict[str, Json] = {"way": str(way), "before": before, "case": case.number}
    made = open_cases(desk, CONTEST, "file", [(opening, replace(doing, body=body))])[0]
    store.add(desk.unit.connection, made.id, Kind.CONTEST, about_case=case_id)
    if case.track is Track.PENALTY:
        penalty.contest(desk, case_id, str(way), Doing(doing.day, doing.reason))
    return made


def served_day(unit: UnitOfWork, case: Case) -> int | None:
    """Give the day on which the decision of a case that stands was served; None where there is none such."""
    if case.track is Track.PENALTY:
        made = penalty.dossier(unit, case.id).decision
        return None if made is None or made.revoked else made.served_day
    if case.track is Track.AGREEMENT and case.state not in ("revoked", "told", "to_decide", "to_tell"):
        disposal = agreement.disposal(unit, case.id)
        return disposal.served_day if disposal is not None and disposal.kind == "decided" else None
    return None


def contest_due(desk: Desk, case: Case, way: Way, served: int) -> tuple[int | None, str]:
    """Give the last day for a review or a suit, and by which rule: after a review a suit has its own, shorter time."""
    if way is Way.SUIT:
        reviewed = [
            one.last_day for one, how in _before(desk.unit, case.id, served)
            if how is Way.REVIEW and one.state in (ContestState.UPHELD, ContestState.CHANGED)
        ]  # fmt: skip
        if reviewed:
            due, value = last_day(desk.policy, SUIT_AFTER_REVIEW, reviewed[-1])
            return due, basis_of(value)
    for clock in reversed(case_clocks(desk.unit, case.id)):
        if clock.running.kind == way and clock.running.start >= served:
            return clock.due_day, clock.basis
    due, value = last_day(desk.policy, f"casework.clock.{way}", served)
    return due, basis_of(value)


def ways_open(desk: Desk, case: Case, served: int) -> list[Way]:
    """Give in which ways the decision of a case may still be contested, as to what was done before; not as to time."""
    known = _before(desk.unit, case.id, served)
    if any(one.state not in CONTEST.ends for one, _ in known):
        return []
    used = {how for one, how in known if one.state not in NOT_TAKEN}
    if Way.SUIT in used:
        return []
    return [one for one in Way if one not in used]


def _before(unit: UnitOfWork, case_id: int, served: int) -> list[tuple[Case, Way]]:
    """Give the reviews and suits about the decision that was served on a day, oldest first."""
    rows = store.about_case(unit.connection, case_id)
    found = [one for one in cases(unit, [row.case_id for row in rows]) if one.opened_day >= served]
    return [(one, Way(str(acts(unit, one.id)[0].body["way"]))) for one in found]


def _check_not_both(case: Case, way: Way, known: list[tuple[Case, Way]]) -> None:
    for one, how in known:
        if how is way or one.state in CONTEST.ends:
            continue
        raise Refused(
            "remedy.both",
            zh=f"{WAY_NAMES[how].zh}正在进行：复议期间不得起诉，法院已受理的不得申请复议（行政复议法第二十九条）",
            en=f"a {WAY_NAMES[how].en} is running: not both at once (行政复议法 Art. 29)",
            where=case.number,
            wanted=one.number,
            came=str(way),
            todo=Text(zh="等其结果，或先撤回", en="wait for its result, or withdraw it first"),
        )


def _nothing_served(case: Case) -> Refused:
    return Refused(
        "remedy.no_decision",
        zh="没有已送达且有效的决定，没有可以复议或起诉的对象",
        en="no decision that stands was served; there is nothing to have reviewed or to sue about",
        where=case.number,
        came=case.state,
        todo=Text(
            zh="决定作出前可以陈述申辩；用 yibao remedy rights 查看现在有哪些权利",
            en="before a decision there is statement and defence; yibao remedy rights lists what is open now",
        ),
    )


def carry(
    desk: Desk, case_id: int, verb: str, doing: Doing, *, anew: Fault | None = None, by_other_party: bool = False
) -> int:  # fmt: skip
    """Record what came of a review or suit (``uphold``, ``change``, ``annul``) and carry it out; give the act's number.

    ``anew``: for which fault it is to be decided anew; what was changed always is. The new decision is never heavier than
    the old one, unless somebody else whom it touches asked for that (``by_other_party``).
    """
    found = taken(desk, case_id, Kind.CONTEST, verb)
    if (verb == "change" and anew is None) or (verb == "uphold" and anew is not None):
        raise Refused(
            "remedy.fault",
            zh="变更须写明原决定错在哪里；维持不写",
            en="a change says what was wrong with the decision; upholding does not",
            where=found.case.number,
            wanted=" | ".join(Fault) if anew is None else "—",
            came=str(anew or "—"),
            todo=Text(zh="用 --anew 写明", en="say it with --anew"),
        )
    body: dict[str, Json] = {"result": str(RESULTS[verb]), "anew": None if anew is None else str(anew)}
    number = act_on(desk, CONTEST, verb, {case_id: replace(doing, body=body)})[case_id]
    case = cases(desk.unit, [found.about_case or 0])[0]
    said = Doing(doing.day, doing.reason)
    if verb == "uphold":
        _stands(desk, case, said, "upheld")
    elif case.track is Track.PENALTY:
        penalty.revoke(desk, case.id, said)
        if anew is not None:
            penalty.reopen(desk, case.id, anew, said, by_other_party=by_other_party)
    else:
        agreement.revoke(desk, case.id, said)
    return number


def end(desk: Desk, case_id: int, verb: str, doing: Doing) -> int:
    """Record that a review or suit was withdrawn (``withdraw``) or not taken on (``not_accept``): the decision stands."""
    found = taken(desk, case_id, Kind.CONTEST, verb)
    number = act_on(desk, CONTEST, verb, {case_id: doing})[case_id]
    case = cases(desk.unit, [found.about_case or 0])[0]
    said = Doing(doing.day, doing.reason)
    if verb == "withdraw" and case.track is Track.PENALTY:
        penalty.give_up(desk, case.id, said)
    else:
        _stands(desk, case, said, "not_accepted")
    return number


def _stands(desk: Desk, case: Case, doing: Doing, result: str) -> None:
    if case.track is Track.PENALTY:
        penalty.upheld(desk, case.id, doing, result=result)


def stayed(unit: UnitOfWork, case_id: int) -> bool:
    """Tell whether a running review or suit stays the execution of a case's decision."""
    rows = store.about_case(unit.connection, case_id)
    running = [one for one in cases(unit, [row.case_id for row in rows]) if one.state == ContestState.RUNNING]
    return any(act.verb == "stay" for one in running for act in acts(unit, one.id))
