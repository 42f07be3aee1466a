"""House rules as code: each rule says what it found, where, and why the rule is there.

Run by ``make check``; a rule that cannot be kept somewhere names its exception here, with the reason.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import distributions
from pathlib import Path

from tools.scope import conditions

ROOT = Path(__file__).resolve().parent.parent

MAX_LINES = 400

LICENCES = re.compile(
    r"apache|mit\b|bsd|isc|psf|python software foundation|mpl|mozilla|0bsd|unlicense|zlib|cc0|hpnd|lgpl|ofl|"
    r"lesser general public|public domain|python-2",
    re.IGNORECASE,
)
"""Licences a dependency may have; LGPL only as a library we do not change (psycopg)."""

LICENCE_READ_BY_HAND = {
    "cedarpy": "Apache-2.0 (its wheel carries only the text)",
    "duckdb": "MIT (its wheel carries only the classifier-less text)",
    "xlsxwriter": "BSD-2-Clause",
    "certifi": "MPL-2.0",
    "pymerkle": "GPL-3.0-or-later: a test oracle in the development set, never shipped nor imported by the product",
    "docutils": "public domain and BSD; the GPL classifier is for an Emacs file we do not use",
}

Found = tuple[Path, int, str]


def tracked(*patterns: str) -> list[Path]:
    """Give the tracked and new files that fit the patterns."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def short_files() -> Iterator[Found]:
    """A file over 400 lines is a room that wants a wall."""
    for path in tracked("*.py"):
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > MAX_LINES:
            yield path, 1, f"{lines} lines"


def nothing_left_undone() -> Iterator[Found]:
    """What is not done is an issue, not a note in the code that everybody learns to overlook."""
    words = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
    for path in tracked("*.py", "*.md", "*.yaml", "*.sql", "Makefile"):
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1
        ):
            if words.search(line):
                yield path, number, line.strip()[:80]


def money_is_integer() -> Iterator[Found]:
    """No float touches money: peers that let one get 8 to 11 % of bills wrong by a fen or more."""
    money = re.compile(r"(amount|fen|fee|price|fund|pay|money|cost)s?$")
    for path in tracked("src/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AnnAssign | ast.arg) and isinstance(node.annotation, ast.Name):
                target = node.arg if isinstance(node, ast.arg) else getattr(node.target, "id", "")
                if node.annotation.id == "float" and money.search(target):
                    yield path, node.lineno, f"{target}: float"


def rooms_do_not_commit() -> Iterator[Found]:
    """One request or job is one transaction, and the unit of work ends it; a commit in a room would tear it."""
    for path in tracked("src/*.py"):
        if path.is_relative_to(ROOT / "src/yibao/store"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "commit"
            ):
                yield path, node.lineno, ast.unparse(node)[:80]


WINGS = {
    "casework": (
        "agreement",
        "cases",
        "designation",
        "documents",
        "findings",
        "papers",
        "penalty",
        "rounds",
        "tracks",
    ),
    "archive": ("credit", "files", "points"),
}
WING = frozenset(f"yibao.{wing}.{room}" for wing, rooms in WINGS.items() for room in rooms)
"""Casework and the archive are wings of rooms, each of which has a front door of its own."""


def front_doors_only() -> Iterator[Found]:
    """Rooms speak through front doors, so that what is behind one can change without the others."""
    for path in tracked("src/yibao/*.py"):
        room = path.relative_to(ROOT / "src/yibao").parts[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("yibao."):
                parts = node.module.split(".")
                if len(parts) > 2 and parts[1] != room and node.module not in WING:
                    yield path, node.lineno, f"from {node.module} import …"


def nothing_of_our_machines() -> Iterator[Found]:
    """Registry hosts and machine paths tie a clone to one office; a clone must work in any network."""
    pattern = re.compile(
        r"python"
        + r"hosted|registry\.npm"
        + r"js|deb\.deb"
        + r"ian|pypi"
        + r"\.org|/ro"
        + r"ot/|/ho"
        + r"me/[a-z]+/"
    )
    for path in tracked():
        if path.suffix in (".png", ".xlsx", ".gz", ".parquet"):
            continue
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1
        ):
            if pattern.search(line):
                yield path, number, line.strip()[:80]


def scope_is_written_once() -> Iterator[Found]:
    """Who may see which region's or institution's rows is said by `yibao.access.scope` alone (tools/scope.py)."""
    yield from conditions(ROOT, tracked("src/yibao/*.py", "src/yibao/*.sql"))


def licences_are_known() -> Iterator[Found]:
    """A dependency without a licence check may take the product's freedom away."""
    for distribution in distributions():
        name = (distribution.metadata["Name"] or "").lower()
        if name == "yibao":
            continue
        metadata = distribution.metadata
        told = " ".join(
            [metadata.get("License-Expression") or "", (metadata.get("License") or "")[:200]]
            + [c for c in metadata.get_all("Classifier") or [] if c.startswith("License")]
        )
        strict = re.search(
            r"(?<!lesser )general public license|(?<!l)gpl", told.replace("LGPL", ""), re.IGNORECASE
        )
        if name not in LICENCE_READ_BY_HAND and (not LICENCES.search(told) or strict):
            yield ROOT / "pyproject.toml", 1, f"{name}: {told.strip()[:60] or 'no licence stated'}"


RULES: tuple[Callable[[], Iterator[Found]], ...] = (
    short_files,
    nothing_left_undone,
    money_is_integer,
    rooms_do_not_commit,
    front_doors_only,
    nothing_of_our_machines,
    scope_is_written_once,
    licences_are_known,
)


def main() -> int:
    """Ask every rule; print what was found with the rule's reason, and give 1 if there was anything."""
    broken = 0
    for rule in RULES:
        found = list(rule())
        for path, line, what in found:
            print(f"{path.relative_to(ROOT)}:{line}: {rule.__name__}: {what}")
        if found:
            print(f"  why: {(rule.__doc__ or '').splitlines()[0]}\n")
        broken += len(found)
    if not broken:
        print(f"house rules kept ({len(RULES)})")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
