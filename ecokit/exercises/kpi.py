"""What is asked about KPIs, and which mistakes are known."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from ecokit import kpi as topic
from ecokit.exercises.model import (
    Choice,
    Exercise,
    Field,
    Misconception,
    Number,
    Option,
    Plan,
    PlanAnswer,
    Score,
    Table,
)
from ecokit.messages import _

if TYPE_CHECKING:
    from ecokit.shop import Shop

POST = "traffic_manager"
CAMPAIGN = ("campaign_uv_share", "campaign_order_share", "campaign_conversion")
CLOSE = 0.0025
AMBITION = 1.05


@lru_cache(maxsize=8)
def _cards(shop: Shop) -> pd.DataFrame:
    return topic.scorecards(shop, posts=[POST])


@lru_cache(maxsize=32)
def _actual(shop: Shop, kpi: str) -> float:
    """Return a KPI over the whole period."""
    return float(topic.measure(kpi, shop)[kpi].iloc[0])


def _in_words(month: str) -> str:
    return f"{pd.Timestamp(month):%B %Y}"


def _months(shop: Shop) -> list[str]:
    return [f"{month:%Y-%m}" for month in _cards(shop)["month"].unique()]


def _card(shop: Shop, month: str) -> pd.DataFrame:
    return topic.scorecard(_cards(shop), POST, month)


# ---------------------------------------------------------------- campaign conversion


@lru_cache(maxsize=8)
def _peak(shop: Shop) -> str:
    """Return the month in which campaigns brought the largest share of the visitors."""
    shares = topic.measure("campaign_uv_share", shop, "month")
    return f"{shares.sort_values('campaign_uv_share')['month'].iloc[-1]:%Y-%m}"


class _Counts(NamedTuple):
    visits: int
    visitors: int
    placed: int
    paid: int
    all_paid: int
    all_visitors: int


@lru_cache(maxsize=8)
def _counts(shop: Shop) -> _Counts:
    """Return what campaigns brought in the month of the question."""
    month = _peak(shop)
    visits = shop.visits[shop.visits["started_at"].dt.strftime("%Y-%m") == month]
    orders = shop.orders[shop.orders["placed_at"].dt.strftime("%Y-%m") == month]
    ours, theirs = visits.dropna(subset="campaign_id"), orders.dropna(subset="campaign_id")
    return _Counts(
        visits=len(ours),
        visitors=ours["visitor_id"].nunique(),
        placed=len(theirs),
        paid=int(theirs["paid_at"].count()),
        all_paid=int(orders["paid_at"].count()),
        all_visitors=visits["visitor_id"].nunique(),
    )


def _conversion(shop: Shop) -> float:
    return 100 * _counts(shop).paid / _counts(shop).visitors


CONVERSION = Number(
    id="kpi-campaign-conversion",
    objective="kpi-compute",
    minutes=5,
    title=_("Compute a campaign conversion"),
    prompt=lambda shop: _(
        "In {month} campaigns brought a larger share of the visitors than in any other month. "
        "What was the campaign order conversion of that month, in per cent, to two decimals?"
    ).format(month=_in_words(_peak(shop))),
    unit="%",
    tolerance=0.02,
    reference=_conversion,
    hints=(
        _("Read the formula of the KPI: what is above the line, what is below?"),
        _("`kpi.measure('campaign_conversion', shop, by='month')` gives it for each month."),
    ),
    solution=lambda shop: _(
        "{paid} paid orders through campaigns, divided by {visitors} visitors through "
        "campaigns: {result:.2f} %."
    ).format(paid=_counts(shop).paid, visitors=_counts(shop).visitors, result=_conversion(shop)),
    misconceptions=(
        Misconception(
            "counted_visits",
            lambda shop: 100 * _counts(shop).paid / _counts(shop).visits,
            _("You divided by visits. UV counts people: a visitor who came twice counts once."),
        ),
        Misconception(
            "counted_unpaid",
            lambda shop: 100 * _counts(shop).placed / _counts(shop).visitors,
            _("You counted orders that were never paid. An order counts once it is paid."),
        ),
        Misconception(
            "took_the_whole_shop",
            lambda shop: 100 * _counts(shop).all_paid / _counts(shop).all_visitors,
            _(
                "That is the conversion of the whole shop. Keep the visits and the orders that "
                "came through a campaign, above the line and below it."
            ),
        ),
    ),
)


# ---------------------------------------------------------------- the click index

CLICKS = Choice(
    id="kpi-click-index",
    objective="kpi-compute",
    minutes=2,
    title=_("A click rate of 130 %"),
    prompt=_(
        "The design manager's target for the campaign average click rate is 130 %. What does "
        "this number say?"
    ),
    hints=(_("Can there be more clicks than impressions?"),),
    solution=_(
        "It is an index: the campaigns' clicks, divided by the clicks that the same "
        "impressions would bring at the channels' usual rates. 100 % is the baseline."
    ),
    options=(
        Option(
            "raw_rate",
            _("Of 100 people who see a picture, 130 click it."),
            _("A raw click rate cannot pass 100 %: nobody clicks what was not shown."),
        ),
        Option(
            "index",
            _("Campaign pictures are clicked 1.3 times as often as is usual in their channels."),
            _("Yes. It is an index, and 100 % is the baseline of the channel."),
        ),
        Option(
            "more_clicks",
            _("Campaigns bring 30 % more clicks than last month."),
            _("More clicks may come from more impressions. A rate divides by what was shown."),
        ),
        Option(
            "misprint",
            _("It is a misprint for 13 %."),
            _("13 % would be a raw rate. Few pictures reach it; the target is read as an index."),
        ),
    ),
    reference=lambda _shop: "index",
)


# ---------------------------------------------------------------- points under a rule


@lru_cache(maxsize=8)
def _capped_month(shop: Shop) -> str:
    """Return the month in which the cap takes most points away."""

    def taken(month: str) -> float:
        card = _card(shop, month)
        return float((topic.score(card, "linear")["points"] - card["points"]).sum())

    return max(_months(shop), key=taken)


def _points(shop: Shop, rule: str = "capped") -> float:
    return float(topic.score(_card(shop, _capped_month(shop)), rule)["points"].sum())


def _unweighted(shop: Shop) -> float:
    return float(100 * _card(shop, _capped_month(shop))["attainment"].mean())


POINTS = Number(
    id="kpi-points",
    objective="kpi-score",
    minutes=6,
    title=_("Score a month"),
    prompt=lambda shop: _(
        "How many points did the traffic manager score in {month}, when no KPI may count for "
        "more than 120 % of its target? Give one decimal."
    ).format(month=_in_words(_capped_month(shop))),
    unit="points",
    tolerance=0.1,
    reference=_points,
    hints=(
        _("Points of a KPI = weight x attainment x 100. The score is their sum."),
        _("`kpi.scorecard(shop, 'traffic_manager', '2025-01')` shows one month."),
    ),
    solution=lambda shop: _(
        "Divide each actual by its target, cut it at 1.2, multiply by the weight in per cent, "
        "and add up: {points:.1f} points."
    ).format(points=_points(shop)),
    misconceptions=(
        Misconception(
            "forgot_the_cap",
            lambda shop: _points(shop, "linear"),
            _("You let a KPI count for more than 120 %. Cut each attainment at 1.2 first."),
        ),
        Misconception(
            "forgot_the_weights",
            _unweighted,
            _("You took the plain mean of the attainments. The KPIs have different weights."),
        ),
        Misconception(
            "scored_in_steps",
            lambda shop: _points(shop, "stepped"),
            _("You scored in steps. Here the attainment counts as it is, up to 120 %."),
        ),
    ),
)


# ---------------------------------------------------------------- what moves the score


@lru_cache(maxsize=8)
def _worst_month(shop: Shop) -> str:
    return min(_months(shop), key=lambda month: float(_card(shop, month)["points"].sum()))


def _missing(shop: Shop) -> pd.DataFrame:
    """Return the points that each KPI would bring if it just met its target."""
    moves = topic.what_if(_card(shop, _worst_month(shop))).set_index("kpi")["gain_at_target"]
    order = _card(shop, _worst_month(shop))["kpi"]
    return pd.DataFrame({"kpi": order, "points": moves.loc[order].to_numpy()})


def _signed(shop: Shop) -> pd.DataFrame | None:
    card = _card(shop, _worst_month(shop))
    points = 100 * card["weight"] * (1 - card["attainment"])
    return None if points.min() > -0.2 else pd.DataFrame({"kpi": card["kpi"], "points": points})


def _without_weights(shop: Shop) -> pd.DataFrame:
    card = _card(shop, _worst_month(shop))
    return pd.DataFrame(
        {"kpi": card["kpi"], "points": 100 * (1 - card["attainment"]).clip(lower=0)}
    )


def _ten_per_cent(shop: Shop) -> pd.DataFrame:
    moves = topic.what_if(_card(shop, _worst_month(shop))).set_index("kpi")["gain"]
    order = _card(shop, _worst_month(shop))["kpi"]
    return pd.DataFrame({"kpi": order, "points": moves.loc[order].to_numpy()})


MOVES = Table(
    id="kpi-missing-points",
    objective="kpi-move",
    minutes=6,
    title=_("Where are the points?"),
    prompt=lambda shop: _(
        "{month} was the traffic manager's worst month. How many points would each KPI have "
        "brought more if it had just met its target, the others staying as they were? A KPI "
        "that met its target brings 0."
    ).format(month=_in_words(_worst_month(shop))),
    unit="points",
    tolerance=0.1,
    reference=_missing,
    key="kpi",
    value="points",
    labels={name: one.name for name, one in topic.KPIS.items() if POST in one.posts},
    hints=(
        _("On target a KPI brings its weight in points. Compare with what it brought."),
        _("`kpi.what_if(card)` has a column `gain_at_target`."),
    ),
    solution=_(
        "Weight in per cent, less the points won, for each KPI below its target; 0 for the "
        "others: `kpi.what_if(card)['gain_at_target']`."
    ),
    misconceptions=(
        Misconception(
            "without_weights",
            _without_weights,
            _("You gave every KPI 100 points. On target a KPI brings its weight."),
        ),
        Misconception(
            "ten_per_cent_better",
            _ten_per_cent,
            _(
                "That is what 10 % more of each KPI would bring. The question asks for the whole "
                "way to the target."
            ),
        ),
        Misconception(
            "took_points_away",
            _signed,
            _("A KPI above its target would lose nothing: it stays as it is and brings 0 more."),
        ),
    ),
)


def _first(shop: Shop) -> str:
    missing = _missing(shop)
    return str(missing.sort_values("points")["kpi"].iloc[-1])


def _why(kpi: str) -> Callable[[Shop], str]:
    def reason(shop: Shop) -> str:
        points = _missing(shop).set_index("kpi")["points"]
        told = _("On target {kpi} would bring {points:.1f} points more").format(
            kpi=topic.KPIS[kpi].name, points=points[kpi]
        )
        best = _first(shop)
        if kpi == best:
            return told + _(", more than any other KPI.")
        return told + _("; {best} would bring {most:.1f}.").format(
            best=topic.KPIS[best].name, most=points[best]
        )

    return reason


LEVER = Choice(
    id="kpi-lever",
    objective="kpi-move",
    minutes=3,
    title=_("What to work on first"),
    prompt=lambda shop: _(
        "You advise the traffic manager after {month}. On which KPI would meeting the target "
        "bring the most points?"
    ).format(month=_in_words(_worst_month(shop))),
    hints=(
        _("The largest weight is not always it: a KPI on target has nothing left to bring."),
        _("Nor is the KPI furthest from its target, if it weighs little."),
    ),
    solution=lambda shop: _why(_first(shop))(shop),
    options=tuple(
        Option(name, one.name, _why(name)) for name, one in topic.KPIS.items() if POST in one.posts
    ),
    reference=_first,
)


# ---------------------------------------------------------------- targets that are tied


def _tie(shop: Shop) -> tuple[float, float, float]:
    """Return the campaign share of UV of the year, and the targets of orders and conversion."""
    target = _cards(shop).groupby("kpi")["target"].first()
    share = round(_actual(shop, CAMPAIGN[0]), 3)
    return share, float(target[CAMPAIGN[1]]), float(target[CAMPAIGN[2]])


def _rest(shop: Shop) -> float:
    return 100 * topic.implied_conversion(*_tie(shop)).rest


def _swapped(shop: Shop) -> float:
    share, orders, converts = _tie(shop)
    return 100 * topic.implied_conversion(orders, share, converts).rest


TIED = Number(
    id="kpi-rest-conversion",
    objective="kpi-targets",
    minutes=5,
    title=_("What is left for the rest"),
    prompt=lambda shop: _(
        "Over the whole period campaigns brought {uv:.1%} of the visitors. Next year they are to "
        "bring the same share, to convert {conversion:.0%} of them, and to make {orders:.0%} of "
        "the orders. What must the **rest of the traffic** convert, in per cent, to two decimals?"
    ).format(uv=_tie(shop)[0], orders=_tie(shop)[1], conversion=_tie(shop)[2]),
    unit="%",
    tolerance=0.02,
    reference=_rest,
    hints=(
        _("Think of 1,000 visitors: how many come through campaigns, how many orders is that?"),
        _("Those are the given share of all orders. How many orders are left, for how many?"),
    ),
    solution=lambda shop: _(
        "The shop converts {shop:.2f} %. The rest makes {orders:.0%} of those orders from "
        "{uv:.1%} of the visitors: {rest:.2f} %."
    ).format(
        shop=100 * topic.implied_conversion(*_tie(shop)).shop,
        orders=1 - _tie(shop)[1],
        uv=1 - _tie(shop)[0],
        rest=_rest(shop),
    ),
    misconceptions=(
        Misconception(
            "stopped_at_the_shop",
            lambda shop: 100 * topic.implied_conversion(*_tie(shop)).shop,
            _("That is the whole shop. The rest makes its orders from its own visitors."),
        ),
        Misconception(
            "swapped_the_shares",
            _swapped,
            _("You swapped the share of UV and the share of orders."),
        ),
    ),
)


# ---------------------------------------------------------------- a plan of targets


class _Year(NamedTuple):
    uv_share: float
    order_share: float
    campaigns: float
    rest: float
    best_share: float


@lru_cache(maxsize=8)
def _year(shop: Shop) -> _Year:
    """Return what campaigns and the rest of the traffic did, and the best month's share."""
    uv, orders, converts = (_actual(shop, kpi) for kpi in CAMPAIGN)
    best = float(topic.measure(CAMPAIGN[0], shop, "month")[CAMPAIGN[0]].max())
    rest = topic.implied_conversion(uv, orders, converts).rest
    return _Year(uv, orders, converts, rest, best)


