"""Background jobs (后台任务): deferred in the transaction that wants them, worked exactly once in the register.

Three functions are the whole port, and PostgreSQL is all they need: `defer` writes a row in the caller's
unit of work, `work` takes due rows (SKIP LOCKED, so any number of workers stand side by side), `sweep` gives
back what killed workers held and prunes what is over. Nothing needs LISTEN/NOTIFY; where there is such a
thing it shortens the wait.

A job is taken in a short transaction of its own, which leases it, and run in a second one in which its
handler's effects and the mark ``done`` are committed together. A heartbeat prolongs the lease while the
worker lives. Whoever has lost his lease cannot mark the job done, so his effects are rolled back.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from yibao.kernel import Json, Refused, refuse_fractions
from yibao.store.outbox import Handler
from yibao.store.register import Register
from yibao.store.tables import job
from yibao.store.troubles import tell_trouble
from yibao.store.unit import UnitOfWork
from yibao.store.wake import Ear, Wake

ATTEMPTS: Final = 8
"""How often a job is begun before it rests as ``failed``; with `pause` the last try is some three hours after the first."""
LEASE: Final = timedelta(seconds=30)
"""How long a worker that says nothing keeps its job."""
POLL: Final = timedelta(seconds=5)
"""How long a worker waits before it looks again without having been woken."""
KEEP: Final = timedelta(days=7)
"""How long a finished job can still be looked up; failed ones stay until a person has dealt with them."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job on its way to a handler; ``attempt`` counts from 1, ``actor`` is who deferred it."""

    id: int
    kind: str
    body: Mapping[str, Json]
    key: str | None
    actor: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: jobs given back, jobs that are now failed, rows pruned."""

    returned: int
    failed: int
    pruned: int


JobHandler = Callable[[UnitOfWork, Job], None]
"""Does a job in the given unit of work, in the name of who deferred it. Its effects outside the register
(files, letters) must bear repetition: a killed worker's job is run again."""

Trouble = Callable[[str, Exception], None]
"""Hears what went wrong: at what (a job, the outbox, the register), and the error."""


def pause(attempt: int) -> timedelta:
    """Give how long a job rests after its nth failed attempt: 5 s, four times as long each time, at most an hour."""
    return min(timedelta(seconds=5 * 4 ** (attempt - 1)), timedelta(hours=1))


def defer(
    unit: UnitOfWork,
    kind: str,
    body: Mapping[str, Json],
    *,
    run_at: datetime | None = None,
    key: str | None = None,
) -> int:
    """Write a job in the caller's unit of work and give its number; it exists only if that commits.

    ``run_at`` (with a time zone) is the earliest moment, else at once. Jobs of one ``key`` are the same work:
    of those that are due together only the first is run, the others rest as ``merged``, and no two run at
    once. Merging is done when a job is taken and not here, because a job that waited already may be running
    before the caller's transaction is visible. Raises `Refused` (``kernel.event_body``) for a body with
    fractions, (``store.job_time``) for a moment without a time zone.
    """
    refuse_fractions(dict(body), kind)
    if run_at is not None and run_at.tzinfo is None:
        raise Refused(
            "store.job_time",
            zh="任务的时刻必须带时区",
            en="the moment of a job needs its time zone",
            where=kind,
            wanted="2026-03-05T10:00:00+08:00",
            came=run_at.isoformat(),
        )
    row: dict[str, object] = {"kind": kind, "body": dict(body), "key": key, "actor": unit.actor}
    if run_at is not None:
        row["run_at"] = run_at
    number: int = unit.connection.execute(job.insert().values(row).returning(job.c.id)).scalar_one()
    unit.at_end(Wake(unit.connection.engine))
    return number


def work(
    register: Register,
    handlers: Mapping[str, JobHandler],
    *,
    events: Mapping[str, Handler] | None = None,
    until: Callable[[], bool] | None = None,
    attempts: int = ATTEMPTS,
    lease: timedelta = LEASE,
    poll: timedelta = POLL,
    listen: bool = True,
    trouble: Trouble = lambda at, error: None,
) -> int:
    """Work off the due jobs of the handlers' kinds, oldest first, and say how many were done.

    Without ``until`` it ends when nothing is due; with it, it waits for more until that is true, which is
    asked between two jobs and after every wait (at most ``poll``), and outlives a register that is away for a
    while. ``events`` are handlers of the outbox, whose events are delivered on the way. A job whose handler
    raises waits for a `pause` and is tried again, after ``attempts`` it rests as ``failed`` with the error's
    text. A job of a kind without a handler waits for a worker that has one.
    """
    over = until or (lambda: False)
    worker = _Worker(register, handlers, attempts, lease, trouble)
    with Ear(register.engine, listen=listen and until is not None) as ear, worker.heartbeat():
        while not over():
            try:
                ear.open()
                sweep(register, attempts=attempts)
                if _deliver(register, events or {}, trouble) + worker.for_a_while(poll, over):
                    continue
                wait = worker.next_due(poll)
            except (DBAPIError, Refused) as error:
                if until is None:
                    raise
                trouble("register", error)
                wait = poll
            if until is None:
                break
            ear.wait(wait.total_seconds())
    return worker.done


