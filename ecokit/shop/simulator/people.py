"""What belongs to a visitor, and stays the same in all visits: region, device, purpose."""

from __future__ import annotations

import numpy as np

from ecokit.shop.inputs import truth
from ecokit.shop.simulator.arrays import Bools, Floats, Ints
from ecokit.shop.simulator.luck import Keys, Luck

REGIONS = ("north", "northeast", "east", "central", "south", "southwest", "northwest")
REGION_SHARE = np.array([0.17, 0.06, 0.30, 0.14, 0.20, 0.09, 0.04])
DEVICES = ("phone", "desktop", "tablet")
DEVICE_SHARE = np.array([0.66, 0.26, 0.08])


def region(luck: Luck, person: Keys) -> Ints:
    """Draw where each person lives, for those who are not drawn region by region."""
    return luck.pick("person.region", REGION_SHARE, person)


def device(luck: Luck, person: Keys) -> Ints:
    """Draw the device that each person shops with."""
    return luck.pick("person.device", DEVICE_SHARE, person)


def pace(luck: Luck, person: Keys) -> Floats:
    """Draw how much time each person takes in the shop, around 1."""
    spread = truth()["pace_sd"]
    return np.exp(spread * luck.normal("person.pace", person) - spread**2 / 2)


def keen(luck: Luck, person: Keys) -> Bools:
    """Draw who means to buy; the others look around."""
    return luck.uniform("person.keen", person) < truth()["keen_share"]
