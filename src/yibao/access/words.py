"""A word of a closed vocabulary that says in both languages what it means."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from yibao.kernel import Text


class Labelled(StrEnum):
    """An enum whose members are written ``NAME = value, zh, en``: each is its value and knows its label."""

    label: Text

    def __new__(cls, value: str, zh: str = "", en: str = "") -> Self:
        """Make a member that is its text and knows its label."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = Text(zh=zh, en=en)
        return member
