"""Checking the tree as it is stored, a stretch at a time: pure, no register.

Every node is hashed once, out of what lies below it, and held against what was stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from yibao.ledger.faults import Fault
from yibao.ledger.tree import EMPTY_ROOT, HASH_SIZE, fold, node_hash, nodes_over

STRETCH_LEVEL: Final = 16
STRETCH: Final = 1 << STRETCH_LEVEL
"""How many entries are checked at a time; a power of two, so that each stretch is a subtree of its own."""


class Checker:
    """Walks along the tree from its first entry; holds the nodes at its edge and the faults found so far."""

    def __init__(self) -> None:
        self.size = 0
        self.faults: list[Fault] = []
        self._edge: list[bytes] = []
        self._edge_before: list[bytes] = []
        self._levels: list[list[bytes]] = [[]]
        self._start = 0

    def stretch(self, entries: Sequence[bytes | None], stored: Sequence[bytes]) -> None:
        """Check the next entries against the rows of the tree that keep their hashes.

        An entry that is missing or does not fit is a fault; the check goes on with the stored hash, so that further
        faults are found too. Every stretch but the last holds `STRETCH` entries.
        """
        start = self._start = self.size
        kept = [row[:HASH_SIZE] for row in stored]
        leaves = [b"" if data is None else sha256(b"\x00" + data).digest() for data in entries]
        if leaves != kept:
            self._tell_leaves(start, leaves, kept)
            leaves = kept
        self._levels = [leaves]
        for level in range(1, STRETCH_LEVEL + 1):
            below = self._levels[-1]
            nodes = [sha256(b"\x01" + a + b).digest() for a, b in zip(below[::2], below[1::2], strict=False)]
            if not nodes:
                break
            low, high = HASH_SIZE * level, HASH_SIZE * (level + 1)
            if nodes != [row[low:high] for row in stored[(1 << level) - 1 :: 1 << level]]:
                self._tell_nodes(start, level, nodes, stored)
            self._levels.append(nodes)
        self.size += len(stored)
        if len(stored) == STRETCH:
            self._carry(stored[-1])

    def root(self, size: int) -> bytes:
        """Give the root of the first ``size`` entries, which must end in the stretch that was checked last."""
        if size == 0:
            return EMPTY_ROOT
        start = self._start
        within = [self._levels[level][n - (start >> level)] for level, n in nodes_over((start, size))]
        left = self._edge_before if len(self._levels[0]) == STRETCH else self._edge
        return fold([*left, *within])

    def _carry(self, last: bytes) -> None:
        """Take a whole stretch into the edge, and check the nodes above it that it completes."""
        self._edge_before = list(self._edge)
        node, number, level = self._levels[STRETCH_LEVEL][0], self._start >> STRETCH_LEVEL, STRETCH_LEVEL
        while number & 1:
            node, number, level = node_hash(self._edge.pop(), node), number >> 1, level + 1
            if last[HASH_SIZE * level : HASH_SIZE * (level + 1)] != node:
                self._tell("node", self.size - 1)
        self._edge.append(node)

    def _tell_leaves(self, start: int, leaves: Sequence[bytes], kept: Sequence[bytes]) -> None:
        wrong = [i for i, pair in enumerate(zip(leaves, kept, strict=True)) if pair[0] != pair[1]]
        at = {kept[i]: start + i for i in wrong}
        for i in wrong:
            if not leaves[i]:
                self._tell("removed", start + i)
            elif leaves[i] in at:
                self._tell("reordered", start + i, f"position {at[leaves[i]]}")
            else:
                self._tell("changed", start + i, leaves[i].hex(), kept[i].hex())

    def _tell_nodes(self, start: int, level: int, nodes: Sequence[bytes], stored: Sequence[bytes]) -> None:
        for i, node in enumerate(nodes):
            row = ((i + 1) << level) - 1
            if stored[row][HASH_SIZE * level : HASH_SIZE * (level + 1)] != node:
                self._tell("node", start + row)

    def _tell(self, what: str, position: int, came: str | None = None, wanted: str | None = None) -> None:
        zh, en = _SAID[what]
        self.faults.append(Fault(f"ledger.{what}", zh, en, f"position {position}", wanted, came))


_SAID: Final = {
    "removed": ("条目不见了", "an entry is gone"),
    "reordered": ("条目被调换了位置", "an entry stands where another stood"),
    "changed": ("条目被改动", "an entry is not what was written"),
    "node": ("树的节点与其下的条目不符", "a node of the tree is not the hash of what lies below it"),
}
