"""The nouns: an act to be written down, the receipt for it, a proof, and what a whole check found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from yibao.kernel import Json
from yibao.ledger.faults import Fault
from yibao.ledger.tags import Tag


@dataclass(frozen=True, slots=True)
class Act:
    """One act as it is to be written: what kind, of what, with which facts.

    ``personal`` are facts about a natural person by name: only a salted commitment to each enters the leaf.
    """

    tag: Tag
    subject: str
    body: Mapping[str, Json]
    personal: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What says that an act was written: its number, the hash of its leaf, and its position once it has one.

    Pending (``position`` None) until the transaction is committed and the sequencer has been by, within a second.
    """

    entry: int
    leaf_hash: bytes
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What an entry says: its number, subject, kind and facts; which personal facts it commits to, and those kept."""

    entry: int
    subject: str
    tag: str
    body: Mapping[str, Json]
    committed: frozenset[str]
    personal: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Inclusion:
    """The proof that a leaf stands at a position in the tree of so many entries (RFC 9162 §2.1.3)."""

    position: int
    size: int
    leaf_hash: bytes
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check of the whole ledger found: how much was checked, and every fault."""

    size: int
    waiting: int
    checkpoints: int
    cosignatures: int
    erased: int
    faults: tuple[Fault, ...]
    read_seconds: float
    check_seconds: float

    @property
    def sound(self) -> bool:
        """Say whether nothing is wrong."""
        return not self.faults
