"""The annex of a paper (附件1 逐条明细): the lines of a case's findings as a workbook, one institution's own rows only."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from yibao.casework.cases import Desk
from yibao.casework.findings.outputs import store as output_store
from yibao.casework.findings.outputs.columns import FIELDS
from yibao.casework.findings.outputs.evidence import TABLES, make_detail
from yibao.casework.findings.outputs.institutions import institutions, nobody
from yibao.casework.findings.outputs.looking import known_by_run, looking
from yibao.casework.findings.outputs.sheets import MAX_ROWS, Workbook
from yibao.casework.rounds.outgoing import ANSWER_COLUMNS
from yibao.kernel import date_of
from yibao.store import Home, Register, write_durably

_FIELDS: Final = tuple(field for field in FIELDS if field.column.heading not in ANSWER_COLUMNS)
_NOTE: Final = "附件1：本案所涉结算明细，只含该机构的数据，参保人身份信息已作处理。"


@dataclass(frozen=True, slots=True)
class Annex:
    """A workbook beside a paper: where it is below ``documents``, how many rows it has, and its SHA-256."""

    path: str
    rows: int
    digest: str

    @property
    def told(self) -> str:
        """Say what it is, as the list of annexes does."""
        return f"1．逐条明细（{Path(self.path).name}，{self.rows}行，摘要值{self.digest}）"


def write_annex(
    desk: Desk, home: Home, register: Register, findings: Sequence[int], institution_id: int, day: int
) -> Annex | None:
    """Write the lines of findings of an institution beside the papers; None where no line is behind any of them."""
    scratch = home.work / f"annex-{institution_id}-{day}.xlsx"
    with looking(home, register, TABLES, known_no=known_by_run(register), on_disk=True) as look:
        whose = institutions(look).get(institution_id) or nobody(institution_id)
        look.show_findings(output_store.open_headers(desk.unit.connection, institution_ids=[institution_id]))
        look.show_ranks()
        make_detail(look)
        look.engine.register_arrow("mine", pa.table({"finding_id": pa.array(findings, pa.int64())}))
        table = look.table(
            "SELECT d.* FROM detail d JOIN mine USING (finding_id) ORDER BY d.place LIMIT ?", [MAX_ROWS]
        )
        if table.num_rows == 0:
            return None
        part = {column: table.column(column).to_pylist() for column in table.column_names}
        part["institution"] = [whose] * table.num_rows
        try:
            with Workbook(scratch) as book:
                columns = [field.column for field in _FIELDS]
                with book.sheet("逐条明细", columns, landscape=True, note=_NOTE) as sheet:
                    sheet.part([field.cells(part) for field in _FIELDS])
            content = scratch.read_bytes()
        finally:
            scratch.unlink(missing_ok=True)
    digest = hashlib.sha256(content).hexdigest()
    path = Path("issued") / str(date_of(day).year) / f"annex-{digest[:16]}.xlsx"
    write_durably(home.documents / path, content)
    return Annex(path.as_posix(), table.num_rows, digest)
