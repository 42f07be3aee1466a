"""A city's staff as the lake has them (医保从业人员表): who is to be registered in bulk, and where."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from yibao.archive.files import Subject, SubjectKind
from yibao.archive.points.model import Person, PersonClass
from yibao.archive.points.registering import Listed
from yibao.claims import bind_raw, table
from yibao.collect import superseded
from yibao.engine import Engine, open_engine
from yibao.store import Home, Lake, Register

CLASSES: Final = {
    "1": PersonClass.DOCTOR, "2": PersonClass.NURSE, "3": PersonClass.PHARMACIST, "4": PersonClass.TECHNICIAN,
}  # fmt: skip
"""By 执业人员分类 (``prac_psn_type``). The dictionary of its codes was not seen: assumed."""
CATEGORIES: Final = {"1": "hospital", "2": "pharmacy"}
"""By 定点医药服务机构类型."""
MEMORY_MIB = 512


@dataclass(frozen=True, slots=True)
class Staff:
    """What the lake says of a city's staff."""

    institutions: dict[str, Subject]
    """By code, as they are to be opened; those whose region is known."""
    listed: list[Listed]
    left_out: int
    """Persons whose class or institution the lake does not tell: they are registered one by one."""


def staff_in_lake(home: Home, register: Register) -> Staff:
    """Read the staff and their institutions from the lake, as they stand after all corrections."""
    with _open(home, register) as engine:
        places = _rows(
            engine, "SELECT institution_id, institution_no, name, region, kind FROM raw_institution"
        )
        people = _rows(
            engine, "SELECT practitioner_id, practitioner_no, name, kind, institution_id FROM raw_practitioner"
        )  # fmt: skip
    known = {
        row["institution_id"]: Subject(
            0, SubjectKind.INSTITUTION, row["region"], row["institution_no"], row["name"], row["institution_id"],
            CATEGORIES.get(row["kind"] or "", ""),
        )
        for row in places
        if (row["region"] or "").isdigit()
    }  # fmt: skip
    listed = []
    for row in sorted(people, key=lambda row: str(row["practitioner_no"])):
        place, of = known.get(row["institution_id"]), CLASSES.get(row["kind"] or "")
        if place is None or of is None or place.code is None:
            continue
        person = Person(row["practitioner_no"], row["name"], of, row["practitioner_id"])
        listed.append(Listed(person, place.code))
    institutions = {one.code: one for one in known.values() if one.code is not None}
    return Staff(institutions, listed, len(people) - len(listed))


def _rows(engine: Engine, sql: str) -> list[dict[str, Any]]:
    found = engine.execute_native(sql)
    return found.to_pylist() if found is not None else []


@contextmanager
def _open(home: Home, register: Register) -> Iterator[Engine]:
    lake = Lake(home, register)
    replaced = superseded(lake, None)
    corrected = set(replaced.column("table_name").to_pylist())
    scratch = Path(tempfile.mkdtemp(prefix="staff-", dir=home.work))
    try:
        with open_engine("duckdb", memory_mib=MEMORY_MIB, spill=scratch) as engine:
            if corrected:
                engine.bind("superseded", arrow=replaced)
            for name in ("institution", "practitioner"):
                stored = [file.path for file in lake.files(name)]
                bind_raw(engine, table(name), stored, corrected=name in corrected)
            yield engine
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
