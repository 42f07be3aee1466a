"""Checkpoints and signed notes: what a log signs, as lines of text that anybody can read.

A checkpoint says "the log of this name had so many entries, and this root". A signed note is a text with the
signatures of those who vouch for it; a witness adds its own line, with the time at which it had seen the log grow
and not change. Standard library and ``cryptography`` only.

Sources: C2SP signed-note, tlog-checkpoint, tlog-cosignature (cosignature/v1).
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from yibao.ledger.faults import Forged, forged
from yibao.ledger.tree import HASH_SIZE

ED25519: Final = b"\x01"
COSIGNATURE: Final = b"\x04"
SM2: Final = b"\xffyibao/sm2-with-sm3\n"
"""Signature types: two that C2SP assigned, and one of ours in the place it left for such (0xff and a long name)."""

_DASH: Final = "\u2014 "
_MOST_SIGNATURES: Final = 64


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that can be checked against: whose, of which type, and its bytes; written ``name+id+base64``."""

    name: str
    kind: bytes
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Give the four bytes by which a signature line names its key."""
        return sha256(f"{self.name}\n".encode() + self.kind + self.public).digest()[:4]

    @property
    def algorithm(self) -> str:
        """Name the algorithm."""
        return {ED25519: "Ed25519", COSIGNATURE: "Ed25519 cosignature", SM2: "SM2-with-SM3"}[self.kind]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{b64encode(self.kind + self.public).decode()}"


def parse_key(text: str) -> PublicKey:
    """Read a public key as it is written; raises `Forged` (``ledger.key_form``)."""
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        data = _unbase64(encoded)
        for kind, size in ((ED25519, 32), (COSIGNATURE, 32), (SM2, 65)):
            if data.startswith(kind) and len(data) == len(kind) + size:
                key = PublicKey(name, kind, data[len(kind) :])
                if is_key_name(name) and key.key_id.hex() == key_id.lower():
                    return key
    except ValueError:
        pass
    raise forged(
        "ledger.key_form",
        "这不是一个公钥",
        "this is not a public key",
        wanted="name+8 hex digits+base64 (yibao ledger checkpoint --keys)",
        came=text.strip()[:120],
    )


def is_key_name(name: str) -> bool:
    """Say whether a text may name a key: not empty, no spaces, no plus."""
    return bool(name) and "+" not in name and not any(c.isspace() for c in name)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a log had come: its name (origin), the number of entries, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Give the lines that are signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note: the name and id of the key, and what it signed."""

    name: str
    key_id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {b64encode(self.key_id + self.value).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text with its signatures."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    def by(self, key: PublicKey) -> Signature | None:
        """Give the signature that claims to be of a key."""
        return next((s for s in self.signatures if (s.name, s.key_id) == (key.name, key.key_id)), None)

    def adding(self, signatures: Sequence[Signature]) -> Note:
        """Give the note with further signatures."""
        return replace(self, signatures=(*self.signatures, *signatures))

    def checkpoint(self) -> Checkpoint:
        """Read the text as a checkpoint; lines after the third are signed but say nothing to us."""
        lines = self.text.split("\n")
        try:
            origin, size, root = lines[0], lines[1], _unbase64(lines[2])
            if (
                origin
                and size.isascii()
                and size.isdigit()
                and str(int(size)) == size
                and len(root) == HASH_SIZE
            ):
                return Checkpoint(origin, int(size), root)
        except (IndexError, ValueError):
            pass
        raise _not_a_note(self.text)


def parse_note(text: str) -> Note:
    """Read a signed note; raises `Forged` (``ledger.note_form``). Nothing is checked yet but the form."""
    body, blank, below = text.rpartition("\n\n")
    lines = below.split("\n")
    controls = any(ord(c) < 0x20 and c != "\n" for c in text)
    if not blank or controls or lines.pop() != "" or not 0 < len(lines) <= _MOST_SIGNATURES:
        raise _not_a_note(text)
    return Note(body + "\n", tuple(map(parse_signature, lines)))


def parse_signature(line: str) -> Signature:
    """Read one signature line; raises `Forged` (``ledger.note_form``)."""
    words = line.strip("\n").removeprefix(_DASH).split(" ")
    try:
        if line.startswith(_DASH) and len(words) == 2 and is_key_name(words[0]):
            data = _unbase64(words[1])
            if len(data) > 4:
                return Signature(words[0], data[:4], data[4:])
    except ValueError:
        pass
    raise _not_a_note(line)


def check(note: Note, key: PublicKey) -> int:
    """Check that a key signed a note; give the time of a cosignature (POSIX seconds), 0 for any other.

    Raises `Forged`: ``ledger.wrong_key`` where no line is by this key, ``ledger.bad_signature`` where one claims to
    be and is not, ``ledger.sm2_unavailable`` where this machine cannot tell.
    """
    signature = note.by(key)
    if signature is None:
        raise forged(
            "ledger.wrong_key",
            "这份检查点不是这把钥匙签的",
            "this checkpoint was not signed by this key",
            wanted=f"{key.name} {key.key_id.hex()}",
            came=", ".join(f"{s.name} {s.key_id.hex()}" for s in note.signatures),
        )
    value, message, time = signature.value, note.text.encode(), 0
    if key.kind == COSIGNATURE:
        time, value = int.from_bytes(value[:8]), value[8:]
        message = cosigned(note.text, time)
    if not _is_by(key, value, message):
        raise forged(
            "ledger.bad_signature",
            "签名与检查点的文字不符",
            "the signature does not fit the text of the checkpoint",
            where=f"{key.name} {key.key_id.hex()}",
            came=note.text.replace("\n", " | ").strip(" |"),
        )
    return time


def cosigned(text: str, time: int) -> bytes:
    """Give what a witness signs: the text of a checkpoint under the time at which it was seen."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _is_by(key: PublicKey, value: bytes, message: bytes) -> bool:
    if key.kind == SM2:
        from yibao.ledger import sm2  # late: a machine without OpenSSL 3 checks Ed25519 all the same

        try:
            return sm2.verify(key.public, value, message)
        except sm2.Unavailable as unavailable:
            raise forged(
                "ledger.sm2_unavailable",
                "本机不能核验 SM2 签名",
                "this machine cannot check SM2 signatures",
                wanted="OpenSSL 3",
                came=unavailable,
            ) from None
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(value, message)
    except InvalidSignature:
        return False
    return True


def _unbase64(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except NotBase64 as error:
        raise ValueError(text) from error


def _not_a_note(text: str) -> Forged:
    return forged(
        "ledger.note_form",
        "不是签名的检查点",
        "this is not a signed checkpoint",
        wanted="origin, size and root as lines, an empty line, and lines of signatures (C2SP tlog-checkpoint)",
        came=text[:160].replace("\n", " | "),
    )
