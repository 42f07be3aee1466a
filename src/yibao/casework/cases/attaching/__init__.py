"""Attaching (佐证材料): files that a party hands in with what it says, kept as they came.

A file lies once under its own digest below the documents, is sworn to by the act that brought it, and is given out only
to somebody who may read the case, after its digest was compared and the look was written down.
"""

from __future__ import annotations

from yibao.casework.cases.attaching.service import Attachment, Kept, attach, attachments, keep, take_out

__all__ = ["Attachment", "Kept", "attach", "attachments", "keep", "take_out"]
