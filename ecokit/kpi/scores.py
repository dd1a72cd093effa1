"""Scorecards: from actual and target to attainment, points, rank and spread."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ecokit.errors import CourseError
from ecokit.kpi.declare import KPI, KPIS, POSTS, measure, tables_of
from ecokit.kpi.door import listed
from ecokit.kpi.targets import check_sum, check_weights, read_targets, small
from ecokit.messages import _

CAP = 1.2
"""The highest attainment that counts: twice the target earns no more than 1.2 times it."""

STEPS = ((0.8, 0.6), (0.9, 0.8), (1.0, 1.0), (1.2, 1.2))
"""From this ratio on, this attainment; below the first, none."""

Ratio = NDArray[np.float64]


def _stepped(ratio: Ratio) -> Ratio:
    floors = np.array([floor for floor, _reached in STEPS])
    levels = np.array([0.0, *(reached for _floor, reached in STEPS)])
    # 0.9 * 450 / 450 may come out a hair below 0.9: a floor that is met is met.
    return levels[np.searchsorted(floors, ratio + 1e-9, side="right")]


RULES: dict[str, Callable[[Ratio], Ratio]] = {
    "linear": lambda ratio: np.maximum(ratio, 0.0),
    "capped": lambda ratio: np.clip(ratio, 0.0, CAP),
    "stepped": _stepped,
    "less_is_better": lambda ratio: np.clip(2.0 - ratio, 0.0, CAP),
}
"""How a ratio of actual to target becomes an attainment, by the name of the rule."""


def attainment(actual: ArrayLike, target: ArrayLike, rule: str = "capped") -> Ratio:
    """Return how far a target is attained, 1 for exactly, under a rule.

    Parameters
    ----------
    actual, target
        Numbers in the same unit; the target is above 0.
    rule
        "linear": actual / target. "capped": the same, at most 1.2. "stepped": 0 below 80 %
        of the target, then 0.6, from 90 % 0.8, from 100 % 1, from 120 % 1.2.
        "less_is_better": 2 - actual / target, between 0 and 1.2, for rates that should be low.

    Returns
    -------
    array of float
        The attainment; NaN where the actual is missing.

    Raises
    ------
    CourseError
        The rule is unknown, a target is not above 0, or an actual is no number.

    Examples
    --------
    >>> for rule in RULES:
    ...     print(rule, attainment([0.5, 0.95, 1.0, 1.5], 1.0, rule).round(2))
    linear [0.5  0.95 1.   1.5 ]
    capped [0.5  0.95 1.   1.2 ]
    stepped [0.  0.8 1.  1.2]
    less_is_better [1.2  1.05 1.   0.5 ]
    >>> attainment(0.1, 0.0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A target must be above 0, and 0 is not: nothing can be divided by it.
    """
    if rule not in RULES:
        raise CourseError(
            _("There is no attainment rule {rule}. There are: {known}.").format(
                rule=rule, known=", ".join(RULES)
            )
        )
    reached, asked = _numbers(actual, "actual"), _numbers(target, "target")
    try:
        reached, asked = np.broadcast_arrays(reached, asked)
    except ValueError:
        raise CourseError(
            _("There are {n} actuals and {m} targets. Give one target, or one for each.").format(
                n=reached.size, m=asked.size
            )
        ) from None
    if not (asked > 0).all():
        raise CourseError(
            _(
                "A target must be above 0, and {target:g} is not: nothing can be divided by it."
            ).format(target=asked[~(asked > 0)].ravel()[0])
        )
    ratio = reached / asked
    return np.where(np.isnan(ratio), np.nan, RULES[rule](ratio))


def _numbers(values: ArrayLike, name: str) -> Ratio:
    try:
        numbers = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        numbers = np.array(np.inf)
    if np.isinf(numbers).any():
        raise CourseError(
            _(
                "{name} holds something else than numbers. Write 45 % as 0.45, without a sign."
            ).format(name=name)
        )
    return numbers


def default_rule(kpi: str) -> str:
    """Return the rule a KPI is scored by unless another one is chosen.

    Raises
    ------
    CourseError
        There is no such KPI.

    Examples
    --------
    >>> default_rule("uv_completion"), default_rule("return_rate")
    ('capped', 'less_is_better')
    """
    return "less_is_better" if _declared(kpi).better == "lower" else "capped"


def _declared(kpi: object) -> KPI:
    if kpi not in KPIS:
        raise CourseError(
            _("There is no KPI {kpi}. There are: {known}.").format(kpi=kpi, known=", ".join(KPIS))
        )
    return KPIS[str(kpi)]


def _refuse_without(cards: pd.DataFrame, *columns: str) -> None:
    """Refuse a table that is no scorecard, or an empty one."""
    if not isinstance(cards, pd.DataFrame):
        raise CourseError(
            _("A scorecard is a pandas DataFrame, and this is a {kind}.").format(
                kind=type(cards).__name__
            )
        )
    missing = [column for column in columns if column not in cards]
    if missing:
        raise CourseError(
            _(
                "The scorecard has no column {missing}. It has: {has}. Take what kpi.scorecards "
                "or kpi.scorecard returned."
            ).format(missing=", ".join(missing), has=", ".join(map(str, cards.columns)))
        )
    if cards.empty:
        raise CourseError(_("The scorecard has no rows. Choose a post and a period that have."))


def _period(cards: pd.DataFrame, *columns: str) -> str:
    """Return "month" or "quarter": what the scorecards are of."""
    by = "quarter" if isinstance(cards, pd.DataFrame) and "quarter" in cards else "month"
    _refuse_without(cards, by, *columns)
    return by


def score(card: pd.DataFrame, rules: Mapping[str, str] | str | None = None) -> pd.DataFrame:
    """Score actuals against targets.

    Parameters
    ----------
    card
        One row a KPI of one post and period: `kpi`, `actual`, `target`, `weight`.
    rules
        The rule of every KPI where more is better, or a mapping of KPI to rule. Unless told
        otherwise a KPI is "capped", and "less_is_better" where less is better.

    Returns
    -------
    DataFrame
        `card` with `rule`, `attainment` and `points` (100 x weight x attainment). A KPI
        without an actual has no points, and its weight goes to the others in proportion.

    Raises
    ------
    CourseError
        A column is missing, a KPI is unknown, the weights do not add up to 100 %, or a target
        is not above 0.

    Examples
    --------
    >>> card = pd.DataFrame({"kpi": ["sales_completion", "dwell_time"], "actual": [0.9, 540.0],
    ...                      "target": [1.0, 450.0], "weight": [0.75, 0.25]})
    >>> score(card)[["kpi", "attainment", "points"]]
                    kpi  attainment  points
    0  sales_completion         0.9    67.5
    1        dwell_time         1.2    30.0
    >>> score(card.assign(weight=0.4))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The weights of this scorecard add up to 80 %, not to 100 %. ...
    """
    _refuse_without(card, "kpi", "actual", "target", "weight")
    check_sum(card["weight"], _("The weights of this scorecard"))
    chosen = [_rule(kpi, rules) for kpi in card["kpi"]]
    reached = [
        attainment(actual, target, rule).item()
        for actual, target, rule in zip(card["actual"], card["target"], chosen, strict=True)
    ]
    known = card["weight"].where(card["actual"].notna(), 0.0).sum()
    points = 100 * card["weight"] * np.array(reached) / known if known else np.nan
    return card.assign(rule=chosen, attainment=reached, points=points)


def _rule(kpi: str, rules: Mapping[str, str] | str | None) -> str:
    usual = default_rule(kpi)
    if isinstance(rules, str):
        return usual if usual == "less_is_better" else rules
    for name in rules or {}:
        _declared(name)
    return (rules or {}).get(kpi, usual)


def scorecards(
    data: Any,
    by: str = "month",
    rules: Mapping[str, str] | str | None = None,
    posts: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Compute the scorecards of all periods.

    Parameters
    ----------
    data
        A Shop or a mapping of tables, any kind of frames; the table targets says who
        carries which KPI.
    by
        "month", or "quarter" (target and weight are then the means of its months).
    rules
        See `score`.
    posts
        Only these posts; all that have targets unless told otherwise.

    Returns
    -------
    DataFrame
        The columns `by` (first day), `post_id`, `kpi`, `actual`, `target`, `weight`, `rule`,
        `attainment`, `points`, a row per period, post and KPI.

    Raises
    ------
    CourseError
        Weights that do not add up to 100 %, or tables that are not there.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> cards = scorecards(load_shop(), posts=["traffic_manager"])
    >>> cards.groupby("month")["weight"].sum().round(6).unique().tolist()
    [1.0]
    >>> scorecards(load_shop(), by="week")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A scorecard covers a month or a quarter; by was week.
    """
    tables = tables_of(data)
    if "targets" not in tables:
        raise CourseError(_("A scorecard needs the table targets. Add it to your tables."))
    targets = read_targets(tables["targets"])
    if posts is not None:
        targets = targets[targets["post_id"].isin(listed(posts, "posts"))].copy()
    check_weights(targets)
    frequency = {"month": "M", "quarter": "Q"}.get(str(by))
    if frequency is None:
        raise CourseError(_("A scorecard covers a month or a quarter; by was {by}.").format(by=by))
    months = pd.to_datetime(targets["month"])
    targets[by] = months.dt.to_period(frequency).dt.start_time.astype("datetime64[us]")
    keys = [by, "post_id", "kpi"]
    wanted = targets.groupby(keys, sort=False, as_index=False)[["target", "weight"]].mean()
    if wanted.empty:
        told = ", ".join(listed(posts, "posts") or POSTS)
        raise CourseError(_("The table targets holds no target for: {posts}.").format(posts=told))
    actuals = [
        small(measure(kpi, tables, by)).rename(columns={kpi: "actual"}).assign(kpi=kpi)
        for kpi in targets["kpi"].unique()
    ]
    actual = pd.concat(actuals).astype({by: "datetime64[us]", "actual": float})
    cards = wanted.merge(actual, on=[by, "kpi"], how="left")
    order = ["actual", "target", "weight"]
    scored = [score(card, rules) for _key, card in cards.groupby([by, "post_id"], sort=False)]
    return pd.concat(scored, ignore_index=True)[[*keys, *order, "rule", "attainment", "points"]]


def scorecard(
    data: Any, post: str, period: str, rules: Mapping[str, str] | str | None = None
) -> pd.DataFrame:
    """Compute the scorecard of one post for one month or quarter.

    Parameters
    ----------
    data
        A Shop, a mapping of tables, or what `scorecards` returned.
    post
        "traffic_manager", "design_manager", "product_manager" or "service_center".
    period
        A month such as "2025-06" or a quarter such as "2025Q2".
    rules
        See `score`.

    Returns
    -------
    DataFrame
        A row a KPI: `kpi`, `name`, `actual`, `target`, `weight`, `rule`, `attainment`,
        `points`. The points add up to the score of the post; 100 is on target.

    Raises
    ------
    CourseError
        The post or the period is unknown or has no targets, or `data` holds scorecards of
        months where a quarter is asked for (or the other way round).

    Examples
    --------
    >>> from ecokit import load_shop
    >>> card = scorecard(load_shop(), "design_manager", "2025-06")
    >>> card[["kpi", "target", "weight"]]
                        kpi  target  weight
    0      sales_completion    1.00    0.30
    1  campaign_click_index    1.30    0.25
    2       core_conversion    0.06    0.15
    3            dwell_time  450.00    0.10
    4        design_on_time    1.00    0.20
    >>> scorecard(load_shop(), "design_manager", "June")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: June is no period. Write a month as 2025-06 or a quarter as 2025Q2.
    """
    if not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])|Q[1-4])", str(period)):
        raise CourseError(
            _("{period} is no period. Write a month as 2025-06 or a quarter as 2025Q2.").format(
                period=period
            )
        )
    wanted = pd.Period(period)
    by = "quarter" if wanted.freqstr.startswith("Q") else "month"
    if post not in POSTS:
        raise CourseError(
            _("There is no post {post} with KPIs. There are: {known}.").format(
                post=post, known=", ".join(POSTS)
            )
        )
    cards = data if isinstance(data, pd.DataFrame) else scorecards(data, by, rules, [post])
    _refuse_without(cards, by, "post_id", "kpi", "actual", "target", "weight")
    mine = cards[cards["post_id"] == post]
    card = mine[mine[by] == wanted.start_time]
    if mine.empty:
        raise CourseError(
            _("These scorecards hold none of {post}. They hold: {known}.").format(
                post=post, known=", ".join(cards["post_id"].unique())
            )
        )
    if card.empty:
        raise CourseError(
            _("There are no targets for {period}. They run from {first} to {last}.").format(
                period=period, first=str(mine[by].min())[:7], last=str(mine[by].max())[:7]
            )
        )
    names = [_declared(kpi).name for kpi in card["kpi"]]
    card = card.drop(columns=[by, "post_id"]).reset_index(drop=True)
    card.insert(1, "name", names)
    return card if rules is None else score(card, rules)


