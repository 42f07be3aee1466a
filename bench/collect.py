"""``collect``: seconds from a CSV extract to a checked lake, against a bare copy of the same CSV to Parquet."""

from __future__ import annotations

import tempfile
from collections import deque
from contextlib import ExitStack
from pathlib import Path

from bench.result import RUNS, Result, machine, medians
from yibao.city import CityPlan, build_city
from yibao.collect import collect, load_source
from yibao.engine import open_engine
from yibao.store import Home, open_register

LINES_PER_PERSON = 45


def measure(lines: int) -> Result:
    """Collect a whole city each time into a fresh home; the bare copy reads the same delimited files.

    The registers are running when the clock starts, as they are where a bureau works.
    """
    state = machine()
    with tempfile.TemporaryDirectory(prefix="yibao-bench-") as folder, ExitStack() as registers:
        root = Path(folder)
        built = build_city(CityPlan(people=max(lines // LINES_PER_PERSON, 1000), seed=1), root / "city")
        source = load_source("national")

        homes = deque(Home(root / f"home-{at}") for at in range(RUNS))
        running = {home: registers.enter_context(open_register(home, linger=0.0)) for home in homes}

        def ours() -> None:
            home = homes.popleft()
            collect(home, running[home], [root / "city"], source, actor="bench")

        def bare() -> None:
            with open_engine("duckdb", memory_mib=2048, keep_order=True, spill=root) as engine:
                for path in sorted((root / "city").glob("*_d*.csv")):
                    encoding = "gb18030" if "diag" in path.name else "utf-8"
                    text = path
                    if encoding != "utf-8":
                        text = root / path.name
                        text.write_text(path.read_text(encoding=encoding), encoding="utf-8")
                    engine.execute_native(
                        f"COPY (SELECT * FROM read_csv('{text}', all_varchar=true, store_rejects=true)) "
                        f"TO '{root / path.stem}.parquet' (FORMAT parquet, COMPRESSION zstd)"
                    )

        taken, against = medians(ours, bare)
    detail = {"lines_per_second": round(built.lines / taken), "people": built.people}
    return Result("collect", built.lines, "s", taken, against, against / taken, "≥ 0.3", state, detail)
