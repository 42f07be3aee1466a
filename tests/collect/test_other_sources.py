"""The mappings of other senders, over their real files where these are at hand."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from tests.collect.conftest import Desk
from tests.collect.extracts import PERSON, write

from yibao.collect import archives, load_source


@pytest.mark.shared
def test_a_synthetic_population_in_american_codes(desk: Desk, shared: Path) -> None:
    outcome = desk.collect(shared / "data" / "synthetic" / "synthea_dbt", source=load_source("synthea"))
    accepted = {name: table["accepted"] for name, table in outcome.tables.items()}
    assert accepted == {
        "person": 27, "institution": 63, "practitioner": 166, "encounter": 604, "settlement": 604, "item": 118,
        "line": 1545,
    }  # fmt: skip
    assert outcome.quarantined == 0
    first = desk.standing("line")[0]
    assert (first["amount_fen"], first["fee_ymd"], first["fee_minute"] % 1440) == (
        7749,
        20230127,
        16 * 60 + 17,
    )


@pytest.mark.shared
def test_provider_claims_without_charge_lines(desk: Desk, shared: Path) -> None:
    outcome = desk.collect(shared / "data" / "fraud_provider", source=load_source("provider_claims"))
    accepted = {name: table["accepted"] for name, table in outcome.tables.items()}
    assert accepted == {"person": 8351, "institution": 520, "encounter": 9551, "settlement": 9551}
    assert outcome.quarantined == 0


def test_a_gzip_is_the_file_within(desk: Desk, tmp_path: Path) -> None:
    write(tmp_path / "psn_info.csv", [PERSON])
    plain = (tmp_path / "psn_info.csv").read_bytes()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "psn_info.csv.gz").write_bytes(gzip.compress(plain))
    outcome = desk.collect(tmp_path / "in")
    assert outcome.tables["person"]["accepted"] == 1
    assert [f["file"] for f in outcome.files] == ["psn_info.csv"]


@pytest.mark.parametrize("cut", [True, False], ids=["truncated", "a bomb"])
def test_a_bad_gzip_is_refused_and_the_rest_goes_on(
    cut: bool, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_RATIO", 10)
    write(tmp_path / "psn_info.csv", [PERSON])
    text = b"psn_no\n" + b"1\n" * 100_000
    packed = gzip.compress(text)
    (tmp_path / "psn_more.csv.gz").write_bytes(packed[: len(packed) // 2] if cut else packed)
    outcome = desk.collect(tmp_path)
    assert outcome.tables["person"]["accepted"] == 1
    assert [p.code for p in outcome.problems] == ["collect.broken_zip" if cut else "collect.zip_bomb"]
