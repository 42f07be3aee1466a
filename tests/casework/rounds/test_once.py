"""Money is decided once: one case a finding, one finding a fen of a line, whenever and by whichever rule it is taken."""

from __future__ import annotations

from typing import Any

import pytest
from tests.casework.conftest import Desk as Bench
from tests.casework.rounds.conftest import Bureau, fresh, refused

from yibao.casework import rounds
from yibao.casework.rounds import Order


def test_money_of_a_finding_is_decided_in_one_place_only(bureau: Bureau) -> None:
    one = bureau.new(Order(limit=10))
    assert refused(bureau, "zhang", lambda d: bureau_order(d, bureau, one)) == "casework.nothing_for_round"
    with bureau.at("zhang") as desk:
        rounds.withdraw(desk, bureau.lines(one.code)[:3], day=bureau.day, reason="数据待补")
    with bureau.at("zhang") as desk:
        again = bureau_order(desk, bureau, one)
    assert (again.lines, again.held) == (3, 7)


def bureau_order(desk: Any, bureau: Bureau, one: rounds.Round) -> rounds.Round:
    """A round of the very findings that another round holds."""
    lines = [line for line in bureau.lines(one.code)]
    wanted = Order(
        rules=tuple({line.rule for line in lines}),
        institutions=tuple({line.institution_id for line in lines}),
    )
    findings = bureau.value("SELECT count(*) FROM finding_hold")
    assert findings
    with desk.unit.connection.begin_nested():
        desk.unit.connection.exec_driver_sql(
            "UPDATE finding SET state = 'withdrawn', closed_run = last_run WHERE state = 'open' AND finding_id NOT IN "
            f"({', '.join(str(line.finding_id) for line in lines)})"
        )
    return rounds.new_round(desk, bureau.home, bureau.register, wanted, day=bureau.day)


@pytest.mark.slow
def test_a_line_hit_by_several_rules_counts_once_whenever_it_is_taken(bureau: Bureau) -> None:
    """Round by round, rule by rule: the lines of the city are never spoken for beyond what they put at stake."""
    rules = bureau.value("SELECT array_agg(DISTINCT rule) FROM finding WHERE state = 'open'")
    assert isinstance(rules, list)
    for rule in sorted(rules, reverse=True):
        bureau.new(Order(rules=(rule,)))
    assert (
        bureau.value(
            "SELECT count(*) FROM finding f WHERE state = 'open' AND NOT EXISTS "
            "(SELECT 1 FROM finding_hold h WHERE h.finding_id = f.finding_id)"
        )
        == 0
    )
    whole = bureau.value("SELECT sum(attributed_fen) FROM finding WHERE state = 'open'")
    assert bureau.value("SELECT sum(fund_fen + patient_fen) FROM round_line") == whole
    assert bureau.value("SELECT sum(fen) FROM round_line_money") == whole


def test_a_finding_that_stands_no_more_leaves_its_round(bureau: Bureau) -> None:
    one = bureau.new(Order(limit=10))
    line = bureau.lines(one.code)[0]
    bureau.pass_all(one.code)
    with bureau.register.unit_of_work(actor="audit") as unit:
        unit.connection.exec_driver_sql(
            f"UPDATE finding SET state = 'withdrawn', closed_run = last_run WHERE finding_id = {line.finding_id}"
        )
    assert sum(d.lines for d in bureau.send(one.code)) == 9
    assert fresh(bureau, line).state == "withdrawn"
    assert bureau.value("SELECT count(*) FROM round_line_money WHERE case_id = :c", c=line.case_id) == 0


def test_what_false_alarms_were_credited_with_goes_to_the_other_findings_of_the_line(
    small_desk: Bench,
) -> None:
    """Three rules hit one line of the small delivery; the last of them has its money once people dismiss the others."""
    bureau = Bureau(small_desk)
    with bureau.register.engine.connect() as connection:
        behind = connection.exec_driver_sql(
            "SELECT finding_id, rule, at_stake_fen, attributed_fen FROM finding WHERE attributed_fen < at_stake_fen "
            "ORDER BY attributed_fen, finding_id LIMIT 1"
        ).one()
    others = bureau.value("SELECT array_agg(DISTINCT rule) FROM finding WHERE rule <> :r", r=behind.rule)
    assert isinstance(others, list)
    one = bureau.new(Order(rules=tuple(others)))
    with bureau.at("zhang") as desk:
        lines = rounds.list_lines(desk, one.code)
        rounds.open_lines(desk, [line.finding for line in lines if line.sampled])
        rounds.first_review(desk, "dismiss", lines, day=bureau.day, reason="误报")
    [line] = bureau.lines(bureau.new(Order(rules=(behind.rule,))).code)
    assert line.at_stake.total_fen == behind.at_stake_fen > behind.attributed_fen
