"""Figures of delivery: the map, carriers with intervals, what a promise costs, and warehouses.

Each function takes what a function of :mod:`ecokit.delivery` returned and draws into `ax` or into
a new figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ecokit.inputs.renamed import attach
from ecokit.messages import _
from ecokit.plots import theme

if TYPE_CHECKING:
    import pandas as pd

__getattr__ = attach(__name__)[0]

COLORS = (
    theme.BLUE,
    theme.ORANGE,
    theme.GREEN,
    theme.PURPLE,
    theme.BROWN,
    theme.SKY,
    theme.RED,
    theme.PINK,
)
_SHAPES = "o^DvXp<P"  # so that no colour has to be told from another one; squares are warehouses
_BOX = 17.0  # points, the side of a warehouse's square
_GAPS = (2.0, 6.0, 11.0)  # points between a mark and the name of its city: the nearest that is free
_SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (0.6, 1), (-0.6, 1), (0.6, -1), (-0.6, -1))


@theme.drawn(
    height=5.0,
    cities="city_id name longitude latitude",
    served="city_id parcels {by}",
    sites="warehouse_id city_id",
)
def network(
    cities: pd.DataFrame,
    served: pd.DataFrame,
    sites: pd.DataFrame | None = None,
    by: str = "carrier_id",
    ax: Axes = theme.NEW,
) -> None:
    """Draw the cities on a map: who serves each, how many parcels, and where warehouses stand.

    Parameters
    ----------
    cities : DataFrame
        ``city_id``, ``name``, ``longitude``, ``latitude``.
    served : DataFrame
        A row a city, and more where it is divided: ``city_id``, ``parcels``, and the column `by`.
    sites : DataFrame, optional
        Warehouses to draw: ``warehouse_id``, ``city_id``. Where `by` is ``"warehouse_id"``, a
        line leads from each to its cities, and those that serve none are hollow.
    by : str
        Who serves: ``"carrier_id"`` or ``"warehouse_id"``.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells who serves most.

    Examples
    --------
    >>> import pandas as pd
    >>> cities = pd.DataFrame({"city_id": ["C1", "C2"], "name": ["Beijing", "Shanghai"],
    ...     "longitude": [116.4, 121.5], "latitude": [39.9, 31.2]})
    >>> served = pd.DataFrame({"city_id": ["C1", "C2"], "carrier_id": ["E1", "E2"],
    ...     "parcels": [30, 90]})
    >>> network(cities, served).axes[0].get_title(loc="left")
    'E2 serves 75 % of the parcels'
    """
    placed = served.merge(cities, on="city_id")
    if sites is not None:
        _sites(ax, cities, placed, sites, by)
    halves = _halves(cities, sites)
    most = max(float(placed["parcels"].max()), 1.0)
    order = placed.sort_values("parcels", ascending=False)  # small ones above large ones
    for place, (who, rows) in enumerate(order.groupby(by, sort=True)):
        sizes = 30 + 370 * rows["parcels"].astype(float) / most
        halves = halves.combine(((sizes / 2) ** 0.5).groupby(rows["city_id"]).max(), max, 0.0)
        ax.scatter(
            rows["longitude"],
            rows["latitude"],
            s=sizes,
            color=COLORS[place % len(COLORS)],
            marker=_SHAPES[place % len(_SHAPES)],
            alpha=0.85,
            zorder=3,
            label=str(who),
        )
    _map_axes(ax, cities)
    legend = ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), title=_who(by))
    for handle in legend.legend_handles:
        if handle is not None:
            handle.set_sizes([70])  # type: ignore[attr-defined]
    parcels = placed.groupby(by)["parcels"].sum()
    share = 100 * float(parcels.max()) / float(parcels.sum())
    finding = _("{who} serves {share:.0f} % of the parcels")
    ax.set_title(finding.format(who=parcels.idxmax(), share=share))
    _city_names(ax, cities, halves)


def _who(by: str) -> str:
    names = {"carrier_id": _("carrier"), "warehouse_id": _("warehouse")}
    return names.get(by, theme.words(by))


def _sites(
    ax: Axes, cities: pd.DataFrame, placed: pd.DataFrame, sites: pd.DataFrame, by: str
) -> None:
    """Draw warehouses, and lines to the cities that they serve."""
    stands = sites.merge(cities, on="city_id")
    serving = set(placed["warehouse_id"]) if by == "warehouse_id" else set(stands["warehouse_id"])
    if by == "warehouse_id":
        ends = placed.merge(stands, on="warehouse_id", suffixes=("", "_from"))
        ax.plot(
            ends[["longitude_from", "longitude"]].to_numpy(float).T,
            ends[["latitude_from", "latitude"]].to_numpy(float).T,
            color="#bbbbbb",
            lw=1.2,
            zorder=1,
        )
    for row in stands.itertuples():
        used = row.warehouse_id in serving
        ax.plot(
            float(row.longitude),  # type: ignore[arg-type]
            float(row.latitude),  # type: ignore[arg-type]
            "s",
            ms=_BOX,
            mfc="none",
            mec="black" if used else "#999999",
            mew=2.2 if used else 1.0,
            ls="none",
            zorder=2,
        )


def _halves(cities: pd.DataFrame, sites: pd.DataFrame | None) -> pd.Series[float]:
    """Return by city how far a warehouse's square reaches from its middle, in points."""
    stands = cities["city_id"].isin([] if sites is None else sites["city_id"])
    return (stands * (_BOX / 2 + 1.5)).set_axis(cities["city_id"])


