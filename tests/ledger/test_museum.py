"""The museum of forgeries: each is refused, for its own reason, and the sound files beside them are not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.forged.ledger.forge import HERE, OURS, exhibits

import yibao
from yibao.ledger.faults import Forged
from yibao.ledger.file import check_file

EXHIBITS = exhibits()


@pytest.mark.parametrize("name", sorted(EXHIBITS))
def test_every_exhibit_has_its_reason(name: str) -> None:
    exhibit, file = EXHIBITS[name], HERE / f"{name}.jsonl"
    assert file.read_text(encoding="utf-8") == exhibit.text, "the museum shows what forge.py makes"
    if exhibit.code is None:
        checked = check_file(file, OURS.key, seen=exhibit.seen, witnesses=exhibit.witnesses)
        assert checked.count == exhibit.text.count("\n") - 1
        return
    with pytest.raises(Forged) as forged:
        check_file(file, OURS.key, seen=exhibit.seen, witnesses=exhibit.witnesses)
    assert forged.value.fault.code == exhibit.code
    assert forged.value.fault.zh and forged.value.fault.en


def test_every_file_is_shown() -> None:
    assert {file.stem for file in HERE.glob("*.jsonl")} == set(EXHIBITS)


@pytest.mark.parametrize("at", range(0, 400, 7))
def test_no_byte_of_a_receipt_can_be_changed(tmp_path: Path, at: int) -> None:
    """From the first byte of the checkpoint on; what a letter of the header's own names becomes is its own fault."""
    text = bytearray(EXHIBITS["sound_receipt"].text.encode())
    start = text.index(b"ledger.example")
    # the lines of others below our signature are not ours to vouch for
    witness = text.index("\u2014 witness".encode())
    until = text.index(b'"proof"')
    place = start + at
    if witness <= place < until or place >= len(text) or text[place : place + 1] in b'"{}[]:,':
        return
    text[place] ^= 1
    file = tmp_path / "receipt"
    file.write_bytes(bytes(text))
    with pytest.raises(Forged):
        check_file(file, OURS.key)


def test_the_offline_verifier_needs_nothing_of_ours(tmp_path: Path) -> None:
    """Only the standard library and cryptography are there, and the few files of the verifier itself."""
    import cffi
    import cryptography

    room = tmp_path / "yibao" / "ledger"
    room.mkdir(parents=True)
    source = Path(yibao.__path__[0])
    (room.parent / "__init__.py").write_bytes((source / "__init__.py").read_bytes())
    for name in ("__init__", "verify", "file", "note", "tree", "faults", "commitments", "sm2"):
        (room / f"{name}.py").write_bytes((source / "ledger" / f"{name}.py").read_bytes())
    libraries = Path(cryptography.__file__).parents[1]
    for package in (Path(cryptography.__file__).parent, Path(cffi.__file__).parent):
        (tmp_path / package.name).symlink_to(package)
    for extension in libraries.glob("_cffi_backend*.so"):
        (tmp_path / extension.name).symlink_to(extension)
    run = (
        "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); "
        "runpy.run_module('yibao.ledger.verify', run_name='__main__')"
    )

    def said(name: str, *more: str) -> tuple[int, str]:
        command = [sys.executable, "-I", "-S", "-c", run, str(tmp_path), str(HERE / f"{name}.jsonl")]
        done = subprocess.run([*command, str(OURS.key), *more], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    code, told = said("sound")
    assert code == 0 and "属实" in told
    assert said("sound_receipt", "--json")[1].startswith('{"sound": true')
    code, told = said("swapped_proof")
    assert code == 1 and "ledger.bad_proof" in told
