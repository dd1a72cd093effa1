"""Scorecards: from actual and target to attainment, points, rank and spread."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.kpi.declare import KPI, KPIS, POSTS, measure
from ecokit.kpi.targets import check_sum, check_weights, read_targets
from ecokit.messages import _
from ecokit.shop.tables import Shop

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


@public
def attainment(actual: ArrayLike, target: ArrayLike, rule: str = "capped") -> Ratio:
    """Return how far a target is attained, 1 for exactly, under a rule.

    Parameters
    ----------
    actual, target : float or array of float
        Numbers in the same unit; the target is above 0.
    rule : str
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

    References
    ----------
    Less is better: Stratec Informática, *Gestão Estratégica 2.0*. Slide 9 tells no rule; the
    cap and the steps are the course's own. What such rules do: Healy (1985), Oyer (1998).

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
    formula = RULES[numbers.one_of("rule", rule, RULES)]
    reached, asked = numbers.array("actual", actual, gaps=True), numbers.array("target", target)
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
    return np.where(np.isnan(ratio), np.nan, formula(ratio))


@public
def default_rule(kpi: str) -> str:
    """Return the rule a KPI is scored by unless another one is chosen.

    Parameters
    ----------
    kpi : str
        An id in `KPIS`.

    Returns
    -------
    str
        A key of `RULES`.

    Raises
    ------
    CourseError
        There is no such KPI.

    References
    ----------
    The choice is the course's own; the rules are those of `attainment`.

    Examples
    --------
    >>> default_rule("uv_completion"), default_rule("return_rate")
    ('capped', 'less_is_better')
    """
    return "less_is_better" if _declared(kpi).better == "lower" else "capped"


def _declared(kpi: object) -> KPI:
    return KPIS[numbers.one_of("kpi", kpi, KPIS)]


_TYPES = dict.fromkeys(("actual", "target", "weight", "attainment", "points"), "number")
_TYPES |= {"kpi": "string", "post_id": "string"}


def _read(given: Any, columns: str, name: str) -> pd.DataFrame:
    """Return scorecards as pandas; refuse a table that holds none, or no rows."""
    needed = columns.split()
    types = {column: _TYPES[column] for column in needed if column in _TYPES}
    table = frames.as_pandas(frames.table(given, needed, name=name, types=types))
    if table.empty:
        message = _("The table {name} has no rows. Choose a post and a period that have.")
        raise CourseError(message.format(name=name))
    return table


_LENGTHS = {"month": "M", "quarter": "Q", "year": "Y"}


def _periods(given: Any, columns: str) -> tuple[pd.DataFrame, str]:
    """Return scorecards as pandas, and "month", "quarter" or "year": what they are of."""
    table = _read(given, columns, "cards")
    by = next((one for one in ("quarter", "year") if one in table), "month")
    _one_period(table, by)
    return _read(given, f"{by} {columns}", "cards"), by


def _one_period(cards: pd.DataFrame, by: str) -> None:
    """Refuse scorecards of no period, and of two: months would be taken together unasked."""
    remedy = _("Give what scorecards returned, by month, quarter or year.")
    frames.need("cards", nw.from_native(cards), [by], remedy)
    several = [one for one in _LENGTHS if one in cards]
    if len(several) > 1:
        message = _(
            "The table cards has a column {first} and a column {second}. Drop the one that its "
            "rows are not of."
        )
        raise CourseError(message.format(first=several[0], second=several[1]))


def _of_post(cards: pd.DataFrame, post: object) -> pd.DataFrame:
    """Return the scorecards of one post, or say which posts there are."""
    there = cards["post_id"].unique()
    return cards[cards["post_id"] == numbers.one_of("post", post, there)]


