"""The verbs of attaching: keep a file, bring it into a case by an act, list what is there, and give it out."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from yibao.access import Purpose, Target, check, read_of_file
from yibao.casework.cases.attaching import store
from yibao.casework.cases.checks import READ
from yibao.casework.cases.desk import Desk
from yibao.casework.cases.machine import Machine
from yibao.casework.cases.model import Doing, case_number
from yibao.casework.cases.service import act_on, cases
from yibao.kernel import Json, Refused, Region, Text, date_of
from yibao.ledger import Tag, record
from yibao.store import Home, write_durably

LARGEST: Final = 64 * 2**20
"""Bytes of a file that is kept."""
_FOLDER: Final = "attachments"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that lies under its digest: the name it came with, its SHA-256, its bytes."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a case: what was handed in, on which day, recorded by whom, by which act."""

    number: int
    act: int
    file: Kept
    day: int
    actor: str

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "attachment": self.number, "act": self.act, "name": self.file.name, "sha256": self.file.sha256,
            "bytes": self.file.bytes, "day": date_of(self.day).isoformat(), "actor": self.actor,
        }  # fmt: skip


def keep(home: Home, files: Sequence[Path]) -> tuple[Kept, ...]:
    """Keep files below the documents, each once under its own digest; a file that is there stays as it is.

    Raises `Refused` (``casework.attachment_size``) for an empty file and for one that is too large.
    """
    kept = []
    for path in files:
        size = path.stat().st_size
        if not 0 < size <= LARGEST:
            raise Refused(
                "casework.attachment_size", zh="佐证材料是空的，或者太大", en="the file is empty, or too large",
                where=path.name, wanted=f"1 – {LARGEST:,} bytes", came=f"{size:,} bytes",
                todo=Text(zh="核对文件；过大的分开提交", en="check the file; hand in a large one in parts"),
            )  # fmt: skip
        content = path.read_bytes()
        told = hashlib.sha256(content).hexdigest()
        place = _place(home, told)
        if not place.is_file():
            write_durably(place, content)
        kept.append(Kept(path.name, told, len(content)))
    return tuple(kept)


def attach(
    desk: Desk, machine: Machine, files: Collection[Kept], doings: Mapping[int, Doing]
) -> dict[int, int]:
    """Bring files into cases of a track, the same into each: one act a case, which swears to the digests.

    A name may say whose file it is; it stays out of the ledger. Gives the act's number by case; raises what `act_on` does.
    """
    body: dict[str, Json] = {"sha256": [one.sha256 for one in files]}
    done = {
        case: Doing(
            one.day, one.reason, {**one.body, **body}, one.amounts, expected_version=one.expected_version
        )
        for case, one in doings.items()
    }
    acts = act_on(desk, machine, "attach", done)
    store.add(
        desk.unit.connection,
        [
            {"case_id": case, "act": act, "name": one.name, "sha256": one.sha256, "bytes": one.bytes}
            for case, act in acts.items()
            for one in files
        ],
    )
    return acts


def attachments(desk: Desk, case_id: int) -> list[Attachment]:
    """Give the files of a case to somebody who may read it (``access.denied``), oldest first."""
    _readable(desk, case_id)
    return [
        Attachment(row.number, row.act, Kept(row.name, row.sha256, row.bytes), row.day, row.actor)
        for row in store.attachments(desk.unit.connection, case_id)
    ]


def take_out(desk: Desk, home: Home, case_id: int, folder: Path) -> list[Path]:
    """Copy the files of a case to a folder, each as it came; the look is written down first.

    Raises `Refused`: ``casework.attachment_changed`` for a file that is gone or is not the one that was handed in.
    """
    found = attachments(desk, case_id)
    number, target = _readable(desk, case_id)
    look = read_of_file(
        desk.unit, desk.actor, what="attachments", subject=number, target=target, purpose=Purpose.CASEWORK, case=number,
    )  # fmt: skip
    record(desk.unit, Tag.ACCESS_FILE_READ, number, {"look": look})
    return [_given(home, one, folder) for one in found]


def _given(home: Home, one: Attachment, folder: Path) -> Path:
    place = _place(home, one.file.sha256)
    content = place.read_bytes() if place.is_file() else b""
    told = hashlib.sha256(content).hexdigest()
    if told != one.file.sha256:
        raise Refused(
            "casework.attachment_changed", zh="佐证材料不在了，或者被改动过", en="the file is gone, or was changed",
            where=str(place), wanted=one.file.sha256, came=told if content else "—",
            todo=Text(zh="从备份恢复这个文件", en="restore this file from a backup"),
        )  # fmt: skip
    # names may repeat and may be anything: the number keeps them apart, and no name leads out of the folder
    return write_durably(folder / f"{one.number}-{Path(one.file.name).name}", content)


def _place(home: Home, sha256: str) -> Path:
    return home.documents / _FOLDER / sha256[:2] / sha256


def _readable(desk: Desk, case_id: int) -> tuple[str, Target]:
    head = cases(desk.unit, [case_id])[0]
    number = case_number(head.track, case_id)
    target = Target(
        Region(head.region), head.institution_id, head.person_id, head.practitioner_id, subject=number
    )
    check(desk.actor, READ[head.track], target)
    return number, target
