from __future__ import annotations

import resource
from pathlib import Path

import pytest

from yibao.store import write_durably


def test_a_file_is_whole_private_and_alone(tmp_path: Path) -> None:
    path = write_durably(tmp_path / "a/b/file.pdf", b"first")
    assert path.read_bytes() == b"first" and path.stat().st_mode & 0o777 == 0o400
    write_durably(path, b"second")
    assert path.read_bytes() == b"second"
    assert [one.name for one in path.parent.iterdir()] == ["file.pdf"], "no draft is left"


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = write_durably(tmp_path / "file.pdf", b"first")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, hard))  # as a full disk does, the write stops half-way
    try:
        with pytest.raises(OSError, match="too large"):
            write_durably(path, b"second")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == b"first" and [one.name for one in tmp_path.iterdir()] == ["file.pdf"]
