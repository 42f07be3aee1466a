"""``yibao ledger verify``: everything the register holds of the log, checked against itself and its signatures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from json.encoder import encode_basestring
from time import perf_counter
from typing import Any, Final

from yibao.ledger import store
from yibao.ledger.checking import STRETCH, Checker
from yibao.ledger.commitments import commitment
from yibao.ledger.faults import Fault, Forged
from yibao.ledger.model import Verified
from yibao.ledger.note import Note, PublicKey, check, parse_key, parse_note, parse_signature
from yibao.ledger.service import VERSION
from yibao.ledger.tags import Tag
from yibao.store import Register, UnitOfWork

MOST_FAULTS: Final = 200
"""After so many faults no more are told."""
_KEYS: Final = (str(Tag.LEDGER_KEY_INTRODUCED), str(Tag.LEDGER_KEY_ROTATED))


def verify_everything(register: Register) -> Verified:
    """Check the whole log: entries, tree, checkpoints, keys, cosignatures, commitments, and the guards of the tables.

    Every fault is told with its place; nothing is changed. Reading and hashing are timed apart.
    """
    with register.unit_of_work("ledger") as unit:
        store.freeze(unit.connection)
        return _Check(unit).everything()


class _Check:
    """One check and what it gathers on its way through the log."""

    def __init__(self, unit: UnitOfWork) -> None:
        self.connection = unit.connection
        self.tree = Checker()
        self.faults: list[Fault] = []
        self.keys: list[tuple[int, dict[str, Any]]] = []  # position and body of every change of keys
        self.committed: dict[int, dict[str, str]] = {}
        self.erased: set[tuple[int, str]] = set()
        self.roots: dict[int, bytes] = {}
        self.reading = self.checking = 0.0

    def everything(self) -> Verified:
        for table in store.unguarded(self.connection):
            self._tell("unguarded", "表的只增保护被拿掉了", "a table lost its guard against change", table)
        notes = dict(store.checkpoints(self.connection))
        self._walk(sorted(notes))
        lost, waiting = store.astray(self.connection)
        for entry in lost:
            self._tell(
                "astray",
                "条目没有位置，也不在等待",
                "an entry has no position and waits for none",
                f"entry {entry}",
            )
        self._check_keys()
        self._check_checkpoints(notes)
        cosignatures = self._check_cosignatures(notes)
        self._check_personal()
        return Verified(
            self.tree.size,
            waiting,
            len(notes),
            cosignatures,
            len(self.erased),
            (*self.tree.faults, *self.faults)[:MOST_FAULTS],
            self.reading,
            self.checking,
        )

    def _walk(self, sizes: Sequence[int]) -> None:
        """Go through all entries; keep the root of every checkpoint's size."""
        ahead = iter(sizes)
        size = next(ahead, None)
        for rows in self._stretches():
            began = perf_counter()
            self.tree.stretch([row.canonical for row in rows], [row.hashes or b"" for row in rows])
            while size is not None and size <= self.tree.size:
                self.roots[size] = self.tree.root(size)
                size = next(ahead, None)
            for row in rows:
                if row.canonical is not None:
                    self._look_into(row, row.canonical)
            self.checking += perf_counter() - began

    def _stretches(self) -> Iterator[list[store.Row]]:
        began = perf_counter()
        for rows in store.in_order(self.connection, 0, None, STRETCH):
            self.reading += perf_counter() - began
            expected = range(self.tree.size, self.tree.size + len(rows))
            whole = [row for row, position in zip(rows, expected, strict=True) if row.position == position]
            if len(whole) < len(rows):
                gap = self.tree.size + len(whole)
                self._tell(
                    "gap",
                    "树中缺了位置，其后未再核对",
                    "a position is missing from the tree; what follows it was not checked",
                    f"position {gap}",
                )
                if whole:
                    yield whole
                return
            yield rows
            if len(rows) < STRETCH:
                return
            began = perf_counter()

    def _look_into(self, row: store.Row, data: bytes) -> None:
        """See that the columns by which a leaf is looked up say what it says; note what matters further on."""
        subject, tag = row.subject or "", row.tag or ""
        ending = f',"subject":{encode_basestring(subject)},"tag":"{tag}","v":{VERSION}}}'
        if not data.endswith(ending.encode()):
            self._tell(
                "columns",
                "条目的检索列与条目内容不符",
                "the columns by which an entry is looked up do not say what it says",
                f"position {row.position}",
                came=f"{tag} {subject}"[:80],
            )
        if tag in _KEYS and row.position is not None:
            self.keys.append((row.position, json.loads(data)["body"]))
        elif tag == Tag.LEDGER_PERSONAL_ERASED:
            body = json.loads(data)["body"]
            self.erased |= {(body["entry"], name) for name in body["names"]}
        if b'"personal":{' in data and row.entry is not None:
            self.committed[row.entry] = json.loads(data).get("personal", {})

    def _check_keys(self) -> None:
        """See that the keys the register knows are those that entries of the log brought."""
        told = [tuple(sorted(body["keys"])) for _, body in self.keys]
        known = [keys for _, keys in store.generations(self.connection)]
        waiting = len(known) - len(told)
        if told != known[: len(told)] or waiting < 0 or (waiting and self.tree.size):
            self._tell(
                "keys",
                "登记的钥匙与存证中的记录不符",
                "the keys on record are not those that entries of the log brought",
                wanted=str(told),
                came=str(known),
            )

    def _check_checkpoints(self, notes: Mapping[int, str]) -> None:
        covered = 0
        for size, text in sorted(notes.items()):
            try:
                note = parse_note(text)
                self._check_note(size, note)
                for key in self._signing(size, covered):
                    check(note, key)
            except Forged as error:
                self.faults.append(error.fault)
            covered = size
        if covered < self.tree.size:
            self._tell(
                "unsigned",
                "最后的条目没有签名",
                "the last entries are not signed",
                came=f"{covered} < {self.tree.size}",
            )

    def _check_note(self, size: int, note: Note) -> None:
        checkpoint = note.checkpoint()
        if size > self.tree.size:
            self._tell(
                "truncated",
                "签过名的条目不见了",
                "entries that were signed are gone",
                f"checkpoint {size}",
                wanted=str(size),
                came=str(self.tree.size),
            )
        elif (checkpoint.size, checkpoint.root) != (size, self.roots[size]):
            self._tell(
                "other_root",
                "检查点的根与条目不符",
                "the root of a checkpoint is not that of the entries",
                f"checkpoint {size}",
                wanted=self.roots[size].hex(),
                came=checkpoint.root.hex(),
            )

    def _signing(self, size: int, covered: int) -> list[PublicKey]:
        """Say whose signatures a checkpoint must bear: the newest keys', and at a handover the older ones' too."""
        brought = [body["keys"] for position, body in self.keys if position < size]
        before = [body["keys"] for position, body in self.keys if position < covered]
        wanted = brought[-1:] if len(brought) == len(before) else brought[max(len(before) - 1, 0) :]
        return [parse_key(text) for keys in wanted for text in keys]

    def _check_cosignatures(self, notes: Mapping[int, str]) -> int:
        found = store.cosignatures(self.connection)
        for size, witness, line in found:
            try:
                text = parse_note(notes[size]).text
                check(Note(text, (parse_signature(line),)), parse_key(witness))
            except Forged as error:
                self.faults.append(error.fault)
        return len(found)

    def _check_personal(self) -> None:
        """See that what is kept behind commitments opens them, and that what is gone was erased by an entry."""
        kept = store.personal(self.connection, None)
        for entry, names in self.committed.items():
            here = kept.pop(entry, {})
            for name, value in names.items():
                if name in here:
                    fits = commitment(here[name][0], name, here[name][1]) == value
                    if not fits:
                        self._tell(
                            "other_value",
                            "个人信息不是存证时的原值",
                            "a personal fact is not what was committed to",
                            f"entry {entry}, {name}",
                        )
                elif (entry, name) not in self.erased:
                    self._tell(
                        "not_erased",
                        "个人信息不见了，却没有删除记录",
                        "a personal fact is gone and no entry says that it was erased",
                        f"entry {entry}, {name}",
                    )

    def _tell(
        self,
        what: str,
        zh: str,
        en: str,
        where: str | None = None,
        *,
        wanted: str | None = None,
        came: str | None = None,
    ) -> None:
        self.faults.append(Fault(f"ledger.{what}", zh, en, where, wanted, came))
