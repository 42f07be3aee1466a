from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from yibao import access, kernel, policy

MODULES = [
    info.name
    for room in (access, kernel, policy)
    for info in pkgutil.iter_modules(room.__path__, f"{room.__name__}.")
]


@pytest.mark.parametrize("room", [access, kernel, policy], ids=lambda room: room.__name__)
def test_the_door_opens_on_what_it_promises(room: object) -> None:
    names = getattr(room, "__all__")  # noqa: B009
    assert all(hasattr(room, name) for name in names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", [*MODULES, "yibao.access", "yibao.kernel", "yibao.policy"])
def test_examples_in_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
