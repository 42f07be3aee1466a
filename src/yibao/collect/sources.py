"""Sources: by which mapping the files of one sender become tables of the contract.

A mapping is a YAML file, so that a bureau's own extract, another country's code pairs or a vendor's Excel load
without a line of code. It says which file is which table, and for each column which header brings it, which
constant stands for it, or in which other sheet it is looked up.
"""

from __future__ import annotations

import fnmatch
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePath
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from yibao.claims import Table, table, tables
from yibao.kernel import Refused, Text, read_yaml


class Lookup(BaseModel):
    """A column found in another sheet of the same workbook: where ``on`` there equals ``by`` here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sheet: str
    on: str
    by: str
    give: str

    @property
    def heading(self) -> str:
        """Name the column that the look-up adds to the sheet."""
        return f"{self.sheet}.{self.give}"


class From(BaseModel):
    """Where a column comes from: one header, a constant, or a look-up; `words` translates what came.

    With none of the three the column is found under its known headers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    header: str | None = None
    constant: str | None = None
    lookup: Lookup | None = None
    words: dict[str, str | None] = Field(default_factory=dict)
    """What the sender's words stand for; a word of nothing («*», «n/a») is written ``null``."""
    ending: str | None = None
    """What this sender puts at the end of the values and is no part of them (the Z of a clock that is local)."""

    @property
    def anywhere(self) -> bool:
        """Say whether the column is to be found under its known headers."""
        return self.header is None and self.constant is None and self.lookup is None

    @model_validator(mode="after")
    def _from_one_place(self) -> Self:
        if sum(place is not None for place in (self.header, self.constant, self.lookup)) > 1:
            raise ValueError("header, constant and lookup exclude each other")
        return self


class Answered(BaseModel):
    """Where a message is answered row by row, and the field by which an answer finds its row."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: str
    on: str


class Later(BaseModel):
    """What an exchange leaves open and others say: the fields ``give`` of the one that agrees in the fields ``on``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    infno: tuple[str, ...]
    rows: str
    beside: tuple[str, ...] = ()
    on: tuple[str, ...]
    give: tuple[str, ...]


class MessageMap(BaseModel):
    """Which nodes of which messages are rows; the fields of the envelope stand beside every row.

    ``_line`` is the line of the exchange in its file, ``_place`` the row's place in it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    infno: tuple[str, ...]
    rows: tuple[str, ...]
    """Places of the rows: ``input.feedetail``, or within rows of another: ``input.selinfo.drugtracinfo``."""
    beside: dict[str, str] = Field(default_factory=dict)
    """Fields that hold for every row, and where they stand: ``{init_setl_id: input.data.setl_id}``."""
    answered: Answered | None = None
    later: tuple[Later, ...] = ()
    make: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Fields that the message does not have, put together of others."""


class FileMap(BaseModel):
    """One kind of file: how it is recognised, which table it fills, and its own spellings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    match: tuple[str, ...]
    table: str
    sheet: str | None = None
    header_row: int = Field(default=1, ge=1)
    columns: dict[str, str | From] = Field(default_factory=dict)
    keep: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Only rows whose header (key) holds one of these texts belong to this table; the others are not ours."""
    message: MessageMap | None = None
    """The file holds exchanges of the national interface, a line each; the rows are found in these."""
    notes_if_empty: str | None = None
    """Rows whose this header is empty are sums and notes below the table, not rows of it."""
    embedded: tuple[str, ...] = ()
    """Tables whose rows ride along in this file, taken only where nobody sent the row itself."""

    @property
    def filtered(self) -> bool:
        """Say whether only some of the file's records are rows of the table."""
        return bool(self.keep) or self.notes_if_empty is not None

    def origins(self) -> list[From]:
        """Give what the mapping says of its columns."""
        return [origin for name in self.columns if (origin := self.origin(name)) is not None]

    def origin(self, column: str) -> From | None:
        """Say where the mapping takes a column from, or None to find it by its known headers."""
        given = self.columns.get(column)
        return From(header=given) if isinstance(given, str) else given


class Source(BaseModel):
    """One sender's mapping."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    name: dict[str, str]
    files: tuple[FileMap, ...]
    ignore: tuple[str, ...] = ()

    def maps(self, filename: str) -> list[FileMap]:
        """Give the maps whose pattern fits a file's name: those of the first pattern that fits it."""
        name = PurePath(filename).name.lower()
        for file_map in self.files:
            if any(fnmatch.fnmatch(name, pattern.lower()) for pattern in file_map.match):
                return [m for m in self.files if m.match == file_map.match]
        return []

    def ignores(self, filename: str) -> bool:
        """Say whether the sender's mapping leaves a file aside on purpose."""
        name = PurePath(filename).name.lower()
        return any(fnmatch.fnmatch(name, pattern.lower()) for pattern in self.ignore)


def builtin_sources() -> dict[str, Traversable]:
    """Give the mappings that ship with the house, by name."""
    folder = resources.files("yibao.collect") / "sources"
    return {e.name.removesuffix(".yaml"): e for e in folder.iterdir() if e.name.endswith(".yaml")}


def load_source(name_or_path: str) -> Source:
    """Read a mapping by its name or from a YAML file; refuses what does not fit the contract."""
    builtin = builtin_sources()
    place = builtin.get(name_or_path, Path(name_or_path))
    if not place.is_file():
        raise Refused(
            "collect.unknown_source",
            zh="没有这个数据来源的对应关系",
            en="there is no mapping for this source",
            wanted=f"{', '.join(sorted(builtin))}, *.yaml",
            came=name_or_path,
            todo=Text(
                zh="用 --source 给出内置名称或自己的 YAML 文件", en="give a built-in name or your own YAML"
            ),
        )
    return read_source(place.read_bytes(), where=str(name_or_path))


def read_source(text: bytes | str, *, where: str) -> Source:
    """Read a mapping from YAML and hold it against the contract."""
    raw = read_yaml(text, where)
    try:
        source = Source.model_validate(raw)
    except ValidationError as error:
        raise Refused(
            "collect.bad_mapping",
            zh="对应关系文件不合规",
            en="the mapping file is not well formed",
            where=where,
            came="; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3]),
            todo=Text(
                zh="按 docs/how-to/own-extracts.md 的样例改正", en="follow docs/how-to/own-extracts.md"
            ),
        ) from error
    for file_map in source.files:
        _check_against_contract(file_map, where)
    return source


def _check_against_contract(file_map: FileMap, where: str) -> None:
    target: Table = table(file_map.table)
    names = {c.name for c in target.columns}
    unknown = [n for n in file_map.columns if n not in names]
    unknown += [t for t in file_map.embedded if t not in tables()]
    if unknown:
        raise Refused(
            "collect.bad_mapping",
            zh="对应关系中的列不在数据契约内",
            en="the mapping names columns that the contract does not have",
            where=f"{where}: {file_map.table}",
            wanted=", ".join(sorted(names)),
            came=", ".join(unknown),
        )
