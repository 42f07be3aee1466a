"""Messages of the national interface, one recorded exchange a line, as rows of tables.

A line is a JSON object: the envelope of the request with its ``input``, and the answer beside it (under ``answer``, or
with its ``infcode`` and ``output`` in the envelope itself). What was asked is a fact only once it was answered well: an
exchange without answer, one that was refused, and one whose stock the second verdict (``retRslt``) refused are put
aside, each with its reason. Numbers are taken as they are written, so that no amount goes through a float.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from yibao.claims import table
from yibao.collect.incoming import Incoming
from yibao.collect.raw_rows import RawRows
from yibao.collect.sources import FileMap, Later, MessageMap
from yibao.engine import parquet_files

Fields: TypeAlias = dict[str, str]
Told: TypeAlias = dict[tuple[Later, tuple[str, ...]], Fields]
"""What later exchanges say, by the look-up that asks for it and the key it is asked under."""

_INFNO = re.compile(rb'"infno"\s*:\s*"?(\w+)')
_NAME = re.compile(r"[A-Za-z_]\w*")
_ROWS_AT_ONCE = 50_000
_SHOWN = 600_000
"""Characters kept of a line that is put aside."""


@dataclass(slots=True)
class _Sheet:
    """The rows of one map, on their way to a file of texts."""

    path: Path
    rows: list[Fields] = field(default_factory=list)
    columns: dict[str, None] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    given: int = 0

    def add(self, rows: Sequence[Fields]) -> None:
        self.rows += rows
        if len(self.rows) >= _ROWS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        if not self.rows:
            return
        names = dict.fromkeys(name for row in self.rows for name in row)
        self.columns |= names
        texts = {name: pa.array([row.get(name) for row in self.rows], pa.string()) for name in names}
        texts["_at"] = pa.array(range(self.given, self.given + len(self.rows)), pa.int64())
        self.given += len(self.rows)
        self.files.append(self.path.with_suffix(f".{len(self.files)}.parquet"))
        pq.write_table(pa.table(texts), self.files[-1])
        self.rows = []


def read_messages(
    incoming: Incoming, maps: Sequence[FileMap], told: Told, scratch: Path, number: int
) -> list[tuple[FileMap, RawRows]]:
    """Give the rows that each map finds in a file of exchanges; a map that finds none is left out.

    ``told`` is what `later_words` found. The lines that are no exchange, or one that did not succeed, are told with
    the first map of their message.
    """
    sheets = [_Sheet(scratch / f"messages-{number}-{at}") for at in range(len(maps))]
    with ExitStack() as open_files:
        aside: list[Any] = []
        for sheet in sheets:
            sink = open_files.enter_context(sheet.path.open("w", encoding="utf-8", newline=""))
            aside.append(csv.writer(sink, lineterminator="\n", quoting=csv.QUOTE_ALL))
        for line_no, infno, line in _lines(incoming.path):
            mine = [at for at, m in enumerate(maps) if m.message is not None and infno in m.message.infno]
            if not mine and infno is not None:
                continue
            exchange, fault = _exchange(line)
            if fault is not None:
                aside[mine[0] if mine else 0].writerow(
                    [line_no, fault, line.decode("utf-8", "replace")[:_SHOWN]]
                )
                continue
            for at in mine:
                message = maps[at].message
                assert message is not None
                sheets[at].add([{"_line": str(line_no), **row} for row in _rows(exchange, message, told)])
    found = [
        (file_map, _raw(incoming, file_map, sheet)) for file_map, sheet in zip(maps, sheets, strict=True)
    ]
    return [(file_map, raw) for file_map, raw in found if raw is not None]


def later_words(files: Sequence[Incoming], maps: Sequence[FileMap]) -> Told:
    """Read what exchanges say that other exchanges need: the bill of a charge, the end of a visit."""
    wanted = {later for m in maps if m.message is not None for later in m.message.later}
    told: Told = {}
    for file in files if wanted else ():
        for _, infno, line in _lines(file.path):
            asking = [later for later in wanted if infno in later.infno]
            exchange, fault = _exchange(line) if asking else ({}, "")
            if fault is not None:
                continue
            for later in asking:
                beside = _envelope(exchange)
                for place in later.beside:
                    beside |= _one(exchange, place.rpartition(".")[2], place)
                for row in _nodes(exchange, later.rows):
                    fields = beside | _scalars(row)
                    key = tuple(fields.get(name, "") for name in later.on)
                    told[later, key] = {name: fields[name] for name in later.give if name in fields}
    return told


def _lines(path: Path) -> Iterator[tuple[int, str | None, bytes]]:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            text = line.removeprefix(b"\xef\xbb\xbf").strip()
            if text:
                found = _INFNO.search(text)
                yield number, found.group(1).decode() if found else None, text


def _exchange(line: bytes) -> tuple[dict[str, Any], str | None]:
    """Give an exchange with its answer in place, and what keeps it from being a fact."""
    try:
        exchange = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
    except ValueError:
        return {}, "json"
    if not isinstance(exchange, dict) or "infno" not in exchange:
        return {}, "json"
    answer = exchange.pop("answer", None)
    exchange |= answer if isinstance(answer, dict) else {}
    for name in ("input", "output"):
        exchange[name] = _decoded(exchange.get(name))
    if exchange.get("infcode") is None:
        return exchange, "unanswered"
    if str(exchange["infcode"]) != "0":
        return exchange, "refused"
    result = exchange["output"].get("result")
    if isinstance(result, dict) and str(result.get("retRslt", "1")) != "1":
        return exchange, "refused_within"
    return exchange, None


def _decoded(node: object) -> dict[str, Any]:
    """Give a node as an object; some gateways encode it twice."""
    if isinstance(node, str):
        try:
            node = json.loads(node, parse_float=str, parse_int=str, parse_constant=str)
        except ValueError:
            return {}
    return node if isinstance(node, dict) else {}


def _rows(exchange: Mapping[str, Any], message: MessageMap, told: Told) -> Iterator[Fields]:
    """Give the rows of one map: of each node, with what stands beside it, was answered to it, and comes later."""
    beside = _envelope(exchange)
    for name, place in message.beside.items():
        beside |= _one(exchange, name, place)
    answered = {}
    if message.answered is not None:
        for row in _nodes(exchange, message.answered.rows):
            fields = _scalars(row)
            answered[fields.get(message.answered.on)] = fields
    places = 0
    for node in message.rows:
        for row in _nodes(exchange, node):
            places += 1
            fields = beside | {"_place": str(places)} | _scalars(row)
            if message.answered is not None:
                fields |= answered.get(fields.get(message.answered.on), {})
            for later in message.later:
                fields |= told.get((later, tuple(fields.get(name, "") for name in later.on)), {})
            for name, parts in message.make.items():
                if name not in fields:
                    fields[name] = "-".join(fields.get(part, "") for part in parts)
            yield fields


def _envelope(exchange: Mapping[str, Any]) -> Fields:
    return _scalars({k: v for k, v in exchange.items() if k not in ("input", "output")})


def _one(exchange: Mapping[str, Any], name: str, place: str) -> Fields:
    """Give the field at a place under a name, where there is one."""
    node, _, wanted = place.rpartition(".")
    found = [fields[wanted] for row in _nodes(exchange, node) if wanted in (fields := _scalars(row))]
    return {name: found[-1]} if found else {}


def _nodes(exchange: Mapping[str, Any], path: str) -> list[dict[str, Any]]:
    """Give the objects at a place: one, or those of a list; what stands above an inner one holds for it, too."""
    found: list[dict[str, Any]] = [dict(exchange)]
    for depth, step in enumerate(path.split(".")):
        below = []
        for above in found:
            inner = above.get(step)
            for one in inner if isinstance(inner, list) else [inner]:
                if isinstance(one, dict):
                    below.append(one if depth < 2 else _scalars(above) | one)
        found = below
    return found


def _scalars(node: Mapping[str, Any]) -> Fields:
    """Give the plain values of a node as texts; null says nothing."""
    return {
        name: {True: "1", False: "0"}[value] if isinstance(value, bool) else str(value)
        for name, value in node.items()
        if value is not None and not isinstance(value, (dict, list)) and _NAME.fullmatch(name)
    }


def _raw(incoming: Incoming, file_map: FileMap, sheet: _Sheet) -> RawRows | None:
    """Give the rows of one map; a field that no exchange had is empty, as one that an exchange left out."""
    sheet.flush()
    if not sheet.files and not sheet.path.stat().st_size:
        return None
    named = [origin.header for origin in file_map.origins() if origin.header is not None]
    fields = [] if sheet.files else ["_line", *(column.field for column in table(file_map.table).columns)]
    nothing = [name for name in dict.fromkeys([*named, *fields]) if name not in sheet.columns]
    header = (*sheet.columns, *nothing)
    texts = [f'"{name}"' for name in sheet.columns] + ["CAST(NULL AS VARCHAR)"] * len(nothing)
    columns = ", ".join(f"{text} AS c{at}" for at, text in enumerate(texts))
    files = (
        parquet_files(sheet.files, by_name=True)
        if sheet.files
        else "(SELECT NULL AS _line, 0 AS _at WHERE false)"
    )
    relation = f"(SELECT _line, _at, {columns} FROM {files})"
    return RawRows(incoming, header, relation, 0, "utf-8", number="_line", at="_at", rejected=sheet.path)
