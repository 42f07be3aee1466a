"""A chunk as the rows of the national extracts: one function per file, columns in the order of the national template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa

from yibao.city.arrays import Dice, Ints, chance, full, ints
from yibao.city.chunk import Chunk, Ground
from yibao.city.conditions import diagnoses, procedures
from yibao.city.lines import DAY_MINUTES
from yibao.city.lists import write_lists
from yibao.city.names import citizen_ids, full_names, person_numbers
from yibao.city.people import COUNTIES, RESIDENT, RETIRED, years_old
from yibao.city.plan import ADULT_YEARS
from yibao.city.registers import department_codes, staff_codes
from yibao.city.text import (
    Texts,
    always,
    blank,
    chosen,
    days,
    decimals,
    joined,
    listed,
    moments,
    numbered,
    whole,
)
from yibao.city.visits import KIND_CODES, PURCHASE, STAY
from yibao.city.write import Files

_CATEGORIES: Final = ("1101", "1201", "15", "1403")
_CLIP_MINUTES: Final = 3
_AT_ONCE: Final = 200_000


def write_chunk(files: Files, ground: Ground, chunk: Chunk, throw: Dice) -> None:
    """Write everything a chunk has lived through."""
    files.add("psn_info_b", persons(chunk, throw))
    files.add("psn_insu_d", enrolments(ground, chunk, throw))
    files.add("mdtrt_d", encounters(ground, chunk))
    files.add("setl_d", settlements(ground, chunk, throw))
    listed, operations = diagnoses(ground, chunk, throw), procedures(ground, chunk)
    files.add("setl_list_diag_d", listed)
    files.add("setl_list_oprn_d", operations)
    counted = [_per_settlement(chunk, ids) for ids in (listed["结算ID"], operations["setl_id"])]
    write_lists(files, ground, chunk, *counted)
    known = Known(ground, chunk)
    for first in range(0, len(chunk.lines), _AT_ONCE):
        files.add(
            "fee_list_d",
            fee_lines(ground, chunk, known, slice(first, first + _AT_ONCE)),
        )
    files.add("video_clip_d", clips(ground, chunk))


def _per_settlement(chunk: Chunk, ids: Texts) -> Ints:
    """Count the rows of each settlement."""
    place = ids.cast(pa.int64()).to_numpy() - int(chunk.settlement_number[0])
    return np.bincount(place, minlength=len(chunk.settlements))


def persons(chunk: Chunk, throw: Dice) -> dict[str, Texts]:
    """Give psn_info_b; the few who died did so after everything they had."""
    people, visits = chunk.people, chunk.visits
    last = people.birth.copy()
    np.maximum.at(last, visits.person, visits.end // DAY_MINUTES)
    newest = int(visits.end.max()) // DAY_MINUTES
    old = newest - people.birth > 80 * 365
    dead = old & chance(throw, len(people), 5) & (last < newest - 60) & (last > people.birth)
    died = last + throw.integers(5, 50, len(people))
    for person, day in chunk.said.death.items():
        dead[person], died[person] = True, day
    return {
        "psn_no": person_numbers(people.number),
        "psn_name": full_names(people.name),
        "psn_cert_type": always("01", len(people)),
        "certno": citizen_ids(people, chunk.index),
        "gend": whole(people.sex),
        "brdy": days(people.birth),
        "die_date": blank(days(died), ~dead),
        "insu_admdvs": chosen(COUNTIES, people.county),
    }


def _category(chunk: Chunk, day: Ints) -> Ints:
    people = chunk.people
    young = years_old(people.birth, day) < ADULT_YEARS
    return np.where(people.group == RESIDENT, np.where(young, 3, 2), np.where(people.group == RETIRED, 1, 0))


def enrolments(ground: Ground, chunk: Chunk, throw: Dice) -> dict[str, Texts]:
    """Give psn_insu_d: where each is insured now, and for some employees where they were before."""
    people, start = chunk.people, ground.plan.first_day
    since = np.maximum(start - throw.integers(300, 4_000, len(people)), people.birth)
    for person, day in chunk.said.employed.items():
        since[person] = day
    told = chunk.said.enrolled
    free = np.ones(len(people), dtype=np.bool_)
    free[ints([person for person, *_ in told])] = False
    employed = np.flatnonzero((people.group != RESIDENT) & chance(throw, len(people), 6) & free)
    who = np.r_[np.arange(len(people)), employed]
    before = np.arange(len(who)) >= len(people)
    begin = np.where(before, since[who] - 900, since[who])
    group = np.where(before, RESIDENT, people.group[who])
    category = np.where(before, 2, _category(chunk, full(len(people), start))[who])
    return {
        "psn_no": person_numbers(people.number[who]),
        "insutype": chosen(["390", "310"], (group != RESIDENT).astype(np.int64)),
        "psn_type": chosen(_CATEGORIES, category),
        "psn_insu_stas": chosen(["1", "2"], before.astype(np.int64)),
        "psn_insu_date": days(begin),
        "paus_insu_date": blank(days(since[who] - 1), ~before),
        "insuplc_admdvs": chosen(COUNTIES, people.county[who]),
    }


def encounters(ground: Ground, chunk: Chunk) -> dict[str, Texts]:
    """Give mdtrt_d."""
    visits, people = chunk.visits, chunk.people
    ids = whole(chunk.visit_number)
    referred = pa.array(np.maximum(visits.referred, 0))
    return {
        "mdtrt_id": ids,
        "psn_no": chosen(person_numbers(people.number), visits.person),
        "fixmedins_code": chosen(ground.institutions.code, visits.institution),
        "insutype": _scheme(chunk, np.arange(len(visits))),
        "med_type": _kind(chunk, np.arange(len(visits))),
        "begntime": moments(visits.start),
        "endtime": moments(visits.end),
        "ipt_otp_no": numbered("", chunk.visit_number % 1_000_000_000),
        "adm_dept_codg": department_codes(visits.department),
        "dscg_maindiag_code": chosen(ground.catalogue.diagnoses.column("code"), visits.diagnosis),
        "dscg_way": blank(whole(visits.way), visits.kind != STAY),
        "refl_old_mdtrt_id": blank(ids.take(referred), visits.referred < 0),
    }


def _scheme(chunk: Chunk, visit: Ints) -> Texts:
    """Give the scheme that pays: the person's own unless a story says another."""
    own = (chunk.people.group[chunk.visits.person] != RESIDENT).astype(np.int64)
    return _told(["390", "310"], own, chunk.said.scheme, visit)


