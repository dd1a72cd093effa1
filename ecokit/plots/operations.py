"""Figures of operations: stock-outs, assortment, capital, reorder policies, offers, plans."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from ecokit import messages
from ecokit import operations as topic
from ecokit.messages import _
from ecokit.operations import FULL
from ecokit.plots import theme


@theme.drawn(height=3.9, table="{by} unit_rate day_rate sku_rate")
def stockouts(table: pd.DataFrame, by: str = "category", ax: Axes = theme.NEW) -> None:
    """Draw the three stock-out rates of each group beside one another.

    Parameters
    ----------
    table : DataFrame
        What ``operations.stockouts(..., by=by)`` returned.
    by : str
        The column of groups.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"category": ["phones", "audio"], "unit_rate": [0.03, 0.01],
    ...                       "day_rate": [0.02, 0.01], "sku_rate": [0.6, 0.3]})
    >>> stockouts(table).axes[0].get_title(loc="left")
    'Phones: 3.0% of units, 2.0% of days, 60% of SKUs'
    """
    shown = table.sort_values("unit_rate", ascending=False).reset_index(drop=True)
    rows = np.arange(len(shown))
    bars = (
        ("unit_rate", theme.ORANGE, _("units lost, of units asked for")),
        ("day_rate", theme.BLUE, _("product-days with a unit lost")),
        ("sku_rate", theme.GREY, _("SKUs with a unit lost on some day")),
    )
    for place, (column, color, label) in enumerate(bars):
        drawn = ax.barh(rows + 0.27 * (place - 1), shown[column], 0.25, color=color, label=label)
        texts = [f"{share:.1%}" if share < 0.1 else f"{share:.0%}" for share in shown[column]]
        ax.bar_label(drawn, texts, padding=3, size=8.5)
    ax.set_yticks(rows, [theme.words(name) for name in shown[by]])
    ax.invert_yaxis()
    theme.percent_axis(ax, "x")
    ax.set_xlim(0, 1.15 * max(float(shown["sku_rate"].max()), 0.01))
    ax.grid(visible=False, axis="y")
    ax.legend(
        loc="upper center", bbox_to_anchor=(0.42, -0.08), ncols=3, fontsize=9, columnspacing=1
    )
    worst = shown.loc[0]
    ax.set_title(
        _("{group}: {unit:.1%} of units, {day:.1%} of days, {sku:.0%} of SKUs").format(
            group=theme.capital(theme.words(worst[by])),
            unit=worst["unit_rate"],
            day=worst["day_rate"],
            sku=worst["sku_rate"],
        )
    )


@theme.drawn(height=3.2, table="week category lost_sales")
def stockout_calendar(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the yuan lost to stock-outs by category and week as a heat map.

    Parameters
    ----------
    table : DataFrame
        What ``operations.stockouts(..., by=["week", "category"])`` returned.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"week": pd.to_datetime(["2025-06-02", "2025-06-09"]),
    ...                       "category": "phones", "lost_sales": [9000.0, 1000.0]})
    >>> stockout_calendar(table).axes[0].get_title(loc="left")
    'The week of 2 June cost most: ¥9k, 90% of all'
    """
    wide = table.pivot_table(index="category", columns="week", values="lost_sales", aggfunc="sum")
    wide = wide.loc[wide.sum(axis=1).sort_values(ascending=False).index]
    worst = wide.sum().idxmax()
    months = pd.DatetimeIndex(wide.columns)
    wide.index = pd.Index([theme.words(name) for name in wide.index])
    image = ax.imshow(np.sqrt(wide.fillna(0)), aspect="auto", cmap="Oranges")
    ax.set_yticks(range(len(wide)), list(wide.index))
    first = np.flatnonzero(~pd.Index(months.to_period("M")).duplicated())
    first = first[np.append(np.diff(first), 9) > 2]  # a week that only begins in a month
    ax.set_xticks(first, [f"{months[place]:%b}" for place in first.tolist()])
    ax.grid(visible=False)
    bar = theme.figure_of(ax).colorbar(image, ax=ax, shrink=0.9)
    top = float(np.nanmax(wide.to_numpy()))
    ticks = np.array([0, 0.1, 0.4, 1.0]) * top
    bar.set_ticks(list(np.sqrt(ticks)), labels=[theme.yuan(round(tick, -2)) for tick in ticks])
    bar.set_label(_("sales lost in the week"))
    ax.set_title(
        _("The week of {week.day} {week:%B} cost most: {cost}, {share:.0%} of all").format(
            week=worst,
            cost=theme.yuan(wide[worst].sum()),
            share=wide[worst].sum() / np.nansum(wide.to_numpy()),
        )
    )


