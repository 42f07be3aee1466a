"""The plants: violations and innocent look-alikes, each in a bill of its own and each with its rows of truth.

They are made from the words of the law, never from the rules: 《医疗保障基金使用监督管理条例》 Art. 38(1) split stays,
Art. 38(3) repeated charges, charges over the standard and items taken apart, Art. 38(4) and Art. 40(2) goods that were
never bought, Art. 38(6) what the fund does not pay for this person, Art. 41 the card in another's hand. Every plant
says its disguise; borderline cases lie exactly at the limit, a cent or a minute over it, or just under it.

- marks: what was planted, and how it becomes the rows of the truth file
- journeys: plants made of visits (split_stay, two_places)
- persons: plants made of who is billed (sex_limit, child_limit)
- charges: plants made of what is billed (duplicate_charge_pair, frequency_per_day, price_over_limit)
- shelves: plants made of what was never bought (stock_against_settlement)
- stage, said: whole years of people whom nothing else has touched, and what the files are told of them
- points: against the published points · wares: against a bureau's own lists of items · orders: of stays and orders
- cards: of status and of cards · tracing: of traceability codes · papers: of the settlement list
- crowds: what no single bill shows · closed: houses and doctors for suspensions
- honest: what keeps chance from looking like a violation · knowledge: the bureau's own points as files
"""

from __future__ import annotations

from yibao.city.plants.charges import plant_charges
from yibao.city.plants.journeys import plant_journeys
from yibao.city.plants.marks import RULES, Marks, Quota
from yibao.city.plants.persons import plant_persons
from yibao.city.plants.said import Said
from yibao.city.plants.shelves import Shelves
from yibao.city.plants.site import Site
from yibao.city.plants.stage import Stage
from yibao.city.plants.stories import plant_stories

__all__ = [
    "RULES",
    "Marks",
    "Quota",
    "Said",
    "Shelves",
    "Site",
    "Stage",
    "plant_charges",
    "plant_journeys",
    "plant_persons",
    "plant_stories",
]
