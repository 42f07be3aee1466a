"""The signing keys on their way out and in: one file under a passphrase, kept apart from the backups.

Who holds register and keys can write the history anew, so a backup of the home leaves the keys out. They leave it in a
file of their own, which opens to nobody without its passphrase: scrypt makes a key of it, AES-256-GCM seals the files
and what is said about them. The file is one line of JSON that says how, and one of base64.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from yibao.kernel import Refused, Text
from yibao.ledger.signing import PRIVATE
from yibao.store import Home, write_durably

FORM: Final = "yibao-keys/1"
LEAST_PASSPHRASE: Final = 12
"""Characters of a passphrase: shorter ones are guessed."""
_WORK: Final = {"n": 1 << 17, "r": 8, "p": 1}
"""The work of scrypt: 128 MiB and about half a second for each guess."""
_MOST_WORK: Final = 1 << 22
_KEY_FILES: Final = "ledger-*.pem"


@dataclass(frozen=True, slots=True)
class _Sealed:
    head: Mapping[str, Any]
    said: bytes
    """The head as it stands in the file: sealed with the keys, so that nobody weakens the work."""
    body: bytes


def keys_out(home: Home, file: Path, passphrase: str) -> list[str]:
    """Write the home's signing keys to a new file under a passphrase; give the names of the keys.

    Raises `Refused`: ``ledger.passphrase`` (too short), ``ledger.no_keys``, ``ledger.keys_exist`` (the file is there).
    """
    if len(passphrase) < LEAST_PASSPHRASE:
        raise Refused(
            "ledger.passphrase",
            zh="口令太短",
            en="the passphrase is too short",
            wanted=f"≥ {LEAST_PASSPHRASE} 个字符 characters",
            came=str(len(passphrase)),
            todo=Text(zh="用一句长话作口令，另行保管", en="take a long sentence, and keep it elsewhere"),
        )
    files = {one.name: one.read_text(encoding="utf-8") for one in sorted(home.keys.glob(_KEY_FILES))}
    if not files:
        raise Refused(
            "ledger.no_keys", zh="数据目录里没有签名钥匙", en="the home holds no signing keys", where=str(home.keys),
            todo=Text(zh="第一次签名时生成：yibao ledger checkpoint", en="they are made at the first signature"),
        )  # fmt: skip
    if file.exists():
        raise Refused(
            "ledger.keys_exist", zh="文件已存在，不覆盖", en="the file exists and is not written over", where=str(file),
            todo=Text(zh="换一个文件名", en="name another file"),
        )  # fmt: skip
    head: dict[str, Any] = {
        "form": FORM,
        "kdf": "scrypt",
        **_WORK,
        "salt": os.urandom(16).hex(),
        "nonce": os.urandom(12).hex(),
    }
    said = json.dumps(head, sort_keys=True).encode()
    body = AESGCM(_key(head, passphrase)).encrypt(
        bytes.fromhex(head["nonce"]), json.dumps(files).encode(), said
    )
    write_durably(file, said + b"\n" + b64encode(body) + b"\n")
    file.chmod(PRIVATE)
    return list(files)


def keys_in(home: Home, file: Path, passphrase: str) -> list[str]:
    """Bring keys back into a home, whole and on disk; give the names of those that were not there.

    Raises `Refused`: ``ledger.keys_file`` (no such file of keys), ``ledger.passphrase`` (it does not open),
    ``ledger.keys_exist`` (another key of that name is there).
    """
    sealed = _read(file)
    try:
        nonce = bytes.fromhex(sealed.head["nonce"])
        opened = AESGCM(_key(sealed.head, passphrase)).decrypt(nonce, sealed.body, sealed.said)
    except InvalidTag:
        raise Refused(
            "ledger.passphrase", zh="口令不对，或文件已被改动", en="the passphrase is wrong, or the file was changed",
            where=str(file), todo=Text(zh="核对口令；或用另一份副本", en="check it, or take another copy of the file"),
        ) from None  # fmt: skip
    files: dict[str, str] = json.loads(opened)
    brought = []
    for name, content in files.items():
        target = home.keys / Path(name).name
        if target.exists():
            if target.read_text(encoding="utf-8") != content:
                raise Refused(
                    "ledger.keys_exist", zh="数据目录里有同名的另一把钥匙", en="the home has another key of that name",
                    where=str(target), todo=Text(zh="先移走它", en="move it away first"),
                )  # fmt: skip
            continue
        write_durably(target, content.encode())
        target.chmod(PRIVATE)
        brought.append(target.name)
    return brought


def _read(file: Path) -> _Sealed:
    try:
        said, body, rest = file.read_bytes().split(b"\n")
        head: dict[str, Any] = json.loads(said)
        work = int(head["n"]) * int(head["r"]) * int(head["p"])
        if head["form"] == FORM and head["kdf"] == "scrypt" and not rest and 0 < work <= _MOST_WORK:
            bytes.fromhex(head["salt"] + head["nonce"])
            return _Sealed(head, said, b64decode(body, validate=True))
    except (ValueError, KeyError, TypeError):
        pass
    raise Refused(
        "ledger.keys_file", zh="这不是钥匙文件，或已损坏", en="this is no file of keys, or it is damaged", where=str(file),
        wanted=FORM, todo=Text(zh="用 yibao ledger keys-out 写出的文件", en="take one that keys-out wrote"),
    )  # fmt: skip


def _key(head: Mapping[str, Any], passphrase: str) -> bytes:
    work = Scrypt(salt=bytes.fromhex(head["salt"]), length=32, n=head["n"], r=head["r"], p=head["p"])
    return work.derive(passphrase.encode())
