"""Opening the files of a city (建档): everybody whom the lake names has one, under the code by which the nation knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import pyarrow as pa

from yibao.archive import files
from yibao.archive.files import Subject, SubjectKind
from yibao.claims import bind_raw, table
from yibao.collect import known_files, superseded
from yibao.engine import open_engine
from yibao.store import Home, Lake, Register

Progress = Callable[[str, int, int], None]
_AT_ONCE: Final = 5_000
_CATEGORIES: Final = {"1": "hospital", "2": "pharmacy"}


@dataclass(frozen=True, slots=True)
class Opened:
    """How many subjects of each kind have a file now, of those whom the lake names."""

    institutions: int
    practitioners: int
    insured: int

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "institutions": self.institutions, "practitioners": self.practitioners, "insured": self.insured,
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
    lake = Lake(home, register)
    replaced = superseded(lake)
    corrected = set(replaced.column("table_name").to_pylist())
    names = ("institution", "practitioner", *(("person",) if insured else ()))
    with open_engine("duckdb", memory_mib=1024, spill=home.work) as engine:
        engine.bind("superseded", arrow=replaced)
        stored = known_files(lake)
        for name in names:
            bind_raw(engine, table(name), stored[name], corrected=name in corrected)
        institutions = engine.run(
            "SELECT i.institution_id AS key, i.institution_no AS code, i.name, i.kind, i.region FROM raw_institution AS i"
        )
        practitioners = engine.run(
            "SELECT p.practitioner_id AS key, p.practitioner_no AS code, p.name, p.kind, i.region "
            "FROM raw_practitioner AS p LEFT JOIN raw_institution AS i ON i.institution_id = p.institution_id"
        )
        people = None
        if insured:
            people = engine.run(
                "SELECT p.person_id AS key, p.person_no AS code, p.name, p.insured_region AS region FROM raw_person AS p"
            )
    counts = [
        _open(register, actor, _heads(institutions, SubjectKind.INSTITUTION, region), "机构", progress),
        _open(register, actor, _heads(practitioners, SubjectKind.PRACTITIONER, region), "人员", progress),
        0 if people is None else _open(
            register, actor, _heads(people, SubjectKind.INSURED, region), "参保人员", progress
        ),
    ]  # fmt: skip
    return Opened(*counts)


def _heads(rows: pa.Table, kind: SubjectKind, region: str) -> list[Subject]:
    heads: dict[str, Subject] = {}
    for row in rows.to_pylist():
        said = str(row.get("kind") or "")
        category = _CATEGORIES.get(said, "") if kind is SubjectKind.INSTITUTION else said
        where = row["region"] if row["region"] and str(row["region"]).isdigit() else region
        heads.setdefault(row["code"], Subject(0, kind, where, row["code"], row["name"], row["key"], category))
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
