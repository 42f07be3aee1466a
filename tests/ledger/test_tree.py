"""The tree against the RFC's own words, published vectors, and an implementation that is not ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pymerkle
import pytest

from yibao.ledger.checking import Checker
from yibao.ledger.tree import (
    EMPTY_ROOT,
    HASH_SIZE,
    Growing,
    Node,
    consistency_path,
    is_consistent,
    leaf_hash,
    node_hash,
    nodes_over,
    range_path,
    root_from_range,
    root_of,
    roots,
    row_of,
)

SIZES = [*range(1, 34), 63, 64, 65, 100]

# the entries and roots with which Certificate Transparency's implementations are tested
VECTORS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(bytes([i])) for i in range(size)]


class Stored:
    """A tree as the register keeps it: one row an entry."""

    def __init__(self, hashes: Sequence[bytes]) -> None:
        growing = Growing(0, [])
        self.rows = [growing.append(leaf) for leaf in hashes]

    def __call__(self, nodes: Sequence[Node]) -> Mapping[Node, bytes]:
        return {n: self.rows[row_of(n)][HASH_SIZE * n[0] :][:HASH_SIZE] for n in nodes}


def half(size: int) -> int:
    """The largest power of two smaller than a size (RFC 9162 §2.1.1)."""
    k = 1
    while 2 * k < size:
        k *= 2
    return k


def mth(d: Sequence[bytes]) -> bytes:
    """The Merkle tree hash as RFC 9162 §2.1.1 words it."""
    if len(d) < 2:
        return d[0] if d else EMPTY_ROOT
    k = half(len(d))
    return node_hash(mth(d[:k]), mth(d[k:]))


def path(m: int, d: Sequence[bytes]) -> list[bytes]:
    """The inclusion path as RFC 9162 §2.1.3.1 words it."""
    if len(d) == 1:
        return []
    k = half(len(d))
    return [*path(m, d[:k]), mth(d[k:])] if m < k else [*path(m - k, d[k:]), mth(d[:k])]


def subproof(m: int, d: Sequence[bytes], whole: bool) -> list[bytes]:
    """The consistency proof as RFC 9162 §2.1.4.1 words it."""
    if m == len(d):
        return [] if whole else [mth(d)]
    k = half(len(d))
    if m <= k:
        return [*subproof(m, d[:k], whole), mth(d[k:])]
    return [*subproof(m - k, d[k:], False), mth(d[:k])]


def test_published_roots() -> None:
    hashes = [leaf_hash(bytes.fromhex(v)) for v in VECTORS]
    assert [root_of(hashes[: n + 1]).hex() for n in range(8)] == ROOTS
    assert root_of([]) == EMPTY_ROOT == Growing(0, []).root()


@pytest.mark.parametrize("size", SIZES)
def test_inclusion(size: int) -> None:
    d = leaves(size)
    stored, root = Stored(d), mth(d)
    oracle = pymerkle.InmemoryTree(algorithm="sha256")
    for i in range(size):
        oracle.append_entry(bytes([i]))
    assert oracle.get_root() == root == root_of(d) == roots([(0, size)], stored)[0]
    for i in range(size):
        proof = roots(range_path(i, 1, size), stored)
        assert proof == path(i, d)
        theirs = oracle.prove_inclusion(i + 1, size)
        ours = pymerkle.InclusionProof("sha256", True, size, i + 1, theirs.rule, [d[i], *proof])
        pymerkle.verify_inclusion(d[i], root, ours, index=i + 1, size=size)
        assert root_from_range(i, [d[i]], size, proof) == root
        assert root_from_range(i, [d[i]], size, [*proof, root]) is None
        assert not proof or root_from_range(i, [d[i]], size, proof[:-1]) is None
        assert root_from_range(i, [root], size, proof) != root or size == 1


@pytest.mark.parametrize("size", [1, 2, 7, 8, 13, 33])
def test_ranges(size: int) -> None:
    d = leaves(size)
    stored, root = Stored(d), mth(d)
    for first in range(size):
        for count in range(1, size - first + 1):
            proof = roots(range_path(first, count, size), stored)
            assert root_from_range(first, d[first : first + count], size, proof) == root
            assert len(proof) <= 2 * size.bit_length()
    assert root_from_range(0, d, size - 1, []) is None and root_from_range(0, [], size, []) is None


@pytest.mark.parametrize("size", SIZES)
def test_consistency(size: int) -> None:
    d = leaves(size)
    stored, root = Stored(d), mth(d)
    for old in range(1, size + 1):
        proof = roots(consistency_path(old, size), stored)
        assert proof == subproof(old, d, True)
        assert is_consistent(old, mth(d[:old]), size, root, proof)
        assert not is_consistent(old, mth([*d[: old - 1], d[-1], d[0]]), size, root, proof)
        assert not is_consistent(old, mth(d[:old]), size, EMPTY_ROOT, proof)
        assert not is_consistent(old, mth(d[:old]), size, root, [*proof, root])
        if proof:
            assert not is_consistent(old, mth(d[:old]), size, root, proof[:-1])
    assert is_consistent(0, EMPTY_ROOT, size, root, []) and not is_consistent(0, root, size, root, [])
    assert not is_consistent(size + 1, root, size, root, [])


def test_a_cover_is_of_whole_nodes_left_to_right() -> None:
    for first in range(0, 40):
        for end in range(first, 70):
            at = first
            for level, number in nodes_over((first, end)):
                assert number << level == at
                at += 1 << level
            assert at == end


def test_stretches_make_one_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    """With stretches of four entries the edge above them is checked too."""
    monkeypatch.setattr("yibao.ledger.checking.STRETCH", 4)
    monkeypatch.setattr("yibao.ledger.checking.STRETCH_LEVEL", 2)
    for size in (3, 4, 5, 16, 23, 32):
        data = [bytes([i]) for i in range(size)]
        hashes = [leaf_hash(one) for one in data]
        rows = Stored(hashes).rows
        checker = Checker()
        for start in range(0, size, 4):
            checker.stretch(data[start : start + 4], rows[start : start + 4])
            for end in range(start + 1, min(start + 4, size) + 1):
                assert checker.root(end) == mth(hashes[:end])
        assert checker.faults == [] and checker.size == size
        wrong = Checker()
        spoiled = [row[:-1] + bytes([row[-1] ^ 1]) for row in rows]
        for start in range(0, size, 4):
            wrong.stretch(data[start : start + 4], spoiled[start : start + 4])
        assert {fault.where for fault in wrong.faults} == {f"position {i}" for i in range(size)}