def sweep(register: Register, *, attempts: int = ATTEMPTS, keep: timedelta = KEEP) -> Swept:
    """Give back the jobs whose lease has run out, and prune what has been finished for longer than ``keep``.

    A job that was begun ``attempts`` times and never ended rests as ``failed``: it may be what kills them.
    """
    with register.unit_of_work("jobs") as unit:
        stalled = unit.connection.execute(
            select(job.c.id, job.c.attempts)
            .where(job.c.state == "running", job.c.leased_until < func.now())
            .with_for_update(skip_locked=True)
        ).all()
        for row in stalled:
            _rest(unit, row.id, row.attempts, attempts, "the worker ended or was killed without a word")
        over = (
            select(job.c.id)
            .where(job.c.state.in_(("done", "merged")), job.c.ended_at < func.now() - keep)
            .with_for_update(skip_locked=True)
        )
        pruned = unit.connection.execute(job.delete().where(job.c.id.in_(over))).rowcount
    failed = sum(row.attempts >= attempts for row in stalled)
    return Swept(len(stalled) - failed, failed, pruned)


def try_again(unit: UnitOfWork) -> int:
    """Put every failed job back among the waiting ones, with all its attempts; say how many."""
    again = (
        job.update()
        .where(job.c.state == "failed")
        .values(state="waiting", attempts=0, run_at=func.now(), ended_at=None)
    )
    unit.at_end(Wake(unit.connection.engine))
    return unit.connection.execute(again).rowcount


def count_jobs(unit: UnitOfWork) -> dict[str, int]:
    """Count the jobs by state; pruned ones are not counted any more."""
    rows = unit.connection.execute(select(job.c.state, func.count()).group_by(job.c.state))
    return {state: count for state, count in rows}


