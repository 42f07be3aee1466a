"""The contract of one table: what a row is, what every column means, and what must hold.

A table is one YAML file in ``tables/``. From it come the stored (Parquet) schema, the checks of `collect`, the
relations that rules read, and the data dictionary of the docs. Nothing else in the house repeats a column list.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from yibao.claims.code_sets import CodeSet, code_set
from yibao.kernel import Refused, Text, read_yaml

ColumnType = Literal[
    "key", "ref", "text", "code", "flag", "day", "moment", "instant", "money", "quantity", "price", "ratio",
    "integer", "region", "icd10", "citizen_id",
]  # fmt: skip
"""How a column's text is read; `Column.stored` says which stored columns it becomes."""

Sensitivity = Literal["public", "internal", "personal", "sensitive"]

PRODUCT_BOUND = 9 * 10**18
"""The largest quantity × unit price, in 10⁻¹⁰ yuan: 900 million yuan, which a 64-bit integer still holds."""

OPEN_ENDED = 99999
"""The day number that means «until further notice» in every period."""


class Column(BaseModel):
    """One column as it arrives: its national field, its names, its type and what it may hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    type: ColumnType
    field: str
    aliases: tuple[str, ...] = ()
    zh: str
    en: str
    required: bool = False
    max: int = 200
    sensitivity: Sensitivity = "public"
    set: str | None = None
    match: Literal["exact", "root"] = "exact"
    of: str | None = None
    open_reference: bool = False
    """The row referred to need not exist (a rule point may speak of an item this city never billed)."""
    open: int | None = None
    """The value of an empty end of a period."""
    none: str | None = None
    """A text that stands for «no value» in the national standard (999999 = no price limit)."""
    default: int | None = None
    bound: int | None = None
    """The largest absolute value (in stored units) with which all arithmetic of the rules stays exact."""
    lenient: bool = False
    """A bad value is left empty and recorded, and the row still goes through: no bill is lost for it."""
    when: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """The check applies only where another column holds one of these values."""

    def stored(self) -> tuple[tuple[str, pa.DataType], ...]:
        """Name the stored columns this one becomes: 64-bit integers and text, nothing else."""
        n, i, s = self.name, pa.int64(), pa.string()
        match self.type:
            case "key":
                return ((f"{n}_no", s),)
            case "ref":
                return ((f"{n}_id", i),)
            case "day":
                return ((f"{n}_day", i), (f"{n}_ymd", i))
            case "moment":
                return ((f"{n}_minute", i), (f"{n}_day", i), (f"{n}_ymd", i), (f"{n}_month", i))
            case "instant":
                return ((f"{n}_micros", i),)
            case "money":
                return ((f"{n}_fen", i),)
            case "ratio":
                return ((f"{n}_bp", i),)
            case "quantity" | "price" | "integer" | "flag":
                return ((n, i),)
            case "icd10":
                return ((n, s), (f"{n}_category", s))
            case _:
                return ((n, s),)

    @property
    def codes(self) -> CodeSet:
        """Give the code set of a `code` column."""
        assert self.set is not None
        return code_set(self.set)

    @property
    def headers(self) -> tuple[str, ...]:
        """Give every header under which this column may arrive: field code, Chinese name, known variants."""
        return (self.field, self.zh, *self.aliases)


class Identity(BaseModel):
    """A sum that must hold in every row; rows that lack a part are not judged by it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    parts: tuple[str, ...]
    optional: tuple[str, ...] = ()
    total: str
    zh: str
    en: str
    source: str


class Check(BaseModel):
    """A condition between columns of one row; exactly one of the condition fields is set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    zh: str
    en: str
    order: tuple[str, str] | None = None
    same_sign: tuple[str, str] | None = None
    product: tuple[str, str] | None = None
    """A quantity and a unit price of which every product in stored units is to stay within `PRODUCT_BOUND`."""
    not_negative: tuple[str, ...] | None = None
    reversal: str | None = None
    of: tuple[str, ...] = ()


class Reverses(BaseModel):
    """How a row says that it takes another row back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str
    flag: str | None = None


