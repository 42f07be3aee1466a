"""The log's private keys in the home: made at first use, readable by their owner only, never told to anybody.

One file a key, ``home/keys/ledger-<id>.pem``: the log's name on the first line, the key as PEM below. Which of them
sign is what the register says, so that a crash while keys change leaves no doubt.
"""

from __future__ import annotations

import os
import uuid
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from yibao.kernel import Refused, Text
from yibao.ledger import sm2, store
from yibao.ledger.note import ED25519, is_key_name
from yibao.ledger.service import rotate_keys
from yibao.ledger.signing import Ed25519Signer, Signer, Sm2Signer
from yibao.store import Home, Register

PRIVATE: Final = 0o600
_NAME: Final = "name: "
_SM2_HEAD: Final = "-----BEGIN SM2 PRIVATE KEY-----"
_SM2_FOOT: Final = "-----END SM2 PRIVATE KEY-----"


def home_signers(register: Register) -> list[Signer]:
    """Give the signers of the register's log out of its home; where there is no log yet, make keys for one.

    Ed25519 always, SM2 beside it where the system's OpenSSL has it. Raises `Refused`: ``ledger.key_missing`` where
    the home does not hold the keys in force, ``ledger.key_open`` where others may read a key file,
    ``ledger.key_file`` for a file that holds no key.
    """
    with register.unit_of_work("ledger") as unit:
        past = store.generations(unit.connection)
    here = {str(signer.key): signer for signer in _load(register.home)}
    if not past:
        return list(here.values()) or _make(register.home, f"ledger.yibao/{uuid.uuid4().hex[:16]}")
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
                zh="把原来数据目录的 keys/ 复制过来",
                en="copy keys/ from the home this register came with",
            ),
        )
    return [here[key] for key in past[-1][1]]


def change_keys(register: Register) -> list[Signer]:
    """Give the log new keys; the old ones sign the handover with them and are then destroyed."""
    old = home_signers(register)
    new = _make(register.home, old[0].key.name)
    rotate_keys(register, old, new)
    for signer in old:
        _file(register.home, signer).unlink(missing_ok=True)
    return new


def _make(home: Home, name: str) -> list[Signer]:
    made: list[Signer] = [make_ed25519(home, name)]
    if sm2.available():
        private = sm2.PrivateKey.generate()
        signer = Sm2Signer(name, private)
        body = b64encode(private.to_der()).decode()
        lines = [body[i : i + 64] for i in range(0, len(body), 64)]
        _write(_file(home, signer), name, "\n".join([_SM2_HEAD, *lines, _SM2_FOOT, ""]))
        made.append(signer)
    return made


def make_ed25519(home: Home, name: str) -> Ed25519Signer:
    """Make an Ed25519 key in a home."""
    private = Ed25519PrivateKey.generate()
    signer = Ed25519Signer(name, private)
    write_ed25519(_file(home, signer), name, private)
    return signer


def write_ed25519(file: Path, name: str, private: Ed25519PrivateKey) -> None:
    """Write a key to a file of its owner's only."""
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    _write(file, name, pem)


def read_ed25519(file: Path, kind: bytes = ED25519) -> Ed25519Signer:
    """Read a key as `write_ed25519` writes it."""
    signer = _read(file, kind)
    if not isinstance(signer, Ed25519Signer):
        raise _not_a_key(file)
    return signer


def _file(home: Home, signer: Signer) -> Path:
    return home.keys / f"ledger-{signer.key.key_id.hex()}.pem"


def _write(file: Path, name: str, pem: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w") as out:
        out.write(f"{_NAME}{name}\n{pem}")
        out.flush()
        os.fsync(out.fileno())


def _load(home: Home) -> list[Signer]:
    return [_read(file) for file in sorted(home.keys.glob("ledger-*.pem"))]


def _read(file: Path, kind: bytes = ED25519) -> Signer:
    if file.stat().st_mode & 0o077:
        raise Refused(
            "ledger.key_open",
            zh="签名钥匙的文件别人也能读",
            en="others may read this file of a signing key",
            where=str(file),
            wanted="0600",
            came=oct(file.stat().st_mode & 0o777).replace("0o", "0"),
            todo=Text(
                zh="chmod 600，并考虑更换钥匙：yibao ledger rotate",
                en="chmod 600 it, and consider changing the keys: yibao ledger rotate",
            ),
        )
    head, _, pem = file.read_text(encoding="utf-8").partition("\n")
    name = head.removeprefix(_NAME)
    try:
        if not head.startswith(_NAME) or not is_key_name(name):
            raise ValueError(head)
        if pem.startswith(_SM2_HEAD):
            body = "".join(pem.split(_SM2_FOOT)[0].splitlines()[1:])
            return Sm2Signer(name, sm2.PrivateKey.from_der(b64decode(body, validate=True)))
        private = load_pem_private_key(pem.encode(), None)
        if isinstance(private, Ed25519PrivateKey):
            return Ed25519Signer(name, private, kind=kind)
    except (ValueError, TypeError, sm2.Unavailable):
        pass
    raise _not_a_key(file)


def _not_a_key(file: Path) -> Refused:
    return Refused(
        "ledger.key_file",
        zh="这个文件里没有可用的签名钥匙",
        en="this file holds no usable signing key",
        where=str(file),
        wanted="name: …, PEM (Ed25519 PKCS#8 | SM2)",
        todo=Text(
            zh="从备份取回；SM2 需要系统的 OpenSSL 3",
            en="fetch it from a backup; SM2 needs the system's OpenSSL 3",
        ),
    )
