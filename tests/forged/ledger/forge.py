"""Writes the museum of forgeries anew: ``python -m tests.forged.ledger.forge``. The keys are no secret.

Each exhibit is what somebody would hand over who changed the past and hoped that nobody checks. The file beside it of the
same name is the exhibit itself; `EXHIBITS` says what the checker knows besides, and with which reason it must refuse.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from tests.ledger.logs import (
    NEXT,
    OURS,
    SALT,
    STRANGER,
    WITNESS,
    Ed25519Signer,
    Log,
    entry,
    key_change,
    with_person,
)

from yibao.ledger.note import Note, PublicKey, Signature, parse_note

HERE = Path(__file__).parent
ENTRIES = [entry(i) for i in range(9)]
TRUE = Log(ENTRIES)
FORK = Log([*ENTRIES[:3], entry(3, body={"at_stake_fen": 1}), *ENTRIES[4:], entry(9)])
ROTATED = Log([*ENTRIES[:4], key_change(4, OURS, NEXT), *ENTRIES[5:]], (NEXT,))
PERSON = Log([*ENTRIES[:4], with_person(4, "张三")])
SEEN_FIVE = TRUE.note(5)


@dataclass(frozen=True)
class Exhibit:
    """A file, what its checker knows, and the reason for which it is refused; None for a sound one."""

    text: str
    code: str | None
    seen: Note | None = None
    witnesses: tuple[PublicKey, ...] = ()


def exhibits() -> dict[str, Exhibit]:
    """Every exhibit by its name."""
    whole, receipt = TRUE.file(), TRUE.file(first=3, count=1)
    head, *lines = whole.splitlines(keepends=True)
    changed = [*lines[:3], lines[3].replace('"at_stake_fen":3000', '"at_stake_fen":30'), *lines[4:]]
    note = str(TRUE.note())
    return {
        "sound": Exhibit(whole, None, SEEN_FIVE, (WITNESS.key,)),
        "sound_receipt": Exhibit(receipt, None),
        "sound_range_since": Exhibit(
            TRUE.file(first=6, count=3, since=(5, TRUE.consistency(5, 9))), None, SEEN_FIVE
        ),
        "sound_after_change_of_keys": Exhibit(_rotated(OURS, NEXT), None),
        "sound_with_person": Exhibit(PERSON.file(4, 1, opened={4: {"姓名": (SALT, "张三")}}), None),
        "changed_entry": Exhibit(head + "".join(changed), "ledger.other_entries"),
        "removed_entry": Exhibit(
            head.replace('"count":9', '"count":8') + "".join(lines[:4] + lines[5:]), "ledger.bad_proof"
        ),
        "removed_entry_size_lowered": Exhibit(
            head.replace('"count":9', '"count":8').replace("\\n9\\n", "\\n8\\n")
            + "".join(lines[:4] + lines[5:]),
            "ledger.bad_signature",
        ),
        "reordered_entries": Exhibit(
            head + "".join([*lines[:2], lines[3], lines[2], *lines[4:]]), "ledger.other_entries"
        ),
        "added_entry": Exhibit(whole + entry(9) + "\n", "ledger.too_many"),
        "truncated": Exhibit(head + "".join(lines[:6]), "ledger.truncated"),
        "truncated_within_line": Exhibit(whole[:-20], "ledger.truncated"),
        "forked_history": Exhibit(FORK.file(), "ledger.forked", SEEN_FIVE),
        "forked_history_receipt": Exhibit(
            FORK.file(9, 1, since=(5, FORK.consistency(5, 10))), "ledger.forked", SEEN_FIVE
        ),
        "old_checkpoint_replayed": Exhibit(TRUE.file(size=5), "ledger.replayed", TRUE.note(9)),
        "continuation_not_shown": Exhibit(receipt, "ledger.no_consistency", SEEN_FIVE),
        "wrong_key": Exhibit(Log(ENTRIES, (STRANGER,)).file(), "ledger.wrong_key"),
        "wrong_key_under_our_id": Exhibit(
            whole.replace(note.replace("\n", "\\n"), _impostor().replace("\n", "\\n")), "ledger.bad_signature"
        ),
        "wrong_size": Exhibit(whole.replace("\\n9\\n", "\\n10\\n"), "ledger.bad_signature"),
        "entries_beyond_size": Exhibit(receipt.replace('"first":3', '"first":9'), "ledger.wrong_size"),
        "swapped_proof": Exhibit(TRUE.file(3, 1, proof=TRUE.proof(4, 1, 9)), "ledger.bad_proof"),
        "shortened_proof": Exhibit(TRUE.file(3, 1, proof=TRUE.proof(3, 1, 9)[:-1]), "ledger.bad_proof"),
        "wrong_position": Exhibit(receipt.replace('"first":3', '"first":2'), "ledger.bad_proof"),
        "no_witness": Exhibit(
            whole, "ledger.wrong_key", witnesses=(replace(WITNESS.key, name="other.example"),)
        ),
        "stranger_takes_over": Exhibit(_rotated(STRANGER, NEXT), "ledger.wrong_key"),
        "change_of_keys_not_in_log": Exhibit(
            ROTATED.file(
                handovers=(replace(ROTATED.handover(4, 6, OURS, NEXT), entry=key_change(5, OURS, NEXT)),)
            ),
            "ledger.bad_handover",
        ),
        "old_key_after_change": Exhibit(
            Log(ROTATED.entries, (OURS,)).file(handovers=(ROTATED.handover(4, 6, OURS, NEXT),)),
            "ledger.wrong_key",
        ),
        "other_person": Exhibit(
            PERSON.file(4, 1, opened={4: {"姓名": (SALT, "李四")}}), "ledger.other_value"
        ),
        "not_a_ledger": Exhibit('{"format":"something else"}\n', "ledger.file_form"),
        "not_signed_at_all": Exhibit(TRUE.file(checkpoint=TRUE.note().text + "\n"), "ledger.note_form"),
    }


def _rotated(old: Ed25519Signer, new: Ed25519Signer) -> str:
    return ROTATED.file(handovers=(ROTATED.handover(4, 6, old, new),))


def _impostor() -> str:
    """Our checkpoint with the signature of a stranger under the id of our key."""
    note = TRUE.note()
    theirs = parse_note(str(TRUE.note(signers=(STRANGER,)))).signatures[0].value
    ours = Signature(OURS.key.name, OURS.key.key_id, theirs)
    return str(replace(note, signatures=(ours, *note.signatures[1:])))


if __name__ == "__main__":
    for name, exhibit in exhibits().items():
        (HERE / f"{name}.jsonl").write_text(exhibit.text, encoding="utf-8")
