"""The docs say what the code does: everything a person can meet is documented, every link and every command exists."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tools import reference, rules_page
from typer.main import get_command

from yibao.access import Permission, Role
from yibao.audit import rules
from yibao.claims import tables
from yibao.cli.app import app
from yibao.consequence import EFFECTS
from yibao.policy import load, regions

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SOURCE = ROOT / "src" / "yibao"
GENERATED = "reference/_generated/"
DECISIONS = sorted((DOCS / "decisions").glob("0*.md"))


def written() -> list[Path]:
    """Every page that a person wrote."""
    pages = [p for p in DOCS.rglob("*.md") if "_generated" not in p.parts and "_build" not in p.parts]
    return sorted([*ROOT.glob("*.md"), *pages])


@cache
def pages() -> dict[str, str]:
    return reference.pages()


@cache
def all_commands() -> dict[str, Any]:
    return dict(walk(get_command(app), "yibao"))


def walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "commands"):
        yield name, command
    for word, sub in getattr(command, "commands", {}).items():
        yield from walk(sub, f"{name} {word}")


def options(command: Any) -> set[str]:
    return {o for p in command.params for o in (*p.opts, *p.secondary_opts) if o.startswith("-")}


# — what the code has, the reference has —


def test_every_command_and_option_is_documented() -> None:
    text = pages()["command-line"]
    for name, command in all_commands().items():
        _, found, rest = text.partition(f"\n## {name}\n")
        assert found, name
        section = rest.split("\n## ")[0]
        assert (command.help or "").split("/")[0].strip() in section, f"{name} has no words"
        for option in options(command) - {"--help", "-h"}:
            assert f"`{option}`" in section, f"{name} {option}"


def test_every_table_and_column_is_in_the_dictionary() -> None:
    for table in tables().values():
        text = pages()[f"tables/{table.table}"]
        assert f"(tables/{table.table}.md)" in pages()["tables"]
        for column in table.columns:
            row = next(line for line in text.splitlines() if line.startswith(f"| `{column.name}` |"))
            assert column.sensitivity in row
            assert all(f"`{stored}`" in row for stored, _ in column.stored())
        assert all(f"`{code}`" in text for code in [c.code for c in (*table.identities, *table.checks)])


def test_every_code_set_is_listed() -> None:
    for path in (SOURCE / "claims" / "codes").glob("*.csv"):
        assert f"\n## {path.stem}\n" in pages()["codes"]


def test_every_rule_has_a_page_with_all_that_is_said_of_it() -> None:
    folders = {p.parent.name for p in (SOURCE / "audit" / "rules").glob("*/rule.yaml")}
    assert folders == set(rules())
    for rule in rules().values():
        text = pages()[f"rules/{rule.id}"]
        assert rule.select.strip() in text
        said = (
            [b.article for b in rule.basis]
            + [i.zh for i in rule.innocent]
            + [rule.says.zh, rule.case_cause.zh]
        )
        assert all(reference.cell(words) in text for words in said), rule.id
        assert all(f"`{name}`" in text for name in rule.parameters), rule.id
        examples = (SOURCE / "audit" / "rules" / rule.id / "examples.yaml").read_text(encoding="utf-8")
        titles = re.findall(r"- case: *\{zh: *([^,}]+)", examples)
        assert titles and all(reference.cell(t.strip("\"'")) in text for t in titles), rule.id


def test_the_page_of_rules_is_the_one_that_the_rules_give() -> None:
    """Written by ``python -m tools.rules_page``; it leads to every file of every rule."""
    text = (DOCS / "rules.md").read_text(encoding="utf-8")
    assert text == rules_page.page()
    assert text.count("/rule.sql)") == len(rules())


def test_every_policy_key_and_value_is_shown_and_assumed_ones_are_marked() -> None:
    text = pages()["policy"]
    for region in regions():
        for parameter in load(region).parameters():
            _, found, rest = text.partition(f"\n## {parameter.key}\n")
            assert found, parameter.key
            section = rest.split("\n## ")[0]
            for value in parameter.values:
                row = next(
                    x
                    for x in section.splitlines()
                    if str(value.region) in x and f"| {reference.cell(str(value.value))} " in x
                )
                assert ("假定" in row) == value.assumed


def test_every_permission_and_role_is_listed() -> None:
    text = pages()["permissions"]
    assert [p for p in Permission if f"`{p}`" not in text or p.label.zh not in text] == []
    assert [r for r in Role if f" `{r}`\n" not in text] == []


def test_every_effect_is_shown_with_its_basis_and_its_undoing() -> None:
    text = pages()["effects"]
    for one in EFFECTS.values():
        _, found, rest = text.partition(f"\n## {one.id}\n")
        assert found, one.id
        section = rest.split("\n## ")[0]
        assert all(reference.cell(words) in section for words in (one.zh, one.does.zh, one.undo.zh)), one.id
        for basis in one.basis:
            row = next(
                x for x in section.splitlines() if x.startswith(f"| {reference.cell(basis.instrument)} |")
            )
            assert basis.status != "assumed" or "假定" in row


def test_every_refusal_is_listed() -> None:
    text = pages()["refusals"]
    direct = re.compile(r"(?:Refused|forged)\(\s*\"([a-z_]+\.[a-z0-9_]+)\"")
    named = re.compile(
        r"``((?:access|audit|casework|city|claims|collect|consequence|engine|kernel|knowledge|ledger|policy|store)\.[a-z0-9_]+)``"
    )
    codes: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        codes |= set(direct.findall(source))
        promised = [line for line in source.splitlines() if "Raises" in line or "Refused" in line]
        codes |= {code for line in promised for code in named.findall(line)}
    assert len(codes) > 80
    assert [code for code in sorted(codes) if f"`{code}`" not in text] == []


def test_every_knowledge_mapping_is_shown() -> None:
    for path in (SOURCE / "audit" / "knowledge").glob("*/source.yaml"):
        assert path.read_text(encoding="utf-8").rstrip() in pages()["knowledge"]


def test_every_room_has_a_page_and_a_place_in_the_architecture() -> None:
    rooms = {p.parent.name for p in SOURCE.glob("*/__init__.py")} | {"bootstrap"}
    assert rooms == set(reference.ROOMS)
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert all(f"\n| `{room}`" in text for room in rooms)


# — what the docs say, the code has —


def links(path: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [t for t in re.findall(r"\]\(([^)#\s]+)[^)\s]*\)", text) if "://" not in t]


@pytest.mark.parametrize("path", written(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_resolve(path: Path) -> None:
    for link in links(path):
        target = (path.parent / link).resolve()
        inside = target.relative_to(ROOT).as_posix()
        if inside.startswith(f"docs/{GENERATED}"):
            assert inside.removeprefix(f"docs/{GENERATED}").removesuffix(".md") in pages(), link
        else:
            assert target.exists(), link


def spoken(path: Path) -> list[str]:
    """The shell lines of a page: of a console block those behind a prompt, or all where it shows no output."""
    said = []
    for block in re.findall(
        r"```(?:console|sh|bash)\n(.*?)```", path.read_text(encoding="utf-8"), flags=re.DOTALL
    ):
        lines = block.splitlines()
        prompted = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        said += [line.split("#")[0].strip() for line in prompted or lines]
    return [line for line in said if line.startswith(("make ", "yibao "))]


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, flags=re.MULTILINE))
    for path in written():
        text = path.read_text(encoding="utf-8")
        named = set(re.findall(r"`make ([a-z-]+)`", text))
        named |= {line.split()[1] for line in spoken(path) if line.startswith("make ")}
        assert named <= targets, path.name
    readme = {line for line in spoken(ROOT / "README.md") if line.startswith("make ")}
    assert readme == {"make demo", "make test"}


def test_commands_in_the_docs_exist_with_their_options() -> None:
    seen = 0
    for path in written():
        for line in spoken(path):
            if not line.startswith("yibao "):
                continue
            words = line.split()
            name = max(
                (n for n in all_commands() if words[: len(n.split())] == n.split()), key=len, default=None
            )
            assert name is not None or words[1] == "--help", f"{path.name}: {line}"
            given = {w.split("=")[0] for w in words if w.startswith("-")}
            assert name is None or given <= options(all_commands()[name]), f"{path.name}: {line}"
            seen += 1
    assert seen > 20


@pytest.mark.parametrize("path", DECISIONS, ids=lambda p: p.stem)
def test_decisions_fit_one_screen(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 60
    assert lines[0].startswith(f"# {path.stem[:4]} ")
    heads = [line for line in lines if line.startswith("## ")]
    assert heads == ["## Context", "## Decision", "## Consequences", "## Alternatives"]
    assert f"]({path.name})" in (DOCS / "decisions" / "index.md").read_text(encoding="utf-8")


def test_both_readmes_have_the_same_sections_and_lead_to_the_same_places() -> None:
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md")]
    shapes = [[h.split()[0] for h in re.findall(r"^#+ .*", t, flags=re.MULTILINE)] for t in texts]
    assert shapes[0] == shapes[1]
    assert texts[0].count("\n|") == texts[1].count("\n|")
    names = [
        {Path(x).name for x in re.findall(r"\]\(([^)]+)\)", t)} - {"README.md", "README.zh-CN.md"}
        for t in texts
    ]
    assert names[0] == names[1]
    assert all(len(t.splitlines()) <= 80 for t in texts), "one screen each"


@pytest.mark.slow
def test_the_site_builds_offline_without_warnings(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    shutil.copytree(DOCS, docs, ignore=shutil.ignore_patterns("_build", "_generated"))
    for page in ROOT.glob("*.md"):
        shutil.copy(page, tmp_path)
    (tmp_path / "src").symlink_to(ROOT / "src")
    for name, text in pages().items():
        page = docs / GENERATED / f"{name}.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
    built = tmp_path / "html"
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", str(docs), str(built)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    html = (built / "index.html").read_text(encoding="utf-8")
    loaded = re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=\"(https?:)?//", html)
    assert not loaded, "the site loads something from a network"
