"""Figures of partners: what is left, how sure it is, whose customers, who pays, what was settled.

Each function takes what a function of :mod:`ecokit.partners` returned and draws into `ax` or into a
new figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes

from ecokit import messages
from ecokit.inputs.renamed import attach
from ecokit.messages import _, _n
from ecokit.plots import theme

if TYPE_CHECKING:
    import pandas as pd

    from ecokit.partners.own_customers import Overlap

__getattr__ = attach(__name__)[0]


def term_names() -> dict[str, str]:
    """Return the terms of a margin in words.

    Examples
    --------
    >>> term_names()["money"]
    'waiting for the money'
    """
    return {
        "price": _("price of the order"),
        "returned": _("refunded"),
        "promotion": _("promotion fund"),
        "handling": _("handling of returns"),
        "money": _("waiting for the money"),
    }


def fault_names() -> dict[str, str]:
    """Return what a reconciliation finds in words.

    Examples
    --------
    >>> fault_names()["unknown_reference"]
    'settled, and nobody paid it'
    """
    return {
        "missing": _("due, and not settled"),
        "double": _("settled twice"),
        "wrong_amount": _("another amount"),
        "unknown_reference": _("settled, and nobody paid it"),
        "not_yet_due": _("not due yet"),
    }


def _names(values: Any, known: dict[str, str]) -> list[str]:
    return [known.get(str(one), theme.words(one)) for one in values]


@theme.drawn(height=1.2, row=0.36, table="step yuan")
def margin_steps(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the price of an order, what is taken off term by term, and what is left.

    Parameters
    ----------
    table : DataFrame
        What ``partners.net_margin(...).steps()`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says what is left.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"step": ["price", "goods", "commission", "left"],
    ...     "yuan": [1000.0, -780.0, -50.0, 170.0]})
    >>> margin_steps(table).axes[0].get_title(loc="left")
    'Of ¥1,000 an order leaves ¥170'
    """
    shown = table[(table["yuan"] != 0) | table["step"].isin(["price", "left"])]
    places = range(len(shown))
    taken = ~shown["step"].isin(["price", "left"])
    reached = shown["yuan"].where(taken, 0).cumsum()
    start = float(shown["yuan"].iloc[0]) if len(shown) else 0.0
    left = (start + reached).where(taken, 0.0)
    width = shown["yuan"].abs()
    colors = [theme.ORANGE if one else theme.BLUE for one in taken]
    ax.barh(places, width, left=left, color=colors, height=0.65)
    for place, end, yuan in zip(places, left + width, shown["yuan"], strict=True):
        ax.annotate(f"{yuan:+,.0f}", (end, place), textcoords="offset points", xytext=(4, -4))
    ax.set_yticks(places, _names(shown["step"], term_names()))
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.margins(x=0.1)
    ax.grid(visible=False, axis="y")
    theme.yuan_axis(ax, "x")
    known = dict(zip(table["step"], table["yuan"], strict=True))
    if {"price", "left"} <= set(known):
        finding = _("Of ¥{price:,.0f} an order leaves {left}")
        ax.set_title(finding.format(price=known["price"], left=messages.yuan(known["left"])))


