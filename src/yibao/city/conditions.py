"""The medical side of a settlement list: its diagnoses, the second ones by age, and the procedures that were done."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from yibao.city.arrays import Dice, Floats, Ints, full, ints, ranks
from yibao.city.catalogue import read_data
from yibao.city.chunk import Chunk, Ground
from yibao.city.lines import DAY_MINUTES
from yibao.city.people import years_old
from yibao.city.plants.honest import dearer_than_its_like
from yibao.city.registers import staff_codes
from yibao.city.text import Texts, always, blank, chosen, days, joined, moments, numbered, stacked, whole
from yibao.city.visits import CHRONIC, STAY
from yibao.city.wards import nights, operated

LIVE_BIRTH: Final = ("Z37.000", "单一活产")
"""A delivery carries this second code, without which no grouper takes it for one."""

_DELIVERIES: Final = ("O80", "O82")
_BORN_BY: Final = ("73.", "74.")
_MORE: Final = 1.75
_ONLY_MEN, _ONLY_CHEMO, _ONLY_HEARTS = ("N40",), ("D61",), ("Z95",)
_TOLD_FROM: Final = 50
"""Places in a list from here on are those that a story writes."""


@cache
def _second() -> tuple[list[str], list[str], Floats]:
    rows = read_data("secondary")
    chances = np.array([[float(r[k]) for k in ("under_45", "age_45_64", "age_65_plus")] for r in rows])
    return [r["code"] for r in rows], [r["name"] for r in rows], np.minimum(chances * _MORE, 0.9)


def diagnoses(ground: Ground, chunk: Chunk, throw: Dice) -> dict[str, Texts]:
    """Give setl_list_diag_d with Chinese headers: one main diagnosis a list, then what else the person has."""
    table, catalogue = chunk.settlements, ground.catalogue.diagnoses
    kinds = np.isin(chunk.visits.kind[table.visit], (STAY, CHRONIC)) & (table.reverses < 0)
    rows = np.flatnonzero(kinds)
    more, which, born = _besides(ground, chunk, rows, throw)
    told = [(v, c, place) for place, (v, c) in enumerate(chunk.said.besides)]
    where = np.r_[rows, more, born, ints([v for v, _, _ in told])]
    first, rest = len(rows), len(more) + len(born)
    main = np.r_[np.ones(first, dtype=np.int64), np.zeros(rest + len(told), dtype=np.int64)]
    listed = chunk.said.listed
    main[np.isin(table.visit[where], ints([v for v, fault in listed.items() if fault == "no_main"]))] = 0
    main[np.isin(table.visit[where], ints([v for v, fault in listed.items() if fault == "two_mains"]))] = 1
    place = np.r_[
        full(first, 0), 2 + ranks(more), full(len(born), 1), _TOLD_FROM + ints([p for *_, p in told])
    ]
    ids = whole(chunk.settlement_number[where])
    names = dict(zip(catalogue.column("code"), catalogue.column("name"), strict=True))
    codes, words, _ = _second()
    own = chunk.visits.diagnosis[table.visit[rows]]
    said = [c for _, c, _ in told]
    return {
        "结算清单诊断ID": joined(ids, numbered("", 101 + place)),
        "结算ID": ids,
        "就诊ID": whole(chunk.visit_number[table.visit[where]]),
        "诊断类别": always("1", len(where)),
        "主诊断标志": whole(main),
        "诊断代码": stacked(
            chosen(catalogue.column("code"), own), chosen(codes, which), always(LIVE_BIRTH[0], len(born)), said
        ),
        "诊断名称": stacked(
            chosen(catalogue.column("name"), own), chosen(words, which), always(LIVE_BIRTH[1], len(born)),
            [names.get(c, "其他诊断") for c in said],
        ),
    }  # fmt: skip


def _besides(ground: Ground, chunk: Chunk, rows: Ints, throw: Dice) -> tuple[Ints, Ints, Ints]:
    """Give which settlements have which second diagnoses, in order, and which are of a birth."""
    visits, people, catalogue = chunk.visits, chunk.people, ground.catalogue.diagnoses
    visit = chunk.settlements.visit[rows]
    person = visits.person[visit]
    age = years_old(people.birth[person], visits.start[visit] // DAY_MINUTES)
    codes, _, chances = _second()
    luck = throw.random((len(rows), len(codes)))
    has = luck < chances[:, np.searchsorted([45, 65], age, side="right")].T
    has[visits.kind[visit] != STAY] &= luck[visits.kind[visit] != STAY] < 0.12
    category = np.array(catalogue.category)[visits.diagnosis[visit]]
    styles = catalogue.styled("chemo")[visits.diagnosis[visit]]
    hearts = np.array([c[0] == "I" for c in category], dtype=np.bool_)
    for at, code in enumerate(codes):
        has[:, at] &= category != code[:3]
        if code.startswith(_ONLY_MEN):
            has[:, at] &= people.sex[person] == 1
        if code.startswith(_ONLY_CHEMO):
            has[:, at] &= styles
        if code.startswith(_ONLY_HEARTS):
            has[:, at] &= hearts
    has[(age < 14) | visits.taken[visit]] = False
    severe = np.array([row["flag"] == "MCC" for row in read_data("secondary")], dtype=np.bool_)
    like = visits.diagnosis[visit] * 2 + np.isin(visit, operated(visits, ground.catalogue)[0])
    has &= dearer_than_its_like(visits, visit, chunk.bill_money.total[rows], like)[:, None] | ~severe
    done = np.zeros(len(visits), dtype=np.bool_)
    cut, _ = operated(visits, ground.catalogue)
    by = np.array([c.startswith(_BORN_BY) for c in catalogue.column("operation_code")], dtype=np.bool_)
    done[cut[by[visits.diagnosis[cut]]]] = True
    born = np.isin(category, _DELIVERIES) | done[visit]
    born &= (visits.kind[visit] == STAY) & ~visits.taken[visit]
    place, which = np.nonzero(has)
    return ints(rows[place]), ints(which), ints(rows[born])


def procedures(ground: Ground, chunk: Chunk) -> dict[str, Texts]:
    """Give setl_list_oprn_d: the main procedure of a stay, sometimes a second one, and what a story says."""
    visits, catalogue = chunk.visits, ground.catalogue.diagnoses
    stay, turn = operated(visits, ground.catalogue)
    also = _also(ground, chunk, stay)
    told = chunk.said.operated
    row = np.r_[stay, stay[also], ints([visit for visit, *_ in told])]
    first_day = visits.start[stay] // DAY_MINUTES + turn
    day = np.r_[first_day, first_day[also], ints([d for _, _, d, _, _ in told])]
    begin = np.maximum(
        day * DAY_MINUTES + 13 * 60,
        np.where(day == visits.start[row] // DAY_MINUTES, visits.start[row] + 20, 0),
    )
    begin = np.where(day == visits.end[row] // DAY_MINUTES, visits.end[row] - 60, begin)
    ids = whole(chunk.settlement_number[row])
    surgeon = chosen(staff_codes(len(ground.institutions.staff)), visits.staff[row])
    ordinary = len(stay) + len(also)
    nobody = np.r_[np.zeros(ordinary, dtype=np.bool_), np.array([not by for *_, by in told], dtype=np.bool_)]
    alone = np.isin(row, ints(sorted(chunk.said.unattended)))
    place = np.r_[full(len(stay), 0), full(len(also), 1), 2 + np.arange(len(told))]
    names = dict(zip(catalogue.column("operation_code"), catalogue.column("operation_name"), strict=True))
    which, second = visits.diagnosis[stay], visits.diagnosis[stay[also]]
    return {
        "setl_list_oprn_id": joined(ids, numbered("", 101 + place)),
        "setl_id": ids,
        "mdtrt_id": whole(chunk.visit_number[row]),
        "main_oprn_flag": stacked(always("1", len(stay)), always("0", len(also)), [m for *_, m, _ in told]),
        "oprn_oprt_code": stacked(
            chosen(catalogue.column("operation_code"), which), chosen(catalogue.column("operation2_code"), second),
            [c for _, c, *_ in told],
        ),
        "oprn_oprt_name": stacked(
            chosen(catalogue.column("operation_name"), which), chosen(catalogue.column("operation2_name"), second),
            [names.get(c, "其他操作") for _, c, *_ in told],
        ),
        "oprn_oprt_date": days(day),
        "oper_dr_code": blank(surgeon, nobody),
        "anst_way": always("01", len(row)),
        "anst_dr_code": blank(surgeon, alone),
        "anst_begntime": moments(begin),
        "anst_endtime": moments(begin + 45),
    }  # fmt: skip


def _also(ground: Ground, chunk: Chunk, stay: Ints) -> Ints:
    """Give which of the operated stays had a second procedure too; as of the first, no dice decide."""
    visits, catalogue = chunk.visits, ground.catalogue.diagnoses
    percent = ints([int(p) for p in catalogue.column("operation2_percent")])[visits.diagnosis[stay]]
    luck = (visits.start[stay] * 104_729 + visits.person[stay] * 7_919) % 100
    return np.flatnonzero((luck < percent) & ~visits.taken[stay] & (nights(visits)[stay] > 0))
