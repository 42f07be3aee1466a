"""Names of PostgreSQL's advisory locks: one number per name, the same on every machine."""

from __future__ import annotations

import hashlib

MIGRATE = "store.migrate"
PUBLISH = "lake.publish"
SWEEP = "lake.sweep"


def lock_key(name: str) -> int:
    """Give the 64-bit key of a named advisory lock."""
    return int.from_bytes(hashlib.sha256(f"yibao:{name}".encode()).digest()[:8], signed=True)


def batch_lock(number: int) -> int:
    """Give the key of the lock that a batch holds for as long as its program lives."""
    return lock_key(f"lake.batch:{number}")
