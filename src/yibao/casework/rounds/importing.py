"""Taking a workbook back (接收申诉): read, matched, submitted and receipted in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yibao.casework.cases import Desk
from yibao.casework.rounds import store
from yibao.casework.rounds.acting import find_round, permit
from yibao.casework.rounds.answering import answer
from yibao.casework.rounds.incoming import read_back
from yibao.casework.rounds.matching import Matched, compare, match
from yibao.casework.rounds.model import round_code
from yibao.casework.rounds.outgoing import digest, is_as_sent
from yibao.kernel import Refused, Text, date_of
from yibao.ledger import Tag, record
from yibao.store import Home


@dataclass(frozen=True, slots=True)
class Receipt:
    """What says that a workbook came back, and what of it was taken."""

    number: int
    round: int
    institution_id: int
    file: str
    digest: str
    matched: Matched
    compared: bool
    """Whether what came could be held against what was sent."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "receipt": self.number, "round": round_code(self.round), "institution_id": self.institution_id,
            "file": self.file, "sha256": self.digest, "compared": self.compared, **self.matched.as_json(),
        }  # fmt: skip


def take_back(
    desk: Desk, home: Home, code: str | int, path: Path, *, day: int, institution: int | None = None
) -> Receipt:
    """Take a workbook of a round back and submit what it says, all in the caller's transaction.

    ``institution`` is whose it is where the one who hands it in is not of an institution himself. Raises `Refused`:
    ``casework.whose_workbook``, ``casework.not_sent_to``, ``casework.unreadable_workbook``,
    ``casework.no_finding_column``, ``access.denied``. What a row lacks is told in the receipt and stops no other row.
    """
    one = find_round(desk, code)
    whose = _whose(desk, institution, one.code)
    permit(desk, "round:answer", one.region, whose)
    sent = store.dispatches(desk.unit.connection, one.number).get(whose)
    if sent is None:
        raise Refused(
            "casework.not_sent_to",
            zh="这个批次没有下发给该机构",
            en="the round was not sent to this institution",
            where=one.code,
            came=str(whose),
            todo=Text(zh="核对批次编号和机构", en="check round and institution"),
        )
    rows = read_back(path)
    lines = {line.finding_id: line for line in store.lines(desk.unit.connection, number=one.number)}
    matched = match(rows, lines, whose, sent.due_day, day)
    kept = is_as_sent(home, sent)
    if kept and sent.workbook is not None:
        mine = frozenset(line.finding for line in lines.values() if line.institution_id == whose)
        compare(matched, rows, read_back(home.reports / sent.workbook), mine)
    if matched.said:
        answer(desk, matched.said, day=day)
    return _receipt(desk, one.number, whose, path, day, matched, kept)


def _receipt(
    desk: Desk, number: int, whose: int, path: Path, day: int, matched: Matched, compared: bool
) -> Receipt:
    told = digest(path)
    counts = {
        "received": len(matched.said), "unknown": len(matched.unknown), "late": len(matched.late),
        "alterations": matched.alterations,
    }  # fmt: skip
    entry = record(
        desk.unit, Tag.CASEWORK_ROUND_ANSWERED, round_code(number),
        {"institution_id": str(whose), "sha256": told, "day": date_of(day).isoformat(), **counts},
    ).entry  # fmt: skip
    made = store.add_receipt(
        desk.unit.connection, round=number, institution_id=whose, file=path.name, digest=told, day=day,
        actor=desk.actor.name, received=counts["received"], unknown=counts["unknown"], late=counts["late"],
        rows=matched.as_json(), ledger_entry=entry,
    )  # fmt: skip
    return Receipt(made, number, whose, path.name, told, matched, compared)


def _whose(desk: Desk, given: int | None, where: str) -> int:
    whose = given if given is not None else desk.actor.institution_id
    if whose is None:
        raise Refused(
            "casework.whose_workbook",
            zh="没有说明这是哪一家机构的表",
            en="it is not said whose workbook this is",
            where=where,
            wanted="--institution",
            came="—",
            todo=Text(zh="用 --institution 写明机构编码", en="name the institution with --institution"),
        )
    return whose
