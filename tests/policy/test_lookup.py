from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yibao import policy
from yibao.kernel import OPEN_END, Period, Refused, Region, day_of_ymd
from yibao.policy import Status, Unit

GAP = "audit.split_stay.gap_days"
DAY = day_of_ymd(20260305)


def pack(
    root: Path, name: str, region: str, *values: tuple[int, str, str | None, str], key: str = GAP
) -> Path:
    """Write a pack that sets one key: (value, from, until, known_since) each."""
    lines = [f"{key}:", "  values:"]
    for value, begin, until, known in values:
        lines += [f"    - value: {value}", f"      from: {begin}"]
        lines += [f"      until: {until}"] if until else []
        lines += ["      instrument: 测试", "      status: confirmed", f"      known_since: {known}"]
    folder = root / name / region
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "audit.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root / name


def test_the_house_declares_what_the_first_rules_need() -> None:
    found = {p.key: (p.unit, p.bounds) for p in policy.load("000000").parameters()}
    assert (
        found.items()
        >= {
            "audit.child_limit.child_age_below": (Unit.YEARS, (1, 18)),
            "audit.child_limit.infant_age_below": (Unit.YEARS, (1, 6)),
            "audit.child_limit.newborn_days_below": (Unit.DAYS, (1, 90)),
            "audit.split_stay.gap_days": (Unit.DAYS, (3, 31)),
            "audit.stock.tolerance_basis_points": (Unit.BASIS_POINTS, (10_000, 30_000)),
            "audit.two_places.within_minutes": (Unit.MINUTES, (1, 240)),
        }.items()
    )


def test_national_thresholds_of_the_audit_are_assumed_and_say_so() -> None:
    national = policy.load("000000")
    values = {p.key: national.at(p.key, DAY) for p in national.parameters() if p.key.startswith("audit.")}
    assert {key.rpartition(".")[2]: value.number for key, value in values.items()}.items() >= {
        "child_age_below": 18,
        "infant_age_below": 3,
        "newborn_days_below": 28,
        "gap_days": 15,
        "within_minutes": 30,
        "tolerance_basis_points": 10_000,
    }.items()
    assert {value.status for value in values.values()} <= {Status.ASSUMED, Status.SECONDARY}
    assert {value.key for value in national.assumed() if value.key.startswith("audit.")} == {
        key for key, value in values.items() if value.assumed
    }
    gap = values[GAP]
    assert gap.instrument.startswith("本系统假定"), "an assumption never stands under a law's name"
    assert gap.article is None
    assert gap.known_since == day_of_ymd(20261122)
    assert gap.where.startswith("packs/000000/audit.yaml:")


def test_every_region_of_the_house_loads() -> None:
    assert [str(region) for region in policy.regions()] == [
        "000000", "120000", "150000", "330600", "350000", "440000", "460000", "990100",
    ]  # fmt: skip
    for region in policy.regions():
        assert policy.load(region).parameters()


def test_demo_city_holds_on_its_dates_only() -> None:
    county = policy.load("990103")
    assert county.at(GAP, day_of_ymd(20210430)).number == 10
    assert county.at(GAP, day_of_ymd(20210430)).region == Region("990100")
    assert county.at(GAP, day_of_ymd(20210501)).number == 15
    with pytest.raises(Refused, match=r"policy\.no_value"):
        county.at(GAP, day_of_ymd(20191231))
    with pytest.raises(Refused, match=r"policy\.no_value"):
        policy.load("330100").at(GAP, day_of_ymd(20210430))


def test_nearest_region_wins_per_date(tmp_path: Path) -> None:
    pack(tmp_path, "p", "330000", (20, "2022-01-01", None, "2022-01-01"))
    pack(tmp_path, "p", "330100", (21, "2023-01-01", "2024-01-01", "2022-01-01"))
    root = pack(tmp_path, "p", "330106", (22, "2023-07-01", "2023-08-01", "2022-01-01"))
    county = policy.load("330106", packs=[root])
    found = [(str(p.from_day), v.number) for p, v in county.segments(GAP, Period(day_of_ymd(20210601)))]
    begins = (20210601, 20220101, 20230101, 20230701, 20230801, 20240101)
    assert found == list(zip([str(day_of_ymd(d)) for d in begins], [15, 20, 21, 22, 21, 20], strict=True))
    assert policy.load("330110", packs=[root]).at(GAP, day_of_ymd(20230715)).number == 21
    assert policy.load("340100", packs=[root]).at(GAP, day_of_ymd(20230715)).number == 15


def test_later_pack_wins_in_the_same_region_but_not_over_a_nearer_one(tmp_path: Path) -> None:
    one = pack(tmp_path, "one", "330100", (10, "2022-01-01", None, "2022-01-01"))
    two = pack(tmp_path, "two", "330100", (11, "2023-01-01", "2024-01-01", "2022-01-01"))
    three = pack(tmp_path, "three", "330000", (12, "2022-01-01", None, "2022-01-01"))
    city = policy.load("330100", packs=[one, two, three])
    assert [city.at(GAP, day_of_ymd(d)).number for d in (20220601, 20230601, 20240601)] == [10, 11, 10]
    assert policy.load("330100", packs=[two, one]).at(GAP, day_of_ymd(20230601)).number == 10
    assert policy.load("330200", packs=[one, two, three]).at(GAP, day_of_ymd(20230601)).number == 12


def test_a_pack_of_ones_own_may_override_the_country(tmp_path: Path) -> None:
    root = pack(tmp_path, "p", "000000", (14, "2026-01-01", None, "2026-01-01"))
    assert policy.load("330100", packs=[root]).at(GAP, DAY).number == 14
    assert policy.load("330100", packs=[root]).at(GAP, day_of_ymd(20251231)).number == 15


