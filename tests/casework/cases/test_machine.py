"""A machine refuses to be made of moves that lead nowhere, and says what can be done instead of what cannot."""

from __future__ import annotations

from enum import StrEnum

import pytest

from yibao.casework.agreement import Measure
from yibao.casework.cases import Act, Machine, Move, Track, demanded
from yibao.casework.documents import kinds
from yibao.casework.tracks import MACHINES
from yibao.kernel import Refused, Text


class State(StrEnum):
    ASKED = "asked"
    ANSWERED = "answered"
    DONE = "done"


NAMES = {
    State.ASKED: Text(zh="待答复", en="asked"),
    State.ANSWERED: Text(zh="已答复", en="answered"),
    State.DONE: Text(zh="已结", en="done"),
}


def _move(verb: str, comes_from: set[State], leads_to: State | None, **more: object) -> Move:
    name = Text(zh=f"动作{verb}", en=verb)
    return Move(verb, name, frozenset(comes_from), leads_to, "case:decide", **more)  # type: ignore[arg-type]


ASK = _move("ask", set(), State.ASKED)
ANSWER = _move("answer", {State.ASKED}, State.ANSWERED)
CLOSE = _move("close", {State.ANSWERED}, State.DONE, other_than=frozenset({"answer"}))
NOTE = _move("note", {State.ASKED, State.ANSWERED}, None)


def _machine(*moves: Move) -> Machine:
    return Machine("penalty", frozenset({State.DONE}), NAMES, moves)


def test_moves_are_found_by_state_and_verb() -> None:
    machine = _machine(ASK, ANSWER, CLOSE, NOTE)
    assert machine.opening("ask") is ASK
    assert machine.move("asked", "answer") is ANSWER
    assert machine.verbs("answered") == ["close", "note"]
    assert machine.verbs("done") == []


def test_what_is_not_now_names_what_is() -> None:
    machine = _machine(ASK, ANSWER, CLOSE, NOTE)
    with pytest.raises(Refused) as refused:
        machine.move("asked", "close", "C000001")
    assert refused.value.code == "casework.not_now"
    assert refused.value.wanted == "answer | note"
    assert refused.value.todo is not None and "动作answer、动作note" in refused.value.todo.zh
    with pytest.raises(Refused) as refused:
        machine.move("done", "answer")
    assert refused.value.todo is not None and "已了结" in refused.value.todo.zh
    for wrong in (lambda: machine.move("asked", "fine"), lambda: machine.opening("answer")):
        with pytest.raises(Refused, match=r"casework\.unknown_verb"):
            wrong()


@pytest.mark.parametrize(
    ("moves", "why"),
    [
        ((ASK, ANSWER), "never reached"),
        ((ASK, CLOSE), "never reached"),
        ((ASK, ANSWER, _move("close", {State.ASKED}, State.DONE)), "without a way on"),
        ((ASK, ANSWER, CLOSE, _move("answer", {State.ASKED}, None)), "not one move"),
        (
            (ASK, ANSWER, _move("close", {State.ANSWERED}, State.DONE, other_than=frozenset({"x"}))),
            "second eyes",
        ),
    ],
)
def test_a_machine_with_a_hole_is_not_made(moves: tuple[Move, ...], why: str) -> None:
    with pytest.raises(AssertionError, match=why):
        _machine(*moves)


@pytest.mark.parametrize("track", MACHINES)
def test_every_document_that_a_move_makes_is_in_the_catalogue(track: Track) -> None:
    named = {name for move in MACHINES[track].moves for name in (move.document, *move.papers) if name}
    assert named <= set(kinds())


def test_every_measure_of_the_agency_has_its_document() -> None:
    for measure in Measure:
        decided = Act(
            1, 1, "decide", "to_decide", "decided", 0, "head", None, {"measures": [{"measure": measure}]}, 1
        )
        [name] = demanded(MACHINES[Track.AGREEMENT], [decided])
        assert name in kinds()