def ranking(cards: pd.DataFrame) -> pd.DataFrame:
    """Rank the posts of each period by their points, and tell the spread 拉开差距.

    Parameters
    ----------
    cards
        What `scorecards` returned.

    Returns
    -------
    DataFrame
        The period, `post_id`, `points`, `rank` (1 is best; equals share a rank), `behind`
        (points behind the best) and `spread` (best less worst of the period).

    Raises
    ------
    CourseError
        `cards` is no table of scorecards.

    Examples
    --------
    >>> cards = pd.DataFrame({"month": ["2025-06"] * 3, "points": [60.0, 30.0, 101.0],
    ...                       "post_id": ["design_manager", "design_manager", "traffic_manager"]})
    >>> ranking(cards)
         month          post_id  points  rank  behind  spread
    0  2025-06  traffic_manager   101.0     1     0.0    11.0
    1  2025-06   design_manager    90.0     2    11.0    11.0
    """
    period = _period(cards, "post_id", "points")
    sums = cards.groupby([period, "post_id"], as_index=False)["points"].sum(min_count=1)
    groups = sums.groupby(period)["points"]
    best = groups.transform("max")
    ranked = sums.assign(
        rank=groups.rank(ascending=False, method="min").astype("Int64"),
        behind=best - sums["points"],
        spread=best - groups.transform("min"),
    )
    return ranked.sort_values([period, "rank", "post_id"], ignore_index=True)


