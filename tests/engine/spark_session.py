"""Whether the tests that need Java can run here; where they cannot, they say the one command that helps."""

from __future__ import annotations

import os

import pytest

from yibao.engine.spark import JAVA, has_java


def require_spark() -> None:
    if has_java():
        return
    message = f"Spark needs Java 17: {JAVA}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
