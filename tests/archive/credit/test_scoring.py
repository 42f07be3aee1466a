"""The score: the worked example to the tenth, every other anchor, and that a worse fact never makes a score better."""

from __future__ import annotations

import pytest
from tests.archive.credit.facts import DAY, File, clean, scored

from yibao.archive.credit.model import Measure
from yibao.archive.files import FactKind
from yibao.kernel import add_months

NOT_RATED = ("ph_change_filed", "ph_agent_recorded", "ph_public_credit")


def example(
    *,
    identity: int = 12_338,
    pharmacist: int = 2_766,
    scan: tuple[int, int] = (24_310, 24_700),
    swap: bool = True,
) -> tuple[File, dict[str, Measure]]:
    """The pharmacy of the worked example."""
    file, measures = clean("pharmacy")
    file.facts = [f for f in file.facts if f.body.get("indicator") not in NOT_RATED]
    for name in NOT_RATED:
        measures.pop(name, None)
    measures["ph_identity_verified"] = Measure(identity, 12_400)
    measures["ph_pharmacist_on_duty"] = Measure(pharmacist, 2_940)
    measures["ph_trace_scan"] = Measure(*scan)
    measures["ph_camera_online"] = Measure(242_424, 252_000)
    file.observe("ph_out_of_scope", amount_fen=18_360, case="X000001")
    if swap:
        file.observe("ph_swap", **{"class": "slight"}, case="X000002")
        file.add(
            FactKind.DISPOSED,
            case="X000002",
            cause="其他",
            measures=[{"measure": "refuse", "fund_fen": 18_000}],
        )
    file.observe("ph_complaints")
    for name in ("ph_selfcheck_refund", "ph_contribution", "ph_association"):
        file.observe(name)
    return file, measures


def test_the_worked_example() -> None:
    one = scored("pharmacy", *example())
    marks = {line.indicator.id: line.mark for line in one.lines}
    assert {name: marks[name] for name in (
        "ph_identity_verified", "ph_pharmacist_on_duty", "ph_out_of_scope", "ph_swap", "ph_disposal_light",
        "ph_complaints", "ph_trace_scan", "ph_camera_online",
    )} == {
        "ph_identity_verified": 240, "ph_pharmacist_on_duty": 70, "ph_out_of_scope": 200, "ph_swap": 200,
        "ph_disposal_light": 150, "ph_complaints": 200, "ph_trace_scan": 100, "ph_camera_online": 140,
    }  # fmt: skip
    assert [line.indicator.id for line in one.lines if not line.rated] == [
        "ph_change_filed", "ph_agent_recorded", "ph_public_credit"
    ]  # fmt: skip
    assert (one.shown, one.grade, one.limits) == ("86.8", "B", ())
    assert str(one.base) == "7590/89"
    [disposal] = one.line("ph_disposal_light").charges
    assert disposal.counted_in == "ph_swap"


def test_what_if_the_act_were_charged_twice() -> None:
    file, measures = example()
    file.observe("ph_disposal_light", case="X000099")
    assert scored("pharmacy", file, measures).shown == "86.3"


def test_what_if_it_had_ended_in_a_penalty() -> None:
    file, measures = example()
    file.add(FactKind.PENALIZED, case="X000002", article="art_38", step="ordinary", cause="其他")
    one = scored("pharmacy", file, measures)
    assert (one.shown, one.by_bounds, one.grade) == ("81.6", "B", "C")
    assert [(x.grade, x.indicator) for x in one.limits] == [("C", "ph_penalty_38")]


def test_what_if_the_figures_were_better_and_the_swap_over() -> None:
    better = {"identity": 12_400, "pharmacist": 2_940, "scan": (24_527, 24_700)}
    one = scored("pharmacy", *example(**better))  # type: ignore[arg-type]
    assert (one.shown, one.grade) == ("89.8", "B")
    one = scored("pharmacy", *example(**better, swap=False))  # type: ignore[arg-type]
    assert (one.shown, one.grade) == ("90.8", "A")
    file, measures = example(**better)  # type: ignore[arg-type]
    for fact in [f.id for f in file.facts if f.body.get("case") == "X000002"]:
        file.add(FactKind.REPAIRED, DAY - 1, rests_on=fact, of="credit")
    assert scored("pharmacy", file, measures).shown == "90.8", "repaired is no longer counted"


@pytest.mark.parametrize(
    ("set_name", "kind", "body", "shown", "grade"),
    [
        ("pharmacy", None, {}, "92.0", "A"),
        ("pharmacy", FactKind.OBSERVED, {"indicator": "ph_complaints"}, "91.0", "A"),
        ("pharmacy", FactKind.DISPOSED, {"measures": [{"measure": "interview"}]}, "91.5", "A"),
        ("pharmacy", FactKind.PENALIZED, {"article": "art_39"}, "90.0", "B"),
        ("pharmacy", FactKind.PENALIZED, {"article": "art_38", "step": "heavy"}, "80.0", "C"),
        ("pharmacy", FactKind.PENALIZED, {"article": "art_40"}, "92.0", "D"),
        ("hospital", None, {}, "920.0", "A"),
        ("hospital", FactKind.PENALIZED, {"article": "art_38", "step": "ordinary"}, "860.0", "C"),
        ("practitioner", None, {}, "90.0", "A"),
        ("practitioner", FactKind.POINTS, {"value": 3}, "83.0", "B"),
        ("practitioner", FactKind.POINTS, {"value": 6}, "75.0", "C"),
        ("practitioner", FactKind.POINTS, {"value": 8}, "69.0", "C"),
        ("insured", None, {}, "95.0", "A"),
        ("insured", FactKind.PENALIZED, {"article": "art_41_1", "cause": "将本人的医疗保障凭证交由他人冒名使用"},
         "80.0", "B"),
        ("insured", FactKind.PENALIZED, {"article": "art_41_2"}, "95.0", "D"),
    ],
)  # fmt: skip
def test_the_other_anchors(
    set_name: str, kind: FactKind | None, body: dict[str, object], shown: str, grade: str
) -> None:
    file, measures = clean(set_name)
    if kind is not None:
        file.add(kind, case="C000001", **body)
    one = scored(set_name, file, measures)
    assert (one.shown, one.grade) == (shown, grade)


