"""A batch: files that become visible together, by one commit, or never."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, func, literal_column, select
from sqlalchemy.exc import DBAPIError

from yibao.kernel import Refused, Text
from yibao.store.lakefiles import check_table, draft_name, final_name, measure, sync_directory, sync_file
from yibao.store.locks import PUBLISH, batch_lock, lock_key
from yibao.store.register import Register
from yibao.store.tables import batch as batch_table
from yibao.store.tables import lake_file
from yibao.store.unit import UnitOfWork


class Batch:
    """An open batch (批次). Write to the paths of `stage`, then `publish` once, within a unit of work.

    The batch's row decides its fate: ``running``, then ``published`` by the unit of work's commit, or
    ``abandoned``. While its program lives, a session of its own holds the batch's advisory lock, so that
    the sweep knows the living from the dead.
    """

    def __init__(self, lake: Path, register: Register, session: Connection, number: int) -> None:
        self.number = number
        self._lake = lake
        self._register = register
        self._session = session
        self._staged: dict[Path, Path] = {}
        self._counts: dict[str, int] = {}
        self._renamed: list[Path] = []
        self._unit: UnitOfWork | None = None
        self._left = False

    def stage(self, table: str) -> Path:
        """Give the path of a file to write for this table; call it again for every further file.

        The folder exists, the file does not. A path that is never written is simply not published.
        """
        folder = self._lake / check_table(table)
        folder.mkdir(mode=0o700, exist_ok=True)
        index = self._counts.get(table, 0)
        self._counts[table] = index + 1
        draft = folder / draft_name(self.number, index)
        self._staged[draft] = folder / final_name(self.number, index)
        return draft

    def publish(self, unit: UnitOfWork) -> dict[str, str]:
        """Make every staged file that exists visible by the unit of work's commit, all of them or none.

        Gives the SHA-256 of each by its path in the lake. Call it last in the unit of work: from here to the
        commit all other publications wait, which keeps ``known_no`` without gaps and in the order of the
        commits. Raises `Refused`: ``store.batch_over`` where this batch was published, abandoned or swept
        before, ``store.lake_not_parquet``, ``store.lake_file_exists``.
        """
        connection = unit.connection
        self._claim(connection)
        self._unit = unit
        unit.at_end(self._unit_ended)
        written = [(draft, final) for draft, final in self._staged.items() if draft.exists()]
        rows = []
        for draft, final in written:
            if final.exists():
                raise _file_exists(final)
            measured = measure(draft)
            draft.chmod(0o400)  # from here on nobody changes it
            sync_file(draft)
            rows.append(
                {
                    "path": final.relative_to(self._lake).as_posix(),
                    "batch": self.number,
                    "table_name": final.parent.name,
                    "rows": measured.rows,
                    "bytes": measured.bytes,
                    "sha256": measured.sha256,
                }
            )
        for draft, final in written:
            draft.rename(final)
            self._renamed.append(final)
        for folder in {final.parent for _, final in written} | {self._lake}:
            sync_directory(folder)
        if rows:
            connection.execute(lake_file.insert(), rows)
        self._become_known(connection)
        return {str(row["path"]): str(row["sha256"]) for row in rows}

    def leave(self) -> None:
        """End this program's part; an unpublished batch is abandoned and its files are removed.

        Within the publishing unit of work this waits for its end: only then is the outcome known.
        """
        self._left = True
        if self._unit is None:
            self._settle()

    def _claim(self, connection: Connection) -> None:
        """Lock the batch's row for the rest of the transaction; only a running batch can be published."""
        row = batch_table.c.number == self.number
        state = connection.scalar(select(batch_table.c.state).where(row).with_for_update())
        if state != "running" or self._unit is not None or self._left:
            raise Refused(
                "store.batch_over",
                zh="这个批次已经结束,不能再发布",
                en="this batch is over and cannot be published",
                where=f"batch:{self.number}",
                wanted="running",
                came="publish was called before" if state == "running" else str(state),
                todo=Text(zh="重新执行,得到新的批次", en="run again; that makes a new batch"),
            )

    def _become_known(self, connection: Connection) -> None:
        connection.execute(select(func.pg_advisory_xact_lock(lock_key(PUBLISH))))
        latest = select(
            func.coalesce(func.max(batch_table.c.known_no), 0) + 1,
            # Time follows the count even where the server's clock was set back.
            func.greatest(
                func.clock_timestamp(),
                func.max(batch_table.c.known_at) + literal_column("interval '1 microsecond'"),
            ),
        )
        known_no, known_at = connection.execute(latest).one()
        connection.execute(
            batch_table.update()
            .where(batch_table.c.number == self.number)
            .values(state="published", known_no=known_no, known_at=known_at)
        )

    def _unit_ended(self) -> None:
        self._settle()

    def _settle(self) -> None:
        """Ask the register how the batch ended, and tidy up accordingly.

        The register is asked rather than the program, because a connection that breaks during the commit
        leaves the program in doubt. Where the register does not answer, everything is left to the sweep.
        """
        with suppress(DBAPIError, Refused):
            if close_unless_published(self._register, self.number):
                for path in (*self._staged, *self._renamed):
                    path.unlink(missing_ok=True)
        with suppress(DBAPIError):
            self._session.execute(select(func.pg_advisory_unlock(batch_lock(self.number))))
            self._session.commit()
        self._session.close()


def close_unless_published(register: Register, number: int) -> bool:
    """Mark a batch abandoned unless it is published; say whether its files are now nobody's."""
    with register.engine.begin() as connection:
        connection.execute(
            batch_table.update()
            .where(batch_table.c.number == number, batch_table.c.state == "running")
            .values(state="abandoned")
        )
        state = connection.scalar(select(batch_table.c.state).where(batch_table.c.number == number))
    return state == "abandoned"


def _file_exists(path: Path) -> Refused:
    return Refused(
        "store.lake_file_exists",
        zh="湖中已有同名文件,拒绝覆盖",
        en="the lake already holds a file of this name, which is not overwritten",
        where=str(path),
        wanted="a free name",
        came="a file that the register does not know",
        todo=Text(
            zh="查明是谁在湖中写文件,然后重新执行", en="find out who writes into the lake, then run again"
        ),
    )
