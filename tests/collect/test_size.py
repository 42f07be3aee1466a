"""Size: three million lines within the memory that is promised for any number of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pytest
from tests.collect.conftest import Desk
from tests.collect.extracts import LINE, write_city
from tests.collect.programs import start, told

LINES = 3_000_000
PART = 250_000
LIMIT_MIB = 4096


def write_lines(path: Path, count: int) -> None:
    """Write charge lines of one bill in pieces."""
    fixed = {name: pa.array([text]) for name, text in LINE.items()}
    schema = pa.schema([(name, pa.string()) for name in LINE])
    with pacsv.CSVWriter(str(path), schema) as sink:
        for begin in range(0, count, PART):
            at = np.arange(begin, min(begin + PART, count))
            fen = (at % 9000 + 100).astype(np.int64)
            part = {name: pa.array(np.repeat(LINE[name], len(at))) for name in fixed}
            part["bkkp_sn"] = pa.array([f"F33010000000000{n:012}" for n in at])
            part["det_item_fee_sumamt"] = pa.array([f"{f // 100}.{f % 100:02}" for f in fen])
            sink.write_table(pa.table(part, schema=schema))


@pytest.mark.slow
def test_three_million_lines_within_four_gibibytes(desk: Desk, tmp_path: Path) -> None:
    folder = write_city(tmp_path / "in", fee_list_d=[])
    write_lines(folder / "fee_list_d.csv", LINES)
    first = told(start("collect", desk.register, folder))
    again = told(start("collect", desk.register, folder))
    for answer in (first, again):
        print(f"{LINES / answer['seconds']:,.0f} lines/s, peak {answer['peak_mib']:,} MiB")
        assert answer["peak_mib"] <= LIMIT_MIB
    assert first["tables"]["line"]["accepted"] == LINES
    assert (again["batch"], again["tables"]["line"]["known"]) == (None, LINES)


@pytest.mark.slow
def test_three_million_bad_lines_within_four_gibibytes(desk: Desk, tmp_path: Path) -> None:
    """Without a bill every line waits in quarantine, whole."""
    write_lines(tmp_path / "fee_list_d.csv", LINES)
    first = told(start("collect", desk.register, tmp_path / "fee_list_d.csv"))
    again = told(start("collect", desk.register, tmp_path / "fee_list_d.csv"))
    for answer in (first, again):
        print(f"{LINES / answer['seconds']:,.0f} lines/s, peak {answer['peak_mib']:,} MiB")
        assert answer["peak_mib"] <= LIMIT_MIB
        assert (answer["tables"]["line"]["accepted"], answer["quarantined"]) == (0, LINES)
    assert (first["batch"], again["batch"]) == (1, None)
