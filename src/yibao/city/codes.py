"""Traceability codes: what every honest pack has, and the plants of codes sold twice, of other drugs, and of no purchase.

四部门《关于加强药品追溯码在医疗保障和工伤保险领域采集应用的通知》(2025-03): from 2025-07-01 a pharmacy scans before the
fund settles, from 2026-01-01 every institution collects; a pack is sold once, a split pack keeps its code.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yibao.city.arrays import Bools, ints
from yibao.city.chunk import Chunk, Ground
from yibao.city.lines import DAY_MINUTES
from yibao.city.plan import UNIT
from yibao.city.plants.tracing import FIRST_PREFIX, NO_CODE, SERIAL_DIGITS
from yibao.city.text import Texts, always, chosen, joined, moments, numbered, whole, words
from yibao.city.visits import PURCHASE, STAY
from yibao.kernel import day_of_ymd

ALL_COLLECT_FROM: Final = day_of_ymd(20260101)
_BOUGHT_BEFORE: Final = 20
_BEYOND: Final = 8 * 10**12


def scanned(ground: Ground, chunk: Chunk) -> Bools:
    """Say which lines carry codes in an honest city."""
    items, lines, visits = ground.catalogue.items, chunk.lines, chunk.visits
    coded = items.packed.copy()
    coded[items.coded(NO_CODE)] = False
    shop = visits.kind[lines.visit] == PURCHASE
    due = shop | (lines.minute // DAY_MINUTES >= ALL_COLLECT_FROM)
    return np.asarray(coded[lines.item] & due & (lines.quantity > 0), dtype=np.bool_)


def codes(ground: Ground, chunk: Chunk) -> tuple[dict[str, Texts], dict[str, Texts]]:
    """Give drug_trac_d and drug_trac_stoin_d: what was scanned when it was sold, and when it came in.

    A pharmacy scans every pack, a ward the pack a dose is taken from; a pharmacy also scans what it buys, weeks before
    it sells it. The stories say what they did otherwise.
    """
    lines, visits = chunk.lines, chunk.visits
    told = ints(sorted(chunk.said.codes))
    kept = scanned(ground, chunk)
    kept[told] = False
    rows = np.flatnonzero(kept)
    shop = visits.kind[lines.visit] == PURCHASE
    packs = np.where(shop[rows], -(-lines.quantity[rows] // UNIT), 1)
    line = np.repeat(rows, packs)
    turn = np.arange(len(line)) - np.repeat(np.cumsum(packs) - packs, packs)
    serial = chunk.line_number[line] % 10**12 * 10 + turn % 10
    beyond = np.flatnonzero(turn > 9)  # more packs on a line than a digit counts
    serial[beyond] = _BEYOND + chunk.index * 10**6 + np.arange(len(beyond))
    code = joined(
        whole(FIRST_PREFIX + lines.item[line]), pc.utf8_lpad(words(whole(serial)), SERIAL_DIGITS, "0")
    )
    split = (lines.quantity[line] % UNIT != 0) | (visits.kind[lines.visit[line]] == STAY)
    said = [(int(row), *each) for row in told for each in chunk.said.codes[int(row)]]
    everything = np.r_[line, ints([row for row, _, _ in said])]
    sold = {
        "feedetl_sn": whole(chunk.line_number[everything]),
        "drug_trac_codg": pa.concat_arrays([code, pa.array([c for _, c, _ in said], pa.string())]),
        "trdn_flag": whole(np.r_[split.astype(np.int64), ints([flag for _, _, flag in said])]),
        "fixmedins_code": chosen(ground.institutions.code, visits.institution[lines.visit[everything]]),
        "sel_retn_time": moments(lines.minute[everything]),
    }
    bought = _came_in(chunk, said)
    here = np.flatnonzero(shop[line])
    house = np.r_[visits.institution[lines.visit[line[here]]], ints([b[0] for b in bought])]
    item = np.r_[lines.item[line[here]], ints([b[1] for b in bought])]
    early = (lines.minute[line[here]] // DAY_MINUTES - _BOUGHT_BEFORE) * DAY_MINUTES + 7 * 60
    when = np.r_[early, ints([b[3] for b in bought])]
    return sold, {
        "fixmedins_code": chosen(ground.institutions.code, house),
        "fixmedins_bchno": joined("B", whole(when // DAY_MINUTES), "-", whole(item)),
        "drug_trac_codg": pa.concat_arrays(
            [code.take(pa.array(here)), pa.array([b[2] for b in bought], pa.string())]
        ),
        "med_list_codg": chosen(ground.catalogue.items.column("code"), item),
        "inv_data_type": pa.array(["3503"] * len(here) + [b[4] for b in bought], pa.string()),
        "purc_retn_stoin_time": moments(when),
        "pac_cnt": always("1", len(house)),
        "dynt_no": numbered("SH", when // DAY_MINUTES),
    }


def _came_in(chunk: Chunk, said: list[tuple[int, str, int]]) -> list[tuple[int, int, str, int, str]]:
    """Give what came in of the stories' codes: house, drug, code, minute, kind; once for each house and code."""
    lines, visits = chunk.lines, chunk.visits
    found = {
        (house, code): (house, item, code, when, kind) for house, item, code, when, kind in chunk.said.inbound
    }
    never = {*chunk.said.never_bought, *(code for _, code in found)}
    for row, code, _ in sorted(said, key=lambda each: int(lines.minute[each[0]])):
        house = int(visits.institution[lines.visit[row]])
        if visits.kind[lines.visit[row]] == PURCHASE and code not in never and (house, code) not in found:
            when = (int(lines.minute[row]) // DAY_MINUTES - _BOUGHT_BEFORE) * DAY_MINUTES + 7 * 60
            found[house, code] = (house, int(code[:7]) - FIRST_PREFIX, code, when, "3503")
    return list(found.values())
