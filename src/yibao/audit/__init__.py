"""Audit: bills against the rules of law and of the two libraries, on any engine; a pure calculation.

A rule is a folder that a jurist can read: ``rule.yaml`` (what it says, on which ground, how surely), ``rule.sql`` (one
SELECT over the relations of `claims`) and ``examples.yaml`` (rows that must and must not be hit). Knowledge, such as the
thousands of drugs limited to one sex, is a table and not a rule. A rule gives rows of evidence; those that belong
together are a finding, and a line that several rules hit has its money counted once.
"""

from __future__ import annotations

from yibao.audit.attribution import FINDING, LABELLED, attribute, label
from yibao.audit.catalogue import (
    BY_SUBJECT,
    RULE_FILE,
    base_relations,
    check_adoptions,
    choose,
    complaints,
    read_columns,
    read_rule,
    reads,
    rule_file,
    rules,
    running,
)
from yibao.audit.examples import Case, cases, disagreements, together
from yibao.audit.judging import (
    LINKED,
    TOUCHED,
    Judged,
    covered_days,
    effective_result,
    is_among,
    judge,
    needed_relations,
)
from yibao.audit.model import (
    EVIDENCE,
    KEYS,
    KIND_NAMES,
    LIFE_NAMES,
    RESULT_NAMES,
    SHARED,
    Key,
    Rule,
    Step,
    as_key,
)

__all__ = [
    "BY_SUBJECT",
    "EVIDENCE",
    "FINDING",
    "KEYS",
    "KIND_NAMES",
    "LABELLED",
    "LIFE_NAMES",
    "LINKED",
    "RESULT_NAMES",
    "RULE_FILE",
    "SHARED",
    "TOUCHED",
    "Case",
    "Judged",
    "Key",
    "Rule",
    "Step",
    "as_key",
    "attribute",
    "base_relations",
    "cases",
    "check_adoptions",
    "choose",
    "complaints",
    "covered_days",
    "disagreements",
    "effective_result",
    "is_among",
    "judge",
    "label",
    "needed_relations",
    "read_columns",
    "read_rule",
    "reads",
    "rule_file",
    "rules",
    "running",
    "together",
]
