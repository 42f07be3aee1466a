"""The ledger (存证): what is written cannot be rewritten, and outsiders can check that without our database.

Every act that touches somebody's rights is `record`\\ ed in the transaction of the act itself: a leaf of canonical
JSON with a `Tag`, in tables that only grow. A *sequencer* gives committed leaves their positions in a Merkle tree and
signs its root within a second, with Ed25519 and, beside it, SM2; until then a `Receipt` is pending. From then on an
inclusion proof shows that an entry is there, a consistency proof that nothing before was changed, and witnesses sign
that they have seen it grow. Personal data are salted commitments in the leaf, and can be erased behind it.

A transparency log, not a block chain: nobody has to agree, everybody can check. ``python -m yibao.ledger.verify``
needs only the standard library and ``cryptography``, which is why this door opens its rooms when they are asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yibao.ledger.commitments import commitment
    from yibao.ledger.faults import Fault, Forged
    from yibao.ledger.keyring import keys_in, keys_out
    from yibao.ledger.keys import change_keys, home_signers, sign_waiting
    from yibao.ledger.letters import Letter, log_keys, parse_letter_key, seal, unseal
    from yibao.ledger.model import Act, Inclusion, Receipt, Said, Verified
    from yibao.ledger.proving import (
        checkpoint,
        export,
        newest_entry,
        personal_of,
        prove_consistency,
        prove_inclusion,
        receipt,
        said,
    )
    from yibao.ledger.sequencer import Sequencer
    from yibao.ledger.service import (
        erase,
        record,
        record_file,
        record_many,
        rotate_keys,
        sequence,
        settle,
        take_cosignature,
    )
    from yibao.ledger.signing import Ed25519Signer, Signer, Sm2Signer
    from yibao.ledger.tags import Tag
    from yibao.ledger.verifying import verify_everything

_ROOMS = {
    "commitments": ("commitment",),
    "faults": ("Fault", "Forged"),
    "keyring": ("keys_in", "keys_out"),
    "keys": ("change_keys", "home_signers", "sign_waiting"),
    "letters": ("Letter", "log_keys", "parse_letter_key", "seal", "unseal"),
    "model": ("Act", "Inclusion", "Receipt", "Said", "Verified"),
    "proving": (
        "checkpoint",
        "export",
        "newest_entry",
        "personal_of",
        "prove_consistency",
        "prove_inclusion",
        "receipt",
        "said",
    ),
    "sequencer": ("Sequencer",),
    "service": (
        "erase",
        "record",
        "record_file",
        "record_many",
        "rotate_keys",
        "sequence",
        "settle",
        "take_cosignature",
    ),
    "signing": ("Ed25519Signer", "Signer", "Sm2Signer"),
    "tags": ("Tag",),
    "verifying": ("verify_everything",),
}
_BEHIND = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "Act",
    "Ed25519Signer",
    "Fault",
    "Forged",
    "Inclusion",
    "Letter",
    "Receipt",
    "Said",
    "Sequencer",
    "Signer",
    "Sm2Signer",
    "Tag",
    "Verified",
    "change_keys",
    "checkpoint",
    "commitment",
    "erase",
    "export",
    "home_signers",
    "keys_in",
    "keys_out",
    "log_keys",
    "newest_entry",
    "parse_letter_key",
    "personal_of",
    "prove_consistency",
    "prove_inclusion",
    "receipt",
    "record",
    "record_file",
    "record_many",
    "rotate_keys",
    "said",
    "seal",
    "sequence",
    "settle",
    "sign_waiting",
    "take_cosignature",
    "unseal",
    "verify_everything",
]


def __getattr__(name: str) -> Any:
    """Open the room behind a name of this door, at its first use."""
    if name not in _BEHIND:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_BEHIND[name]}"), name)
    return found


def __dir__() -> list[str]:
    """Name what this door opens to, also before it is asked for."""
    return [*globals(), *_BEHIND]
