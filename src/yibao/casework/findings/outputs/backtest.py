"""A sweep as a page: what each value of a parameter would find, drawn and in numbers; nothing is loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined

import yibao
from yibao.casework.findings.outputs.charts import Bar, columns, patterns
from yibao.casework.findings.outputs.words import UNIT_NAMES, money, region, yuan
from yibao.kernel import Language, Text


class Swept(Protocol):
    """One value of the parameter and what it finds; money in fen."""

    @property
    def value(self) -> int:
        """The value tried."""

    @property
    def findings(self) -> int:
        """Findings with it."""

    @property
    def clear_fen(self) -> int:
        """Money of clear ones."""

    @property
    def at_stake_fen(self) -> int:
        """Money of all."""

    @property
    def institutions(self) -> int:
        """Institutions with any."""

    @property
    def in_force(self) -> bool:
        """Whether it is the value in force."""


def write_sweep(
    path: Path,
    *,
    name: Text,
    meaning: Text,
    parameter: str,
    unit: str,
    place: str,
    values: Sequence[Swept],
    language: Language = "zh",
) -> Path:
    """Write the page of a sweep to ``path`` in the asked language; give ``path``."""
    zh = language == "zh"
    money_bars = [Bar(_label(v), v.clear_fen, v.at_stake_fen - v.clear_fen) for v in values]
    count_bars = [Bar(_label(v), 0, v.findings) for v in values]
    environment = Environment(
        loader=PackageLoader("yibao.casework.findings.outputs", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    page = environment.get_template("backtest.html.j2").render(
        t=lambda in_zh, in_en: in_zh if zh else in_en,
        language=language, version=yibao.__version__, name=name.in_(language), meaning=meaning.in_(language),
        parameter=parameter, unit=UNIT_NAMES.get(unit, Text(zh=unit, en=unit)).in_(language), place=region(place),
        values=values, money=lambda fen: money(fen, language), yuan=yuan, count=lambda number: f"{number:,}",
        patterns=patterns(("fen", "findings")),
        fen_chart=columns("fen", "涉及金额" if zh else "money at stake", money_bars, lambda fen: money(fen, language)),
        findings_chart=columns("findings", "疑点数" if zh else "findings", count_bars, lambda number: f"{number:,}"),
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    draft.write_text(page, encoding="utf-8")
    draft.replace(path)
    return path


def _label(one: Swept) -> str:
    return f"{one.value}{'*' if one.in_force else ''}"
