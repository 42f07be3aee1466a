"""The grammar of templates: what a bureau writes in a text file, read into a tree and written out with values.

``{x}`` value · ``{x_cn}`` capitals of money x · ``{?x}…{/x}`` if true and not zero · ``{?!x}…{/x}`` if not ·
``{?x=v}…{/x}`` if equal · ``{#t}…{/t}`` for each row, whose columns stand without ``t[].`` · ``{n}`` running number of
the section, or of the row · ``{>part}`` insert. ``<!-- style -->`` begins a section of that style; ``<!-- table t -->``
prints a table as a ruled one, ``<!-- form a b -->`` fields as a form (all, if none is named); ``<!-- checks … -->`` and
``<!-- note … -->`` are never printed. Nothing in a value is ever read as grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from yibao.casework.documents.model import TABLE, Field, Values, refused
from yibao.casework.documents.values import capitals, written
from yibao.kernel import Refused

STYLES: Final = ("title", "number", "addressee", "body", "attachments", "signature", "footer")
PRINTED: Final = ("table", "form")
UNPRINTED: Final = ("checks", "note")
CAPITALS: Final = "_cn"
COUNTER: Final = "n"

_COMMENT: Final = re.compile(r"<!--\s*(\w+)(.*?)-->", re.DOTALL)
_BRACE: Final = re.compile(r"\{([^{}]*)\}|[{}]")
_TAG: Final = re.compile(r"(\?!|[?#/>])?([a-z_][a-z0-9_]*)(?:=([^{}=]+))?")
_HEADING: Final = re.compile(r"^[一二三四五六七八九十]+、", re.MULTILINE)
_STRAY_MARKS: Final = re.compile(r"[；、，。]+(?=。)")


@dataclass(frozen=True, slots=True)
class Words:
    """Text as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Put:
    """A value, or a part of the template where ``part`` is true."""

    name: str
    part: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """What is printed under a condition, or once a row; ``sign`` is one of ``?``, ``?!``, ``?=`` and ``#``."""

    sign: str
    name: str
    wanted: str
    inside: tuple[Node, ...]


Node: TypeAlias = Words | Put | Block


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of one style: its nodes, or the names of what a table or form prints."""

    style: str
    nodes: tuple[Node, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph of the finished text, or the names of what is printed as a table or form."""

    style: str
    text: str = ""
    names: tuple[str, ...] = ()


# — reading —


def parse(text: str, where: str) -> tuple[Section, ...]:
    """Read a template; raises `Refused` (``casework.document_grammar``) naming template and line."""
    found: list[Section] = []
    style, at = "body", 0
    for comment in [*_COMMENT.finditer(text), None]:
        end = comment.start() if comment else len(text)
        nodes = _nodes(text[at:end], where, text.count("\n", 0, at) + 1)
        if any(not isinstance(node, Words) or node.text.strip() for node in nodes):
            found.append(Section(style, nodes))
        if comment is None:
            break
        word, at = comment[1], comment.end()
        if word in PRINTED:
            found.append(Section(word, names=tuple(comment[2].split())))
            style = "body"
        elif word in STYLES:
            style = word
        elif word not in UNPRINTED:
            line = text.count("\n", 0, comment.start()) + 1
            raise _bad(where, line, " | ".join((*STYLES, *PRINTED, *UNPRINTED)), comment[0][:40])
    return tuple(found)


def _nodes(text: str, where: str, line: int) -> tuple[Node, ...]:
    """Read one stretch; blocks may not reach beyond it."""
    open_blocks: list[tuple[str, str, str, int, list[Node]]] = []
    inside: list[Node] = []
    at = 0
    for brace in _BRACE.finditer(text):
        here = line + text.count("\n", 0, brace.start())
        tag = _TAG.fullmatch(brace[1]) if brace[1] is not None else None
        if tag is None or (tag[3] and tag[1] != "?"):
            raise _bad(where, here, "{x} {?x}…{/x} {?!x} {?x=v} {#t} {n} {>part}", brace[0])
        if brace.start() > at:
            inside.append(Words(text[at : brace.start()]))
        at = brace.end()
        sign, name, wanted = tag[1], tag[2], tag[3] or ""
        if sign in (None, ">"):
            inside.append(Put(name, part=sign == ">"))
        elif sign != "/":
            open_blocks.append(("?=" if wanted else str(sign), name, wanted, here, inside))
            inside = []
        else:
            if not open_blocks or open_blocks[-1][1] != name:
                expected = f"{{/{open_blocks[-1][1]}}}" if open_blocks else "—"
                raise _bad(where, here, expected, brace[0])
            kind, _, value, _, outer = open_blocks.pop()
            outer.append(Block(kind, name, value, tuple(inside)))
            inside = outer
    if open_blocks:
        _, name, _, here, _ = open_blocks[-1]
        raise refused(
            "unclosed", "模板里有没有结束的段", "a block of the template is not closed",
            where=f"{where}:{here}", wanted=f"{{/{name}}}", came=f"{{?{name}}} | {{#{name}}} …",
        )  # fmt: skip
    if text[at:]:
        inside.append(Words(text[at:]))
    return tuple(inside)


def _bad(where: str, line: int, wanted: str, came: str) -> Refused:
    return refused(
        "grammar", "模板的写法不对", "the template is not written in the known grammar",
        where=f"{where}:{line}", wanted=wanted, came=came,
    )  # fmt: skip


