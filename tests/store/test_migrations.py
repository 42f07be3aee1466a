from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, create_engine, text

import yibao
from yibao.kernel import Refused
from yibao.store import Home, Register, metadata, open_register
from yibao.store.migrate import MIGRATIONS, current_revision, revisions


def load_every_rooms_tables() -> None:
    """Import ``tables.py`` of every room, so that a new room is compared without being named here."""
    home = Path(yibao.__path__[0])
    for tables in sorted(home.rglob("tables.py")):
        importlib.import_module(".".join(("yibao", *tables.relative_to(home).with_suffix("").parts)))


def test_the_migrations_make_what_the_rooms_declare(fresh_register: Register) -> None:
    load_every_rooms_tables()
    with fresh_register.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_check_constraints_are_the_declared_ones(fresh_register: Register) -> None:
    """Autogenerate does not look at them, so we do."""
    load_every_rooms_tables()
    declared = {
        str(constraint.name)
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    with fresh_register.engine.connect() as connection:
        present = set(
            connection.scalars(
                text(
                    "SELECT conname FROM pg_constraint "
                    "WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
                )
            )
        )
    assert present == declared


def test_revisions_are_file_names_in_one_line() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    line = [found.revision for found in script.walk_revisions()]
    assert line[::-1] == revisions()
    assert all(re.fullmatch(r"\d{4}_[a-z_]{1,27}", name) for name in revisions())


def test_findings_of_an_older_home_live_on(register: Register, tmp_path: Path) -> None:
    """A home made before findings had a life: what was withdrawn stays so, and what is open has no notice."""
    name = "older_home"
    outside = register.engine.execution_options(isolation_level="AUTOCOMMIT")
    with outside.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = register.url.set(database=name).render_as_string(hide_password=False)
    older = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with older.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0003_casework")
        connection.execute(
            text("INSERT INTO batch (kind, source, meta, state) VALUES ('audit', 'x', '{}', 'running')")
        )
        connection.execute(
            text(
                "INSERT INTO audit_run (batch, engine, region, known_no, rules, versions, lines, findings, amount_fen, "
                "milliseconds, actor) SELECT number, 'duckdb', '990100', 1, '[]', '{}', 1, 2, 30, 1, 'x' FROM batch"
            )
        )
        for at, state in ((1, "open"), (2, "withdrawn")):
            connection.execute(
                text(
                    "INSERT INTO finding SELECT :at, 'r', 1, 'clear', 7, NULL, 5, 1, 0, NULL, 10, 10, 1, batch, number, "
                    "number, :state, CASE WHEN :state = 'withdrawn' THEN number END FROM audit_run"
                ),
                {"at": at, "state": state},
            )
    older.dispose()
    with open_register(Home(tmp_path / "home"), url) as opened, opened.engine.connect() as connection:
        found = connection.execute(
            text("SELECT finding_id, state, closed_run IS NULL, notice, returned_fen FROM finding ORDER BY 1")
        )
        assert [tuple(row) for row in found] == [(1, "open", True, None, 0), (2, "withdrawn", False, None, 0)]
        assert current_revision(connection) == revisions()[-1]
    with outside.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def test_opening_again_changes_nothing(fresh_register: Register) -> None:
    open_register(fresh_register.home, fresh_register.url.render_as_string(False)).close()
    with fresh_register.engine.connect() as connection:
        assert current_revision(connection) == revisions()[-1]


def test_a_newer_register_is_refused(fresh_register: Register) -> None:
    with fresh_register.unit_of_work("test") as unit:
        unit.connection.execute(text("UPDATE alembic_version SET version_num = '9999_future'"))
    with pytest.raises(Refused) as refused:
        open_register(fresh_register.home, fresh_register.url.render_as_string(False))
    assert refused.value.code == "store.register_newer"
    assert refused.value.came == "9999_future"
