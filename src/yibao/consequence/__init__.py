"""Consequence (后果): what a file does to its subject, and how that is taken back, everywhere it went.

Effects are a closed registry, read from ``effects/*.yaml``: each with its basis, what brings it about (an instrument, a
status of points, a confirmed grade), what it does, and how it is undone. What ought to stand is a pure function of the
file; `due` says what is missing. What follows by law is ordered in the name of the instrument (`follow`), the rest by a
named person with a reason (`order`), and joint punishment only with measures on the lawful list. Every order and act only
grows and is sworn to; one cause brings one effect about once. Letters to partners are signed files that leave once, are
acknowledged by signature and counted. When the cause falls, the status ends, the grade changes or a repair is recorded,
`undo_fallen` takes back whatever rested on it, and every partner that may have heard of it is told, until it confirms.
"""

from __future__ import annotations

from yibao.consequence.acknowledging import (
    Overdue,
    acknowledge,
    import_acknowledgement,
    remind,
    unanswered,
)
from yibao.consequence.acting import FOLLOWS, SENDS, order_id
from yibao.consequence.carrying import Terms, execute, execute_undoing, standing_effects, terms, undo
from yibao.consequence.catalogue import effect, effects, read_effects
from yibao.consequence.certifying import (
    Certificate,
    Verified,
    certify,
    verify_certificate,
    void_certificates,
    void_numbers,
)
from yibao.consequence.choosing import Choice
from yibao.consequence.deriving import Rating, View, rating_of, view_of, wanted
from yibao.consequence.folding import Standing, Told, standing
from yibao.consequence.hearing import hear_case
from yibao.consequence.model import (
    FALLEN,
    LEVEL_NAMES,
    MODE_NAMES,
    STATE_NAMES,
    Act,
    Due,
    Effect,
    Order,
    State,
    Verb,
    order_number,
)
from yibao.consequence.qualification import Qualification, qualification
from yibao.consequence.sending import letters_to_send, name_partner, post, waiting_letters
from yibao.consequence.service import (
    Followed,
    decline,
    due,
    follow,
    follow_by_law,
    list_orders,
    open_regions,
    order,
    orders_about,
    to_follow,
    undo_fallen,
)
from yibao.consequence.verifying import EffectFault, verify_effects

EFFECTS = effects()
"""The registry: every effect there is, by id."""

__all__ = [
    "EFFECTS",
    "FALLEN",
    "FOLLOWS",
    "LEVEL_NAMES",
    "MODE_NAMES",
    "SENDS",
    "STATE_NAMES",
    "Act",
    "Certificate",
    "Choice",
    "Due",
    "Effect",
    "EffectFault",
    "Followed",
    "Order",
    "Overdue",
    "Qualification",
    "Rating",
    "Standing",
    "State",
    "Terms",
    "Told",
    "Verb",
    "Verified",
    "View",
    "acknowledge",
    "certify",
    "decline",
    "due",
    "effect",
    "effects",
    "execute",
    "execute_undoing",
    "follow",
    "follow_by_law",
    "hear_case",
    "import_acknowledgement",
    "letters_to_send",
    "list_orders",
    "name_partner",
    "open_regions",
    "order",
    "order_id",
    "order_number",
    "orders_about",
    "post",
    "qualification",
    "rating_of",
    "read_effects",
    "remind",
    "standing",
    "standing_effects",
    "terms",
    "to_follow",
    "unanswered",
    "undo",
    "undo_fallen",
    "verify_certificate",
    "verify_effects",
    "view_of",
    "void_certificates",
    "void_numbers",
    "waiting_letters",
    "wanted",
]
