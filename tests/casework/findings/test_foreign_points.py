"""Knowledge points that a bureau loaded itself: the published rule does not vouch for them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.casework.conftest import Desk

from yibao.bootstrap import OFFICIAL, knowledge_source
from yibao.casework.findings import explain, finding_code
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


@pytest.mark.slow
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


# — another country's tables: its own headers, dates and words for nothing, and not a line of code —

PAIRS_MAP = """
source: elsewhere-code-pairs
name: {zh: 某国编码对, en: another country's code pairs}
files:
  - match: ["*code pairs*"]
    table: knowledge_duplicate_pair
    header_row: 2
    keep: {Modifier Allowed: ["0"]}
    columns:
      main: Column 1
      main_code: Column 1
      sub: Column 2
      sub_code: Column 2
      remark: Rationale
      span: {constant: 单日}
      from: Effective Date
      until: {header: Deletion Date, words: {"*": null}}
      release: Effective Date
      status: {constant: confirmed}
      source: {constant: A table of code pairs from elsewhere}
"""
CEILINGS_MAP = """
source: elsewhere-unit-ceilings
name: {zh: 某国数量上限, en: another country's unit ceilings}
files:
  - match: ["*unit ceilings*"]
    table: knowledge_frequency_limit
    keep: {Applies To: [Day]}
    columns:
      item: Procedure Code
      code: Procedure Code
      name: Procedure Code
      highest: Most Units
      unit: {constant: 日}
      from: {constant: "2020-01-01"}
      release: {constant: 2026Q1}
      status: {constant: confirmed}
      source: {constant: A table of unit ceilings from elsewhere}
"""


def _charged_together(city: Path) -> tuple[str, str]:
    """Find two items that some person was charged on one day by one institution, unknown to the official pairs."""
    days: dict[tuple[str, str, str], list[str]] = {}
    with (city / "fee_list_d.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if not row["init_feedetl_sn"] and row["med_list_codg"].startswith("SYN"):
                key = (row["psn_no"], row["fixmedins_code"], row["fee_ocur_time"][:10])
                days.setdefault(key, []).append(row["med_list_codg"])
    one, other = next(sorted(set(codes))[:2] for codes in days.values() if len(set(codes)) > 1)
    return one, other


@pytest.mark.slow
def test_another_countrys_code_pairs_and_unit_ceilings_load_with_a_mapping_and_no_code(
    desk: Desk, small_city: Path, tmp_path: Path
) -> None:
    main, sub = _charged_together(small_city)
    pairs, ceilings = tmp_path / "code pairs 2026Q1.csv", tmp_path / "unit ceilings 2026Q1.csv"
    pairs.write_text(
        "Code pairs in force from 1 January 2026\n"
        "Column 1,Column 2,Effective Date,Deletion Date,Modifier Allowed,Rationale\n"
        f"{main},{sub},20100101,20111231,0,An older entry that was deleted\n"
        f"{main},{sub},20200101,*,0,The first includes the second\n"
        f"{sub},{main},20200101,*,1,May be charged beside it\n",
        encoding="utf-8",
    )
    ceilings.write_text(
        f"Procedure Code,Most Units,Applies To\n{main},0,Day\n{sub},0,Line\n{sub},many,Day\n",
        encoding="utf-8",
    )
    (tmp_path / "pairs.yaml").write_text(PAIRS_MAP, encoding="utf-8")
    (tmp_path / "ceilings.yaml").write_text(CEILINGS_MAP, encoding="utf-8")
    desk.collect(small_city)
    loaded = [
        desk.house.collect(
            [path], knowledge_source(kind, str(tmp_path / mapping)), lambda *_: None, lambda: None
        )
        for path, kind, mapping in (
            (pairs, "duplicate_pair", "pairs.yaml"),
            (ceilings, "frequency_limit", "ceilings.yaml"),
        )
    ]
    counts = [(t["accepted"], t["quarantined"]) for outcome in loaded for t in outcome.tables.values()]
    assert counts == [(2, 0), (1, 1)], "a pair that came back is two points; «many» is no number"

    desk.audit(rules=["duplicate_charge_pair", "frequency_per_day"])
    found = desk.open_findings()
    assert {(row[1], row[2]) for row in found} == {
        ("duplicate_charge_pair", "suspicious"),
        ("frequency_per_day", "suspicious"),
    }
    for rule, source in (("duplicate_charge_pair", "code pairs"), ("frequency_per_day", "unit ceilings")):
        number = min(int(str(row[0])) for row in found if row[1] == rule)
        told = explain(desk.house.home, desk.house.register, finding_code(number))
        assert told.knowledge is not None
        assert told.knowledge.source == f"A table of {source} from elsewhere"
        assert told.knowledge.mapping.startswith("elsewhere-")


def test_nobody_else_may_take_the_name_of_the_official_points(
    desk: Desk, small_city: Path, tmp_path: Path
) -> None:
    path, _ = _own_point(small_city, tmp_path)
    borrowed = Source.model_validate({**knowledge_source("sex_limit", None).model_dump(), "source": OFFICIAL})
    with pytest.raises(Refused, match=r"knowledge\.official_name"):
        desk.house.collect([path], borrowed, lambda *_: None, lambda: None)