def test_later_knowledge_wins_and_earlier_runs_can_be_replayed(tmp_path: Path) -> None:
    root = pack(
        tmp_path,
        "p",
        "330100",
        (10, "2024-01-01", None, "2024-01-01"),
        (12, "2025-01-01", None, "2025-03-01"),
        (13, "2025-06-01", "2025-07-01", "2025-09-01"),
    )
    city = policy.load("330100", packs=[root])
    june = day_of_ymd(20250615)
    assert city.at(GAP, june).number == 13
    assert city.at(GAP, june, known=day_of_ymd(20250831)).number == 12
    assert city.at(GAP, june, known=day_of_ymd(20250228)).number == 10
    assert [v.number for _, v in city.segments(GAP, Period(june, OPEN_END))] == [13, 12]
    assert [v.number for _, v in city.segments(GAP, Period(june), known=day_of_ymd(20250228))] == [10]
    with pytest.raises(Refused, match=r"policy\.no_value"):
        city.at(GAP, june, known=day_of_ymd(20231231))


def test_unknown_keys_are_refused_and_near_ones_named() -> None:
    with pytest.raises(Refused, match=r"policy\.unknown") as refusal:
        policy.load("000000").at("audit.split_stay.gap", DAY)
    assert GAP in (refusal.value.wanted or "")
    with pytest.raises(Refused, match=r"policy\.unknown"):
        policy.load("000000").segments("audit.split_stay.gap", Period(DAY))


def test_a_period_that_is_partly_without_value_is_refused() -> None:
    with pytest.raises(Refused, match=r"policy\.no_value"):
        policy.load("000000").segments(GAP, Period(day_of_ymd(20210401), day_of_ymd(20210601)))


def test_keys_of_ones_own_are_known_only_there(tmp_path: Path) -> None:
    folder = tmp_path / "330100"
    folder.mkdir()
    (folder / "local.yaml").write_text(
        """
declare:
  audit.local.enabled:
    meaning: {zh: 是否启用, en: whether it is on}
    unit: flag
    values:
      - {value: true, from: 2026-01-01, instrument: 测试, status: confirmed, known_since: 2026-01-01}
  audit.local.later:
    meaning: {zh: 以后再定, en: to be set later}
    unit: text
""",
        encoding="utf-8",
    )
    city = policy.load("330106", packs=[tmp_path])
    assert city.at("audit.local.enabled", DAY).value is True
    with pytest.raises(Refused, match=r"policy\.type"):
        _ = city.at("audit.local.enabled", DAY).number
    with pytest.raises(Refused, match=r"policy\.no_value"):
        city.at("audit.local.later", DAY)
    with pytest.raises(Refused, match=r"policy\.unknown"):
        policy.load("330200", packs=[tmp_path]).at("audit.local.enabled", DAY)


def test_a_bureau_adds_a_year_of_holidays(tmp_path: Path) -> None:
    (tmp_path / "000000").mkdir()
    (tmp_path / "000000" / "workdays.yaml").write_text(
        """
- year: 2031
  instrument: 测试用安排
  status: assumed
  holidays:
    元旦: {first: 2031-01-01, last: 2031-01-03}
  make_up: [2031-01-04]
""",
        encoding="utf-8",
    )
    workdays = policy.load("330100", packs=[tmp_path]).workdays
    assert not workdays.is_working_day(day_of_ymd(20310103))
    assert workdays.is_working_day(day_of_ymd(20310104))
    assert workdays.is_working_day(day_of_ymd(20260104)), "the years of the house stay"
    with pytest.raises(Refused, match=r"kernel\.workdays_year"):
        policy.load("330100").workdays.is_working_day(day_of_ymd(20310104))


@settings(max_examples=60, deadline=None)
@given(
    begin=st.integers(day_of_ymd(20210501), day_of_ymd(20291231)),
    length=st.integers(1, 3_000),
    region=st.sampled_from(["330106", "330100", "330000"]),
)
def test_segments_say_the_same_as_at(
    policies: dict[str, policy.Policy], begin: int, length: int, region: str
) -> None:
    asked = Period(begin, begin + length)
    found = policies[region].segments(GAP, asked)
    assert found[0][0].from_day == asked.from_day
    assert found[-1][0].until_day == asked.until_day
    for (period, value), (following, other) in pairwise(found):
        assert period.until_day == following.from_day
        assert value is not other
    for period, value in found:
        for day in (period.from_day, period.last_day, (period.from_day + period.last_day) // 2):
            assert policies[region].at(GAP, day) is value


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, policy.Policy]:
    root = tmp_path_factory.mktemp("packs")
    pack(root, "p", "330000", (20, "2022-01-01", None, "2022-01-01"), (19, "2025-01-01", None, "2025-01-01"))
    pack(root, "p", "330100", (21, "2023-01-01", "2024-01-01", "2022-01-01"))
    pack(root, "p", "330106", (22, "2023-07-01", "2023-08-01", "2022-01-01"))
    return {region: policy.load(region, packs=[root / "p"]) for region in ("330106", "330100", "330000")}


def test_the_example_in_the_readme_is_a_valid_pack(tmp_path: Path) -> None:
    readme = (Path(policy.__file__).parent / "packs" / "README.md").read_text(encoding="utf-8")
    example = readme.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "330100").mkdir()
    (tmp_path / "330100" / "audit.yaml").write_text(example, encoding="utf-8")
    city = policy.load("330100", packs=[tmp_path])
    gap = city.at(GAP, day_of_ymd(20260801))
    assert (gap.number, gap.status, gap.region) == (10, Status.CONFIRMED, Region("330100"))
    assert city.parameter("audit.local.example_days").bounds == (1, 31)
