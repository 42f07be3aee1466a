"""The verbs of the tracks' common ground: open cases, act on them, run their clocks, hold the money of findings.

Every act of every track goes through `act_on`: the case is locked and its version compared, the move looked up in the
track's machine, the permission and the second pair of eyes checked, and then act, state, clocks, amounts and the
ledger entry are written in the caller's one transaction. One case is a bulk of one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from yibao.casework.cases import store
from yibao.casework.cases.checks import (
    check_free,
    check_known,
    check_track,
    check_version,
    check_words,
    permit,
)
from yibao.casework.cases.desk import Desk, Opening, Step
from yibao.casework.cases.institutions import institutions
from yibao.casework.cases.machine import Machine
from yibao.casework.cases.model import Act, Amount, Case, CaseClock, Doing, Money, Organ, Track, Transfer
from yibao.casework.cases.running import run_clocks
from yibao.kernel import Event, EventKind, Json, Refused, Text, date_of, format_fen
from yibao.ledger import Act as Sworn
from yibao.ledger import Tag, record_many
from yibao.store import UnitOfWork

_TAGS = {
    "opened": Tag.CASEWORK_CASE_OPENED,
    "moved": Tag.CASEWORK_CASE_MOVED,
    "decided": Tag.CASEWORK_CASE_DECIDED,
    "revoked": Tag.CASEWORK_CASE_REVOKED,
    "closed": Tag.CASEWORK_CASE_CLOSED,
}
"""By the tag of a move: the word of the ledger."""

_TOLD = {
    "decided": EventKind.CASE_DECIDED,
    "revoked": EventKind.CASE_REVOKED,
    "closed": EventKind.CASE_CLOSED,
}
"""By the tag of a move: the event by which later rooms hear of it."""


class Holder(NamedTuple):
    """The case that decides the money of a finding."""

    case_id: int
    track: Track
    state: str


def open_cases(
    desk: Desk, machine: Machine, verb: str, openings: Sequence[tuple[Opening, Doing]]
) -> list[Case]:
    """Open cases of a track by one verb, each with its first act, its clocks and the findings whose money it decides.

    Raises `Refused`: ``access.denied``, ``casework.no_reason``, and ``casework.held`` for a finding whose money another
    case decides already.
    """
    move = machine.opening(verb)
    check_free(desk, [one for one, _ in openings])
    ids = store.open_cases(
        desk.unit.connection,
        [
            {
                "track": machine.track,
                "state": "",
                "region": one.region,
                "institution_id": one.institution_id,
                "person_id": one.person_id,
                "practitioner_id": one.practitioner_id,
                "cause": one.cause,
                "handler": one.handler,
                "day": doing.day,
            }
            for one, doing in openings
        ],
    )
    fresh = store.cases(desk.unit.connection, ids)
    steps = [(case, move, doing) for case, (_, doing) in zip(fresh, openings, strict=True)]
    permit(desk, steps)
    for case, _, doing in steps:
        check_words(case, move, doing, desk.today)
    acts = _put_on_record(desk, machine, steps)
    wanted = {f: (i, act) for i, act, (one, _) in zip(ids, acts, openings, strict=True) for f in one.findings}
    if wanted:
        taken_from = frozenset().union(*(one.taken_from for one, _ in openings))
        store.hold(desk.unit.connection, wanted, taken_from)
    return store.cases(desk.unit.connection, ids)


def act_on(desk: Desk, machine: Machine, verb: str, doings: Mapping[int, Doing]) -> dict[int, int]:
    """Do one verb on cases of a track, each as its `Doing` says; give the number of the act, by case.

    All of them or none. Raises `Refused`: ``casework.unknown_case``, ``casework.other_track``, ``casework.not_now``,
    ``casework.stale`` where somebody acted since the doer looked, ``casework.no_reason``, ``casework.backwards``,
    ``access.denied``, ``access.recused``, ``access.four_eyes``.
    """
    found = store.cases(desk.unit.connection, doings, lock=True)
    check_known(doings, found)
    steps = []
    for case in found:
        doing = doings[case.id]
        check_track(case, machine)
        check_version(desk, case, doing)
        move = machine.move(case.state, verb, case.number)
        check_words(case, move, doing, desk.today)
        steps.append((case, move, doing))
    permit(desk, steps)
    return dict(zip((case.id for case, _, _ in steps), _put_on_record(desk, machine, steps), strict=True))


def take_up(unit: UnitOfWork, ids: Sequence[int]) -> list[Case]:
    """Lock cases for the rest of this transaction and give them: what is read of them from now on stays as it is.

    Whoever else acts on them waits, and then sees what was done. Raises `Refused` (``casework.unknown_case``).
    """
    found = store.cases(unit.connection, ids, lock=True)
    check_known(ids, found)
    return found


def acts(unit: UnitOfWork, case_id: int) -> list[Act]:
    """Give what was done with a case, oldest first."""
    return [
        Act(
            row.number, row.case_id, row.verb, row.came_from, row.led_to, row.day, row.actor, row.reason, row.body,
            row.ledger_entry,
        )
        for row in store.acts(unit.connection, case_id)
    ]  # fmt: skip


def cases(unit: UnitOfWork, ids: Sequence[int]) -> list[Case]:
    """Give cases in the order of their ids; refuses one that there is not."""
    found = store.cases(unit.connection, ids)
    check_known(ids, found)
    return found


def case_clocks(unit: UnitOfWork, case_id: int) -> list[CaseClock]:
    """Give the clocks of a case, oldest first, those that were stopped too."""
    return store.clocks(unit.connection, [case_id]).get(case_id, [])


def running_clocks(unit: UnitOfWork, ids: Collection[int]) -> dict[int, list[CaseClock]]:
    """Give the clocks that run on cases, by case, oldest first."""
    return store.clocks(unit.connection, ids, running=True)


def doers(unit: UnitOfWork, ids: Collection[int], verbs: Collection[str]) -> dict[int, set[str]]:
    """Give who did any of some verbs, by case; also in the cases from which it took findings over."""
    return store.doers(unit.connection, ids, verbs)


def origins(unit: UnitOfWork, case_id: int) -> set[int]:
    """Give the cases from which a case took findings over, straight or through others, and itself."""
    return store.origins(unit.connection, [case_id])[case_id]


def holders(unit: UnitOfWork, findings: Collection[int]) -> dict[int, Holder]:
    """Give by finding the case that decides its money, locked for the rest of the transaction."""
    rows = store.holders(unit.connection, findings)
    return {finding: Holder(row.case_id, Track(row.track), row.state) for finding, row in rows.items()}


def standing_amounts(unit: UnitOfWork, case_id: int) -> dict[Amount, Money]:
    """Give what stands of each kind of amount in a case: its rows added up, those with a minus too."""
    return store.amounts(unit.connection, [case_id]).get(case_id, {})


def check_purses(unit: UnitOfWork, case: Case, returned: Money) -> None:
    """Refuse to book more to a purse than was decided for it and is still due: a patient's money is not the fund's.

    Raises `Refused` (``casework.too_much``).
    """
    standing = standing_amounts(unit, case.id)
    due = standing.get(Amount.DECIDED, Money(0)) + -standing.get(Amount.RECOVERED, Money(0))
    if returned.fund_fen <= due.fund_fen and returned.patient_fen <= due.patient_fen:
        return
    raise Refused(
        "casework.too_much",
        zh="登记到一个口袋的金额超过它应得的：基金的归基金，个人的归个人",
        en="more is booked to one purse than is due to it: the fund's is the fund's, the patients' is the patients'",
        where=case.number,
        wanted=f"基金 fund ≤ {format_fen(due.fund_fen)}；个人 patients ≤ {format_fen(due.patient_fen)}",
        came=f"{format_fen(returned.fund_fen)}；{format_fen(returned.patient_fen)}",
        todo=Text(
            zh="按决定分开登记 --fund 与 --patient", en="book --fund and --patient as they were decided"
        ),
    )


def institution_of(unit: UnitOfWork, institution_id: int) -> tuple[str, str, str] | None:
    """Give code, name and region of an institution as the register keeps them; None where it does not know it."""
    row = institutions(unit, [institution_id]).get(institution_id)
    return None if row is None else (row.code, row.name, row.region)


def held_findings(unit: UnitOfWork, case_id: int) -> list[int]:
    """Give the findings whose money a case decides."""
    return store.held(unit.connection, [case_id]).get(case_id, [])


def transfer(unit: UnitOfWork, case_id: int, act: int, organ: Organ, name: str, day: int) -> int:
    """Write that an act handed a case, or a lead of it, to another organ."""
    return store.add_transfer(
        unit.connection, case_id=case_id, act=act, organ=str(organ), name=name, sent_day=day
    )


def answer_transfer(unit: UnitOfWork, transfer_id: int, day: int, answer: str | None) -> None:
    """Write that the organ acknowledged a transfer, and what it answered."""
    store.answer_transfer(unit.connection, transfer_id, day, answer)


def acknowledge(unit: UnitOfWork, case: Case, name: str, day: int, answer: str | None) -> None:
    """Write that one organ acknowledged what was handed to it; it is named where several have not yet.

    Raises `Refused` (``casework.which_transfer``): one receipt does not answer for two.
    """
    waiting = [one for one in transfers(unit, case.id) if one.acknowledged_day is None]
    meant = [one for one in waiting if not name or name in (one.name, str(one.organ))]
    if len(meant) != 1:
        raise Refused(
            "casework.which_transfer",
            zh="写明是哪个机关签收" if waiting else "没有等待签收的移送",
            en="say which organ acknowledged" if waiting else "no transfer waits to be acknowledged",
            where=case.number,
            wanted=" | ".join(one.name for one in waiting) or "—",
            came=name or "—",
            todo=Text(zh="用 --name 写明机关名称", en="name the organ with --name"),
        )
    answer_transfer(unit, meant[0].id, day, answer)


def transfers(unit: UnitOfWork, case_id: int) -> list[Transfer]:
    """Give what of a case was handed to other organs, oldest first."""
    return store.transfers(unit.connection, case_id)


def _put_on_record(desk: Desk, machine: Machine, steps: Sequence[Step]) -> list[int]:
    connection = desk.unit.connection
    receipts = record_many(desk.unit, [_sworn(desk, step) for step in steps])
    acts = store.add_acts(
        connection,
        [
            {
                "case_id": case.id,
                "verb": move.verb,
                "came_from": case.state,
                "led_to": move.end_state(case.state),
                "day": doing.day,
                "actor": desk.actor.name,
                "reason": doing.reason,
                "body": dict(doing.body),
                "ledger_entry": receipt.entry,
            }
            for (case, move, doing), receipt in zip(steps, receipts, strict=True)
        ],
    )
    store.move_cases(
        connection,
        [
            {
                "id": case.id,
                "state": move.end_state(case.state),
                "version": case.version + 1,
                "day": doing.day,
                "closed": move.end_state(case.state) in machine.ends,
            }
            for case, move, doing in steps
        ],
    )
    store.add_amounts(
        connection, [(case.id, act, doing.amounts) for (case, _, doing), act in zip(steps, acts, strict=True)]
    )
    for (case, move, doing), act in zip(steps, acts, strict=True):
        if move.tag in _TOLD:
            told: dict[str, Json] = {"case": case.id, "track": str(case.track), "act": act, "day": doing.day}
            desk.unit.emit(Event(_TOLD[move.tag], case.number, told))
    _hand_over(desk, steps)
    run_clocks(desk, machine, steps, acts)
    return acts


def _hand_over(desk: Desk, steps: Sequence[Step]) -> None:
    """Give cases to those who handle them from now on, and free the findings that are let go."""
    by_handler: dict[str, list[int]] = {}
    for case, _, doing in steps:
        if doing.handler is not None:
            by_handler.setdefault(doing.handler, []).append(case.id)
    for handler, ids in by_handler.items():
        store.assign(desk.unit.connection, ids, handler)
    let_go = [case.id for case, move, _ in steps if move.releases]
    if let_go:
        store.release(desk.unit.connection, let_go)


def _sworn(desk: Desk, step: Step) -> Sworn:
    """Say what the ledger keeps of an act: the reason only as a salted commitment, for it may name people."""
    case, move, doing = step
    body: dict[str, Json] = {
        "case": case.number,
        "act": case.version + 1,
        "verb": move.verb,
        "from": case.state,
        "to": move.end_state(case.state),
        "day": date_of(doing.day).isoformat(),
        "actor": desk.actor.name,
        "amounts": {
            str(kind): {"fund_fen": money.fund_fen, "patient_fen": money.patient_fen}
            for kind, money in doing.amounts.items()
        },
        "body": dict(doing.body),
    }
    personal = {**doing.personal, **({"reason": doing.reason} if doing.reason else {})}
    return Sworn(_TAGS[move.tag], case.number, body, personal)