# — checking against the fields —


def placeholders(sections: Sequence[Section]) -> set[str]:
    """Give every name that a template speaks of, capitals counted as their sum; parts are not looked into."""
    names = {name for section in sections for name in section.names}
    return names | set(_spoken([node for section in sections for node in section.nodes]))


def parts_of(sections: Sequence[Section]) -> list[str]:
    """Give the names of the parts that a template inserts."""
    return sorted(set(_inserted([node for section in sections for node in section.nodes])))


def _inserted(nodes: Sequence[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Block):
            yield from _inserted(node.inside)
        elif isinstance(node, Put) and node.part:
            yield node.name


def _spoken(nodes: Sequence[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Block):
            yield node.name
            yield from _spoken(node.inside)
        elif isinstance(node, Put) and not node.part and node.name != COUNTER:
            yield node.name.removesuffix(CAPITALS)


def check(
    sections: Sequence[Section],
    fields: Mapping[str, Field],
    parts: Mapping[str, tuple[Section, ...]],
    where: str,
) -> None:
    """Refuse what no field answers (``casework.document_placeholder``), so that a mistake shows before a case needs it."""
    for section in sections:
        for name in section.names:
            if name not in fields or (section.style == "table" and fields[name].kind != TABLE):
                raise _unknown(name, fields, where)
        _check_nodes(section.nodes, fields, parts, where)


def _check_nodes(
    nodes: Sequence[Node], fields: Mapping[str, Field], parts: Mapping[str, tuple[Section, ...]], where: str
) -> None:
    for node in nodes:
        if isinstance(node, Words):
            continue
        if isinstance(node, Put):
            if node.part:
                if node.name not in parts:
                    raise _unknown(f">{node.name}", dict.fromkeys(parts), where)
                check(parts[node.name], fields, parts, where)
            elif node.name != COUNTER and _answered(node.name, fields) is None:
                raise _unknown(node.name, fields, where)
            continue
        if node.name not in fields or (node.sign == "#" and fields[node.name].kind != TABLE):
            raise _unknown(node.name, fields, where)
        within = {**fields, **fields[node.name].columns} if node.sign == "#" else fields
        _check_nodes(node.inside, within, parts, where)


def _answered(name: str, fields: Mapping[str, Field]) -> Field | None:
    """Give the field that answers a placeholder; only money has capitals, and a table has no text."""
    base = fields.get(name.removesuffix(CAPITALS)) if name.endswith(CAPITALS) else None
    if base is not None and base.kind == "money":
        return base
    found = fields.get(name)
    return found if found is not None and found.kind != TABLE else None


def _unknown(name: str, known: Mapping[str, Any], where: str) -> Refused:
    return refused(
        "placeholder", "模板用了没有的字段", "the template speaks of a field that there is not",
        where=where, wanted=", ".join(sorted(known)), came=f"{{{name}}}",
    )  # fmt: skip


# — writing —


@dataclass
class _Writing:
    """What is known while a template is written out: the parts, and the running number of the section."""

    parts: Mapping[str, tuple[Section, ...]]
    number: int = 0
    pieces: list[str] = field(default_factory=list)


def write(
    sections: Sequence[Section],
    fields: Mapping[str, Field],
    values: Values,
    parts: Mapping[str, tuple[Section, ...]],
) -> list[Line]:
    """Write a checked template with the values of a snapshot: one `Line` a paragraph, empty ones left out."""
    state = _Writing(parts)
    found: list[Line] = []
    for section in sections:
        if section.style in PRINTED:
            found.append(Line(section.style, names=section.names))
            continue
        state.pieces = []
        _write(section.nodes, fields, values, state, row=0)
        lines = "".join(state.pieces).split("\n")
        found += [Line(section.style, _tidy(line)) for line in lines if line.strip()]
    return found


def _tidy(line: str) -> str:
    """Leave out a mark that stands before a full stop because an optional part in between is empty."""
    return _STRAY_MARKS.sub("", line.strip())


def _write(
    nodes: Sequence[Node], fields: Mapping[str, Field], values: Values, state: _Writing, row: int
) -> None:
    for node in nodes:
        if isinstance(node, Words):
            if _HEADING.search(node.text):
                state.number = 0
            state.pieces.append(node.text)
        elif isinstance(node, Put):
            if node.part:
                for section in state.parts[node.name]:
                    _write(section.nodes, fields, values, state, row)
            else:
                state.pieces.append(_put(node.name, fields, values, state, row))
        elif node.sign == "#":
            within = {**fields, **fields[node.name].columns}
            for number, one in enumerate(values.get(node.name) or (), start=1):
                here = {**values, **dict.fromkeys(fields[node.name].columns), **one}
                _write(node.inside, within, here, state, number)
        elif _holds(node, values):
            _write(node.inside, fields, values, state, row)


def _put(name: str, fields: Mapping[str, Field], values: Values, state: _Writing, row: int) -> str:
    if name == COUNTER:
        if not row:
            state.number += 1
        return str(row or state.number)
    answer = _answered(name, fields)
    assert answer is not None, "checked before"
    value = values.get(answer.name)
    if answer.name != name:
        return capitals(value) if value is not None else ""
    return written(answer, value)


def _holds(block: Block, values: Values) -> bool:
    value = values.get(block.name)
    if block.sign == "?=":
        return str(value) == block.wanted
    return bool(value) == (block.sign == "?")
