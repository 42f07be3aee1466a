"""Who goes where and when in an ordinary year: visits, chronic visits, stays and purchases, never two at one time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from yibao.city.arrays import (
    Bools,
    Columns,
    Dice,
    Floats,
    Ints,
    chance,
    firsts,
    full,
    in_order,
    ints,
    marked,
    ranks,
    starts,
)
from yibao.city.calendar import days_at, days_of, factors, months
from yibao.city.catalogue import Catalogue
from yibao.city.institutions import (
    COMMUNITY,
    COUNTY_NAMES,
    DEPARTMENT_OF_STYLE,
    EMERGENCY_DEPARTMENT,
    PHARMACY,
    SECONDARY,
    TERTIARY,
    Institutions,
)
from yibao.city.people import RESIDENT, People, use_rates, years_old
from yibao.city.plan import CLEAN_READMISSION_DAYS, CityPlan

VISIT, EMERGENCY, CHRONIC, STAY, PURCHASE = range(5)
KIND_CODES: Final = ("11", "13", "140104", "21", "41")
"""The national codes of the kinds of visit (医疗类别)."""

_WOMAN: Final = 2
_ALONG_PERCENT: Final = 35
"""So many of a hundred wives with prescriptions of their own fetch them with their husbands (assumed)."""

_SENT_PERCENT: Final = 4.2
"""So many of a hundred stays were sent from a centre on the day before (3.5 of those in hospitals, assumed)."""

HOME: Final = 1
"""Way of discharge 1 医嘱离院; 2 医嘱转院."""

EMERGENCY_PERCENT: Final = 6
NEONATAL_PERCENT: Final = 12
_MIX: Final = {VISIT: (0.34, 0.17, 0.49), EMERGENCY: (0.6, 0.4, 0.0), CHRONIC: (0.2, 0.2, 0.6)}
_STAY_MIX: Final = {
    (True, True): (0.50, 0.27, 0.23), (True, False): (0.30, 0.27, 0.43),
    (False, True): (0.70, 0.28, 0.02), (False, False): (0.51, 0.415, 0.075),
}  # fmt: skip
"""Tiers of stays: of what all houses treat or not, of employees or residents."""

_HOME_COUNTY: Final = (0.35, 0.75, 0.9, 0.85)
_STAYS_THROWN: Final = 1.23
"""More stays are thrown than are kept: those too near one another fall away."""

_DAY: Final = 1_440
_SPAN: Final = 40_000
"""More days than lie between any two of our dates: makes one number of a person and a day."""


@dataclass(slots=True)
class Visits(Columns):
    """One row per visit, stay or purchase; moments are minutes since 1970.

    ``continues`` names the stay whose plan this one goes on with, ``referred`` the one it was sent from (else -1);
    ``taken`` marks those that a plant has used, so that no two plants meet in one bill.
    """

    person: Ints
    institution: Ints
    kind: Ints
    diagnosis: Ints
    start: Ints
    end: Ints
    settled: Ints
    staff: Ints
    department: Ints
    way: Ints
    continues: Ints
    referred: Ints
    taken: Bools


def make_visits(
    plan: CityPlan, people: People, catalogue: Catalogue, institutions: Institutions, throw: Dice
) -> Visits:
    """Throw the ordinary year of a chunk of people, sorted by person and start."""
    stays = _stays(plan, people, catalogue, throw)
    person, day, kind = _events(plan, people, throw)
    clear = _outside(person, day, stays) & (day > people.birth[person])
    person, day, kind = person[clear], day[clear], kind[clear]
    diagnosis = _diagnosed(people, catalogue, person, day, kind, throw)
    told = diagnosis >= 0
    person, day, kind, diagnosis = person[told], day[told], kind[told], diagnosis[told]
    start, end, settled = _hours(day, kind, throw)
    ambulant = Visits(
        person=person, institution=full(len(person), -1), kind=kind, diagnosis=diagnosis, start=start, end=end,
        settled=settled, staff=full(len(person), -1), department=full(len(person), -1), way=full(len(person), 0),
        continues=full(len(person), -1), referred=full(len(person), -1), taken=np.zeros(len(person), dtype=np.bool_),
    )  # fmt: skip
    sent = _senders(people, catalogue, stays, ambulant, throw)
    visits = Visits.joined([stays, ambulant, sent])
    _places(visits, people, catalogue, institutions, throw)
    _refer(visits, len(stays), len(sent), institutions)
    order = in_order(visits.person, visits.start)
    place = np.argsort(order)
    visits = visits.take(order)
    visits.referred = np.where(visits.referred >= 0, place[np.maximum(visits.referred, 0)], -1)
    assign_doctors(visits, catalogue, institutions, throw)
    return visits


def _senders(people: People, catalogue: Catalogue, stays: Visits, ambulant: Visits, throw: Dice) -> Visits:
    """Give the visits on the eve of some stays, from which the person was sent; ``continues`` holds the stay."""
    stay = np.flatnonzero(chance(throw, len(stays), _SENT_PERCENT) & (stays.kind == STAY))
    day = stays.start[stay] // _DAY - 1
    who = stays.person[stay]
    here = np.flatnonzero(marked(len(people), who)[ambulant.person])
    busy = ambulant.person[here] * _SPAN + ambulant.start[here] // _DAY
    free = ~np.isin(who * _SPAN + day, busy) & (day > people.birth[who])
    free &= _outside(who, day, stays)
    stay, day = stay[free], day[free]
    kind = full(len(stay), VISIT)
    diagnosis = _diagnosed(people, catalogue, stays.person[stay], day, kind, throw)
    stay, day, kind, diagnosis = (x[diagnosis >= 0] for x in (stay, day, kind, diagnosis))
    start, end, settled = _hours(day, kind, throw)
    sent = stays.take(stay)
    none = full(len(stay), -1)
    return Visits(
        person=sent.person, institution=none, kind=kind, diagnosis=diagnosis, start=start, end=end, settled=settled,
        staff=none.copy(), department=none.copy(), way=full(len(stay), 0), continues=stay, referred=none.copy(),
        taken=np.zeros(len(stay), dtype=np.bool_),
    )  # fmt: skip


def _refer(visits: Visits, stays: int, sent: int, institutions: Institutions) -> None:
    """Tie the stays in hospitals to the visits they were sent from; those go to a centre of the county."""
    rows = np.arange(len(visits) - sent, len(visits), dtype=np.int64)
    stay = visits.continues[rows]
    visits.continues[rows] = -1
    centre = np.flatnonzero(institutions.tier == COMMUNITY)[: len(institutions.of(COMMUNITY))]
    centre = centre[institutions.weight[centre] > 0]
    visits.institution[rows] = centre[visits.person[rows] % len(centre)]
    tied = institutions.tier[visits.institution[stay]] <= SECONDARY
    visits.referred[stay[tied]] = rows[tied]
    assert int(stay.max(initial=0)) < stays


def _rates(plan: CityPlan, people: People) -> Floats:
    age = np.clip((plan.first_day + plan.days // 2 - people.birth) // 365, 0, 119)
    return np.asarray(use_rates()[people.group, people.sex, age] * people.frailty[:, None], dtype=np.float64)


def _stays(plan: CityPlan, people: People, catalogue: Catalogue, throw: Dice) -> Visits:
    newborn = np.flatnonzero((people.birth >= plan.first_day) & chance(throw, len(people), NEONATAL_PERCENT))
    counts = np.minimum(throw.poisson(_rates(plan, people)[:, 0] * _STAYS_THROWN), 5)
    older = np.repeat(np.arange(len(people)), counts)
    person = np.r_[newborn, older].astype(np.int64)
    young = np.arange(len(person)) < len(newborn)
    day = days_of(plan, "inpatient_all", len(person), throw)
    diagnosis = _diagnosed(people, catalogue, person, day, full(len(person), STAY), throw)
    for season in ("respiratory", "elective_surgery"):
        rows = np.flatnonzero(ints([x == season for x in catalogue.diagnoses.column("season")])[diagnosis])
        day[rows] = days_of(plan, f"inpatient_{season}", len(rows), throw)
    day[: len(newborn)] = people.birth[newborn] + throw.integers(1, 8, len(newborn))
    keep = young | (day > people.birth[person] + 60)
    person, day, young, diagnosis = person[keep], day[keep], young[keep], diagnosis[keep]
    styled = catalogue.diagnoses.styled("newborn")
    diagnosis[young] = throw.choice(np.flatnonzero(styled), size=int(young.sum()))
    mean = catalogue.diagnoses.days[np.maximum(diagnosis, 0)]
    long = np.clip(np.rint(mean * 1.11 * throw.lognormal(-0.1, 0.45, len(person))), 1, 60).astype(np.int64)
    long = np.where(young, np.minimum(long, 12), long)
    order = in_order(person, day)
    person, day, long, diagnosis = person[order], day[order], long[order], diagnosis[order]
    keep = _apart(person, day, long, len(people))
    keep &= (diagnosis >= 0) & (day + long < plan.first_day + plan.days)
    person, day, long, diagnosis = person[keep], day[keep], long[keep], diagnosis[keep]
    n = len(person)
    start = day * _DAY + throw.integers(8 * 60, 16 * 60, n)
    end = (day + long) * _DAY + throw.integers(9 * 60, 15 * 60, n)
    none = full(n, -1)
    return Visits(
        person=person, institution=none.copy(), kind=full(n, STAY), diagnosis=diagnosis, start=start, end=end,
        settled=end + throw.integers(10, 60, n), staff=none.copy(), department=none.copy(), way=full(n, HOME),
        continues=none.copy(), referred=none.copy(), taken=np.zeros(n, dtype=np.bool_),
    )  # fmt: skip


def _apart(person: Ints, day: Ints, long: Ints, people: int) -> Bools:
    """Keep of each person's stays, in order, those that begin long enough after the one kept before."""
    keep = np.zeros(len(person), dtype=np.bool_)
    free_from = full(people, 0)
    turn = ranks(person)
    for each in range(int(turn.max(initial=-1)) + 1):
        rows = np.flatnonzero(turn == each)
        rows = rows[day[rows] >= free_from[person[rows]]]
        keep[rows] = True
        free_from[person[rows]] = day[rows] + long[rows] + CLEAN_READMISSION_DAYS
    return keep


