"""Every SQL statement that the penalty track says to the register."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select, update

from yibao.casework.penalty.model import (
    BarGround,
    Contest,
    Decision,
    Evidence,
    Measures,
    Officer,
    SuspensionGround,
    Telling,
)
from yibao.casework.penalty.ranges import Article, Circumstance, Step
from yibao.casework.penalty.tables import (
    penalty_contest,
    penalty_decision,
    penalty_evidence,
    penalty_officer,
    penalty_telling,
)


def set_officers(connection: Connection, case_id: int, officers: Sequence[Officer], act: int) -> None:
    """Put officers on a case from an act on; those who were on it before leave it."""
    connection.execute(
        update(penalty_officer)
        .where(penalty_officer.c.case_id == case_id, penalty_officer.c.ended_act.is_(None))
        .values(ended_act=act)
    )
    connection.execute(
        penalty_officer.insert(), [{"case_id": case_id, "act": act, **asdict(one)} for one in officers]
    )


def officers(connection: Connection, case_id: int) -> tuple[Officer, ...]:
    """Give who investigates a case now."""
    rows = connection.execute(
        select(penalty_officer)
        .where(penalty_officer.c.case_id == case_id, penalty_officer.c.ended_act.is_(None))
        .order_by(penalty_officer.c.number)
    )
    return tuple(Officer(row.account, row.certificate) for row in rows)


def investigators(connection: Connection, parts: Collection[int]) -> set[str]:
    """Give the accounts of all who ever investigated any of some cases."""
    rows = select(penalty_officer.c.account).where(penalty_officer.c.case_id.in_(parts))
    return set(connection.scalars(rows))


def add_evidence(connection: Connection, case_id: int, act: int, pieces: Sequence[dict[str, str]]) -> None:
    """Write pieces of evidence (name, kind, sha256, proves), numbered on."""
    before = connection.scalar(
        select(func.count()).select_from(penalty_evidence).where(penalty_evidence.c.case_id == case_id)
    )
    connection.execute(
        penalty_evidence.insert(),
        [
            {"case_id": case_id, "act": act, "ordinal": (before or 0) + at, **piece}
            for at, piece in enumerate(pieces, start=1)
        ],
    )


def evidence(connection: Connection, case_id: int) -> tuple[Evidence, ...]:
    """Give the evidence list of a case."""
    rows = connection.execute(
        select(penalty_evidence)
        .where(penalty_evidence.c.case_id == case_id)
        .order_by(penalty_evidence.c.ordinal)
    )
    return tuple(Evidence(row.ordinal, row.name, row.kind, row.sha256, row.proves) for row in rows)


def tell(connection: Connection, case_id: int, act: int, measures: Measures, hearing_due: bool) -> None:
    """Write what a party is told."""
    connection.execute(
        penalty_telling.insert().values(case_id=case_id, act=act, hearing_due=hearing_due, **asdict(measures))
    )


def tellings(connection: Connection, case_id: int) -> tuple[Telling, ...]:
    """Give what the party was told, oldest first."""
    return tuple(
        Telling(row.id, _measures(row), row.hearing_due, row.served_day, row.answered)
        for row in _of(connection, penalty_telling, case_id)
    )


def served_telling(connection: Connection, telling: int, day: int) -> None:
    """Write the day on which a notice was served."""
    connection.execute(update(penalty_telling).where(penalty_telling.c.id == telling).values(served_day=day))


def answered(connection: Connection, telling: int) -> None:
    """Write that the party spoke, or waived it."""
    connection.execute(update(penalty_telling).where(penalty_telling.c.id == telling).values(answered=True))


def decide(connection: Connection, case_id: int, act: int, measures: Measures, **values: Any) -> None:
    """Write a decision."""
    connection.execute(
        penalty_decision.insert().values(case_id=case_id, act=act, **asdict(measures), **values)
    )


def decision(connection: Connection, case_id: int) -> Decision | None:
    """Give the newest decision of a case."""
    rows = _of(connection, penalty_decision, case_id)
    if not rows:
        return None
    row = rows[-1]
    return Decision(
        id=row.id,
        measures=_measures(row),
        least_fen=row.least_fen,
        most_fen=row.most_fen,
        step=Step(row.step) if row.step else None,
        circumstance=Circumstance(row.circumstance) if row.circumstance else None,
        served_day=row.served_day,
        revoked=row.revoked_act is not None,
        bar_years=row.bar_years,
    )


def served_decision(connection: Connection, decision_id: int, day: int) -> None:
    """Write the day on which a decision was served."""
    connection.execute(
        update(penalty_decision).where(penalty_decision.c.id == decision_id).values(served_day=day)
    )


def revoke(connection: Connection, decision_id: int, act: int) -> None:
    """Write by which act a decision fell."""
    connection.execute(
        update(penalty_decision).where(penalty_decision.c.id == decision_id).values(revoked_act=act)
    )


def contest(connection: Connection, case_id: int, act: int, kind: str, day: int) -> None:
    """Write that a review or suit began."""
    connection.execute(penalty_contest.insert().values(case_id=case_id, act=act, kind=kind, from_day=day))


def end_contests(connection: Connection, case_id: int, day: int, result: str) -> None:
    """Write how the running reviews and suits ended."""
    connection.execute(
        update(penalty_contest)
        .where(penalty_contest.c.case_id == case_id, penalty_contest.c.until_day.is_(None))
        .values(until_day=day, result=result)
    )


def contests(connection: Connection, case_id: int) -> tuple[Contest, ...]:
    """Give the reviews and suits of a case, oldest first."""
    rows = connection.execute(
        select(penalty_contest).where(penalty_contest.c.case_id == case_id).order_by(penalty_contest.c.number)
    )
    return tuple(Contest(row.kind, row.from_day, row.until_day, row.result) for row in rows)


def _of(connection: Connection, table: Table, case_id: int) -> list[Row[Any]]:
    return list(connection.execute(select(table).where(table.c.case_id == case_id).order_by(table.c.id)))


def _measures(row: Row[Any]) -> Measures:
    return Measures(
        article=Article(row.article),
        act_day=row.act_day,
        loss_fen=row.loss_fen,
        refund_fen=row.refund_fen,
        patient_fen=row.patient_fen,
        fine_fen=row.fine_fen,
        suspension_months=row.suspension_months,
        suspension_ground=SuspensionGround(row.suspension_ground) if row.suspension_ground else None,
        bar_ground=BarGround(row.bar_ground) if row.bar_ground else None,
        barred=row.barred,
    )