def _kind(chunk: Chunk, visit: Ints) -> Texts:
    return _told([*KIND_CODES], chunk.visits.kind.copy(), chunk.said.kind, visit)


def _told(words: list[str], which: Ints, said: Mapping[int, str], rows: Ints) -> Texts:
    """Choose words, those of the rows that a story speaks of as it says."""
    known = [*words, *sorted(set(said.values()))]
    for row, word in said.items():
        which[row] = known.index(word)
    return chosen(known, which[rows])


def settlements(ground: Ground, chunk: Chunk, throw: Dice) -> dict[str, Texts]:
    """Give setl_d; in reversals the person's and the hospital's part stay empty, as real ones do."""
    table, money = chunk.settlements, chunk.bill_money
    visit, back = table.visit, table.reverses >= 0
    person, house = chunk.visits.person[visit], chunk.visits.institution[visit]
    ids = whole(chunk.settlement_number)
    code = chosen(ground.institutions.code, house)
    return {
        "setl_id": ids,
        "medins_setl_id": joined(code, ids),
        "mdtrt_id": whole(chunk.visit_number[visit]),
        "init_setl_id": blank(ids.take(pa.array(np.maximum(table.reverses, 0))), ~back),
        "refd_setl_flag": whole(back.astype(np.int64)),
        "psn_no": chosen(person_numbers(chunk.people.number), person),
        "fixmedins_code": code,
        "insutype": _scheme(chunk, visit),
        "psn_type": chosen(
            _CATEGORIES, _category(chunk, full(len(chunk.people), ground.plan.first_day))[person]
        ),
        "med_type": _kind(chunk, visit),
        "setl_time": moments(table.settled),
        "medfee_sumamt": decimals(money.total, 2),
        "fulamt_ownpay_amt": decimals(money.self_paid, 2),
        "overlmt_selfpay": always("0.00", len(table)),
        "preselfpay_amt": decimals(money.advance, 2),
        "inscp_amt": decimals(money.in_scope, 2),
        "act_pay_dedc": decimals(money.deductible, 2),
        "hifp_pay": decimals(money.fund, 2),
        "fund_pay_sumamt": decimals(money.fund, 2),
        "psn_pay": blank(decimals(money.person, 2), back),
        "acct_pay": decimals(money.account, 2),
        "cash_payamt": decimals(money.cash, 2),
        "ownpay_hosp_part": blank(always("0.00", len(table)), back),
        "mdtrt_cert_type": chosen(["01", "02", "03"], throw.integers(0, 3, len(chunk.people))[person]),
    }


