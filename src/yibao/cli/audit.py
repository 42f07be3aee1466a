"""``yibao audit`` and ``report``: run the rules, and what is written of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from yibao.access import Permission
from yibao.audit import rules as all_rules
from yibao.bootstrap import House
from yibao.casework.findings import (
    RunOutcome,
    Summary,
    money,
    summary,
    write_paper,
    write_report,
    write_workbooks,
)
from yibao.cli.console import (
    DEFAULT_HOME,
    ENGINE_WORDS,
    AsOption,
    HomeOption,
    JsonOption,
    LanguageOption,
    no_access,
    one_of,
    open_house,
    out,
    progress,
    say_json,
    some_of,
    tell,
    waiting,
)
from yibao.collect import Progress
from yibao.engine import ENGINES
from yibao.kernel import Language, Refused, Text

T = TypeVar("T")

REPORT = "审核报告.html"
PAPER = {"zh": "审核摘要.pdf", "en": "审核摘要.en.pdf"}
BOOKS = "机构明细"


def audit(
    engine: Annotated[
        str, typer.Option(parser=one_of(lambda: ENGINES), metavar=ENGINE_WORDS, help="引擎 / engine")
    ] = "duckdb",
    since: Annotated[
        int | None, typer.Option(help="只重审该批次之后有变化的对象 / only what changed since")
    ] = None,
    rules: Annotated[
        str | None,
        typer.Option(
            parser=some_of(all_rules), metavar="RULE,…", help="规则编号，逗号分隔 / rule ids, comma separated"
        ),
    ] = None,
    region: Annotated[str | None, typer.Option(help="适用政策的区划 / region whose policy applies")] = None,
    as_known: Annotated[
        int | None, typer.Option(help="按当时所知重演，不改疑点 / replay as known then")
    ] = None,
    memory: Annotated[int, typer.Option(min=512, help="内存上限 MiB / memory limit")] = 4096,
    sql: Annotated[
        Path | None, typer.Option(help="写出实际运行的 SQL / write exactly the SQL that ran")
    ] = None,
    report: Annotated[
        bool, typer.Option(help="写出 HTML 报告和 PDF/A 摘要 / write the report and its summary as PDF/A")
    ] = True,
    workbooks: Annotated[
        bool, typer.Option(help="每家机构写一份 Excel / one workbook per institution")
    ] = False,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    """审核数据湖中的全部账单 / audit every bill in the lake."""
    if since is not None and as_known is not None:
        raise typer.BadParameter("--since 与 --as-known 不能同用 / give --since or --as-known, not both")
    ids = rules.split(",") if rules else None
    with open_house(home) as opened, progress() as told:
        house = opened.entrusted(who, Permission.AUDIT_RUN)
        loaded = house.load_official_knowledge(told, only_if_none=True)
        outcome = house.audit(
            engine=engine, rules=ids, region=region, since=since, as_known=as_known, memory_mib=memory,
            progress=told, on_wait=waiting, sql_log=sql,
        )  # fmt: skip
        papers = Papers()
        books = papers.write(lambda: _write_workbooks(house, told)) if workbooks and outcome.run else None
        found = papers.write(lambda: summary(house.home, house.register)) if outcome.run else None
        path = papers.write(lambda: _write_report(house, found)) if report and found else None
        paper = papers.write(lambda: _write_paper(house, found, lang)) if report and found else None
        house.anchor([*(books or ()), path, paper])
        if as_json:
            problems = [p.as_json() for p in papers.problems]
            written = {"report": str(path) if path else None, "paper": str(paper) if paper else None}
            say_json({**outcome.as_json(), **written, "problems": problems})
        else:
            if loaded is not None:
                out.print("已加载国家医保局公布的两库知识点（首次运行）。", style="dim")
            if books:
                out.print(f"机构明细 {len(books):,} 份：{books[0].parent.resolve()}", soft_wrap=True)
            _show(outcome, found, path, paper, lang)
            for problem in papers.problems:
                tell(problem)
    if papers.problems:
        raise typer.Exit(1)


@dataclass(slots=True)
class Papers:
    """What is written after a run: the run is committed, so what cannot be written is told beside it."""

    problems: list[Refused] = field(default_factory=list)

    def write(self, paper: Callable[[], T]) -> T | None:
        """Write one paper, or keep the reason why it cannot be."""
        try:
            return paper()
        except Refused as refused:
            self.problems.append(refused)
        except OSError as error:
            self.problems.append(no_access(error))
        except Exception as error:  # a writer of workbooks wraps what the disk said
            if not isinstance(error.__context__, OSError):
                raise
            self.problems.append(no_access(error.__context__))
        return None


def _write_workbooks(
    house: House, told: Progress, folder: Path | None = None, only: list[str] | None = None
) -> list[Path]:
    return write_workbooks(house.home, house.register, folder or house.home.reports / BOOKS, only, told)


def _write_report(house: House, told: Summary | None = None) -> Path:
    house.home.reports.mkdir(parents=True, exist_ok=True)
    return write_report(house.home, house.register, house.home.reports / REPORT, "zh", told)


def _write_paper(house: House, told: Summary | None = None, lang: Language = "zh") -> Path:
    return write_paper(house.home, house.register, house.home.reports / PAPER[lang], lang, told)


def _show(
    outcome: RunOutcome, found: Summary | None, path: Path | None, paper: Path | None, lang: Language
) -> None:
    if found is not None:
        found.render(out, lang)
    else:
        for rule, count in outcome.by_rule.items():
            out.print(f"{rule}: {count:,}  {money(outcome.amount_by_rule[rule])}")
    for rule, reason in outcome.widened.items():
        out.print(f"{rule}：全部重审 / judged over everything — {reason.both()}", style="dim", soft_wrap=True)
    for rule, counts in outcome.grey.items():
        out.print(
            f"{rule}：灰度，不形成疑点 / grey, makes no findings — {counts['skipped'] or ''}"
            f"{counts['findings']:,} · {money(counts['at_stake_fen'])}",
            style="dim",
            soft_wrap=True,
        )
    rate = outcome.lines / outcome.seconds if outcome.seconds else 0
    told = Text(
        zh=f"{outcome.lines:,} 条明细，{outcome.seconds:.1f} 秒（{outcome.engine}，{rate:,.0f} 条/秒）",
        en=f"{outcome.lines:,} lines, {outcome.seconds:.1f} s ({outcome.engine}, {rate:,.0f} lines/s)",
    )
    out.print(told.in_(lang), style="dim")
    if path is not None:
        out.print(f"{'report: ' if lang == 'en' else '报告：'}{path.resolve()}", soft_wrap=True)
    if paper is not None:
        out.print(
            f"{'summary (PDF/A): ' if lang == 'en' else '摘要（PDF/A）：'}{paper.resolve()}", soft_wrap=True
        )


def report(
    folder: Annotated[Path | None, typer.Option("--out", help="写入目录 / folder to write")] = None,
    institution: Annotated[
        list[str] | None, typer.Option(help="只写这些机构 / only these institutions")
    ] = None,
    who: AsOption = None,
    home: HomeOption = DEFAULT_HOME,
    lang: LanguageOption = "zh",
    as_json: JsonOption = False,
) -> None:
    """写出 HTML 报告、PDF/A 摘要和每家机构一份的 Excel / write report, PDF/A summary, a workbook per institution."""
    with open_house(home) as opened, progress() as told:
        house = opened.entrusted(who, Permission.FINDING_READ, Permission.EXPORT_TAKE)
        books = _write_workbooks(house, told, folder, institution)  # refuses an institution before all else
        found = summary(house.home, house.register)
        page, paper = _write_report(house, found), _write_paper(house, found, lang)
        house.anchor([*books, page, paper])
    if as_json:
        say_json({"report": str(page), "paper": str(paper), "workbooks": [str(b) for b in books]})
    else:
        out.print(f"报告：{page.resolve()}", soft_wrap=True)
        out.print(f"摘要（PDF/A）：{paper.resolve()}", soft_wrap=True)
        where = (folder or house.home.reports / BOOKS).resolve()
        out.print(f"机构明细 {len(books):,} 份：{where}", soft_wrap=True)


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    app.command()(audit)
    app.command()(report)
