"""Every SQL statement that the common ground says to the register; all of them take many cases at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, Row, bindparam, func, select, text, update

from yibao.casework.cases.clocks import Running
from yibao.casework.cases.model import (
    PREFIX,
    Amount,
    Case,
    CaseClock,
    Money,
    Organ,
    Track,
    Transfer,
    case_number,
    held_by,
)
from yibao.casework.cases.tables import (
    case_act,
    case_amount,
    case_clock,
    case_clock_pause,
    case_file,
    case_transfer,
    finding_hold,
)
from yibao.kernel import OPEN_END, ClockUnit, Period
from yibao.store import copy_rows, next_numbers

_IDS = bindparam("ids", type_=ARRAY(BigInteger))


def pressing(
    connection: Connection,
    track: Track,
    scope_sql: str,
    scope_parameters: Mapping[str, Any],
    *,
    handler: str | None,
    institution: str | None,
    closed: bool,
    limit: int,
    sent_only: bool = False,
) -> list[Row[Any]]:
    """Give the cases of a track that a scope lets through, those whose clock runs out first on top.

    ``handler`` keeps those that somebody handles; of lines of rounds, which have no handler, those he acted on.
    ``sent_only`` keeps the lines that left the house.
    """
    wanted = [
        "c.track = :track", "(c.closed = :closed OR (k.kind IS NOT NULL AND NOT :closed))", f"({scope_sql})"
    ]  # fmt: skip
    if handler is not None:
        acted = "EXISTS (SELECT 1 FROM case_act AS a WHERE a.case_id = c.id AND a.actor = :handler)"
        wanted.append(acted if track is Track.AUDIT else "c.handler = :handler")
    if sent_only:
        wanted.append("EXISTS (SELECT 1 FROM case_act AS s WHERE s.case_id = c.id AND s.verb = 'dispatch')")
    if institution is not None:
        wanted.append("(i.code = :institution OR strpos(i.name, :institution) > 0)")
    return list(
        connection.execute(
            text(
                "SELECT c.*, i.name AS institution, k.due_day, k.kind AS clock, m.at_stake_fen "
                "FROM (SELECT f.*, :prefix || lpad(CAST(f.id AS text), greatest(6, length(CAST(f.id AS text))), '0') "
                "AS number FROM case_file AS f) AS c "
                "LEFT JOIN institution AS i ON i.institution_id = c.institution_id "
                "LEFT JOIN LATERAL (SELECT due_day, kind FROM case_clock WHERE case_id = c.id AND stopped_day IS NULL "
                "ORDER BY due_day NULLS LAST, id LIMIT 1) AS k ON TRUE "
                "LEFT JOIN LATERAL (SELECT sum(fund_fen + patient_fen) AS at_stake_fen FROM case_amount "
                "WHERE case_id = c.id AND kind = 'at_stake') AS m ON TRUE "
                f"WHERE {' AND '.join(wanted)} ORDER BY k.due_day NULLS LAST, m.at_stake_fen DESC NULLS LAST, c.id "
                "LIMIT :limit"
            ),
            {
                **scope_parameters, "track": str(track), "prefix": PREFIX[track], "closed": closed, "handler": handler,
                "institution": institution, "limit": limit,
            },
        )
    )  # fmt: skip


def open_cases(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Open cases, one a row (those of its columns that are known, and the day); give their ids."""
    ids = next_numbers(connection, case_file, len(rows))
    values = [
        {"id": number, **row, "opened_day": row["day"], "last_day": row["day"]}
        for number, row in zip(ids, rows, strict=True)
    ]
    copy_rows(connection, case_file, [{k: v for k, v in row.items() if k != "day"} for row in values])
    return ids


def cases(connection: Connection, ids: Collection[int], *, lock: bool = False) -> list[Case]:
    """Give cases in the order of ids; ``lock`` keeps others from acting on them until this transaction ends."""
    wanted = select(case_file).where(case_file.c.id == func.any(_IDS)).order_by(case_file.c.id)
    rows = connection.execute(wanted.with_for_update() if lock else wanted, {"ids": sorted(ids)})
    return [_case(row) for row in rows]


