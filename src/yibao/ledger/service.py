"""The verbs that write: record acts, erase personal data, give positions and sign, change keys, take cosignatures."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

from yibao.kernel import Json, Refused, Text, check_citizen_id
from yibao.ledger import store
from yibao.ledger.canonical import canonical
from yibao.ledger.commitments import commitment
from yibao.ledger.faults import Forged
from yibao.ledger.model import Act, Receipt
from yibao.ledger.note import COSIGNATURE, Checkpoint, Note, check, is_key_name, parse_key, parse_note
from yibao.ledger.note import parse_signature as read_signature
from yibao.ledger.signing import Signer, signed
from yibao.ledger.tags import Tag
from yibao.ledger.tree import Growing, leaf_hash, nodes_over
from yibao.store import Register, UnitOfWork

VERSION = 1
"""The form of a leaf."""
SEQUENCER = "ledger"
"""In whose name positions are given and keys introduced."""
AT_ONCE = 20_000
"""How many leaves get their positions in one transaction."""
_KNOWN = frozenset(Tag)
_CITIZEN_ID = re.compile(r"[0-9]{17}[0-9Xx](?![0-9A-Za-z])(?<![0-9A-Za-z].{18})")


def record(
    unit: UnitOfWork,
    tag: Tag,
    subject: str,
    body: Mapping[str, Json],
    *,
    personal: Mapping[str, str] | None = None,
) -> Receipt:
    """Write an act to the ledger in the caller's transaction: it is written if and only if the act is done.

    ``subject`` is the id of what it was done to, ``body`` the facts as JSON without fractions (ids beyond 2^53 as
    text), ``personal`` facts about a natural person, of which the leaf holds salted commitments only.
    Raises `Refused`: ``ledger.tag``, ``ledger.subject``, ``ledger.not_canonical``, ``ledger.personal_in_clear``.
    """
    leaf = _leaf(Act(tag, subject, body, personal or {}), unit.actor, _now())
    return Receipt(store.write(unit.connection, leaf), leaf.leaf_hash)


def record_many(unit: UnitOfWork, acts: Iterable[Act]) -> list[Receipt]:
    """Write many acts at once, as `record` does each; all belong to the caller's transaction."""
    now = _now()
    leaves = [_leaf(act, unit.actor, now) for act in acts]
    entries = store.write_many(unit.connection, leaves) if leaves else []
    return [Receipt(entry, leaf.leaf_hash) for entry, leaf in zip(entries, leaves, strict=True)]


def record_file(unit: UnitOfWork, tag: Tag, subject: str, file: Path) -> Receipt:
    """Write to the ledger that a file left the house: its name, its length in bytes and its SHA-256."""
    with file.open("rb") as content:
        digest = file_digest(content, "sha256").hexdigest()
    body: dict[str, Json] = {"file": file.name, "bytes": file.stat().st_size, "sha256": digest}
    return record(unit, tag, subject, body)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _leaf(act: Act, actor: str, now: str) -> store.Leaf:
    """Make the leaf of an act. Its own salt keeps those who hold a proof from guessing the neighbours' content."""
    if act.tag not in _KNOWN:
        raise Refused(
            "ledger.tag",
            zh="没有这一种存证",
            en="there is no such kind of entry",
            wanted=f"yibao.ledger.Tag ({len(Tag)})",
            came=str(act.tag),
        )
    if not act.subject:
        raise Refused(
            "ledger.subject",
            zh="存证没有说明对象",
            en="an entry must say what it is about",
            where=act.tag,
            wanted="the id of a finding, case, run, …",
            came="",
        )
    salts = {name: os.urandom(32) for name in act.personal}
    said: dict[str, Json] = {
        "actor": actor,
        "at": now,
        "body": dict(act.body),
        "salt": os.urandom(16).hex(),
        "subject": act.subject,
        "tag": str(act.tag),
        "v": VERSION,
    }
    if salts:
        said["personal"] = {name: commitment(salts[name], name, act.personal[name]) for name in salts}
    data = canonical(said)
    _refuse_ids_in_clear(data.decode(), act)
    personal = tuple((name, salt, act.personal[name]) for name, salt in salts.items())
    return store.Leaf(str(act.tag), act.subject, data, leaf_hash(data), personal)


