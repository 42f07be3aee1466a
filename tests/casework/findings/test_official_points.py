"""The official points of batches 2 to 5 and 8 at work: a city that bills their codes, and findings that name their row."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from tests.casework.conftest import Desk, rewrite

from yibao.casework.findings import explain, finding_code
from yibao.collect import load_source

OFFICIAL = {
    "visit_type_limit": ("第四批", "XB05BAU012B002010102180"),
    "institution_level_limit": ("第五批", "ZA05CAC0029010102312"),
    "insurance_type_limit": ("第三批", "ZH01AAB0066010100716"),
    "age_range_limit": ("第八批-2", "003402000320000"),
    "period_limit": ("第八批-4", "002503020030000"),
}
"""An official code of each batch, which takes the place of an item that the city bills often."""


def _recoded(city: Path, folder: Path) -> Path:
    """Copy a city, its most billed items under official codes: the test makes no claim about medicine."""
    with (city / "fee_list_d.csv").open(encoding="utf-8", newline="") as stream:
        billed = Counter(
            row["med_list_codg"] for row in csv.DictReader(stream) if row["fulamt_ownpay_amt"] == "0.00"
        )
    often = [code for code, _ in billed.most_common() if code.startswith("SYN")]
    codes = {old: new for old, (_, new) in zip(often, OFFICIAL.values(), strict=False)}
    target = folder / "recoded"
    target.mkdir()

    def change(row: dict[str, str]) -> None:
        row["med_list_codg"] = codes.get(row["med_list_codg"], row["med_list_codg"])

    for name in ("fee_list_d.csv", "hilist_b.csv"):
        rewrite(city / name, target / name, lambda row: True, change)
    for name in (
        "fixmedins_b.xlsx",
        "mdtrt_d.csv",
        "medins_staff_b.csv",
        "psn_info_b.csv",
        "setl_d.csv",
        "setl_list_diag_d.csv",
    ):
        (target / name).symlink_to(city / name)
    return target


def test_findings_name_the_official_point_they_rest_on(desk: Desk, small_city: Path, tmp_path: Path) -> None:
    desk.house.load_official_knowledge(lambda *_: None, only_if_none=True)
    desk.house.collect(
        [_recoded(small_city, tmp_path)], load_source("national"), lambda *_: None, lambda: None
    )
    desk.audit(rules=list(OFFICIAL))
    found = desk.open_findings()
    assert {row[1] for row in found} == set(OFFICIAL)
    assert {row[2] for row in found} == {"suspicious"}, "their days of publication are assumed"
    for rule, (batch, code) in OFFICIAL.items():
        number = min(int(str(row[0])) for row in found if row[1] == rule)
        told = explain(desk.house.home, desk.house.register, finding_code(number))
        assert told.knowledge is not None
        assert code in [value for _, value in told.knowledge.fields]
        assert told.knowledge.mapping == "nhsa_two_library"
        assert f"{batch}（转录本，公布日期未确认" in told.knowledge.source
        assert told.knowledge.status == "assumed"
