"""Dirt: rows as broken as real extracts hold them, beside the bills and never inside one that a plant uses.

Every dirty row is an extra one, copied from an ordinary row and spoiled in one place, so that a city without it is
whole. The few that a good collector accepts (full-width digits) come with a line that takes them back again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from yibao.city.arrays import Dice, Ints, ints, pick
from yibao.city.chunk import LINES_PER_BILL, Chunk, Ground
from yibao.city.plan import UNIT
from yibao.city.records import Known, encounters, fee_lines, persons, settlements
from yibao.city.text import words
from yibao.city.visits import VISIT
from yibao.city.write import Files

Row = dict[str, str | None]
_FULL_WIDTH: Final = str.maketrans("0123456789.", "０１２３４５６７８９．")
_FREE_NUMBERS: Final = 3_400
"""Line numbers within a bill from here on are never used by ordinary lines."""


@dataclass(frozen=True, slots=True)
class _Spoil:
    """One way of spoiling a row: where, why, how, how often."""

    file: str
    column: str
    why: str
    how: Callable[[Row], Row]
    times: int
    accepted: bool = False


def _set(**values: str | None) -> Callable[[Row], Row]:
    return lambda row: row | values


def _other_content(row: Row) -> Row:
    doubled = {
        name: f"{float(row[name] or 0) * 2:.{places}f}"
        for name, places in (
            ("cnt", 4), ("det_item_fee_sumamt", 2), ("fulamt_ownpay_amt", 2), ("preselfpay_amt", 2), ("inscp_amt", 2),
        )
    }  # fmt: skip
    return row | doubled


def _a_fen_more(column: str) -> Callable[[Row], Row]:
    def spoil(row: Row) -> Row:
        fen = round(float(row[column] or 0) * 100) + 1
        return row | {column: f"{fen // 100}.{fen % 100:02d}"}

    return spoil


_SPOILS: Final = (
    _Spoil("fee_list_d", "det_item_fee_sumamt", "amount_not_a_number", _set(det_item_fee_sumamt="12.3.4"), 4),
    _Spoil("fee_list_d", "det_item_fee_sumamt", "amount_missing", _set(det_item_fee_sumamt=None), 4),
    _Spoil("fee_list_d", "cnt", "quantity_and_amount_differ_in_sign", lambda r: r | {"cnt": f"-{r['cnt']}"}, 4),
    _Spoil("fee_list_d", "setl_id", "unknown_settlement", _set(setl_id="990100000000000000"), 4),
    _Spoil("fee_list_d", "bkkp_sn", "line_number_again_with_other_content", _other_content, 4),
    _Spoil("fee_list_d", "inscp_amt", "parts_a_fen_more_than_the_amount", _a_fen_more("inscp_amt"), 4),
    _Spoil("fee_list_d", "", "a_field_too_many", lambda r: r | {"": "1"}, 4),
    _Spoil("fee_list_d", "list_type", "unknown_kind_of_item", _set(list_type="999"), 4),
    _Spoil("fee_list_d", "psn_no", "number_spoiled_by_a_spreadsheet", _set(psn_no="9.90E+19"), 4),
    _Spoil("fee_list_d", "fee_ocur_time", "no_such_moment", _set(fee_ocur_time="2025-13-45 10:00:00"), 3),
    _Spoil("fee_list_d", "cnt", "too_many_decimals", _set(cnt="1.23456"), 2),
    _Spoil(
        "fee_list_d", "det_item_fee_sumamt", "full_width_digits",
        lambda r: r | {"det_item_fee_sumamt": str(r["det_item_fee_sumamt"]).translate(_FULL_WIDTH)}, 3, accepted=True,
    ),
    _Spoil("psn_info_b", "gend", "unknown_code_of_sex", _set(gend="7"), 3),
    _Spoil("psn_info_b", "brdy", "no_such_day", _set(brdy="2025-02-30"), 3),
    _Spoil("psn_info_b", "psn_no", "number_spoiled_by_a_spreadsheet", _set(psn_no="9.90E+19"), 2),
    _Spoil("mdtrt_d", "endtime", "ends_before_it_begins", lambda r: r | {"endtime": "2001-01-01 08:00:00"}, 2),
    _Spoil("mdtrt_d", "med_type", "unknown_kind_of_visit", _set(med_type="88"), 2),
    _Spoil("setl_d", "insutype", "unknown_scheme", _set(insutype="999"), 2),
    _Spoil("setl_d", "inscp_amt", "parts_a_fen_more_than_the_total", _a_fen_more("inscp_amt"), 2),
    _Spoil("setl_d", "medfee_sumamt", "negative_and_no_reversal", lambda r: _turned(r), 2),
    _Spoil("setl_d", "mdtrt_id", "unknown_encounter", _set(mdtrt_id="990100000000000000"), 2),
)  # fmt: skip

_AMOUNTS: Final = (
    "medfee_sumamt", "fulamt_ownpay_amt", "preselfpay_amt", "inscp_amt", "act_pay_dedc", "hifp_pay", "fund_pay_sumamt",
    "psn_pay", "acct_pay", "cash_payamt", "cnt", "det_item_fee_sumamt",
)  # fmt: skip
_IDS: Final = {"psn_info_b": "psn_no", "mdtrt_d": "mdtrt_id", "setl_d": "setl_id", "fee_list_d": "bkkp_sn"}


def _turned(row: Row) -> Row:
    return row | {n: f"-{row[n]}" for n in _AMOUNTS if row.get(n) and float(row[n] or 0) > 0}


def write_dirt(files: Files, ground: Ground, chunk: Chunk, throw: Dice) -> int:
    """Append the dirty rows to the files and write truth_dirty; give how many there are."""
    hosts = _hosts(ground, chunk, throw)
    sources = _sources(ground, chunk, hosts)
    found: list[tuple[str, str, str, str, str]] = []
    for spoil in _SPOILS:
        for _ in range(spoil.times):
            row = next(sources[spoil.file])
            if spoil.why == "line_number_again_with_other_content":
                row[_IDS[spoil.file]] = row.pop("own")
            row.pop("own", None)
            spoiled = [spoil.how(row)]
            place = files.rows[spoil.file] + 2
            verdict = "accepted" if spoil.accepted else "quarantined"
            found.append((files.path(spoil.file).name, str(place), spoil.column, spoil.why, verdict))
            if spoil.accepted:
                number = int(str(row["bkkp_sn"]))
                spoiled.append(_turned(row) | {"bkkp_sn": str(number + 500), "init_feedetl_sn": str(number)})
            files.add_raw(spoil.file, [_written(one) for one in spoiled])
    names = ("file", "row", "column", "why", "verdict")
    columns = (pa.array(column, pa.string()) for column in zip(*found, strict=True))
    files.add("truth_dirty", dict(zip(names, columns, strict=True)))
    return len(found)


def _hosts(ground: Ground, chunk: Chunk, throw: Dice) -> Ints:
    """Choose one ordinary test each on bills that nothing else has touched."""
    visits, lines = chunk.visits, chunk.lines
    touched = visits.taken.copy()
    touched[chunk.settlements.visit[chunk.settlements.reverses >= 0]] = True
    tests = np.isin(lines.item, ground.catalogue.items.role("lab")) & (chunk.line_money.in_scope > 100)
    fits = tests & (lines.quantity == UNIT) & (visits.kind[lines.visit] == VISIT) & ~touched[lines.visit]
    rows = np.flatnonzero(fits)
    rows = rows[np.unique(lines.visit[rows], return_index=True)[1]]
    wanted = sum(spoil.times for spoil in _SPOILS)
    return np.sort(pick(throw, rows, wanted))


def _sources(ground: Ground, chunk: Chunk, hosts: Ints) -> dict[str, Iterator[Row]]:
    """Give for each file ordinary rows with a number of their own; ``own`` keeps the number of the row copied."""
    lines, visits = chunk.lines.take(hosts), chunk.visits
    still = np.random.Generator(np.random.PCG64(0))
    settlement = chunk.bill[hosts]
    tables = {
        "fee_list_d": (fee_lines(ground, chunk, Known(ground, chunk), hosts), np.arange(len(hosts))),
        "psn_info_b": (persons(chunk, still), visits.person[lines.visit]),
        "mdtrt_d": (encounters(ground, chunk), lines.visit),
        "setl_d": (settlements(ground, chunk, still), settlement),
    }
    return {name: _rows(name, columns, ints(rows)) for name, (columns, rows) in tables.items()}


def _rows(name: str, columns: dict[str, pa.Array], rows: Ints) -> Iterator[Row]:
    places = pa.array(rows)
    table = pa.table({n: words(c.take(places)) for n, c in columns.items()}).to_pylist()
    for turn, row in enumerate(table):
        own = str(row[_IDS[name]])
        tail = _FREE_NUMBERS + turn
        yield (
            row | {"own": own, _IDS[name]: str(int(own) // LINES_PER_BILL * LINES_PER_BILL + tail)}
            if name == "fee_list_d"
            else row
            | {
                "own": own,
                _IDS[name]: f"{own[:6]}7{own[7:]}",
            }
        )


def _written(row: Row) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(["" if value is None else value for value in row.values()])
    return buffer.getvalue()
