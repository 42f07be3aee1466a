"""The sets are what they say, the grammar refuses what is not of it, and so do the scales of the regions."""

from __future__ import annotations

import csv
from importlib import resources

import pytest

from yibao.archive.credit import check_scales, read_bounds, sets
from yibao.archive.credit.grammar import Bands, Direct, parse
from yibao.archive.credit.measuring import read_by, select_text, selects_of
from yibao.archive.files import FactKind
from yibao.claims import relation_schemas
from yibao.engine import lint
from yibao.kernel import Refused
from yibao.policy import load, regions

SHAPES = {
    "pharmacy": (6, 19, 58, 9200, 800), "hospital": (6, 20, 62, 92000, 8000),
    "practitioner": (4, 8, 23, 9000, 1000), "insured": (3, 5, 12, 9500, 500),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_a_set_has_its_shape_and_says_where_each_row_comes_from(name: str) -> None:
    one = sets()[name]
    base = sum(i.scoring.full for i in one.indicators if not i.earned)
    earned = sum(i.scoring.full for i in one.indicators if i.earned)
    classes = {i.category.zh for i in one.indicators}
    subitems = {(i.category.zh, i.subitem.zh) for i in one.indicators}
    assert (len(classes), len(subitems), len(one.indicators), base, earned) == SHAPES[name]
    assert all(i.source and i.status in ("assumed", "secondary") and i.legal_basis for i in one.indicators)
    assert all(i.definition.endswith("。") for i in one.indicators)
    kinds = {m.kind for i in one.indicators for m in i.feed.decided}
    assert kinds <= {str(k) for k in FactKind}


def test_ids_are_unique_and_no_row_takes_a_suspicion() -> None:
    ids = [i.id for s in sets().values() for i in s.indicators]
    assert len(ids) == len(set(ids)) == 155
    taken = {m.kind for s in sets().values() for i in s.indicators for m in i.feed.decided}
    assert taken <= {"penalized", "disposed", "noticed", "industry", "judged", "listed", "responsible"}


def test_what_a_lower_case_says_matches_its_direction() -> None:
    text = (resources.files("yibao.archive.credit") / "sets" / "pharmacy.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        scoring = parse(row["scoring"])
        assert isinstance(scoring, Direct) == (row["direction"] == "direct grade")
        if isinstance(scoring, Bands) and not scoring.earned:
            assert scoring.rising == (row["direction"] == "+")


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("bands bp: >=9900 2 | >=9950 1 | else 0", "2"), ("bands bp: >=9900 1 | >=9500 1 | else 0", "1"),
        ("bands bp: >=9900 2 | <=9500 1 | else 0", "2"), ("bands bp: >=9900 2", "2"), ("bands pct: >=1 2 | else 0", "2"),
        ("deduct: each 0.5", "0.5"), ("deduct: each 3; cap 2", "2"), ("deduct: slight 1; cap 2; ceiling grave C", "2"),
        ("deduct: slight 1; cap 2; free 1 per 100 visits", "2"), ("deduct: each 0; cap 2", "2"),
        ("levels: 差=0 > 优=2", "2"), ("direct: F", "0"), ("deduct: each 1; cap 2", "3"), ("guess: 1", "1"),
        ("deduct: each 0.125; cap 1", "1"),
    ],
)  # fmt: skip
def test_the_grammar_refuses(text: str, full: str) -> None:
    with pytest.raises(Refused, match=r"credit\.scoring"):
        parse(text, full)


@pytest.mark.parametrize(
    "text",
    [
        "A>=90; 80<=B<91; C<80", "A>=90; 80<=B<89; C<80", "A>=90; B<90; C<80", "B>=90; A<90", "A>=90", "A>90; B<=90",
        "A>=90; 80<=B<90; 65<=C<80",
    ],
)  # fmt: skip
def test_bounds_that_overlap_or_leave_a_gap_are_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"credit\.bounds"):
        read_bounds(text)


def test_every_region_s_scales_can_be_read() -> None:
    for region in regions():
        check_scales(load(region))


def test_a_pack_whose_bounds_overlap_is_refused(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path)) / "330600"
    folder.mkdir()
    (folder / "credit.yaml").write_text(
        "archive.credit.pharmacy.bounds:\n  values:\n    - value: 'A>=90; 80<=B<95; C<80'\n      from: 2026-01-01\n"
        "      instrument: 某市〔2026〕1号\n      status: confirmed\n      known_since: 2026-01-01\n",
        encoding="utf-8",
    )
    with pytest.raises(Refused, match=r"credit\.bounds"):
        check_scales(load("330600", [folder.parent]))


@pytest.mark.parametrize("name", sorted(selects_of(sets())))
def test_a_select_reads_relations_only_and_means_the_same_on_every_engine(name: str) -> None:
    assert read_by(name)
    schemas = {relation: relation_schemas()[relation] for relation in read_by(name)}
    parameters = {
        p for p in ("first_day", "last_day", "all_from", "pharmacies_from") if f":{p}" in select_text(name)
    }
    complaints = [c for c in lint(select_text(name), relations=schemas, parameters=parameters)]
    assert not complaints, complaints
