"""What the stories say of rows that the ordinary year does not know, kept until the files are written.

Keys are rows of people, visits and lines; they follow when visits are renumbered and when lines are sorted into bills.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from yibao.city.amounts import LineMoney
from yibao.city.arrays import Ints, ints
from yibao.city.lines import Lines


@dataclass
class Said:
    """Schemes and kinds of visits, deaths, enrolments, further diagnoses, operations, codes, executions, lists.

    ``scheme``, ``kind``, ``besides``, ``operated``, ``unattended``, ``intensive``, ``listed`` and ``away`` speak of
    visits, ``death``,
    ``enrolled``, ``employed`` and ``statuses`` of people, ``codes``, ``executed`` and ``covered`` of lines.
    """

    scheme: dict[int, str] = field(default_factory=dict)
    kind: dict[int, str] = field(default_factory=dict)
    besides: list[tuple[int, str]] = field(default_factory=list)
    operated: list[tuple[int, str, int, str, bool]] = field(default_factory=list)
    unattended: set[int] = field(default_factory=set)
    intensive: list[tuple[int, int, int]] = field(default_factory=list)
    listed: dict[int, str] = field(default_factory=dict)
    away: list[tuple[int, int, int]] = field(default_factory=list)
    death: dict[int, int] = field(default_factory=dict)
    enrolled: list[tuple[int, str, int, int]] = field(default_factory=list)
    statuses: list[tuple[int, str, int, int]] = field(default_factory=list)
    employed: dict[int, int] = field(default_factory=dict)
    codes: dict[int, list[tuple[str, int]]] = field(default_factory=dict)
    never_bought: list[str] = field(default_factory=list)
    inbound: list[tuple[int, int, str, int, str]] = field(default_factory=list)
    executed: dict[int, int] = field(default_factory=dict)
    covered: list[int] = field(default_factory=list)

    def moved_visits(self, new_row: Ints) -> None:
        """Follow visits that were renumbered."""
        self.scheme = {int(new_row[v]): code for v, code in self.scheme.items()}
        self.kind = {int(new_row[v]): code for v, code in self.kind.items()}
        self.listed = {int(new_row[v]): fault for v, fault in self.listed.items()}
        self.besides = [(int(new_row[v]), code) for v, code in self.besides]
        self.operated = [(int(new_row[v]), code, day, main, by) for v, code, day, main, by in self.operated]
        self.unattended = {int(new_row[v]) for v in self.unattended}
        self.intensive = [(int(new_row[v]), first, last) for v, first, last in self.intensive]
        self.away = [(int(new_row[v]), start, end) for v, start, end in self.away]

    def charged(self, rows: list[int]) -> None:
        """Follow charges that became lines; ``rows`` gives the line of each charge."""
        self.codes = {rows[c]: codes for c, codes in self.codes.items()}
        self.executed = {rows[c]: much for c, much in self.executed.items()}
        self.covered = [rows[c] for c in self.covered]

    def settled(self, lines: Lines, place: Ints, money: LineMoney) -> None:
        """Have the fund pay its part of what it does not pay for; ``lines`` and ``money`` are sorted already."""
        back = np.flatnonzero(lines.reverses >= 0)
        paid = np.r_[place[ints(self.covered)], back[np.isin(lines.reverses[back], ints(self.covered))]]
        money.self_paid[paid] = 0
        money.in_scope[paid] = money.amount[paid] - money.advance[paid]

    def numbered(self, place: Ints) -> None:
        """Follow lines that were sorted into their bills."""
        self.codes = {int(place[row]): codes for row, codes in self.codes.items()}
        self.executed = {int(place[row]): much for row, much in self.executed.items()}