class Table(BaseModel):
    """One table of the contract."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    name: dict[str, str]
    grain: dict[str, str]
    extract: str | None = None
    kind: str | None = None
    identity: Literal["hash", "sequence"]
    key: tuple[str, ...]
    reverses: Reverses | None = None
    columns: tuple[Column, ...]
    identities: tuple[Identity, ...] = ()
    checks: tuple[Check, ...] = ()

    @property
    def id(self) -> str:
        """Name the integer key column."""
        return "knowledge_id" if self.kind else f"{self.table}_id"

    @property
    def text(self) -> Text:
        """Give the table's name in both languages."""
        return Text(zh=self.name["zh"], en=self.name["en"])

    @property
    def money(self) -> str | None:
        """Name the column that says how much money a row holds, if it holds any."""
        names = {c.name for c in self.columns if c.type == "money"}
        return next((f"{n}_fen" for n in ("amount", "total") if n in names), None)

    @property
    def version(self) -> str:
        """Name the stored column that says when the sender last changed a row (更新时间), NULL where nobody said.

        Microseconds of Beijing time since 1970-01-01. It orders the versions of a row and is no content of it.
        """
        [column] = (c for c in self.columns if c.type == "instant")
        return column.stored()[0][0]

    @property
    def contents(self) -> tuple[str, ...]:
        """Name the stored columns that make two rows of one key the same row or another version of it."""
        return tuple(n for c in self.columns for n, _ in c.stored() if n != self.version)

    def column(self, name: str) -> Column:
        """Give a column by its name."""
        return next(c for c in self.columns if c.name == name)

    def references(self) -> tuple[Column, ...]:
        """Give the columns that must point at an existing row of another table."""
        return tuple(c for c in self.columns if c.type == "ref" and not c.open_reference)

    def stored(self) -> pa.Schema:
        """Give the stored schema: key, contents, and where the row came from.

        ``batch`` is the collection that brought the row, ``source_file`` the number of the file within it and
        ``source_row`` the record's number in that file (the header is row 1, as a spreadsheet counts).
        """
        fields = [(self.id, pa.int64())]
        fields += [pair for column in self.columns for pair in column.stored()]
        fields += [("batch", pa.int64()), ("source_file", pa.int64()), ("source_row", pa.int64())]
        return pa.schema(fields)


def _read(text: str, where: str) -> Table:
    table = Table.model_validate(read_yaml(text, where))
    names = [c.name for c in table.columns]
    unknown = [k for k in table.key if k not in names]
    twice = {n for n in table.stored().names if table.stored().names.count(n) > 1}
    if unknown or twice:
        raise Refused(
            "claims.contract",
            zh="数据契约有误：主键列不存在或存储列重名",
            en="the contract is wrong: a key column does not exist or two stored columns share a name",
            where=where,
            came=", ".join([*unknown, *sorted(twice)]),
        )
    return table


@cache
def tables() -> dict[str, Table]:
    """Give all tables, those that are referred to before those that refer to them."""
    folder = resources.files("yibao.claims") / "tables"
    found = [
        _read(entry.read_text(encoding="utf-8"), entry.name)
        for entry in sorted(folder.iterdir(), key=lambda e: e.name)
        if entry.name.endswith(".yaml")
    ]
    return _by_dependency({t.table: t for t in found})


def _by_dependency(found: dict[str, Table]) -> dict[str, Table]:
    ordered: dict[str, Table] = {}

    def visit(name: str) -> None:
        if name in ordered:
            return
        for column in found[name].columns:
            if column.of is not None and column.of != name:
                visit(column.of)
        ordered[name] = found[name]

    for name in found:
        visit(name)
    return ordered


def table(name: str) -> Table:
    """Give one table by name; refuses a name the contract does not know."""
    known = tables()
    if name not in known:
        raise Refused(
            "claims.unknown_table",
            zh="数据契约中没有这张表",
            en="the contract has no such table",
            came=name,
            wanted=", ".join(known),
        )
    return known[name]


def knowledge_tables() -> dict[str, Table]:
    """Give the tables that hold knowledge points, by their kind."""
    return {t.kind: t for t in tables().values() if t.kind is not None}
