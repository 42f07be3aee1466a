"""What is reported besides the bills because a story needs it: executions, leave, codes, second enrolments, statuses."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from yibao.city.arrays import Ints, ints
from yibao.city.chunk import Chunk, Ground
from yibao.city.codes import codes
from yibao.city.lines import DAY_MINUTES
from yibao.city.names import person_numbers
from yibao.city.people import COUNTIES
from yibao.city.plan import UNIT
from yibao.city.plants.closed import statuses
from yibao.city.registers import department_codes
from yibao.city.text import Texts, always, blank, chosen, days, decimals, moments, numbered, whole
from yibao.city.visits import STAY
from yibao.city.write import Files

_EXECUTED_CHARGES: Final = ("05", "06", "14", "1411", "1413")
"""What is done at the bed or the table by order, so that an institution's system says when; beds and tests are not."""


def write_reports(files: Files, ground: Ground, chunk: Chunk) -> None:
    """Write executions, leaves, codes, and what the stories say of enrolments and statuses."""
    files.add("drord_exe_d", executions(ground, chunk))
    files.add("ipt_leave_d", leaves(ground, chunk))
    sold, bought = codes(ground, chunk)
    files.add("drug_trac_d", sold)
    files.add("drug_trac_stoin_d", bought)
    if chunk.said.enrolled:
        files.add("psn_insu_d", second_enrolments(chunk))
    if chunk.said.statuses:
        files.add("fund_status_d", person_statuses(ground, chunk))


def executions(ground: Ground, chunk: Chunk) -> dict[str, Texts]:
    """Give drord_exe_d: every order that was carried out; what a story says was not done is not there."""
    lines, visits = chunk.lines, chunk.visits
    items = ground.catalogue.items
    ordered = [r["list_type"] == "201" and r["charge"] in _EXECUTED_CHARGES for r in items.rows]
    kept = np.array(ordered, dtype=np.bool_)[lines.item] & (lines.quantity > 0)
    kept &= (visits.kind[lines.visit] == STAY) & (chunk.standing > 0)
    done = np.where(kept, lines.quantity, 0)
    for line, times in chunk.said.executed.items():
        done[line] = abs(times) * UNIT
    cancelled = np.zeros(len(lines), dtype=np.bool_)
    cancelled[[line for line, times in chunk.said.executed.items() if times < 0]] = True
    rows = np.flatnonzero(done > 0)
    visit = lines.visit[rows]
    code = chosen(ground.institutions.code, visits.institution[visit])
    later = ints(np.minimum(lines.minute[rows] + 20, visits.end[visit]))
    return {
        "drord_exe_id": numbered("E", chunk.line_number[rows]),
        "mdtrt_id": whole(chunk.visit_number[visit]),
        "fixmedins_code": code,
        "drord_no": numbered("O", chunk.line_number[rows]),
        "med_list_codg": chosen(items.column("code"), lines.item[rows]),
        "exe_time": moments(later),
        "exe_cnt": decimals(done[rows], 4),
        "exe_dept_code": department_codes(visits.department[visit]),
        "drord_ptr_name": always("治疗师（虚构）", len(rows)),
        "vali_flag": whole((~cancelled[rows]).astype(np.int64)),
    }


def leaves(ground: Ground, chunk: Chunk) -> dict[str, Texts]:
    """Give ipt_leave_d: a few patients of the ordinary year are away for a night, and whom the stories send away."""
    visits = chunk.visits
    long = visits.end // DAY_MINUTES - visits.start // DAY_MINUTES
    ordinary = np.flatnonzero((visits.kind == STAY) & (long >= 6) & ~visits.taken)[::40]
    start = (visits.start[ordinary] // DAY_MINUTES + 3) * DAY_MINUTES + 17 * 60
    told = ints(chunk.said.away).reshape(-1, 3).T
    visit: Ints = np.r_[ordinary, told[0]]
    return {
        "leave_id": numbered("L", chunk.visit_number[visit]),
        "mdtrt_id": whole(chunk.visit_number[visit]),
        "fixmedins_code": chosen(ground.institutions.code, visits.institution[visit]),
        "leave_begntime": moments(np.r_[start, told[1]]),
        "leave_endtime": moments(np.r_[start + 14 * 60, told[2]]),
    }


def second_enrolments(chunk: Chunk) -> dict[str, Texts]:
    """Give rows of psn_insu_d: the other scheme of those whom a story insures twice."""
    told = chunk.said.enrolled
    who = ints([person for person, *_ in told])
    ended = np.array([last > 0 for *_, last in told], dtype=np.bool_)
    return {
        "psn_no": person_numbers(chunk.people.number[who]),
        "insutype": pa.array([scheme for _, scheme, _, _ in told], pa.string()),
        "psn_type": always("15", len(told)),
        "psn_insu_stas": chosen(["1", "2"], ended.astype(np.int64)),
        "psn_insu_date": days(ints([first for *_, first, _ in told])),
        "paus_insu_date": blank(days(ints([last for *_, last in told])), ~ended),
        "insuplc_admdvs": chosen(COUNTIES, chunk.people.county[who]),
    }


def person_statuses(ground: Ground, chunk: Chunk) -> dict[str, Texts]:
    """Give rows of fund_status_d: the people whom a story suspends."""
    told = chunk.said.statuses
    numbers = person_numbers(chunk.people.number[ints([person for person, *_ in told])]).to_pylist()
    rows = [
        ("person", code, status, first, last, "医保待遇处理决定（虚构）")
        for code, (_, status, first, last) in zip(numbers, told, strict=True)
    ]
    return statuses(ground.plan, rows)
