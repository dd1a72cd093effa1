"""The competitor watch: a threshold for the matching, and the prices that follow from it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.figure import Figure

from ecokit import competitors as topic
from ecokit.errors import CourseError
from ecokit.explore.lab import Choice, Control, Lab, Slider, Tabs, Told, steps, table
from ecokit.messages import _
from ecokit.plots import competitors as plots

if TYPE_CHECKING:
    from ecokit.shop import Shop

TITLE = _("Competitor watch")
LOWEST = 0.1
STOPS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
"""The thresholds of the static twin."""

LISTED = 6
ALL = ""
NO_PAIR = _("No pair is left: lower the threshold.")


class _Match:
    """All likely pairs of a shop, scored once; a threshold then costs next to nothing."""

    def __init__(self, shop: Shop) -> None:
        self.panel = topic.published(shop)
        products = shop.products.set_index("product_id")
        self.names = products["name"]
        offers = self.panel.drop_duplicates(["competitor_id", "sku"], keep="last")
        known = shop.competitor_products.dropna(subset=["product_id"])
        self.pairs: dict[str, pd.DataFrame] = {}
        self.truth: dict[str, set[tuple[str, str]]] = {}
        for competitor, group in offers.groupby("competitor_id"):
            theirs = group.set_index("sku")
            pairs = topic.similarities(products, theirs, ["name"], LOWEST, "category")
            self.pairs[str(competitor)] = pairs.assign(theirs=pairs["right"].map(theirs["name"]))
            same = known[(known["competitor_id"] == competitor) & known["sku"].isin(theirs.index)]
            self.truth[str(competitor)] = set(zip(same["product_id"], same["sku"], strict=True))

    def at(self, threshold: float) -> pd.DataFrame:
        """Return the one-to-one pairs above a threshold, and whether each is right."""
        found = []
        for competitor, pairs in self.pairs.items():
            chosen = topic.assign(pairs[pairs["score"] >= threshold - 1e-9])
            pair = zip(chosen["left"], chosen["right"], strict=True)
            right = [one in self.truth[competitor] for one in pair]
            found.append(chosen.assign(competitor_id=competitor, is_right=right))
        return pd.concat(found).rename(columns={"left": "product_id", "right": "sku"})

    def counts(self, chosen: pd.DataFrame) -> pd.DataFrame:
        """Count right, found and true pairs by competitor."""
        groups = chosen.groupby("competitor_id")["is_right"]
        counts = groups.agg(right="sum", found="size")
        found = pd.DataFrame(counts).reindex(list(self.pairs), fill_value=0).astype("int64")
        found["true"] = [len(self.truth[competitor]) for competitor in found.index]
        return found.rename_axis("competitor_id").reset_index()


def lab(shop: Shop) -> Tabs:
    """Return the watch, two tabs: what a threshold matches, and the price level that follows.

    Parameters
    ----------
    shop : Shop
        With the tables products, stock, competitor_products and competitor_prices.
    """
    match = _Match(shop)
    return Tabs(TITLE, [_matching(match), _prices(shop, match)])


def _threshold() -> Slider:
    return Slider(_("Threshold"), steps(LOWEST, 0.5, 0.05, "{:g}"), 0.2)


def _matching(match: _Match) -> Lab:
    def draw(figure: Figure, threshold: float) -> Told:
        figure.subplots_adjust(left=0.08, right=0.97, top=0.86, bottom=0.33)
        pairs = match.at(threshold)
        counts = match.counts(pairs)
        plots.matches(counts, threshold, ax=figure.add_subplot())
        return Told(_found(counts, threshold), _doubtful(pairs, match.names))

    controls: dict[str, Control] = {"threshold": _threshold()}
    title = _("Matching")
    return Lab(title, controls, draw, along="threshold", stops=STOPS, size=(7.2, 2.8))


def _prices(shop: Shop, match: _Match) -> Lab:
    own = topic.own_prices(shop)
    names = [(name.replace("_", " "), name) for name in sorted(shop.products["category"].unique())]
    controls: dict[str, Control] = {
        "threshold": _threshold(),
        "category": Choice(_("Category"), [(_("all"), ALL), *names]),
        "formula": Choice(
            _("Index"),
            [
                (_("geometric mean of the ratios (Jevons)"), "jevons"),
                (_("weighed by our sales (Törnqvist)"), "tornqvist"),
                (_("ratio of the mean prices (Dutot)"), "dutot"),
            ],
        ),
        "paid": Choice(
            _("Their price"), [(_("price paid"), "price"), (_("list price"), "list_price")]
        ),
    }

    @lru_cache(maxsize=2)
    def matched(threshold: float, price: str) -> pd.DataFrame:
        pairs = match.at(threshold)
        if pairs.empty:
            return pd.DataFrame({"category": []})
        panel = match.panel.assign(price=match.panel[price])
        try:
            gaps: pd.DataFrame = topic.price_gaps(panel, pairs, own)
        except CourseError:  # none of the pairs was on offer at both in a week
            return pd.DataFrame({"category": []})
        return gaps

    def draw(figure: Figure, threshold: float, category: str, formula: str, paid: str) -> str:
        figure.subplots_adjust(left=0.12, right=0.97, top=0.88, bottom=0.1)
        gaps = matched(threshold, paid)
        gaps = gaps[gaps["category"] == category] if category != ALL else gaps
        ax = figure.add_subplot()
        if gaps.empty:
            ax.set_axis_off()
            ax.set_title(NO_PAIR)
            return NO_PAIR
        levels = topic.spatial_index(gaps, formula, by=["week", "competitor_id"])
        plots.gaps(levels.dropna(subset="level"), ax=ax)
        return str(ax.get_title(loc="left"))

    return Lab(_("Price level"), controls, draw, size=(7.2, 3.6))


def _found(counts: pd.DataFrame, threshold: float) -> str:
    """Return in words what a threshold finds at each competitor, and misses."""
    said = [
        _("{shop} {right} right, {wrong} wrong, {missed} missed").format(
            shop=row["competitor_id"],
            right=row["right"],
            wrong=row["found"] - row["right"],
            missed=row["true"] - row["right"],
        )
        for row in counts.to_dict("records")
    ]
    return _("Threshold {t:g}: {said}.").format(t=threshold, said="; ".join(said))


def _doubtful(pairs: pd.DataFrame, names: pd.Series[Any]) -> str:
    """List the pairs nearest above the threshold: those that a person should look at."""
    last = pairs.nsmallest(LISTED, "score", keep="all").head(LISTED)
    if last.empty:
        return f"<p>{NO_PAIR}</p>"
    same = {True: _("the same"), False: _("another")}
    rows = [
        [
            names[pair["product_id"]],
            pair["theirs"],
            pair["competitor_id"],
            f"{pair['score']:.2f}",
            same[pair["is_right"]],
        ]
        for pair in last.to_dict("records")
    ]
    heads = [_("Ours"), _("Theirs"), _("Shop"), _("Likeness"), _("In truth")]
    return table(heads, rows, caption=_("The least alike of these pairs:"))
