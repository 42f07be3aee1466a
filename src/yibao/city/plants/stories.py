"""All the stories of a chunk, one family of rules after the other."""

from __future__ import annotations

from yibao.city.plants.cards import plant_cards
from yibao.city.plants.crowds import plant_crowds
from yibao.city.plants.orders import plant_orders
from yibao.city.plants.papers import plant_papers
from yibao.city.plants.points import plant_points
from yibao.city.plants.stage import Stage
from yibao.city.plants.tracing import plant_tracing
from yibao.city.plants.wares import plant_wares


def plant_stories(stage: Stage) -> None:
    """Tell every story."""
    plant_crowds(stage)  # first, while there are people enough for crowds
    plant_points(stage)
    plant_wares(stage)
    plant_orders(stage)
    plant_cards(stage)
    plant_tracing(stage)
    plant_papers(stage)