def _city_names(ax: Axes, cities: pd.DataFrame, halves: pd.Series[float]) -> None:
    """Write each name beside its city, where it lies on no mark and on no other name.

    The axes have to be drawn so far: what is free hangs on their size.
    """
    figure = theme.figure_of(ax)
    layout = figure.get_layout_engine()
    if layout is not None:
        layout.execute(figure)
    ax.apply_aspect()
    places = cities[["longitude", "latitude"]].to_numpy(float)
    pixel = figure.dpi / 72
    names = [
        ax.annotate(
            str(name),
            tuple(at),
            textcoords="offset points",
            xytext=(0, 0),
            ha="center",
            va="center",
            fontsize=9,
            zorder=4,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],  # over lines
        )
        for name, at in zip(cities["name"], places, strict=True)
    ]
    sizes = [name.get_window_extent() for name in names]
    found = _beside(
        ax.transData.transform(places) / pixel,
        halves.reindex(cities["city_id"]).to_numpy(float),
        np.array([(size.width, size.height) for size in sizes]) / 2 / pixel,
        np.array(ax.bbox.extents) / pixel,
    )
    for name, offset in zip(names, found, strict=True):
        name.set_position(tuple(offset))


def _beside(at: Any, marks: Any, names: Any, frame: Any) -> Any:
    """Return how far each name is moved from its mark: to the first of many places that is free.

    Marks are squares of half a side, names boxes of half a width and half a height, all in points;
    `frame` is left, bottom, right and top. A name with few free places is placed before others.
    """
    far = 1e4
    left, bottom, right, top = frame
    edges = [(-far, -far, left, far), (right, -far, far, far), (-far, -far, far, bottom)]
    squares = np.c_[at - marks[:, None], at + marks[:, None]]
    taken = np.vstack([squares, *edges, (-far, top, far, far)])
    tried = np.array([(*side, gap) for gap in _GAPS for side in _SIDES])
    moves = tried[:, :2] * (names + marks[:, None])[:, None] + tried[:, :2] * tried[:, 2:]
    middles = at[:, None] + moves
    boxes = np.concatenate([middles - names[:, None], middles + names[:, None]], axis=2)
    free = [sum(_covered(box, taken) == 0 for box in own) for own in boxes]
    found = np.zeros_like(at)
    for place in np.argsort(free, kind="stable"):
        best = int(np.argmin([_covered(box, taken) for box in boxes[place]]))
        found[place] = moves[place, best]
        taken = np.vstack([taken, boxes[place, best]])
    return found


def _covered(box: Any, taken: Any) -> float:
    """Return how much of a box is taken, in square points."""
    width = np.minimum(box[2], taken[:, 2]) - np.maximum(box[0], taken[:, 0])
    height = np.minimum(box[3], taken[:, 3]) - np.maximum(box[1], taken[:, 1])
    return float((width.clip(0) * height.clip(0)).sum())


def _map_axes(ax: Axes, cities: pd.DataFrame) -> None:
    x, y = (cities[name].to_numpy(float) for name in ("longitude", "latitude"))
    ax.set_xlim(x.min() - 4, x.max() + 8)
    ax.set_ylim(y.min() - 3, y.max() + 3)
    ax.set_aspect(1 / np.cos(np.radians(float(y.mean()))))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda degrees, _at: f"{degrees:.0f}°"))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda degrees, _at: f"{degrees:.0f}°"))
    ax.set_xlabel(_("longitude, east"))
    ax.set_ylabel(_("latitude, north"))


