"""The lab of systems: one of them stops; what stops with it, whom to call, and a way round it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ecokit import systems as topic
from ecokit.errors import CourseError
from ecokit.explore.controls import Choice, Toggle
from ecokit.explore.lab import Lab, Told
from ecokit.explore.tables import table
from ecokit.messages import _
from ecokit.plots import systems as plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

QUEUED = "order_management"  # who sends it orders keeps them in a queue while it is away
GUESTS = "identity"  # whose callers go on with those who are signed in already
STOPS = ("S02", "S09", "S03", "S01", "S10", "S12")  # of the page; the exercise asks for another
NOBODY = ""


def lab(shop: Shop) -> Lab:
    """Return the lab: what stops, what else stops, two ways round, and which flows are shown.

    Parameters
    ----------
    shop : Shop
        With the tables systems and links.
    """
    systems, links = shop["systems"], shop["links"]
    if systems.empty:
        raise CourseError(_("The table systems has no row, so there is nothing to draw."))
    named = list(zip(systems["name"].astype(str), systems["system_id"].astype(str), strict=True))
    known = [one for one in STOPS if one in set(systems["system_id"])]

    def draw(
        figure: Figure, stopped: str, also: str, flows: str, *, queue: bool, guests: bool
    ) -> Told:
        gone = list(dict.fromkeys(one for one in (stopped, also) if one))
        found = {"systems": systems, "links": _round(systems, links, queue=queue, guests=guests)}
        stops = topic.what_stops(found, gone)
        chosen = list(topic.FLOWS) if flows == NOBODY else [flows]
        figure.subplots_adjust(left=0.02, right=0.98, top=0.92, bottom=0.1)
        ax = figure.add_subplot()
        plots.system_map(topic.system_map(found, flows=chosen), stops, without=gone, ax=ax)
        title = ax.get_title(loc="left")
        names = systems.set_index("system_id")["name"]
        others = ", ".join(names.reindex(stops["system_id"].unique())) or _("none")
        alt = _("The map of systems. {title}: {others}.").format(title=title, others=others)
        return Told(alt, _table(systems, stops, gone))

    words = plots.flow_names()
    return Lab(
        _("What stops"),
        {
            "stopped": Choice(_("This system stops"), named, known[0] if known else named[0][1]),
            "also": Choice(_("And this one"), [(_("none"), NOBODY), *named], NOBODY),
            "flows": Choice(
                _("Show what flows"),
                [(_("all"), NOBODY), *((words[one], one) for one in topic.FLOWS)],
                NOBODY,
            ),
            "queue": Toggle(_("Orders wait in a queue while order management is away")),
            "guests": Toggle(_("Who is signed in stays in while sign-in is away")),
        },
        draw,
        along="stopped",
        stops=known,
        size=(7.2, 5.4),
    )


def _round(
    systems: pd.DataFrame, links: pd.DataFrame, *, queue: bool, guests: bool
) -> pd.DataFrame:
    """Return the links as they are once the ways round are made."""
    kinds = systems.set_index("system_id")["kind"]
    asked = links["to_system"].map(kinds)
    waits = (asked == QUEUED) & (links["flow"] == "orders") & queue
    stays = (asked == GUESTS) & guests
    return links.assign(needed=links["needed"].astype(bool) & ~waits & ~stays)


def _table(systems: pd.DataFrame, stops: pd.DataFrame, gone: list[str]) -> str:
    """Return what stops, when, who mends it, and how soon that was promised."""
    known = systems.set_index("system_id")
    turn: dict[str, int] = dict.fromkeys(gone, 0)
    for one, after in zip(stops["system_id"], stops["round"], strict=True):
        turn.setdefault(str(one), int(after))
    told = []
    for one, after in turn.items():
        row: Any = known.loc[one].to_dict()
        who = row["provider"] if row["outsourced"] else _("we")
        told.append([row["name"], str(after), who, str(row["answer_minutes"])])
        told[-1].append(str(row["mend_minutes"]))
    heads = [_("System"), _("Round"), _("Who mends it"), _("answers, min"), _("mends, min")]
    return table(heads, told, bold=range(len(gone)))
