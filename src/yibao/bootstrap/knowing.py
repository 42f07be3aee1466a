"""What the house knows before anybody tells it: the policy of a region, and the knowledge that ships."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import resources
from pathlib import Path

from yibao.archive.credit import check_scales
from yibao.audit import Rule, cases, check_adoptions, disagreements, together
from yibao.claims import knowledge_tables
from yibao.collect import Source, load_source, rows_as_stored
from yibao.engine import open_engine
from yibao.kernel import Refused, Text
from yibao.policy import Policy
from yibao.policy import load as load_policy

NATIONAL = "000000"
OFFICIAL = "nhsa_two_library"
"""The source of the rule points that ship with the house, for which the origin of a national rule vouches; the
national codes and holidays beside them are loaded under the same name."""


@contextmanager
def official_files() -> Iterator[tuple[Source, list[Path]]]:
    """Give the points, codes and holidays that ship with the house: one source for all of them, and its files."""
    with resources.as_file(resources.files("yibao.audit") / "knowledge") as path:
        mappings = sorted(path.glob("*/source.yaml"), key=lambda m: (m.parent.name != OFFICIAL, m))
        sources = [load_source(str(mapping)) for mapping in mappings]
        files_of = tuple(file_map for source in sources for file_map in source.files)
        shipped = (file for mapping in mappings for file in mapping.parent.iterdir())
        files = sorted(file for file in shipped if file.suffix in (".xlsx", ".csv", ".zip"))
        yield sources[0].model_copy(update={"files": files_of}), files


def region_policy(home: Path, region: str) -> Policy:
    """Load the policy of a region with the packs of a home; refuses an adoption of a rule that there is not, and bounds
    of grades that overlap or leave a gap."""
    packs = home / "policy"
    policy = load_policy(region, [packs] if packs.is_dir() else None)
    check_adoptions(policy)
    check_scales(policy)
    return policy


def knowledge_source(kind: str, mapping: str | None) -> Source:
    """Give the mapping with which a knowledge file of one kind is loaded.

    Without a mapping the file's headers must be those of the contract. Refuses an unknown kind, and a mapping that
    fills other tables than the kind's.
    """
    known = knowledge_tables()
    if kind not in known:
        raise Refused(
            "knowledge.unknown_kind",
            zh="没有这一类知识",
            en="there is no such kind of knowledge",
            wanted=", ".join(known),
            came=kind,
        )
    table = known[kind].table
    if mapping is None:
        files = [{"match": ("*",), "table": table}]
        return Source.model_validate(
            {"source": f"knowledge-{kind}", "name": known[kind].name, "files": files}
        )
    source = load_source(mapping)
    other = [m.table for m in source.files if m.table != table]
    if other:
        raise Refused(
            "knowledge.other_kind",
            zh="对应关系所填的表不属于这一类知识",
            en="the mapping fills tables of another kind",
            where=mapping,
            wanted=table,
            came=", ".join(other),
        )
    return source


def check_examples(rules: Sequence[Rule], engine_name: str) -> Iterator[tuple[Rule, Text, list[Text]]]:
    """Run every example of these rules on an engine; give rule, the example's title and what disagrees."""
    policy = load_policy(NATIONAL)
    with open_engine("duckdb", memory_mib=512) as reader, open_engine(engine_name, memory_mib=1024) as engine:
        for rule in (version for one in rules for version in one.versions):
            examples = cases(rule)
            load = together(examples, partial(rows_as_stored, reader))
            for case in examples:
                yield rule, case.title, disagreements(engine, rule, case, load, policy)
