"""What the mixed work of the crash test consists of: each room that acts adds a class of its own to `MIXED`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import ClassVar

from sqlalchemy import text
from tests.casework.cases import people

from yibao.casework import penalty
from yibao.casework.cases import Doing, Opening
from yibao.kernel import Event, day_of_ymd
from yibao.ledger import Sequencer, Tag, home_signers, record, sign_waiting, verify_everything
from yibao.store import Delivered, Handler, Job, JobHandler, Register, UnitOfWork, defer

_DAY = day_of_ymd(20260302)


class Acts:
    """One kind of work: what a clerk writes in a unit of work, what is done later, and how to see it was right.

    Tables are made by `prepare`. `act` runs once per act, with others' acts, in one unit of work; ``number``
    tells the acts apart. After all the killing and a time of quiet, `faults` compares what is there with the
    acts whose commit was acknowledged; more may be there, since a killed clerk cannot note his last one.
    """

    jobs: ClassVar[Mapping[str, JobHandler]] = {}
    events: ClassVar[Mapping[str, Handler]] = {}

    def prepare(self, unit: UnitOfWork) -> None:
        """Make what the acts need."""

    def begin(self, register: Register) -> None:
        """Do what must be done once, in units of work of its own, before anybody is killed."""

    def beside(self, register: Register) -> AbstractContextManager[object]:
        """Give what every worker runs beside its jobs."""
        return nullcontext()

    def act(self, unit: UnitOfWork, number: int) -> None:
        """Do one act."""

    def faults(self, register: Register, acknowledged: set[int]) -> list[str]:
        """Say what was lost or done twice."""
        return []


def effect_of_job(unit: UnitOfWork, job: Job) -> None:
    _effect(unit, job.body["number"], "job")


def effect_of_event(unit: UnitOfWork, delivered: Delivered) -> None:
    _effect(unit, delivered.event.body["number"], "event")


def count(unit: UnitOfWork, job: Job) -> None:
    unit.connection.execute(text("INSERT INTO crash_count SELECT count(*) FROM crash_act"))


def _effect(unit: UnitOfWork, number: object, by: str) -> None:
    unit.connection.execute(
        text("INSERT INTO crash_effect VALUES (:number, :by)"), {"number": number, "by": by}
    )


class StoreActs(Acts):
    """A job with an effect of its own, a keyed job that many acts share, and an event; no table forbids doubles."""

    jobs: ClassVar = {"crash.effect": effect_of_job, "crash.count": count}
    events: ClassVar = {"audit.finished": effect_of_event}

    def prepare(self, unit: UnitOfWork) -> None:
        for table in ("crash_effect (number bigint, by text)", "crash_count (seen bigint)"):
            unit.connection.execute(text(f"CREATE TABLE {table}"))

    def act(self, unit: UnitOfWork, number: int) -> None:
        defer(unit, "crash.effect", {"number": number})
        defer(unit, "crash.count", {}, key="crash.count")
        unit.emit(Event("audit.finished", f"act:{number}", {"number": number}))

    def faults(self, register: Register, acknowledged: set[int]) -> list[str]:
        with register.engine.connect() as connection:
            wrong = connection.execute(
                text(
                    "SELECT number, by, count(*) FILTER (WHERE a) AS acts, count(*) FILTER (WHERE NOT a) AS effects "
                    "FROM (SELECT number, by, true AS a FROM crash_act, unnest(ARRAY['job', 'event']) AS by "
                    "UNION ALL SELECT number, by, false FROM crash_effect) AS both_sides "
                    "GROUP BY number, by HAVING count(*) FILTER (WHERE a) <> count(*) FILTER (WHERE NOT a) "
                    "ORDER BY number"
                )
            ).all()
            seen, acts = connection.execute(
                text("SELECT (SELECT max(seen) FROM crash_count), (SELECT count(*) FROM crash_act)")
            ).one()
        found = [f"act {row.number}: {row.acts} acts, {row.effects} effects by {row.by}" for row in wrong]
        return found if seen == acts else [*found, f"the last count saw {seen} of {acts} acts"]


class LedgerActs(Acts):
    """Every act is recorded; workers give positions and sign, and are killed at it; in the end everything verifies."""

    def begin(self, register: Register) -> None:
        with register.unit_of_work("test") as unit:
            record(unit, Tag.AUDIT_RUN_FINISHED, "before", {})
        sign_waiting(register)  # makes the keys

    def beside(self, register: Register) -> AbstractContextManager[object]:
        return Sequencer(register, home_signers(register), every=0.05)

    def act(self, unit: UnitOfWork, number: int) -> None:
        record(unit, Tag.CASEWORK_CASE_MOVED, f"act:{number}", {"number": number})

    def faults(self, register: Register, acknowledged: set[int]) -> list[str]:
        sign_waiting(register)
        found = verify_everything(register)
        with register.engine.connect() as connection:
            wrong = connection.execute(
                text(
                    "SELECT a.number, count(l.entry) AS entries FROM crash_act a "
                    "LEFT JOIN ledger_leaf l ON l.subject = 'act:' || a.number "
                    "GROUP BY a.number HAVING count(l.entry) <> 1 ORDER BY a.number"
                )
            ).all()
        told = [f"act {row.number}: {row.entries} entries in the ledger" for row in wrong]
        told += [f"ledger: {fault}" for fault in found.faults]
        return told + ([f"ledger: {found.waiting} entries have no position"] if found.waiting else [])


class CaseActs(Acts):
    """Every act opens a case and moves it once; in the end each case has its two acts, its clock and its two entries."""

    def act(self, unit: UnitOfWork, number: int) -> None:
        desk = people.desk(unit, people.ZHAO)
        opening = Opening(region=people.CITY, cause=f"act:{number}", institution_id=7)
        case = penalty.register(desk, opening, Doing(_DAY))
        penalty.act(desk, case.id, "propose_filing", Doing(_DAY, "经查证属实"))

    def faults(self, register: Register, acknowledged: set[int]) -> list[str]:
        with register.engine.connect() as connection:
            wrong = connection.execute(
                text(
                    "SELECT a.number, count(DISTINCT c.id) AS cases, count(DISTINCT d.number) AS acts, "
                    "count(DISTINCT k.id) FILTER (WHERE k.stopped_day IS NULL) AS clocks, "
                    "count(DISTINCT l.entry) AS entries FROM crash_act a "
                    "LEFT JOIN case_file c ON c.cause = 'act:' || a.number AND c.state = 'to_file' AND c.version = 2 "
                    "LEFT JOIN case_act d ON d.case_id = c.id LEFT JOIN case_clock k ON k.case_id = c.id "
                    "LEFT JOIN ledger_leaf l ON l.entry = d.ledger_entry GROUP BY a.number "
                    "HAVING (count(DISTINCT c.id), count(DISTINCT d.number), "
                    "count(DISTINCT k.id) FILTER (WHERE k.stopped_day IS NULL), count(DISTINCT l.entry)) <> (1, 2, 1, 2) "
                    "ORDER BY a.number"
                )
            ).all()
            spare = connection.scalar(text("SELECT count(*) FROM case_file")) or 0
            acts = connection.scalar(text("SELECT count(*) FROM crash_act")) or 0
        told = [
            f"act {row.number}: {row.cases} cases, {row.acts} acts, {row.clocks} clocks, {row.entries} entries"
            for row in wrong
        ]
        return told if spare == acts else [*told, f"{spare} cases of {acts} acts"]


MIXED: tuple[Acts, ...] = (StoreActs(), LedgerActs(), CaseActs())
