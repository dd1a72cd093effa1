"""The opening-minute lab: the load of the push, the servers, and how long calls then take."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecokit import capacity as topic
from ecokit.errors import CourseError
from ecokit.explore.controls import Slider, steps
from ecokit.explore.lab import Lab, Told
from ecokit.explore.tables import table
from ecokit.messages import _
from ecokit.plots import capacity as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

BEFORE, AFTER = pd.Timedelta(minutes=15), pd.Timedelta(minutes=45)
OVER = pd.Timedelta(minutes=20)  # after which nothing of the push is left
HIRE, MISSING = 3.0, 40.0  # yuan a server and hour; yuan a minute of work without a server
AROUND = 4  # servers shown on either side


@dataclass(frozen=True)
class Base:
    """The minutes around the push by source, what of it is the push, and what a call is like."""

    loads: pd.DataFrame
    push: pd.DataFrame
    service_ms: pd.Series[float]
    dispersion: pd.Series[float]
    each: float


def lab(shop: Shop) -> Lab:
    """Return the lab: servers, growth, waves of the push, and crawlers that are let in.

    Parameters
    ----------
    shop : Shop
        With the table requests.
    """
    base = _base(shop)

    def draw(figure: Figure, servers: int, growth: int, waves: int, crawlers: int) -> Told:
        loads = _loads(base, growth / 100, waves, crawlers / 100)
        busiest = loads.iloc[int(loads.sum(axis=1).to_numpy().argmax())]
        work = float(busiest.sum())
        figure.subplots_adjust(left=0.1, right=0.96, top=0.94, bottom=0.09, hspace=0.62)
        upper, lower = figure.subplots(2, gridspec_kw={"height_ratios": [4, 3]})
        long = loads.reset_index().melt("minute", var_name="source", value_name="load")
        plots.load_by_source(long, servers, ax=upper)
        first = max(math.floor(work) + 1, servers - AROUND)
        sizes = range(first, max(first, servers) + AROUND)
        times = topic.by_servers(work, sizes, service=base.each, share=0.99)
        plots.waits(times, servers=servers, ax=lower)
        return Told(_alt(work, servers), _table(base, loads, busiest, servers))

    return Lab(
        _("Opening-minute lab"),
        {
            "servers": Slider(_("Servers"), steps(4, 16), 9),
            "growth": Slider(_("Work, % of the last peak"), steps(60, 200, 10, "{} %"), 100),
            "waves": Slider(
                _("The push goes out in so many waves, a minute apart"), steps(1, 15), 1
            ),
            "crawlers": Slider(_("Crawlers let in"), steps(0, 100, 25, "{} %"), 100),
        },
        draw,
        along="servers",
        stops=(7, 8, 9, 10, 12, 14),
        size=(7.4, 7.6),
    )


@lru_cache(maxsize=2)
def _base(shop: Shop) -> Base:
    """Return what the lab starts from; measured once."""
    calls = shop.requests
    if calls.empty:
        raise CourseError(_("The lab needs calls to servers, and this shop has none."))
    minutes = calls.groupby("minute")["busy_seconds"].sum()
    opening = minutes.idxmax()
    near = calls[calls["minute"].between(opening - BEFORE, opening + AFTER)]
    told = topic.offered_load({"requests": near}, by=["minute", "source"])
    loads = told.pivot_table("load", "minute", "source", "sum", observed=True).fillna(0.0)
    away = (loads.index < opening) | (loads.index >= opening + OVER)
    push = (loads - loads[away].mean()).mul(~away, axis=0)
    day = calls["minute"].dt.normalize()
    calm = calls[day == minutes.groupby(minutes.index.normalize()).sum().idxmin()]
    sums = calm.groupby("source", observed=True)[["busy_seconds", "requests"]].sum()
    heaps = topic.dispersion({"requests": calm}, by="source").set_index("source")["dispersion"]
    first = near[near["minute"] == opening]
    return Base(
        loads=loads,
        push=push,
        service_ms=(1000 * sums["busy_seconds"] / sums["requests"]).reindex(loads.columns),
        dispersion=heaps.reindex(loads.columns),
        each=1000 * float(first["busy_seconds"].sum() / first["requests"].sum()),
    )


def _loads(base: Base, growth: float, waves: int, crawlers: float) -> pd.DataFrame:
    """Return the work of each minute, where the push comes in waves and crawlers are kept out."""
    push = base.push.to_numpy()
    shifted = [np.roll(push, wave, axis=0) for wave in range(waves)]  # it ends with zeros
    spread = np.sum(shifted, axis=0) / waves
    loads = growth * (base.loads - push + spread).clip(lower=0.0)
    return loads.assign(crawlers=crawlers * loads["crawlers"]) if "crawlers" in loads else loads


def _alt(work: float, servers: int) -> str:
    message = _(
        "The work around the push by source, with a line at {servers} servers; the busiest minute "
        "keeps {work:.1f} busy. Below, how long calls take with more and with fewer servers."
    )
    return message.format(servers=servers, work=work)


def _table(base: Base, loads: pd.DataFrame, busiest: pd.Series[float], servers: int) -> str:
    """Return what these servers give in the busiest minute, and what they cost, as a table."""
    work = float(busiest.sum())
    given = {"service_ms": base.service_ms, "servers": servers}
    chance = topic.peak_load(busiest, **given).over
    heaps = topic.peak_load(busiest, dispersion=base.dispersion, **given).over
    hours = len(loads) / 60
    cost = topic.cost_of_servers(
        loads.sum(axis=1), [servers], price=HIRE * hours, lost=MISSING
    ).iloc[0]
    rows = [(_("busiest minute: servers kept busy"), f"{work:.1f}")]
    rows += _times(work, servers, base.each)
    rows += [
        (_("more work than servers, if calls came by chance"), f"{chance:.2%}"),
        (_("more work than servers, as calls come in heaps"), f"{heaps:.1%}"),
        (_("work that finds no server, minutes"), f"{cost['short']:.1f}"),
        (_("servers cost"), theme.yuan(float(cost["bought"]))),
        (_("lost"), theme.yuan(float(cost["lost"]))),
        (_("both"), theme.yuan(float(cost["total"]))),
    ]
    return table([], rows)


def _times(work: float, servers: int, each: float) -> list[tuple[str, str]]:
    """Return the times of calls, or that the line never stops growing."""
    if work >= servers:
        return [(_("times"), _("the line never stops growing"))]
    lines = [topic.response(work, servers, service=each, share=one) for one in (0.95, 0.99)]
    told = [(_("mean time of a call"), lines[0].response)]
    told += [(_("95 of 100 calls within"), lines[0].quantile)]
    told += [(_("99 of 100 calls within"), lines[1].quantile)]
    return [(name, _("{ms:,.0f} ms").format(ms=value)) for name, value in told]
