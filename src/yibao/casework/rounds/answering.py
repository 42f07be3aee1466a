"""What the institution does (申诉): who in the house answers, what is said, and when silence speaks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from yibao.casework.cases import Amount, Desk
from yibao.casework.rounds import store
from yibao.casework.rounds.acting import act_on_round, do, find_round, in_states
from yibao.casework.rounds.machine import IN_HOUSE, LineState
from yibao.casework.rounds.model import Answer, Line, Round, part_of
from yibao.kernel import Json, Refused, Text, date_of

MOST_WORDS = 4_000
"""Characters of a statement; what is longer belongs into an attachment."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an institution says of one line: its answer, what it accepts of a part, and why."""

    answer: Answer
    statement: str | None = None
    accepted_fen: int | None = None


def to_department(desk: Desk, lines: Sequence[Line], department: str, *, day: int) -> dict[int, int]:
    """Hand lines to a department of the house."""
    acts = do(desk, "to_department", lines, day, body=lambda line: {"department": department})
    _change(desk, lines, department=department, doctor=None, doctor_by_silence=False)
    return acts


def to_doctor(desk: Desk, lines: Sequence[Line], doctor: str, *, day: int) -> dict[int, int]:
    """Hand lines to a doctor (by code); refuses one who said already that it is not his."""
    _check_not_passed_back(lines, doctor)
    acts = do(desk, "to_doctor", lines, day, body=lambda line: {"doctor": doctor})
    _change(desk, lines, doctor=doctor, doctor_by_silence=False)
    return acts


def not_mine(
    desk: Desk, lines: Sequence[Line], *, day: int, reason: str, proposed: str | None
) -> dict[int, int]:
    """Say that lines are not one's own: they go on to whom one proposes, or back to the office.

    Raises `Refused`: ``casework.too_late_to_deny`` after the day of confirmation, where the policy takes silence for a
    yes, and ``casework.passed_back`` where the proposed one said the same before.
    """
    for line in lines:
        confirm = store.dispatches(desk.unit.connection, line.round)[line.institution_id].confirm_day
        if day > confirm and desk.policy.at("casework.round.silence_confirms", day).value:
            raise Refused(
                "casework.too_late_to_deny",
                zh="责任人确认期已过，按约定以被分派的医师为责任人",
                en="the day of confirmation is over; whoever was named is taken to be responsible",
                where=line.finding,
                wanted=f"≤ {date_of(confirm)}",
                came=str(date_of(day)),
                todo=Text(
                    zh="由本人填写意见，或请医保办改派",
                    en="fill in an answer, or ask the office to assign it anew",
                ),
            )
    if proposed is not None:
        _check_not_passed_back(lines, proposed)
    verb = "not_mine" if proposed is not None else "send_back"
    acts = do(
        desk, verb, lines, day, reason=reason, body=lambda line: {"doctor": line.doctor, "proposed": proposed}
    )
    store.change_lines(
        desk.unit.connection,
        [
            {
                "case_id": one.case_id,
                "doctor": proposed,
                "not_by": [*one.not_by, *_named(one)],
                "doctor_by_silence": False,
            }
            for one in lines
        ],
    )
    return acts


def fill(desk: Desk, line: Line, said: Said, *, day: int) -> dict[int, int]:
    """Fill in an answer for the office to look at; nothing leaves the house yet."""
    check_said(line, said)
    acts = do(desk, "fill", [line], day, body=lambda _: _body(said))
    _change(desk, [line], answer=str(said.answer), statement=said.statement, accepted_fen=said.accepted_fen)
    return acts


def answer(desk: Desk, said: Mapping[int, Said], *, day: int) -> dict[int, int]:
    """Submit answers, by case: what is accepted goes to confirmation, all else to second review.

    Raises `Refused`: ``casework.answer_late`` after the last day, ``casework.no_statement``, ``casework.part_without``,
    ``casework.beyond_stake``, and what `cases.act_on` refuses.
    """
    lines = store.lines(desk.unit.connection, ids=said)
    _check_in_time(desk, lines, day)
    for line in lines:
        check_said(line, said[line.case_id])
    store.change_lines(
        desk.unit.connection,
        [
            {"case_id": k, "answer": str(s.answer), "statement": s.statement, "accepted_fen": s.accepted_fen}
            for k, s in said.items()
        ],
    )
    disputed = {line.case_id: line.disputed for line in store.lines(desk.unit.connection, ids=said)}
    acts: dict[int, int] = {}
    for verb, accepts in (("accept", True), ("appeal", False)):
        mine = [line for line in lines if (said[line.case_id].answer is Answer.ACCEPT) is accepts]
        if mine:
            acts |= do(
                desk, verb, mine, day, body=lambda line: _body(said[line.case_id]),
                amounts=lambda line: {Amount.DISPUTED: disputed[line.case_id]},
            )  # fmt: skip
    return acts


