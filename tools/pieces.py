"""The pieces of a generated page: cells, tables, code, and pages that lead to others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def cell(text: object) -> str:
    """Make a text fit a table's cell; what looks like markup is shown as it is."""
    shown = str(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("$", "\\$")
    return shown.replace("*", "\\*").replace("\n", " ").strip() or " "


def grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; its cells are markup already."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def toctree(head: str, entries: Iterable[str]) -> str:
    """Write a page that leads to others."""
    return "\n".join([head, "", "```{toctree}", ":maxdepth: 1", ":titlesonly:", "", *entries, "```", ""])


def code(text: object) -> str:
    """Write a text as code."""
    return f"`{str(text).replace('|', chr(92) + '|')}`" if str(text) else ""


def page(*parts: str) -> str:
    """Put the parts of a page together."""
    return "\n\n".join(part for part in parts if part) + "\n"
