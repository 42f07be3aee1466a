"""On which grounds a department is suspended (条例 Art. 38), and whoever is in charge barred (Art. 43)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.casework.cases import people
from tests.casework.cases.people import HEAD, LI, WANG, ZHAO
from tests.casework.penalty.test_walk import DAY, LOSS, Bureau

from yibao.casework import penalty
from yibao.casework.cases import Doing, Opening, acts, verify_cases
from yibao.casework.penalty import Article, BarGround, Measures, SuspensionGround
from yibao.kernel import Refused, day_of_ymd
from yibao.ledger import Tag, said
from yibao.store import Register


@pytest.fixture
def bureau(fresh_register: Register) -> Bureau:
    return Bureau(fresh_register)


def test_a_department_is_suspended_where_its_hospital_refused_to_mend(bureau: Bureau) -> None:
    """条例 Art. 38: 拒不改正或者造成严重后果的, six months to a year; and the decision keeps the ground that was told."""
    bureau.file()
    for verb, days in (("order_rectify", 0), ("served_rectify", 0), ("recheck_refused", 8), ("report", 0)):
        bureau.does(LI, verb, days=days)
    bureau.does(people.LAWYER, "pass_review")
    refused = replace(LOSS, suspension_months=6, suspension_ground=SuspensionGround.REFUSED)
    assert bureau.by(LI, lambda d: penalty.tell(d, bureau.case, refused, bureau.doing())) is True
    bureau.by(LI, lambda d: penalty.serve_notice(d, bureau.case, bureau.doing()))
    for verb in ("waive", "waive_hearing"):
        bureau.by(WANG, lambda d, verb=verb: penalty.answer(d, bureau.case, verb, bureau.doing("书面放弃")))  # type: ignore[misc]
    bureau.by(LI, lambda d: penalty.weigh(d, bureau.case, bureau.doing()))
    bureau.does(LI, "discuss")
    bureau.does(HEAD, "conclude")
    with pytest.raises(Refused, match=r"casework\.heavier"):
        bureau.decide(replace(refused, suspension_ground=SuspensionGround.GRAVE))
    assert bureau.decide(refused).measures == refused


def test_who_is_in_charge_is_barred_for_five_years_after_a_hearing(bureau: Bureau) -> None:
    """条例 Art. 43, and 行政处罚法 Art. 63: to bar somebody from his trade, he is told of his right to be heard."""
    barred = replace(
        LOSS, article=Article.FRAUD, fine_fen=1_600_000, bar_ground=BarGround.MAJOR_LOSS, barred="钱某"
    )
    bureau.tell(barred)
    for verb in ("waive", "waive_hearing"):
        bureau.by(WANG, lambda d, verb=verb: penalty.answer(d, bureau.case, verb, bureau.doing("书面放弃")))  # type: ignore[misc]
    bureau.by(LI, lambda d: penalty.weigh(d, bureau.case, bureau.doing()))
    with pytest.raises(Refused, match=r"casework\.not_discussed"):
        bureau.decide(barred)
    bureau.does(LI, "discuss")
    bureau.does(HEAD, "conclude")
    with pytest.raises(Refused, match=r"casework\.heavier"):
        bureau.decide(replace(barred, barred="孙某"))
    made = bureau.decide(barred)
    assert (made.bar_years, made.barred_until) == (5, None), "it runs from the service on"
    bureau.by(LI, lambda d: penalty.serve(d, bureau.case, bureau.doing()))
    served = bureau.by(LI, lambda d: penalty.dossier(d.unit, bureau.case)).decision
    assert served is not None and served.barred_until == day_of_ymd(20310303)
    with bureau.register.unit_of_work("test") as unit:
        assert verify_cases(unit)[1] == []
        leaves = [one.body for one in said(unit, (Tag.CASEWORK_CASE_DECIDED, Tag.CASEWORK_CASE_MOVED))]
        told = next(act for act in acts(unit, bureau.case) if act.verb == "tell")
    assert told.body["bar_ground"] == "major_loss"
    assert leaves and "钱某" not in str(leaves) and "钱某" not in str(told.body)


def test_nobody_in_charge_is_barred_in_a_persons_case(bureau: Bureau) -> None:
    opening = Opening(region=people.CITY, cause="冒名就医", person_id=9)
    bureau.case = bureau.by(ZHAO, lambda d: penalty.register(d, opening, Doing(DAY, "举报线索"))).id
    bureau.investigate()
    measures = Measures(
        Article.PERSON, day_of_ymd(20251101), 0, 0, 0, 0, suspension_months=3, bar_ground=BarGround.SOCIAL_HARM,
        barred="钱某",
    )  # fmt: skip
    with pytest.raises(Refused, match=r"casework\.bar_ground"):
        bureau.by(LI, lambda d: penalty.tell(d, bureau.case, measures, bureau.doing()))
