"""Commitments: how a leaf holds a personal fact without showing it. Standard library only."""

from __future__ import annotations

import hmac
from hashlib import sha256


def commitment(salt: bytes, name: str, value: str) -> str:
    """Give the commitment to one personal fact: HMAC-SHA-256 under its own salt of 32 bytes, in hex.

    Without the salt the value cannot be found by trying; with it, it can be shown that it was this value.
    """
    return hmac.new(salt, f"{name}\0{value}".encode(), sha256).hexdigest()