@theme.drawn(height=1.7, row=0.5, table="{by} naive rate low high")
def carriers(
    table: pd.DataFrame,
    truth: pd.Series[float] | None = None,
    by: str = "carrier_id",
    ax: Axes = theme.NEW,
) -> None:
    """Draw carriers like with like, with intervals, and the naive rate beside each.

    Parameters
    ----------
    table : DataFrame
        What ``delivery.like_with_like`` returned.
    truth : Series, optional
        What the simulator says, by carrier.
    by : str
        The column of their names.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells who is best, and whether the naive rates say the same.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"carrier_id": ["E1", "E2"], "naive": [0.87, 0.74],
    ...     "rate": [0.76, 0.83], "low": [0.6, 0.75], "high": [0.87, 0.89]})
    >>> carriers(table).axes[0].get_title(loc="left")
    'Like with like E2 is best, by the plain average E1'
    """
    order = table.sort_values("rate", ascending=False).reset_index(drop=True)
    places = list(range(len(order)))
    ax.hlines(places, order["low"], order["high"], color=theme.BLUE, lw=3)
    ax.plot(order["rate"], places, "o", color=theme.BLUE, ms=8, label=_("like with like"))
    ax.plot(order["naive"], places, "X", color=theme.GREY, ms=9, label=_("plain average"))
    if truth is not None:
        known = truth.reindex(order[by]).to_numpy(float)
        ax.plot(known, places, "D", color=theme.ORANGE, ms=7, label=_("truth"))
    ax.set_yticks(places, [theme.words(name) for name in order[by]])
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    theme.percent_axis(ax, "x")
    ax.set_xlabel(_("parcels on time, with 95 % interval"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.45, -0.5 / (1 + 0.4 * len(order))), ncols=3)
    best, plain = order[by].iloc[0], order[by].iloc[int(order["naive"].argmax())]
    if best == plain:
        finding = _("{best} is best, like with like and by the plain average")
    else:
        finding = _("Like with like {best} is best, by the plain average {plain}")
    ax.set_title(finding.format(best=best, plain=plain))


@theme.drawn(height=3.8, table="promise cost share price possible")
def promise_cost(table: pd.DataFrame, chosen: float | None = None, ax: Axes = theme.NEW) -> None:
    """Draw what each promise costs, up to the one that nobody can keep.

    Parameters
    ----------
    table : DataFrame
        What ``delivery.price_of_punctuality`` returned.
    chosen : float, optional
        A promise to mark, one of the table.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells what the first and the last point cost.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"promise": [0.85, 0.9, 0.95, 0.99], "share": [0.85, 0.93, 0.95, None],
    ...     "cost": [1400.0, 1800, 2100, None], "price": [None, 80.0, 60.0, None],
    ...     "possible": [True, True, True, False]})
    >>> promise_cost(table).axes[0].get_title(loc="left")
    'One more point costs ¥80 at 85 %, and ¥60 at 90 %'
    """
    known = table[table["possible"].astype(bool)]
    ax.plot(known["promise"], known["cost"], "o-", color=theme.BLUE, lw=2.5)
    lost = table[~table["possible"].astype(bool)]
    if len(lost):
        edge = float(lost["promise"].iloc[0])
        end = max(float(table["promise"].max()), edge + 0.004)  # some field, even at the last one
        ax.axvspan(edge, end, color=theme.GREY, alpha=0.25, lw=0)
        ax.axvline(edge, color=theme.GREY, lw=1)
        words = _("cannot be kept")
        ax.annotate(
            words,
            (edge, 0.5),
            xycoords=("data", "axes fraction"),
            rotation=90,
            ha="right",
            va="center",
            xytext=(-3, 0),
            textcoords="offset points",
        )
    if chosen is not None:
        near = known.iloc[int((known["promise"] - chosen).abs().argmin())]
        ax.plot(near["promise"], near["cost"], "o", color=theme.ORANGE, ms=12, zorder=3)
    theme.percent_axis(ax, "x")
    theme.yuan_axis(ax)
    ax.set_xlabel(_("parcels promised on time"))
    ax.set_ylabel(_("cost"))
    priced = known.dropna(subset="price")
    if len(priced):
        at = known["promise"].shift().loc[priced.index]
        finding = _("One more point costs {first} at {low:.0f} %, and {last} at {high:.0f} %")
        told: dict[str, Any] = {"low": 100 * at.iloc[0], "high": 100 * at.iloc[-1]}
        first, last = (theme.yuan(float(priced["price"].iloc[place])) for place in (0, -1))
        ax.set_title(finding.format(first=first, last=last, **told))


