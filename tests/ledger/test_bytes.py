"""Canonical JSON, signed notes and SM2 against what their standards print."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.ledger.logs import OURS, STRANGER, TRUE_NOTE, WITNESS

from yibao.kernel import Refused
from yibao.ledger import sm2
from yibao.ledger.canonical import canonical
from yibao.ledger.faults import Forged
from yibao.ledger.note import Note, check, parse_key, parse_note, parse_signature
from yibao.ledger.signing import NotAKeyFile, Sm2Signer, new_key_file, read_key_file, write_key_file


def test_keys_are_ordered_as_rfc_8785_prints() -> None:
    """§3.2.3: by UTF-16, in which an emoji stands before a Hebrew ligature."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    ordered = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    said = canonical({key: i for i, key in enumerate(keys)}).decode()
    assert [said.index(f'"{key}"' if key != "\r" else '"\\r"') for key in ordered] == sorted(
        said.index(f'"{key}"' if key != "\r" else '"\\r"') for key in keys
    )


def test_texts_are_escaped_as_rfc_8785_prints() -> None:
    """§3.2.2.2: short escapes where there are, small letters in others, everything else as it is."""
    assert (
        canonical('\u20ac$\u000f\nA\'B"\\\\"/\u007f') == b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f"'
    )
    assert canonical({"a": "1:2.5 [3e", "b": "12345678901234567890", "c": "\\u0000", "d": ("😀",)}) == (
        '{"a":"1:2.5 [3e","b":"12345678901234567890","c":"\\\\u0000","d":["😀"]}'.encode()
    )
    assert canonical([True, None, -1, {}, [], (1 << 53) - 1]) == b"[true,null,-1,{},[],9007199254740991]"


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        1 << 53,
        "\ud800",
        "a\0",
        {"\udc00": 1},
        {1: 1},
        b"x",
        [{"a": {1}}],
        {"a": {2: 1}},
        float("nan"),
        {"a": [-1e300]},
    ],
)
def test_what_has_no_canonical_form(value: object) -> None:
    with pytest.raises(Refused, match="not_canonical"):
        canonical(value)  # type: ignore[arg-type]


NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAYS = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_that_others_signed() -> None:
    """The example of the format's first implementation, golang.org/x/mod/sumdb/note."""
    key = parse_key(NEUMANN)
    assert str(key) == NEUMANN and str(parse_note(SAYS)) == SAYS
    check(parse_note(SAYS), key)
    with pytest.raises(Forged, match="bad_signature"):
        check(parse_note(SAYS.replace("don't", "do")), key)


@pytest.mark.parametrize(
    "text", ["", "a\n", "a\n\n", "a\n\n— b\n", "a\n\n— b c\n", SAYS[:-1], "\t" + SAYS, SAYS + "x"]
)
def test_what_is_no_note(text: str) -> None:
    with pytest.raises(Forged, match="note_form"):
        parse_note(text)


@pytest.mark.parametrize(
    "text", ["o\n", "o\n01\nAA==\n", "o\n-1\nAA==\n", "o\n1\nAA==\n", "\n1\n" + "A" * 43 + "=\n"]
)
def test_what_is_no_checkpoint(text: str) -> None:
    with pytest.raises(Forged, match="note_form"):
        Note(text, ()).checkpoint()


@pytest.mark.parametrize(
    "text", ["", "a", "a+b+c", NEUMANN.replace("c74f", "c74e"), NEUMANN[:-4], "Peter " + NEUMANN]
)
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(Forged, match="key_form"):
        parse_key(text)


def test_a_cosignature_says_when() -> None:
    assert check(TRUE_NOTE, WITNESS.key) == 1_772_000_000
    line = next(s for s in TRUE_NOTE.signatures if s.name == WITNESS.key.name)
    later = (1_772_000_001).to_bytes(8) + line.value[8:]
    with pytest.raises(Forged, match="bad_signature"):
        check(replace(TRUE_NOTE, signatures=(replace(line, value=later),)), WITNESS.key)
    assert parse_signature(str(line)) == line
    with pytest.raises(Forged, match="wrong_key"):
        check(TRUE_NOTE, STRANGER.key)
    check(TRUE_NOTE, OURS.key)


needs_sm2 = pytest.mark.skipif(not sm2.available(), reason="no OpenSSL 3 with SM2 on this system")


@needs_sm2
def test_sm2_as_the_standard_prints() -> None:
    """GB/T 32918.5-2017, Annex A.2: key, message and signature of the worked example."""
    point = bytes.fromhex(
        "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
        "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
    )
    r = bytes.fromhex("F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3")
    s = bytes.fromhex("B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA")
    der = b"\x30\x46\x02\x21\x00" + r + b"\x02\x21\x00" + s
    assert sm2.verify(point, der, b"message digest")
    assert not sm2.verify(point, der, b"message digest.") and not sm2.verify(
        point, der[:-1], b"message digest"
    )


@needs_sm2
def test_sm2_signs_what_it_checks() -> None:
    key = sm2.PrivateKey.generate()
    signature = key.sign(b"x" * 5000)
    assert sm2.verify(key.public(), signature, b"x" * 5000)
    assert not sm2.verify(sm2.PrivateKey.generate().public(), signature, b"x" * 5000)
    again = sm2.PrivateKey.from_der(key.to_der())
    assert again.public() == key.public() and sm2.verify(key.public(), again.sign(b""), b"")
    with pytest.raises(sm2.Unavailable):
        sm2.verify(b"\x04" + bytes(64), signature, b"")
    with pytest.raises(sm2.Unavailable):
        sm2.PrivateKey.from_der(b"no key")


@needs_sm2
def test_key_files(tmp_path: Path) -> None:
    written = Sm2Signer("log.example/a", sm2.PrivateKey.generate())
    write_key_file(tmp_path / "sm2", written)
    assert read_key_file(tmp_path / "sm2").key == written.key
    assert (
        read_key_file(tmp_path / "ed", b"\x04").key.kind == b"\x04"
        if new_key_file(tmp_path / "ed", "w")
        else 0
    )
    with pytest.raises(FileExistsError):
        new_key_file(tmp_path / "ed", "w")
    for text in ("", "name: a b\n", (tmp_path / "sm2").read_text()[:90], "name: a\nrubbish"):
        (tmp_path / "bad").write_text(text)
        with pytest.raises(NotAKeyFile):
            read_key_file(tmp_path / "bad")
