"""The registry (后果目录): every effect there is, read strictly from ``effects/*.yaml``; closed: nobody adds one by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from pydantic import ValidationError

from yibao.consequence.model import Effect
from yibao.kernel import Located, Refused, Text, read_yaml


@cache
def effects() -> Mapping[str, Effect]:
    """Give every effect by id, in the order of the files."""
    folder = resources.files("yibao.consequence") / "effects"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    found: dict[str, Effect] = {}
    for file in files:
        for one in read_effects(file.read_bytes(), f"effects/{file.name}"):
            if one.id in found:
                raise _wrong(f"effects/{file.name}", "一个后果写了两次", "an effect is there twice", one.id)
            found[one.id] = one
    return MappingProxyType(found)


def read_effects(source: bytes | str, where: str) -> Iterator[Effect]:
    """Read the effects of one file. Raises `Refused` (``consequence.registry``) with the line of what is wrong."""
    root = read_yaml(source, where)
    if not isinstance(root, Located):
        raise _wrong(where, "不是后果目录", "not a registry of effects", type(root).__name__)
    for name, entry in root.items():
        if not isinstance(entry, Located):
            raise _wrong(root.where(name), "后果缺少内容", "an effect without content", str(entry))
        try:
            yield Effect.model_validate({"id": name, **entry})
        except ValidationError as error:
            first = error.errors()[0]
            at = ".".join(str(part) for part in first["loc"])
            raise _wrong(
                root.where(name), f"后果 {name} 写得不对", f"the effect {name} is not written right",
                f"{at}: {first['msg']}",
            ) from None  # fmt: skip


def effect(name: str) -> Effect:
    """Give one effect. Raises `Refused` (``consequence.no_effect``): what is not in the registry cannot be ordered."""
    known = effects()
    if name not in known:
        raise Refused(
            "consequence.no_effect",
            zh="后果目录里没有这一项，不得实施",
            en="the registry has no such effect: it must not be done",
            wanted=", ".join(known),
            came=name,
            todo=Text(zh="用 yibao effects list 查看目录", en="see the registry with yibao effects list"),
        )
    return known[name]


def _wrong(where: str, zh: str, en: str, came: str) -> Refused:
    return Refused(
        "consequence.registry", zh=zh, en=en, where=where, wanted="yibao.consequence.model.Effect", came=came,
        todo=Text(zh="对照同目录其他后果改正", en="mend it after the other effects of the folder"),
    )  # fmt: skip
