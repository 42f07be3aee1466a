"""The Parquet table of findings: typed, complete, masked, and under names that stay."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.casework.findings.outputs.conftest import Audited

from yibao.casework.findings.outputs import list_findings, write_findings
from yibao.casework.findings.outputs.columnar import COLUMNS, VERSION

pytestmark = pytest.mark.xdist_group("outputs")

PROMISED = """
finding first_row rule rule_name result institution_code institution_name institution_level institution_region
finding_at_stake_fen finding_credited_fen finding_returned_fen measured threshold evidence role own document_no day
month at about item_code item_name local_name trace_codes quantity unit_price amount_fen at_stake_fen credited_fen
person certificate scheme visit_kind visit_no department practitioner_code diagnosis start_day end_day settled_day
batch source_file source_row
"""
"""Version 1. A name that goes, or comes before these end, breaks programs of others: count `VERSION` up instead."""


@pytest.fixture(scope="module")
def table(audited: Audited, tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    path = tmp_path_factory.mktemp("parquet") / "f.parquet"
    assert write_findings(audited.home, audited.register, path) == 8
    assert [p.name for p in path.parent.iterdir()] == [path.name], "no draft is left"
    return pq.read_table(path)


def test_names_and_types_are_as_promised(table: pa.Table) -> None:
    assert VERSION == "1" and table.column_names[: len(PROMISED.split())] == PROMISED.split()
    kinds = {field.name: str(field.type) for field in table.schema}
    assert {kind for name, kind in kinds.items() if name.endswith("_fen")} == {"int64"}
    assert {kinds[name] for name in ("day", "start_day", "settled_day")} == {"date32[day]"}
    assert (kinds["quantity"], kinds["unit_price"], kinds["at"]) == (
        "decimal128(18, 4)",
        "decimal128(18, 6)",
        "timestamp[ms]",
    )
    assert table.schema.metadata == {b"yibao.findings": b"1", b"yibao.run": b"1", b"yibao.known_no": b"3"}
    assert table.schema.field("finding").metadata == {
        b"zh": "疑点编号".encode(),
        b"en": b"code of the finding",
    }
    assert len({column.name for column in COLUMNS}) == len(COLUMNS)


def test_its_money_is_the_registers(audited: Audited, table: pa.Table) -> None:
    findings = {row.code: row for row in list_findings(audited.home, audited.register)}
    rows = table.to_pylist()
    assert sum(row["credited_fen"] or 0 for row in rows) == sum(f.attributed_fen for f in findings.values())
    firsts = {row["finding"]: row for row in rows if row["first_row"]}
    assert set(firsts) == set(findings) == {row["finding"] for row in rows}
    for code, row in firsts.items():
        assert row["finding_credited_fen"] == findings[code].attributed_fen
        assert row["finding_at_stake_fen"] == findings[code].at_stake_fen


def test_a_row_says_what_it_is(table: pa.Table) -> None:
    row = next(r for r in table.to_pylist() if r["rule"] == "frequency_per_day")
    assert (row["day"], row["at"], row["month"]) == (
        dt.date(2025, 6, 11),
        dt.datetime.fromisoformat("2025-06-11 09:00"),
        202506,
    )
    assert (row["quantity"], row["unit_price"], row["amount_fen"]) == (Decimal(3), Decimal(25), 7500)
    assert (row["person"], row["diagnosis"]) == ("王**", "J18.*")
    assert (row["institution_code"], row["document_no"], row["source_row"]) == ("H1", "L04", 5)


def test_of_other_institutions_only_the_month_shows_and_nobody_is_named(table: pa.Table) -> None:
    [other] = [row for row in table.to_pylist() if not row["own"]]
    told = {name for name, value in other.items() if value is not None}
    assert other["month"] == 202507
    assert told == {
        "finding", "first_row", "rule", "rule_name", "result", "institution_code", "institution_name", "institution_level",
        "institution_region", "finding_at_stake_fen", "finding_credited_fen", "finding_returned_fen", "measured",
        "threshold", "evidence", "role", "own", "month",
    }  # fmt: skip
    text = str(table.to_pylist())
    for name in ("张三丰", "李小红", "王大明", "赵敏", "孙思邈", "110101199003071233", "J18.9"):
        assert name not in text


def test_a_table_without_rows_has_all_its_columns(audited: Audited, tmp_path: Path) -> None:
    path = tmp_path / "none.parquet"
    assert write_findings(audited.home, audited.register, path, institution="D1", rule="sex_limit") == 0
    assert pq.read_table(path).column_names == [column.name for column in COLUMNS]
