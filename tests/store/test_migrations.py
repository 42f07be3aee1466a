from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, text

import yibao
from yibao.kernel import Refused
from yibao.store import Register, metadata, open_register
from yibao.store.migrate import MIGRATIONS, current_revision, revisions


def load_every_rooms_tables() -> None:
    """Import ``tables.py`` of every room, so that a new room is compared without being named here."""
    for tables in sorted(Path(yibao.__path__[0]).glob("*/tables.py")):
        importlib.import_module(f"yibao.{tables.parent.name}.tables")


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
