"""The city is like a city: seasons, families, chronic illness, what a stay costs, who was sent, what comes with what."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from tests.city.books import Books

from yibao.city import CityPlan
from yibao.city.arrays import dice
from yibao.city.calendar import days_at, days_of, seasonal
from yibao.city.catalogue import catalogue, read_data
from yibao.city.families import NAMES
from yibao.city.people import make_people
from yibao.city.plan import ADULT_YEARS
from yibao.kernel import day_of_ymd

PLAN = CityPlan(people=2_000, seed=3)


@pytest.mark.parametrize("stream", ["outpatient", "chronic_visits", "pharmacy", "inpatient_all"])
def test_the_spring_festival_is_quiet(stream: str) -> None:
    days = days_of(PLAN, stream, 200_000, dice(1, stream))
    festival = day_of_ymd(20260216)
    in_it = ((days >= festival) & (days < festival + 7)).sum()
    before = ((days >= festival - 28) & (days < festival - 21)).sum()
    assert in_it < before * 0.75
    assert days.min() >= PLAN.first_day and days.max() < PLAN.first_day + PLAN.days


def test_a_year_without_a_known_festival_has_only_months_and_weekdays() -> None:
    plan = CityPlan(people=2_000, seed=3, year=2050)
    places = np.linspace(0, 1, 5_000)
    days = days_at(plan, "pharmacy", places)
    assert (np.diff(days) >= 0).all() and len(np.unique(days)) == plan.days
    january = np.array([day_of_ymd(20510115)])
    assert seasonal("respiratory_infection_outpatient", january)[0] > 1.2


def test_mondays_are_busier_than_sundays_and_winter_is_the_time_of_colds(books: Books) -> None:
    by_day = dict(
        books.rows(
            "SELECT isodow(CAST(begntime AS DATE)), count(*) FROM mdtrt_d WHERE med_type = '11' GROUP BY 1"
        )
    )
    assert by_day[1] > 1.3 * by_day[7]
    colds = (
        "SELECT count(*) FROM mdtrt_d WHERE med_type = '11' AND dscg_maindiag_code LIKE 'J0%' "
        "AND month(CAST(begntime AS DATE))"
    )
    assert books.one(f"{colds} IN (11, 12, 1)") > 1.15 * books.one(f"{colds} IN (6, 7, 8)")


def test_families_share_a_county_and_a_name() -> None:
    people = make_people(PLAN, dice(3, "people"), 0, 4_000)
    wed = np.flatnonzero(people.spouse >= 0)
    other = people.spouse[wed]
    assert len(wed) > 1_200
    assert (people.spouse[other] == wed).all() and (people.sex[other] != people.sex[wed]).all()
    assert (people.household[other] == people.household[wed]).all()
    assert (people.county[other] == people.county[wed]).all()
    assert np.abs(people.birth[other] - people.birth[wed]).mean() < 5 * 365
    young = (PLAN.first_day - people.birth) < ADULT_YEARS * 365
    children = np.flatnonzero(young & (people.household != np.arange(len(people))))
    assert len(children) > 0.8 * young.sum()
    father = people.household[children]
    assert (people.name[children] % NAMES == people.name[father] % NAMES).all()
    assert ((people.birth[children] - people.birth[father]) > 14 * 365).mean() > 0.97


def _ordinary(books: Books) -> str:
    """Give the visits that no plant and no scheme has touched."""
    schemes = f"SELECT line FROM read_csv('{books.out}/truth_schemes.csv', all_varchar = true)"
    touched = f"SELECT mdtrt_id FROM line WHERE sn IN (SELECT line FROM truth) OR sn IN ({schemes})"
    return f"(SELECT * FROM mdtrt_d WHERE mdtrt_id NOT IN ({touched}))"


def test_the_chronically_ill_have_one_illness_and_come_at_regular_times(books: Books) -> None:
    visits = f"FROM {_ordinary(books)} WHERE med_type = '140104'"
    several = books.rows(
        f"SELECT psn_no, count(*), count(DISTINCT dscg_maindiag_code) {visits} GROUP BY 1 HAVING count(*) > 2"
    )
    assert len(several) > 60
    assert sum(kinds == 1 for _, _, kinds in several) > 0.9 * len(several)
    gaps = books.rows(
        "SELECT psn_no, stddev(gap) / avg(gap) FROM (SELECT psn_no, date_diff('day', lag(CAST(begntime AS DATE)) OVER "
        f"(PARTITION BY psn_no ORDER BY begntime), CAST(begntime AS DATE)) AS gap {visits}) "
        "WHERE gap IS NOT NULL GROUP BY 1 HAVING count(*) > 2"
    )
    assert np.median([float(str(spread)) for _, spread in gaps]) < 0.5  # at random times it would be about 1


def test_a_stay_costs_more_in_larger_houses(books: Books) -> None:
    mean = dict(
        books.rows(
            "SELECT h.code[8], avg(CAST(medfee_sumamt AS DOUBLE)) FROM setl_d s JOIN house h ON h.code = s.fixmedins_code "
            "WHERE med_type = '21' AND refd_setl_flag = '0' GROUP BY 1"
        )
    )
    assert mean["0"] > 1.5 * mean["1"] > 2 * mean["2"] > 3_000


def test_whoever_was_sent_was_seen_in_a_centre_the_day_before(books: Books) -> None:
    sent = books.rows(
        "SELECT a.psn_no = b.psn_no, date_diff('day', CAST(b.begntime AS DATE), CAST(a.begntime AS DATE)), "
        "b.fixmedins_code[8], a.fixmedins_code[8] FROM mdtrt_d a JOIN mdtrt_d b ON a.refl_old_mdtrt_id = b.mdtrt_id "
        "WHERE b.med_type = '11'"
    )
    assert len(sent) >= 2
    assert set(sent) <= {(True, 1, "2", "0"), (True, 1, "2", "1")}


def test_second_diagnoses_suit_the_person(books: Books) -> None:
    with (books.out / "setl_list_diag_d.csv").open(encoding="gb18030", newline="") as stream:
        rows = [(r["就诊ID"], r["诊断代码"]) for r in csv.DictReader(stream)]
    people = {
        str(visit): (sex, kind)
        for visit, sex, kind in books.rows(
            f"SELECT mdtrt_id, gend, med_type FROM {_ordinary(books)} JOIN psn_info_b USING (psn_no)"
        )
    }
    told = [(code, *people[visit]) for visit, code in rows if visit in people]
    assert not [1 for code, sex, _ in told if code == "N40.x00" and sex == "2"]
    born = [sex for code, sex, _ in told if code == "Z37.000"]
    assert len(born) > 1 and set(born) == {"2"}
    stays = [visit for visit, _ in rows if people.get(visit, ("", ""))[1] == "21"]
    assert 2.5 < len(stays) / len(set(stays)) < 5


def test_the_catalogue_is_broad_and_says_where_it_comes_from() -> None:
    rows = catalogue().items.rows
    kinds = [row["list_type"][0] for row in rows]
    assert kinds.count("1") > 600 and kinds.count("2") > 250 and kinds.count("3") > 60
    assert len({row["code"] for row in rows}) == len(rows)
    assert all(row["source"] and 0 < float(row["low"]) <= float(row["high"]) for row in rows)
    made_up = [row for row in rows if "made up" in row["source"].split(";")[0]]
    assert all(row["code"].startswith("SYN-") for row in made_up)
    for name in ("calendar", "secondary", "stay_ages", "diagnoses", "population", "use"):
        assert all(row["source"] for row in read_data(name)), name