@theme.drawn(height=1.5, row=0.4, table="name margin low high")
def margins(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw what an order through each partner leaves, with its interval.

    Parameters
    ----------
    table : DataFrame
        What ``partners.scorecard`` or ``partners.margins(by="name")`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title counts those of whom chance does not tell the sign.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"name": ["Plum Bank", "Oak Bank"], "margin": [40.0, 5.0],
    ...     "low": [30.0, -2.0], "high": [50.0, 12.0]})
    >>> margins(table).axes[0].get_title(loc="left")
    'Chance hides the sign of 1 of 2 partners'
    """
    known = table[table["margin"].notna()].sort_values("margin", ascending=False)
    places = range(len(known))
    good, bad = known["low"] > 0, known["high"] < 0
    colors = [
        theme.BLUE if up else theme.ORANGE if down else theme.GREY
        for up, down in zip(good, bad, strict=True)
    ]
    ax.hlines(places, known["low"], known["high"], color=colors, lw=3)
    ax.scatter(known["margin"], places, color=colors, s=55, zorder=3)
    ax.axvline(0, color="#888888", lw=1)
    ax.set_yticks(places, [str(one) for one in known["name"]])
    ax.set_ylim(len(known) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    theme.yuan_axis(ax, "x")
    ax.set_xlabel(_("left of an order placed, with its interval"))
    open_ = int((~(good | bad)).sum())
    finding = _("Chance hides the sign of {n} of {all} partners")
    every = _("Of each partner it is known whether an order earns")
    ax.set_title(finding.format(n=open_, all=len(known)) if open_ else every)


@theme.drawn(height=1.7, row=0.4, table="name orders kept_rate kept_low kept_high kept_shrunk")
def kept_rates(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the share of orders that are kept, its interval, and the shrunk share.

    Parameters
    ----------
    table : DataFrame
        What ``partners.scorecard`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says whether the best by the plain rate is the best by the shrunk one.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"name": ["Plum Bank", "Oak Bank"], "orders": [20, 400],
    ...     "kept_rate": [0.95, 0.94], "kept_low": [0.76, 0.91], "kept_high": [0.99, 0.96],
    ...     "kept_shrunk": [0.92, 0.938]})
    >>> kept_rates(table).axes[0].get_title(loc="left")
    'Plain rates put Plum Bank first, shrunk ones do not'
    """
    known = table[table["kept_rate"].notna()].sort_values("kept_shrunk", ascending=False)
    places = range(len(known))
    ax.hlines(places, known["kept_low"], known["kept_high"], color=theme.SKY, lw=4)
    ax.scatter(known["kept_rate"], places, color=theme.GREY, s=40, zorder=3, label=_("as counted"))
    ax.scatter(
        known["kept_shrunk"],
        places,
        color=theme.BLUE,
        s=60,
        marker="D",
        zorder=3,
        label=_("shrunk"),
    )
    labels = [
        _("{name} ({n:,})").format(name=name, n=int(n))
        for name, n in zip(known["name"], known["orders"], strict=True)
    ]
    ax.set_yticks(places, labels)
    ax.set_ylim(len(known) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    theme.percent_axis(ax, "x")
    ax.set_xlabel(_("orders that stay whole"))
    ax.legend(loc="upper right", bbox_to_anchor=(1, -0.6 / (1 + 0.4 * len(known))), ncols=2)
    if len(known):
        plain = str(known["name"].iloc[int(known["kept_rate"].to_numpy(float).argmax())])
        same = plain == str(known["name"].iloc[0])
        still = _("Orders of {name} stay whole most often")
        other = _("Plain rates put {name} first, shrunk ones do not")
        ax.set_title(theme.capital((still if same else other).format(name=plain)))


@theme.drawn(height=3.6, table="sales rebate")
def rebate_curve(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the rebate against the sales of a quarter.

    Parameters
    ----------
    table : DataFrame
        What ``partners.rebate_curve`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says what the steepest piece of the curve adds.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"sales": [0.0, 99_000.0, 101_000.0], "rebate": [0.0, 0.0, 2020.0]})
    >>> rebate_curve(table).axes[0].get_title(loc="left")
    'From ¥99,000 to ¥101,000 of sales the rebate rises by ¥2,020'
    """
    ax.plot(table["sales"], table["rebate"], color=theme.BLUE, lw=2.5)
    theme.yuan_axis(ax, "x")
    theme.yuan_axis(ax)
    ax.set_ylim(bottom=0)
    ax.set_xlabel(_("sales of the quarter"))
    ax.set_ylabel(_("rebate"))
    steps = table["rebate"].diff()
    if steps.notna().any():
        place = int(steps.to_numpy(float, na_value=0.0).argmax())
        start, end = table["sales"].iloc[max(place - 1, 0)], table["sales"].iloc[place]
        finding = _("From ¥{start:,.0f} to ¥{end:,.0f} of sales the rebate rises by ¥{step:,.0f}")
        ax.set_title(finding.format(start=start, end=end, step=steps.iloc[place]))


