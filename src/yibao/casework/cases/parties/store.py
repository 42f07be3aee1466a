"""Every SQL statement about the periods of a party."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, text

_WHOSE = (
    "(c.institution_id = CAST(:institution AS bigint) OR "
    "(CAST(:institution AS bigint) IS NULL AND c.person_id = CAST(:person AS bigint)))"
)


def clocks_of(
    connection: Connection, kinds: Collection[str], day: int, institution: int | None, person: int | None
) -> list[Row[Any]]:
    """Give ``case_id, kind, start_day, due_day, basis, stopped_day`` of a party's clocks, what ends first on top."""
    rows = connection.execute(
        text(
            "SELECT k.* FROM case_clock AS k JOIN case_file AS c ON c.id = k.case_id "
            f"WHERE {_WHOSE} AND k.kind = ANY(CAST(:kinds AS text[])) AND k.start_day <= :day "
            "AND (k.due_day IS NULL OR k.due_day >= :day) ORDER BY k.due_day, k.id"
        ),
        {"institution": institution, "person": person, "kinds": sorted(kinds), "day": day},
    )
    return list(rows)


def cases_of(connection: Connection, track: str, institution: int | None, person: int | None) -> list[int]:
    """Give the cases of a party on a track."""
    rows = connection.scalars(
        text(f"SELECT c.id FROM case_file AS c WHERE {_WHOSE} AND c.track = :track ORDER BY c.id"),
        {"institution": institution, "person": person, "track": track},
    )
    return [int(i) for i in rows]
