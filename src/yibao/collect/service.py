"""The verb of this room: collect files into the lake, all of what is good and nothing of what is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from yibao.claims import table
from yibao.collect.incoming import SUFFIXES, UNKNOWN, Incoming, expand, unreadable
from yibao.collect.judging import judge_all
from yibao.collect.messages import Told, later_words, read_messages
from yibao.collect.publishing import publish
from yibao.collect.raw_rows import RawRows, open_rows
from yibao.collect.run import Outcome, Progress, Run, scratch
from yibao.collect.sources import FileMap, Source
from yibao.collect.staging import create, make_ready, stage_as_it_is
from yibao.engine import open_engine
from yibao.kernel import Refused, Text
from yibao.store import Home, Lake, Register

MEMORY_MIB = 2048
STAGED_IN_MEMORY = 1 << 30
"""Bytes of text up to which the rows are staged in memory; more are staged on disk, compressed."""

PACKED = 10
"""How many times smaller a workbook or Parquet file is than the text that it holds, about."""

LOCK = "collect"


def collect(
    home: Home,
    register: Register,
    paths: Iterable[Path],
    source: Source,
    *,
    actor: str,
    progress: Progress = lambda what, done, of: None,
    on_wait: Callable[[], None] | None = None,
) -> Outcome:
    """Collect files, folders and archives of one source into the lake, as one batch.

    The batch becomes visible whole, by one commit, or not at all. Rows that the lake already holds rest; rows sent
    again with other content correct the older ones, which stay stored. Collectors take turns: ``on_wait`` is told
    when another one is at work. Nothing new means no batch. Raises `Refused` where nothing at all can be collected.
    """
    lake = Lake(home, register)
    with register.exclusive(LOCK, on_wait=on_wait), scratch(home) as place:
        lake.sweep()
        outcome = Outcome(batch=None, source=source.source)
        incoming = expand(paths, place, outcome.problems)
        database = None if _fits_memory(incoming) else place / "staging.duckdb"
        with open_engine(
            "duckdb", memory_mib=MEMORY_MIB, spill=place, database=database, keep_order=True
        ) as engine:
            make_ready(engine)
            run = Run(engine, lake, source, place, progress, outcome)
            _stage_all(run, incoming)
            if not run.staged:
                _nothing_to_collect(run, incoming)
            judge_all(run)
            publish(run, register, actor)
    return outcome


def _fits_memory(incoming: Sequence[Incoming]) -> bool:
    return sum(i.bytes * (1 if i.form == "csv" else PACKED) for i in incoming) <= STAGED_IN_MEMORY


def _nothing_to_collect(run: Run, incoming: Sequence[Incoming]) -> None:
    if run.outcome.problems:
        raise run.outcome.problems[0]
    raise Refused(
        "collect.nothing",
        zh="没有可收集的文件：文件名与数据来源的对应关系都不相符",
        en="nothing to collect: no file name fits the mapping of the source",
        wanted=", ".join(pattern for m in run.source.files for pattern in m.match),
        came=", ".join(i.shown for i in incoming)[:500] or "—",
        todo=Text(
            zh="改文件名，或用 --source 指定对应关系", en="rename the files, or name a mapping with --source"
        ),
    )


def _stage_all(run: Run, incoming: Sequence[Incoming]) -> None:
    exchanges = [file for file in incoming if file.form == "messages" and not run.source.ignores(file.shown)]
    told = later_words(exchanges, run.source.files)
    for number, file in enumerate(incoming):
        run.progress(f"读取 {file.shown}", number, len(incoming))
        if run.source.ignores(file.shown):
            continue
        try:
            maps = _maps(run.source, file)
            for at, (file_map, raw) in enumerate(_raw_rows(run, file, maps, told, number)):
                _stage_one(run, raw, file_map, number * 100 + at)
        except Refused as refused:
            if refused.code.startswith("engine."):
                raise
            run.outcome.problems.append(refused)
        except (OSError, UnicodeError) as error:
            run.outcome.problems.append(unreadable(file.shown, error))
    run.progress("读取完成", len(incoming), len(incoming))


def _maps(source: Source, file: Incoming) -> list[FileMap]:
    """Say which tables a file fills; refuses a file that nobody knows or that cannot be read."""
    maps = source.maps(file.shown)
    if not maps:
        raise Refused(
            "collect.unknown_file",
            zh="不知道这个文件是哪张表，未收",
            en="no table is known for this file; it was left out",
            where=file.shown,
            wanted=", ".join(m.match[0] for m in source.files),
        )
    if file.form == UNKNOWN or (file.form == "messages" and any(m.message is None for m in maps)):
        raise Refused(
            "collect.unknown_form",
            zh="不认识这种文件格式，未收",
            en="files of this form cannot be read; it was left out",
            where=file.shown,
            wanted=", ".join([*SUFFIXES, ".zip"]),
            todo=Text(zh="另存为 CSV 或 Excel 后重发", en="save it as CSV or Excel and send it again"),
        )
    return maps


def _raw_rows(
    run: Run, file: Incoming, maps: Sequence[FileMap], told: Told, number: int
) -> Iterable[tuple[FileMap, RawRows]]:
    if file.form == "messages":
        return read_messages(file, maps, told, run.scratch, number)
    return ((m, open_rows(file, m, run.scratch, number * 100 + at)) for at, m in enumerate(maps))


def _stage_one(run: Run, raw: RawRows, file_map: FileMap, number: int) -> None:
    target, file = table(file_map.table), raw.incoming
    name = f"staged_{target.table}"
    if target.table not in run.staged:
        create(run.engine, target, name)
    staged = stage_as_it_is(run.engine, target, raw, file_map, number, name, run.scratch)
    run.staged.setdefault(target.table, []).append(staged)
    run.outcome.files.append(
        {
            "file": file.shown, "path": str(file.path.resolve()), "table": target.table, "sha256": file.sha256,
            "bytes": file.bytes, "encoding": staged.raw.encoding, "rows": staged.rows, "number": number,
            "unused_columns": list(staged.unused),
        }
    )  # fmt: skip