@theme.drawn(height=2.4)
def overlap(found: Overlap, truth: float | None = None, ax: Axes = theme.NEW) -> None:
    """Draw the orders that we lost to a partner by the hold-out, beside the naive answer.

    Parameters
    ----------
    found : Overlap
        What ``partners.overlap`` returned.
    truth : float, optional
        Orders that the simulator says were lost.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says which share of the partner's orders was only moved.

    Examples
    --------
    >>> from ecokit import partners
    >>> from ecokit.partners.made import example
    >>> overlap(partners.overlap(example(), "T03", days=60)).axes[0].get_title(loc="left")
    'Of 140 orders that look lost, 72 were'
    """
    ax.barh([0], [found.sold], color=theme.GREY, height=0.5)
    ax.hlines([1], [found.low], [found.high], color=theme.BLUE, lw=4)
    ax.scatter([found.lost], [1], color=theme.BLUE, s=70, zorder=3)
    ax.axvline(0, color="#888888", lw=1)
    ax.set_yticks([0, 1], [_("buyers whom we know"), _("hold-out")])
    ax.set_ylim(1.6, -0.6)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(_("orders of ours that were lost, with 95 % interval"))
    if truth is not None:
        ax.axvline(truth, color=theme.ORANGE, ls="--", lw=2, label=_("truth"))
        ax.legend(loc="center right")
    finding = _("Of {sold:,} orders that look lost, {lost:,.0f} were")
    ax.set_title(finding.format(sold=found.sold, lost=found.lost))