def _refuse_ids_in_clear(data: str, act: Act) -> None:
    """Refuse a leaf in which a citizen's number stands: what is in a leaf can never be erased."""
    for found in _CITIZEN_ID.findall(data):
        try:
            check_citizen_id(found)
        except Refused:
            continue
        raise Refused(
            "ledger.personal_in_clear",
            zh="存证中不得有公民身份号码原文",
            en="a citizen's number must not stand in an entry",
            where=f"{act.tag} {act.subject}"[:60] if found not in act.subject else str(act.tag),
            wanted="personal={…}",
            came=f"{found[:1]}{'*' * 16}{found[-1]}",
            todo=Text(
                zh="个人信息放在 personal 里，存证只留加盐承诺",
                en="give personal data as personal=…; the leaf keeps a salted commitment",
            ),
        )


def erase(unit: UnitOfWork, entry: int, reason: str) -> Receipt:
    """Erase the personal data behind an entry's commitments, and write down that and why it was done.

    The leaf stays as it is, so every proof stays valid; what its commitments stood for can no longer be found.
    Copies in older backups end with these. Raises `Refused`: ``ledger.nothing_to_erase``, ``ledger.no_reason``.
    Source: 个人信息保护法 Art. 47.
    """
    if not reason.strip():
        raise Refused(
            "ledger.no_reason",
            zh="删除个人信息要说明理由",
            en="erasing personal data needs a reason",
            where=str(entry),
            wanted="reason",
            came="",
        )
    names = store.erase(unit.connection, entry)
    if not names:
        raise Refused(
            "ledger.nothing_to_erase",
            zh="这一条没有个人信息，或已删除",
            en="this entry has no personal data, or it is erased already",
            where=str(entry),
        )
    body: dict[str, Json] = {"entry": entry, "names": list(names), "reason": reason}
    return record(unit, Tag.LEDGER_PERSONAL_ERASED, str(entry), body)


# — positions and signatures —


def sequence(
    register: Register, signers: Sequence[Signer], *, limit: int = AT_ONCE, wait: bool = False
) -> Note | None:
    """Give positions to committed leaves that have none, and sign the tree as it is then; all or nothing.

    Open transactions are not waited for: their leaves come with a later call. None where nothing waits, or another
    program is at it (``wait`` makes it wait). The first call writes the signers' keys into the log as its own.
    Raises `Refused` (``ledger.other_keys``) where the signers are not those of the log.
    """
    with register.unit_of_work(SEQUENCER) as unit:
        if not store.anything_waiting(unit.connection) or not store.lock(unit.connection, wait=wait):
            return None
        _refuse_other_keys(unit, signers)
        return _grow(unit, signers, limit)


def settle(register: Register, signers: Sequence[Signer]) -> Note | None:
    """Call `sequence` until nothing waits; give the last checkpoint it signed."""
    last = None
    while (note := sequence(register, signers, wait=True)) is not None:
        last = note
    return last


def rotate_keys(register: Register, old: Sequence[Signer], new: Sequence[Signer]) -> Note:
    """Change the log's keys: the change is an entry, and the checkpoint that first covers it both sets sign.

    From then on only the new keys sign. Old checkpoints stay valid under the old ones.
    Raises `Refused` (``ledger.other_keys``) where ``old`` are not the keys in force or ``new`` bear another name.
    """
    with register.unit_of_work(SEQUENCER) as unit:
        store.lock(unit.connection, wait=True)
        _refuse_other_keys(unit, old)
        names = {s.key.name for s in (*old, *new)}
        if len(names) != 1 or not new or {str(s.key) for s in old} & {str(s.key) for s in new}:
            raise _other_keys(new, [f"{old[0].key.name}+…" if old else "…"])
        _bring_keys(unit, Tag.LEDGER_KEY_ROTATED, new, replaces=old)
        note = _grow(unit, (*old, *new), None)
        assert note is not None, "the entry of the change itself was waiting"
        return note