def test_a_practitioner_s_status_is_a_direct_grade_while_it_lasts() -> None:
    file, measures = clean("practitioner")
    for status, grade in (
        ("suspended", "D"),
        ("terminated_12", "D"),
        ("terminated_single", "E"),
        (None, "A"),
    ):
        assert scored("practitioner", file, measures, status=status).grade == grade


def test_open_findings_do_nothing_and_a_strange_fact_neither() -> None:
    file, measures = clean("pharmacy")
    before = scored("pharmacy", file, measures)
    for n in range(37):
        file.add(FactKind.OBSERVED, finding=f"F{n}", result="suspicious", amount_fen=99_999_999)
        file.add(FactKind.INDUSTRY, action="transferred_to_police", case="C000001")
    assert scored("pharmacy", file, measures) == before


def test_it_ends_with_its_validity_and_is_not_charged_before_it_takes_effect() -> None:
    file, measures = clean("pharmacy")
    day = DAY - 10
    file.add(FactKind.PENALIZED, day, article="art_39", case="C000001")
    over = add_months(day, 12)
    measures = {**measures}
    for on, shown in ((day - 1, "92.0"), (day, "90.0"), (over - 1, "90.0"), (over, "92.0")):
        again, _ = clean("pharmacy")
        again.facts += [f for f in file.facts if f.kind is FactKind.PENALIZED]
        kept = [f for f in again.facts if f.kind is not FactKind.OBSERVED]
        again.facts = kept
        again.observe("ph_public_credit", on, level="优")
        assert scored("pharmacy", again, measures, day=on).shown == shown


def test_an_annulled_decision_is_gone_with_all_that_rests_on_it() -> None:
    file, measures = clean("hospital")
    one = file.add(FactKind.PENALIZED, article="art_40", case="C000001")
    file.observe("ho_swap", **{"class": "serious"}, case="C000001")
    assert scored("hospital", file, measures).grade == "D"
    known = DAY - 5
    file.add(FactKind.ANNULLED, known, rests_on=one)
    assert scored("hospital", file, measures).grade == "C", "what was observed apart stands"
    assert scored("hospital", file, measures, known_on=known - 1).grade == "D", "as known before"


def test_who_is_too_new_or_has_too_little_is_not_graded_but_a_direct_grade_holds() -> None:
    file, _ = clean("pharmacy")
    one = scored("pharmacy", file, {}, volumes={})
    assert one.grade is None and one.why_not is not None and "比例" in one.why_not.zh
    file.add(FactKind.PENALIZED, article="art_39", case="C000001")
    assert scored("pharmacy", file, {}, volumes={}).grade is None, "a ceiling is no grade"
    file.add(FactKind.PENALIZED, article="art_40", case="C000002")
    assert scored("pharmacy", file, {}, volumes={}).grade == "D"


@pytest.mark.parametrize(
    ("region", "set_name", "shown", "grade"),
    [("150000", "hospital", "92.0", "A"), ("440000", "pharmacy", "850.0", "A"), ("330600", "pharmacy", "92.0", "A"),
     ("440000", "practitioner", "85.0", "A")],
)  # fmt: skip
def test_regions_have_scales_of_their_own(region: str, set_name: str, shown: str, grade: str) -> None:
    file, measures = clean(set_name)
    one = scored(set_name, file, measures, region=region)
    assert (one.shown, one.grade) == (shown, grade)
    if region == "150000":
        file.add(FactKind.PENALIZED, article="art_40", case="C000001")
        assert scored(set_name, file, measures, region=region).grade == "D", "D is the last of four"


def test_cases_that_are_linked_are_one_act() -> None:
    file, measures = clean("hospital")
    file.add(FactKind.DISPOSED, case="X000001", measures=[{"measure": "withhold"}])
    file.add(FactKind.PENALIZED, case="C000002", cases=["C000002", "X000001"], article="art_39")
    one = scored("hospital", file, measures)
    assert (one.shown, one.grade) == ("900.0", "B")
    [charge] = one.line("ho_disposal_heavy").charges
    assert charge.counted_in == "ho_penalty_39"


def test_the_allowance_grows_with_the_volume() -> None:
    file, measures = clean("hospital")
    for _ in range(3):
        file.observe("ho_complaints")
    shown = [
        scored("hospital", file, measures, volumes={"visits": n, "fund": 1 << 40, "discharges": 900,
               "drug_scope": 1 << 40}).shown
        for n in (19_999, 20_000, 60_000)
    ]  # fmt: skip
    assert shown == ["905.0", "910.0", "920.0"]
