"""Composing a round (编制批次): open findings that nobody holds become lines, in bulk, with the sample to be opened."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from yibao.access import NO_CASE, Permission, scope
from yibao.casework.cases import Amount, Desk, Doing, Known, Money, Opening, open_cases
from yibao.casework.cases import keep_institutions as write_institutions
from yibao.casework.cases.stakes import Stake, parts, stakes
from yibao.casework.findings.model import finding_code
from yibao.casework.findings.outputs import store as output_store
from yibao.casework.findings.outputs.institutions import Institution, institutions
from yibao.casework.findings.outputs.looking import known_by_run, looking
from yibao.casework.rounds import store
from yibao.casework.rounds.acting import find_round, permit, write_round_act
from yibao.casework.rounds.learning import store as learning_store
from yibao.casework.rounds.machine import LINE, RoundState
from yibao.casework.rounds.model import Order, Round, round_code, sample
from yibao.kernel import Refused, Region, Text
from yibao.store import Home, Register

SEEDS = 2**31


def new_round(
    desk: Desk, home: Home, register: Register, order: Order, *, day: int, seed: int | None = None
) -> Round:
    """Take open findings that nobody holds into a new round: a case each, all or none.

    Within ``register.exclusive("audit")``, so that no run changes the findings meanwhile. ``seed`` draws the sample
    (of each rule at each institution) that a reviewer must open; without one it is drawn by lot and kept. Findings whose
    rule is silent for their subject, and those whose money another case decides, stay out and are counted.
    Raises `Refused`: ``casework.no_run``, ``casework.nothing_for_round``, ``access.denied``.
    """
    region = order.region or _whole_region(desk)
    permit(desk, "round:create", region)
    seen = scope(
        replace(desk.actor, region=Region(region)), Permission.ROUND_CREATE, region="i.region",
        institution="f.institution_id", subject=NO_CASE,
    )  # fmt: skip
    with looking(
        home, register, ("institution", "line", "settlement"), known_no=known_by_run(register)
    ) as look:
        keep_institutions(desk, institutions(look))
        rows, held, silent = store.candidates(desk.unit.connection, order, day, (seen.sql, seen.parameters))
        if not rows:
            raise _nothing(order, held, silent)
        chosen = [row.finding_id for row in rows]
        found = parts(look, _headers(desk, chosen), chosen)
    at_stake = stakes(found, store.spoken_for(desk.unit.connection, {part.line_id for part in found}))
    share = desk.policy.at("casework.round.sample_share", day).number
    drawn_by = seed if seed is not None else secrets.randbelow(SEEDS)
    number = store.make_round(
        desk.unit.connection, state=str(RoundState.COMPOSING), region=region, month=order.month, asked=order.as_json(),
        seed=drawn_by, sample_bp=share, lines=len(rows), snoozed=silent, held=held, last_day=day,
    )  # fmt: skip
    ids = _open(desk, number, rows, at_stake, day)
    _add_lines(desk, number, ids, rows, at_stake, _drawn(rows, share, drawn_by))
    body = {"lines": len(rows), "held": held, "snoozed": silent, "seed": drawn_by, "sample_bp": share}
    write_round_act(desk, number, "new", "", str(RoundState.COMPOSING), day, None, {**body})
    return find_round(desk, number)


def stakes_about(desk: Desk, home: Home, register: Register, findings: Collection[int]) -> dict[int, Stake]:
    """Give what each finding puts at stake in its two purses, as a round would take it; those without a charge line not.

    Of a finding that a line of a round has spoken for, that is what the line says. Raises `Refused` (``casework.no_run``).
    """
    connection = desk.unit.connection
    told = {line.finding_id: line for line in store.lines(connection, findings=findings)}
    with looking(home, register, ("line", "settlement"), known_no=known_by_run(register)) as look:
        found = parts(look, _headers(desk, findings), findings)
    spoken = store.spoken_lines(connection, [line.case_id for line in told.values()])
    mine = {key: [row for row in spoken if row.case_id == line.case_id] for key, line in told.items()}
    others = store.spoken_for(connection, {part.line_id for part in found})
    free = stakes((part for part in found if not mine.get(part.finding_id)), others)
    said = {
        key: Stake(told[key].at_stake, tuple((row.line_id, row.fen) for row in rows))
        for key, rows in mine.items()
        if rows
    }
    return free | said


def _headers(desk: Desk, chosen: Collection[int]) -> pa.Table:
    """Give the open findings among which the money of lines is shared: without those that people called false alarms."""
    headers = output_store.open_headers(desk.unit.connection)
    wrong = set(learning_store.false_alarms(desk.unit.connection)) - set(chosen)
    if not wrong:
        return headers
    gone = pc.is_in(headers.column("finding_id"), value_set=pa.array(sorted(wrong), pa.int64()))
    return headers.filter(pc.invert(gone))


def _whole_region(desk: Desk) -> str:
    """Give the region of whoever sits at the desk, or of the policy where his is wider."""
    mine = desk.actor.region
    return str(mine if desk.policy.region.contains(mine) else desk.policy.region)


def keep_institutions(desk: Desk, known: Mapping[int, Institution]) -> None:
    """Copy codes, names and regions to the register, for lists and for who may see what."""
    here = str(desk.policy.region)
    write_institutions(
        desk.unit,
        [
            Known(key, one.code, one.name, one.region if one.region.isdigit() else here)
            for key, one in known.items()
        ],
    )


def _open(desk: Desk, number: int, rows: Sequence[Any], at_stake: Mapping[int, Stake], day: int) -> list[int]:
    """Open a case a finding; it is about the institution, whose lines these are, and not about the patient."""
    openings = [
        (
            Opening(str(Region(row.region)), row.rule, institution_id=row.institution_id, findings=(row.finding_id,)),
            Doing(
                day,
                body={
                    "round": round_code(number), "finding": finding_code(row.finding_id), "rule": row.rule,
                    "rule_version": row.rule_version,
                },
                amounts={Amount.AT_STAKE: _money(at_stake, row.finding_id)},
            ),
        )
        for row in rows
    ]  # fmt: skip
    return [case.id for case in open_cases(desk, LINE, "open", openings)]


def _money(at_stake: Mapping[int, Stake], finding: int) -> Money:
    return at_stake[finding].money if finding in at_stake else Money(0)


def _drawn(rows: Iterable[Any], share: int, seed: int) -> frozenset[int]:
    groups: dict[tuple[int, str], list[int]] = {}
    for row in rows:
        groups.setdefault((row.institution_id, row.rule), []).append(row.finding_id)
    return frozenset().union(*(sample(group, share, seed) for group in groups.values()))


def _add_lines(
    desk: Desk, number: int, ids: Sequence[int], rows: Sequence[Any], at_stake: Mapping[int, Stake],
    drawn: frozenset[int],
) -> None:  # fmt: skip
    store.add_lines(
        desk.unit.connection,
        [
            {
                "case_id": case, "round": number, "finding_id": row.finding_id, "rule": row.rule,
                "rule_version": row.rule_version, "institution_id": row.institution_id,
                "sampled": row.finding_id in drawn, "fund_fen": _money(at_stake, row.finding_id).fund_fen,
                "patient_fen": _money(at_stake, row.finding_id).patient_fen,
            }
            for case, row in zip(ids, rows, strict=True)
        ],
    )  # fmt: skip
    store.speak_for(
        desk.unit.connection,
        (
            (line, case, fen)
            for case, row in zip(ids, rows, strict=True)
            if row.finding_id in at_stake
            for line, fen in at_stake[row.finding_id].lines
        ),
    )


def _nothing(order: Order, held: int, silent: int) -> Refused:
    return Refused(
        "casework.nothing_for_round",
        zh=f"没有可以编入批次的疑点（已在其他案件中 {held} 条，规则暂停 {silent} 条）",
        en=f"there is no finding to take into a round ({held} are held by other cases, {silent} are of silent rules)",
        wanted="open findings",
        came=", ".join(f"{k}={v}" for k, v in order.as_json().items() if v is not None) or "—",
        todo=Text(
            zh="换个月份、规则或机构，或先运行 yibao audit",
            en="ask for another month, rule or institution, or audit first",
        ),
    )