@theme.drawn(height=1.4, row=0.34, table="name held_up_by days_to_sign days_to_start days waiting")
def integrations(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the days from the first talk to the first order, partner by partner.

    Parameters
    ----------
    table : DataFrame
        What ``partners.integrations`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names the slowest, and what held it up.

    Examples
    --------
    >>> from ecokit import partners
    >>> from ecokit.partners.made import example
    >>> integrations(partners.integrations(example())).axes[0].get_title(loc="left")
    'Plum Bank took 97 days: systems'
    """
    places = range(len(table))
    signed = table["days_to_sign"].fillna(table["days"])
    rest = table["days"] - signed
    ax.barh(places, signed, color=theme.BLUE, height=0.6, label=_("to the signature"))
    ax.barh(places, rest, left=signed, color=theme.SKY, height=0.6, label=_("to the first order"))
    for place, row in zip(places, table.to_dict("records"), strict=True):
        held = "" if row["held_up_by"] != row["held_up_by"] else str(row["held_up_by"] or "")
        held = "" if held in {"None", "nan", "<NA>"} else theme.words(held)
        note = _("{held} (waits)").format(held=held).strip() if row["waiting"] else held
        ax.annotate(note, (row["days"], place), textcoords="offset points", xytext=(4, -4))
    ax.set_yticks(places, [str(one) for one in table["name"]])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.margins(x=0.15)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(_("days from the first talk"))
    ax.legend(loc="upper right", bbox_to_anchor=(1, -0.6 / (1 + 0.34 * len(table))), ncols=2)
    if len(table):
        slow = table.iloc[int(table["days"].to_numpy(float).argmax())]
        why = slow["held_up_by"]
        told = {"name": slow["name"], "days": int(slow["days"])}
        plain = _("{name} took {days} days").format(**told)
        known = isinstance(why, str) and why
        ax.set_title(
            _("{plain}: {why}").format(plain=plain, why=theme.words(why)) if known else plain
        )


@theme.drawn(height=1.7, row=0.4, table="first_success now possible")
def second_tries(table: pd.DataFrame, by: str = "method", ax: Axes = theme.NEW) -> None:
    """Draw what second tries add to the success of payments, and what they could add.

    Parameters
    ----------
    table : DataFrame
        What ``partners.second_tries`` returned.
    by : str
        The column that the rows are called by.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says how much second tries save, and where most.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"method": ["card"], "first_success": [0.94], "now": [0.95],
    ...     "possible": [0.967]})
    >>> second_tries(table).axes[0].get_title(loc="left")
    'Second tries save 1.0 in a hundred payments by card'
    """
    kinds = (
        ("first_success", theme.GREY, "o", _("first try")),
        ("now", theme.BLUE, "D", _("with second tries")),
        ("possible", theme.SKY, "s", _("all tried elsewhere")),
    )
    places = range(len(table))
    ax.hlines(places, table["first_success"], table["possible"], color="#cccccc", lw=2, zorder=1)
    for name, color, shape, label in kinds:
        ax.scatter(table[name], places, color=color, marker=shape, s=70, zorder=3, label=label)
    names = table[by] if by in table.columns else table.index
    ax.set_yticks(places, [theme.words(one) for one in names])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    theme.percent_axis(ax, "x")
    ax.set_xlabel(_("orders that are paid"))
    ax.legend(loc="upper right", bbox_to_anchor=(1, -0.6 / (1 + 0.4 * len(table))), ncols=3)
    saved = table["now"] - table["first_success"]
    if saved.notna().any():
        place = int(saved.to_numpy(float, na_value=-1.0).argmax())
        finding = _("Second tries save {n:.1f} in a hundred payments by {name}")
        name = theme.words(list(names)[place])
        ax.set_title(finding.format(name=name, n=100 * saved.iloc[place]))


@theme.drawn(height=1.3, row=0.42, table="fault payments difference")
def faults(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw how much money each kind of difference is, with how many there are.

    Parameters
    ----------
    table : DataFrame
        What ``partners.faults`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title adds up what is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"fault": ["missing", "double", "matched"],
    ...     "payments": [7, 4, 600], "difference": [-3_500.0, 900.0, 0.0]})
    >>> faults(table).axes[0].get_title(loc="left")
    '7 payments are missing: ¥3.5k'
    """
    shown = table[~table["fault"].isin(["matched", "not_yet_due"])]
    places = range(len(shown))
    colors = [theme.ORANGE if one < 0 else theme.BLUE for one in shown["difference"]]
    ax.barh(places, shown["difference"], color=colors, height=0.6)
    ax.axvline(0, color="#888888", lw=1)
    labels = [
        _("{name} ({n:,})").format(name=name, n=int(n))
        for name, n in zip(_names(shown["fault"], fault_names()), shown["payments"], strict=True)
    ]
    ax.set_yticks(places, labels)
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    theme.yuan_axis(ax, "x")
    ax.set_xlabel(_("settled less paid"))
    lost = table[table["fault"] == "missing"]
    n = int(lost["payments"].sum())
    finding = _n("{n} payment is missing: {yuan}", "{n} payments are missing: {yuan}", n)
    none = _("No payment is missing")
    told = finding.format(n=n, yuan=theme.yuan(abs(float(lost["difference"].sum()))))
    ax.set_title(told if n else none)


@theme.drawn(height=2.8, table="giver fails first")
def single_points(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw who cannot be missed: what fails without each of these partners.

    Parameters
    ----------
    table : DataFrame
        What ``partners.single_points`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title counts those without whom something fails.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"giver": ["W1", "W2"], "fails": [2, 0], "first": ["checkout", None]})
    >>> single_points(table).axes[0].get_title(loc="left")
    'Without 1 of 2 partners something fails'
    """
    shown = table[table["fails"] > 0]
    places = range(len(shown))
    ax.barh(places, shown["fails"], color=theme.ORANGE, height=0.6)
    for place, fails, first in zip(places, shown["fails"], shown["first"], strict=True):
        ax.annotate(theme.words(first), (fails, place), textcoords="offset points", xytext=(4, -4))
    ax.set_yticks(places, [str(one) for one in shown["giver"]])
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.margins(x=0.2)
    ax.grid(visible=False, axis="y")
    ax.set_xticks(range(int(table["fails"].max() if len(table) else 0) + 1))
    ax.set_xlabel(_("what fails without it"))
    finding = _("Without {n} of {all} partners something fails")
    ax.set_title(finding.format(n=len(shown), all=len(table)))
