"""Files that must be there after a crash: written aside, put on disk, then named."""

from __future__ import annotations

import secrets
from pathlib import Path

from yibao.store.lakefiles import sync_directory, sync_file


def write_durably(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all: beside its place, on disk, renamed; nobody changes it from then on."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        draft.write_bytes(content)
        draft.chmod(0o400)
        sync_file(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_directory(path.parent)
    return path
