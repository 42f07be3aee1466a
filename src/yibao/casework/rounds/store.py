"""Every SQL statement that rounds say to the register; all of them take many lines at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    Row,
    bindparam,
    column,
    func,
    select,
    table,
    text,
    update,
)

from yibao.casework.cases.model import Money
from yibao.casework.rounds.model import Answer, Dispatch, Line, Order, Outcome, Round
from yibao.casework.rounds.tables import (
    audit_round,
    round_act,
    round_dispatch,
    round_line,
    round_line_money,
    round_look,
    round_panel,
    round_receipt,
)
from yibao.kernel import add_months, day_of_ymd
from yibao.store import copy_tuples

_IDS = bindparam("ids", type_=ARRAY(BigInteger))

case_file = table("case_file", column("id"), column("state"), column("version"), column("region"))
"""The heads of cases, read here and never written: where a line stands."""


# — composing —


def candidates(
    connection: Connection, order: Order, day: int, scope: tuple[str, Mapping[str, Any]]
) -> tuple[list[Row[Any]], int, int]:
    """Give the open findings that a round may take, most money first, and how many are held or silent instead.

    ``scope`` is the condition of what may be taken, over ``f`` and ``i`` (`access.scope`).
    """
    where, values = _asked(order)
    where = f"{where} AND {scope[0]}"
    values |= scope[1]
    free = (
        f"SELECT f.*, i.region, {_HELD} AS held, {_SILENT} AS silent "
        "FROM finding f JOIN institution i USING (institution_id)"
    )
    values["today"] = day
    counts = connection.execute(
        text(
            f"SELECT count(*) FILTER (WHERE held) AS held, count(*) FILTER (WHERE silent AND NOT held) AS silent "
            f"FROM ({free} WHERE {where}) x"
        ),
        values,
    ).one()
    limit = "" if order.limit is None else "LIMIT :limit"
    rows = connection.execute(
        text(
            f"SELECT finding_id, rule, rule_version, institution_id, person_id, region FROM ({free} WHERE {where}) x "
            f"WHERE NOT held AND NOT silent ORDER BY attributed_fen DESC, finding_id {limit}"
        ),
        values | ({"limit": order.limit} if order.limit is not None else {}),
    )
    return list(rows), int(counts.held), int(counts.silent)


_HELD = "EXISTS (SELECT 1 FROM finding_hold h WHERE h.finding_id = f.finding_id)"
_SILENT = (
    "EXISTS (SELECT 1 FROM rule_snooze s WHERE s.rule = f.rule AND s.from_day <= :today AND :today < s.until_day "
    "AND (s.institution_id IS NULL OR s.institution_id = f.institution_id) "
    "AND (s.person_id IS NULL OR s.person_id = f.person_id))"
)


def _asked(order: Order) -> tuple[str, dict[str, Any]]:
    conditions, values = ["f.state = 'open'"], dict[str, Any]()
    if order.month is not None:
        first = day_of_ymd(order.month * 100 + 1)
        conditions.append("f.day >= :first AND f.day < :after")
        values |= {"first": first, "after": add_months(first, 1)}
    if order.rules is not None:
        conditions.append("f.rule = ANY(:rules)")
        values["rules"] = list(order.rules)
    if order.institutions is not None:
        conditions.append("f.institution_id = ANY(:institutions)")
        values["institutions"] = list(order.institutions)
    return " AND ".join(conditions), values


def spoken_for(connection: Connection, lines: Collection[int]) -> dict[int, int]:
    """Give of charge lines how much of each other cases speak of already, in fen."""
    rows = connection.execute(
        select(round_line_money.c.line_id, func.sum(round_line_money.c.fen).label("fen"))
        .where(round_line_money.c.line_id == func.any(_IDS))
        .group_by(round_line_money.c.line_id),
        {"ids": list(lines)},
    )
    return {row.line_id: int(row.fen) for row in rows}


def speak_for(connection: Connection, rows: Iterable[tuple[int, int, int]]) -> None:
    """Write how much of charge lines cases speak of: line, case, fen; by COPY, for a round may have a million."""
    copy_tuples(connection, "round_line_money", ("line_id", "case_id", "fen"), rows)


def charge_lines(connection: Connection, ids: Collection[int]) -> list[int]:
    """Give the charge lines that cases speak of."""
    found = connection.scalars(
        select(round_line_money.c.line_id).where(round_line_money.c.case_id == func.any(_IDS)).distinct(),
        {"ids": list(ids)},
    )
    return list(found)


def spoken_lines(connection: Connection, ids: Collection[int]) -> list[Row[Any]]:
    """Give of which charge lines cases speak, and how much of each: ``case_id, line_id, fen``."""
    wanted = select(round_line_money).where(round_line_money.c.case_id == func.any(_IDS))
    return list(connection.execute(wanted, {"ids": list(ids)}))


def free_money(connection: Connection, ids: Collection[int]) -> None:
    """Let cases speak of no charge line any more."""
    connection.execute(
        round_line_money.delete().where(round_line_money.c.case_id == func.any(_IDS)), {"ids": list(ids)}
    )


# — rounds —


def make_round(connection: Connection, **values: Any) -> int:
    """Write a round and give its number."""
    made = connection.execute(audit_round.insert().values(**values).returning(audit_round.c.number))
    return int(made.scalar_one())


def move_round(connection: Connection, number: int, **values: Any) -> None:
    """Change what a round says of itself."""
    connection.execute(update(audit_round).where(audit_round.c.number == number).values(**values))


def add_round_act(connection: Connection, **values: Any) -> int:
    """Write an act on a round as a whole and give its number."""
    made = connection.execute(round_act.insert().values(**values).returning(round_act.c.number))
    return int(made.scalar_one())


def round_acts(connection: Connection, number: int) -> list[Row[Any]]:
    """Give what was done with a round, oldest first."""
    return list(
        connection.execute(select(round_act).where(round_act.c.round == number).order_by(round_act.c.number))
    )


def rounds(connection: Connection, number: int | None = None, *, lock: bool = False) -> list[Round]:
    """Give all rounds, newest first, or one; with ``lock`` nobody else acts on it until this transaction ends."""
    wanted = select(audit_round).order_by(audit_round.c.number.desc())
    if number is not None:
        wanted = wanted.where(audit_round.c.number == number)
    if lock:
        wanted = wanted.with_for_update()
    return [Round(**row) for row in connection.execute(wanted).mappings()]


# — lines —


def add_lines(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the lines of a round."""
    if rows:
        connection.execute(round_line.insert(), list(rows))


