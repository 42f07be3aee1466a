"""The summary as a paper: a PDF/A file with its font inside, for the file of a case and for the archive.

Set by typst with the font that is installed beside it, so that nothing is looked for on the machine or fetched, and the
same run gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any, Final

import yibao
from yibao.casework.findings.outputs.grounds import GROUND_NAMES
from yibao.casework.findings.outputs.ruletext import result_name, rule_name
from yibao.casework.findings.outputs.summary import Summary, summary
from yibao.casework.findings.outputs.words import day, money, percent, region, share
from yibao.kernel import CHINA, Language
from yibao.store import Home, Register

STANDARD: Final = "a-2b"
FONT: Final = "manimgx_fonts_cjk"
"""The package that brings Noto Sans CJK (SIL Open Font License 1.1)."""
_UNPRINTABLE: Final = "〓"
_ROWS: Final = 15


def write_paper(
    home: Home, register: Register, path: Path, language: Language = "zh", told: Summary | None = None
) -> Path:
    """Write the summary as PDF/A-2b to ``path``; give ``path``. ``told`` spares looking at the lake again.

    Raises `Refused` (``casework.no_run``).
    """
    told = told or summary(home, register)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(paper(told, language))
    draft.replace(path)
    return path


def paper(told: Summary, language: Language = "zh") -> bytes:
    """Give the summary as the bytes of a PDF/A-2b file."""
    import typst  # eighty megabytes that only this needs

    folder = resources.files("yibao.casework.findings.outputs") / "templates"
    finished = datetime.strptime(told.run.finished, "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)
    with resources.as_file(resources.files(FONT)) as fonts:
        loaded = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts)]
        )

    def set_in_type(data: str) -> bytes:
        made = typst.compile(
            (folder / "summary.typ").read_bytes(), format="pdf", pdf_standards=[STANDARD], font_paths=loaded,
            sys_inputs={"data": data}, timestamp=finished,
        )  # fmt: skip
        assert isinstance(made, bytes)
        return made

    data = json.dumps(_data(told, language), ensure_ascii=False)
    try:
        return set_in_type(data)
    except typst.TypstError:
        # PDF/A admits no character without a glyph. One odd character in a name must not cost the whole paper.
        return set_in_type("".join(c if _in_every_font(c) else _UNPRINTABLE for c in data))


def _in_every_font(character: str) -> bool:
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return False
    return character.isprintable()


def _data(told: Summary, language: Language) -> dict[str, Any]:
    """Give what the template shows, every cell already in words."""
    zh = language == "zh"
    run, place = told.run, region(told.run.region)
    title = (
        f"{place} 医保基金审核摘要" if zh else f"{place}: summary of the audit of the medical-insurance fund"
    )
    period = f"{day(told.first_day)} – {day(told.last_day)}"
    clear, suspicious = (result_name(name).in_(language) for name in ("clear", "suspicious"))
    return {
        "lang": "zh" if zh else "en",
        "author": f"yibao {yibao.__version__}",
        "title": title,
        "stamp": "内部资料" if zh else "Internal",
        "running": f"第 {run.number} 次审核 · {run.finished}" if zh else f"Run {run.number} · {run.finished}",
        "meta": f"数据期间 {period}，明细 {told.billed_lines:,} 条，费用 {money(told.billed_fen)}"
        if zh
        else f"Data from {period}, {told.billed_lines:,} lines, billed {money(told.billed_fen, 'en')}",
        "figures": [
            _figure(
                "疑点涉及金额" if zh else "At stake", money(told.fen, language),
                f"占明细费用 {percent(told.fen, told.billed_fen, decimals=2)}"
                if zh
                else f"{percent(told.fen, told.billed_fen, decimals=2)} of what was billed",
            ),
            _figure(f"■ {clear}", money(told.clear_fen, language), _findings(told.clear_findings, zh)),
            _figure(f"◆ {suspicious}", money(told.suspicious_fen, language), _findings(told.suspicious_findings, zh)),
            _figure(
                "涉及机构" if zh else "Institutions", f"{told.institutions_with_findings:,}",
                f"共 {told.institutions_known:,} 家" if zh else f"of {told.institutions_known:,}",
            ),
        ],
        "caveat": (
            "以上为审核疑点，尚未作出认定，认定以复核后的决定为准。同一明细被多条规则命中只计一次。姓名、证件号码和诊断不在本摘要中。"
            if zh
            else "These are findings of an audit, not decisions. A line that several rules hit counts once. "
            "No person is named."
        ),
        "parts": [
            part
            for part in (
                _institutions(told, language), _rules(told, language), _peers(told, language), _places(told, language),
                _grounds(told, language), _rest(told, language),
            )
            if part is not None
        ],
        "made": f"yibao {yibao.__version__} · {run.engine} · "
        + " · ".join(f"{name} {version}" for name, version in run.versions.items()),
    }  # fmt: skip


def _figure(name: str, value: str, base: str) -> dict[str, str]:
    return {"name": name, "value": value, "base": base}


def _findings(number: int, zh: bool) -> str:
    return f"{number:,} 条疑点" if zh else f"{number:,} findings"


def _part(
    title: str, columns: Sequence[tuple[str, str, float]], rows: Sequence[Any], lead: str = "", note: str = ""
) -> dict[str, Any]:
    heads = [{"name": name, "kind": kind, "width": width} for name, kind, width in columns]
    return {"title": title, "columns": heads, "rows": list(rows), "lead": lead, "note": note}


def _bar(clear: int, fen: int, most: int) -> list[float]:
    """Give the clear and the other part of a bar on the scale of the largest."""
    return [clear / most, (fen - clear) / most] if most > 0 else [0, 0]


def _institutions(told: Summary, language: Language) -> dict[str, Any] | None:
    if not told.institutions:
        return None
    zh, most = language == "zh", told.institutions[0].fen
    names = (
        ("机构", "等级", "疑点", "涉及金额", "占其费用", "明确 | 可疑")
        if zh
        else ("institution", "level", "findings", "at stake", "of its bills", "clear | suspicious")
    )
    kinds = (("text", 4), ("text", 1.6), ("number", 1), ("number", 1), ("number", 1), ("bar", 1))
    return _part(
        "涉及金额最多的机构" if zh else "Institutions with most at stake",
        [(name, kind, width) for name, (kind, width) in zip(names, kinds, strict=True)],
        [
            [one.name, one.level, f"{one.findings:,}", money(one.fen, language), percent(one.fen, one.billed_fen),
             _bar(one.clear_fen, one.fen, most)]
            for one in told.institutions
        ],
    )  # fmt: skip


def _rules(told: Summary, language: Language) -> dict[str, Any] | None:
    found = sorted((line for line in told.rules if line.findings), key=lambda one: -one.attributed_fen)
    if not found:
        return None
    zh, most = language == "zh", found[0].attributed_fen
    ran, silent = sum(line.skipped is None for line in told.rules), len(told.skipped)
    return _part(
        "按规则" if zh else "By rule",
        [("规则" if zh else "rule", "text", 4), ("判定" if zh else "result", "text", 1.6),
         ("疑点" if zh else "findings", "number", 1), ("计入金额" if zh else "credited", "number", 1),
         ("明确 | 可疑" if zh else "clear | suspicious", "bar", 1)],
        [
            [rule_name(line.rule).in_(language), result_name(line.result).in_(language), f"{line.findings:,}",
             money(line.attributed_fen, language), _bar(line.clear_fen, line.attributed_fen, most)]
            for line in found
        ],
        note=f"共运行 {ran} 条规则，{len(found)} 条有疑点；另有 {silent} 条因缺少数据等原因未运行。"
        if zh
        else f"{ran} rules ran, {len(found)} have findings; {silent} did not run, for want of data or the like.",
    )  # fmt: skip


def _peers(told: Summary, language: Language) -> dict[str, Any] | None:
    if not told.peers.compared:
        return None
    zh, above = language == "zh", told.peers.above
    return _part(
        "谁与同类不同" if zh else "Who differs from their peers",
        [("机构" if zh else "institution", "text", 4), ("同类" if zh else "peers", "text", 2),
         ("占比" if zh else "share", "number", 1), ("95%区间" if zh else "95 % interval", "number", 1),
         ("同类占比" if zh else "share of peers", "number", 1)],
        [
            [one.name, one.group.in_(language), share(one.own.value), f"{share(one.own.low)}–{share(one.own.high)}",
             share(one.others.value)]
            for one in above[:_ROWS]
        ],
        lead=f"有疑点的结算占比，与同级同类机构合计对照：共比较 {len(told.peers.compared)} 家，高于同类 {len(above)} 家。"
        if zh
        else f"Bills with findings of all bills, against institutions of the same level and kind: "
        f"{len(told.peers.compared)} compared, {len(above)} above.",
        note="区间为威尔逊法；已按比较家数校正（邦费罗尼），偶然偏高的小机构不列入。提示先看哪里，不是认定。"
        if zh
        else "Wilson intervals, corrected for the number compared (Bonferroni). It tells where to look first and decides "
        "nothing.",
    )  # fmt: skip


def _places(told: Summary, language: Language) -> dict[str, Any] | None:
    if not told.places or not told.fen:
        return None
    zh, most = language == "zh", told.places[0].fen
    return _part(
        "发生在哪里" if zh else "Where",
        [("区划" if zh else "region", "text", 4), ("疑点" if zh else "findings", "number", 1),
         ("涉及金额" if zh else "at stake", "number", 1), ("占当地费用" if zh else "of its bills", "number", 1),
         ("明确 | 可疑" if zh else "clear | suspicious", "bar", 1)],
        [
            [region(one.name), f"{one.findings:,}", money(one.fen, language), percent(one.fen, one.billed_fen, decimals=2),
             _bar(one.clear_fen, one.fen, most)]
            for one in told.places[:_ROWS]
        ],
    )  # fmt: skip


def _grounds(told: Summary, language: Language) -> dict[str, Any]:
    zh, assumed = language == "zh", len({one.key for one in told.assumed})
    return _part(
        "依据有多牢" if zh else "How firm the ground is",
        [("最不确定的一项" if zh else "the least certain", "text", 4), ("疑点" if zh else "findings", "number", 1),
         ("涉及金额" if zh else "at stake", "number", 1), ("占比" if zh else "share", "number", 1)],
        [
            [GROUND_NAMES[one.status].in_(language), f"{one.findings:,}", money(one.fen, language),
             percent(one.fen, told.fen)]
            for one in told.grounds
        ],
        note=f"当前有效的参数中有 {assumed} 项为假定值，据此得出的疑点只判「可疑」。"
        if zh
        else f"{assumed} parameters in force are assumed; what rests on them is «suspicious» at most.",
    )  # fmt: skip


def _rest(told: Summary, language: Language) -> dict[str, Any]:
    held = told.backlog
    lead = (
        f"隔离区中尚有 {held.rows:,} 行未被接收，涉及 {money(held.fen)}；另有 {held.notes:,} 个值未采用。"
        f"这些行不在审核范围之内。已通知 {told.noticed:,} 条疑点，其后退回 {money(told.returned_fen)}。"
        if language == "zh"
        else f"In quarantine: {held.rows:,} rows not accepted, {money(held.fen, 'en')}; {held.notes:,} values left out. "
        f"These rows were not audited. Notice was given of {told.noticed:,} findings; "
        f"{money(told.returned_fen, 'en')} came back."
    )
    return _part("数据质量与处理" if language == "zh" else "Data and what followed", [], [], lead=lead)