@theme.drawn(height=1.5, row=0.5, table="carrier_id parcels extra possible")
def without_each(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw what it costs to do without each carrier.

    Parameters
    ----------
    table : DataFrame
        What ``delivery.without_each`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names the carriers that cannot be missed, or the dearest to miss.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"carrier_id": ["E2", "E1"], "parcels": [100.0, 100.0],
    ...     "extra": [None, 300.0], "possible": [False, True]})
    >>> without_each(table).axes[0].get_title(loc="left")
    'Without E2 the promise cannot be kept'
    """
    places = range(len(table))
    extra = table["extra"].astype(float)
    ax.barh(places, extra.fillna(0), color=theme.BLUE, height=0.6)
    for place, value, possible in zip(places, extra, table["possible"], strict=True):
        words = theme.yuan(value) if possible else _("cannot be kept without it")
        at = float(value) if possible else 0.0
        ax.annotate(words, (at, place), textcoords="offset points", xytext=(4, 0), va="center")
    ax.set_yticks(places, [theme.words(name) for name in table["carrier_id"]])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(0, 1.25 * max(float(extra.max()) if extra.notna().any() else 0.0, 1.0))
    ax.grid(visible=False, axis="y")
    theme.yuan_axis(ax, "x")
    ax.set_xlabel(_("cost more without it"))
    lost = table.loc[~table["possible"].astype(bool), "carrier_id"]
    if len(lost):
        finding = _("Without {names} the promise cannot be kept")
        ax.set_title(finding.format(names=", ".join(map(str, lost))))
    else:
        worst = table.iloc[int(extra.argmax())]
        finding = _("{name} is dearest to miss: {extra} more")
        ax.set_title(
            finding.format(name=worst["carrier_id"], extra=theme.yuan(float(worst["extra"])))
        )


@theme.drawn(height=3.6, table="week share kept")
def weeks(table: pd.DataFrame, promise: float, ax: Axes = theme.NEW) -> None:
    """Draw the share on time in each week that was played, beside the promise.

    Parameters
    ----------
    table : DataFrame
        What ``delivery.play_weeks`` returned.
    promise : float
        The share that was promised.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title counts the weeks that keep it.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"week": [1, 2, 3], "share": [0.91, 0.88, 0.93],
    ...                       "kept": [True, False, True]})
    >>> weeks(table, 0.9).axes[0].get_title(loc="left")
    'The promise is kept in 2 of 3 weeks'
    """
    kept = table["kept"].astype(bool)
    for these, color, label in (
        (kept, theme.BLUE, _("kept")),
        (~kept, theme.ORANGE, _("broken")),
    ):
        rows = table[these]
        shape = "o" if color == theme.BLUE else "X"
        ax.plot(rows["week"], rows["share"], shape, color=color, ms=7, label=label)
    ax.axhline(promise, color="black", lw=1.5, label=_("promise"))
    theme.percent_axis(ax)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel(_("week"))
    ax.set_ylabel(_("parcels on time"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=3)
    finding = _("The promise is kept in {n} of {all} weeks")
    ax.set_title(finding.format(n=int(kept.sum()), all=len(table)))


@theme.drawn(height=3.6, table="count fixed serving cost")
def by_number(
    table: pd.DataFrame, stock: pd.Series[float] | None = None, ax: Axes = theme.NEW
) -> None:
    """Draw what one, two, three warehouses cost: to keep, to serve from, and in stock.

    Parameters
    ----------
    table : DataFrame
        What ``delivery.by_number`` returned.
    stock : Series, optional
        Yuan of safety stock by number of warehouses, for the same time.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells the number that costs least.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"count": [1, 2], "fixed": [30.0, 130.0], "serving": [90.0, 30.0],
    ...                       "cost": [120.0, 160.0]})
    >>> by_number(table).axes[0].get_title(loc="left")
    'Least cost with 1 warehouse: ¥120'
    """
    parts = {
        _("serving cities"): (table["serving"].to_numpy(float), theme.BLUE),
        _("keeping them open"): (table["fixed"].to_numpy(float), theme.ORANGE),
    }
    if stock is not None:
        held = stock.reindex(table["count"]).to_numpy(float)
        parts[_("safety stock")] = (held, theme.GREEN)
    under = np.zeros(len(table))
    for label, (values, color) in parts.items():
        ax.bar(table["count"], values, bottom=under, color=color, width=0.65, label=label)
        under = under + values
    best = int(np.nanargmin(under))
    ax.plot(table["count"].iloc[best], under[best], "v", color="black", ms=9, clip_on=False)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    theme.yuan_axis(ax)
    ax.grid(visible=False, axis="x")
    ax.set_xlabel(_("warehouses open"))
    ax.set_ylabel(_("cost"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=3)
    n = int(table["count"].iloc[best])
    one = _("Least cost with {n} warehouse: {cost}")
    many = _("Least cost with {n} warehouses: {cost}")
    ax.set_title((one if n == 1 else many).format(n=n, cost=theme.yuan(float(under[best]))))
