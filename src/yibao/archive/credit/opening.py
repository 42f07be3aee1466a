"""Opening the files of a city (建档): everybody whom the lake names has one, under the nation's code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from yibao.archive import files
from yibao.archive.files import Subject, SubjectKind
from yibao.archive.points import staff_in_lake
from yibao.claims import bind_raw, table
from yibao.collect import known_files, superseded
from yibao.engine import open_engine
from yibao.store import Home, Lake, Register

Progress = Callable[[str, int, int], None]
_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Opened:
    """How many subjects of each kind have a file now, of those whom the lake names."""

    institutions: int
    practitioners: int
    insured: int
    left_out: int
    """Practitioners whose class or institution the lake does not tell."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "institutions": self.institutions, "practitioners": self.practitioners, "insured": self.insured,
            "left_out": self.left_out,
        }  # fmt: skip


def open_city_files(
    home: Home,
    register: Register,
    *,
    actor: str,
    insured: bool = False,
    region: str = "000000",
    progress: Progress = lambda *_: None,
) -> Opened:
    """Open the files of all institutions and practitioners of the lake; who has one keeps it.

    An insured person's file is opened when something is first written into it; ``insured`` opens those of all. ``region``
    is where a person belongs of whom the lake does not say it.
    """
    staff = staff_in_lake(home, register)
    institutions = [staff.institutions[code] for code in sorted(staff.institutions)]
    people = [
        Subject(
            0, SubjectKind.PRACTITIONER, staff.institutions[one.institution].region, one.person.code, one.person.name,
            one.person.lake_key, str(one.person.person_class),
        )
        for one in staff.listed
    ]  # fmt: skip
    everybody = _insured(home, register, region) if insured else []
    return Opened(
        _open(register, actor, institutions, "机构", progress),
        _open(register, actor, people, "人员", progress),
        _open(register, actor, everybody, "参保人员", progress),
        staff.left_out,
    )


def _insured(home: Home, register: Register, region: str) -> list[Subject]:
    lake = Lake(home, register)
    replaced = superseded(lake)
    with open_engine("duckdb", memory_mib=1024, spill=home.work) as engine:
        engine.bind("superseded", arrow=replaced)
        corrected = "person" in replaced.column("table_name").to_pylist()
        bind_raw(engine, table("person"), known_files(lake)["person"], corrected=corrected)
        rows = engine.run(
            "SELECT p.person_id AS key, p.person_no AS code, p.name, p.insured_region AS region FROM raw_person AS p"
        ).to_pylist()
    heads: dict[str, Subject] = {}
    for row in rows:
        where = row["region"] if row["region"] and str(row["region"]).isdigit() else region
        heads.setdefault(
            row["code"], Subject(0, SubjectKind.INSURED, where, row["code"], row["name"], row["key"], "")
        )
    return [heads[code] for code in sorted(heads)]


def _open(register: Register, actor: str, heads: list[Subject], what: str, progress: Progress) -> int:
    done = 0
    for some in _parts(heads):
        with register.unit_of_work(actor=actor) as unit:
            files.open_subjects(unit, some)
        done += len(some)
        progress(f"建档：{what}", done, len(heads))
    return done


def _parts(heads: list[Subject]) -> Iterator[list[Subject]]:
    rest = iter(heads)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
