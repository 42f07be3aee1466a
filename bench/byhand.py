"""``byhand``: ten rules through our relations, against the same ten written in DuckDB's SQL by hand.

The hand-written queries (``byhand_sql/``) stand straight over the stored Parquet files, look up what was taken back in
two small tables made first, and use whatever DuckDB offers. They give a violating line and its money; our side gives
whole evidence (the finding it belongs to, measured value, threshold, knowledge point, the bills and stays involved), as
an audit needs it. Both open an engine with the same memory and threads and read the same files; opening, binding and
reading are counted on both sides. Unless both find the same, nothing is reported.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Final

from bench.lakes import MEMORY_MIB, lake_of, lines_in
from bench.result import Result, machine, medians
from bench.ten import FOUND, READ, TEN, Case, Way, case_of, ours, shares
from yibao.engine import open_engine, parquet_files

QUERIES: Final = Path(__file__).with_name("byhand_sql")


def measure(lines: int) -> Result:
    """Run the ten rules over one lake in both ways, in turn."""
    state = machine()
    with tempfile.TemporaryDirectory(prefix="yibao-bench-") as folder, lake_of(lines, Path(folder)) as house:
        size, case = lines_in(house), case_of(house)
        mine, theirs = ours(case), by_hand(case)
        mine.same_as(theirs, "by hand")
        taken, against = medians(lambda: ours(case), lambda: by_hand(case))
    detail = {
        "lines_found": {rule: mine.found[rule].num_rows for rule in TEN},
        "ours_seconds": shares(mine),
        "by_hand_seconds": shares(theirs),
    }
    return Result("byhand", size, "s", taken, against, against / taken, "≥ 0.85", state, detail)


def by_hand(case: Case) -> Way:
    """Run the hand-written queries."""
    way, numbers = Way(), case.numbers()
    with open_engine("duckdb", memory_mib=MEMORY_MIB, threads=case.threads, spill=case.scratch) as engine:
        with way.timed("prepare"):
            for table in READ:
                engine.execute_native(f"CREATE VIEW {table} AS FROM {parquet_files(case.files[table])}")
            engine.execute_native((QUERIES / "prepare.sql").read_text(encoding="utf-8"))
        for rule in TEN:
            text = (QUERIES / f"{rule}.sql").read_text(encoding="utf-8")
            with way.timed(rule):
                found = engine.execute_native(_with(text, numbers[rule]))
                assert found is not None
                way.found[rule] = found.cast(FOUND)
    return way


def _with(text: str, numbers: dict[str, int]) -> str:
    return re.sub(r"(?<!:):([a-z_]+)", lambda named: str(numbers[named[1]]), text)
