"""The lake: immutable Parquet files, visible only through the register's manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, Connection, func, select, true

from yibao.kernel import Refused, Text
from yibao.store.batch import Batch, close_unless_published
from yibao.store.home import Home
from yibao.store.lakefiles import check_table, digest, has_files, walk
from yibao.store.locks import PUBLISH, SWEEP, batch_lock, lock_key
from yibao.store.register import Register
from yibao.store.tables import batch, lake_file

BatchState = Literal["running", "published", "abandoned"]


@dataclass(frozen=True, slots=True)
class LakeFile:
    """A visible file: its absolute path, its batch, when it became known, and its row count."""

    path: Path
    table: str
    batch: int
    known_no: int
    rows: int


@dataclass(frozen=True, slots=True)
class BatchInfo:
    """A batch as the register knows it; ``known_no`` and ``known_at`` are None unless published."""

    number: int
    kind: str
    source: str
    known_no: int | None
    known_at: datetime | None
    meta: Mapping[str, Any]
    state: BatchState


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as the manifest says: ``missing``, ``size``, ``digest`` or ``unknown``."""

    path: Path
    what: Literal["missing", "size", "digest", "unknown"]
    text: Text


class Lake:
    """The lake of one home, with the register that holds its manifest."""

    def __init__(self, home: Home, register: Register) -> None:
        self.path = home.lake
        self._register = register

    @contextmanager
    def batch(self, kind: str, source: str, meta: Mapping[str, Any] | None = None) -> Iterator[Batch]:
        """Open a batch; left without a committed `Batch.publish`, it is abandoned and its files removed.

        The number is given at once, in a short transaction of its own; ``meta`` is any JSON object.
        """
        session = self._register.engine.connect()
        try:
            number = self._reserve(session, {"kind": kind, "source": source, "meta": dict(meta or {})})
        except BaseException:
            session.close()
            raise
        opened = Batch(self.path, self._register, session, number)
        try:
            yield opened
        finally:
            opened.leave()

    def files(
        self, table: str, as_known: int | datetime | None = None, since: int | None = None
    ) -> list[LakeFile]:
        """List a table's visible files in the order in which they became known.

        ``as_known`` looks back: a ``known_no`` (inclusive), or a moment with a time zone. ``since`` is the
        number of a published batch and leaves only what became known after it, whatever the numbers.
        Asked for a moment, the answer waits for publications under way, so that it never changes later.
        Raises `Refused`: ``store.lake_naive_time``, ``store.lake_not_known`` for a future ``known_no``,
        ``store.lake_since`` for a batch that is not published.
        """
        return self._listed(lake_file.c.table_name == check_table(table), as_known, since)

    def files_by_table(
        self, as_known: int | datetime | None = None, since: int | None = None
    ) -> dict[str, list[LakeFile]]:
        """List the visible files of all tables that have any, as `files` lists those of one, in one question."""
        found: dict[str, list[LakeFile]] = {}
        for file in self._listed(true(), as_known, since):
            found.setdefault(file.table, []).append(file)
        return found

    def _listed(
        self, which: ColumnElement[bool], as_known: int | datetime | None, since: int | None
    ) -> list[LakeFile]:
        wanted = (
            select(lake_file, batch.c.known_no)
            .join(batch, batch.c.number == lake_file.c.batch)
            .where(which, batch.c.state == "published")
            .order_by(batch.c.known_no, lake_file.c.path)
        )
        with self._register.engine.begin() as connection:
            if isinstance(as_known, datetime):
                if as_known.tzinfo is None:
                    raise _naive(as_known)
                connection.execute(select(func.pg_advisory_xact_lock_shared(lock_key(PUBLISH))))
                wanted = wanted.where(batch.c.known_at <= as_known)
            elif as_known is not None:
                _check_known(connection, as_known)
                wanted = wanted.where(batch.c.known_no <= as_known)
            if since is not None:
                wanted = wanted.where(batch.c.known_no > _known_no(connection, since))
            rows = connection.execute(wanted).all()
        return [
            LakeFile(self.path / row.path, row.table_name, row.batch, row.known_no, row.rows) for row in rows
        ]

    def batches(self) -> list[BatchInfo]:
        """List all batches by number."""
        with self._register.engine.begin() as connection:
            rows = connection.execute(select(batch).order_by(batch.c.number)).all()
        return [
            BatchInfo(r.number, r.kind, r.source, r.known_no, r.known_at, r.meta, cast(BatchState, r.state))
            for r in rows
        ]

    def sweep(self) -> list[Path]:
        """Remove what killed programs left: drafts, and files that were renamed but never recorded.

        A running batch is dead when its advisory lock is free; it is marked abandoned first, after which it
        cannot be published any more. Files of batches that the register does not know are never removed:
        the register may be an older one than the lake. Gives the removed paths.
        """
        with self._register.exclusive(SWEEP):
            found = list(walk(self.path))  # before the states are read: a later file is a later sweep's
            with self._register.engine.begin() as connection:
                running = select(batch.c.number).where(batch.c.state == "running")
                numbers = connection.scalars(running).all()
            for number in numbers:
                self._bury_if_dead(number)
            with self._register.engine.begin() as connection:
                over = set(connection.scalars(select(batch.c.number).where(batch.c.state != "running")).all())
                listed = set(connection.scalars(select(lake_file.c.path)).all())
            orphans = [
                file.path
                for file in found
                if file.batch in over and file.path.relative_to(self.path).as_posix() not in listed
            ]
            for orphan in orphans:
                orphan.unlink(missing_ok=True)
            return orphans

    def verify(self, digests: bool = True) -> list[Problem]:
        """Compare the lake with its manifest; ``digests=False`` leaves out reading the files' content."""
        with self._register.engine.begin() as connection:
            rows = connection.execute(select(lake_file)).all()
            numbers = set(connection.scalars(select(batch.c.number)).all())
        problems = [
            problem
            for row in rows
            if (problem := _problem(self.path / row.path, row.bytes, row.sha256, digests)) is not None
        ]
        unknown = [file.path for file in walk(self.path) if file.batch not in numbers]
        return problems + [
            Problem(
                path,
                "unknown",
                Text(zh="登记库中没有这个文件的批次", en="the register does not know this file's batch"),
            )
            for path in unknown
        ]

    def _reserve(self, session: Connection, told: Mapping[str, Any]) -> int:
        """Make a batch's row and take its lock; give its number."""
        insert = batch.insert().values(**told, state="running").returning(batch.c.number)
        while True:
            number: int = session.execute(insert).scalar_one()
            if not has_files(self.path, number):
                break
            # A register restored from an older dump counts again what the lake already holds. Such a number
            # is passed over and gets no row: the sweep removes nothing of a batch that has none.
            session.rollback()
        # Before the row can be seen: a visible running batch without its lock would count as dead.
        session.execute(select(func.pg_advisory_lock(batch_lock(number))))
        session.commit()
        return number

    def _bury_if_dead(self, number: int) -> None:
        key = batch_lock(number)
        with self._register.engine.begin() as connection:
            dead = connection.scalar(select(func.pg_try_advisory_xact_lock(key)))
        if dead:
            close_unless_published(self._register, number)


