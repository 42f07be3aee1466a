"""The Merkle tree of RFC 6962 and RFC 9162, in SHA-256: bytes in, bytes out; standard library only.

Positions count from 0. A *node* ``(level, number)`` is the root over the entries from ``number · 2^level`` up to
the next multiple of ``2^level``. Once these entries are there it never changes, so it is stored when its last entry
comes: the row of position *p* keeps the hashes of all nodes that *p* completes, from its own leaf upwards. Every
root and every proof, of whatever size, is made of such nodes.

Sources: RFC 6962 §2.1, RFC 9162 §2.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import TypeAlias

HASH_SIZE = 32
EMPTY_ROOT = sha256().digest()
"""The root of the tree without entries."""

Node: TypeAlias = tuple[int, int]
"""A complete subtree: level and number."""
Span: TypeAlias = tuple[int, int]
"""Entries from the first position up to the second, which no longer belongs to it."""
Fetch: TypeAlias = Callable[[Sequence[Node]], Mapping[Node, bytes]]
"""How stored nodes are looked up; one call a proof."""


def leaf_hash(data: bytes) -> bytes:
    """Hash an entry as a leaf: SHA-256 over 0x00 and its bytes."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbours as their parent: SHA-256 over 0x01 and both; the prefix keeps nodes from passing for leaves."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Give the root over leaf hashes.

    Level by level, where the last node of an odd level goes up as it is: that is the tree of RFC 6962, which splits
    at the largest power of two.
    """
    level = list(leaves)
    while len(level) > 1:
        level = parents(level)
    return level[0] if level else EMPTY_ROOT


def parents(level: Sequence[bytes]) -> list[bytes]:
    """Give the next level; an odd last node goes up as it is."""
    above = [
        sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)
    ]
    if len(level) % 2:
        above.append(level[-1])
    return above


# — stored nodes —


def nodes_over(span: Span) -> list[Node]:
    """Give the fewest complete nodes that cover a span, left to right."""
    first, end = span
    found: list[Node] = []
    while first < end:
        aligned = (first & -first).bit_length() - 1 if first else end.bit_length()
        level = min(aligned, (end - first).bit_length() - 1)
        found.append((level, first >> level))
        first += 1 << level
    return found


def row_of(node: Node) -> int:
    """Give the position whose row keeps a node: the last entry under it."""
    level, number = node
    return ((number + 1) << level) - 1


class Growing:
    """A tree that grows at its right edge, holding only the complete nodes there."""

    def __init__(self, size: int, edge: Sequence[bytes]) -> None:
        self.size = size
        self.edge = list(edge)
        """The hashes of `nodes_over` ``(0, size)``."""

    def append(self, leaf: bytes) -> bytes:
        """Add a leaf; give the hashes of the nodes it completes, joined, as its row keeps them."""
        row = [leaf]
        position = self.size
        while position & 1:
            leaf = node_hash(self.edge.pop(), leaf)
            row.append(leaf)
            position >>= 1
        self.edge.append(leaf)
        self.size += 1
        return b"".join(row)

    def root(self) -> bytes:
        """Give the root as it stands."""
        return fold(self.edge) if self.edge else EMPTY_ROOT


def fold(hashes: Sequence[bytes]) -> bytes:
    """Join complete nodes of decreasing level into the root over them."""
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def roots(spans: Sequence[Span], fetch: Fetch) -> list[bytes]:
    """Give the root over each span, looking up all nodes at once; a span starts at a multiple of its own width."""
    covers = [nodes_over(span) for span in spans]
    known = fetch([node for cover in covers for node in cover])
    return [fold([known[node] for node in cover]) for cover in covers]


# — proofs —


def range_path(first: int, count: int, size: int) -> list[Span]:
    """Say which spans prove that ``count`` entries from ``first`` on stand there in a tree of ``size``.

    Level by level from the leaves: the left neighbour where one is missing, then the right one. For one entry this
    is the inclusion proof of RFC 9162 §2.1.3, in its order; for the whole tree it is empty.
    """
    low, high, level, path = first, first + count - 1, 0, list[Span]()
    last = size - 1
    while last:
        if low & 1:
            low -= 1
            path.append(_span(low, level, size))
        if not high & 1 and high < last:
            high += 1
            path.append(_span(high, level, size))
        low, high, last, level = low >> 1, high >> 1, last >> 1, level + 1
    return path


def root_from_range(first: int, leaves: Sequence[bytes], size: int, proof: Sequence[bytes]) -> bytes | None:
    """Give the root that a range of leaf hashes and its proof lead to; None where the proof is too short or too long."""
    if not leaves or first < 0 or first + len(leaves) > size:
        return None
    level, low, last, given = list(leaves), first, size - 1, iter(proof)
    try:
        while last:
            if low & 1:
                low -= 1
                level.insert(0, next(given))
            high = low + len(level) - 1
            if not high & 1 and high < last:
                level.append(next(given))
            level = parents(level)
            low, last = low >> 1, last >> 1
    except StopIteration:
        return None
    return level[0] if next(given, None) is None else None


def consistency_path(old: int, size: int) -> list[Span]:
    """Say which spans prove that the tree of ``old`` entries is the beginning of that of ``size`` (RFC 9162 §2.1.4).

    Empty where either tree proves itself: equal sizes, or none before.
    """
    if not 0 < old < size:
        return []
    path: list[Span] = []
    low, high, whole = 0, size, True
    while old < high:
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        if old <= middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low, whole = middle, False
    if not whole:
        path.append((low, old))
    return path[::-1]


def is_consistent(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether a proof shows that the older tree is the beginning of the newer one (RFC 9162 §2.1.4.2)."""
    if old == size:
        return old_root == root and not proof
    if old == 0:
        return old_root == EMPTY_ROOT and not proof
    if not 0 < old < size:
        return False
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    lower, upper = old - 1, size - 1
    while lower & 1:
        lower, upper = lower >> 1, upper >> 1
    mine = other = path[0]
    for sibling in path[1:]:
        if upper == 0:
            return False
        if lower & 1 or lower == upper:
            mine, other = node_hash(sibling, mine), node_hash(sibling, other)
            while not lower & 1 and lower:
                lower, upper = lower >> 1, upper >> 1
        else:
            other = node_hash(other, sibling)
        lower, upper = lower >> 1, upper >> 1
    return upper == 0 and mine == old_root and other == root


def _span(number: int, level: int, size: int) -> Span:
    return number << level, min((number + 1) << level, size)


def leaves_of(entries: Iterable[bytes]) -> list[bytes]:
    """Hash many entries as leaves."""
    return [sha256(b"\x00" + data).digest() for data in entries]
