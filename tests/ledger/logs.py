"""A small log in memory, with keys that are no secret: what the museum of forgeries and the proof tests are made of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from yibao.ledger.commitments import commitment
from yibao.ledger.file import Handover, Header
from yibao.ledger.note import COSIGNATURE, ED25519, Checkpoint, Note
from yibao.ledger.signing import Ed25519Signer, cosign, signed
from yibao.ledger.tree import (
    HASH_SIZE,
    Growing,
    Node,
    consistency_path,
    leaf_hash,
    range_path,
    roots,
    row_of,
)

ORIGIN = "ledger.example/museum"
SALT = bytes(range(32))


def signer(seed: int, name: str = ORIGIN, kind: bytes = ED25519) -> Ed25519Signer:
    """A key that everybody can make again."""
    return Ed25519Signer(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32), kind=kind)


OURS, NEXT, STRANGER = signer(1), signer(2), signer(3)
WITNESS = signer(4, "witness.example", COSIGNATURE)


def entry(number: int, **more: object) -> str:
    """One entry in the form in which the house writes them."""
    said = {
        "actor": "经办人甲",
        "at": f"2026-03-01T08:00:{number:02}.000Z",
        "body": {"at_stake_fen": 1000 * number},
        "salt": f"{number:032x}",
        "subject": f"F{number}",
        "tag": "casework:finding:noticed",
        "v": 1,
    }
    return json.dumps({**said, **more}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass
class Log:
    """Entries with their tree; gives checkpoints, proofs and files as the house does."""

    entries: list[str]
    signers: Sequence[Ed25519Signer] = (OURS,)
    rows: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        tree = Growing(0, [])
        self.rows = [tree.append(leaf_hash(line.encode())) for line in self.entries]

    def fetch(self, nodes: Sequence[Node]) -> Mapping[Node, bytes]:
        return {n: self.rows[row_of(n)][HASH_SIZE * n[0] :][:HASH_SIZE] for n in nodes}

    def note(self, size: int | None = None, signers: Sequence[Ed25519Signer] | None = None) -> Note:
        size = len(self.entries) if size is None else size
        [root] = roots([(0, size)], self.fetch)
        note = signed(Checkpoint(ORIGIN, size, root), signers or self.signers)
        return note.adding([cosign(note, WITNESS, 1_772_000_000)])

    def proof(self, first: int, count: int, size: int) -> tuple[bytes, ...]:
        return tuple(roots(range_path(first, count, size), self.fetch))

    def consistency(self, old: int, size: int) -> tuple[bytes, ...]:
        return tuple(roots(consistency_path(old, size), self.fetch))

    def file(self, first: int = 0, count: int | None = None, size: int | None = None, **more: object) -> str:
        """An exported file of the log as it was at a size; ``more`` stands in for fields of the header."""
        size = len(self.entries) if size is None else size
        count = size - first if count is None else count
        said = {
            "first": first,
            "count": count,
            "checkpoint": str(self.note(size)),
            "proof": self.proof(first, count, size),
            **more,
        }
        lines = self.entries[first : first + count]
        return Header(**said).line() + "".join(f"{line}\n" for line in lines)  # type: ignore[arg-type]

    def handover(self, position: int, then: int, *signers: Ed25519Signer) -> Handover:
        """The change of keys at a position, under a checkpoint of the size ``then``."""
        size = len(self.entries)
        return Handover(
            self.entries[position],
            position,
            str(self.note(then, signers)),
            self.proof(position, 1, then),
            self.consistency(then, size),
        )


def key_change(number: int, old: Ed25519Signer, new: Ed25519Signer) -> str:
    """The entry of a change of keys."""
    body = {"keys": [str(new.key)], "replaces": [str(old.key)]}
    return entry(number, body=body, tag="ledger:key:rotated", subject=ORIGIN)


def with_person(number: int, value: str) -> str:
    """An entry that commits to a personal fact."""
    return entry(number, personal={"姓名": commitment(SALT, "姓名", value)})


TRUE_NOTE = Log([entry(i) for i in range(9)]).note()
