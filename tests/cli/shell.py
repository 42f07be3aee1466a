"""The command line within the test's own process, on a home whose register is given by URL or is its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from yibao.cli import main
from yibao.store import Register


class Shell:
    """Runs ``yibao`` on the home of a register, or on another home; gives exit code, output and complaints."""

    def __init__(
        self, register: Register, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch
    ) -> None:
        self._register = register
        self._capsys = capsys
        self._patch = patch

    def __call__(self, *words: object, home: Path | None = None) -> tuple[int, str, str]:
        with self._patch.context() as patch:
            if home is None:
                url = self._register.url.render_as_string(hide_password=False)
                patch.setenv("YIBAO_REGISTER_URL", url)
            patch.setenv("YIBAO_HOME", str(home or self._register.home.path))
            with pytest.raises(SystemExit) as end:
                main([str(word) for word in words])
        told = self._capsys.readouterr()
        return int(end.value.code or 0), told.out, told.err
