"""Raw rows: any incoming file as a relation of texts, with a number for every record.

The engine reads in parallel and keeps the order of the file; records that are not rows at all (a quote that never
closes, a field too many) are put aside by it with their line, and the numbers of the others are set right again.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from yibao.collect.columns import quote
from yibao.collect.encoding import to_utf8
from yibao.collect.incoming import Incoming
from yibao.collect.sources import FileMap, From
from yibao.collect.spreadsheet import read_sheet
from yibao.engine import Engine
from yibao.kernel import Refused, Text

DELIMITERS = ",\t|;"


@dataclass(frozen=True, slots=True)
class RawRows:
    """One file as a relation of texts: its header, the SQL that reads it, how many lines its header takes.

    ``recording`` is the same relation, but what cannot be read as a row is written to the table ``rejects``.
    """

    incoming: Incoming
    header: tuple[str, ...]
    relation: str
    header_row: int
    encoding: str
    recording: str
    rejects: str | None = None

    def column(self, header: str) -> str | None:
        """Give the SQL name of the raw column under a header, or None; case and margins do not matter."""
        wanted = header.strip().casefold()
        for at, name in enumerate(self.header):
            if name.strip().casefold() == wanted:
                return f"c{at}"
        return None


def open_rows(incoming: Incoming, file_map: FileMap, scratch: Path, number: int) -> RawRows:
    """Open a file for reading; refuses one that is empty, binary or cannot be opened."""
    if incoming.form == "parquet":
        return _parquet(incoming)
    if incoming.form == "excel":
        origins = [file_map.origin(name) for name in file_map.columns]
        lookups = [o.lookup for o in origins if isinstance(o, From) and o.lookup is not None]
        sheet = read_sheet(
            incoming.path, scratch, sheet=file_map.sheet, header_row=file_map.header_row, lookups=lookups
        )
        _not_empty(incoming, sheet.header)
        return _delimited(incoming, sheet.path, ",", sheet.header, 1, "excel", number, file_map.header_row)
    decoded = to_utf8(incoming.path, scratch)
    header, delimiter = _header(decoded.path, file_map.header_row)
    _not_empty(incoming, header)
    at = file_map.header_row
    return _delimited(incoming, decoded.path, delimiter, header, at, decoded.encoding, number, at)


def _not_empty(incoming: Incoming, header: tuple[str, ...]) -> None:
    if not any(name.strip() for name in header):
        raise Refused(
            "collect.empty_file",
            zh="文件是空的，或第一行不是表头",
            en="the file is empty, or its first row is no header",
            where=incoming.shown,
            todo=Text(
                zh="第一行应为字段代码或中文列名", en="the first row must hold field codes or Chinese names"
            ),
        )


def _parquet(incoming: Incoming) -> RawRows:
    try:
        schema = pq.read_schema(incoming.path)
    except (pa.ArrowInvalid, OSError) as error:
        raise Refused(
            "collect.broken_parquet",
            zh="Parquet 文件损坏或不完整",
            en="the Parquet file is broken or incomplete",
            where=incoming.shown,
            came=str(error)[:200],
        ) from error
    texts = ", ".join(
        f'CAST("{name.replace(chr(34), chr(34) * 2)}" AS VARCHAR) AS c{at}'
        for at, name in enumerate(schema.names)
    )
    relation = f"(SELECT {texts} FROM read_parquet({quote(str(incoming.path))}))"
    return RawRows(incoming, tuple(schema.names), relation, 1, "parquet", relation)


def _header(path: Path, header_row: int) -> tuple[tuple[str, ...], str]:
    with path.open(encoding="utf-8", errors="replace", newline="") as stream:
        lines = [stream.readline() for _ in range(header_row)]
    line = lines[-1]
    if "\0" in line:
        return (), ","
    delimiter = max(DELIMITERS, key=line.count)
    return tuple(next(csv.reader([line], delimiter=delimiter), ())), delimiter


def _delimited(
    incoming: Incoming, path: Path, delimiter: str, header: tuple[str, ...], skip: int, encoding: str, number: int,
    header_row: int,
) -> RawRows:  # fmt: skip
    columns = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(len(header)))
    shape = (
        f"{quote(str(path))}, auto_detect=false, header=false, skip={skip}, delim={quote(delimiter)}, quote='\"', "
        f"escape='\"', columns={{{columns}}}, strict_mode=true, max_line_size=4000000"
    )
    rejects = f"rejected_{number}"
    record = f"store_rejects=true, rejects_table='{rejects}', rejects_scan='{rejects}_scan', rejects_limit=0"
    return RawRows(
        incoming=incoming,
        header=header,
        relation=f"read_csv({shape}, ignore_errors=true)",
        header_row=header_row,
        encoding=encoding,
        recording=f"read_csv({shape}, {record})",
        rejects=rejects,
    )


def rejected_lines(engine: Engine, raw: RawRows) -> list[tuple[int, str, str]]:
    """Give the records the engine could not read as rows: line in the file, the line itself, what is wrong."""
    if raw.rejects is None:
        return []
    found = engine.execute_native(
        f"SELECT line, any_value(csv_line) AS came, any_value(error_type) AS error "
        f"FROM {raw.rejects} GROUP BY line ORDER BY line"
    )
    return [(int(r["line"]), str(r["came"]), str(r["error"])) for r in found.to_pylist()] if found else []