def change_lines(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Change what lines say, each row by its ``case_id``; all rows change the same columns."""
    if not rows:
        return
    names = [name for name in rows[0] if name != "case_id"]
    connection.execute(
        update(round_line)
        .where(round_line.c.case_id == bindparam("of"))
        .values({name: bindparam(name) for name in names}),
        [{"of": row["case_id"], **{name: row[name] for name in names}} for row in rows],
    )


def lines(
    connection: Connection,
    *,
    ids: Collection[int] | None = None,
    findings: Collection[int] | None = None,
    number: int | None = None,
    states: Collection[str] | None = None,
    institution: int | None = None,
    rule: str | None = None,
    scope: tuple[str, Mapping[str, Any]] | None = None,
    limit: int | None = None,
) -> list[Line]:
    """Give lines with where they stand, by number; of one finding the newest last.

    ``scope`` is the condition by which somebody sees them, over ``case_file`` (`access.scope`).
    """
    wanted = (
        select(round_line, case_file.c.state, case_file.c.version, case_file.c.region)
        .join(case_file, case_file.c.id == round_line.c.case_id)
        .order_by(round_line.c.case_id)
    )
    values: dict[str, Any] = {}
    if ids is not None:
        wanted = wanted.where(round_line.c.case_id == func.any(_IDS))
        values["ids"] = list(ids)
    if findings is not None:
        named = bindparam("findings", type_=ARRAY(BigInteger))
        wanted = wanted.where(round_line.c.finding_id == func.any(named))
        values["findings"] = list(findings)
    if number is not None:
        wanted = wanted.where(round_line.c.round == number)
    if states is not None:
        wanted = wanted.where(case_file.c.state.in_([str(s) for s in states]))
    if institution is not None:
        wanted = wanted.where(round_line.c.institution_id == institution)
    if rule is not None:
        wanted = wanted.where(round_line.c.rule == rule)
    if scope is not None:
        wanted = wanted.where(text(scope[0]))
        values |= scope[1]
    if limit is not None:
        wanted = wanted.limit(limit)
    return [_line(row) for row in connection.execute(wanted, values)]


def _line(row: Row[Any]) -> Line:
    return Line(
        case_id=row.case_id, round=row.round, finding_id=row.finding_id, rule=row.rule, rule_version=row.rule_version,
        institution_id=row.institution_id, state=row.state, version=row.version, region=row.region, sampled=row.sampled,
        at_stake=Money(row.fund_fen, row.patient_fen), department=row.department, doctor=row.doctor,
        doctor_by_silence=row.doctor_by_silence, not_by=tuple(row.not_by),
        answer=Answer(row.answer) if row.answer else None, accepted_fen=row.accepted_fen, statement=row.statement,
        supplemented=row.supplemented, outcome=Outcome(row.outcome) if row.outcome else None,
        proposed=_money(row.proposed_fund_fen, row.proposed_patient_fen),
        decided=_money(row.decided_fund_fen, row.decided_patient_fen),
        refund=_money(row.refund_fund_fen, row.refund_patient_fen),
    )  # fmt: skip


def _money(fund: int | None, patient: int | None) -> Money | None:
    return None if fund is None or patient is None else Money(fund, patient)


def gone(connection: Connection, number: int, states: Collection[str]) -> list[Row[Any]]:
    """Give the lines in some states whose finding is open no more: ``case_id, state`` (of the finding)."""
    rows = connection.execute(
        text(
            "SELECT l.case_id, f.state FROM round_line l JOIN finding f USING (finding_id) "
            "JOIN case_file c ON c.id = l.case_id "
            "WHERE l.round = :number AND f.state <> 'open' AND c.state = ANY(:states) ORDER BY l.case_id"
        ),
        {"number": number, "states": [str(s) for s in states]},
    )
    return list(rows)


# — sending and coming back —


def add_dispatches(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what was sent to institutions."""
    if rows:
        connection.execute(round_dispatch.insert(), list(rows))


def change_dispatch(connection: Connection, number: int, institution: int, **values: Any) -> None:
    """Change what is known of one dispatch."""
    connection.execute(
        update(round_dispatch)
        .where(round_dispatch.c.round == number, round_dispatch.c.institution_id == institution)
        .values(**values)
    )


def dispatches(connection: Connection, number: int) -> dict[int, Dispatch]:
    """Give what of a round was sent, by institution."""
    rows = connection.execute(
        select(round_dispatch)
        .where(round_dispatch.c.round == number)
        .order_by(round_dispatch.c.institution_id)
    )
    return {
        row.institution_id: Dispatch(
            round=row.round, institution_id=row.institution_id, lines=row.lines,
            at_stake=Money(row.fund_fen, row.patient_fen), sent_day=row.sent_day, confirm_day=row.confirm_day,
            due_day=row.due_day, workbook=row.workbook, digest=row.digest, document=row.document, notice=row.notice,
        )
        for row in rows
    }  # fmt: skip


def add_receipt(connection: Connection, **values: Any) -> int:
    """Write what became of a workbook that came back; give the receipt's number."""
    made = connection.execute(round_receipt.insert().values(**values).returning(round_receipt.c.number))
    return int(made.scalar_one())


def receipts(connection: Connection, number: int) -> list[Row[Any]]:
    """Give the receipts of a round, oldest first."""
    return list(
        connection.execute(
            select(round_receipt).where(round_receipt.c.round == number).order_by(round_receipt.c.number)
        )
    )


# — panels and looks —


def seat(connection: Connection, ids: Collection[int], members: Collection[str]) -> None:
    """Seat the members of a panel at lines, in place of those who sat there before."""
    connection.execute(
        round_panel.delete().where(round_panel.c.case_id == func.any(_IDS)), {"ids": list(ids)}
    )
    connection.execute(round_panel.insert(), [{"case_id": one, "member": m} for one in ids for m in members])


def panel(connection: Connection, ids: Collection[int]) -> dict[int, list[Row[Any]]]:
    """Give who sits at lines and what each said, by case."""
    rows = connection.execute(
        select(round_panel)
        .where(round_panel.c.case_id == func.any(_IDS))
        .order_by(round_panel.c.case_id, round_panel.c.member),
        {"ids": list(ids)},
    )
    found: dict[int, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return found


def vote(connection: Connection, case: int, member: str, **values: Any) -> None:
    """Write what a member says."""
    connection.execute(
        update(round_panel)
        .where(round_panel.c.case_id == case, round_panel.c.member == member)
        .values(**values)
    )


def look(connection: Connection, ids: Collection[int], actor: str) -> None:
    """Write that somebody opened lines."""
    if ids:
        connection.execute(round_look.insert(), [{"case_id": one, "actor": actor} for one in ids])


def looked(connection: Connection, ids: Collection[int], actor: str) -> set[int]:
    """Give which of some lines somebody opened."""
    found = connection.scalars(
        select(round_look.c.case_id).where(
            round_look.c.case_id == func.any(_IDS), round_look.c.actor == actor
        ),
        {"ids": list(ids)},
    )
    return set(found)


def institutions_named(connection: Connection, asked: str) -> list[int]:
    """Give the keys of the institutions of a code, or else of a part of a name."""
    for condition, value in (
        ("code = :asked", asked.strip()),
        ("name LIKE :asked", f"%{_literal(asked.strip())}%"),
    ):
        found = connection.scalars(
            text(f"SELECT institution_id FROM institution WHERE {condition} ORDER BY code"), {"asked": value}
        )
        keys = list(found)
        if keys or not asked.strip():
            return keys
    return []


def _literal(words: str) -> str:
    return words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
