"""Files (一户一档): one subject, one file, and in it nothing but facts that only grow.

A `Fact` says what happened to a subject, on which day it takes effect, on which other fact it rests, and which entry of
the ledger swears to it. What was wrong is not changed but annulled by a further fact, and whatever rests on an annulled
fact falls with it: `standing` gives what counts on a day, as known on a day. Two files that turn out to be one person's
are joined by a fact, and parted again by annulling that.
"""

from __future__ import annotations

from yibao.archive.files.falling import every_subject, felled
from yibao.archive.files.folding import in_force, standing
from yibao.archive.files.hearing import hear_case
from yibao.archive.files.model import (
    FACT_NAMES,
    KIND_NAMES,
    Fact,
    FactKind,
    NewFact,
    Subject,
    SubjectKind,
    subject_number,
)
from yibao.archive.files.reading import (
    ever_at,
    every_head,
    fact_mark,
    facts_numbered,
    facts_of_kinds,
    known_of,
    numbers_since,
    resting,
    roots,
    with_grounds,
)
from yibao.archive.files.service import (
    annul,
    erase_subject,
    every_file,
    fact,
    facts_of,
    find_subject,
    join,
    of_lake,
    open_subjects,
    part,
    subject,
    subjects,
    target_of,
    the_file,
    together,
    write_facts,
)
from yibao.archive.files.verifying import verify_files

__all__ = [
    "FACT_NAMES",
    "KIND_NAMES",
    "Fact",
    "FactKind",
    "NewFact",
    "Subject",
    "SubjectKind",
    "annul",
    "erase_subject",
    "ever_at",
    "every_file",
    "every_head",
    "every_subject",
    "fact",
    "fact_mark",
    "facts_numbered",
    "facts_of",
    "facts_of_kinds",
    "felled",
    "find_subject",
    "hear_case",
    "in_force",
    "join",
    "known_of",
    "numbers_since",
    "of_lake",
    "open_subjects",
    "part",
    "resting",
    "roots",
    "standing",
    "subject",
    "subject_number",
    "subjects",
    "target_of",
    "the_file",
    "together",
    "verify_files",
    "with_grounds",
    "write_facts",
]
