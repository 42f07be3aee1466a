"""The violating lines of open findings: by their natural numbers, and by who ordered them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from yibao.audit import LABELLED
from yibao.casework.findings import store
from yibao.casework.findings.outputs.looking import known_by_run, looking
from yibao.claims import bind_raw, table
from yibao.collect import known_files, superseded
from yibao.engine import open_engine
from yibao.store import Home, Lake, Register


@dataclass(frozen=True, slots=True)
class ViolatingLine:
    """One violating line of one open finding."""

    finding_id: int
    rule: str
    result: Literal["clear", "suspicious"]
    line_no: str


@dataclass(frozen=True, slots=True)
class OrderedFinding:
    """An open finding whose violating lines one practitioner ordered."""

    finding_id: int
    rule: str
    institution_id: int
    practitioner_id: int
    day: int
    at_stake_fen: int
    attributed_fen: int


def ordered_findings(home: Home, register: Register, *, most: int = 1_000) -> list[OrderedFinding]:
    """Give open findings whose violating lines one practitioner ordered, most money first, of so many looked at."""
    with register.unit_of_work(actor="read") as unit:
        heads = {row.finding_id: row for row in store.headers(unit.connection, limit=most)}
    by_whom: dict[int, set[int | None]] = {}
    for row in _lines(home, register, "h.finding_id, l.practitioner_id"):
        if row["finding_id"] in heads:
            by_whom.setdefault(row["finding_id"], set()).add(row["practitioner_id"])
    found = []
    for one in heads.values():
        [doctor, *others] = by_whom.get(one.finding_id, {None})
        if doctor is not None and not others:
            found.append(
                OrderedFinding(
                    one.finding_id,
                    one.rule,
                    one.institution_id,
                    doctor,
                    one.day,
                    one.at_stake_fen,
                    one.attributed_fen,
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class DoctorsBill:
    """A settled bill on which a practitioner ordered something: its number, day, fund's money, and institution."""

    bill: str
    day: int
    fund_fen: int
    institution_id: int


def bills_of_doctor(
    home: Home, register: Register, practitioner_id: int, since: int, limit: int
) -> list[DoctorsBill]:
    """Give the first bills, on or after a day, on which a practitioner ordered something and the fund paid, by day."""
    with looking(home, register, ("line", "settlement"), known_no=known_by_run(register)) as look:
        rows = look.rows(
            "SELECT s.settlement_no AS bill, s.settled_day AS day, s.fund_fen, s.institution_id FROM raw_settlement s "
            "WHERE s.settled_day >= ? AND s.fund_fen > 0 AND s.settlement_id IN "
            "(SELECT settlement_id FROM raw_line WHERE practitioner_id = ?) ORDER BY day, bill LIMIT ?",
            [since, practitioner_id, limit],
        )
    return [DoctorsBill(**row) for row in rows]


def violating_lines(home: Home, register: Register) -> Iterator[ViolatingLine]:
    """Give every violating line of every open finding."""
    for row in _lines(home, register, "h.finding_id, h.rule, h.result, l.line_no"):
        yield ViolatingLine(row["finding_id"], row["rule"], row["result"], row["line_no"])


def _lines(home: Home, register: Register, columns: str) -> Iterator[dict[str, Any]]:
    """Give columns of the open findings (``h``) and of their violating lines (``l``)."""
    lake = Lake(home, register)
    with register.unit_of_work(actor="read") as unit:
        headers = store.open_places(unit.connection)
    replaced = superseded(lake)
    corrected = "line" in replaced.column("table_name").to_pylist()
    with open_engine("duckdb", memory_mib=1024, spill=home.work) as engine:
        engine.bind("superseded", arrow=replaced)
        bind_raw(engine, table("line"), known_files(lake)["line"], corrected=corrected)
        engine.bind("headers", arrow=headers)
        for file in lake.files("evidence"):
            engine.bind("evidence", files=[file.path], schema=LABELLED)
            found = engine.run(
                f"SELECT {columns} FROM evidence AS e "
                "JOIN headers AS h ON h.finding_id = e.finding_id AND h.evidence_batch = :batch "
                "JOIN raw_line AS l ON l.line_id = e.row_id WHERE e.evidence = 'line' AND e.role = 1",
                {"batch": file.batch},
            )
            yield from found.to_pylist()
