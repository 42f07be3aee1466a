"""Packs on disk: a pack is a folder of region folders, a region folder holds one YAML file per topic.

A stray name is refused rather than skipped: a folder ``33010`` that nobody reads is a policy that silently
does not apply. Only ``README.md`` may lie beside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from yibao.kernel import CalendarYear, Located, Refused, Region, Text, read_workdays, read_yaml
from yibao.policy.adoptions import read_adoptions
from yibao.policy.entries import read_declaration, read_values, refuse
from yibao.policy.model import Adoption, Parameter, Value

WORKDAYS_FILE: Final = "workdays.yaml"
"""The one file name with a meaning of its own: yearly holiday notices, in the country's folder."""

ADOPTIONS_FILE: Final = "adoptions.yaml"
"""The other one: by which instruments the region takes what a rule finds for a clear violation."""

_README: Final = "README.md"
_DECLARE: Final = "declare"
_COUNTRY: Final = Region("000000")


def pack_roots(packs: Sequence[Path] | None) -> tuple[Path, ...]:
    """Give the pack of the house and after it the packs of the region, each checked for stray names."""
    house = Path(str(resources.files("yibao.policy"))) / "packs"
    roots = (house, *(Path(pack) for pack in packs or ()))
    for root in roots:
        if not root.is_dir():
            raise refuse(
                "folder", str(root), "没有这个政策包目录", "no such pack folder", "folder", "nothing"
            )
        for entry in _entries(root):
            _region_of(entry)
    return roots


def regions_in(root: Path) -> Iterator[Region]:
    """Give the regions a pack has folders for, in order of code."""
    return (_region_of(entry) for entry in _entries(root))


@dataclass(frozen=True, slots=True)
class Folder:
    """What one region's folder of one pack holds: values by key, holiday notices, adoptions of rules."""

    values: Mapping[str, tuple[Value, ...]]
    calendar: tuple[CalendarYear, ...] = ()
    adoptions: tuple[Adoption, ...] = ()


def read_folder(root: Path, region: Region, declared: dict[str, Parameter]) -> Folder:
    """Read one region's folder of one pack; what it declares is added to ``declared``.

    A folder that is not there holds nothing. Raises `Refused`.
    """
    folder = root / region.code
    files = list(_topics(folder)) if folder.is_dir() else []
    found: dict[str, tuple[Value, ...]] = {}
    places: dict[str, str] = {}
    calendar: tuple[CalendarYear, ...] = ()
    adoptions: tuple[Adoption, ...] = ()
    for file in files:
        where = f"{root.name}/{region.code}/{file.name}"
        if file.name == WORKDAYS_FILE:
            calendar = _notices(file, where, region)
            continue
        if file.name == ADOPTIONS_FILE:
            adoptions = read_adoptions(read_yaml(file.read_bytes(), where), where, region)
            continue
        for holder, key in _declare(read_yaml(file.read_bytes(), where), where, region, declared):
            if key in places:
                at = holder.where(key)
                raise refuse("twice", at, "同一参数写了两处", "set in two places", "one place", places[key])
            places[key] = holder.where(key)
            found[key] = read_values(holder, key, declared[key], region)
    return Folder(found, calendar, adoptions)


def _declare(
    content: object, where: str, region: Region, declared: dict[str, Parameter]
) -> list[tuple[Located, str]]:
    """Take up a file's declarations; give the entries that hold values, each with the mapping it lies in.

    The country's entries declare and set in one place (they carry ``meaning``); another region declares under
    ``declare`` and otherwise only sets what is declared.
    """
    if not isinstance(content, Located):
        raise refuse("shape", where, "文件须是参数的映射", "a mapping of parameters", "key: …", repr(content))
    block = content.get(_DECLARE, Located(where, 1))
    if not isinstance(block, Located):
        raise refuse("shape", content.where(_DECLARE), "declare 须是映射", "a mapping", "key: …", repr(block))
    setting: list[tuple[Located, str]] = []
    below = [(block, key) for key in block]
    beside = [(content, key) for key in content if key != _DECLARE]
    for holder, key in below + beside:
        entry, where = holder[key], holder.where(key)
        fields = set(entry) if isinstance(entry, Located) else set()
        if holder is block or (region == _COUNTRY and "meaning" in fields):
            if key in declared:
                raise refuse("declared", where, "参数已声明过", "already declared", "values only", key)
            declared[key] = read_declaration(holder, key, region)
        elif key not in declared:
            raise unknown(key, declared, where)
        elif fields != {"values"}:
            raise refuse("shape", where, "这里只能写 values", "values only", "values", repr(entry))
        if "values" in fields:
            setting.append((holder, key))
    return setting


def unknown(key: str, declared: Mapping[str, Parameter], where: str | None = None) -> Refused:
    """Make the refusal of a key that nobody declared, naming those of the same room that exist."""
    room = key.partition(".")[0]
    near = [known for known in declared if known.partition(".")[0] == room] or list(declared)
    return Refused(
        "policy.unknown",
        zh="没有声明过这个参数",
        en="no such parameter is declared",
        where=where,
        wanted=", ".join(sorted(near)),
        came=key,
        todo=Text(
            zh="核对拼写；本地新增的参数先写进 declare",
            en="check the spelling; a parameter of your own goes under declare first",
        ),
    )


def _notices(file: Path, where: str, region: Region) -> tuple[CalendarYear, ...]:
    if region != _COUNTRY:
        wanted = f"{_COUNTRY}/{WORKDAYS_FILE}"
        raise refuse("folder", where, "节假日由国家规定", "holidays are the country's", wanted, file.name)
    return read_workdays(file.read_bytes(), where)


def _topics(folder: Path) -> Iterator[Path]:
    for entry in _entries(folder):
        if entry.suffix != ".yaml" or not entry.is_file():
            where = f"{folder.parent.name}/{folder.name}"
            raise refuse("folder", where, "不认识这个文件", "a stray file", "*.yaml", entry.name)
        yield entry


def _entries(folder: Path) -> list[Path]:
    return sorted(e for e in folder.iterdir() if e.name != _README and not e.name.startswith("."))


def _region_of(entry: Path) -> Region:
    try:
        if entry.is_dir():
            return Region(entry.name)
    except Refused:
        pass
    raise refuse(
        "folder",
        entry.parent.name,
        "目录名须是行政区划代码",
        "folders are named by region code",
        "000000 | 330000 | 330100",
        entry.name,
    )