def move_cases(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put cases into a state; rows of ``id, state, version, day, closed``."""
    connection.execute(
        text(
            "UPDATE case_file AS c SET state = n.state, version = n.version, last_day = n.day, closed = n.closed "
            "FROM unnest(:ids, CAST(:states AS text[]), CAST(:versions AS bigint[]), CAST(:days AS bigint[]), "
            "CAST(:closed AS boolean[])) AS n(id, state, version, day, closed) WHERE c.id = n.id"
        ).bindparams(_IDS),
        {
            "ids": [r["id"] for r in rows], "states": [str(r["state"]) for r in rows],
            "versions": [r["version"] for r in rows], "days": [r["day"] for r in rows],
            "closed": [r["closed"] for r in rows],
        },
    )  # fmt: skip


def assign(connection: Connection, ids: Collection[int], handler: str | None) -> None:
    """Write who handles cases."""
    connection.execute(
        update(case_file).where(case_file.c.id == func.any(_IDS)).values(handler=handler), {"ids": list(ids)}
    )


def add_acts(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Write acts and give their numbers, in the order of the rows."""
    numbers = next_numbers(connection, case_act, len(rows))
    copy_rows(
        connection, case_act, [{"number": number, **row} for number, row in zip(numbers, rows, strict=True)]
    )
    return numbers


def acts(connection: Connection, case_id: int) -> list[Row[Any]]:
    """Give the acts of a case, oldest first."""
    return list(
        connection.execute(select(case_act).where(case_act.c.case_id == case_id).order_by(case_act.c.number))
    )


def origins(connection: Connection, ids: Collection[int]) -> dict[int, set[int]]:
    """Give by case the cases from which it took findings over, straight or through others, and itself."""
    rows = connection.execute(
        text(
            "WITH RECURSIVE whole(id, part) AS (SELECT i, i FROM unnest(:ids) AS i UNION "
            "SELECT w.id, l.from_case FROM whole AS w JOIN case_link AS l ON l.to_case = w.part) SELECT * FROM whole"
        ).bindparams(_IDS),
        {"ids": list(ids)},
    )
    return _gathered((row.id, row.part) for row in rows)


def doers(connection: Connection, ids: Collection[int], verbs: Collection[str]) -> dict[int, set[str]]:
    """Give who did any of some verbs, by case; also in the cases from which it took findings over."""
    parts = origins(connection, ids)
    done = select(case_act.c.case_id, case_act.c.actor).where(
        case_act.c.case_id == func.any(_IDS), case_act.c.verb.in_(list(verbs))
    )
    rows = connection.execute(done.distinct(), {"ids": sorted(set().union(*parts.values()))})
    by = _gathered((row.case_id, row.actor) for row in rows)
    return {one: set().union(*(by.get(part, set()) for part in parts[one])) for one in parts}


def _gathered(pairs: Iterable[tuple[int, Any]]) -> dict[int, set[Any]]:
    found: dict[int, set[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, set()).add(value)
    return found


def add_amounts(connection: Connection, rows: Iterable[tuple[int, int, Mapping[Amount, Money]]]) -> None:
    """Write the amounts that acts speak of: case, act, amounts by kind."""
    values = [
        {"case_id": case, "act": act, "kind": str(kind), "fund_fen": one.fund_fen, "patient_fen": one.patient_fen}
        for case, act, amounts in rows
        for kind, one in amounts.items()
    ]  # fmt: skip
    copy_rows(connection, case_amount, values)


def amounts(connection: Connection, ids: Collection[int]) -> dict[int, dict[Amount, Money]]:
    """Give what stands of each kind of amount, by case."""
    a = case_amount.c
    sums = select(
        a.case_id, a.kind, func.sum(a.fund_fen).label("fund"), func.sum(a.patient_fen).label("patient")
    )
    wanted = sums.where(a.case_id == func.any(_IDS)).group_by(a.case_id, a.kind)
    rows = connection.execute(wanted, {"ids": list(ids)})
    found: dict[int, dict[Amount, Money]] = {}
    for row in rows:
        found.setdefault(row.case_id, {})[Amount(row.kind)] = Money(int(row.fund), int(row.patient))
    return found


# — clocks —


def start_clocks(connection: Connection, rows: Sequence[tuple[int, Running, str, int | None]]) -> None:
    """Write clocks that start: case, clock, basis, last day in time."""
    values = [
        {
            "case_id": case, "kind": clock.kind, "start_day": clock.start, "amount": clock.amount,
            "unit": str(clock.unit), "rolls": clock.rolls, "basis": basis, "due_day": due,
        }
        for case, clock, basis, due in rows
    ]  # fmt: skip
    copy_rows(connection, case_clock, values)


def stop_clocks(
    connection: Connection, ids: Collection[int], kinds: Collection[str] | None, day: int
) -> None:
    """Stop the running clocks of cases, of some kinds or all."""
    wanted = [case_clock.c.case_id == func.any(_IDS), case_clock.c.stopped_day.is_(None)]
    if kinds is not None:
        wanted.append(case_clock.c.kind.in_(list(kinds)))
    connection.execute(update(case_clock).where(*wanted).values(stopped_day=day), {"ids": list(ids)})


def clocks(
    connection: Connection, ids: Collection[int], *, running: bool = False
) -> dict[int, list[CaseClock]]:
    """Give the clocks of cases with their pauses, oldest first."""
    wanted = [case_clock.c.case_id == func.any(_IDS)]
    if running:
        wanted.append(case_clock.c.stopped_day.is_(None))
    rows = list(
        connection.execute(select(case_clock).where(*wanted).order_by(case_clock.c.id), {"ids": list(ids)})
    )
    pauses: dict[int, list[Period]] = {}
    for row in connection.execute(
        select(case_clock_pause)
        .where(case_clock_pause.c.clock_id == func.any(_IDS))
        .order_by(case_clock_pause.c.number),
        {"ids": [row.id for row in rows]},
    ):
        until = row.until_day if row.until_day is not None else OPEN_END
        if until > row.from_day:
            pauses.setdefault(row.clock_id, []).append(Period(row.from_day, until))
    found: dict[int, list[CaseClock]] = {}
    for row in rows:
        running_clock = Running(
            row.kind, row.start_day, row.amount, ClockUnit(row.unit), row.rolls, tuple(pauses.get(row.id, ()))
        )
        found.setdefault(row.case_id, []).append(
            CaseClock(row.id, running_clock, row.basis, row.due_day, row.stopped_day)
        )
    return found


def undated(connection: Connection) -> list[int]:
    """Give the cases with a running clock whose last day is not known, though it does not stand still."""
    paused = select(case_clock_pause.c.clock_id).where(case_clock_pause.c.until_day.is_(None))
    rows = connection.execute(
        select(case_clock.c.case_id)
        .where(
            case_clock.c.stopped_day.is_(None), case_clock.c.due_day.is_(None), case_clock.c.id.not_in(paused)
        )
        .distinct()
    )
    return [int(row.case_id) for row in rows]


def date_clocks(connection: Connection, dues: Mapping[int, int]) -> None:
    """Write the last days of clocks that are known now."""
    for clock, due in dues.items():
        connection.execute(update(case_clock).where(case_clock.c.id == clock).values(due_day=due))


def pause_clock(connection: Connection, clock: int, from_day: int, act: int) -> None:
    """Let a clock stand still from a day on."""
    connection.execute(case_clock_pause.insert().values(clock_id=clock, from_day=from_day, act=act))
    connection.execute(update(case_clock).where(case_clock.c.id == clock).values(due_day=None))


def resume_clock(connection: Connection, clock: int, until_day: int, due_day: int | None) -> None:
    """Let a clock run again from a day on, with its new last day."""
    connection.execute(
        update(case_clock_pause)
        .where(case_clock_pause.c.clock_id == clock, case_clock_pause.c.until_day.is_(None))
        .values(until_day=until_day)
    )
    connection.execute(update(case_clock).where(case_clock.c.id == clock).values(due_day=due_day))


# — whose the money of a finding is —


def holders(connection: Connection, findings: Collection[int]) -> dict[int, Any]:
    """Give by finding which open or closed case decides its money: ``case_id, track, state``."""
    rows = connection.execute(
        select(
            finding_hold.c.finding_id, case_file.c.id.label("case_id"), case_file.c.track, case_file.c.state
        )
        .join(case_file, case_file.c.id == finding_hold.c.case_id)
        .where(finding_hold.c.finding_id == func.any(_IDS))
        .with_for_update(of=finding_hold),
        {"ids": list(findings)},
    )
    return {row.finding_id: row for row in rows.all()}


def hold(
    connection: Connection, findings: Mapping[int, tuple[int, int]], taken_from: Collection[int] = ()
) -> None:
    """Write that cases decide the money of findings: finding → (case, act); from others only where they handed it on.

    Raises `Refused` (``casework.held``) where another case holds one: also one that was opened at the same moment.
    """
    written = connection.execute(
        text(
            "INSERT INTO finding_hold (finding_id, case_id, since_act) "
            "SELECT * FROM unnest(:ids, CAST(:cases AS bigint[]), CAST(:acts AS bigint[])) "
            "ON CONFLICT (finding_id) DO UPDATE SET case_id = excluded.case_id, since_act = excluded.since_act "
            "WHERE finding_hold.case_id = excluded.case_id OR finding_hold.case_id = ANY(CAST(:taken AS bigint[])) "
            "RETURNING finding_id"
        ).bindparams(_IDS),
        {
            "ids": sorted(findings),
            "cases": [findings[one][0] for one in sorted(findings)],
            "acts": [findings[one][1] for one in sorted(findings)],
            "taken": list(taken_from),
        },
    )
    lost = set(findings) - set(written.scalars())
    if lost:
        other = next(iter(holders(connection, lost).values()))
        raise held_by(case_number(Track(other.track), other.case_id), len(lost), len(findings))


def release(connection: Connection, ids: Collection[int]) -> None:
    """Free the findings that cases held."""
    connection.execute(
        finding_hold.delete().where(finding_hold.c.case_id == func.any(_IDS)), {"ids": list(ids)}
    )


def held(connection: Connection, ids: Collection[int]) -> dict[int, list[int]]:
    """Give the findings whose money cases decide, by case."""
    wanted = select(finding_hold.c.case_id, finding_hold.c.finding_id).where(
        finding_hold.c.case_id == func.any(_IDS)
    )
    rows = connection.execute(wanted, {"ids": list(ids)})
    return {case: sorted(mine) for case, mine in _gathered((r.case_id, r.finding_id) for r in rows).items()}


# — transfers —


def add_transfer(connection: Connection, **values: Any) -> int:
    """Write that a case was handed to another organ; give the transfer's id."""
    inserted = connection.execute(case_transfer.insert().values(**values).returning(case_transfer.c.id))
    return int(inserted.scalar_one())


def answer_transfer(connection: Connection, transfer: int, day: int, answer: str | None) -> None:
    """Write that a transfer was acknowledged, and what was answered."""
    connection.execute(
        update(case_transfer)
        .where(case_transfer.c.id == transfer)
        .values(acknowledged_day=func.coalesce(case_transfer.c.acknowledged_day, day), answer=answer)
    )


def transfers(connection: Connection, case_id: int) -> list[Transfer]:
    """Give what of a case was handed to other organs, oldest first."""
    mine = select(case_transfer).where(case_transfer.c.case_id == case_id).order_by(case_transfer.c.id)
    return [
        Transfer(row.id, Organ(row.organ), row.name, row.sent_day, row.acknowledged_day, row.answer)
        for row in connection.execute(mine)
    ]


def _case(row: Row[Any]) -> Case:
    return Case(
        row.id, Track(row.track), row.state, row.version, row.region, row.institution_id, row.person_id, row.cause,
        row.handler, row.opened_day, row.last_day, row.practitioner_id,
    )  # fmt: skip
