"""Every SQL statement of what is learnt from decisions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, Row, bindparam, func, select, text, update

from yibao.casework.rounds.learning.tables import blind_review, finding_verdict, rule_snooze

_IDS = bindparam("ids", type_=ARRAY(BigInteger))


def add_verdicts(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what people said of findings."""
    if rows:
        connection.execute(finding_verdict.insert(), list(rows))


def verdicts(connection: Connection) -> list[Row[Any]]:
    """Give ``rule, rule_version, right, judged`` over the newest verdict of each finding."""
    return list(
        connection.execute(
            text(
                'SELECT rule, rule_version, count(*) FILTER (WHERE "right") AS "right", count(*) AS judged FROM ('
                'SELECT DISTINCT ON (finding_id) rule, rule_version, "right" FROM finding_verdict '
                "ORDER BY finding_id, number DESC) v GROUP BY rule, rule_version ORDER BY rule, rule_version"
            )
        )
    )


def false_alarms(connection: Connection) -> list[int]:
    """Give the findings that people called false alarms, as the newest word on each says."""
    return list(
        connection.scalars(
            text(
                'SELECT finding_id FROM (SELECT DISTINCT ON (finding_id) finding_id, "right" FROM finding_verdict '
                'ORDER BY finding_id, number DESC) v WHERE NOT "right"'
            )
        )
    )


def add_snooze(connection: Connection, **values: Any) -> int:
    """Let a rule be silent for a subject; give the number of the row."""
    made = connection.execute(rule_snooze.insert().values(**values).returning(rule_snooze.c.number))
    return int(made.scalar_one())


def snoozes(connection: Connection, day: int | None = None) -> list[Row[Any]]:
    """Give the rules that are silent (on a day, or ever), with how many open findings that keeps out of rounds."""
    return list(
        connection.execute(
            text(
                "SELECT s.*, i.name AS institution, (SELECT count(*) FROM finding f WHERE f.state = 'open' "
                "AND f.rule = s.rule AND (s.institution_id IS NULL OR f.institution_id = s.institution_id) "
                "AND (s.person_id IS NULL OR f.person_id = s.person_id)) AS findings "
                "FROM rule_snooze s LEFT JOIN institution i USING (institution_id) "
                "WHERE CAST(:day AS bigint) IS NULL OR (s.from_day <= :day AND :day < s.until_day) ORDER BY s.number"
            ),
            {"day": day},
        )
    )


def end_snooze(connection: Connection, number: int, day: int) -> bool:
    """Let a rule speak again from a day on; say whether it was silent."""
    ended = connection.execute(
        update(rule_snooze)
        .where(rule_snooze.c.number == number, rule_snooze.c.from_day < day, rule_snooze.c.until_day > day)
        .values(until_day=day)
    )
    return ended.rowcount > 0


_DECIDING = "('dismiss', 'decide', 'spare')"


def decisions(connection: Connection, number: int) -> list[Row[Any]]:
    """Give the newest decision of each line of a round: ``case_id, act, verb, actor, outcome``, drawn ones left out."""
    return list(
        connection.execute(
            text(
                "SELECT DISTINCT ON (l.case_id) l.case_id, a.number AS act, a.verb, a.actor, l.outcome "
                "FROM round_line l JOIN case_act a ON a.case_id = l.case_id "
                "LEFT JOIN blind_review b ON b.case_id = l.case_id "
                f"WHERE l.round = :number AND a.verb IN {_DECIDING} AND b.case_id IS NULL "
                "ORDER BY l.case_id, a.number DESC"
            ),
            {"number": number},
        )
    )


def draw(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write which decisions are looked at again."""
    if rows:
        connection.execute(blind_review.insert(), list(rows))


def blind(connection: Connection, ids: Collection[int] | None = None) -> list[Row[Any]]:
    """Give the decisions drawn, all or of some cases."""
    wanted = select(blind_review).order_by(blind_review.c.case_id)
    if ids is None:
        return list(connection.execute(wanted))
    return list(
        connection.execute(wanted.where(blind_review.c.case_id == func.any(_IDS)), {"ids": list(ids)})
    )


def answer_blind(connection: Connection, case: int, **values: Any) -> None:
    """Write what the second person says."""
    connection.execute(update(blind_review).where(blind_review.c.case_id == case).values(**values))


def doers(connection: Connection, case: int) -> set[str]:
    """Give everybody who acted in a case."""
    return set(
        connection.scalars(text("SELECT DISTINCT actor FROM case_act WHERE case_id = :case"), {"case": case})
    )


def pace(connection: Connection) -> list[Row[Any]]:
    """Give by rule ``decisions, timed, seconds`` (the median from opening to deciding), and ``reopened``.

    The seconds run from the newest look of the same person before the decision; a look older than a day does not count.
    """
    return list(
        connection.execute(
            text(
                f"""
                SELECT l.rule, count(*) FILTER (WHERE a.verb IN {_DECIDING}) AS decisions,
                    count(o.seconds) FILTER (WHERE a.verb IN {_DECIDING}) AS timed,
                    CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY o.seconds)
                        FILTER (WHERE a.verb IN {_DECIDING}) AS bigint) AS seconds,
                    count(*) FILTER (WHERE a.verb = 'reopen') AS reopened
                FROM case_act a JOIN round_line l ON l.case_id = a.case_id
                LEFT JOIN LATERAL (
                    SELECT extract(epoch FROM a.recorded_at - k.opened_at) AS seconds FROM round_look k
                    WHERE k.case_id = a.case_id AND k.actor = a.actor AND k.opened_at <= a.recorded_at
                        AND k.opened_at > a.recorded_at - interval '1 day'
                    ORDER BY k.opened_at DESC LIMIT 1) o ON true
                WHERE a.verb IN ('dismiss', 'decide', 'spare', 'reopen') GROUP BY l.rule ORDER BY l.rule
                """
            )
        )
    )
