"""Knowledge points that a bureau loaded itself: the published rule does not vouch for them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.casework.conftest import Desk

from yibao.bootstrap import OFFICIAL, knowledge_source
from yibao.casework import explain, finding_code
from yibao.collect import Source
from yibao.kernel import Refused


def _own_point(city: Path, folder: Path) -> tuple[Path, str]:
    """Write a table that limits a drug billed to men to women, and calls itself confirmed."""
    with (city / "psn_info_b.csv").open(encoding="utf-8", newline="") as stream:
        men = {row["psn_no"] for row in csv.DictReader(stream) if row["gend"] == "1"}
    with (city / "fee_list_d.csv").open(encoding="utf-8", newline="") as stream:
        code = next(row["med_list_codg"] for row in csv.DictReader(stream) if row["psn_no"] in men)
    path = folder / "本地限定.csv"
    path.write_text(
        "code,name,sex,restriction,release,status,from,source\n"
        f"{code},某药,女,,自编,confirmed,2020-01-01,本院自编的限定表\n",
        encoding="utf-8",
    )
    return path, code


def test_a_point_of_ones_own_is_only_suspicious_and_names_its_source(
    desk: Desk, small_city: Path, tmp_path: Path
) -> None:
    path, _ = _own_point(small_city, tmp_path)
    desk.house.load_official_knowledge(lambda *_: None, only_if_none=True)
    desk.collect(small_city)
    desk.audit(rules=["sex_limit"])
    official = desk.open_findings()
    assert {row[2] for row in official} == {"clear"}

    desk.house.collect([path], knowledge_source("sex_limit", None), lambda *_: None, lambda: None)
    desk.audit(rules=["sex_limit"])
    own = desk.open_findings() - official
    assert own and {row[2] for row in own} == {"suspicious"}
    assert official <= desk.open_findings()

    number = min(int(str(row[0])) for row in own)
    told = explain(desk.house.home, desk.house.register, finding_code(number))
    assert told.knowledge is not None
    assert (told.result, told.knowledge.source) == ("suspicious", "本院自编的限定表")
    loaded = {row["source"]: row["official"] for row in desk.house.knowledge() if row["kind"] == "sex_limit"}
    assert loaded["本院自编的限定表"] is False
    assert sorted(loaded.values()) == [False, True]


def test_nobody_else_may_take_the_name_of_the_official_points(
    desk: Desk, small_city: Path, tmp_path: Path
) -> None:
    path, _ = _own_point(small_city, tmp_path)
    borrowed = Source.model_validate({**knowledge_source("sex_limit", None).model_dump(), "source": OFFICIAL})
    with pytest.raises(Refused, match=r"knowledge\.official_name"):
        desk.house.collect([path], borrowed, lambda *_: None, lambda: None)