def what_if(card: pd.DataFrame, change: float = 0.10) -> pd.DataFrame:
    """Find the KPI that moves the score most.

    Parameters
    ----------
    card
        A scorecard, as `scorecard` or `score` returned it.
    change
        How much better each KPI gets, one at a time, as a share of its actual: 0.10 raises
        it by 10 %, or lowers it by 10 % where less is better.

    Returns
    -------
    DataFrame
        `kpi`, `actual`, `then` (the better actual), `gain` (points won) and `gain_at_target`
        (points won if the KPI just met its target; 0 where it does already), most gain first.

    Raises
    ------
    CourseError
        `card` is no scorecard, or `change` is not above 0.

    Examples
    --------
    >>> card = score(pd.DataFrame({"kpi": ["sales_completion", "dwell_time"], "weight": [0.5, 0.5],
    ...                            "actual": [0.8, 540.0], "target": [1.0, 450.0]}))
    >>> what_if(card).round(2)
                    kpi  actual    then  gain  gain_at_target
    0  sales_completion     0.8    0.88   4.0            10.0
    1        dwell_time   540.0  594.00   0.0             0.0
    """
    _refuse_without(card, "kpi", "actual", "target", "weight", "rule", "points")
    if not (isinstance(change, (int, float)) and 0 < change < np.inf):
        raise CourseError(
            _("change is {change}. Write how much better as a share: 0.10 is ten per cent.").format(
                change=change
            )
        )
    rules = dict(zip(card["kpi"], card["rule"], strict=True))
    better = np.array([-1.0 if _declared(kpi).better == "lower" else 1.0 for kpi in card["kpi"]])
    then = card["actual"] * (1 + change * better)
    gain = score(card.assign(actual=then), rules)["points"] - card["points"]
    met = score(card.assign(actual=card["target"].where(card["actual"].notna())), rules)["points"]
    table = pd.DataFrame(
        {
            "kpi": card["kpi"],
            "actual": card["actual"],
            "then": then,
            "gain": gain,
            "gain_at_target": (met - card["points"]).clip(lower=0.0),
        }
    )
    return table.sort_values(["gain", "kpi"], ascending=[False, True], ignore_index=True)