@theme.drawn(height=3.8, cells="abc xyz products share")
def nine_cells(cells: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the nine cells of ABC and XYZ: share of sales, and products.

    Parameters
    ----------
    cells : DataFrame
        What ``operations.nine_cells`` returned.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"abc": ["A", "C"], "xyz": ["X", "Z"], "products": [3, 9],
    ...                       "share": [0.8, 0.2]})
    >>> nine_cells(cells).axes[0].get_title(loc="left")
    'AX: 3 products make 80% of sales'
    """
    shares = cells.pivot_table(index="abc", columns="xyz", values="share")
    shares = shares.reindex(index=list("ABC"), columns=list("XYZ"))
    counts = cells.pivot_table(index="abc", columns="xyz", values="products").reindex_like(shares)
    texts = [
        [
            "–" if np.isnan(share) else _("{share:.0%}\nproducts: {n:.0f}").format(share=share, n=n)
            for share, n in zip(row, numbers, strict=True)
        ]
        for row, numbers in zip(shares.to_numpy(), counts.to_numpy(), strict=True)
    ]
    sns.heatmap(
        shares.fillna(0),
        ax=ax,
        annot=np.array(texts),
        fmt="",
        cmap="Blues",
        cbar=False,
        linewidths=2,
        vmin=0,
        vmax=max(0.5, float(np.nanmax(shares))),
    )
    ax.set_yticklabels([_("A: makes most"), _("B"), _("C: makes little")], rotation=0)
    ax.set_xticklabels([_("X: steady"), _("Y: moving"), _("Z: erratic")])
    ax.set(xlabel=_("demand from week to week"), ylabel=_("sales"))
    top = cells.iloc[int(cells["share"].to_numpy().argmax())]
    ax.set_title(
        _("{cell}: {n} products make {share:.0%} of sales").format(
            cell=f"{top['abc']}{top['xyz']}", n=top["products"], share=top["share"]
        )
    )


@theme.drawn(height=4.2, table="{by} margin turns_year gmroi_year sales")
def gmroi(table: pd.DataFrame, by: str = "category", ax: Axes = theme.NEW) -> None:
    """Draw margin against turns, with lines of equal GMROI.

    Parameters
    ----------
    table : DataFrame
        What ``operations.performance(..., by=by)`` returned.
    by : str
        The column of groups.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"category": ["phones", "audio"], "margin": [0.1, 0.3],
    ...                       "turns_year": [40.0, 30.0], "gmroi_year": [4.4, 12.9],
    ...                       "sales": [9e5, 1e5]})
    >>> gmroi(table).axes[0].get_title(loc="left")
    'A yuan of stock earns ¥12.9 a year in audio, ¥4.4 in phones'
    """
    size = 60 + 900 * table["sales"] / table["sales"].sum()
    table = table.reset_index(drop=True)
    low = int(table["gmroi_year"].to_numpy().argmin())
    colors = [theme.ORANGE if row == low else theme.BLUE for row in table.index]
    ax.scatter(table["turns_year"], table["margin"], s=size, c=colors, alpha=0.8, zorder=3)
    ax.set_xlim(0, 1.25 * table["turns_year"].max())
    ax.set_ylim(0, 1.3 * table["margin"].max())
    _beside(ax, table, by)
    turns = np.linspace(1, ax.get_xlim()[1], 200)
    for level in (5, 10, 20, 40):
        # profit / stock = g, turns = cost / stock, margin = profit / (profit + cost)
        line = level / (level + turns)
        ax.plot(turns, line, color=theme.GREY, lw=1, ls=":")
        inside = np.flatnonzero(line <= ax.get_ylim()[1] * 0.97)
        if len(inside):
            place = inside[0]
            ax.annotate(f"¥{level}", (turns[place], line[place]), size=8.5, color="#555555")
    theme.percent_axis(ax)
    ax.set(xlabel=_("turns a year (cost of goods over stock at cost)"), ylabel=_("margin"))
    best, worst = table.iloc[int(table["gmroi_year"].to_numpy().argmax())], table.iloc[low]
    ax.set_title(
        _("A yuan of stock earns {high} a year in {best}, {low} in {worst}").format(
            high=messages.yuan(best["gmroi_year"], 1),
            best=theme.words(best[by]),
            low=messages.yuan(worst["gmroi_year"], 1),
            worst=theme.words(worst[by]),
        )
    )


def _beside(ax: Axes, table: pd.DataFrame, by: str) -> None:
    """Name the points in a column on their right, one below the other, with a thin line each."""
    step, column, last = 0.055 * ax.get_ylim()[1], 0.72 * ax.get_xlim()[1], -np.inf
    ordered = table.sort_values("margin")[[by, "turns_year", "margin"]]
    for name, x, y in ordered.itertuples(index=False):
        last = max(y, last + step)
        ax.annotate(
            theme.words(name),
            (x, y),
            (max(column, x + 0.05 * column), last),
            va="center",
            size=9.5,
            arrowprops={"arrowstyle": "-", "color": theme.GREY, "lw": 0.8},
        )


@theme.drawn(height=3.7, table="month stock payables cash_cycle complete")
def capital(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw what stands in the warehouse against what is owed to suppliers, by month.

    Parameters
    ----------
    table : DataFrame
        What ``operations.capital`` returned.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"month": pd.to_datetime(["2025-05-01", "2025-06-01"]),
    ...     "stock": [1e5, 2e5], "payables": [4e5, 5e5], "cash_cycle": [-20.0, -30.0],
    ...     "complete": [True, True]})
    >>> capital(table).axes[0].get_title(loc="left")
    'Suppliers lend: the money is back 25 days before the bill is due'
    """
    rows = np.arange(len(table))
    ax.bar(rows - 0.2, table["stock"], 0.38, color=theme.BLUE, label=_("stock, at cost"))
    full = table["complete"].to_numpy()
    for chosen, color, label in (
        (full, theme.ORANGE, _("owed to suppliers")),
        (~full, "#f3d2b8", _("owed, but older deliveries are not on record")),
    ):
        if chosen.any():
            ax.bar(rows[chosen] + 0.2, table["payables"][chosen], 0.38, color=color, label=label)
    ax.set_xticks(rows, [f"{month:%b}" for month in table["month"]])
    theme.yuan_axis(ax)
    ax.grid(visible=False, axis="x")
    ax.legend(loc="upper left")
    cash = table.loc[table["complete"], "cash_cycle"].mean()
    ax.set_title(
        _("Suppliers lend: the money is back {days:.0f} days before the bill is due").format(
            days=-cash
        )
        if cash < 0
        else _("The shop lends: bills are due {days:.0f} days before the money is back").format(
            days=cash
        )
    )
    ax.set_ylim(0, 1.4 * max(table["payables"].max(), table["stock"].max()))


