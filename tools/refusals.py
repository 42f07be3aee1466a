"""Find every refusal in the source: its code and its sentences, also where a helper makes it from a part of the code."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src" / "yibao"
UNKNOWN = "…"
MAKERS = ("Refused", "forged")
"""What makes a refusal, or the fault that becomes one."""


@dataclass(frozen=True, slots=True)
class Told:
    """One refusal as the source says it."""

    code: str
    zh: str
    en: str
    where: str


def refusals() -> list[Told]:
    """Give every code once, with all the sentences it is said in."""
    found: dict[str, list[Told]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for told in refusals_in(path):
            found.setdefault(told.code, []).append(told)
    return [
        Told(name, joined(t.zh for t in told), joined(t.en for t in told), told[0].where)
        for name, told in sorted(found.items())
    ]


def joined(sentences: Iterable[str]) -> str:
    """Put different sentences of one code on one line; those only known at run time are left out if others are."""
    distinct = dict.fromkeys(sentences)
    return " · ".join(s for s in distinct if s != UNKNOWN) or UNKNOWN


def refusals_in(path: Path) -> Iterator[Told]:
    """Find the refusals of one file."""
    where = path.relative_to(SOURCE.parent).as_posix()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    owners = {id(n): f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) for n in ast.walk(f)}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MAKERS:
            words = {k.arg: k.value for k in call.keywords if k.arg}
            told = (call.args[0], words["zh"], words["en"]) if "zh" in words else tuple(call.args[:3])
            if is_handed_on(told[0]):
                continue
            for bound in bindings(told, owners.get(id(call)), path):
                yield Told(code_of(told[0], bound), said(told[1], bound), said(told[2], bound), where)


def is_handed_on(code: ast.expr) -> bool:
    """Say whether a refusal only hands on what another one said, as ``Refused(fault.code, …)`` does."""
    return isinstance(code, ast.Attribute)


def bindings(
    told: Sequence[ast.expr], owner: ast.FunctionDef | None, path: Path
) -> Iterator[Mapping[str, ast.expr]]:
    """Give what the parameters that a refusal is made of are bound to: by every call of its helper, or once nothing."""
    names = {part.id for node in told for part in parts(node) if isinstance(part, ast.Name)}
    if owner is None or not names & {a.arg for a in (*owner.args.args, *owner.args.kwonlyargs)}:
        yield {}
        return
    room = SOURCE / path.relative_to(SOURCE).parts[0]
    private = owner.name.startswith("_") or not room.is_dir()
    for file in [path] if private else sorted(room.rglob("*.py")):
        yield from calls_of(owner, ast.parse(file.read_text(encoding="utf-8")))


def parts(node: ast.expr) -> Iterator[ast.expr]:
    """Give the expressions that a text is put together from."""
    if isinstance(node, ast.JoinedStr):
        yield from (p.value for p in node.values if isinstance(p, ast.FormattedValue))
    else:
        yield node


def code_of(node: ast.expr, bound: Mapping[str, ast.expr]) -> str:
    """Give the code; of a code handed on at run time, the one that is said where none was handed."""
    spelled = said(node, bound)
    if "." in spelled:
        return spelled
    return next(str(n.value) for n in ast.walk(node) if isinstance(n, ast.Constant) and "." in str(n.value))


def calls_of(function: ast.FunctionDef, tree: ast.Module) -> Iterator[dict[str, ast.expr]]:
    """Give what every call of a function passes, by parameter."""
    names = [a.arg for a in function.args.args]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == function.name:
            passed = dict(zip(names, node.args, strict=False))
            yield passed | {k.arg: k.value for k in node.keywords if k.arg}


def said(node: ast.expr, bound: Mapping[str, ast.expr]) -> str:
    """Give the text of an expression; what is only known at run time is an ellipsis."""
    match node:
        case ast.Constant():
            return str(node.value)
        case ast.Name(id=name) if name in bound:
            return said(bound[name], {})
        case ast.JoinedStr():
            return "".join(said(part, bound) for part in node.values)
        case ast.FormattedValue():
            return said(node.value, bound)
        case ast.BoolOp():
            return said(node.values[-1], bound) or UNKNOWN
        case _:
            return UNKNOWN
