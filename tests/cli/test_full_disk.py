"""A full disk is told in both languages, whoever met it: the engine, the register or the program itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ENGINE = """
from yibao.engine import open_engine
with open_engine("duckdb", memory_mib=256) as engine:
    engine.execute_native("COPY (SELECT * FROM range(1000000)) TO '/dev/full' (FORMAT csv)")
"""
PROGRAM = """
with open("/dev/full", "w") as sink:
    sink.write("x" * 1_000_000)
"""
REGISTER = """
from sqlalchemy.exc import OperationalError
import psycopg.errors
try:
    raise psycopg.errors.DiskFull('could not extend file "base/5/16407": No space left on device')
except psycopg.errors.DiskFull as error:
    raise OperationalError("INSERT", {}, error) from error
"""


@pytest.mark.parametrize("work", [ENGINE, PROGRAM, REGISTER], ids=["engine", "program", "register"])
def test_a_full_disk_is_no_riddle(work: str, tmp_path: Path) -> None:
    body = "\n".join(f"    {line}" for line in work.strip().splitlines())
    program = (
        f"from yibao.cli.app import app, main\n@app.command()\ndef fill() -> None:\n{body}\nmain(['fill'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "cli.disk_full" in done.stderr and "磁盘已满" in done.stderr and "the disk is full" in done.stderr
