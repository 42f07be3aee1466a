"""Strict YAML: the small, unsurprising part of YAML for what people must be able to check.

YAML guesses: ``no`` becomes False, ``12:30`` becomes 750, ``010`` becomes 8, a key given twice silently wins.
A legal parameter must not be guessed, so this reader knows text, whole numbers, ``true`` and ``false``,
``null``, dates (``2026-03-05``), lists and mappings; it refuses the rest and always says the line.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, Literal

import yaml

from yibao.kernel.errors import Refused, Text

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # a PyYAML built without libyaml reads the same, only slower
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

_INTEGER: Final = re.compile(r"[+-]?(0|[1-9]\d*(_\d+)*)", re.ASCII)
_FRACTION: Final = re.compile(r"[+-]?(\d+\.\d*|\.\d+|[\d.]+e[+-]?\d+|\.inf|\.nan)", re.ASCII | re.IGNORECASE)
_PLAIN_TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "merge", "value")
)
_QUOTED_STYLES: Final = frozenset("'\"|>")
_DATE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_WORDS: Final = {"true": True, "false": False, "null": None, "~": None, "": None}


class Located(dict[str, object]):
    """A mapping read from a file that remembers the file and the line of each of its keys."""

    def __init__(self, where: str, line: int) -> None:
        super().__init__()
        self.file = where
        self.line = line
        self.lines: dict[str, int] = {}

    def where(self, key: str | None = None) -> str:
        """Give ``file:line`` of a key, or of the mapping itself."""
        return f"{self.file}:{self.lines.get(key, self.line) if key else self.line}"


def read_yaml(source: bytes | str, where: str) -> object:
    """Read one YAML document strictly; mappings come as `Located`, with text keys only.

    ``where`` is the file's name as people know it. Raises `Refused`, always with ``where`` as ``file:line``:
    ``kernel.yaml_encoding`` (not UTF-8), ``kernel.yaml_syntax`` (tabs, several documents),
    ``kernel.yaml_duplicate``, ``kernel.yaml_key`` (a key that is not text), ``kernel.yaml_fraction`` and
    ``kernel.yaml_feature`` (aliases, merges and tags).
    """
    try:
        root = yaml.compose(_decoded(source, where), Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"{where}:{mark.line + 1}" if mark else where
        raise _refuse(
            "syntax",
            line,
            zh="YAML 写法有误（缩进只能用空格，一个文件一个文档）",
            en="not well-formed YAML (indent with spaces only, one document a file)",
            came=error.problem,
        ) from None
    except yaml.YAMLError as error:
        raise _refuse(
            "syntax", where, zh="YAML 写法有误", en="not well-formed YAML", came=str(error)
        ) from None
    return None if root is None else _value(root, where, seen=set())


def _decoded(source: bytes | str, where: str) -> str:
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise _refuse(
            "encoding",
            f"{where}:{line}",
            zh="文件不是 UTF-8 编码",
            en="the file is not UTF-8",
            came=f"byte 0x{source[error.start]:02x}",
            todo=Text(zh="另存为 UTF-8", en="save it as UTF-8"),
        ) from None


def _value(node: yaml.Node, where: str, seen: set[int]) -> object:
    at = f"{where}:{node.start_mark.line + 1}"
    if id(node) in seen:
        raise _refuse(
            "feature", at, zh="不用锚点和别名，请写出来", en="no aliases: write it out", came="& … *"
        )
    seen.add(id(node))
    if node.tag not in _PLAIN_TAGS:
        raise _refuse("feature", at, zh="不用 YAML 标签", en="no YAML tags", came=node.tag)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, where, seen)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, where, seen) for item in node.value]
    quoted = getattr(node, "style", None) in _QUOTED_STYLES
    return str(node.value) if quoted else _scalar(str(node.value), at)


def _mapping(node: yaml.MappingNode, where: str, seen: set[int]) -> Located:
    found = Located(where, node.start_mark.line + 1)
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = _value(key_node, where, seen)
        if not isinstance(key, str) or key == "<<":
            raise _refuse("key", f"{where}:{line}", zh="键须是文本", en="keys are text", came=repr(key))
        if key in found:
            raise _refuse(
                "duplicate",
                f"{where}:{line}",
                zh="同一个键写了两次",
                en="the same key is given twice",
                came=f"{key} (line {found.lines[key]}, line {line})",
            )
        found.lines[key] = line
        found[key] = _value(value_node, where, seen)
    return found


def _scalar(text: str, at: str) -> object:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FRACTION.fullmatch(text):
        raise _refuse(
            "fraction",
            at,
            zh="不用小数",
            en="no fractions",
            came=text,
            todo=Text(
                zh="金额写整数分，比例写万分之几（基点），版本号加引号",
                en="money in integer fen, ratios in basis points, version numbers in quotes",
            ),
        )
    if found := _DATE.fullmatch(text):
        try:
            return date(*(int(part) for part in found.groups()))
        except ValueError:
            raise _refuse("syntax", at, zh="日期不存在", en="there is no such date", came=text) from None
    return text


_Fault = Literal["encoding", "syntax", "duplicate", "key", "fraction", "feature"]


def _refuse(
    fault: _Fault, where: str, *, zh: str, en: str, came: str | None, todo: Text | None = None
) -> Refused:
    return Refused(f"kernel.yaml_{fault}", zh=zh, en=en, where=where, came=came, todo=todo)