def _implied_rest(plan: PlanAnswer) -> float:
    return topic.implied_conversion(
        plan["uv_share"] / 100, plan["order_share"] / 100, plan["conversion"] / 100
    ).rest


def _agrees(shop: Shop, plan: PlanAnswer) -> bool:
    return abs(_implied_rest(plan) - _year(shop).rest) <= CLOSE


def _asks_more(shop: Shop, plan: PlanAnswer) -> bool:
    return plan["conversion"] / 100 >= AMBITION * _year(shop).campaigns


def _reachable(shop: Shop, plan: PlanAnswer) -> bool:
    year = _year(shop)
    return year.uv_share - 0.005 <= plan["uv_share"] / 100 <= year.best_share


def _score(shop: Shop, plan: PlanAnswer) -> Score:
    year, converts = _year(shop), plan["conversion"] / 100
    rest = _("The rest would have to convert {planned:.2%}; it converted {was:.2%}.")
    more = _("Campaigns would convert {planned:.2%}: {more:+.0%} on this year's {was:.2%}.")
    share = _("Campaigns would bring {planned:.0%} of UV: {was:.1%} this year, {best:.1%} at best.")
    checks = (
        (40, _agrees(shop, plan), rest.format(planned=_implied_rest(plan), was=year.rest)),
        (
            30,
            _asks_more(shop, plan),
            more.format(planned=converts, was=year.campaigns, more=converts / year.campaigns - 1),
        ),
        (
            30,
            _reachable(shop, plan),
            share.format(planned=plan["uv_share"] / 100, was=year.uv_share, best=year.best_share),
        ),
    )
    points = sum(worth for worth, met, _line in checks if met)
    return Score(points, points == 100, tuple(line for _worth, _met, line in checks))


