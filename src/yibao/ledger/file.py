"""The file in which entries leave the house, and how anybody checks it. Standard library and ``cryptography`` only.

The first line is a JSON object, the *header*: which log, which entries of how many, the signed checkpoint and the
hashes that are missing to its root. Below, **one line is one entry**, in the very bytes that are hashed. A receipt is
such a file with one entry; its ``proof`` is then the inclusion proof of RFC 9162. Where the log changed its keys, the
header holds each handover: the entry of the change, proven under a checkpoint that the old keys still signed.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from yibao.ledger.commitments import commitment
from yibao.ledger.faults import Forged, forged
from yibao.ledger.note import Checkpoint, Note, PublicKey, check, parse_key, parse_note
from yibao.ledger.tree import is_consistent, leaf_hash, root_from_range, root_of

FORMAT: Final = "yibao-ledger/1"
ROTATED: Final = "ledger:key:rotated"


@dataclass(frozen=True, slots=True)
class Handover:
    """A change of keys with its proof: the entry, the checkpoint both sets signed, and that the log went on from it."""

    entry: str
    position: int
    checkpoint: str
    proof: tuple[bytes, ...]
    onward: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """What the first line says."""

    first: int
    count: int
    checkpoint: str
    proof: tuple[bytes, ...]
    handovers: tuple[Handover, ...] = ()
    since: tuple[int, tuple[bytes, ...]] | None = None
    """An older size, and the proof that the log only grew from there."""
    opened: Mapping[int, Mapping[str, tuple[bytes, str]]] = field(default_factory=dict)
    """Salts and values behind commitments, by position and name; only where the recipient may know them."""

    def line(self) -> str:
        """Write the header."""
        said: dict[str, Any] = {
            "format": FORMAT,
            "first": self.first,
            "count": self.count,
            "checkpoint": self.checkpoint,
            "proof": _texts(self.proof),
            "handovers": [
                {
                    "entry": one.entry,
                    "position": one.position,
                    "checkpoint": one.checkpoint,
                    "proof": _texts(one.proof),
                    "onward": _texts(one.onward),
                }
                for one in self.handovers
            ],
        }
        if self.since is not None:
            said["since"] = {"size": self.since[0], "proof": _texts(self.since[1])}
        if self.opened:
            said["opened"] = {
                str(position): {
                    name: {"salt": salt.hex(), "value": value} for name, (salt, value) in facts.items()
                }
                for position, facts in self.opened.items()
            }
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a sound file proves: these entries stand there in the log as it was signed, and who saw it so."""

    checkpoint: Checkpoint
    key: PublicKey
    first: int
    count: int
    handovers: int
    witnessed: tuple[tuple[str, int], ...]
    """Names of witnesses, and when they signed (POSIX seconds)."""
    opened: int


def check_file(
    path: Path, key: PublicKey, *, seen: Note | None = None, witnesses: Sequence[PublicKey] = ()
) -> Checked:
    """Check an exported file or a receipt against the public key of its log.

    ``seen`` is a checkpoint kept from an earlier time, from which the log may only have grown; ``witnesses`` are keys
    that must have cosigned. Raises `Forged` with the reason; the codes are told in the how-to.
    """
    with path.open("rb") as file:
        header = read_header(file)
        note = parse_note(header.checkpoint)
        checkpoint = note.checkpoint()
        trusted, handovers = _follow(header, checkpoint, key)
        for one in trusted:
            check(note, one)
        if checkpoint.origin != key.name:
            raise _other_log(key.name, checkpoint.origin)
        leaves, to_open = _read_entries(file, header, checkpoint)
    root = root_from_range(header.first, leaves, checkpoint.size, header.proof)
    if root != checkpoint.root:
        raise _not_signed(header, checkpoint.size)
    opened = sum(_open(line, position, header.opened[position]) for position, line in to_open.items())
    if seen is not None:
        _only_grew(seen.checkpoint(), checkpoint, header, leaves)
    witnessed = tuple((witness.name, check(note, witness)) for witness in witnesses)
    return Checked(checkpoint, trusted[0], header.first, header.count, handovers, witnessed, opened)


