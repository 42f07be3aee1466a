"""The settlement list of every stay, its charges and its intensive care, as message 4101 has them."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from yibao.city.arrays import Bools, Ints, full, in_order, ints, starts
from yibao.city.chunk import Chunk, Ground
from yibao.city.lines import DAY_MINUTES
from yibao.city.names import person_numbers
from yibao.city.people import years_old
from yibao.city.plan import UNIT
from yibao.city.registers import department_codes, staff_codes
from yibao.city.text import Texts, always, blank, chosen, days, decimals, joined, moments, numbered, whole
from yibao.city.visits import STAY
from yibao.city.write import Files

_EMPTY: Final = {
    "no_department": ("adm_caty",), "no_record_number": ("medcasno",),
    "half_of_it_empty": ("adm_caty", "dscg_caty", "medcasno", "chfpdr_code", "biz_sn", "hi_paymtd"),
    "no_birth_weight": ("nwb_bir_wt",), "no_weight_at_all": ("nwb_bir_wt", "nwb_adm_wt"),
}  # fmt: skip
_NEWBORN_DAYS: Final = 28


def write_lists(files: Files, ground: Ground, chunk: Chunk, diagnoses: Ints, procedures: Ints) -> None:
    """Write the lists; ``diagnoses`` and ``procedures`` count those of each settlement."""
    table = chunk.settlements
    stays = np.flatnonzero((chunk.visits.kind[table.visit] == STAY) & (table.reverses < 0))
    never = [v for v, fault in chunk.said.listed.items() if fault.startswith("no_list")]
    kept = stays[~np.isin(table.visit[stays], ints(never))]
    files.add("setl_list_d", lists(ground, chunk, kept, diagnoses, procedures))
    files.add("setl_list_chrgitm_d", charges(ground, chunk, kept))
    if chunk.said.intensive:
        files.add("setl_list_icu_d", intensive_care(chunk))


def lists(ground: Ground, chunk: Chunk, rows: Ints, diagnoses: Ints, procedures: Ints) -> dict[str, Texts]:
    """Give setl_list_d: as the record says, except where a story says otherwise."""
    visits, people, money = chunk.visits, chunk.people, chunk.bill_money
    visit = chunk.settlements.visit[rows]
    person, start, end = visits.person[visit], visits.start[visit].copy(), visits.end[visit]
    stay_days = end // DAY_MINUTES - start // DAY_MINUTES
    birth, sex = people.birth[person].copy(), people.sex[person].copy()
    age = years_old(birth, start // DAY_MINUTES)
    old = start // DAY_MINUTES - birth
    newborn: Bools = old <= _NEWBORN_DAYS
    weight = 2_600 + people.number[person] * 37 % 1_400
    ventilated, borne = full(len(rows), 0), money.person[rows]
    faults = _Faults(chunk, visit)
    start[faults("came_a_week_before")] -= 7 * DAY_MINUTES
    stay_days[faults("five_days_more")] += 5
    stay_days[faults("no_day_at_all")] = 0
    stay_days[faults("both_ends_counted")] += 1
    weight[faults("hundred_and_ninety_nine_grams")] = 199
    sex[faults("other_sex")] = 3 - sex[faults("other_sex")]
    birth[faults("other_birthday")] -= 400
    ventilated[faults("every_calendar_day")] = (stay_days + 1)[faults("every_calendar_day")]
    ventilated[faults("longer_than_the_stay")] = (stay_days + 2)[faults("longer_than_the_stay")]
    ventilated[faults("days_longer")] = (stay_days + 6)[faults("days_longer")]
    ventilated[faults("as_long_as_the_stay")] = (stay_days - 1)[faults("as_long_as_the_stay")]
    n, ids = len(rows), whole(chunk.settlement_number[rows])
    number, department = whole(chunk.visit_number[visit]), department_codes(visits.department[visit])
    nursing = _nursing(ground, chunk, rows)
    doctors = staff_codes(len(ground.institutions.staff))
    codes = ground.catalogue.diagnoses.column("code")
    settled = chunk.settlements.settled[rows]
    columns = {
        "setl_id": ids, "mdtrt_id": number, "hi_no": person_numbers(people.number[person]),
        "medcasno": joined("BA", number), "dcla_time": moments(settled + 3 * DAY_MINUTES), "gend": whole(sex),
        "brdy": days(birth), "age": blank(whole(age), age < 1), "nwb_age": blank(whole(old), age >= 1),
        "nwb_adm_type": blank(always("1", n), ~newborn), "nwb_bir_wt": blank(whole(weight), ~newborn),
        "nwb_adm_wt": blank(whole(np.maximum(weight - 60, 199)), ~newborn), "ipt_med_type": always("1", n),
        "adm_way": always("2", n), "trt_type": always("1", n), "adm_time": moments(start), "adm_caty": department,
        "dscg_time": moments(end), "dscg_caty": department, "act_ipt_days": whole(stay_days),
        "wm_dise_code": chosen(codes, visits.diagnosis[visit]), "diag_code_cnt": whole(diagnoses[rows]),
        "oprn_oprt_code_cnt": whole(procedures[rows]), "vent_used_days": whole(ventilated),
        "vent_used_h_cnt": always("0", n), "vent_used_m_cnt": always("0", n), "bld_cat": _nothing(n),
        "bld_amt": _nothing(n), "bld_unt": _nothing(n), "spga_nurscare_days": always("0", n),
        "lv1_nurscare_days": whole(nursing[0]), "scd_nurscare_days": whole(nursing[1]),
        "lv3_nurscare_days": whole(nursing[2]), "dscg_way": whole(visits.way[visit]),
        "acp_optins_code": blank(always("H99010410001", n), visits.way[visit] != 2),
        "days_rinp_flag_31": always("1", n), "bill_code": always("99010125", n), "bill_no": numbered("", 10**9 + rows),
        "biz_sn": joined("YW", ids), "chfpdr_code": chosen(doctors, visits.staff[visit]),
        "resp_nurs_code": numbered("N", 10**7 + visits.staff[visit]), "setl_begn_date": days(start // DAY_MINUTES),
        "setl_end_date": days(end // DAY_MINUTES), "psn_selfpay": decimals(borne - money.self_paid[rows], 2),
        "psn_ownpay": decimals(money.self_paid[rows], 2), "acct_pay": decimals(money.account[rows], 2),
        "psn_cashpay": decimals(money.cash[rows], 2), "hi_paymtd": always("4", n),
        "medins_fill_dept": always("医保办公室", n), "medins_fill_psn": always("填报人（虚构）", n),
    }  # fmt: skip
    for way, fields in _EMPTY.items():
        for name in fields:
            columns[name] = blank(columns[name], faults(way))
    return columns


def _nothing(count: int) -> Texts:
    return pa.nulls(count, pa.string())


class _Faults:
    """Say which of the lists have a fault."""

    def __init__(self, chunk: Chunk, visit: Ints) -> None:
        place = {int(v): i for i, v in enumerate(visit)}
        self._rows: dict[str, list[int]] = {}
        for told, fault in chunk.said.listed.items():
            if told in place:
                self._rows.setdefault(fault, []).append(place[told])
        self._n = len(visit)

    def __call__(self, fault: str) -> Bools:
        mask = np.zeros(self._n, dtype=np.bool_)
        mask[ints(self._rows.get(fault, []))] = True
        return mask


def _nursing(ground: Ground, chunk: Chunk, rows: Ints) -> list[Ints]:
    """Give the days of the three grades of nursing that a bill charges."""
    found = []
    for item in ground.catalogue.items.role("nursing"):
        mine = chunk.lines.item == item
        much = np.bincount(chunk.bill[mine], chunk.lines.quantity[mine], minlength=len(chunk.settlements))
        found.append((much[rows] // UNIT).astype(np.int64))
    return found


def charges(ground: Ground, chunk: Chunk, rows: Ints) -> dict[str, Texts]:
    """Give setl_list_chrgitm_d: what each list charged by category, to the fen."""
    items, money = ground.catalogue.items, chunk.line_money
    known = sorted(set(items.column("charge")))
    which = ints([known.index(c) for c in items.column("charge")])[chunk.lines.item]
    on_list = np.zeros(len(chunk.settlements), dtype=np.bool_)
    on_list[rows] = True
    mine = on_list[chunk.bill]
    key = (chunk.bill * len(known) + which)[mine]
    order = in_order(key)
    lines, key = np.flatnonzero(mine)[order], key[order]
    of_group = starts(key)
    groups = key[of_group]
    sums = [
        ints(np.add.reduceat(part[lines], of_group))
        for part in (money.amount, money.self_paid, money.advance, money.in_scope)
    ]
    bill, charge = groups // len(known), groups % len(known)
    first = np.r_[True, bill[1:] != bill[:-1]]
    visit = chunk.settlements.visit[bill]
    listed = {v: f for v, f in chunk.said.listed.items() if f in ("hundred_yuan_more", "a_category_left_out")}
    more = first & np.isin(visit, ints([v for v, f in listed.items() if f == "hundred_yuan_more"]))
    out = first & np.isin(visit, ints([v for v, f in listed.items() if f == "a_category_left_out"]))
    amount, own, advance, scope = sums
    amount, scope = amount + more * 10_000, scope + more * 10_000
    kept = np.flatnonzero(~out)
    return {
        "setl_id": whole(chunk.settlement_number[bill[kept]]),
        "mdtrt_id": whole(chunk.visit_number[visit[kept]]),
        "med_chrgitm": chosen(known, charge[kept]),
        "amt": decimals(amount[kept], 2),
        "claa_sumfee": decimals(scope[kept], 2),
        "clab_amt": decimals(advance[kept], 2),
        "fulamt_ownpay_amt": decimals(own[kept], 2),
        "oth_amt": always("0.00", len(kept)),
    }


def intensive_care(chunk: Chunk) -> dict[str, Texts]:
    """Give setl_list_icu_d."""
    told = ints(chunk.said.intensive).reshape(-1, 3).T
    visit, first, last = told
    return {
        "setl_id": whole(chunk.settlement_number[visit]),
        "mdtrt_id": whole(chunk.visit_number[visit]),
        "scs_cutd_ward_type": always("1", len(visit)),
        "scs_cutd_inpool_time": moments(first),
        "scs_cutd_exit_time": moments(last),
        "scs_cutd_sum_dura": always("0/6/40", len(visit)),
    }