def _tied_plan(shop: Shop, conversion: float) -> PlanAnswer:
    """Return the plan with this campaign conversion that leaves the rest as it was."""
    year = _year(shop)
    share = -(-1000 * year.uv_share // 10) / 100  # up to the next whole per cent
    share = min(share, year.best_share // 0.01 / 100)
    orders = share * conversion / (share * conversion + (1 - share) * year.rest)
    return {
        "uv_share": round(100 * share),
        "order_share": round(200 * orders) / 2,
        "conversion": round(1000 * conversion) / 10,
    }


def _ambitious(shop: Shop) -> PlanAnswer:
    return _tied_plan(shop, -(-1000 * AMBITION * _year(shop).campaigns // 1) / 1000)


def _contradicting(shop: Shop) -> PlanAnswer:
    plan = _ambitious(shop)
    return plan | {"order_share": plan["order_share"] + 8}


def _easy(shop: Shop) -> PlanAnswer:
    return _tied_plan(shop, 0.97 * _year(shop).campaigns)


def _out_of_reach(shop: Shop) -> PlanAnswer:
    year = _year(shop)
    plan = _ambitious(shop)
    share = min(0.89, year.best_share + 0.08)
    converts = plan["conversion"] / 100
    orders = share * converts / (share * converts + (1 - share) * year.rest)
    return plan | {"uv_share": round(100 * share), "order_share": round(200 * orders) / 2}


TARGETS = Plan(
    id="kpi-next-year",
    objective="kpi-decide",
    minutes=10,
    title=_("Set next year's campaign targets"),
    prompt=lambda shop: _(
        "This year campaigns brought {uv:.1%} of the visitors, made {orders:.1%} of the orders and "
        "converted {campaigns:.2%}; the rest of the traffic converted {rest:.2%}.\n\n"
        "Set the three campaign targets for next year so that they agree with one another: the "
        "rest of the traffic is to convert what it did (within {close:.2f} points of per cent). "
        "Ask campaigns to convert at least {more:.0%} more than this year, and for a share of UV "
        "that is no lower than this year's and no higher than in the best month ({best:.1%})."
    ).format(
        uv=_year(shop).uv_share,
        orders=_year(shop).order_share,
        campaigns=_year(shop).campaigns,
        rest=_year(shop).rest,
        best=_year(shop).best_share,
        close=100 * CLOSE,
        more=AMBITION - 1,
    ),
    fields=(
        Field("uv_share", _("Campaign share of UV, %"), 10, 90, step=1, start=45),
        Field("order_share", _("Campaign share of orders, %"), 10, 95, step=0.5, start=55),
        Field("conversion", _("Campaign order conversion, %"), 1, 30, step=0.1, start=10),
    ),
    score=_score,
    reference=_ambitious,
    hints=(
        _("Choose the share of UV and the conversion first; the share of orders then follows."),
        _(
            "Of 1,000 visitors, count the orders of campaigns and of the rest at the rate that "
            "the rest had. The share of orders is the first number over both."
        ),
    ),
    solution=lambda shop: _(
        "For example {uv:.0f} % of UV at a conversion of {conversion:.1f} % make {orders:.1f} % "
        "of the orders when the rest converts what it did."
    ).format(
        uv=_ambitious(shop)["uv_share"],
        conversion=_ambitious(shop)["conversion"],
        orders=_ambitious(shop)["order_share"],
    ),
    misconceptions=(
        Misconception(
            "contradicts",
            _contradicting,
            _(
                "Your targets contradict one another: with them the rest of the traffic would have "
                "to convert something else than it did. Change the share of orders."
            ),
            detects=lambda shop, plan: not _agrees(shop, plan),
        ),
        Misconception(
            "asks_for_less",
            _easy,
            _("Your targets agree, but campaigns would be on target without any improvement."),
            detects=lambda shop, plan: _agrees(shop, plan) and not _asks_more(shop, plan),
        ),
        Misconception(
            "out_of_reach",
            _out_of_reach,
            _("The share of UV lies outside what this year showed: keep it between the year and "
              "its best month."),
            detects=lambda shop, plan: _agrees(shop, plan) and _asks_more(shop, plan)
            and not _reachable(shop, plan),
        ),
    ),
)  # fmt: skip

EXERCISES: list[Exercise] = [CONVERSION, CLICKS, POINTS, MOVES, LEVER, TIED, TARGETS]
