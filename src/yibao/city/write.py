"""Writing: the files of a city, opened once, fed chunk after chunk, each in the form a bureau really gets.

Text is written as pyarrow writes it: a comma or a tab, quotes only where needed, nothing for null. One file is in
GB18030 with Chinese headers, one is a workbook, one Parquet with text columns, one tab-separated. Asked for Parquet,
all are Parquet with numbers, dates and moments as such, except the workbook and our own truths, which stay text.

One thread beside the caller's turns columns into bytes, in the order in which they came, while the next are made.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import xlsxwriter

from yibao.city.text import Texts

FILES: Final = {
    "psn_info_b": "csv",
    "psn_insu_d": "csv",
    "fixmedins_b": "xlsx",
    "medins_staff_b": "csv",
    "hilist_b": "csv",
    "hilist_pric_uplmt_d": "csv",
    "mdtrt_d": "csv",
    "setl_d": "csv",
    "setl_list_diag_d": "gb18030",
    "setl_list_oprn_d": "csv",
    "setl_list_d": "csv",
    "setl_list_chrgitm_d": "csv",
    "setl_list_icu_d": "csv",
    "fee_list_d": "csv",
    "drug_trac_d": "tsv",
    "drug_trac_stoin_d": "csv",
    "inv_chg_d": "text_parquet",
    "video_clip_d": "csv",
    "fund_status_d": "csv",
    **dict.fromkeys(
        (
            "knowledge_exclusive_pair",
            "knowledge_package_component",
            "knowledge_period_frequency",
            "knowledge_per_day_item",
            "knowledge_payment_scope",
            "knowledge_indication",
            "knowledge_second_line",
            "knowledge_drug_supply",
            "knowledge_no_code_item",
            "knowledge_practice_scope",
            "knowledge_trace_product",
            "drord_exe_d",
            "ipt_leave_d",
        ),
        "csv",
    ),
    "truth": "csv",
    "truth_schemes": "csv",
    "truth_dirty": "csv",
}
"""Every file and the form it is written in."""

OWN: Final = ("truth", "truth_schemes", "truth_dirty")
"""Our own files: always text, whatever form the extracts have."""

_ENDINGS: Final = {"gb18030": "csv", "text_parquet": "parquet"}
_AHEAD: Final = 6
"""So many tables may wait to be written; more would only fill the memory."""

_ROWS_AT_ONCE: Final = 200_000
_LONG_AGO: Final = datetime(2026, 1, 1, tzinfo=UTC)


class Files:
    """The open files of a city in a directory; rows are appended, and a file exists when something was written.

    ``form`` is ``csv`` for the forms of `FILES` or ``parquet``; ``suffix`` goes to the names of the extracts. What goes
    wrong while writing is raised by the next call, at the latest on leaving.
    """

    def __init__(self, out: Path, form: str = "csv", suffix: str = "") -> None:
        self.out = out
        self.suffix = suffix
        self.rows: dict[str, int] = {}
        self.native = form == "parquet"
        self._open: dict[str, _Sink] = {}
        self._waiting: deque[Future[None]] = deque()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="city-write")

    def __enter__(self) -> Self:
        self.out.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._writer.shutdown(wait=True, cancel_futures=error is not None)
        for sink in self._open.values():
            sink.close()
        if error is None:
            self._settle(0)

    def form(self, name: str) -> str:
        """Give the form a file is written in."""
        form = FILES[name]
        return "parquet" if self.native and form != "xlsx" and name not in OWN else form

    def path(self, name: str) -> Path:
        """Give where a file is."""
        form = self.form(name)
        return self.out / f"{name}{'' if name in OWN else self.suffix}.{_ENDINGS.get(form, form)}"

    def add(self, name: str, columns: Mapping[str, Texts]) -> None:
        """Append rows of columns; the first time sets the header."""
        table = pa.table(dict(columns))
        if name not in self._open:
            self._open[name] = _SINKS[self.form(name)](self.path(name), table.schema)
        sink = self._open[name]
        if table.num_rows:
            whole = table.combine_chunks()  # the writer of text does not take chunks that hold nothing
            self._later(lambda: sink.add(whole))
        self.rows[name] = self.rows.get(name, 0) + table.num_rows

    def add_raw(self, name: str, lines: Sequence[str]) -> None:
        """Append lines as they are, broken ones too; only for comma-separated files already begun."""
        sink = self._open[name]
        assert isinstance(sink, _Separated)
        text = "".join(f"{line}\n" for line in lines)
        self._later(lambda: sink.raw(text))
        self.rows[name] = self.rows.get(name, 0) + len(lines)

    def written(self) -> list[Path]:
        """Give the files in the order of `FILES`."""
        return [self.path(name) for name in FILES if name in self._open]

    def _later(self, work: Callable[[], None]) -> None:
        self._settle(_AHEAD)
        self._waiting.append(self._writer.submit(work))

    def _settle(self, most: int) -> None:
        """Wait until no more than so many tables are unwritten."""
        while self._waiting and (len(self._waiting) > most or self._waiting[0].done()):
            self._waiting.popleft().result()


class _Sink:
    def __init__(self, path: Path, schema: Any) -> None:
        raise NotImplementedError

    def add(self, table: Any) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


class _Separated(_Sink):
    delimiter = ","
    encoding = "utf-8"

    def __init__(self, path: Path, schema: Any) -> None:
        self.file = path.open("wb")
        header = self.delimiter.join(schema.names)
        self.file.write(f"{header}\n".encode(self.encoding))
        self.options = pa_csv.WriteOptions(
            include_header=False, delimiter=self.delimiter, quoting_style="needed"
        )

    def add(self, table: Any) -> None:
        if self.encoding == "utf-8":
            pa_csv.write_csv(table, self.file, self.options)
            return
        buffer = io.BytesIO()
        pa_csv.write_csv(table, buffer, self.options)
        self.file.write(buffer.getvalue().decode("utf-8").encode(self.encoding))

    def raw(self, text: str) -> None:
        self.file.write(text.encode(self.encoding))

    def close(self) -> None:
        self.file.close()


class _Tabbed(_Separated):
    delimiter = "\t"


class _Chinese(_Separated):
    encoding = "gb18030"


class _Parquet(_Sink):
    def __init__(self, path: Path, schema: Any) -> None:
        kinds = {field.name: field.type for field in schema}
        few = [n for n, t in kinds.items() if pa.types.is_dictionary(t) or pa.types.is_decimal(t)]
        whole = [n for n, t in kinds.items() if pa.types.is_int64(t) or pa.types.is_timestamp(t)]
        self.writer = pq.ParquetWriter(
            path, schema, compression="zstd", compression_level=1, use_dictionary=few or False,
            column_encoding=dict.fromkeys(whole, "DELTA_BINARY_PACKED") or None, write_statistics=whole or False,
        )  # fmt: skip

    def add(self, table: Any) -> None:
        self.writer.write_table(_like(table, self.writer.schema), row_group_size=_ROWS_AT_ONCE)

    def close(self) -> None:
        self.writer.close()


def _like(table: Any, schema: Any) -> Any:
    """Give a table the types of the first one of its file; a list of words may have come as words or as places."""
    if table.schema.types == schema.types:
        return table
    columns = [
        table.column(field.name).cast(field.type)
        if not pa.types.is_dictionary(field.type)
        or pa.types.is_dictionary(table.schema.field(field.name).type)
        else table.column(field.name).dictionary_encode()
        for field in schema
    ]
    return pa.table(columns, schema=schema)


class _TextParquet(_Parquet):
    def __init__(self, path: Path, schema: Any) -> None:
        texts = pa.schema([(name, pa.string()) for name in schema.names])
        self.writer = pq.ParquetWriter(path, texts, compression="zstd")

    def add(self, table: Any) -> None:
        super().add(pa.table({n: table.column(n).cast(pa.string()) for n in table.column_names}))


class _Workbook(_Sink):
    def __init__(self, path: Path, schema: Any) -> None:
        self.book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
        self.book.set_properties({"created": _LONG_AGO.replace(tzinfo=None)})
        self.sheet = self.book.add_worksheet("机构信息")
        self.text = self.book.add_format({"num_format": "@"})
        self.row = 0
        self._write(schema.names)

    def _write(self, values: Sequence[str | None]) -> None:
        for column, value in enumerate(values):
            if value is not None:
                self.sheet.write_string(self.row, column, value, self.text)
        self.row += 1

    def add(self, table: Any) -> None:
        for row in table.to_pylist():
            self._write(list(row.values()))

    def close(self) -> None:
        self.book.close()


_SINKS: Final[Mapping[str, type[_Sink]]] = {
    "csv": _Separated,
    "tsv": _Tabbed,
    "gb18030": _Chinese,
    "parquet": _Parquet,
    "text_parquet": _TextParquet,
    "xlsx": _Workbook,
}
