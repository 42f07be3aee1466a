"""``increment``: seconds to audit one more day upon a year, against auditing the whole year again."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.lakes import audit, lake_of, lines_in
from bench.result import Result, machine, medians
from yibao.bootstrap import House
from yibao.claims import tables
from yibao.collect import known_files
from yibao.store import Home, open_register


def measure(lines: int) -> Result:
    """Lay a year without its last busy day into a lake, audit it, add the day, and audit what it touched."""
    state = machine()
    with tempfile.TemporaryDirectory(prefix="yibao-bench-") as folder, lake_of(lines, Path(folder)) as year:
        day = _last_busy_day(year)
        home = Home(Path(folder) / "cut")
        with open_register(home, linger=0.0) as register:
            house = House(home, register, "bench")
            before = _lay(house, year, day, late=False)
            audit(house)
            _lay(house, year, day, late=True)
            size = lines_in(house)
            taken, against = medians(lambda: audit(house, since=before), lambda: audit(house))
            added = house.lake.files("line")[-1].rows
            widened = audit(house, since=before).widened
    detail = {"added_lines": added, "widened": {rule: text.zh for rule, text in widened.items()}}
    return Result("increment", size, "s", taken, against, taken / against, "≤ 0.03", state, detail)


def _last_busy_day(year: House) -> int:
    """Give the start of the last day of which a thousandth of the bills or more came."""
    days = pq.read_table(year.lake.files("settlement")[0].path, columns=["settled_day"]).column(0)
    counts = pc.value_counts(days).to_pylist()
    least = sum(c["counts"] for c in counts) / 1000
    return int(max(c["values"] for c in counts if c["counts"] >= least))


def _lay(house: House, year: House, day: int, *, late: bool) -> int:
    """Lay the rows of the bills settled before a day, or on it and later, as one batch; gives its number."""
    bills = pq.read_table(
        year.lake.files("settlement")[0].path, columns=["settlement_id", "encounter_id", "settled_day"]
    )
    late_ones = bills.filter(pc.greater_equal(bills.column("settled_day"), day))
    with house.lake.batch(kind="collect", source="national") as batch:
        for name, files in known_files(year.lake, None).items():
            for file in files[:1]:
                rows = pq.read_table(file, schema=tables()[name].stored())
                part = next((k for k in ("settlement_id", "encounter_id") if k in rows.column_names), None)
                if part is None:
                    rows = rows.slice(0, 0) if late else rows
                else:
                    mine = pc.is_in(rows.column(part), value_set=late_ones.column(part).combine_chunks())
                    rows = rows.filter(mine if late else pc.invert(mine))
                if rows.num_rows:
                    pq.write_table(rows, batch.stage(name), compression="zstd")
        with house.register.unit_of_work(actor="bench") as unit:
            batch.publish(unit)
        return batch.number
