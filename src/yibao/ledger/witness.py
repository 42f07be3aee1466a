"""``python -m yibao.ledger.witness FILE LOGKEY``: sign, outside the bureau, that the log has only grown.

A witness keeps the last checkpoint it signed. It is handed an exported file (``yibao ledger export --since N``), checks
it as the offline verifier does, sees that the log grew out of what it kept, and gives one line for the log to keep
below its checkpoint (C2SP tlog-cosignature). A log that shows two histories needs two witnesses that lie.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from yibao.ledger.faults import Forged
from yibao.ledger.file import check_file, read_header
from yibao.ledger.note import COSIGNATURE, PublicKey, Signature, parse_key, parse_note
from yibao.ledger.signing import Ed25519Signer, cosign, new_key_file, read_key_file


class Witness:
    """Cosigns checkpoints of one log; ``memory`` is the file in which it keeps the last one."""

    def __init__(self, signer: Ed25519Signer, log: PublicKey, memory: Path) -> None:
        self.signer = signer
        self._log = log
        self._memory = memory

    def cosign(self, exported: Path, now: int) -> Signature:
        """Check a file and sign its checkpoint at the time ``now`` (POSIX seconds).

        Raises `Forged` with the reason where the file does not prove that the log grew out of what was kept.
        """
        seen = parse_note(self._memory.read_text(encoding="utf-8")) if self._memory.exists() else None
        check_file(exported, self._log, seen=seen)
        with exported.open("rb") as file:
            note = parse_note(read_header(file).checkpoint)
        draft = self._memory.with_name(f".{self._memory.name}.part")
        draft.write_text(str(note), encoding="utf-8")
        draft.replace(self._memory)  # kept before it is signed: it never signs two histories
        return cosign(note, self.signer, now)


def main(arguments: Sequence[str] | None = None) -> int:
    """Cosign the checkpoint of one exported file and print the line; make the key at first use."""
    parser = argparse.ArgumentParser(prog="python -m yibao.ledger.witness", description="见证签名 / cosign")
    parser.add_argument("file", type=Path, help="导出文件 / the exported file")
    parser.add_argument("log", help="存证公钥 / public key of the log")
    parser.add_argument("--name", default="witness.local", help="见证方名称 / name of the witness")
    parser.add_argument(
        "--key", type=Path, default=Path("witness.pem"), help="私钥文件 / private key, made at first use"
    )
    parser.add_argument(
        "--memory", type=Path, default=Path("witness.seen"), help="上次的检查点 / the last checkpoint"
    )
    given = parser.parse_args(arguments)
    if not given.key.exists():
        new_key_file(given.key, given.name)
    signer = read_key_file(given.key, COSIGNATURE)
    if not isinstance(signer, Ed25519Signer):
        parser.error("--key: Ed25519")
    try:
        line = Witness(signer, parse_key(given.log), given.memory).cosign(given.file, int(time.time()))
    except Forged as error:
        print(error.fault.lines(), file=sys.stderr)  # noqa: T201
        return 1
    print(f"{signer.key}\n{line}", end="")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