class Known:
    """The texts that many lines share, written once."""

    def __init__(self, ground: Ground, chunk: Chunk) -> None:
        items = ground.catalogue.items
        self.items = {
            name: listed([value or None for value in items.column(name)])
            for name in ("code", "name", "list_type", "charge", "level", "spec")
        }
        self.houses = {"code": listed(ground.institutions.code), "name": listed(ground.institutions.name)}
        self.staff = listed(staff_codes(len(ground.institutions.staff)))
        self.person = listed(person_numbers(chunk.people.number))
        self.visit = whole(chunk.visit_number)
        self.settlement = whole(chunk.settlement_number)


def fee_lines(ground: Ground, chunk: Chunk, known: Known, rows: Ints | slice) -> dict[str, Texts]:
    """Give rows of fee_list_d."""
    lines, money, visits = chunk.lines.take(rows), chunk.line_money.take(rows), chunk.visits
    house = visits.institution[lines.visit]
    name = chosen(known.items["name"], lines.item)
    return {
        "bkkp_sn": whole(chunk.line_number[rows]),
        "mdtrt_id": chosen(known.visit, lines.visit),
        "fee_ocur_time": moments(lines.minute),
        "setl_id": chosen(known.settlement, chunk.bill[rows]),
        "fixmedins_code": chosen(known.houses["code"], house),
        "fixmedins_name": chosen(known.houses["name"], house),
        "psn_no": chosen(known.person, visits.person[lines.visit]),
        "cnt": decimals(lines.quantity, 4),
        "pric": decimals(lines.price, 6),
        "det_item_fee_sumamt": decimals(money.amount, 2),
        "fulamt_ownpay_amt": decimals(money.self_paid, 2),
        "overlmt_selfpay": always("0.00", len(lines)),
        "preselfpay_amt": decimals(money.advance, 2),
        "inscp_amt": decimals(money.in_scope, 2),
        "chrgitm_lv": chosen(known.items["level"], lines.item),
        "list_type": chosen(known.items["list_type"], lines.item),
        "med_list_codg": chosen(known.items["code"], lines.item),
        "medins_list_name": name,
        "med_chrgitm_type": chosen(known.items["charge"], lines.item),
        "prodname": name,
        "spec": chosen(known.items["spec"], lines.item),
        "bilg_dept_codg": department_codes(visits.department[lines.visit]),
        "bilg_dr_code": chosen(known.staff, visits.staff[lines.visit]),
        "vali_flag": always("1", len(lines)),
        "init_feedetl_sn": blank(whole(chunk.reverses[rows]), chunk.reverses[rows] == 0),
    }


def clips(ground: Ground, chunk: Chunk) -> dict[str, Texts]:
    """Give video_clip_d: three minutes before and after every card settlement in a pharmacy."""
    table = chunk.settlements
    rows = np.flatnonzero(chunk.visits.kind[table.visit] == PURCHASE)
    code = chosen(ground.institutions.code, chunk.visits.institution[table.visit[rows]])
    ids = whole(chunk.settlement_number[rows])
    return {
        "clip_id": joined("V", ids),
        "fixmedins_code": code,
        "setl_id": ids,
        "begntime": moments(table.settled[rows] - _CLIP_MINUTES),
        "endtime": moments(table.settled[rows] + _CLIP_MINUTES),
        "camera_no": joined(code, always("-1", len(rows))),
        "storage_uri": joined("video/", code, "/", ids, always(".mp4", len(rows))),
    }
