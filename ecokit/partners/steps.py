"""Rebates in steps: what is owed at the end of a quarter, and the order that crosses a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import start_of
from ecokit.messages import _
from ecokit.partners.sold import beside, partner_names, sold_through

_STEPS = "from_sales rate retroactive"
_TYPES = {
    "partner_id": "id",
    "from_sales": "number",
    "rate": "number",
    "retroactive": "boolean",
}


@public
def rebate(sales: float, steps: Any) -> float:
    """Return the rebate that is owed of the sales of a quarter.

    Parameters
    ----------
    sales : float
        Of the quarter, yuan.
    steps : table
        Of one partner: ``from_sales`` (yuan a quarter), ``rate``, ``retroactive`` (on all sales of
        the quarter; otherwise only on what lies above the step, up to the next one).

    Returns
    -------
    float
        Yuan.

    Raises
    ------
    CourseError
        A step has no rate, two have the same sales, the rate falls from one to the next, one is
        retroactive and another is not, or the steps are those of several partners.

    References
    ----------
    The course's own, as a contract has it.

    Examples
    --------
    >>> steps = pd.DataFrame({"from_sales": [100_000, 300_000], "rate": [0.01, 0.02],
    ...                       "retroactive": [False, False]})
    >>> rebate(350_000, steps), rebate(350_000, steps.assign(retroactive=True))
    (3000.0, 7000.0)
    >>> rebate(350_000, steps.assign(retroactive=[False, True]))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: In steps one step is retroactive and another is not, so nobody can
    say what is owed. Give steps of one kind.
    """
    sold = numbers.number("sales", sales, low=0)
    return _Steps.of(_given(steps), "steps").owed(sold)


@dataclass(frozen=True)
class Crossing:
    """What one more order does to a rebate.

    Attributes
    ----------
    before, after : float
        Rebate without the order and with it, yuan.
    extra : float
        What the order adds to the rebate.
    share : float
        The same as a share of the order: above its margin, the order loses money.
    """

    before: float
    after: float
    extra: float
    share: float


@public
def crossing(sales: float, order: float, steps: Any) -> Crossing:
    """Return what one more order adds to the rebate: with retroactive steps, one order pays all.

    Parameters
    ----------
    sales : float
        Of the quarter before the order, yuan.
    order : float
        Of the order, yuan.
    steps : table
        As for :func:`rebate`.

    Returns
    -------
    Crossing
        The rebate before and after, and what the order adds.

    Raises
    ------
    CourseError
        As for :func:`rebate`, or the order is not above 0.

    References
    ----------
    The course's own. Kolay, Shaffer and Ordover (2004), of rebates on all units.

    Examples
    --------
    >>> steps = pd.DataFrame({"from_sales": [100_000, 300_000], "rate": [0.01, 0.02],
    ...                       "retroactive": [True, True]})
    >>> found = crossing(299_500, 1_000, steps)
    >>> found.before, found.after, found.extra, found.share
    (2995.0, 6010.0, 3015.0, 3.015)
    >>> crossing(299_500, 0, steps)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: order is 0. Give a number above 0.
    """
    sold, more = numbers.number("sales", sales, low=0), numbers.positive("order", order)
    owed = _Steps.of(_given(steps), "steps")
    before, after = owed.owed(sold), owed.owed(sold + more)
    return Crossing(before, after, after - before, (after - before) / more)


@public
def rebate_curve(steps: Any, sales: ArrayLike) -> pd.DataFrame:
    """Return the rebate at several sales of a quarter: where it jumps, and where it bends.

    Parameters
    ----------
    steps : table
        As for :func:`rebate`.
    sales : array
        Of the quarter, yuan.

    Returns
    -------
    DataFrame
        ``sales``, ``rebate`` (yuan), ``share`` (of all sales; missing at none).

    Raises
    ------
    CourseError
        As for :func:`rebate`.

    References
    ----------
    The course's own, as a contract has it.

    Examples
    --------
    >>> steps = pd.DataFrame({"from_sales": [100_000], "rate": [0.02], "retroactive": [True]})
    >>> rebate_curve(steps, [99_000, 101_000])
          sales  rebate  share
    0   99000.0     0.0   0.00
    1  101000.0  2020.0   0.02
    """
    owed = _Steps.of(_given(steps), "steps")
    tried = numbers.row("sales", sales, low=0)
    found = pd.DataFrame({"sales": tried, "rebate": [owed.owed(float(one)) for one in tried]})
    found["share"] = found["rebate"] / found["sales"].where(found["sales"] > 0)
    return found


@dataclass(frozen=True)
class _Steps:
    starts: tuple[float, ...]
    rates: tuple[float, ...]
    retroactive: bool

    @classmethod
    def of(cls, table: pd.DataFrame, called: str) -> _Steps:
        """Return the steps of one partner, in order."""
        kinds = table["retroactive"].astype(bool)
        if kinds.any() and not kinds.all():
            message = _(
                "In {called} one step is retroactive and another is not, so nobody can say what "
                "is owed. Give steps of one kind."
            )
            raise CourseError(message.format(called=called))
        ordered = table.sort_values("from_sales")
        if ordered["from_sales"].duplicated().any():
            message = _("In {called} two steps begin at the same sales. Keep one of them.")
            raise CourseError(message.format(called=called))
        falls = ordered[ordered["rate"].diff() < 0]
        if len(falls):
            message = _(
                "In {called} the rate falls to {rate:g} at sales of {at:,.0f}: who sells more "
                "would get less. Put the steps in order."
            )
            at, rate = falls[["from_sales", "rate"]].iloc[0]
            raise CourseError(message.format(called=called, rate=rate, at=at))
        starts, rates = (tuple(map(float, ordered[name])) for name in ("from_sales", "rate"))
        return cls(starts, rates, bool(kinds.any()))

    def owed(self, sales: float) -> float:
        """Return the rebate of the sales of a quarter."""
        if self.retroactive:
            return sales * self.rate(sales)
        ends = (*self.starts[1:], np.inf)[: len(self.starts)]
        parts = zip(self.starts, ends, self.rates, strict=True)
        return sum(rate * max(min(sales, end) - start, 0.0) for start, end, rate in parts)

    def rate(self, sales: float) -> float:
        """Return the rate of the highest step that is reached."""
        reached = [rate for at, rate in zip(self.starts, self.rates, strict=True) if sales >= at]
        return reached[-1] if reached else 0.0

    def next(self, sales: float) -> float:
        """Return the sales at which the next step begins; NaN above the last."""
        return min((at for at in self.starts if at > sales), default=np.nan)


def _given(steps: Any) -> pd.DataFrame:
    frame = frames.table(steps, _STEPS, name="steps", types=_TYPES)
    table = frames.as_pandas(frame)
    whose = table["partner_id"].nunique() if "partner_id" in table else 1
    if whose > 1:
        message = _("The steps are those of {n} partners. Give the steps of one of them.")
        raise CourseError(message.format(n=whose))
    found = table[_STEPS.split()]
    _refuse(found, "steps")
    return found


def _refuse(table: pd.DataFrame, name: str) -> None:
    key = [one for one in ("partner_id",) if one in table]
    rules = [
        rows.below_zero("from_sales", *key),
        rows.not_a_share("rate", *key, "from_sales"),
        rows.missing("retroactive", *key, "from_sales"),
    ]
    rows.refuse(table, name, rules)


def _of_each(data: Any) -> dict[str, _Steps]:
    """Return the steps of each partner that has some."""
    wanted = {"partner_rebates": f"partner_id {_STEPS}"}
    (table,) = frames.fetched(data, wanted, types=_TYPES)
    known = nw.from_native(partner_names(data))
    rows.refuse(table, "partner_rebates", [rows.unknown_id("partner_id", known, "partners")])
    _refuse(table, "partner_rebates")
    called = _("partner_rebates, partner {partner},")
    return {
        str(partner): _Steps.of(group, called.format(partner=partner))
        for partner, group in table.groupby("partner_id")
    }


def rebate_table(data: Any, small: pd.DataFrame) -> pd.Series:
    """Return the rebate of each row, a partner and quarter with what customers ``kept``."""
    if frames.tables(data).get("partner_rebates") is None:
        return pd.Series(0.0, small.index)
    known = _of_each(data)
    owed = [
        known[str(partner)].owed(max(kept, 0.0)) if str(partner) in known else 0.0
        for partner, kept in zip(small["partner_id"], small["kept"], strict=True)
    ]
    return pd.Series(owed, small.index, dtype=float)


@public
def rebates(data: Any) -> pd.DataFrame:
    """Return what each partner is owed of each quarter, and how far the next step is.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``partner_rebates`` (``partner_id``, ``from_sales``, ``rate``, ``retroactive``), and what
        :func:`brought` takes.

    Returns
    -------
    DataFrame
        A row a partner with steps and quarter: ``partner_id``, ``quarter``, ``sales`` (yuan that
        customers keep: what comes back earns no rebate), ``rate`` (of the highest step reached),
        ``retroactive``, ``rebate`` (yuan), ``next_step``, ``lacking`` (yuan of sales to it;
        missing above the last step).

    Raises
    ------
    CourseError
        As for :func:`rebate`; the partner is named.

    References
    ----------
    The course's own, as a contract has it.

    Examples
    --------
    >>> from ecokit.partners.made import example
    >>> rebates(example())[["partner_id", "sales", "rate", "rebate", "lacking"]].round(0)
      partner_id     sales  rate  rebate   lacking
    0        T01   70285.0   0.0  2109.0       NaN
    1        T01   32760.0   0.0   328.0   17240.0
    """
    known = _of_each(data)
    kept = nw.col("sales") - nw.col("back")
    sold = sold_through(data).with_columns(kept=kept, quarter=start_of("quarter", "placed_at"))
    small = frames.as_pandas(sold.group_by("partner_id", "quarter").agg(nw.col("kept").sum()))
    small = small[small["partner_id"].astype(str).isin(known)]
    small = small.sort_values(["partner_id", "quarter"], ignore_index=True)
    sales = (small["kept"] / 100).clip(lower=0)
    steps = [known[str(one)] for one in small["partner_id"]]
    pairs = list(zip(steps, sales, strict=True))
    ahead = pd.Series([one.next(sold) for one, sold in pairs], small.index, dtype=float)
    return pd.DataFrame(
        {
            "partner_id": small["partner_id"],
            "quarter": small["quarter"],
            "sales": sales,
            "rate": [one.rate(sold) for one, sold in pairs],
            "retroactive": [one.retroactive for one in steps],
            "rebate": [one.owed(sold) for one, sold in pairs],
            "next_step": ahead,
            "lacking": ahead - sales,
        }
    )


@public
def crossing_orders(data: Any) -> pd.DataFrame:
    """Return the orders that crossed a step, and what each of them added to the rebate.

    Parameters
    ----------
    data : Shop or mapping of tables
        As for :func:`rebates`.

    Returns
    -------
    DataFrame
        A row a partner, quarter and step that was reached: ``partner_id``, ``quarter``,
        ``from_sales`` (of the step), ``order`` (id), ``placed_at``, ``before`` (sales kept of the
        quarter until then), ``sales`` (of the order), ``extra`` (yuan that it added to the
        rebate).

    Raises
    ------
    CourseError
        As for :func:`rebates`.

    References
    ----------
    Kolay, Shaffer and Ordover (2004), of rebates on all units.

    Examples
    --------
    >>> from ecokit.partners.made import example
    >>> found = crossing_orders(example())
    >>> found[["partner_id", "from_sales", "sales", "extra"]].round(2).values.tolist()[-1]
    ['T01', 50000.0, 660.0, 1010.0]
    """
    known = _of_each(data)
    kept = nw.col("sales") - nw.col("back")
    sold = sold_through(data).with_columns(kept=kept).filter(nw.col("kept") > 0)
    wanted = pd.DataFrame({"partner_id": list(known)})
    if not wanted.empty:
        sold = sold.join(beside(wanted, sold), on="partner_id", how="inner")
    table = frames.as_pandas(sold.select("partner_id", "order", "placed_at", "kept"))
    table["quarter"] = table["placed_at"].dt.to_period("Q").dt.start_time
    table = table.sort_values(["partner_id", "placed_at", "order"], ignore_index=True)
    table["sales"] = table["kept"] / 100
    so_far = table.groupby(["partner_id", "quarter"])["kept"].cumsum() / 100
    table["before"] = so_far - table["sales"]
    table["now"] = so_far
    starts = [(name, at) for name, steps in known.items() for at in steps.starts]
    each = pd.DataFrame(starts, columns=["_partner", "from_sales"])
    table["_partner"] = table["partner_id"].astype(str)
    crossed = table.merge(each, on="_partner")
    crossed = crossed[
        (crossed["before"] < crossed["from_sales"]) & (crossed["from_sales"] <= crossed["now"])
    ]
    crossed = crossed.sort_values(["partner_id", "quarter", "from_sales"], ignore_index=True)
    crossed["extra"] = [
        known[name].owed(now) - known[name].owed(before)
        for name, before, now in zip(
            crossed["_partner"], crossed["before"], crossed["now"], strict=True
        )
    ]
    return crossed[_CROSSED]


_CROSSED = [
    "partner_id",
    "quarter",
    "from_sales",
    "order",
    "placed_at",
    "before",
    "sales",
    "extra",
]