class _Worker:
    """One loop that takes one job after the other, with a name by which its leases are known."""

    def __init__(
        self,
        register: Register,
        handlers: Mapping[str, JobHandler],
        attempts: int,
        lease: timedelta,
        trouble: Trouble,
    ) -> None:
        self.name = uuid.uuid4().hex
        self.done = 0
        self._holds: int | None = None
        self._register = register
        self._handlers = handlers
        self._attempts = attempts
        self._lease = lease
        self._trouble = trouble

    def for_a_while(self, at_most: timedelta, over: Callable[[], bool]) -> int:
        """Run due jobs, for so long; then the outbox and the sweep have their turn. Say how many were begun."""
        began, begun = time.monotonic(), 0
        while not over() and time.monotonic() - began < at_most.total_seconds():
            taken = self._take()
            if taken is None:
                break
            self._holds = taken.id
            try:
                self._run(taken)
            finally:
                self._holds = None
            begun += 1
        return begun

    def _run(self, taken: Job) -> None:
        try:
            with self._register.unit_of_work(taken.actor) as unit:
                self._handlers[taken.kind](unit, taken)
                self._mark_done(unit, taken)
            self.done += 1
        except _LeaseLost as error:
            self._trouble(f"job {taken.id} {taken.kind}", error)
        except Exception as error:
            self._trouble(f"job {taken.id} {taken.kind}", error)
            self._put_back(taken, tell_trouble(error))
        except BaseException:  # the person or the system ends this worker: that is nobody's failed attempt
            with suppress(DBAPIError, Refused):
                self._put_back(taken, None)
            raise

    def next_due(self, at_most: timedelta) -> timedelta:
        """Give how long nothing will be due, at most so long; by the register's clock."""
        earliest = select(func.min(job.c.run_at) - func.clock_timestamp()).where(
            job.c.state == "waiting", job.c.kind.in_(self._handlers), job.c.run_at > func.now()
        )
        with self._register.engine.connect() as connection:
            wait: timedelta | None = connection.scalar(earliest)
        return at_most if wait is None else max(timedelta(0), min(wait, at_most))

    @contextmanager
    def heartbeat(self) -> Iterator[None]:
        """Prolong this worker's lease while it lives, from a thread and a session of its own."""
        over = threading.Event()
        beats = threading.Thread(target=self._beat, args=(over,), name="heartbeat", daemon=True)
        beats.start()
        try:
            yield
        finally:
            over.set()
            beats.join()

    def _beat(self, over: threading.Event) -> None:
        while not over.wait(self._lease.total_seconds() / 3):
            if (number := self._holds) is None:
                continue  # what it failed to put back while the register was away is the sweep's
            prolong = (
                job.update()
                .where(job.c.id == number, job.c.state == "running", job.c.worker == self.name)
                .values(leased_until=func.clock_timestamp() + self._lease)
            )
            # A heart that cannot reach the register beats on; if that lasts, the lease is lost, which is right.
            with suppress(DBAPIError, Refused), self._register.engine.begin() as connection:
                connection.execute(prolong)

    def _take(self) -> Job | None:
        busy = job.alias("busy")
        free = or_(
            job.c.key.is_(None),
            ~select(busy.c.id).where(busy.c.key == job.c.key, busy.c.state == "running").exists(),
        )
        due = (
            select(job.c.id)
            .where(job.c.state == "waiting", job.c.run_at <= func.now(), job.c.kind.in_(self._handlers), free)
            .order_by(job.c.run_at, job.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        take = (
            job.update()
            .where(job.c.id == due.scalar_subquery())
            .values(
                state="running",
                attempts=job.c.attempts + 1,
                worker=self.name,
                leased_until=func.now() + self._lease,
            )
            .returning(job.c.id, job.c.kind, job.c.body, job.c.key, job.c.actor, job.c.attempts)
        )
        while True:
            try:
                with self._register.unit_of_work(self.name) as unit:
                    row = unit.connection.execute(take).one_or_none()
                    if row is not None and row.key is not None:
                        _merge(unit, row.id, row.key)
                return None if row is None else Job(*row)
            except IntegrityError:
                continue  # another worker took a job of the same key in the same instant; now it is seen

    def _mark_done(self, unit: UnitOfWork, taken: Job) -> None:
        mine = (job.c.state == "running", job.c.worker == self.name, job.c.attempts == taken.attempt)
        done = (
            job.update()
            .where(job.c.id == taken.id, *mine)
            .values(state="done", worker=None, leased_until=None, ended_at=func.clock_timestamp())
        )
        if unit.connection.execute(done).rowcount != 1:
            raise _LeaseLost(f"the lease of job {taken.id} ran out while it was worked on")

    def _put_back(self, taken: Job, told: str | None) -> None:
        with self._register.unit_of_work(self.name) as unit:
            held = unit.connection.scalar(
                select(job.c.id)
                .where(job.c.id == taken.id, job.c.worker == self.name, job.c.attempts == taken.attempt)
                .with_for_update()
            )
            if held is not None:
                _rest(unit, taken.id, taken.attempt, self._attempts, told)


class _LeaseLost(Exception):
    """Somebody else has the job by now."""


def _rest(unit: UnitOfWork, number: int, attempt: int, attempts: int, told: str | None) -> None:
    """Let a job that was not done wait for its next attempt, or rest as failed after the last; None: at once."""
    values: dict[str, object] = {"worker": None, "leased_until": None}
    if told is None:
        values |= {"state": "waiting", "attempts": attempt - 1}
    elif attempt < attempts:
        values |= {"state": "waiting", "error": told, "run_at": func.clock_timestamp() + pause(attempt)}
    else:
        values |= {"state": "failed", "error": told, "ended_at": func.clock_timestamp()}
    unit.connection.execute(job.update().where(job.c.id == number).values(values))


def _merge(unit: UnitOfWork, first: int, key: str) -> None:
    """Let the taken job stand for all of its key that are due with it; what another worker looks at is left alone."""
    others = (
        select(job.c.id)
        .where(job.c.key == key, job.c.state == "waiting", job.c.run_at <= func.now(), job.c.id != first)
        .with_for_update(skip_locked=True)
    )
    merged = job.update().where(job.c.id.in_(others)).values(state="merged", ended_at=func.clock_timestamp())
    unit.connection.execute(merged)


def _deliver(register: Register, events: Mapping[str, Handler], trouble: Trouble) -> int:
    try:
        return register.deliver(events) if events else 0
    except Exception as error:  # of a handler: its event waits, the others were delivered
        trouble("outbox", error)
        return 0
