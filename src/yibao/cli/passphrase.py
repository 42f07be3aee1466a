"""A passphrase for the signing keys: out of the environment, or asked for where somebody sits before the screen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import typer

from yibao.kernel import Refused, Text

VARIABLE: Final = "YIBAO_KEY_PASSPHRASE"


def new_passphrase() -> str:
    """Give the passphrase under which keys are to be written, asked for twice."""
    return os.environ.get(VARIABLE) or typer.prompt(
        "钥匙文件的口令 / passphrase", hide_input=True, confirmation_prompt=True, err=True
    )


def the_passphrase() -> str:
    """Give the passphrase that opens a file of keys."""
    return os.environ.get(VARIABLE) or typer.prompt("钥匙文件的口令 / passphrase", hide_input=True, err=True)


def apart_from(file: Path, place: Path) -> None:
    """Refuse to put the keys where the backup is (``cli.keys_apart``): whoever takes the one has the other."""
    if file.resolve().is_relative_to(place.resolve()):
        raise Refused(
            "cli.keys_apart", zh="钥匙文件不能放在备份里面", en="the keys are not kept within the backup",
            where=str(file), wanted=f"outside {place}", todo=Text(zh="放到另一块盘上", en="put them on another disk"),
        )  # fmt: skip
