"""The report: one self-contained page of what the audit found, for the bureau's own use, in Chinese and English."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import yibao
from yibao.audit import KIND_NAMES
from yibao.casework.findings.outputs.charts import Bar, Interval, bars, columns, intervals, meter, patterns
from yibao.casework.findings.outputs.divisions import Division
from yibao.casework.findings.outputs.grounds import GROUND_NAMES
from yibao.casework.findings.outputs.peers import Peer
from yibao.casework.findings.outputs.ruletext import result_name, rule_name, rule_of
from yibao.casework.findings.outputs.summary import InstitutionLine, RuleLine, Summary, summary
from yibao.casework.findings.outputs.words import (
    ORIGIN_NAMES,
    STATUS_NAMES,
    day,
    money,
    month,
    percent,
    region,
    share,
    yuan,
)
from yibao.kernel import Language, Region, Rounding, divide
from yibao.store import Home, Register

_FEN_IN_WAN: Final = 1_000_000
PEERS_SHOWN: Final = 20
RULES_SHOWN: Final = 25
DIVISIONS_SHOWN: Final = 15


def write_report(
    home: Home, register: Register, path: Path, language: Language = "zh", told: Summary | None = None
) -> Path:
    """Write the report in the asked language to ``path``, and beside it its twin in the other; give ``path``.

    Each page links to the other: ``report.html`` and ``report.en.html`` (see `twin`). No person is named, and nothing
    is loaded from elsewhere. ``told`` spares looking at the lake again. Raises `Refused` (``casework.no_run``).
    """
    told = told or summary(home, register)
    other: Language = "en" if language == "zh" else "zh"
    beside = twin(path, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    for page, tongue, link in ((path, language, beside), (beside, other, path)):
        draft = page.with_name(f".{page.name}.part")
        draft.write_text(render(told, tongue, link.name), encoding="utf-8")
        draft.replace(page)
    return path


def twin(path: Path, language: Language) -> Path:
    """Give the path of the same page in the other language.

    >>> twin(Path("a.html"), "zh").name, twin(Path("a.en.html"), "en").name, twin(Path("a.html"), "en").name
    ('a.en.html', 'a.html', 'a.zh.html')
    """
    stem = path.name.removesuffix(path.suffix)
    if language == "zh":
        return path.with_name(f"{stem.removesuffix('.zh')}.en{path.suffix}")
    if stem.endswith(".en"):
        return path.with_name(f"{stem.removesuffix('.en')}{path.suffix}")
    return path.with_name(f"{stem}.zh{path.suffix}")


def render(told: Summary, language: Language, other: str) -> str:
    """Give the page as text; ``other`` is the file name of its twin."""
    environment = Environment(
        loader=PackageLoader("yibao.casework.findings.outputs", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("report.html.j2").render(_context(told, language, other))


def _context(told: Summary, language: Language, other: str) -> dict[str, Any]:
    ran = [line for line in told.rules if line.skipped is None]
    return {
        "s": told,
        "language": language,
        "twin": quote(other),
        "version": yibao.__version__,
        "t": lambda zh, en: en if language == "en" else zh,
        "say": lambda text: text.in_(language),
        "money": lambda fen: money(fen, language),
        "yuan": yuan,
        "percent": percent,
        "day": day,
        "month": month,
        "region": region,
        "place": _place_name,
        "count": lambda number: f"{number:,}",
        "result": lambda name: result_name(name).in_(language),
        "status": lambda name: STATUS_NAMES[name].in_(language),
        "ground": lambda name: GROUND_NAMES[name].in_(language),
        "origin": lambda name: ORIGIN_NAMES[name].in_(language),
        "kind": lambda name: KIND_NAMES[name].in_(language),
        "rule_of": rule_of,
        "name_of": lambda rule: rule_name(rule).in_(language),
        "rules_ran": ran,
        "institution_unit": unit_of([one.fen for one in told.institutions], language),
        "rule_unit": unit_of([line.attributed_fen for line in ran], language),
        "month_unit": unit_of([m.clear_fen + m.suspicious_fen for m in told.months], language),
        "corrected_unit": unit_of([one.taken_back_fen for one in told.corrected], language),
        "reason_unit": unit_of([reason.fen for reason in told.backlog.reasons], language),
        "place_unit": unit_of([one.fen for one in told.places], language),
        "cause_unit": unit_of([one.fen for one in told.causes], language),
        "patterns": patterns(("rules", "months", "meter", "places", "causes")),
        "place_chart": _divisions("places", told.places, _place_name, told, language),
        "cause_chart": _divisions("causes", told.causes, str, told, language),
        "peers_shown": told.peers.shown(PEERS_SHOWN),
        "peer_chart": _peer_chart(told.peers.shown(PEERS_SHOWN), language),
        "share": share,
        "rule_chart": _rule_chart(ran, told, language),
        "month_chart": _month_chart(told, language),
        "meter": _meter(told.institutions, language),
    }


def unit_of(amounts: Sequence[int], language: Language) -> tuple[str, Callable[[int], str]]:
    """Give one unit for a column, by its largest amount, and how an amount is written in it.

    >>> name, show = unit_of([1_234_567, 100], "zh")
    >>> name, show(1_234_567), unit_of([100], "zh")[0], unit_of([100], "en")[0]
    ('万元', '1.23', '元', 'CNY')
    """
    if language == "zh" and max((abs(fen) for fen in amounts), default=0) >= _FEN_IN_WAN:
        return "万元", _wan
    return ("CNY" if language == "en" else "元"), yuan


def _wan(fen: int) -> str:
    hundredths = divide(fen, _FEN_IN_WAN // 100, Rounding.HALF_UP)
    return f"{'-' if hundredths < 0 else ''}{abs(hundredths) // 100:,}.{abs(hundredths) % 100:02d}"


def _rule_chart(ran: Sequence[RuleLine], told: Summary, language: Language) -> Markup:
    items = [
        Bar(
            line.name.in_(language),
            line.clear_fen,
            line.attributed_fen - line.clear_fen,
            f"({percent(line.attributed_fen, told.fen)})",
        )
        for line in sorted(ran, key=lambda one: -one.attributed_fen)
        if line.findings
    ][:RULES_SHOWN]
    title = "Money at stake by rule" if language == "en" else "各规则疑点涉及金额"
    return bars("rules", title, items, lambda fen: money(fen, language))


def _place_name(code: str) -> str:
    return Region(code).name if len(code) == 6 else code


def _divisions(
    chart: str, parts: Sequence[Division], name: Callable[[str], str], told: Summary, language: Language
) -> Markup:
    items = [
        Bar(name(one.name), one.clear_fen, one.fen - one.clear_fen, f"({percent(one.fen, told.fen)})")
        for one in parts[:DIVISIONS_SHOWN]
    ]
    titles = {
        "places": ("各区划疑点涉及金额", "Money at stake by region"),
        "causes": ("各案由疑点涉及金额", "Money at stake by cause of action"),
    }[chart]
    return bars(chart, titles[language == "en"], items, lambda fen: money(fen, language))


def _peer_chart(peers: Sequence[Peer], language: Language) -> Markup:
    with_peers = "peers" if language == "en" else "同类"
    items = [
        Interval(
            one.name, one.own.low, one.own.value, one.own.high, one.others.value, one.differs == "above",
            f"{share(one.own.value)} ({share(one.own.low)}–{share(one.own.high)})  {with_peers} {share(one.others.value)}",
        )
        for one in peers
    ]  # fmt: skip
    title = (
        "Bills with findings, with 95 % intervals, against institutions of the same level and kind"
        if language == "en"
        else "有疑点的结算占比及95%区间，与同级同类机构对照"
    )
    return intervals("peers", title, items)


def _month_chart(told: Summary, language: Language) -> Markup:
    items = [Bar(month(one.month), one.clear_fen, one.suspicious_fen) for one in told.months]
    title = "Money at stake by month" if language == "en" else "各月疑点涉及金额"
    _, show = unit_of([item.total for item in items], language)
    return columns("months", title, items, show)


def _meter(lines: Sequence[InstitutionLine], language: Language) -> Callable[[InstitutionLine], Markup]:
    most = max((one.fen for one in lines), default=0)
    names = [result_name(result).in_(language) for result in ("clear", "suspicious")]

    def draw(one: InstitutionLine) -> Markup:
        parts = (one.clear_fen, one.fen - one.clear_fen)
        label = ", ".join(f"{name} {money(fen, language)}" for name, fen in zip(names, parts, strict=True))
        return meter(*parts, most, label)

    return draw
