"""Ways by which people come: why each visit was made, and what is left without some of the ways.

A way is a channel without a campaign, or a campaign. Each visit has a cause, drawn by its key: it
is new (the way brought it), moved (it would have come by another paid way), pulled (it would have
come later) or would have come anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator.arrays import DAY, Bools, Floats, Ints, draw_in_rows
from ecokit.shop.simulator.campaigns import Campaigns
from ecokit.shop.simulator.coming import DIRECT, Coming
from ecokit.shop.simulator.luck import Luck

CAUSES = ("new", "moved", "pulled", "anyway")
NEW, MOVED, PULLED, ANYWAY = range(4)
ALWAYS = ("direct", "search")  # nobody can switch these off


@dataclass(frozen=True)
class Ways:
    """Every way, the channels first; one entry a way.

    `name` makes the key of its visits, `channel` is its channel, `shares` has a row of the four
    causes a way; `off` is True where it is switched off. `others` is, by channel, the weights of
    the paid channels that a moved visit would have come by, `base` those of the ways that are
    always there, and `usual` those of all channels, by which a campaign's visits would come.
    """

    name: Ints
    channel: Ints
    shares: Floats
    off: Bools
    others: Floats
    base: Floats
    usual: Floats

    def __len__(self) -> int:
        return len(self.name)


def ways(plan: Campaigns, without: Sequence[str]) -> Ways:
    """Return the ways of a company; those that `without` names, or whose channel, are off."""
    rows = read("channels")
    told = {row["way"]: row for row in read("cause_shares")}
    names = [row["channel_id"] for row in rows]
    off = np.array([name in without for name in names])
    shares = [_shares(told.get(name)) for name in names]
    found = shares + [
        _shares(told.get(name, told.get(names[channel])))
        for name, channel in zip(plan.names, plan.channel.tolist(), strict=True)
    ]
    base = np.array([float(row["base_share"]) for row in rows])
    paid = base * np.array([name in told for name in names])
    return Ways(
        name=np.r_[np.arange(len(rows)), 1_000 + plan.number],
        channel=np.r_[np.arange(len(rows)), plan.channel],
        shares=np.array(found),
        off=np.r_[off, ~plan.runs],
        others=paid * (1 - np.eye(len(rows))),
        base=base * np.isin(names, ALWAYS),
        usual=base,
    )


def _shares(row: dict[str, str] | None) -> list[float]:
    """Shares of the four causes; visits by a way that is always there come anyway."""
    if row is None:
        return [0.0, 0.0, 0.0, 1.0]
    told = [float(row[cause]) for cause in CAUSES[:3]]
    return [*told, 1 - sum(told)]


def causes(luck: Luck, every: Ways, come: Coming) -> Ints:
    """Draw why each visit is made; who looks in again would do so by another way too."""
    drawn = draw_in_rows(luck.uniform("visit.cause", come.key), every.shares, come.drawn)
    return np.where((drawn == NEW) & (come.turn > 0), ANYWAY, drawn)


def otherwise(luck: Luck, every: Ways, come: Coming) -> tuple[Coming, Ints]:
    """Return the visits as they would be without the ways drawn for them, and their causes.

    Those that are new would not be at all; their rows are to be left out.
    """
    cause = causes(luck, every, come)
    weights = np.vstack([every.others, every.base, every.usual])
    channels = len(every.others)
    row = np.where(come.drawn < channels, channels, channels + 1)
    row = np.where(cause == MOVED, every.channel[come.drawn], row)
    other = draw_in_rows(luck.uniform("visit.other_way", come.key), weights, row)
    other = np.where((cause != MOVED) & every.off[other], DIRECT, other)
    late = 1 + luck.exponential("visit.later", truth()["pulled_days"], come.key).astype(np.int64)
    when = come.when + np.where(cause == PULLED, late * DAY, 0)
    return come._replace(when=when, source=other), cause


def remaining(luck: Luck, every: Ways, come: Coming) -> Coming:
    """Return who comes although some ways are off: by another way, later, or not at all."""
    rows = np.flatnonzero(every.off[come.drawn])
    if not len(rows):
        return come
    other, cause = otherwise(luck, every, come.take(rows))
    lost = (cause == NEW) | every.off[other.source]
    when, source = come.when.copy(), come.source.copy()
    when[rows], source[rows] = other.when, other.source
    stays = np.ones(len(when), dtype=bool)
    stays[rows[lost]] = False
    return come._replace(when=when, source=source).take(stays)