def _events(plan: CityPlan, people: People, throw: Dice) -> tuple[Ints, Ints, Ints]:
    rates = _rates(plan, people)
    persons, kinds, days = [], [], []
    for each, column, stream, more in ((VISIT, 1, "outpatient", 1.05), (PURCHASE, 3, "pharmacy", 1.12)):
        person = np.repeat(np.arange(len(people)), throw.poisson(rates[:, column] * more))
        kind = full(len(person), each)
        if each == VISIT:
            kind[chance(throw, len(kind), EMERGENCY_PERCENT)] = EMERGENCY
        day = days_of(plan, stream, len(person), throw)
        urgent = np.flatnonzero(kind == EMERGENCY)
        day[urgent] = days_of(plan, "emergency", len(urgent), throw)
        persons.append(person)
        kinds.append(kind)
        days.append(day)
    person, day = _prescriptions(plan, people, rates[:, 2], throw)
    person = ints(np.concatenate([person, *persons]))
    kind = np.concatenate([full(len(day), CHRONIC), *kinds])
    day = np.concatenate([day, *days])
    once = firsts(person, day - plan.first_day)  # one outing a day: nobody is in two places
    return person[once], day[once], kind[once]


def _prescriptions(plan: CityPlan, people: People, rate: Floats, throw: Dice) -> tuple[Ints, Ints]:
    """Spread the chronic visits of a person evenly over the year; a spouse who also has some comes along."""
    count = throw.poisson(rate)
    begin = throw.random(len(people))
    other = np.maximum(people.spouse, 0)
    along = (people.spouse >= 0) & (people.sex == _WOMAN) & (count > 0) & (count[other] > 0)
    along &= chance(throw, len(people), _ALONG_PERCENT)
    count, begin = np.where(along, count[other], count), np.where(along, begin[other], begin)
    person = np.repeat(np.arange(len(people), dtype=np.int64), count)
    turn = ranks(person)
    wobble = throw.random(len(people))[people.household[person]] * 0.05 * np.sin(turn * 2.3)
    place = (turn + begin[person]) / np.maximum(count[person], 1) + wobble / np.maximum(count[person], 1)
    return person, days_at(plan, "chronic_visits", np.clip(place, 0, 1))


