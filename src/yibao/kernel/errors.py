"""Refusals: every error a person meets says what was wanted, what came, where, and what to do.

A `Refused` is the only error this house raises on purpose towards its users. It carries a stable code
(``room.what``) for programs and two languages for people. Anything else that escapes is a defect of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages; Chinese is what is shown unless English is asked for."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh

    def in_(self, language: Language) -> str:
        """Give the sentence in the asked language."""
        return self.en if language == "en" else self.zh

    def both(self) -> str:
        """Give both languages, Chinese first, as terminals and logs show them."""
        return f"{self.zh} / {self.en}"


class Refused(Exception):
    """A refusal with a stable code, in two languages, that tells what to do next.

    ``where`` names the place (file, row, column, parameter), ``wanted`` and ``came`` the two sides of the
    disagreement, ``todo`` the next step for the person who reads it.
    """

    def __init__(
        self,
        code: str,
        *,
        zh: str,
        en: str,
        where: str | None = None,
        wanted: str | None = None,
        came: str | None = None,
        todo: Text | None = None,
    ) -> None:
        self.code = code
        self.text = Text(zh=zh, en=en)
        self.where = where
        self.wanted = wanted
        self.came = came
        self.todo = todo
        super().__init__(self.render("zh"))

    def render(self, language: Language = "zh") -> str:
        """Give the whole refusal as the lines a person reads in a terminal."""
        zh = language == "zh"
        lines = [f"[{self.code}] {self.text.in_(language)}"]
        if self.where is not None:
            lines.append(f"  {'位置' if zh else 'where'}: {self.where}")
        if self.wanted is not None:
            lines.append(f"  {'要求' if zh else 'wanted'}: {self.wanted}")
        if self.came is not None:
            lines.append(f"  {'实际' if zh else 'came'}: {self.came}")
        if self.todo is not None:
            lines.append(f"  {'办法' if zh else 'what to do'}: {self.todo.in_(language)}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, str | None]:
        """Give the refusal as a flat object for programs."""
        return {
            "code": self.code,
            "zh": self.text.zh,
            "en": self.text.en,
            "where": self.where,
            "wanted": self.wanted,
            "came": self.came,
            "todo_zh": self.todo.zh if self.todo else None,
            "todo_en": self.todo.en if self.todo else None,
        }
