"""Letters: what leaves the house for others to act on, signed with the log's keys, and what they sign in answer.

A letter is a signed note (C2SP) whose text is two lines: ``yibao-letter/1``, and one object of canonical JSON. No log has
such a name, so a letter can never pass for a checkpoint, nor a checkpoint for a letter. It is checked with a file and a
public key; nobody has to be asked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from yibao.kernel import Json, Refused, Text
from yibao.ledger import store
from yibao.ledger.canonical import canonical
from yibao.ledger.faults import Forged
from yibao.ledger.note import Note, PublicKey, Signature, check, parse_key, parse_note
from yibao.ledger.signing import Signer
from yibao.store import UnitOfWork

LETTER: Final = "yibao-letter/1"
LARGEST: Final = 1_000_000
"""No letter is longer, in characters."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says, the digest of what was signed, and the keys under it that were checked."""

    said: Mapping[str, Any]
    sha256: str
    signed_by: tuple[str, ...]


def seal(said: Mapping[str, Json], signers: Sequence[Signer]) -> str:
    """Write a letter and sign it with every signer. Raises `Refused` (``ledger.not_canonical``)."""
    text = f"{LETTER}\n{canonical(dict(said)).decode()}\n"
    message = text.encode()
    return str(Note(text, tuple(Signature(s.key.name, s.key.key_id, s.sign(message)) for s in signers)))


def unseal(text: str, keys: Sequence[str], where: str = "") -> Letter:
    """Read a letter and check it: at least one of these keys signed it, and no line claims to be theirs falsely.

    ``keys`` are public keys as they are written. Raises `Refused`: ``ledger.letter_form`` for what is no letter,
    ``ledger.letter_key`` where none of the keys signed it, ``ledger.letter_signature`` where it is not what was signed.
    """
    note = _note(text, where)
    known = [parse_letter_key(key) for key in keys]
    mine = [key for key in known if note.by(key) is not None]
    if not mine:
        raise Refused(
            "ledger.letter_key",
            zh="这封函不是所给的钥匙签的",
            en="this letter was not signed by any of these keys",
            where=where or None,
            wanted=", ".join(_short(key) for key in known) or "—",
            came=", ".join(f"{s.name} {s.key_id.hex()}" for s in note.signatures),
            todo=Text(
                zh="向签发单位核对公钥；本系统的公钥用 yibao ledger checkpoint --keys 查看",
                en="ask who signed it for the public key; ours is shown by yibao ledger checkpoint --keys",
            ),
        )
    for key in mine:
        try:
            check(note, key)
        except Forged as error:
            raise Refused(
                "ledger.letter_signature",
                zh="签名与函的内容不符：内容被改过，或签名是伪造的",
                en="the signature does not fit the letter: it was changed, or the signature is forged",
                where=where or None,
                wanted=_short(key),
                came=error.fault.code,
                todo=Text(zh="不要采用，请签发单位重发", en="do not use it; ask for it to be sent again"),
            ) from None
    said = json.loads(note.text.split("\n")[1])
    return Letter(said, sha256(note.text.encode()).hexdigest(), tuple(str(key) for key in mine))


def parse_letter_key(text: str) -> PublicKey:
    """Read a public key as it is written. Raises `Refused` (``ledger.key_form``)."""
    try:
        return parse_key(text)
    except Forged as error:
        fault = error.fault
        raise Refused(
            "ledger.key_form", zh=fault.zh, en=fault.en, wanted=fault.wanted, came=fault.came,
            todo=Text(zh="整行复制公钥", en="copy the whole line of the public key"),
        ) from None  # fmt: skip


def log_keys(unit: UnitOfWork) -> list[str]:
    """Give every public key this log ever signed with, the newest first: letters outlive a change of keys."""
    return [key for _, keys in reversed(store.generations(unit.connection)) for key in keys]


def _note(text: str, where: str) -> Note:
    try:
        note = parse_note(text if len(text) <= LARGEST else "")
        first, said, end = note.text.split("\n")
        body = json.loads(said)
        if first == LETTER and end == "" and isinstance(body, dict) and canonical(body).decode() == said:
            return note
    except (Forged, ValueError, Refused, RecursionError):
        pass
    raise Refused(
        "ledger.letter_form",
        zh="这不是一封签名的函",
        en="this is not a signed letter",
        where=where or None,
        wanted=f"{LETTER}; canonical JSON; signatures (C2SP signed-note)",
        came=text[:80].replace("\n", " | ") or "—",
        todo=Text(
            zh="按收到的原样提供整个文件，不要另存或改格式", en="give the whole file as it was received"
        ),
    )


def _short(key: PublicKey) -> str:
    return f"{key.name} {key.key_id.hex()}"
