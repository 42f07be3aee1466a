"""Guards: which tables have lost the trigger that lets them only grow."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text


def unguarded(connection: Connection, tables: Sequence[str]) -> list[str]:
    """Give the tables, of these, whose trigger against change is gone, switched off, or calls something else."""
    guarded = set(
        connection.scalars(
            text(
                "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "JOIN pg_proc p ON p.oid = t.tgfoid "
                "WHERE t.tgenabled = 'A' AND p.proname = 'ledger_refuse_change' "
                "AND c.oid = to_regclass(c.relname)"
            )
        )
    )
    return [name for name in tables if name not in guarded]
