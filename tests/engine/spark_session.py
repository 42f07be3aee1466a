"""Whether the tests that need Java can run here; where they cannot, they say the one command that helps."""

from __future__ import annotations

import os

import pytest

from yibao.engine.spark import JAVA, has_java

os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
"""Statements over a few rows never pay for the second compiler: it took more than half of all the time."""


def require_spark() -> None:
    if has_java():
        return
    message = f"Spark needs Java 17: {JAVA}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