@theme.drawn(height=3.3, daily="day utilisation")
def storage(daily: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw how full the warehouse is, day by day.

    Parameters
    ----------
    daily : DataFrame
        What ``operations.storage(..., by="day")`` returned.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> daily = pd.DataFrame({"day": pd.date_range("2025-06-01", periods=2),
    ...                       "utilisation": [0.7, 0.9]})
    >>> storage(daily).axes[0].get_title(loc="left")
    'Fullest on 2 June: 90% of the space; too full on 1 of 2 days'
    """
    ax.fill_between(daily["day"], daily["utilisation"], color="#cfe3f3", lw=0)
    ax.plot(daily["day"], daily["utilisation"], color=theme.BLUE, lw=1.3)
    ax.axhline(FULL, color=theme.ORANGE, ls="--", lw=1.2)
    ax.annotate(
        _("{full:.0%}: work slows down").format(full=FULL),
        (daily["day"].iloc[0], FULL),
        (2, 4),
        textcoords="offset points",
        size=9,
        color="#8a4a00",
    )
    theme.percent_axis(ax)
    ax.set_ylim(0, 1.1 * max(1.0, float(daily["utilisation"].max())))
    peak = daily.iloc[int(daily["utilisation"].to_numpy().argmax())]
    title = _("Fullest on {day.day} {day:%B}: {peak:.0%} of the space").format(
        day=peak["day"], peak=peak["utilisation"]
    )
    crowded = int((daily["utilisation"] > FULL).sum())
    if crowded:
        title += _("; too full on {n} of {all} days").format(n=crowded, all=len(daily))
    ax.set_title(title)
    _month_axis(ax, pd.DatetimeIndex(daily["day"]))


def _month_axis(ax: Axes, days: pd.DatetimeIndex) -> None:
    # Plain ticks: a locator of dates is slow, and the lab draws this at every move.
    firsts = days[(days.day == 1) | (days == days[0])]
    firsts = firsts[1:] if len(firsts) > 1 and (firsts[1] - firsts[0]).days < 15 else firsts
    ax.set_xticks(firsts, [f"{day:%b}" for day in firsts])
    ax.grid(visible=False, axis="x")


@theme.drawn(height=3.6)
def stock_path(
    log: topic.Replay, days: pd.DatetimeIndex, reorder_point: float, ax: Axes = theme.NEW
) -> None:
    """Draw the stock of a replayed policy, its reorder point, and the days on which it lost.

    Parameters
    ----------
    log : Replay
        What ``operations.replay`` returned; its first policy is drawn.
    days : DatetimeIndex
        The days of the demand.
    reorder_point : float
        Drawn as a line.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> from ecokit import operations
    >>> log = operations.replay([3, 11, 3], reorder_point=3, order_quantity=6, start=6)
    >>> days = pd.date_range("2025-01-01", periods=3)
    >>> stock_path(log, days, 3).axes[0].get_title(loc="left")
    '88% of 17 units served; 2 lost, on 1 of 3 days'
    """
    closing, lost = log.closing[:, 0], (log.demand - log.sold)[:, 0]
    ax.fill_between(days, closing, step="mid", color="#cfe3f3", lw=0)
    ax.step(days, closing, where="mid", color=theme.BLUE, lw=1.2, label=_("stock in the evening"))
    ax.axhline(reorder_point, color=theme.GREY, ls="--", lw=1.2, label=_("reorder point"))
    out = lost > 0
    if out.any():
        under = np.full(int(out.sum()), -0.03 * closing.max())
        ax.plot(days[out], under, "^", color=theme.RED, ms=5, label=_("units lost"))
    ax.set_ylim(bottom=-0.06 * max(float(closing.max()), 1))
    ax.set_ylabel(_("units"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=3)
    _month_axis(ax, days)
    asked = log.demand[:, 0].sum()
    ax.set_title(
        _("{fill:.0%} of {asked:,.0f} units served; {lost:.0f} lost, on {n} of {days} days").format(
            fill=1 - lost.sum() / max(asked, 1),
            asked=asked,
            lost=lost.sum(),
            n=int(out.sum()),
            days=len(lost),
        )
    )


@theme.drawn(height=3.8, table="lost_margin holding ordering cost fill_rate")
def policy_costs(
    table: pd.DataFrame, points: np.ndarray, chosen: float | None = None, ax: Axes = theme.NEW
) -> None:
    """Draw what reorder points cost: margin lost, stock held, orders placed.

    Parameters
    ----------
    table : DataFrame
        What ``Replay.table(...)`` returned, a row a reorder point.
    points : array
        The reorder points.
    chosen : float, optional
        A point to mark, such as that of a formula.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> table = pd.DataFrame({"lost_margin": [90.0, 10.0], "holding": [5.0, 9.0],
    ...     "ordering": [20.0, 20.0], "cost": [115.0, 39.0], "fill_rate": [0.8, 0.98]})
    >>> policy_costs(table, np.array([2, 6])).axes[0].get_title(loc="left")
    'Cheapest at 6 units: ¥39, fill rate 98.0%'
    """
    layers = (
        ("ordering", theme.GREY, _("ordering")),
        ("holding", theme.BLUE, _("holding")),
        ("lost_margin", theme.ORANGE, _("margin lost")),
    )
    ax.stackplot(
        points,
        [table[name] for name, _color, _label in layers],
        colors=[color for _name, color, _label in layers],
        labels=[label for _name, _color, label in layers],
        alpha=0.85,
    )
    best = int(table["cost"].to_numpy().argmin())
    ax.axvline(points[best], color="black", lw=1, label=_("cheapest"))
    if chosen is not None:
        ax.axvline(chosen, color="black", lw=1.2, ls=":", label=_("by the formula"))
    theme.yuan_axis(ax)
    ax.set(xlabel=_("reorder point (units)"), ylabel=_("cost of the year"))
    ax.set_xlim(points[0], points[-1])
    ax.legend(loc="upper right", frameon=True, framealpha=1, edgecolor="none")
    ax.set_title(
        _("Cheapest at {point:.0f} units: {cost}, fill rate {fill:.1%}").format(
            point=points[best],
            cost=theme.yuan(table["cost"].iloc[best]),
            fill=table["fill_rate"].iloc[best],
        )
    )


@theme.drawn(height=3.0, table="quantity too_few too_many cost")
def newsvendor(table: pd.DataFrame, chosen: float | None = None, ax: Axes = theme.NEW) -> None:
    """Draw what one order costs on average by its size: units too few, units too many.

    Parameters
    ----------
    table : DataFrame
        What ``operations.newsvendor_costs(...)`` returned.
    chosen : float, optional
        A quantity to mark, such as that of the newsvendor's formula.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"quantity": [3.0, 4.0, 5.0], "too_few": [6.0, 2.0, 0.5],
    ...                       "too_many": [0.5, 1.0, 3.0], "cost": [6.5, 3.0, 3.5]})
    >>> newsvendor(table, chosen=4).axes[0].get_title(loc="left")
    'Cheapest at 4 units: ¥3 on average'
    """
    best = table.iloc[int(table["cost"].to_numpy().argmin())]
    curves = (
        ("too_few", theme.ORANGE, "--", _("units too few")),
        ("too_many", theme.BLUE, ":", _("units too many")),
        ("cost", "black", "-", _("both")),
    )
    for name, color, line, label in curves:
        ax.plot(table["quantity"], table[name], color=color, ls=line, label=label)
    if chosen is not None:
        said = _("the newsvendor's order: {units:.0f}").format(units=chosen)
        ax.axvline(chosen, color=theme.GREY, lw=1, label=said)
    theme.yuan_axis(ax)
    ax.set(xlabel=_("units ordered"), ylabel=_("mean cost of an order"))
    ax.set_xlim(table["quantity"].min(), table["quantity"].max())
    ax.set_ylim(0, None)
    ax.legend(loc="upper center", frameon=True, framealpha=1, edgecolor="none")
    ax.set_title(
        _("Cheapest at {units:.0f} units: {cost} on average").format(
            units=best["quantity"], cost=theme.yuan(best["cost"])
        )
    )


@theme.drawn(height=4.0, values="place saving gain taken")
def offers(values: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw what offers save against what their places would earn.

    Parameters
    ----------
    values : DataFrame
        What ``operations.choose_offers`` returned.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> values = pd.DataFrame({"place": [100.0, 300.0], "saving": [250.0, 90.0],
    ...                        "gain": [150.0, -210.0], "taken": [True, False]})
    >>> offers(values).axes[0].get_title(loc="left")
    'Take 1 of 2 offers: they gain ¥150; all of them, -¥60'
    """
    groups = (
        (values["taken"], theme.BLUE, "o", _("taken")),
        (~values["taken"] & (values["gain"] > 0), theme.GREY, "s", _("gains, but no place left")),
        (values["gain"] <= 0, theme.ORANGE, "x", _("costs more than it saves")),
    )
    for chosen, color, marker, label in groups:
        if chosen.any():
            x, y = values.loc[chosen, "place"], values.loc[chosen, "saving"]
            ax.plot(x, y, marker, color=color, label=label, ls="")
    right = 1.05 * values["place"].max()
    ax.plot([0, right], [0, right], color="black", lw=1)
    ax.text(
        0.8 * right,
        0.8 * right,
        _("saving = place"),
        size=9,
        va="bottom",
        ha="center",
        rotation=45,
        rotation_mode="anchor",
        transform_rotates_text=True,
    )
    ax.set_xlim(0, right)
    ax.set_ylim(0, 1.1 * values["saving"].max())
    for axis in "xy":
        theme.yuan_axis(ax, axis)
    ax.set(xlabel=_("what the place would earn"), ylabel=_("what the price cut saves"))
    ax.legend(loc="upper left")
    ax.set_title(
        _("Take {n} of {all} offers: they gain {gain}; all of them, {total}").format(
            n=int(values["taken"].sum()),
            all=len(values),
            gain=theme.yuan(values.loc[values["taken"], "gain"].sum()),
            total=theme.yuan(values["gain"].sum()),
        )
    )


