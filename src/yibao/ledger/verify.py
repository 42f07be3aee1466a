"""``python -m yibao.ledger.verify FILE PUBKEY``: check an exported file or a receipt without our database.

Needs Python's standard library and, for Ed25519, ``cryptography``; for SM2 the system's OpenSSL 3. It reads the file,
writes nothing, and asks nobody. Exit code 0: it proves what it says; 1: it does not, with the reason; 2: misuse.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from yibao.ledger.faults import Forged
from yibao.ledger.file import Checked, check_file
from yibao.ledger.note import Note, PublicKey, parse_key, parse_note


def main(arguments: Sequence[str] | None = None) -> int:
    """Check one file and say what it proves, or why it does not."""
    given = _parser().parse_args(arguments)
    try:
        checked = check_file(
            given.file,
            _key(given.key),
            seen=None if given.seen is None else _note(given.seen),
            witnesses=[_key(text) for text in given.witness],
        )
    except Forged as error:
        if given.json:
            print(json.dumps({"sound": False, "fault": error.fault.as_json()}, ensure_ascii=False))  # noqa: T201
        else:
            print(error.fault.lines(), file=sys.stderr)  # noqa: T201
        return 1
    except OSError as error:
        print(f"文件不能读取 / the file cannot be read: {error}", file=sys.stderr)  # noqa: T201
        return 2
    print(json.dumps(_as_json(checked), ensure_ascii=False) if given.json else _as_text(checked))  # noqa: T201
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m yibao.ledger.verify",
        description="核验存证导出文件或回执 / check a file exported from a ledger, or a receipt",
    )
    parser.add_argument("file", type=Path, help="导出文件或回执 / the file")
    parser.add_argument("key", help="公钥或存有公钥的文件 / the log's public key, or a file that holds it")
    parser.add_argument(
        "--seen",
        type=Path,
        help="以前留存的检查点 / a checkpoint kept from before: the log may only have grown",
    )
    parser.add_argument(
        "--witness",
        action="append",
        default=[],
        help="见证方公钥，可多次 / key of a witness that must have signed",
    )
    parser.add_argument("--json", action="store_true", help="只打印一个 JSON 对象 / print one JSON object")
    return parser


def _key(given: str) -> PublicKey:
    """Read a key that is given as it is written, or in a file."""
    if "+" not in given and Path(given).is_file():
        given = Path(given).read_text(encoding="utf-8")
    return parse_key(given)


def _note(path: Path) -> Note:
    """Read a checkpoint from a file that holds it alone, or from an exported file."""
    text = path.read_text(encoding="utf-8")
    if text.startswith("{"):
        text = json.loads(text.partition("\n")[0]).get("checkpoint", "")
    return parse_note(text)


def _as_json(checked: Checked) -> dict[str, object]:
    return {
        "sound": True,
        "origin": checked.checkpoint.origin,
        "size": checked.checkpoint.size,
        "root": checked.checkpoint.root.hex(),
        "first": checked.first,
        "count": checked.count,
        "key": str(checked.key),
        "handovers": checked.handovers,
        "opened": checked.opened,
        "witnesses": [{"name": name, "time": time} for name, time in checked.witnessed],
    }


def _as_text(checked: Checked) -> str:
    last = checked.first + checked.count - 1
    lines = [
        "属实 / sound",
        f"  存证 log: {checked.checkpoint.origin}",
        f"  条目 entries: {checked.first}–{last}（共 of {checked.checkpoint.size}）",
        f"  签名 signed by: {checked.key.name} {checked.key.key_id.hex()} {checked.key.algorithm}",
    ]
    if checked.handovers:
        lines.append(f"  更换过钥匙 changes of keys: {checked.handovers}")
    if checked.opened:
        lines.append(f"  相符的个人信息 personal facts shown: {checked.opened}")
    for name, time in checked.witnessed:
        lines.append(f"  见证 witnessed by: {name} {datetime.fromtimestamp(time, UTC):%Y-%m-%dT%H:%M:%SZ}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