def trend(cards: pd.DataFrame, post: str, value: str = "attainment") -> pd.DataFrame:
    """Set the months of a post side by side.

    Parameters
    ----------
    cards
        What `scorecards` returned.
    post
        The post.
    value
        "attainment", "actual" or "points".

    Returns
    -------
    DataFrame
        A row a KPI in the order of the scorecard, a column a period.

    Raises
    ------
    CourseError
        `cards` is no table of scorecards, or holds none of the post.

    Examples
    --------
    >>> cards = pd.DataFrame({"month": ["2025-05", "2025-06"], "post_id": "design_manager",
    ...                       "kpi": "dwell_time", "attainment": [0.9, 1.1]})
    >>> trend(cards, "design_manager").loc["dwell_time"].tolist()
    [0.9, 1.1]
    """
    period = _period(cards, "post_id", "kpi", value)
    mine = cards[cards["post_id"] == post]
    if mine.empty:
        raise CourseError(
            _("These scorecards hold none of {post}. They hold: {known}.").format(
                post=post, known=", ".join(cards["post_id"].unique())
            )
        )
    table = mine.pivot_table(value, "kpi", period, sort=False, dropna=False)
    return table.reindex(mine["kpi"].unique())


def reference() -> pd.DataFrame:
    """Return every KPI as a row of words, made from the declarations.

    Returns
    -------
    DataFrame
        `id`, `name`, `name_zh`, `post`, `unit`, `better`, `slide`, `formula`, `tables`, `note`.

    Examples
    --------
    >>> table = reference().set_index("id")
    >>> print(table.loc["campaign_conversion", "formula"])
    paid orders through campaigns / UV through campaigns
    >>> len(table)
    19
    """
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "name_zh": one.name_zh,
            "post": ", ".join(POSTS[post][0] for post in one.posts),
            "unit": one.unit,
            "better": one.better,
            "slide": one.slide,
            "formula": one.formula,
            "tables": ", ".join(one.columns),
            "note": one.note,
        }
        for one in KPIS.values()
    ]
    return pd.DataFrame(rows)
