"""Signers: who can vouch for a checkpoint. Anything that keeps a key may be one, a hardware module (密码机) too.

A key file holds the signer's name on its first line and the private key as PEM below, and is its owner's only.
Standard library and ``cryptography``.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from yibao.ledger import sm2
from yibao.ledger.note import (
    COSIGNATURE,
    ED25519,
    SM2,
    Checkpoint,
    Note,
    PublicKey,
    Signature,
    cosigned,
    is_key_name,
)

PRIVATE: Final = 0o600
_NAME: Final = "name: "
_SM2_HEAD: Final = "-----BEGIN SM2 PRIVATE KEY-----"
_SM2_FOOT: Final = "-----END SM2 PRIVATE KEY-----"


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

    def pem(self) -> str:
        """Give the private key as PEM; whoever has it can sign."""
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


class Sm2Signer:
    """Signs with SM2 and SM3 (GB/T 32918.2)."""

    def __init__(self, name: str, private: sm2.PrivateKey) -> None:
        self.key = PublicKey(name, SM2, private.public())
        self._private = private

    def sign(self, message: bytes) -> bytes:
        """Sign; a DER pair."""
        return self._private.sign(message)

    def pem(self) -> str:
        """Give the private key as PEM; whoever has it can sign."""
        body = b64encode(self._private.to_der()).decode()
        lines = [body[i : i + 64] for i in range(0, len(body), 64)]
        return "\n".join([_SM2_HEAD, *lines, _SM2_FOOT, ""])


def signed(checkpoint: Checkpoint, signers: Sequence[Signer]) -> Note:
    """Sign a checkpoint with every signer."""
    message = checkpoint.text.encode()
    lines = (Signature(s.key.name, s.key.key_id, s.sign(message)) for s in signers)
    return Note(checkpoint.text, tuple(lines))


def cosign(note: Note, witness: Ed25519Signer, time: int) -> Signature:
    """Give a witness's line under a checkpoint; ``time`` in POSIX seconds. See `yibao.ledger.witness` for when to."""
    if witness.key.kind != COSIGNATURE:
        raise ValueError("a witness signs with a key of its own kind")
    value = time.to_bytes(8) + witness.sign(cosigned(note.text, time))
    return Signature(witness.key.name, witness.key.key_id, value)


# — key files —


class NotAKeyFile(Exception):
    """A file holds no key that this machine can use."""


def new_key_file(file: Path, name: str) -> Ed25519Signer:
    """Make an Ed25519 key and write it to a new file."""
    signer = Ed25519Signer(name, Ed25519PrivateKey.generate())
    write_key_file(file, signer)
    return signer


def write_key_file(file: Path, signer: Ed25519Signer | Sm2Signer) -> None:
    """Write a signer's key to a new file that only its owner may read; it is there whole and on disk, or not at all."""
    draft = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w") as out:
            out.write(f"{_NAME}{signer.key.name}\n{signer.pem()}")
            out.flush()
            os.fsync(out.fileno())
        os.link(draft, file)  # unlike a rename it never takes the place of another key
    finally:
        draft.unlink(missing_ok=True)


def read_key_file(file: Path, kind: bytes = ED25519) -> Ed25519Signer | Sm2Signer:
    """Read a signer from its file; ``kind`` says what an Ed25519 key signs as. Raises `NotAKeyFile`."""
    head, _, pem = file.read_text(encoding="utf-8").partition("\n")
    name = head.removeprefix(_NAME)
    try:
        if head.startswith(_NAME) and is_key_name(name):
            if pem.startswith(_SM2_HEAD):
                body = "".join(pem.split(_SM2_FOOT)[0].splitlines()[1:])
                return Sm2Signer(name, sm2.PrivateKey.from_der(b64decode(body, validate=True)))
            private = load_pem_private_key(pem.encode(), None)
            if isinstance(private, Ed25519PrivateKey):
                return Ed25519Signer(name, private, kind=kind)
    except (ValueError, TypeError, sm2.Unavailable):
        pass
    raise NotAKeyFile(str(file))
