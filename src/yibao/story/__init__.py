"""The story (演示): one whole loop played on a synthetic city, by people who are none, with the receipt of each step.

It shows on real findings what the house does with somebody's rights: suspected, told, heard, decided, recorded,
appealed, annulled, decided anew, repaired. It is never played in a home that people work in.
"""

from __future__ import annotations

from yibao.story.loop import play
from yibao.story.stage import Step

__all__ = ["Step", "play"]