def silent_doctors(desk: Desk, code: str | int, *, day: int) -> list[Line]:
    """Take the doctors named for lines to be responsible where the day of confirmation passed in silence."""
    one = find_round(desk, code)
    if not desk.policy.at("casework.round.silence_confirms", day).value:
        return []
    sent = store.dispatches(desk.unit.connection, one.number)
    waiting = in_states(store.lines(desk.unit.connection, number=one.number), {LineState.AT_DOCTOR})
    silent = [w for w in waiting if day > sent[w.institution_id].confirm_day and not w.doctor_by_silence]
    _change(desk, silent, doctor_by_silence=True)
    return silent


def cut_off(desk: Desk, code: str | int, *, day: int) -> tuple[Round, dict[int, int]]:
    """Mark what was not answered in time (逾期未答); a person confirms each before anything follows.

    Raises `Refused`: ``casework.still_running`` while answers can still come in time.
    """
    one = find_round(desk, code, lock=True)
    if one.due_day is not None and day <= one.due_day:
        raise Refused(
            "casework.still_running",
            zh="申诉期限未到，不能截止",
            en="answers can still come in time",
            where=one.code,
            wanted=f"> {date_of(one.due_day)}",
            came=str(date_of(day)),
        )
    late = store.lines(desk.unit.connection, number=one.number, states=IN_HOUSE)
    lapsed = do(desk, "lapse", late, day) if late else {}
    return act_on_round(desk, one, "cut_off", day, body={"lapsed": len(lapsed)}), lapsed


def take_late(desk: Desk, line: Line, said: Said, *, day: int, reason: str) -> dict[int, int]:
    """Take an answer that came too late after all, for a reason; the line goes to second review."""
    check_said(line, said)
    told = replace(line, answer=said.answer, accepted_fen=said.accepted_fen)
    acts = do(
        desk, "take_late", [line], day, reason=reason, body=lambda _: _body(said),
        amounts=lambda _: {Amount.DISPUTED: told.disputed},
    )  # fmt: skip
    _change(desk, [line], answer=str(said.answer), statement=said.statement, accepted_fen=said.accepted_fen)
    return acts


def supplement(desk: Desk, line: Line, *, day: int, statement: str) -> dict[int, int]:
    """Hand in what second review asked for."""
    acts = do(desk, "supplement", [line], day, reason=statement)
    _change(desk, [line], statement="\n".join(s for s in (line.statement, statement) if s))
    return acts


def _change(desk: Desk, lines: Sequence[Line], **values: object) -> None:
    store.change_lines(desk.unit.connection, [{"case_id": line.case_id, **values} for line in lines])


def _named(line: Line) -> list[str]:
    return [line.doctor] if line.doctor else []


def _body(said: Said) -> dict[str, Json]:
    """Give what the ledger keeps of an answer: never the statement, which may name people."""
    return {"answer": str(said.answer), "accepted_fen": said.accepted_fen}


def _check_in_time(desk: Desk, lines: Sequence[Line], day: int) -> None:
    sent = {
        number: store.dispatches(desk.unit.connection, number) for number in {line.round for line in lines}
    }
    for line in lines:
        one = sent[line.round].get(line.institution_id)
        if one is not None and day > one.due_day:
            raise Refused(
                "casework.answer_late",
                zh="申诉期限已过",
                en="the time to answer is over",
                where=line.finding,
                wanted=f"≤ {date_of(one.due_day)}",
                came=str(date_of(day)),
                todo=Text(
                    zh="向经办机构说明情况，由复审人决定是否接收",
                    en="explain why; the reviewer may still take it",
                ),
            )


def check_said(line: Line, said: Said) -> None:
    """Refuse an answer that does not say what it has to: how much of a part, and why it is not accepted."""
    if said.answer is Answer.PART:
        if not said.accepted_fen or said.accepted_fen >= line.at_stake.total_fen:
            raise Refused(
                "casework.part_without",
                zh="部分认可要写明认可金额，大于零且小于疑点金额",
                en="an answer in part says how much is accepted: more than nothing, less than everything",
                where=line.finding,
                wanted=f"1 … {line.at_stake.total_fen - 1} fen",
                came="—" if said.accepted_fen is None else f"{said.accepted_fen} fen",
            )
        part_of(line.at_stake, said.accepted_fen, line.finding)
    if said.answer is not Answer.ACCEPT and not (said.statement or "").strip():
        raise Refused(
            "casework.no_statement",
            zh="不认可或部分认可的，要写明理由",
            en="what is not accepted needs a statement why",
            where=line.finding,
            todo=Text(zh="在「机构说明」写明理由", en="say why"),
        )
    if len(said.statement or "") > MOST_WORDS:
        raise Refused(
            "casework.long_statement",
            zh="说明过长，请作为附件提交",
            en="the statement is too long; hand it in as an attachment",
            where=line.finding,
            wanted=f"≤ {MOST_WORDS}",
            came=str(len(said.statement or "")),
        )


def _check_not_passed_back(lines: Sequence[Line], doctor: str) -> None:
    for line in lines:
        if doctor in line.not_by:
            raise Refused(
                "casework.passed_back",
                zh="这位医师已表示不是本人，不能再派给他",
                en="this doctor said already that it is not his; it is not sent round in circles",
                where=line.finding,
                came=doctor,
                todo=Text(zh="退回医保办核实：yibao round route --back", en="send it back to the office"),
            )
