"""The bills of those who walk in: consultation, tests, treatment and drugs of a visit, and what a pharmacy sells."""

from __future__ import annotations

from typing import Final

import numpy as np

from yibao.city.arrays import Bools, Dice, Ints, chance, firsts, ints
from yibao.city.catalogue import CHILD, Catalogue
from yibao.city.institutions import Institutions
from yibao.city.lines import Lines, drawn, repeated, who_is_it_for, whole
from yibao.city.people import People
from yibao.city.plan import UNIT
from yibao.city.visits import CHRONIC, EMERGENCY, PURCHASE, STAY, VISIT, Visits

_DRUGS_MORE: Final = (1.0, 0.8, 1.9, 0.0, 0.9)
_TESTS: Final = (2.9, 1.6, 0.5, 0.0)
_LOOKS: Final = (0.92, 0.64, 0.15, 0.0)
_SPLIT_PERCENT: Final = 3
"""So many of a hundred drugs are sold as part of a pack."""

_STYLE_ROLES: Final = {
    "physio": (("rehab", "tcm"), 1.6), "gynae": (("gynae",), 1.2), "antenatal": (("antenatal",), 1.3),
    "andro": (("andro",), 0.9), "dental": (("dental",), 1.6), "eye": (("exam_eye",), 1.5), "ent": (("exam_ent",), 1.0),
    "psych": (("psych",), 0.8), "injury": (("wound", "dressing"), 1.0), "dialysis": (("dialysis",), 9.0),
}  # fmt: skip


def walk_in_lines(
    people: People, visits: Visits, catalogue: Catalogue, institutions: Institutions, throw: Dice
) -> Lines:
    """Charge every visit and purchase that is not a stay."""
    rows = np.flatnonzero(visits.kind != STAY)
    who = who_is_it_for(people, visits)
    seen = rows[visits.kind[rows] != PURCHASE]
    tier = institutions.tier[visits.institution]
    parts = [
        _consultation(visits, seen, tier, catalogue, throw),
        _tests(visits, seen, ints(tier), catalogue, throw),
        _by_style(visits, seen, who, catalogue, throw),
        _drugs(visits, rows, who, catalogue, throw),
        _decoctions(visits, seen, who, catalogue, throw),
    ]
    lines = Lines.joined(parts)
    lines = lines.take(firsts(lines.visit, lines.item))
    return spread(lines, visits, throw)


def spread(lines: Lines, visits: Visits, throw: Dice) -> Lines:
    """Put the lines somewhere between the start and the end of their visit."""
    start, end = visits.start[lines.visit], visits.end[lines.visit]
    lines.minute = start + (throw.random(len(lines)) * (end - start + 1)).astype(np.int64)
    return lines


def _consultation(visits: Visits, seen: Ints, tier: Ints, catalogue: Catalogue, throw: Dice) -> Lines:
    plain, expert = catalogue.items.role("visit_outpatient")
    emergency = catalogue.items.role("visit_emergency")[0]
    famous = (tier[seen] == 0) & chance(throw, len(seen), 25)
    item = np.where(visits.kind[seen] == EMERGENCY, emergency, np.where(famous, expert, plain))
    return Lines.charged(seen, item, visits.start[seen], UNIT)


def _tests(visits: Visits, seen: Ints, tier: Ints, catalogue: Catalogue, throw: Dice) -> Lines:
    parts = []
    for role, mean in (("lab", _TESTS), ("exam", _LOOKS)):
        tested = chance(throw, len(seen), np.where(visits.kind[seen] == CHRONIC, 22, 55))
        tested |= visits.kind[seen] == EMERGENCY
        counts = np.where(tested, throw.poisson(np.array(mean)[tier[seen]] * 1.8), 0)
        visit = repeated(seen, np.minimum(counts, 12))
        item = drawn(catalogue.items.role(role), throw.random(len(visit)))
        parts.append(Lines.charged(visit, item, visits.start[visit], UNIT))
    return Lines.joined(parts)