def _outside(person: Ints, day: Ints, stays: Visits) -> Bools:
    """Say which days lie outside the person's own stays."""
    order = in_order(stays.person, stays.start)
    who, first, last = stays.person[order], stays.start[order] // _DAY, stays.end[order] // _DAY
    before = np.searchsorted(who * _SPAN + first, person * _SPAN + day, side="right") - 1
    before = np.maximum(before, 0)
    if len(who) == 0:
        return np.ones(len(person), dtype=np.bool_)
    inside = (who[before] == person) & (first[before] <= day) & (day <= last[before])
    return np.asarray(~inside, dtype=np.bool_)


def _diagnosed(
    people: People, catalogue: Catalogue, person: Ints, day: Ints, kind: Ints, throw: Dice
) -> Ints:
    """Give each visit a diagnosis that fits sex and age; -1 where none does."""
    table = catalogue.diagnoses
    sex = people.sex[person]
    age = np.clip(years_old(people.birth[person], day), 0, 110)
    band = np.where(age < 1, 0, 1 + age // 5)
    own = throw.random(len(people))
    luck = np.where(kind == CHRONIC, own[person], throw.random(len(person)))  # a chronic illness stays
    season = months(day) // 3
    season = np.where(np.isin(kind, (VISIT, EMERGENCY, PURCHASE)), season, 0)
    found = full(len(person), -1)
    lists = {
        VISIT: table.kind("visit"), EMERGENCY: table.kind("visit"), CHRONIC: table.kind("chronic"),
        STAY: table.kind("stay"), PURCHASE: table.kind("visit", "chronic"),
    }  # fmt: skip
    newborn = table.styled("newborn")
    catching = np.array(
        [factors()["respiratory_infection_outpatient", "month", str(m + 1)] for m in range(12)]
    )
    key = ((kind * 4 + season) * 3 + sex) * 64 + band
    order = in_order(key)
    edges = starts(key[order])
    for first, last in zip(edges, np.r_[edges[1:], len(key)], strict=True):
        rows = order[first:last]
        k, s, b = int(kind[rows[0]]), int(sex[rows[0]]), int(band[rows[0]])
        middle = 0 if b == 0 else (b - 1) * 5 + 2
        choice = lists[k]
        fits = (table.age_low[choice] <= middle) & (middle <= table.age_high[choice])
        fits &= ((table.sex[choice] == 0) | (table.sex[choice] == s)) & ~newborn[choice]
        choice = choice[fits]
        if len(choice):
            weight = table.weight[choice] * (table.fit[choice, s, b] if k == STAY else 1)
            if k in (VISIT, EMERGENCY, PURCHASE):
                at = int(season[rows[0]]) * 3
                weight = np.where(table.catching[choice], weight * catching[at : at + 3].mean(), weight)
            cumulative = np.cumsum(weight)
            found[rows] = choice[
                np.searchsorted(cumulative / cumulative[-1], luck[rows]).clip(0, len(choice) - 1)
            ]
    return found


def _hours(day: Ints, kind: Ints, throw: Dice) -> tuple[Ints, Ints, Ints]:
    n = len(day)
    opening = ints([8 * 60, 17 * 60, 8 * 60, 8 * 60, 8 * 60 + 30])[kind]
    width = ints([8 * 60, 5 * 60, 8 * 60, 8 * 60, 12 * 60])[kind]
    start = day * _DAY + opening + (throw.random(n) * width).astype(np.int64)
    last = np.where(kind == PURCHASE, throw.integers(2, 7, n), throw.integers(25, 90, n))
    return start, start + last, start + last


def _places(
    visits: Visits, people: People, catalogue: Catalogue, institutions: Institutions, throw: Dice
) -> None:
    n = len(visits)
    habit = throw.random((3, len(people)))[:, people.household[visits.person]]
    usual = visits.kind == CHRONIC
    luck = np.where(usual, habit[0], throw.random(n))
    simple = catalogue.diagnoses.styled("medical", "rehab", "psych")[visits.diagnosis]
    tier = full(n, PHARMACY)
    for kind, mix in _MIX.items():
        rows = visits.kind == kind
        tier[rows] = np.searchsorted(np.cumsum(mix)[:2], luck[rows], side="right")
    employed = people.group[visits.person] != RESIDENT
    for (plain, works), mix in _STAY_MIX.items():
        rows = (visits.kind == STAY) & (simple == plain) & (employed == works)
        tier[rows] = np.searchsorted(np.cumsum(mix)[:2], luck[rows], side="right")
    home = np.where(usual, habit[1], throw.random(n)) < np.array(_HOME_COUNTY)[tier]
    county = np.where(home, people.county[visits.person], len(COUNTY_NAMES))
    luck = np.where(usual, habit[2], throw.random(n))
    for t in (TERTIARY, SECONDARY, COMMUNITY, PHARMACY):
        for c in range(len(COUNTY_NAMES) + 1):
            rows = np.flatnonzero((tier == t) & (county == c))
            choice = institutions.of(t, c if c < len(COUNTY_NAMES) else None)
            choice = choice if len(choice) else institutions.of(t)
            cumulative = np.cumsum(institutions.weight[choice])
            at = np.searchsorted(cumulative / cumulative[-1], luck[rows]).clip(0, len(choice) - 1)
            visits.institution[rows] = choice[at]


def assign_doctors(visits: Visits, catalogue: Catalogue, institutions: Institutions, throw: Dice) -> None:
    """Give every visit that has none a department by its diagnosis and a doctor of it (a pharmacist in a shop)."""
    rows = np.flatnonzero(visits.staff < 0)
    styles = ints([DEPARTMENT_OF_STYLE[s] for s in catalogue.diagnoses.column("style")])
    wanted = np.where(visits.kind[rows] == EMERGENCY, EMERGENCY_DEPARTMENT, styles[visits.diagnosis[rows]])
    luck = throw.integers(0, 1 << 20, len(rows))
    visits.staff[rows] = institutions.doctor(visits.institution[rows], wanted, luck)
    visits.department[rows] = institutions.staff.department[visits.staff[rows]]