@theme.drawn(height=3.7, table="month forecast planned target demand lost left")
def plan(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw a planning cycle: what was planned, what was asked for, what was lost or left.

    Parameters
    ----------
    table : DataFrame
        What ``operations.cycle`` returned.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"month": pd.period_range("2025-07", periods=2, freq="M"),
    ...     "forecast": [100.0, 90.0], "planned": [100.0, 95.0], "target": [110.0, 105.0],
    ...     "demand": [120.0, 100.0], "lost": [10.0, 0.0], "left": [0.0, 5.0]})
    >>> plan(table).axes[0].get_title(loc="left")
    '2 months: 10 units lost, 5 left at the end'
    """
    rows = np.arange(len(table))
    ax.bar(rows, table["demand"], 0.55, color="#cfe3f3", label=_("asked for"))
    ax.bar(
        rows,
        table["lost"],
        0.55,
        bottom=table["demand"] - table["lost"],
        color=theme.ORANGE,
        label=_("of them lost"),
    )
    ax.plot(rows, table["forecast"], "s--", color=theme.GREY, label=_("forecast"))
    ax.plot(rows, table["planned"], "o-", color=theme.BLUE, label=_("adjusted plan"))
    ax.plot(
        rows, table["target"], "_", color="black", ms=22, mew=1.8, label=_("stock to start with")
    )
    ax.set_xticks(rows, [f"{month:%b}" for month in table["month"].dt.to_timestamp()])
    ax.set_ylim(0, 1.35 * float(table[["demand", "target"]].to_numpy().max()))
    ax.set_ylabel(_("units"))
    ax.grid(visible=False, axis="x")
    ax.legend(loc="upper left", ncols=3, fontsize=9)
    ax.set_title(
        _("{n} months: {lost:.0f} units lost, {left:.0f} left at the end").format(
            n=len(table), lost=table["lost"].sum(), left=table["left"].iloc[-1]
        )
    )


@theme.drawn(height=3.5, table="step visits of_all of_before")
def steps(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the five steps of buying as bars, with the share that gets from one to the next.

    Parameters
    ----------
    table : DataFrame
        What ``operations.buying_steps`` returned, without groups.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"step": ["aroused", "gathered", "compared", "decided", "content"],
    ...     "visits": [100, 80, 60, 6, 5], "of_all": [1, 0.8, 0.6, 0.06, 0.05],
    ...     "of_before": [1, 0.8, 0.75, 0.1, 0.83]})
    >>> steps(table).axes[0].get_title(loc="left")
    'The largest step down: 10% of those who compare decide'
    """
    words = {key: f"{name}\n{chinese}" for key, chinese, name, _what in topic.STEPS}
    verbs = {
        "gathered": _("{share:.0%} of those who come open a product page"),
        "compared": _("{share:.0%} of those who open a product page compare"),
        "decided": _("{share:.0%} of those who compare decide"),
        "content": _("{share:.0%} of those who bought are content"),
    }
    rows = np.arange(len(table))
    low = int(table["of_before"].to_numpy()[1:].argmin()) + 1
    colors = [theme.ORANGE if row == low else theme.BLUE for row in rows]
    bars = ax.barh(rows, table["visits"], 0.7, color=colors)
    texts = [
        f"{n:,}   {share:.1%}" for n, share in zip(table["visits"], table["of_all"], strict=True)
    ]
    ax.bar_label(bars, texts, padding=4, size=9)
    ax.set_yticks(rows, [words[step] for step in table["step"]])
    ax.invert_yaxis()
    ax.set_xlim(0, 1.2 * table["visits"].max())
    ax.xaxis.set_visible(False)
    ax.grid(visible=False)
    worst = table.iloc[low]
    ax.set_title(
        _("The largest step down: {words}").format(
            words=verbs[worst["step"]].format(share=worst["of_before"])
        )
    )
