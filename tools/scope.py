"""Find conditions on region or institution that somebody wrote by hand instead of asking ``yibao.access.scope``.

A list that forgets the condition, or writes it a little differently, shows one bureau the patients of another, and nothing
breaks that anybody would notice. So one function writes the condition, a property test holds it against the single question
"may he see this?", and this lint looks for all others: in SQL within strings and files, where the column is compared with a
value (``institution_id = :x``, ``region LIKE '33%'``, ``IN (…)``), and in SQLAlchemy (``t.c.region == x``, ``.in_(…)``).
Two columns compared with each other are a join, which shows nobody more than he saw.

What a person chose to look for is a filter, not a scope, and looks the same; such a place is named in `FILTERS`, with the
reason why it may stand.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

COLUMNS = ("region", "institution_id", "institution")

FILTERS = {
    "src/yibao/casework/cases/institutions/store.py": "names of institutions whose cases were found within scope",
    "src/yibao/casework/findings/store.py": "the institutions that a person named with --institution",
    "src/yibao/casework/findings/outputs/store.py": "the institutions that a person named with --institution",
    "src/yibao/casework/findings/outputs/workbooks.py": "each institution's own workbook holds its own rows",
    "src/yibao/casework/rounds/outgoing.py": "each institution's own workbook holds its own rows",
    "src/yibao/casework/rounds/store.py": "the institution that a person named, besides the scope",
}
"""Where a file compares the institution with one that somebody asked for; whether he may see it is asked before.

There is none for the region: `yibao.access.inside` writes that filter.
"""

_VALUE = r"(?::\w|\$\w|%\(|\?|'|\{|\(|ANY\b)"
_COLUMN = rf"(?:\w+\.)?(?P<column_N>{'|'.join(COLUMNS)})"
_WAYS = (
    rf"\b{_COLUMN}\s*(?:=|<>|!=|<=|>=|<|>|~)\s*{_VALUE}",
    rf"\b{_COLUMN}\s+(?:NOT\s+)?(?:I?LIKE|IN|BETWEEN|SIMILAR)\b",
    rf"\bstarts_with\(\s*{_COLUMN}\s*,",
    rf"\b(?:left|substr(?:ing)?)\(\s*{_COLUMN}\b[^()]*\)\s*(?:=|<>|!=|I?LIKE|IN)\s*{_VALUE}",
)
_WRITTEN = re.compile("|".join(way.replace("column_N", f"column_{n}") for n, way in enumerate(_WAYS)))
_ASKED = {"in_", "not_in", "like", "ilike", "startswith", "between", "any_"}

Found = tuple[int, str, str]
"""The line, the column, and the text of a condition."""


def conditions_in_python(source: str) -> Iterator[Found]:
    """Give every such condition in a Python file; docstrings say, they do not ask."""
    tree = ast.parse(source)
    said = {id(text) for text in _docstrings(tree)}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in said or id(node) in inside:
            continue
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        ):
            for column, text in _written(_text(node)):
                yield node.lineno, column, text
        elif isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            columns = [c for c in map(_column, sides) if c is not None]
            if columns and not all(_of_table(side) for side in sides):
                yield node.lineno, columns[0], ast.unparse(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ASKED:
            column = _column(node.func.value)
            if column is not None:
                yield node.lineno, column, ast.unparse(node)


def conditions_in_sql(source: str) -> Iterator[Found]:
    """Give every such condition in a file of SQL, comments left out."""
    for number, line in enumerate(source.splitlines(), start=1):
        for column, text in _written(line.partition("--")[0]):
            yield number, column, text


def conditions(root: Path, paths: Iterable[Path]) -> Iterator[tuple[Path, int, str]]:
    """Give every such condition outside ``access`` that is not named as a filter."""
    for path, line, column, text in all_conditions(root, paths):
        if column == "region" or path.relative_to(root).as_posix() not in FILTERS:
            yield path, line, text[:80]


def all_conditions(root: Path, paths: Iterable[Path]) -> Iterator[tuple[Path, int, str, str]]:
    """Give path, line, column and text of every such condition outside ``access``."""
    for path in paths:
        if path.relative_to(root).as_posix().startswith("src/yibao/access/"):
            continue
        find = conditions_in_sql if path.suffix == ".sql" else conditions_in_python
        for line, column, text in find(path.read_text(encoding="utf-8")):
            yield path, line, column, text


def _written(text: str) -> Iterator[tuple[str, str]]:
    for found in _WRITTEN.finditer(text):
        yield next(column for column in found.groups() if column), found.group()


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Give every string that stands alone as a statement."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _text(node: ast.expr) -> str:
    """Give the text of a string; what is put into it at run time is a brace."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else ""


def _column(node: ast.expr) -> str | None:
    """Give the name of ``table.c.column`` where it is one of ours to look at."""
    return node.attr if isinstance(node, ast.Attribute) and node.attr in COLUMNS and _of_table(node) else None


def _of_table(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "c"
    )