def read_header(file: BinaryIO) -> Header:
    """Read the first line; raises `Forged` (``ledger.file_form``)."""
    line = file.readline(1 << 24)
    try:
        said = json.loads(line)
        if said["format"] != FORMAT or not line.endswith(b"\n"):
            raise ValueError(said["format"])
        since = said.get("since")
        return Header(
            _number(said["first"]),
            _number(said["count"]),
            _text(said["checkpoint"]),
            _hashes(said["proof"]),
            tuple(
                Handover(
                    _text(one["entry"]),
                    _number(one["position"]),
                    _text(one["checkpoint"]),
                    _hashes(one["proof"]),
                    _hashes(one["onward"]),
                )
                for one in said["handovers"]
            ),
            None if since is None else (_number(since["size"]), _hashes(since["proof"])),
            {
                int(position): {
                    name: (bytes.fromhex(o["salt"]), str(o["value"])) for name, o in facts.items()
                }
                for position, facts in said.get("opened", {}).items()
            },
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise forged(
            "ledger.file_form",
            "这不是存证的导出文件",
            "this is not a file exported from a ledger",
            wanted=FORMAT,
            came=line[:80].decode(errors="replace").strip(),
        ) from error


def _follow(header: Header, checkpoint: Checkpoint, key: PublicKey) -> tuple[list[PublicKey], int]:
    """Go from the key that the reader trusts to those in force, over every handover that concerns it."""
    trusted, followed = [key], 0
    for change in header.handovers:
        note = parse_note(change.checkpoint)
        then = note.checkpoint()
        said = _key_change(change.entry)
        if not {str(one) for one in trusted} & set(said["replaces"]):
            continue
        for one in trusted:
            check(note, one)
        leaf = leaf_hash(change.entry.encode())
        proven = root_from_range(change.position, [leaf], then.size, change.proof) == then.root
        onward = is_consistent(then.size, then.root, checkpoint.size, checkpoint.root, change.onward)
        if not proven or not onward:
            raise forged(
                "ledger.bad_handover",
                "更换钥匙的记录没有得到证明",
                "the change of keys is not proven",
                where=f"position {change.position}",
                wanted=f"{then.size} → {checkpoint.size}",
            )
        new = [parse_key(text) for text in said["keys"]]
        trusted = [one for one in new if one.kind == key.kind] or new[:1]
        followed += 1
    return trusted, followed


def _key_change(entry: str) -> dict[str, list[str]]:
    try:
        said = json.loads(entry)
        if said["tag"] == ROTATED:
            return {"keys": list(said["body"]["keys"]), "replaces": list(said["body"]["replaces"])}
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise forged(
        "ledger.bad_handover",
        "更换钥匙的记录没有得到证明",
        "the change of keys is not proven",
        wanted=ROTATED,
        came=entry[:80],
    )


def _read_entries(
    file: BinaryIO, header: Header, checkpoint: Checkpoint
) -> tuple[list[bytes], dict[int, bytes]]:
    """Hash the entries; give their hashes, and by position those whose personal facts are shown."""
    if header.count < 1 or header.first + header.count > checkpoint.size:
        raise forged(
            "ledger.wrong_size",
            "条目超出了检查点的范围",
            "there are more entries than the checkpoint covers",
            wanted=f"≤ {checkpoint.size}",
            came=f"{header.first} + {header.count}",
        )
    leaves, to_open = list[bytes](), dict[int, bytes]()
    for line in file:
        if not line.endswith(b"\n"):
            break
        position = header.first + len(leaves)
        leaves.append(leaf_hash(line[:-1]))
        if position in header.opened:
            to_open[position] = line
    if len(leaves) < header.count:
        raise forged(
            "ledger.truncated",
            "文件不完整，后面的条目没有了",
            "the file is cut short",
            wanted=header.count,
            came=len(leaves),
        )
    if len(leaves) > header.count:
        raise forged(
            "ledger.too_many",
            "文件中多出了条目",
            "the file holds more entries than it says",
            wanted=header.count,
            came=len(leaves),
        )
    return leaves, to_open


def _open(line: bytes, position: int, facts: Mapping[str, tuple[bytes, str]]) -> int:
    """See that the values shown are those that a signed entry committed to; give their number."""
    committed = json.loads(line).get("personal", {})
    for name, (salt, value) in facts.items():
        if committed.get(name) != commitment(salt, name, value):
            raise forged(
                "ledger.other_value",
                "所示个人信息不是存证时的原值",
                "the personal fact shown is not what the entry committed to",
                where=f"position {position}, {name}",
            )
    return len(facts)


def _only_grew(seen: Checkpoint, now: Checkpoint, header: Header, leaves: Sequence[bytes]) -> None:
    """See that the log grew out of the checkpoint that was kept."""
    if seen.origin != now.origin:
        raise _other_log(seen.origin, now.origin)
    if now.size < seen.size:
        raise forged(
            "ledger.replayed",
            "这是更早的检查点，后来的条目被隐去了",
            "this is an older checkpoint than one that was seen: what came later is held back",
            wanted=f"≥ {seen.size}",
            came=now.size,
        )
    if header.first == 0 and header.count == now.size:
        grew = root_of(leaves[: seen.size]) == seen.root
    elif now.size == seen.size:
        grew = now.root == seen.root
    elif header.since is not None and header.since[0] == seen.size:
        grew = is_consistent(seen.size, seen.root, now.size, now.root, header.since[1])
    else:
        raise forged(
            "ledger.no_consistency",
            "文件没有与所存检查点一致的证明",
            "the file does not prove that it continues the checkpoint that was seen",
            wanted=f"since {seen.size}",
            came=None if header.since is None else f"since {header.since[0]}",
        )
    if not grew:
        raise forged(
            "ledger.forked",
            "同一本存证有两种历史：过去的条目被改过",
            "this log has two histories: what was there before is no longer so",
            where=now.origin,
            wanted=f"{seen.size}: {b64encode(seen.root).decode()}",
            came=f"{now.size}: {b64encode(now.root).decode()}",
        )


def _not_signed(header: Header, size: int) -> Forged:
    if header.first == 0 and header.count == size:
        return forged(
            "ledger.other_entries",
            "条目与签名的不同：有的被改动、增删或调换",
            "these are not the entries that were signed: some are changed, added, removed or exchanged",
            wanted="the root of the checkpoint",
        )
    return forged(
        "ledger.bad_proof",
        "证明不能把这些条目连到签名的根",
        "the proof does not lead from these entries to the signed root",
        where=f"{header.first} + {header.count} / {size}",
    )


def _other_log(wanted: str, came: str) -> Forged:
    return forged(
        "ledger.other_log",
        "这是另一本存证",
        "this is another log",
        wanted=wanted,
        came=came,
    )


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(value)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(value)
    return value


def _hashes(texts: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(b64decode(text, validate=True) for text in texts)


def _texts(hashes: Sequence[bytes]) -> list[str]:
    return [b64encode(one).decode() for one in hashes]
