"""A rule's life and its versions: an old bill meets the version of its day, and a region's word counts on its days."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from tests.audit.loading import Examples

from yibao.audit import (
    Judged,
    Rule,
    catalogue,
    judge,
    label,
    needed_relations,
    read_rule,
    rule_file,
    rules,
    running,
)
from yibao.claims import bind, relations
from yibao.engine import Engine
from yibao.kernel import Refused, Region, day_of_ymd
from yibao.policy import Policy, load

FILLED = dict.fromkeys(relations(), True)
LINE = {
    "settlement": "S1", "encounter": "就诊1", "person": "某", "institution": "市一医院", "kind": "西药", "item": "甲药",
    "quantity": "1", "unit_price": "25", "amount": "25",
}  # fmt: skip
DAYS = {"L1": "2025-12-31", "L2": "2026-01-01", "L3": "2026-06-30", "L4": "2026-07-01"}
CLAIMS = {
    "person": [{"person": "某", "sex": "男", "birth": "1985-06-01"}],
    "institution": [{"institution": "市一医院", "name": "市一医院", "level": "三级甲等"}],
    "line": [{**LINE, "line": line, "fee": f"{day} 09:00:00"} for line, day in DAYS.items()],
    "price_limit": [{"item": "甲药", "level_group": "0", "highest": "20", "from": "2025-01-01"}],
}


def made(folder: Path, change: Callable[[str], str], sql: Callable[[str], str] = str) -> Path:
    """Write a version of the price rule."""
    ours = resources.files("yibao.audit") / "rules" / "price_over_limit"
    folder.mkdir(parents=True)
    for name in ("rule.yaml", "rule.sql", "examples.yaml"):
        text = (ours / name).read_text(encoding="utf-8")
        text = change(text) if name == "rule.yaml" else sql(text) if name == "rule.sql" else text
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def versioned(root: Path, first: str = "{from: 2021-05-01, until: 2026-01-01}", number: int = 1) -> Rule:
    """A rule whose first version took the whole price for the excess, until 2026."""
    folder = made(
        root / "price_over_limit",
        lambda y: y.replace("version: 1", "version: 2").replace("{from: 2021-05-01}", "{from: 2026-01-01}"),
    )
    made(
        folder / "v1",
        lambda y: y.replace("version: 1", f"version: {number}").replace("{from: 2021-05-01}", first),
        lambda q: q.replace("e.excess_fen AS at_stake_fen", "e.excess_fen + 2000 AS at_stake_fen"),
    )
    return read_rule(folder)


@pytest.fixture
def bound(examples: Examples, duckdb: Engine) -> Engine:
    bind(duckdb, {name: examples.rows(name, rows) for name, rows in CLAIMS.items()}, relations())
    return duckdb


def found(judged: Judged, examples: Examples) -> dict[str, tuple[Any, ...]]:
    """Give version, result and money of every finding, by its line."""
    lines = examples.rows("line", CLAIMS["line"])
    names = dict(zip(lines.column("line_id").to_pylist(), lines.column("line_no").to_pylist(), strict=True))
    heads, evidence = label(judged.parts())
    line_of = {row["finding_id"]: names[row["row_id"]] for row in evidence.to_pylist()}
    return {
        line_of[h["finding_id"]]: (h["rule_version"], h["result"], h["at_stake_fen"])
        for h in heads.to_pylist()
    }


def test_a_bill_is_judged_by_the_version_in_force_on_its_day(
    bound: Engine, examples: Examples, policy: Policy, tmp_path: Path
) -> None:
    rule = versioned(tmp_path)
    judged = judge(bound, rule, policy, touched=False, filled=FILLED)
    assert found(judged, examples) == {
        "L1": (1, "clear", 2500),
        "L2": (2, "clear", 500),
        "L3": (2, "clear", 500),
        "L4": (2, "clear", 500),
    }
    assert judged.evidence.num_rows == 4
    assert "+ 2000" in rule.earlier[0].select and "+ 2000" in rule_file(rule.earlier[0], "rule.sql")
    assert needed_relations([rule]) == needed_relations([rules()["price_over_limit"]])


def test_findings_keep_their_identity_from_version_to_version(
    bound: Engine, examples: Examples, policy: Policy, tmp_path: Path
) -> None:
    both = label(judge(bound, versioned(tmp_path), policy, touched=False, filled=FILLED).parts())[0]
    ours = label(judge(bound, rules()["price_over_limit"], policy, touched=False, filled=FILLED).parts())[0]
    assert {*both.column("finding_id").to_pylist()} == {*ours.column("finding_id").to_pylist()}


def test_a_finding_that_two_versions_share_is_one_and_the_less_sure(
    bound: Engine, examples: Examples, policy: Policy, tmp_path: Path
) -> None:
    def by_person(sql: str) -> str:
        return sql.replace("e.line_id AS key_1", "e.person_id AS key_1")

    folder = made(
        tmp_path / "price_over_limit",
        lambda y: y.replace("version: 1", "version: 2").replace("{from: 2021-05-01}", "{from: 2026-01-01}"),
        by_person,
    )
    made(
        folder / "v1",
        lambda y: y.replace("{from: 2021-05-01}", "{from: 2021-05-01, until: 2026-01-01}").replace(
            "LAW", "OURS"
        ),
        by_person,
    )
    heads, evidence = label(judge(bound, read_rule(folder), policy, touched=False, filled=FILLED).parts())
    [head] = heads.to_pylist()
    assert (head["rule_version"], head["result"], head["at_stake_fen"], head["rows"]) == (
        2,
        "suspicious",
        2000,
        4,
    )
    assert evidence.num_rows == 4


@pytest.mark.parametrize(
    ("first", "number"),
    [
        ("{from: 2021-05-01, until: 2026-01-02}", 1),
        ("{from: 2021-05-01}", 1),
        ("{from: 2021-05-01, until: 2026-01-01}", 3),
    ],
    ids=["a day that two judge", "no end", "another number than its folder's"],
)
def test_versions_that_make_no_line_are_refused(first: str, number: int, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"audit\.rule_versions"):
        versioned(tmp_path, first, number)


def test_a_version_that_judges_something_else_is_refused(tmp_path: Path) -> None:
    versioned(tmp_path)
    file = tmp_path / "price_over_limit" / "v1" / "rule.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("{line: person_id}", "{line: institution_id}"))
    with pytest.raises(Refused, match="subject, unit, partition"):
        read_rule(tmp_path / "price_over_limit")


# — life —

LIFE = """status: {status}
life:
  - {{status: draft, from: 2026-01-01}}
  - {{status: trial, from: 2026-02-01}}
  - {{status: grey, from: 2026-03-01, regions: ["990100"]}}
  - {{status: published, from: 2026-04-01, approver: 张某, instrument: 示例〔2026〕1号}}
  - {{status: retired, from: 2026-07-01}}"""


def living(root: Path, life: str = LIFE.format(status="retired")) -> Rule:
    return read_rule(made(root / "price_over_limit", lambda y: y.replace("status: published", life)))


def on(ymd: int) -> int:
    return day_of_ymd(ymd)


def test_a_life_says_what_a_rule_does_on_a_day(tmp_path: Path) -> None:
    rule = living(tmp_path)
    days = (20251231, 20260131, 20260228, 20260301, 20260331, 20260401, 20260630, 20260701)
    assert [rule.step_on(on(d)).status for d in days] == [
        "draft", "draft", "trial", "grey", "grey", "published", "published", "retired",
    ]  # fmt: skip
    assert [rule.makes_findings(on(d)) for d in days] == [False] * 5 + [True] * 3
    places = ("990100", "990101", "990200", "000000")
    assert [rule.greys_in(Region(place), on(20260301)) for place in places] == [True, True, False, False]
    assert not rule.greys_in(Region("990100"), on(20260401))


def test_a_retired_rule_judges_the_bills_of_before(
    bound: Engine, examples: Examples, policy: Policy, tmp_path: Path
) -> None:
    judged = judge(bound, living(tmp_path), policy, touched=False, filled=FILLED)
    assert set(found(judged, examples)) == {"L1", "L2", "L3"}


@pytest.mark.parametrize(
    "life",
    [
        LIFE.format(status="published"),
        "status: draft\nlife:\n  - {status: trial, from: 2026-01-01}\n  - {status: draft, from: 2026-02-01}",
        "status: trial\nlife:\n  - {status: draft, from: 2026-02-01}\n  - {status: trial, from: 2026-02-01}",
        "status: grey\nlife:\n  - {status: grey, from: 2026-02-01}",
        'status: trial\nlife:\n  - {status: trial, from: 2026-02-01, regions: ["990100"]}',
        "status: published\nlife:\n  - {status: published, from: 2026-02-01, instrument: 示例}",
        "status: published\nlife:\n  - {status: published, from: 2026-02-01, approver: 张某}",
    ],
)
def test_a_life_out_of_order_is_refused(life: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"audit\.bad_rule"):
        living(tmp_path, life)


def test_only_what_is_published_makes_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = living(tmp_path)
    monkeypatch.setattr(catalogue, "rules", lambda: {**rules(), rule.id: rule})
    here, there = Region("990101"), Region("990200")
    others = len(rules()) - 1

    def counted(region: Region, ymd: int) -> tuple[int, list[str]]:
        finding, grey = running(None, region, on(ymd))
        return len(finding), [r.id for r in grey]

    assert counted(here, 20260201) == (others, [])
    assert counted(here, 20260301) == (others, [rule.id])
    assert counted(there, 20260301) == (others, [])
    assert counted(there, 20260401) == (others + 1, [])
    assert running([rule.id], here, on(20260301)) == ([], [rule])
    for region, ymd in ((there, 20260301), (here, 20260201)):
        with pytest.raises(Refused, match=r"audit\.not_published"):
            running([rule.id], region, on(ymd))


# — adoption —

ADOPTED = (
    "{from: 2026-01-01, until: 2026-07-01, instrument: 示例市〔2025〕9号, article: 第三条, approver: 张某}"
)


def adopting(root: Path, region: str = "990100", rule: str = "price_over_limit") -> Policy:
    folder = root / "pack" / region
    folder.mkdir(parents=True)
    (folder / "adoptions.yaml").write_text(f"{rule}:\n  - {ADOPTED}\n", encoding="utf-8")
    return load("990100", [root / "pack"])


def ours(root: Path) -> Rule:
    return read_rule(made(root / "price_over_limit", lambda y: y.replace("origin: LAW", "origin: OURS")))


def test_an_adopted_rule_is_clear_on_the_days_of_the_adoption(
    bound: Engine, examples: Examples, policy: Policy, tmp_path: Path
) -> None:
    rule = ours(tmp_path)
    without = judge(bound, rule, policy, touched=False, filled=FILLED)
    assert {result for _, result, _ in found(without, examples).values()} == {"suspicious"}
    judged = judge(bound, rule, adopting(tmp_path), touched=False, filled=FILLED)
    assert {line: result for line, (_, result, _) in found(judged, examples).items()} == {
        "L1": "suspicious", "L2": "clear", "L3": "clear", "L4": "suspicious",
    }  # fmt: skip
    assert [a.approver for a in judged.adopted] == ["张某"] and judged.result == "suspicious"


def test_what_another_region_or_rule_adopts_changes_nothing(
    bound: Engine, examples: Examples, tmp_path: Path
) -> None:
    rule = ours(tmp_path)
    for at, (region, adopted) in enumerate([("990200", rule.id), ("990100", "split_stay")]):
        judged = judge(
            bound, rule, adopting(tmp_path / str(at), region, adopted), touched=False, filled=FILLED
        )
        assert {result for _, result, _ in found(judged, examples).values()} == {"suspicious"}


def test_the_adoption_of_a_rule_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        catalogue.check_adoptions(adopting(tmp_path, rule="splt_stay"))
    assert refused.value.code == "audit.unknown_rule" and "adoptions.yaml" in (refused.value.where or "")
    shutil.rmtree(tmp_path / "pack")
    catalogue.check_adoptions(adopting(tmp_path))
