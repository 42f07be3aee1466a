"""Start the keeper without opening the room's front door.

The keeper needs this folder only, but importing it by name would run the front door first, SQLAlchemy and
all: half a second at every start of a server, and 30 MB for as long as it runs. So this file is run by its
path, and enters the room's package as an empty one.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType


def enter(package: str, folder: Path) -> None:
    """Make a package's modules importable without running its ``__init__``."""
    module = ModuleType(package)
    module.__path__ = [str(folder)]
    sys.modules[package] = module


if __name__ == "__main__":
    room = Path(__file__).resolve().parents[1]
    sys.path.insert(0, str(room.parents[1]))
    enter("yibao.store", room)
    from yibao.store.embedded.keeper import main

    sys.exit(main(sys.argv[1:]))
