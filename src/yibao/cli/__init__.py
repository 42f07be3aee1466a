"""The command line: each verb of the house as one command, for people and for scripts.

Names and exit codes are fixed, so that scripts can rely on them: 0 done, 1 refused input (with reasons), 2 misuse.
``--json`` prints one object on standard output; everything meant for eyes goes to standard error then.
"""

from __future__ import annotations

from yibao.cli.app import main

__all__ = ["main"]
