"""The log's private keys in the home: made at first use, readable by their owner only, never told to anybody.

One file a key, ``home/keys/ledger-<id>.pem``: the log's name on the first line, the key as PEM below. Which of them
sign is what the register says, so that a crash while keys change leaves no doubt.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from yibao.kernel import Refused, Text
from yibao.ledger import sm2, store
from yibao.ledger.note import ED25519, SM2, Note
from yibao.ledger.service import rotate_keys, settle
from yibao.ledger.signing import (
    PRIVATE,
    Ed25519Signer,
    NotAKeyFile,
    Signer,
    Sm2Signer,
    read_key_file,
    write_key_file,
)
from yibao.store import Home, Register


def home_signers(register: Register) -> list[Signer]:
    """Give the signers of the register's log out of its home; where there is no log yet, make keys for one.

    Ed25519 always, SM2 beside it where the system's OpenSSL has it. Raises `Refused`: ``ledger.key_missing`` where
    the home does not hold the keys in force, ``ledger.key_open`` where others may read a key file,
    ``ledger.key_file`` for a file that holds no key.
    """
    with register.unit_of_work("ledger") as unit:
        past = store.generations(unit.connection)
    if not past:
        with register.exclusive("ledger.keys"):
            return _first_keys(register.home)
    here = {str(signer.key): signer for signer in _load(register.home)}
    missing = [key for key in past[-1][1] if key not in here]
    if missing:
        raise Refused(
            "ledger.key_missing",
            zh="数据目录里没有这本存证的签名钥匙",
            en="the home does not hold the signing keys of this log",
            where=str(register.home.keys),
            wanted=", ".join("+".join(key.split("+")[:2]) for key in missing),
            came=", ".join(key.split("+")[1] for key in here) or "—",
            todo=Text(
                zh="取回钥匙：yibao ledger keys-in 钥匙文件，或把原来数据目录的 keys/ 复制过来；已办的都在，签名在等",
                en="bring the keys: yibao ledger keys-in FILE, or copy keys/ from the home this register came with; "
                "what was done stands and waits for its signature",
            ),
        )
    return [here[key] for key in past[-1][1]]


def sign_waiting(register: Register) -> Note | None:
    """Give positions to everything that waits and sign it with the home's keys; None where nothing waits.

    Keys are made when the first act waits for them. Refuses as `home_signers` does.
    """
    with register.unit_of_work("ledger") as unit:
        if not store.anything_waiting(unit.connection):
            return None
    return settle(register, home_signers(register))


def change_keys(register: Register) -> list[Signer]:
    """Give the log new keys; the old ones sign the handover with them and are then destroyed."""
    old = home_signers(register)
    new = _make(register.home, old[0].key.name)
    rotate_keys(register, old, new)
    for signer in old:
        _file(register.home, signer).unlink(missing_ok=True)
    return new


def _first_keys(home: Home) -> list[Signer]:
    """Give the keys with which a log is to begin: those that are there, and of each algorithm one."""
    here = _load(home)
    name = here[0].key.name if here else f"ledger.yibao/{uuid.uuid4().hex[:16]}"
    kinds = {signer.key.kind for signer in here}
    return [*here, *_make(home, name, besides=kinds)]


def _make(home: Home, name: str, *, besides: Collection[bytes] = ()) -> list[Signer]:
    made: list[Ed25519Signer | Sm2Signer] = []
    if ED25519 not in besides:
        made.append(Ed25519Signer(name, Ed25519PrivateKey.generate()))
    if SM2 not in besides and sm2.available():
        made.append(Sm2Signer(name, sm2.PrivateKey.generate()))
    for signer in made:
        write_key_file(_file(home, signer), signer)
    return list(made)


def _file(home: Home, signer: Signer) -> Path:
    return home.keys / f"ledger-{signer.key.key_id.hex()}.pem"


def _load(home: Home) -> list[Signer]:
    return [_read(file) for file in sorted(home.keys.glob("ledger-*.pem"))]


def _read(file: Path) -> Signer:
    mode = file.stat().st_mode & 0o777
    if mode & ~PRIVATE:
        raise Refused(
            "ledger.key_open",
            zh="签名钥匙的文件别人也能读",
            en="others may read this file of a signing key",
            where=str(file),
            wanted=f"{PRIVATE:04o}",
            came=f"{mode:04o}",
            todo=Text(
                zh="chmod 600，并考虑更换钥匙：yibao ledger rotate",
                en="chmod 600 it, and consider changing the keys: yibao ledger rotate",
            ),
        )
    try:
        return read_key_file(file)
    except NotAKeyFile:
        raise Refused(
            "ledger.key_file",
            zh="这个文件里没有可用的签名钥匙",
            en="this file holds no usable signing key",
            where=str(file),
            wanted="name: …, PEM (Ed25519 | SM2)",
            todo=Text(
                zh="从钥匙文件取回（yibao ledger keys-in）；SM2 需要系统的 OpenSSL 3",
                en="fetch it from a file of keys (yibao ledger keys-in); SM2 needs the system's OpenSSL 3",
            ),
        ) from None
