"""A track as a machine: its states, and the moves that lead from one to another; pure, and checked when it is made.

The law treats the three tracks differently, so each declares a machine of its own; what they share is only this
grammar. A move says from where to where, with which permission, who must be somebody else (two persons where the law
wants two), whether a reason is due, which clocks it starts, stops or pauses, and which document it makes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from yibao.casework.cases.clocks import ClockKind
from yibao.kernel import Refused, Text


@dataclass(frozen=True, slots=True)
class Move:
    """One arrow of a track: a verb that people do, from some states to one."""

    verb: str
    name: Text
    comes_from: frozenset[StrEnum]
    """Empty for a move that opens a case."""
    leads_to: StrEnum | None
    """None: the case stays where it is (a record, a recusal, an extension)."""
    permission: str
    other_than: frozenset[str] = frozenset()
    """Verbs whose doers may not do this one in the same case: the second pair of eyes."""
    with_reason: bool = False
    starts: tuple[ClockKind, ...] = ()
    stops: tuple[ClockKind, ...] = ()
    extends: bool = False
    """Whether the clock that it starts begins where the one that it stops would end, and only before that."""
    pauses: tuple[ClockKind, ...] = ()
    resumes: tuple[ClockKind, ...] = ()
    releases: bool = False
    """Whether the case lets its findings go, so that another may decide their money."""
    document: str | None = None
    """The document that the move makes, by its name in the catalogue of documents."""
    papers: tuple[str, ...] = ()
    """Further documents that the file must hold once the move was made."""
    tag: Literal["opened", "moved", "decided", "revoked", "closed"] = "moved"
    """By which word the ledger knows the act; of what is decided, revoked or closed the rooms after this one hear."""

    def end_state(self, state: str) -> str:
        """Give the state in which the move leaves a case."""
        return str(self.leads_to) if self.leads_to is not None else state


@dataclass(frozen=True, slots=True)
class Machine:
    """The states and moves of one track; refuses to be made of moves that lead nowhere or come from nowhere."""

    track: str
    ends: frozenset[StrEnum]
    names: Mapping[Any, Text]
    """By state."""
    moves: tuple[Move, ...]
    _by_verb: dict[str, tuple[Move, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_verb: dict[str, tuple[Move, ...]] = {}
        for move in self.moves:
            by_verb[move.verb] = (*by_verb.get(move.verb, ()), move)
        object.__setattr__(self, "_by_verb", by_verb)
        self._check()

    def move(self, state: str, verb: str, where: str = "") -> Move:
        """Give the move of a verb from a state; refuses a verb that this state does not know.

        Raises `Refused`: ``casework.unknown_verb`` for a word that is none of the track's, ``casework.not_now`` for
        one whose time has not come or is over, with what may be done instead.
        """
        known = self._by_verb.get(verb)
        if known is None:
            raise Refused(
                "casework.unknown_verb",
                zh="这一轨道没有这个动作",
                en="this track knows no such act",
                where=where,
                wanted=" | ".join(self._by_verb),
                came=verb,
                todo=Text(
                    zh="用 yibao case show 查看现在能做什么", en="see what can be done with yibao case show"
                ),
            )
        for move in known:
            if state in move.comes_from:
                return move
        here = self.named(state)
        raise Refused(
            "casework.not_now",
            zh=f"处于“{here.zh}”的案件不能“{known[0].name.zh}”",
            en=f"a case that is “{here.en}” cannot “{known[0].name.en}”",
            where=where,
            wanted=" | ".join(self.verbs(state)) or "—",
            came=verb,
            todo=self._what_now(state),
        )

    def opening(self, verb: str) -> Move:
        """Give the move of a verb that opens a case; refuses another verb (``casework.unknown_verb``)."""
        opens = [m for m in self.moves if not m.comes_from]
        for move in opens:
            if move.verb == verb:
                return move
        raise Refused(
            "casework.unknown_verb",
            zh="这个动作不能立起一个案件",
            en="this act opens no case",
            where=self.track,
            wanted=" | ".join(m.verb for m in opens),
            came=verb,
            todo=Text(
                zh="用 yibao case show 查看现在能做什么", en="see what can be done with yibao case show"
            ),
        )

    def verbs(self, state: str) -> list[str]:
        """List what may be done in a state."""
        return list(dict.fromkeys(m.verb for m in self.moves if state in m.comes_from))

    def named(self, state: str) -> Text:
        """Give the words for a state."""
        return next(name for key, name in self.names.items() if key == state)

    @property
    def clocks(self) -> dict[str, ClockKind]:
        """Give the kinds of clocks that its moves start, by name."""
        return {kind.name: kind for move in self.moves for kind in move.starts}

    def _what_now(self, state: str) -> Text:
        names = [m.name for m in self.moves if state in m.comes_from]
        if not names:
            return Text(zh="案件已了结，不再变动", en="the case is closed and changes no more")
        zh = "、".join(dict.fromkeys(n.zh for n in names))
        en = ", ".join(dict.fromkeys(n.en for n in names))
        return Text(zh=f"现在可以：{zh}", en=f"what can be done now: {en}")

    def _check(self) -> None:
        states = set(self.names)
        used = {s for m in self.moves for s in (*m.comes_from, *_one(m.leads_to))}
        assert used <= states, f"{self.track}: states without a name: {used - states}"
        reached = {s for m in self.moves if not m.comes_from for s in _one(m.leads_to)}
        while more := {s for m in self.moves for s in _one(m.leads_to) if m.comes_from & reached} - reached:
            reached |= more
        assert reached == states, f"{self.track}: states never reached: {states - reached}"
        stuck = {
            s for s in states - self.ends if not any(s in m.comes_from and m.leads_to for m in self.moves)
        }
        assert not stuck, f"{self.track}: states without a way on: {stuck}"
        for verb, moves in self._by_verb.items():
            seen: set[StrEnum] = set()
            for move in moves:
                assert not seen & move.comes_from, (
                    f"{self.track}: {verb} is not one move: {seen & move.comes_from}"
                )
                seen |= move.comes_from
        unknown = {verb for m in self.moves for verb in m.other_than} - set(self._by_verb)
        assert not unknown, f"{self.track}: second eyes on verbs that there are not: {unknown}"


def _one(state: StrEnum | None) -> Iterable[StrEnum]:
    return () if state is None else (state,)
