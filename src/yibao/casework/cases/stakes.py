"""How much of its bills a finding speaks of, and whose money that is: the fund's or the patient's.

The fund pays bills and not lines, so a line's share of the fund is the bill's: what the pool paid of the bill, by what
the bill came to. That is our assumption, said wherever the figure is shown, until extracts bring the fund's part of each
line. A line that several findings hit is credited to one of them (`outputs.evidence`), and what another case already
speaks of is taken off here, so that no fen of a line is decided twice however rules and runs change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from yibao.casework.cases.model import Money
from yibao.casework.findings import finding_number
from yibao.casework.findings.outputs import store as output_store
from yibao.casework.findings.outputs.evidence import CREDITS, STANDING
from yibao.casework.findings.outputs.looking import Look, known_by_run, looking
from yibao.kernel import Rounding, divide
from yibao.store import Home, Register

SHARE_BASIS = "统筹部分按所属账单统筹支付占费用总额的比例计算（假定）"
"""By which assumption the fund's share of a line is told."""

_PARTS = """
    SELECT c.finding_id, c.row_id AS line_id, c.credited_fen, e.at_stake_fen,
        s.total_fen, coalesce(s.pool_fen, s.fund_fen) AS pool_fen
    FROM ({credits}) c
    JOIN chosen USING (finding_id)
    JOIN standing e ON e.finding_id = c.finding_id AND e.evidence = c.evidence AND e.row_id = c.row_id
    LEFT JOIN raw_line l ON l.line_id = c.row_id
    LEFT JOIN raw_settlement s ON s.settlement_id = l.settlement_id
    ORDER BY c.finding_id, c.row_id
"""


@dataclass(frozen=True, slots=True)
class Part:
    """What a finding is credited with of one charge line, and how the line's bill was paid; fen."""

    finding_id: int
    line_id: int
    credited_fen: int
    at_stake_fen: int
    bill_fen: int | None
    pool_fen: int | None


@dataclass(frozen=True, slots=True)
class Stake:
    """What a finding puts at stake: in two purses, and line by line."""

    money: Money
    lines: tuple[tuple[int, int], ...]
    """Charge line and fen."""


def parts(look: Look, headers: pa.Table, chosen: Iterable[int]) -> list[Part]:
    """Give the parts of the chosen findings, credited as in the whole of the open ``headers``."""
    look.show_findings(headers)
    look.show_ranks()
    look.engine.register_arrow("chosen", pa.table({"finding_id": pa.array(chosen, pa.int64())}))
    look.engine.execute_native(f"CREATE OR REPLACE TABLE standing AS {STANDING}")
    found = look.table(_PARTS.format(credits=CREDITS))
    return list(map(Part, *(column.to_pylist() for column in found.columns)))


def stakes(found: Iterable[Part], spoken_for: Mapping[int, int]) -> dict[int, Stake]:
    """Give what each finding puts at stake, less what other cases already speak of (line → fen)."""
    funds: dict[int, int] = {}
    totals: dict[int, int] = {}
    lines: dict[int, list[tuple[int, int]]] = {}
    for part in found:
        free = part.at_stake_fen - spoken_for.get(part.line_id, 0)
        fen = min(part.credited_fen, free)
        if fen <= 0:
            continue
        key = part.finding_id
        funds[key] = funds.get(key, 0) + purses(fen, part.bill_fen, part.pool_fen).fund_fen
        totals[key] = totals.get(key, 0) + fen
        lines.setdefault(key, []).append((part.line_id, fen))
    return {
        key: Stake(Money(funds[key], total - funds[key]), tuple(lines[key])) for key, total in totals.items()
    }


def in_purses(home: Home, register: Register, codes: Iterable[str]) -> dict[int, Money]:
    """Give what findings put at stake in two purses, from the bills of their lines as the newest run knew them.

    A finding that rests on no charge line is not there. Raises `Refused` (``casework.no_run``, ``casework.finding_code``).
    """
    chosen = [finding_number(code) for code in codes]
    with register.unit_of_work(actor="outputs") as unit:
        headers = output_store.open_headers(unit.connection)
    with looking(home, register, ("line", "settlement"), known_no=known_by_run(register)) as look:
        found = parts(look, headers, chosen)
    return {number: stake.money for number, stake in stakes(found, {}).items()}


def purses(fen: int, bill_fen: int | None, pool_fen: int | None) -> Money:
    """Share an amount between the fund and the patient as its bill was paid; without a bill it is the patient's.

    Nothing is claimed for the fund that no bill shows it paid.

    >>> purses(1000, 10_000, 7_000), purses(1000, None, None)
    (Money(fund_fen=700, patient_fen=300), Money(fund_fen=0, patient_fen=1000))
    """
    if not bill_fen or bill_fen <= 0 or not pool_fen or pool_fen <= 0:
        return Money(0, fen)
    fund = min(fen, divide(fen * pool_fen, bill_fen, Rounding.HALF_UP))
    return Money(fund, fen - fund)
