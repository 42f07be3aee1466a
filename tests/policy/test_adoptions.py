"""A region adopts a rule by an instrument: strictly read, for its days, and for whoever lies in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from yibao import policy
from yibao.kernel import Refused, date_of

WHOLE = "{from: 2026-01-01, instrument: 示例市〔2025〕9号, article: 第三条, approver: 张某}"
LATER = (
    "{from: 2027-01-01, until: 2028-01-01, instrument: 示例市〔2026〕8号, article: 第一条, approver: 李某}"
)


def packed(root: Path, region: str, text: str) -> Path:
    folder = root / "local" / region
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adoptions.yaml").write_text(text, encoding="utf-8")
    return root / "local"


def test_it_says_by_what_by_whom_and_for_which_days(tmp_path: Path) -> None:
    text = f"split_stay:\n  - {LATER}\n  - {WHOLE.replace('instrument', 'until: 2026-07-01, instrument')}\n"
    found = policy.load("990101", [packed(tmp_path, "990100", text)])
    one, other = found.adoptions("split_stay")
    assert (str(one), one.approver, one.region.code) == ("示例市〔2025〕9号 第三条", "张某", "990100")
    assert (date_of(one.period.from_day).isoformat(), date_of(one.period.until_day).isoformat()) == (
        "2026-01-01",
        "2026-07-01",
    )
    assert other.approver == "李某" and one.where == "local/990100/adoptions.yaml:3"
    assert found.adoptions("two_places") == [] and found.adoptions() == [one, other]


def test_it_holds_in_the_region_and_below_it_only(tmp_path: Path) -> None:
    pack = packed(tmp_path, "990100", f"split_stay:\n  - {WHOLE}\n")
    assert [len(policy.load(place, [pack]).adoptions()) for place in ("990101", "990100", "990200", "990000")] == [
        1, 1, 0, 0,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"split_stay:\n  - {WHOLE.replace(', approver: 张某', '')}\n", "policy.missing"),
        (f"split_stay:\n  - {WHOLE.replace('article: 第三条, ', '')}\n", "policy.missing"),
        (f"split_stay:\n  - {WHOLE.replace('张某', chr(39) * 2)}\n", "policy.type"),
        (f"split_stay:\n  - {WHOLE.replace('}', ', by: 某}')}\n", "policy.shape"),
        (f"split_stay:\n  - {WHOLE.replace('2026-01-01', 'soon')}\n", "policy.type"),
        (
            f"split_stay:\n  - {WHOLE.replace('instrument', 'until: 2025-01-01, instrument')}\n",
            "policy.period",
        ),
        (f"split_stay:\n  - {WHOLE}\n  - {LATER}\n", "policy.overlap"),
        ("split_stay: []\n", "policy.shape"),
        (f"split_stay: {WHOLE}\n", "policy.shape"),
        (f"Split Stay:\n  - {WHOLE}\n", "policy.shape"),
        ("- split_stay\n", "policy.shape"),
    ],
)
def test_what_is_not_whole_is_refused_with_its_place(text: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        policy.load("990100", [packed(tmp_path, "990100", text)])
    assert refused.value.code == code
    assert (refused.value.where or "").startswith("local/990100/adoptions.yaml")


def test_the_country_adopts_nothing(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="采信由各地作出"):
        policy.load("990100", [packed(tmp_path, "000000", f"split_stay:\n  - {WHOLE}\n")])


def test_a_trial_value_holds_on_every_day_and_within_bounds() -> None:
    key, national = "audit.split_stay.gap_days", policy.load("990100")
    tried = national.with_value(key, 3)
    assert {tried.at(key, day).number for day in (0, 18_000, 20_000)} == {3}
    assert national.at(key, 20_000).number == 15 and tried.at(key, 20_000).assumed
    for number in (2, 32):
        with pytest.raises(Refused, match=r"policy\.bounds"):
            national.with_value(key, number)