def _by_style(visits: Visits, seen: Ints, who: Ints, catalogue: Catalogue, throw: Dice) -> Lines:
    items, diagnoses = catalogue.items, catalogue.diagnoses
    grown = who[seen] != CHILD
    parts = []
    for style, (roles, mean) in _STYLE_ROLES.items():
        here = diagnoses.styled(style)[visits.diagnosis[seen]] & (visits.kind[seen] != EMERGENCY)
        rows = seen[here & (grown | (style not in ("gynae", "antenatal", "andro")))]
        counts = np.minimum(throw.poisson(mean, len(rows)), 4)
        if style == "dialysis":
            counts = np.ones(len(rows), dtype=np.int64)
        visit = repeated(rows, counts)
        parts.append(
            Lines.charged(
                visit, drawn(items.role(*roles), throw.random(len(visit))), visits.start[visit], UNIT
            )
        )
    ill = chance(throw, len(seen), 9) & (visits.kind[seen] != CHRONIC)
    dripped = seen[ill]
    small = who[dripped] == CHILD
    drip = np.where(small, items.role("child_infusion")[0], items.role("infusion")[0])
    fluid = drawn(items.role("fluid"), throw.random(len(dripped)))
    vial = diagnoses.injected.draw(visits.diagnosis[dripped] * 3 + who[dripped], throw.random(len(dripped)))
    tube = np.full(len(dripped), items.role("infusion_material")[0])
    for item in (drip, fluid, vial, tube):
        parts.append(Lines.charged(dripped, ints(item), visits.start[dripped], UNIT))
    kneaded = seen[(who[seen] == CHILD) & chance(throw, len(seen), 5)]
    item = drawn(items.role("child_tcm"), throw.random(len(kneaded)))
    parts.append(Lines.charged(kneaded, item, visits.start[kneaded], UNIT))
    return Lines.joined(parts)


def _drugs(visits: Visits, rows: Ints, who: Ints, catalogue: Catalogue, throw: Dice) -> Lines:
    kind = visits.kind[rows]
    drugged = chance(throw, len(rows), 82) | np.isin(kind, (CHRONIC, PURCHASE))
    counts = np.where(drugged, 1 + throw.poisson(np.array(_DRUGS_MORE)[kind]), 0)
    visit = repeated(rows, np.minimum(counts, 7))
    diagnoses = catalogue.diagnoses
    luck = throw.random(len(visit))
    which = visits.diagnosis[visit] * 3 + who[visit]
    shop = visits.kind[visit] == PURCHASE
    item = np.where(shop, diagnoses.retail.draw(which, luck), diagnoses.taken_home.draw(which, luck))
    most = np.where(np.isin(visits.kind[visit], (VISIT, EMERGENCY)), 2, 4)
    packs = whole(1 + (throw.random(len(visit)) ** 2 * most).astype(np.int64))
    return Lines.charged(visit, ints(item), visits.start[visit], _split(ints(packs), visits, visit, throw))


def _split(quantity: Ints, visits: Visits, visit: Ints, throw: Dice) -> Ints:
    """Sell some packs in parts: halves, quarters and thirds of a pack, as the shelf allows."""
    parts = ints([UNIT // 2, UNIT // 4, 3_333, UNIT * 3 // 4])[throw.integers(0, 4, len(quantity))]
    return np.where(chance(throw, len(quantity), _SPLIT_PERCENT), parts, quantity)


def _decoctions(visits: Visits, seen: Ints, who: Ints, catalogue: Catalogue, throw: Dice) -> Lines:
    physio: Bools = catalogue.diagnoses.styled("physio", "general")[visits.diagnosis[seen]]
    rows = seen[physio & (who[seen] != CHILD) & chance(throw, len(seen), 4)]
    item = np.full(len(rows), catalogue.items.role("decoction")[0], dtype=np.int64)
    doses = whole(throw.choice(ints([5, 7, 10, 14]), len(rows)))
    return Lines.charged(rows, item, visits.start[rows], ints(doses))
