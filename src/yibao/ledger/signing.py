"""Signers: who can vouch for a checkpoint. Anything that keeps a key may be one, a hardware module (密码机) too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from yibao.ledger import sm2
from yibao.ledger.note import COSIGNATURE, ED25519, SM2, Checkpoint, Note, PublicKey, Signature, cosigned


class Signer(Protocol):
    """Something that signs with one key."""

    @property
    def key(self) -> PublicKey:
        """Give the public key, with the name of the log or witness it signs for."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Sign a message."""
        ...


class Ed25519Signer:
    """Signs with Ed25519 (RFC 8032)."""

    def __init__(self, name: str, private: Ed25519PrivateKey, *, kind: bytes = ED25519) -> None:
        self.key = PublicKey(name, kind, private.public_key().public_bytes_raw())
        self._private = private

    def sign(self, message: bytes) -> bytes:
        """Sign; 64 bytes."""
        return self._private.sign(message)


class Sm2Signer:
    """Signs with SM2 and SM3 (GB/T 32918.2)."""

    def __init__(self, name: str, private: sm2.PrivateKey) -> None:
        self.key = PublicKey(name, SM2, private.public())
        self._private = private

    def sign(self, message: bytes) -> bytes:
        """Sign; a DER pair."""
        return self._private.sign(message)


def signed(checkpoint: Checkpoint, signers: Sequence[Signer]) -> Note:
    """Sign a checkpoint with every signer."""
    message = checkpoint.text.encode()
    lines = (Signature(s.key.name, s.key.key_id, s.sign(message)) for s in signers)
    return Note(checkpoint.text, tuple(lines))


def cosign(note: Note, witness: Ed25519Signer, time: int) -> Signature:
    """Give a witness's line under a checkpoint; ``time`` in POSIX seconds. See `yibao.ledger.Witness` for when to."""
    if witness.key.kind != COSIGNATURE:
        raise ValueError("a witness signs with a key of its own kind")
    value = time.to_bytes(8) + witness.sign(cosigned(note.text, time))
    return Signature(witness.key.name, witness.key.key_id, value)
