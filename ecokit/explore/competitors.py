"""The competitor watch: a threshold for the matching, and the prices that follow from it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

import ipywidgets as widgets
import pandas as pd

from ecokit import competitors as topic
from ecokit.errors import CourseError
from ecokit.explore.base import Frame, Frames, Picture, app
from ecokit.messages import _
from ecokit.plots import competitors as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

TITLE = _("Competitor watch")
LOWEST = 0.1
STEPS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
LISTED = 6
ALL = ""


class _Match:
    """All likely pairs of a shop, scored once; a threshold then costs next to nothing."""

    def __init__(self, shop: Shop) -> None:
        self.panel = topic.published(shop)
        self.names = shop.products.set_index("product_id")["name"]
        products = shop.products.set_index("product_id")[["name", "category"]]
        offers = self.panel.drop_duplicates(["competitor_id", "sku"], keep="last")
        known = shop.competitor_products.dropna(subset=["product_id"])
        self.pairs, self.truth = {}, {}
        for competitor, group in offers.groupby("competitor_id"):
            theirs = group.set_index("sku")[["name", "category"]]
            pairs = topic.similarities(products, theirs, ["name"], LOWEST, "category")
            self.pairs[competitor] = pairs.assign(theirs=pairs["right"].map(theirs["name"]))
            same = known[(known["competitor_id"] == competitor) & known["sku"].isin(theirs.index)]
            self.truth[competitor] = set(zip(same["product_id"], same["sku"], strict=True))

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
        table = pd.DataFrame(counts).reindex(list(self.pairs), fill_value=0)
        table = table.astype("int64")
        table["true"] = [len(self.truth[competitor]) for competitor in table.index]
        return table.rename_axis("competitor_id").reset_index()


def explorer(shop: Shop) -> widgets.Widget:
    """Return the watch, two tabs: what a threshold matches, and the price level that follows.

    Parameters
    ----------
    shop : Shop
        With the tables products, stock, competitor_products and competitor_prices.
    """
    match = _Match(shop)
    threshold = widgets.FloatSlider(
        0.2, min=LOWEST, max=0.5, step=0.05, description=_("Threshold"), readout_format=".2f"
    )
    words = widgets.HTML()

    def draw(figure: Figure) -> str:
        theme.use()
        figure.subplots_adjust(left=0.08, right=0.97, top=0.86, bottom=0.33)
        pairs = match.at(threshold.value)
        words.value = _doubtful(pairs, match)
        return _finding(plots.matches(match.counts(pairs), threshold.value, figure.add_subplot()))

    picture = Picture(draw, (7.2, 2.6))
    threshold.observe(picture.redraw, "value")
    prices, redraw = _prices(shop, match, threshold)
    tabs = widgets.Tab([app([threshold], [picture, words]), prices])
    for number, title in enumerate((_("Matching"), _("Price level"))):
        tabs.set_title(number, title)

    def opened(change: dict[str, int]) -> None:
        if change["new"] == 1:  # the threshold may have moved since
            redraw()

    tabs.observe(opened, "selected_index")
    return widgets.VBox([widgets.HTML(f"<h3>{TITLE}</h3>"), tabs])


def _prices(
    shop: Shop, match: _Match, threshold: widgets.Widget
) -> tuple[widgets.Widget, Callable[[], None]]:
    """Return the tab of price levels, and what redraws it."""
    own = topic.own_prices(shop.stock)
    names = [(name.replace("_", " "), name) for name in _categories(shop)]
    category = widgets.Dropdown(options=[(_("all"), ALL), *names], description=_("Category"))
    formula = widgets.Dropdown(
        options=[
            (_("geometric mean of the ratios (Jevons)"), "jevons"),
            (_("weighed by our sales (Törnqvist)"), "tornqvist"),
            (_("ratio of the mean prices (Dutot)"), "dutot"),
        ],
        description=_("Index"),
    )
    paid = widgets.Dropdown(
        options=[(_("price paid"), "price"), (_("list price"), "list_price")],
        description=_("Their price"),
    )

    @lru_cache(maxsize=2)
    def matched(threshold: float, price: str) -> pd.DataFrame:
        panel = match.panel.assign(price=match.panel[price])
        try:
            return topic.price_gaps(panel, match.at(threshold), own)
        except CourseError:  # no pair is left at this threshold
            return pd.DataFrame({"category": []})

    def draw(figure: Figure) -> str:
        theme.use()
        figure.subplots_adjust(left=0.12, right=0.97, top=0.88, bottom=0.1)
        ax, gaps = figure.add_subplot(), matched(threshold.value, paid.value)
        if category.value != ALL:
            gaps = gaps[gaps["category"] == category.value]
        if gaps.empty:
            return _empty(ax)
        levels = topic.spatial_index(gaps, formula.value, by=["week", "competitor_id"])
        return _finding(plots.gaps(levels.dropna(subset="index"), ax))

    picture = Picture(draw, (7.2, 3.6))
    for control in (category, formula, paid):
        control.observe(picture.redraw, "value")
    return app([category, formula, paid], [picture]), picture.redraw


def frames(shop: Shop) -> Frames:
    """Return the static twin: what each threshold finds, and misses."""
    match = _Match(shop)

    def frame(threshold: float) -> Frame:
        table = match.counts(match.at(threshold))

        def draw() -> Figure:
            return plots.matches(table, threshold)

        said = [
            _("{shop} {right} right, {wrong} wrong, {missed} missed").format(
                shop=row["competitor_id"],
                right=row["right"],
                wrong=row["found"] - row["right"],
                missed=row["true"] - row["right"],
            )
            for row in table.to_dict("records")
        ]
        alt = _("Threshold {t:g}: {said}.").format(t=threshold, said="; ".join(said))
        return Frame(f"{threshold:g}", draw, alt)

    return Frames(TITLE, _("Threshold"), [frame(threshold) for threshold in STEPS])


def _categories(shop: Shop) -> list[str]:
    return sorted(shop.products["category"].unique())


def _finding(figure: Figure) -> str:
    return str(figure.axes[0].get_title(loc="left"))


def _empty(ax: Axes) -> str:
    words = _("No pair is left: lower the threshold.")
    ax.set_axis_off()
    ax.set_title(words)
    return words


def _doubtful(pairs: pd.DataFrame, match: _Match) -> str:
    """List the pairs nearest above the threshold: those that a person should look at."""
    last = pairs.nsmallest(LISTED, "score", keep="all").head(LISTED)
    if last.empty:
        return _("<p>No pair is left: lower the threshold.</p>")
    table = pd.DataFrame(
        {
            _("Ours"): last["product_id"].map(match.names),
            _("Theirs"): last["theirs"],
            _("Shop"): last["competitor_id"],
            _("Likeness"): last["score"].map("{:.2f}".format),
            _("In truth"): last["is_right"].map({True: _("the same"), False: _("another")}),
        }
    )
    head = _("<p>The least alike of these pairs:</p>")
    return head + table.to_html(index=False, border=0, classes="ecokit-table")
