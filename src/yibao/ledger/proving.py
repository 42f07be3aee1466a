"""The verbs that prove: inclusion, consistency, receipts and exports, and the newest checkpoint with its witnesses."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from yibao.kernel import Refused, Text
from yibao.ledger import store
from yibao.ledger.commitments import commitment
from yibao.ledger.file import Handover, Header
from yibao.ledger.model import Inclusion, Receipt, Said
from yibao.ledger.note import Note, parse_note, parse_signature
from yibao.ledger.service import the_checkpoint
from yibao.ledger.tags import Tag
from yibao.ledger.tree import Node, Span, consistency_path, leaf_hash, range_path, roots
from yibao.store import UnitOfWork

AT_ONCE = 20_000
"""How many entries are read and written at a time."""


def checkpoint(unit: UnitOfWork, size: int | None = None) -> Note:
    """Give the newest signed checkpoint, or that of a size, with the lines of its witnesses.

    Raises `Refused` (``ledger.no_checkpoint``).
    """
    note = parse_note(the_checkpoint(unit, size))
    lines = store.cosignatures(unit.connection, note.checkpoint().size)
    return note.adding([parse_signature(line) for _, _, line in lines])


def receipt(unit: UnitOfWork, entry: int) -> Receipt:
    """Give the receipt of an entry as it is now: pending, or with its position. Refuses what is not there."""
    row = store.leaf(unit.connection, entry)
    if row is None or row.canonical is None:
        raise Refused(
            "ledger.no_entry",
            zh="没有这一条存证",
            en="there is no such entry",
            came=str(entry),
            todo=Text(zh="编号见办理时的回执", en="its number is on the receipt of the act"),
        )
    return Receipt(entry, leaf_hash(row.canonical), row.position)


def prove_inclusion(unit: UnitOfWork, position: int, size: int | None = None) -> Inclusion:
    """Prove that a leaf stands at a position in the tree of a size, or of the newest checkpoint (RFC 9162 §2.1.3).

    Raises `Refused` (``ledger.no_position``, ``ledger.no_checkpoint``).
    """
    if size is None:
        size = parse_note(the_checkpoint(unit)).checkpoint().size
    _refuse_outside(position, 1, size)
    leaf, *hashes = _roots(unit, [(position, position + 1), *range_path(position, 1, size)])
    return Inclusion(position, size, leaf, tuple(hashes))


def prove_consistency(unit: UnitOfWork, old: int, size: int | None = None) -> tuple[bytes, ...]:
    """Prove that the tree of ``old`` entries is the beginning of that of a size (RFC 9162 §2.1.4).

    Raises `Refused` (``ledger.no_position``, ``ledger.no_checkpoint``).
    """
    if size is None:
        size = parse_note(the_checkpoint(unit)).checkpoint().size
    _refuse_outside(0, old, size)
    return tuple(_roots(unit, consistency_path(old, size)))


def export(
    unit: UnitOfWork,
    file: Path,
    *,
    first: int = 0,
    count: int | None = None,
    since: int | None = None,
    with_personal: bool = False,
) -> Header:
    """Write entries with their proof to a file that anybody can check; one entry makes it a receipt.

    All of the newest checkpoint unless told otherwise. ``since`` is a size the recipient saw before; personal facts
    behind commitments go along only ``with_personal``. The file appears when it is whole, its owner's only.
    Raises `Refused` (``ledger.no_position``, ``ledger.no_checkpoint``).
    """
    note = checkpoint(unit)
    size = note.checkpoint().size
    count = size - first if count is None else count
    _refuse_outside(first, count, size)
    header = Header(
        first,
        count,
        str(note),
        tuple(_roots(unit, range_path(first, count, size))),
        tuple(_handovers(unit, size)),
        None if since is None else (since, prove_consistency(unit, since, size)),
        _opened(unit, first, count) if with_personal else {},
    )
    draft = file.with_name(f".{file.name}.part")
    draft.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(header.line().encode())
            for rows in store.in_order(unit.connection, first, first + count, AT_ONCE):
                out.writelines((row.canonical or b"") + b"\n" for row in rows)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return header


def _handovers(unit: UnitOfWork, size: int) -> Iterator[Handover]:
    """Give every change of keys that a tree of this size has seen."""
    for entry, _ in store.generations(unit.connection)[1:]:
        row = store.leaf(unit.connection, entry)
        if row is None or row.canonical is None or row.position is None or row.position >= size:
            continue
        note = store.first_checkpoint_over(unit.connection, row.position)
        if note is None:
            continue
        then = parse_note(note).checkpoint().size
        yield Handover(
            row.canonical.decode(),
            row.position,
            note,
            prove_inclusion(unit, row.position, then).hashes,
            prove_consistency(unit, then, size),
        )


def _opened(unit: UnitOfWork, first: int, count: int) -> dict[int, dict[str, tuple[bytes, str]]]:
    positions = {
        row.entry: row.position
        for rows in store.in_order(unit.connection, first, first + count, AT_ONCE)
        for row in rows
        if row.entry is not None and row.position is not None
    }
    facts = store.personal(unit.connection, list(positions))
    return {positions[entry]: known for entry, known in facts.items()}


def _roots(unit: UnitOfWork, spans: list[Span]) -> list[bytes]:
    def fetch(nodes: list[Node]) -> dict[Node, bytes]:
        found = dict(store.nodes(unit.connection, nodes))
        if len(found) < len(set(nodes)):
            raise Refused(
                "ledger.tree_broken",
                zh="存证的树有缺损，不能出具证明",
                en="the ledger's tree has holes and can prove nothing",
                wanted=str(len(set(nodes))),
                came=str(len(found)),
                todo=Text(zh="yibao ledger verify 查明位置", en="yibao ledger verify says where"),
            )
        return found

    return roots(spans, lambda nodes: fetch(list(nodes)))


def _refuse_outside(first: int, count: int, size: int) -> None:
    if first < 0 or count < 1 or first + count > size:
        raise Refused(
            "ledger.no_position",
            zh="签名的存证里没有这个位置",
            en="the signed log has no such position",
            wanted=f"0 … {size - 1}",
            came=f"{first} + {count}",
            todo=Text(zh="刚写入的条目一秒后再取", en="of an entry just written ask again after a second"),
        )


def said(unit: UnitOfWork, tags: Collection[Tag]) -> Iterator[Said]:
    """Give what the entries of some kinds say, oldest first, whoever reads them comparing with what he keeps himself.

    ``personal`` holds what is behind their commitments, where it was not erased and is what was committed to.
    """
    for entry, subject, canonical, facts in store.said(unit.connection, [str(tag) for tag in tags]):
        leaf = json.loads(canonical)
        committed = leaf.get("personal", {})
        kept = {
            name: value
            for name, (salt, value) in facts.items()
            if commitment(salt, name, value) == committed.get(name)
        }
        yield Said(entry, subject, str(leaf["tag"]), leaf["body"], frozenset(committed), kept)


def personal_of(unit: UnitOfWork, entries: Sequence[int]) -> dict[int, dict[str, str]]:
    """Give what is behind the commitments of these entries, by entry and name; what was erased is not there."""
    found = store.personal(unit.connection, entries)
    return {entry: {name: value for name, (_, value) in facts.items()} for entry, facts in found.items()}


def newest_entry(unit: UnitOfWork) -> int | None:
    """Give the number of the newest entry, pending ones among them; None where nothing was written yet."""
    return store.newest_entry(unit.connection)