@public
def score(card: Any, rules: Mapping[str, str] | str | None = None) -> Any:
    """Score actuals against targets.

    Parameters
    ----------
    card : table of any engine
        One row a KPI of one post and period: `kpi`, `actual`, `target`, `weight`.
    rules : str or mapping of str to str, optional
        The rule of every KPI where more is better, or a mapping of KPI to rule. Unless told
        otherwise a KPI is "capped", and "less_is_better" where less is better.

    Returns
    -------
    table of the caller's kind
        `card` with `rule`, `attainment` and `points` (100 x weight x attainment). A KPI
        without an actual has no points, and its weight goes to the others in proportion.

    Raises
    ------
    CourseError
        A column is missing, a KPI is unknown, the weights do not add up to 100 %, or a target
        is not above 0.

    References
    ----------
    Slide 9 (targets and weights); who carries the weight of a missing KPI is the course's own
    rule.

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
    return frames.like(_scored(_read(card, "kpi actual target weight", "card"), rules), card)


def _scored(card: pd.DataFrame, rules: Mapping[str, str] | str | None) -> pd.DataFrame:
    check_sum(card["weight"], _("The weights of this scorecard"))
    chosen = [_rule(kpi, rules) for kpi in card["kpi"]]
    actual, target = numbers.array("actual", card["actual"], gaps=True), card["target"]
    reached = [attainment(*row).item() for row in zip(actual, target, chosen, strict=True)]
    known = card["weight"].where(card["actual"].notna(), 0.0).sum()
    points = 100 * card["weight"] * np.array(reached) / known if known else np.nan
    return card.assign(rule=chosen, attainment=reached, points=points)


def _rule(kpi: str, rules: Mapping[str, str] | str | None) -> str:
    usual = default_rule(kpi)
    if rules is None:
        return usual
    if isinstance(rules, Mapping):
        for name in rules:
            _declared(name)
        return numbers.one_of("rules", rules.get(kpi, usual), RULES)
    more_is_better = numbers.one_of("rules", rules, RULES)
    return usual if usual == "less_is_better" else more_is_better


@public
def scorecards(
    data: Any,
    *,
    by: str = "month",
    rules: Mapping[str, str] | str | None = None,
    posts: Sequence[str] | None = None,
) -> Any:
    """Compute the scorecards of all periods.

    Parameters
    ----------
    data : Shop or mapping of tables
        A Shop or a mapping of tables, any kind of frames; the table targets says who
        carries which KPI.
    by : str
        "month", "quarter" or "year" (target and weight are then the means of its months).
    rules : str or mapping of str to str, optional
        See `score`.
    posts : sequence of str, optional
        Only these posts; all that have targets unless told otherwise.

    Returns
    -------
    table of the caller's kind
        The columns `by` (first day), `post_id`, `kpi`, `actual`, `target`, `weight`, `rule`,
        `attainment`, `points`, a row per period, post and KPI.

    Raises
    ------
    CourseError
        Weights that do not add up to 100 %, or tables that are not there.

    References
    ----------
    Slides 9 (the front line, with targets and weights) and 15 (the service center, whose
    targets are set by the course).

    Examples
    --------
    >>> from ecokit import load_shop
    >>> cards = scorecards(load_shop(), posts=["traffic_manager"])
    >>> cards.groupby("month")["weight"].sum().round(6).unique().tolist()
    [1.0]
    >>> scorecards(load_shop(), by="week")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: by is 'week'. Choose one of: month, quarter, year.
    """
    frequency = _LENGTHS[numbers.one_of("by", by, tuple(_LENGTHS))]
    tables = frames.tables(data, "targets")
    if "targets" not in tables:
        raise CourseError(_("A scorecard needs the table targets. Add it to your tables."))
    targets = read_targets(tables["targets"])
    if posts is not None:
        targets = targets[targets["post_id"].isin(frames.listed(posts, "posts"))].copy()
    check_weights(targets)
    starts = {one: numbers.month("month", one).start_time for one in targets["month"].unique()}
    months = pd.to_datetime(targets["month"].map(starts))
    targets[by] = months.dt.to_period(frequency).dt.start_time.astype("datetime64[us]")
    keys = [by, "post_id", "kpi"]
    wanted = targets.groupby(keys, sort=False, as_index=False)[["target", "weight"]].mean()
    if wanted.empty:
        told = ", ".join(frames.listed(posts, "posts") or POSTS)
        raise CourseError(_("The table targets holds no target for: {posts}.").format(posts=told))
    actuals = [
        frames.as_pandas(measure(kpi, tables, by)).rename(columns={kpi: "actual"}).assign(kpi=kpi)
        for kpi in targets["kpi"].unique()
    ]
    actual = pd.concat(actuals).astype({by: "datetime64[us]", "actual": float})
    cards = wanted.merge(actual, on=[by, "kpi"], how="left")
    order = ["actual", "target", "weight"]
    scored = [_scored(card, rules) for _key, card in cards.groupby([by, "post_id"], sort=False)]
    result = pd.concat(scored, ignore_index=True)
    return frames.like(result[[*keys, *order, "rule", "attainment", "points"]], data)


@public
def scorecard(
    data: Any, post: str, period: str, rules: Mapping[str, str] | str | None = None
) -> Any:
    """Compute the scorecard of one post for one month, quarter or year.

    Parameters
    ----------
    data : Shop, mapping of tables, or table
        A Shop, a mapping of tables, or what `scorecards` returned.
    post : str
        "traffic_manager", "design_manager", "product_manager" or "service_center".
    period : str
        A month such as "2025-06", a quarter such as "2025Q2", or a year such as "2025".
    rules : str or mapping of str to str, optional
        See `score`.

    Returns
    -------
    table of the caller's kind
        A row a KPI: `kpi`, `name`, `actual`, `target`, `weight`, `rule`, `attainment`,
        `points`. The points add up to the score of the post; 100 is on target.

    Raises
    ------
    CourseError
        The post or the period is unknown or has no targets, or `data` holds scorecards of
        months where a quarter is asked for (or the other way round).

    References
    ----------
    Slides 9 and 15, as in `scorecards`.

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
    ecokit.errors.CourseError: period is 'June'. Write a month as 2025-06, a quarter as 2025Q2, ...
    """
    if not (isinstance(period, str) and re.fullmatch(_PERIOD, period)):
        wanted = _("Write a month as 2025-06, a quarter as 2025Q2, a year as 2025.")
        raise numbers.refused("period", period, wanted)
    start = pd.Period(period).start_time
    by = "quarter" if "Q" in period else "month" if "-" in period else "year"
    numbers.one_of("post", post, POSTS)
    whole = isinstance(data, (Shop, Mapping))
    cards = scorecards(data, by=by, rules=rules, posts=[post]) if whole else data
    table = _read(cards, f"{by} post_id kpi actual target weight", "cards")
    _one_period(table, by)
    mine = _of_post(table, post)
    card = mine[mine[by] == start].drop(columns=[by, "post_id"]).reset_index(drop=True)
    if card.empty:
        raise CourseError(
            _("There are no targets for {period}. They run from {first} to {last}.").format(
                period=period, first=str(mine[by].min())[:7], last=str(mine[by].max())[:7]
            )
        )
    card.insert(1, "name", [_declared(kpi).name for kpi in card["kpi"]])
    return frames.like(card if rules is None else _scored(card, rules), data)


_PERIOD = r"\d{4}(-(0[1-9]|1[0-2])|Q[1-4])?"


@public
def ranking(cards: Any) -> Any:
    """Rank the posts of each period by their points, and tell the spread 拉开差距.

    Parameters
    ----------
    cards : table of any engine
        What `scorecards` returned.

    Returns
    -------
    table of the caller's kind
        The period, `post_id`, `points`, `rank` (1 is best; equals share a rank), `behind`
        (points behind the best) and `spread` (best less worst of the period).

    Raises
    ------
    CourseError
        `cards` is no table of scorecards, or it has a month and a quarter.

    References
    ----------
    Slide 8 (a spread is opened, 拉开差距).

    Examples
    --------
    >>> cards = pd.DataFrame({"month": ["2025-06"] * 3, "points": [60.0, 30.0, 101.0],
    ...                       "post_id": ["design_manager", "design_manager", "traffic_manager"]})
    >>> ranking(cards)
         month          post_id  points  rank  behind  spread
    0  2025-06  traffic_manager   101.0     1     0.0    11.0
    1  2025-06   design_manager    90.0     2    11.0    11.0
    """
    table, period = _periods(cards, "post_id points")
    sums = table.groupby([period, "post_id"], as_index=False)["points"].sum(min_count=1)
    groups = sums.groupby(period)["points"]
    best = groups.transform("max")
    ranked = sums.assign(
        rank=groups.rank(ascending=False, method="min").astype("Int64"),
        behind=best - sums["points"],
        spread=best - groups.transform("min"),
    )
    ranked = ranked.sort_values([period, "rank", "post_id"], ignore_index=True)
    return frames.like(ranked, cards)


@public
def what_if(card: Any, change: float = 0.10) -> Any:
    """Find the KPI that moves the score most.

    Parameters
    ----------
    card : table of any engine
        A scorecard, as `scorecard` or `score` returned it.
    change : float
        How much better each KPI gets, one at a time, as a share of its actual: 0.10 raises
        it by 10 %, or lowers it by 10 % where less is better.

    Returns
    -------
    table of the caller's kind
        `kpi`, `actual`, `then` (the better actual), `gain` (points won) and `gain_at_target`
        (points won if the KPI just met its target; 0 where it does already), most gain first.

    Raises
    ------
    CourseError
        `card` is no scorecard, or `change` is not above 0.

    References
    ----------
    Slide 9 (targets and weights); moving one KPI at a time is the course's own.

    Examples
    --------
    >>> card = score(pd.DataFrame({"kpi": ["sales_completion", "dwell_time"], "weight": [0.5, 0.5],
    ...                            "actual": [0.8, 540.0], "target": [1.0, 450.0]}))
    >>> what_if(card).round(2)
                    kpi  actual    then  gain  gain_at_target
    0  sales_completion     0.8    0.88   4.0            10.0
    1        dwell_time   540.0  594.00   0.0             0.0
    """
    change = numbers.positive("change", change)
    now = _read(card, "kpi actual target weight rule points", "card")
    rules = dict(zip(now["kpi"], now["rule"], strict=True))
    better = np.array([-1.0 if _declared(kpi).better == "lower" else 1.0 for kpi in now["kpi"]])
    then = now["actual"] * (1 + change * better)
    met = now["target"].where(now["actual"].notna())
    gain, at_target = (
        _scored(now.assign(actual=other), rules)["points"] - now["points"] for other in (then, met)
    )
    table = pd.DataFrame(
        {
            "kpi": now["kpi"],
            "actual": now["actual"],
            "then": then,
            "gain": gain,
            "gain_at_target": at_target.clip(lower=0.0),
        }
    )
    table = table.sort_values(["gain", "kpi"], ascending=[False, True], ignore_index=True)
    return frames.like(table, card)


@public
def trend(cards: Any, post: str, value: str = "attainment") -> Any:
    """Set the months, or quarters, of a post side by side.

    Parameters
    ----------
    cards : table of any engine
        What `scorecards` returned.
    post : str
        The post.
    value : str
        "attainment", "actual" or "points".

    Returns
    -------
    table of the caller's kind
        A row a KPI in the order of the scorecard, a column a period.

    Raises
    ------
    CourseError
        `cards` is no table of scorecards, or holds none of the post; it has a month and a
        quarter, or a KPI twice in one.

    References
    ----------
    Slides 9 and 15 name the KPIs; the layout is the course's own.

    Examples
    --------
    >>> cards = pd.DataFrame({"month": ["2025-05", "2025-06"], "post_id": "design_manager",
    ...                       "kpi": "dwell_time", "attainment": [0.9, 1.1]})
    >>> trend(cards, "design_manager").loc["dwell_time"].tolist()
    [0.9, 1.1]
    """
    numbers.one_of("value", value, ("attainment", "actual", "points"))
    table, period = _periods(cards, f"post_id kpi {value}")
    mine = _of_post(table, post)
    rows.refuse(mine, "cards", [rows.twice(period, "post_id", "kpi")])
    wide = mine.pivot_table(value, "kpi", period, sort=False, dropna=False)
    return frames.like(wide.reindex(mine["kpi"].unique()), cards)


@public
def reference() -> pd.DataFrame:
    """Return every KPI as a row of words, made from the declarations.

    Returns
    -------
    DataFrame
        `id`, `name`, `name_zh`, `post`, `unit`, `better`, `slide`, `formula`, `tables`, `note`.

    References
    ----------
    The KPIs are those of slides 9 and 15, which give no formulas: the course sets them.

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
