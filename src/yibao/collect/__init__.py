"""Collect: whatever is sent becomes checked rows in the lake, or says why not.

A bureau's extracts arrive as files, folders and archives, in the encodings and habits of many offices. A *source* (one
YAML file) says which file is which table and which header which column. Every row is read and judged by the contract
of `claims`: types, code sets, keys, references, sums that must hold. What is good becomes visible by one commit; what
is not stays in *quarantine* with file, row, column, what was wanted and what came, and how much money it holds. Sending
the same again, or an older version of it, changes nothing; sending a row again with other content corrects it, and the
older one stays stored. Where the sender says when a row was changed (更新时间), the latest change stands.
"""

from __future__ import annotations

from yibao.collect.lake import known_files, superseded
from yibao.collect.rows import rows_as_stored
from yibao.collect.run import Outcome, Progress
from yibao.collect.service import collect
from yibao.collect.settled import settled
from yibao.collect.sources import Source, builtin_sources, load_source, read_source
from yibao.collect.store import Collected, collections

__all__ = [
    "Collected",
    "Outcome",
    "Progress",
    "Source",
    "builtin_sources",
    "collect",
    "collections",
    "known_files",
    "load_source",
    "read_source",
    "rows_as_stored",
    "settled",
    "superseded",
]
