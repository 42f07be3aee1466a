"""Letters that leave the house: one form, checked by a key, and never to be taken for a checkpoint."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from yibao.kernel import Refused
from yibao.ledger import Ed25519Signer, Sm2Signer, seal, sm2, unseal

ONE, OTHER = (Ed25519Signer(f"house.example/{n}", Ed25519PrivateKey.generate()) for n in (1, 2))
KEY = str(ONE.key)


def test_a_letter_is_read_back_by_whoever_has_a_key() -> None:
    said = {"b": [1, "”\n甲", None, True], "a": {"z": "\u2028"}}
    text = seal(said, [ONE, OTHER])
    for key in (KEY, str(OTHER.key)):
        letter = unseal(text, [key])
        assert letter.said == said and letter.signed_by == (key,)
    assert unseal(text, [KEY, str(OTHER.key)]).signed_by == (KEY, str(OTHER.key))
    assert unseal(seal(said, [ONE]), [KEY]).sha256 == unseal(text, [KEY]).sha256, (
        "what was said, whoever signed"
    )


@pytest.mark.skipif(not sm2.available(), reason="OpenSSL without SM2")
def test_sm2_signs_letters_too() -> None:
    signer = Sm2Signer("house.example/sm2", sm2.PrivateKey.generate())
    text = seal({"a": 1}, [signer])
    assert unseal(text, [str(signer.key)]).said == {"a": 1}
    with pytest.raises(Refused, match=r"ledger\.letter_signature"):
        unseal(text.replace('{"a":1}', '{"a":2}'), [str(signer.key)])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t.replace('"a":1', '"a":2'),
        lambda t: t.replace('"a":1', '"a":1,"b":2'),
    ],
)
def test_what_was_changed_is_no_longer_signed(spoil) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused, match=r"ledger\.letter_signature") as refused:
        unseal(spoil(seal({"a": 1}, [ONE])), [KEY], "x.letter")
    assert refused.value.where == "x.letter" and refused.value.todo is not None


@pytest.mark.parametrize(
    "text",
    [
        "", "\n\n", "yibao-letter/1\n{}\n", "x" * 1_100_000,
        seal({"a": 1}, [ONE]).replace("yibao-letter/1", "ledger.yibao/1"),
        seal({"a": 1}, [ONE]).replace('{"a":1}', '{"a": 1}'),
        seal({"a": 1}, [ONE]).replace('{"a":1}', '{"a":1.0}'),
        seal({"a": 1}, [ONE]).replace('{"a":1}', "[1]"),
        seal({"a": 1}, [ONE]).replace('{"a":1}', '{"a":1,"a":1}'),
        seal({"a": 1}, [ONE]).replace('{"a":1}', '{"a":1}\n{"b":2}'),
        seal({"a": 1}, [ONE]).replace('{"a":1}', "[" * 9_000),
        seal({"a": 1}, [ONE]).replace("— ", "- "),
    ],
)  # fmt: skip
def test_what_is_no_letter_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"ledger\.letter_form"):
        unseal(text, [KEY])


def test_a_letter_of_somebody_else_and_one_that_only_claims_to_be_ours() -> None:
    with pytest.raises(Refused, match=r"ledger\.letter_key"):
        unseal(seal({"a": 1}, [OTHER]), [KEY])
    with pytest.raises(Refused, match=r"ledger\.letter_key"):
        unseal(seal({"a": 1}, [OTHER]), [])
    forged = seal({"a": 1}, [Ed25519Signer("house.example/1", Ed25519PrivateKey.generate())])
    with pytest.raises(Refused, match=r"ledger\.letter_key"):
        unseal(forged, [KEY])
    line = seal({"a": 1}, [ONE]).splitlines()[-1]
    with pytest.raises(Refused, match=r"ledger\.letter_signature"):
        unseal(seal({"a": 2}, [OTHER]) + line + "\n", [KEY, str(OTHER.key)])


def test_a_checkpoint_is_not_a_letter() -> None:
    from yibao.ledger.note import Checkpoint
    from yibao.ledger.signing import signed

    note = str(signed(Checkpoint("yibao-letter/1", 1, b"\0" * 32), [ONE]))
    with pytest.raises(Refused, match=r"ledger\.letter_form"):
        unseal(note, [KEY])
    assert json.loads(seal({"a": 1}, [ONE]).split("\n")[1]) == {"a": 1}
