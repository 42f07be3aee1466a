"""What nobody may impose: on the wrong party, after its time, without a loss, without an order to rectify, out of bounds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.casework.cases import people
from tests.casework.cases.people import HEAD, LI, WANG, ZHAO
from tests.casework.cases.plant import plant
from tests.casework.documents.samples import DECISION, anything
from tests.casework.penalty.test_walk import DAY, LOSS, OFFICERS, Bureau

from yibao.access import Role, actor_of, found, give_role, open_account, recuse
from yibao.casework import penalty
from yibao.casework.cases import (
    Amount,
    CaseClock,
    Doing,
    Money,
    Opening,
    Organ,
    acts,
    case_clocks,
    cases,
    lay_open,
    opening_about,
    standing_amounts,
)
from yibao.casework.documents import CaseRef, issue, kind, kinds, of_case
from yibao.casework.penalty import (
    Article,
    BarGround,
    Circumstance,
    Measures,
    Officer,
    State,
    SuspensionGround,
)
from yibao.casework.tracks import MACHINES
from yibao.kernel import Refused, Region, day_of_ymd
from yibao.store import Register


@pytest.fixture
def bureau(fresh_register: Register) -> Bureau:
    return Bureau(fresh_register)


MANAGEMENT = Measures(Article.MANAGEMENT, day_of_ymd(20251101), 0, 0, 0, 2_000_000)


@pytest.mark.parametrize(
    ("measures", "code"),
    [
        (replace(LOSS, article=Article.PERSON_FRAUD), "other_article"),
        (replace(LOSS, article=Article.AGENCY_FRAUD), "other_article"),
        (replace(LOSS, patient_fen=1_000_000, fine_fen=0), "no_loss"),
        (Measures(Article.FRAUD, DAY, 0, 0, 0, 0), "no_loss"),
        (replace(LOSS, act_day=day_of_ymd(20240301)), "limitation"),
        (replace(LOSS, act_day=day_of_ymd(20260303)), "act_day"),
        (replace(LOSS, fine_fen=-1), "sums"),
        (replace(LOSS, loss_fen=10**19, fine_fen=10**19), "sums"),
        (replace(LOSS, refund_fen=1_000_001), "sums"),
        (replace(LOSS, patient_fen=1_000_001), "sums"),
        (replace(LOSS, suspension_months=5), "suspension_range"),
        (replace(LOSS, suspension_months=10**9), "suspension_range"),
        (replace(LOSS, suspension_months=6), "suspension_ground"),
        (replace(LOSS, suspension_months=6, suspension_ground=SuspensionGround.REFUSED), "not_rectified"),
        (replace(LOSS, suspension_ground=SuspensionGround.GRAVE), "suspension_ground"),
        (replace(LOSS, barred="钱某"), "bar_ground"),
        (replace(LOSS, bar_ground=BarGround.MAJOR_LOSS), "bar_ground"),
        (replace(LOSS, barred="  ", bar_ground=BarGround.MAJOR_LOSS), "bar_ground"),
        (MANAGEMENT, "not_rectified"),
        (replace(MANAGEMENT, suspension_months=6), "not_rectified"),
    ],
)
def test_an_institution_is_not_punished_so(bureau: Bureau, measures: Measures, code: str) -> None:
    bureau.investigate()
    with pytest.raises(Refused, match=rf"casework\.{code}\b"):
        bureau.by(LI, lambda d: penalty.tell(d, bureau.case, measures, bureau.doing()))
    assert bureau.state == State.TO_TELL


def test_the_last_day_of_limitation_is_in_time(bureau: Bureau) -> None:
    bureau.investigate()
    just = replace(LOSS, act_day=day_of_ymd(20240302))
    bureau.by(LI, lambda d: penalty.tell(d, bureau.case, just, bureau.doing()))
    assert bureau.state == State.TOLD


def test_a_person_is_punished_by_article_41(bureau: Bureau) -> None:
    opening = Opening(region=people.CITY, cause="冒名就医", person_id=9)
    bureau.case = bureau.by(ZHAO, lambda d: penalty.register(d, opening, Doing(DAY, "举报线索"))).id
    bureau.investigate()
    with pytest.raises(Refused, match=r"casework\.other_article"):
        bureau.by(LI, lambda d: penalty.tell(d, bureau.case, LOSS, bureau.doing()))
    lent = Measures(Article.PERSON, day_of_ymd(20251101), 0, 0, 0, 0, suspension_months=3)
    assert bureau.by(LI, lambda d: penalty.tell(d, bureau.case, lent, bureau.doing())) is True


@pytest.mark.parametrize(
    ("ymd", "harm", "filed"), [(20240301, False, False), (20240301, True, True), (20210228, True, False)]
)
def test_limitation_is_answered_when_a_case_is_filed(
    fresh_register: Register, ymd: int, harm: bool, filed: bool
) -> None:
    codes = plant(fresh_register, 1_000, day=day_of_ymd(ymd))
    bureau = Bureau(fresh_register)
    with fresh_register.unit_of_work("zhao") as unit:
        opening, stake = opening_about(unit, codes, "重复收费")
        bureau.case = penalty.register(people.desk(unit, ZHAO), opening, Doing(DAY, "线索", amounts=stake)).id
    bureau.does(ZHAO, "propose_filing")
    said = Doing(DAY, "批准", body={"harm": True} if harm else {})
    if filed:
        bureau.by(HEAD, lambda d: penalty.act(d, bureau.case, "file", said))
        assert bureau.state == State.INVESTIGATED
        return
    with pytest.raises(Refused, match=r"casework\.limitation") as refused:
        bureau.by(HEAD, lambda d: penalty.act(d, bureau.case, "file", said))
    assert (
        "第三十六条" in refused.value.text.zh and "not_file" in (refused.value.todo or refused.value.text).zh
    )


def test_article_39_waits_for_an_order_that_was_served_and_refused(bureau: Bureau) -> None:
    bureau.file()
    with pytest.raises(Refused, match=r"casework\.rectify_first"):
        bureau.does(LI, "served_rectify")
    bureau.does(LI, "order_rectify", "建立进销存记录")
    with pytest.raises(Refused, match=r"casework\.rectify_first"):
        bureau.does(LI, "recheck_refused")
    bureau.does(LI, "served_rectify")
    with pytest.raises(Refused, match=r"casework\.rectify_first"):
        bureau.does(LI, "recheck_refused", days=7)
    bureau.does(LI, "recheck_refused", "复查仍未建立", days=1)
    bureau.does(LI, "report")
    bureau.does(people.LAWYER, "pass_review")
    bureau.by(LI, lambda d: penalty.tell(d, bureau.case, MANAGEMENT, bureau.doing()))
    assert bureau.state == State.TOLD


def test_who_corrected_in_time_is_not_fined_by_article_39(bureau: Bureau) -> None:
    bureau.file()
    for verb in ("order_rectify", "served_rectify", "recheck_corrected", "report"):
        bureau.does(LI, verb)
    bureau.does(people.LAWYER, "pass_review")
    with pytest.raises(Refused, match=r"casework\.not_rectified"):
        bureau.by(LI, lambda d: penalty.tell(d, bureau.case, MANAGEMENT, bureau.doing()))


def test_an_early_defence_does_not_cut_off_the_hearing(bureau: Bureau) -> None:
    """Somebody who defends himself on the first day has still five working days to ask for a hearing."""
    large = replace(LOSS, loss_fen=20_000_000, refund_fen=20_000_000, fine_fen=20_000_000)
    bureau.tell(large)
    bureau.by(WANG, lambda d: penalty.answer(d, bureau.case, "defend", bureau.doing()))
    with pytest.raises(Refused, match=r"casework\.too_early"):
        bureau.by(LI, lambda d: penalty.weigh(d, bureau.case, bureau.doing()))
    bureau.by(WANG, lambda d: penalty.answer(d, bureau.case, "waive_hearing", bureau.doing("书面放弃听证")))
    with pytest.raises(Refused, match=r"casework\.no_hearing"):
        bureau.by(WANG, lambda d: penalty.answer(d, bureau.case, "ask_hearing", bureau.doing()))
    bureau.by(LI, lambda d: penalty.weigh(d, bureau.case, bureau.doing()))
    assert bureau.state == State.TO_DECIDE


def test_nobody_dates_ahead_to_let_a_partys_time_run_out(bureau: Bureau) -> None:
    bureau.tell()
    with bureau.register.unit_of_work("li") as unit:
        early = replace(people.desk(unit, LI), today=DAY + 1)
        with pytest.raises(Refused, match=r"casework\.future"):
            penalty.weigh(early, bureau.case, Doing(DAY + 60, "逾期未申辩"))


def test_a_notice_is_served_once_and_told_anew_counts_anew(bureau: Bureau) -> None:
    bureau.tell()
    bureau.day += 2
    with pytest.raises(Refused, match=r"casework\.served_already"):
        bureau.by(LI, lambda d: penalty.serve_notice(d, bureau.case, bureau.doing()))
    bureau.does(LI, "tell_anew", "数额有误")
    less = replace(LOSS, loss_fen=900_000, refund_fen=900_000, fine_fen=800_000)
    bureau.by(LI, lambda d: penalty.tell(d, bureau.case, less, bureau.doing()))
    told = bureau.by(ZHAO, lambda d: standing_amounts(d.unit, bureau.case))[Amount.FOUND]
    assert told == Money(700_000, 200_000), "what was told before is not added to it"


def test_to_spare_is_no_heavier_than_told_and_no_penalty_by_another_name(bureau: Bureau) -> None:
    bureau.weigh()
    first = Circumstance.NONE_FIRST
    with pytest.raises(Refused, match=r"casework\.heavier"):
        more = replace(LOSS, loss_fen=1_000_001, refund_fen=1_000_001)
        bureau.by(HEAD, lambda d: penalty.spare(d, bureau.case, first, more, bureau.doing()))
    with pytest.raises(Refused, match=r"casework\.below_range") as refused:
        bureau.decide(replace(LOSS, fine_fen=0), first)
    assert "--spare" in (refused.value.todo or refused.value.text).zh


def test_no_penalty_is_served_too_before_the_case_is_closed(bureau: Bureau) -> None:
    bureau.weigh()
    bureau.by(HEAD, lambda d: penalty.spare(d, bureau.case, Circumstance.NONE_FIRST, LOSS, bureau.doing()))
    bureau.by(LI, lambda d: penalty.recover(d, bureau.case, Money(800_000, 200_000), 0, bureau.doing()))
    with pytest.raises(Refused, match=r"casework\.open_ends.*送达"):
        bureau.by(LI, lambda d: penalty.close(d, bureau.case, bureau.doing(), on_paper=kinds()))
    bureau.by(LI, lambda d: penalty.serve(d, bureau.case, bureau.doing()))
    with pytest.raises(Refused, match=r"casework\.served_already"):
        bureau.by(LI, lambda d: penalty.serve(d, bureau.case, bureau.doing()))
    bureau.by(LI, lambda d: penalty.close(d, bureau.case, bureau.doing(), on_paper=kinds()))
    assert bureau.state == State.CLOSED


def test_the_patients_money_is_not_booked_as_the_funds(bureau: Bureau) -> None:
    bureau.weigh()
    bureau.decide()
    bureau.by(LI, lambda d: penalty.serve(d, bureau.case, bureau.doing()))
    with pytest.raises(Refused, match=r"casework\.too_much") as refused:
        bureau.by(LI, lambda d: penalty.recover(d, bureau.case, Money(1_000_000), 0, bureau.doing()))
    assert "8,000.00" in refused.value.wanted
    bureau.by(LI, lambda d: penalty.recover(d, bureau.case, Money(800_000, 200_000), 0, bureau.doing()))


def test_one_certificate_is_not_two_officers(bureau: Bureau) -> None:
    bureau.does(ZHAO, "propose_filing")
    bureau.does(HEAD, "file")
    same = (OFFICERS[0], Officer("wang", OFFICERS[0].certificate))
    with pytest.raises(Refused, match=r"casework\.two_officers"):
        bureau.by(ZHAO, lambda d: penalty.assign(d, bureau.case, same, bureau.doing()))


def test_who_investigated_before_does_not_decide_after(bureau: Bureau) -> None:
    """An officer who was replaced, or did nothing himself, is still no stranger to the case."""
    bureau.file()
    others = (OFFICERS[0], Officer("sun", "浙A003"))
    bureau.by(ZHAO, lambda d: penalty.assign(d, bureau.case, others, bureau.doing()))
    bureau.does(LI, "report")
    with pytest.raises(Refused, match=r"casework\.officer_judges"):
        bureau.does(replace(people.LAWYER, name="wang"), "pass_review")


def test_revoked_means_the_publication_too_within_three_working_days(bureau: Bureau) -> None:
    bureau.weigh()
    bureau.decide()
    bureau.by(LI, lambda d: penalty.serve(d, bureau.case, bureau.doing()))
    bureau.does(LI, "publish")
    bureau.by(HEAD, lambda d: penalty.revoke(d, bureau.case, bureau.doing("复议撤销")))
    clocks = bureau.by(ZHAO, lambda d: case_clocks(d.unit, bureau.case))
    [clock] = [c for c in clocks if c.stopped_day is None]
    assert (clock.running.kind, clock.due_day) == ("withdraw_publication", day_of_ymd(20260305))
    bureau.does(LI, "withdraw_publication", "决定已撤销", days=10)
    laid = bureau.by(HEAD, lambda d: lay_open(d, MACHINES, bureau.case))
    assert [c.running.kind for c in laid.clocks if c.late] == ["withdraw_publication"], "late is seen"


def test_what_was_never_decided_cannot_be_revoked(bureau: Bureau) -> None:
    bureau.file()
    bureau.by(ZHAO, lambda d: penalty.refer(d, bureau.case, Organ.POLICE, "市公安局", bureau.doing()))
    for name in ("省公安厅", "市监委"):
        with pytest.raises(Refused, match=r"casework\.which_transfer"):
            bureau.by(
                ZHAO,
                lambda d, name=name: penalty.acknowledged(
                    d, bureau.case, "acknowledged", bureau.doing(), name
                ),
            )  # type: ignore[misc]
    bureau.by(
        ZHAO, lambda d: penalty.acknowledged(d, bureau.case, "acknowledged", bureau.doing(), "市公安局")
    )
    with pytest.raises(Refused, match=r"casework\.papers_missing") as refused:
        bureau.by(LI, lambda d: penalty.close(d, bureau.case, bureau.doing()))
    assert refused.value.wanted == "filing_approval crime_transfer_report crime_transfer"
    with pytest.raises(Refused, match=r"casework\.document_unknown"):
        bureau.by(LI, lambda d: penalty.close(d, bureau.case, bureau.doing(), on_paper=["fileing"]))
    bureau.by(
        LI, lambda d: penalty.close(d, bureau.case, bureau.doing(), on_paper=refused.value.wanted.split())
    )
    laid = bureau.by(HEAD, lambda d: lay_open(d, MACHINES, bureau.case))
    assert dict(laid.acts[-1].body) == {
        "on_paper": ["filing_approval", "crime_transfer_report", "crime_transfer"]
    }
    with pytest.raises(Refused, match=r"casework\.no_decision"):
        bureau.by(HEAD, lambda d: penalty.revoke(d, bureau.case, bureau.doing("误")))


def test_a_clue_that_comes_back_is_still_a_clue(bureau: Bureau) -> None:
    """The way through the police is no way round the approval of the filing."""
    bureau.by(
        ZHAO, lambda d: penalty.refer(d, bureau.case, Organ.POLICE, "市公安局", bureau.doing("涉嫌诈骗"))
    )
    bureau.day += 5
    bureau.by(ZHAO, lambda d: penalty.acknowledged(d, bureau.case, "taken_back", bureau.doing("不予立案")))
    assert bureau.state == State.CLUE
    [clock] = [c for c in _clocks(bureau) if c.running.kind == "verify_clue"]
    assert clock.due_day == day_of_ymd(20260327), "fifteen working days, and four with the police"


def test_an_extension_adds_to_a_period_and_hides_no_delay(bureau: Bureau) -> None:
    bureau.file()
    bureau.does(HEAD, "extend", "案情复杂", days=10)
    [clock] = [c for c in _clocks(bureau) if c.running.kind == "decide_extended"]
    assert clock.due_day == day_of_ymd(20260701), (
        "ninety days from 2 March end on 1 June (a Sunday before), then thirty"
    )
    with pytest.raises(Refused, match=r"casework\.cannot_extend"):
        bureau.does(HEAD, "extend_again", "案情复杂", days=400)
    bureau.day -= 400
    bureau.does(HEAD, "extend_again", "案情复杂")
    [clock] = [c for c in _clocks(bureau) if c.running.kind == "decide_extended_again"]
    assert clock.running.start == day_of_ymd(20260701)


def _clocks(bureau: Bureau) -> list[CaseClock]:
    return bureau.by(ZHAO, lambda d: case_clocks(d.unit, bureau.case))


def test_the_papers_of_a_revoked_decision_fall_with_it(bureau: Bureau) -> None:
    bureau.weigh()
    bureau.decide()
    whose, home = CaseRef("penalty", bureau.case), bureau.register.home
    with bureau.register.unit_of_work("head") as unit:
        for slug in ("penalty_decision", "urge_letter", "inquiry_record"):
            values = DECISION if slug == "penalty_decision" else anything(kind(slug))
            issue(unit, home, people.policy(), slug, whose, values, "head", day=DAY)
    bureau.by(HEAD, lambda d: penalty.revoke(d, bureau.case, bureau.doing("复议撤销")))
    with bureau.register.unit_of_work("head") as unit:
        standing = {one.slug: one.revoked for one in of_case(unit, whose)}
        [last] = [act for act in acts(unit, bureau.case) if act.verb == "revoke"]
    assert standing == {"penalty_decision": "复议撤销", "urge_letter": "复议撤销", "inquiry_record": None}
    assert len(last.body["documents"]) == 2 and "医保罚〔2026〕1号" in str(last.body["documents"][0])


def test_an_officer_who_is_recused_later_does_not_count_any_more(fresh_register: Register) -> None:
    with fresh_register.unit_of_work("local") as unit:
        found(unit, Region(people.CITY), system="xi", security="an", audit="shen")
        for name, role in (
            ("li", Role.CASE_HANDLER),
            ("wang", Role.CASE_HANDLER),
            ("head", Role.DECIDING_HEAD),
        ):
            open_account(unit, actor_of(unit, "xi"), name, holder=name, region=Region(people.CITY))
            give_role(unit, actor_of(unit, "an"), name, role)
    bureau = Bureau(fresh_register)
    bureau.file()
    number = bureau.by(ZHAO, lambda d: cases(d.unit, [bureau.case])[0].number)
    with fresh_register.unit_of_work("head") as unit:
        recuse(unit, actor_of(unit, "head"), "wang", reason="与当事人有近亲属关系", subject=number)
    with pytest.raises(Refused, match=r"casework\.two_officers"):
        bureau.does(LI, "report")
    with pytest.raises(Refused, match=r"casework\.unfit_officer"):
        bureau.by(ZHAO, lambda d: penalty.assign(d, bureau.case, OFFICERS, bureau.doing()))
