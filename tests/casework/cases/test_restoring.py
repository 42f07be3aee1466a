"""That a patient was told what came back to him is an act: it has its entry in the ledger, once."""

from __future__ import annotations

import pytest
from tests.casework.cases import people
from tests.casework.cases.people import LI, ZHAO
from tests.casework.cases.plant import plant
from tests.casework.penalty.test_walk import DAY, LOSS, Bureau

from yibao.casework import penalty
from yibao.casework.cases import Doing, Money, opening_about, restorations, told
from yibao.kernel import Refused
from yibao.ledger import Tag, said
from yibao.store import Register


def _told(register: Register) -> list[dict[str, object]]:
    with register.unit_of_work("test") as unit:
        return [dict(one.body) for one in said(unit, [Tag.CASEWORK_PATIENT_TOLD])]


def test_a_patient_told_is_sworn_to_once(fresh_register: Register) -> None:
    codes = plant(fresh_register, 600_000, 400_000)
    bureau = Bureau(fresh_register)
    with fresh_register.unit_of_work("zhao") as unit:
        opening, stake = opening_about(unit, codes, "重复收费")
        bureau.case = penalty.register(people.desk(unit, ZHAO), opening, Doing(DAY, "线索", amounts=stake)).id
    bureau.weigh()
    bureau.decide()
    bureau.by(LI, lambda d: penalty.serve(d, bureau.case, bureau.doing()))
    bureau.by(LI, lambda d: penalty.recover(d, bureau.case, Money(800_000, 200_000), 0, bureau.doing()))
    numbers = [one.number for one in bureau.by(LI, lambda d: restorations(d, bureau.case))]
    assert len(numbers) == 2 and LOSS.patient_fen == 200_000
    with pytest.raises(Refused, match=r"casework\.unknown_restoration"):
        bureau.by(LI, lambda d: told(d, bureau.case, [*numbers, 999], DAY))
    assert _told(fresh_register) == [], "refused whole"
    bureau.by(LI, lambda d: told(d, bureau.case, numbers[:1], DAY))
    bureau.by(LI, lambda d: told(d, bureau.case, numbers, DAY + 1))
    bureau.by(LI, lambda d: told(d, bureau.case, numbers, DAY + 2))
    assert [(one["restorations"], one["day"]) for one in _told(fresh_register)] == [
        (numbers[:1], "2026-03-02"), (numbers[1:], "2026-03-03"),
    ]  # fmt: skip
