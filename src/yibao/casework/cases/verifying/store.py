"""Every SQL statement that compares cases with the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from yibao.store import unguarded as unguarded_of

GUARDED: Final = ("case_act", "case_amount", "case_link")


def acts(connection: Connection) -> Iterator[Row[Any]]:
    """Give every act with its place in its case and its amounts, in the order of the ledger's entries."""
    yield from connection.execute(
        text(
            "SELECT a.ledger_entry AS entry, c.track, a.case_id, a.verb, a.came_from, a.led_to, a.day, a.actor, a.reason, "
            "a.body, row_number() OVER (PARTITION BY a.case_id ORDER BY a.number) AS place, "
            "coalesce(m.amounts, '{}') AS amounts "
            "FROM case_act AS a JOIN case_file AS c ON c.id = a.case_id LEFT JOIN (SELECT act, "
            "json_object_agg(kind, json_build_object('fund_fen', fund_fen, 'patient_fen', patient_fen)) AS amounts "
            "FROM case_amount GROUP BY act) AS m ON m.act = a.number ORDER BY a.ledger_entry, a.number"
        ),
        execution_options={"yield_per": 5_000},
    )


def strayed_heads(connection: Connection) -> list[Row[Any]]:
    """Give the cases whose head does not stand where their newest act left them, or that have no act at all."""
    return list(
        connection.execute(
            text(
                "SELECT c.id, c.track, c.state, c.version, c.last_day, n.led_to, n.done, n.day FROM case_file AS c "
                "LEFT JOIN (SELECT DISTINCT ON (case_id) case_id, led_to, day, "
                "count(*) OVER (PARTITION BY case_id) AS done FROM case_act ORDER BY case_id, number DESC) AS n "
                "ON n.case_id = c.id WHERE (c.state, c.version, c.last_day) IS DISTINCT FROM (n.led_to, n.done, n.day) "
                "ORDER BY c.id"
            )
        )
    )


def stray_amounts(connection: Connection) -> list[Row[Any]]:
    """Give amounts of another case than their act, or of a kind that their act has twice."""
    return list(
        connection.execute(
            text(
                "SELECT c.id, c.track, m.act, m.kind, sum(m.fund_fen) AS fund_fen FROM case_amount AS m "
                "JOIN case_act AS a ON a.number = m.act JOIN case_file AS c ON c.id = m.case_id "
                "GROUP BY c.id, c.track, m.act, m.kind, a.case_id HAVING count(*) > 1 OR a.case_id <> c.id ORDER BY m.act"
            )
        )
    )


def unguarded(connection: Connection) -> list[str]:
    """Give the tables whose trigger against change is gone or switched off."""
    return unguarded_of(connection, GUARDED)