def _problem(path: Path, size: int, sha256: str, digests: bool) -> Problem | None:
    if not path.is_file():
        return Problem(path, "missing", Text(zh="文件缺失", en="the file is missing"))
    if path.stat().st_size != size:
        came = path.stat().st_size
        return Problem(
            path, "size", Text(zh=f"大小应为 {size},实为 {came}", en=f"{size} bytes wanted, {came} came")
        )
    if digests and digest(path) != sha256:
        return Problem(path, "digest", Text(zh="内容已被改动", en="the content was changed"))
    return None


def _check_known(connection: Connection, known_no: int) -> None:
    latest = connection.scalar(select(func.coalesce(func.max(batch.c.known_no), 0))) or 0
    if not 0 <= known_no <= latest:
        raise Refused(
            "store.lake_not_known",
            zh="尚未有这么多次发布,无法按此回看",
            en="there have not been so many publications yet",
            wanted=f"0 … {latest}",
            came=str(known_no),
        )


def _known_no(connection: Connection, number: int) -> int:
    known_no: int | None = connection.scalar(select(batch.c.known_no).where(batch.c.number == number))
    if known_no is None:
        raise Refused(
            "store.lake_since",
            zh="这个批次不存在或没有发布",
            en="there is no such batch, or it is not published",
            wanted="the number of a published batch",
            came=str(number),
        )
    return known_no


def _naive(moment: datetime) -> Refused:
    return Refused(
        "store.lake_naive_time",
        zh="时刻必须带时区",
        en="a moment needs its time zone",
        wanted="2026-03-05T10:00:00+08:00",
        came=moment.isoformat(),
    )