def _grow(unit: UnitOfWork, signers: Sequence[Signer], limit: int | None) -> Note | None:
    """Append the next waiting leaves, or all of them, and sign; None where another sequencer came first."""
    connection = unit.connection
    waiting = store.take(connection, limit)
    if not waiting:
        return None
    size = store.size(connection)
    edge = nodes_over((0, size))
    known = store.nodes(connection, edge)
    tree = Growing(size, [known[node] for node in edge])
    rows = [(size + i, entry, tree.append(leaf)) for i, (entry, leaf) in enumerate(waiting)]
    store.write_tree(connection, rows)
    note = signed(Checkpoint(signers[0].key.name, tree.size, tree.root()), signers)
    store.write_checkpoint(connection, tree.size, str(note))
    return note


def _refuse_other_keys(unit: UnitOfWork, signers: Sequence[Signer]) -> None:
    """See that the signers are the log's; those of the first call become it."""
    given = {str(s.key) for s in signers}
    past = store.generations(unit.connection)
    if not past and len({s.key.name for s in signers}) == 1 and is_key_name(signers[0].key.name):
        _bring_keys(unit, Tag.LEDGER_KEY_INTRODUCED, signers, replaces=())
    elif not past or given != set(past[-1][1]):
        raise _other_keys(signers, past[-1][1] if past else ["name"])


def _bring_keys(unit: UnitOfWork, tag: Tag, new: Sequence[Signer], replaces: Sequence[Signer]) -> None:
    body: dict[str, Json] = {"keys": [str(s.key) for s in new], "replaces": [str(s.key) for s in replaces]}
    receipt = record(unit, tag, new[0].key.name, body)
    store.write_keys(unit.connection, receipt.entry, [str(s.key) for s in new])


def _other_keys(given: Sequence[Signer], wanted: Sequence[str]) -> Refused:
    def short(key: str) -> str:
        return "+".join(key.split("+")[:2])

    return Refused(
        "ledger.other_keys",
        zh="签名钥匙不是这本存证的",
        en="the signing keys are not those of this log",
        where="home/keys",
        wanted=", ".join(map(short, wanted)),
        came=", ".join(short(str(s.key)) for s in given) or "—",
        todo=Text(
            zh="把原来数据目录的 keys/ 复制过来，或用 yibao ledger rotate 更换钥匙",
            en="copy keys/ from the home this register came with",
        ),
    )


def take_cosignature(unit: UnitOfWork, size: int, witness: str, line: str) -> bool:
    """Keep a witness's line under a checkpoint; False where it is there already.

    ``witness`` is its public key as it is written. Raises `Refused`: ``ledger.not_a_witness``, or the code and reason
    of what does not hold.
    """
    note = parse_note(the_checkpoint(unit, size))
    try:
        key, signature = parse_key(witness), read_signature(line)
        if key.kind != COSIGNATURE:
            raise _not_a_witness(witness)
        check(Note(note.text, (signature,)), key)
    except Forged as error:
        raise refused(error) from error
    return store.write_cosignature(unit.connection, size, str(key), str(signature))


def _not_a_witness(key: str) -> Refused:
    return Refused(
        "ledger.not_a_witness",
        zh="这不是见证方的公钥",
        en="this is not a witness's key",
        wanted="C2SP cosignature/v1 (Ed25519, type 0x04)",
        came=key[:120],
    )


def the_checkpoint(unit: UnitOfWork, size: int | None = None) -> str:
    """Give the signed note of a size, or the newest one, without cosignatures; refuses where there is none."""
    note = store.checkpoint(unit.connection, size)
    if note is None:
        raise Refused(
            "ledger.no_checkpoint",
            zh="没有这个检查点" if size is not None else "存证还没有签名的检查点",
            en="there is no such checkpoint" if size is not None else "the ledger has no checkpoint yet",
            came=None if size is None else str(size),
            todo=Text(zh="yibao ledger checkpoint 列出最新的", en="yibao ledger checkpoint shows the newest"),
        )
    return note


def refused(error: Forged) -> Refused:
    """Say what a check found wrong as a refusal of this house."""
    fault: Any = error.fault
    return Refused(
        fault.code, zh=fault.zh, en=fault.en, where=fault.where, wanted=fault.wanted, came=fault.came
    )
