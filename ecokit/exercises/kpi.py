"""What is asked about KPIs, and which mistakes are known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from ecokit import kpi as topic
from ecokit.exercises import sheet
from ecokit.messages import _
from ecokit.shop import Shop

POST = "traffic_manager"
NAMES = {name: one.name for name, one in topic.KPIS.items() if POST in one.posts}


@lru_cache(maxsize=1)  # half a second, and four exercises read it
def _cards(shop: Shop) -> pd.DataFrame:
    return topic.scorecards(shop, posts=[POST])


@lru_cache(maxsize=1)
def _months(shop: Shop) -> dict[pd.Timestamp, pd.DataFrame]:
    """Return the scorecard of each month."""
    cards = _cards(shop)
    months = map(pd.Timestamp, cards["month"].unique())
    return {month: topic.scorecard(cards, POST, f"{month:%Y-%m}") for month in months}


@sheet.number(
    id="kpi-campaign-conversion",
    objective="kpi-compute",
    minutes=5,
    title=_("Compute a campaign conversion"),
    unit="%",
    tolerance=0.02,
    mistakes={
        "counted_visits": _(
            "You divided by visits. UV counts people: a visitor who came twice counts once."
        ),
        "counted_unpaid": _(
            "You counted orders that were never paid. An order counts once it is paid."
        ),
        "took_the_whole_shop": _(
            "That is the conversion of the whole shop. Keep the visits and the orders that came "
            "through a campaign, above the line and below it."
        ),
    },
)
def campaign_conversion(shop: Shop) -> sheet.Sheet:
    shares = topic.measure("campaign_uv_share", shop, "month")
    month = shares.sort_values("campaign_uv_share")["month"].iloc[-1]
    end = month + pd.offsets.MonthBegin()
    visits = shop.visits[shop.visits["started_at"].between(month, end, inclusive="left")]
    orders = shop.orders[shop.orders["placed_at"].between(month, end, inclusive="left")]
    ours, theirs = visits.dropna(subset="campaign_id"), orders.dropna(subset="campaign_id")
    paid, visitors = theirs["paid_at"].count(), ours["visitor_id"].nunique()
    names = ("campaign_conversion", "conversion")
    months = [topic.measure(name, shop, "month").set_index("month")[name] for name in names]
    table = 100 * pd.concat(months, axis=1).rename(index="{:%B}".format)
    return sheet.Sheet(
        prompt=_(
            "In {month:%B %Y} campaigns brought a larger share of the visitors than in any other "
            "month. What was the campaign order conversion of that month, in per cent, to two "
            "decimals?"
        ).format(month=month),
        right=100 * paid / visitors,
        wrong={
            "counted_visits": 100 * paid / len(ours),
            "counted_unpaid": 100 * len(theirs) / visitors,
            "took_the_whole_shop": 100 * orders["paid_at"].count() / visits["visitor_id"].nunique(),
        },
        table=table,
        cell=(f"{month:%B}", "campaign_conversion"),
        hints=(
            _("Read the formula of the KPI: what is above the line, what is below?"),
            _("`kpi.measure('campaign_conversion', shop, by='month')` gives it for each month."),
        ),
        solution=_(
            "{paid} paid orders through campaigns, divided by {visitors} visitors through "
            "campaigns: {result:.2f} %."
        ).format(paid=paid, visitors=visitors, result=100 * paid / visitors),
        code="""
            from ecokit import kpi
            shares = kpi.measure("campaign_uv_share", shop, by="month").set_index("month")
            month = shares["campaign_uv_share"].idxmax()
            conversions = kpi.measure("campaign_conversion", shop, by="month").set_index("month")
            100 * conversions.loc[month, "campaign_conversion"]
        """,
    )


@sheet.choice(
    id="kpi-click-index",
    objective="kpi-compute",
    minutes=2,
    title=_("A click rate of 130 %"),
    options=("raw_rate", "index", "more_clicks", "misprint"),
)
def click_index(_shop: Shop) -> sheet.ChoiceSheet:
    return sheet.ChoiceSheet(
        prompt=_(
            "The design manager's target for the campaign average click rate is 130 %. What does "
            "this number say?"
        ),
        right="index",
        options={
            "raw_rate": _("Of 100 people who see a picture, 130 click it."),
            "index": _(
                "Campaign pictures are clicked 1.3 times as often as is usual in their channels."
            ),
            "more_clicks": _("Campaigns bring 30 % more clicks than last month."),
            "misprint": _("It is a misprint for 13 %."),
        },
        reasons={
            "raw_rate": _("A raw click rate cannot pass 100 %: nobody clicks what was not shown."),
            "index": _("Yes. It is an index, and 100 % is the baseline of the channel."),
            "more_clicks": _(
                "More clicks may come from more impressions. A rate divides by what was shown."
            ),
            "misprint": _(
                "13 % would be a raw rate. Few pictures reach it; the target is read as an index."
            ),
        },
        hints=(_("Can there be more clicks than impressions?"),),
        solution=_(
            "It is an index: the campaigns' clicks, divided by the clicks that the same "
            "impressions would bring at the channels' usual rates. 100 % is the baseline."
        ),
    )


@sheet.number(
    id="kpi-points",
    objective="kpi-score",
    minutes=6,
    title=_("Score a month"),
    unit="points",
    tolerance=0.1,
    mistakes={
        "forgot_the_cap": _(
            "You let a KPI count for more than 120 %. Cut each attainment at 1.2 first."
        ),
        "forgot_the_weights": _(
            "You took the plain mean of the attainments. The KPIs have different weights."
        ),
        "scored_in_steps": _(
            "You scored in steps. Here the attainment counts as it is, up to 120 %."
        ),
    },
)
def points(shop: Shop) -> sheet.Sheet:
    def scored(card: pd.DataFrame, rule: str) -> float:
        return float(topic.score(card, rule)["points"].sum())

    cards = _months(shop)
    month = max(cards, key=lambda one: scored(cards[one], "linear") - cards[one]["points"].sum())
    card = cards[month]
    right = scored(card, "capped")
    return sheet.Sheet(
        prompt=_(
            "How many points did the traffic manager score in {month:%B %Y}, when no KPI may count "
            "for more than 120 % of its target? Give one decimal."
        ).format(month=month),
        right=right,
        wrong={
            "forgot_the_cap": scored(card, "linear"),
            "forgot_the_weights": 100 * card["attainment"].mean(),
            "scored_in_steps": scored(card, "stepped"),
        },
        hints=(
            _("Points of a KPI = weight x attainment x 100. The score is their sum."),
            _("`kpi.scorecard(shop, 'traffic_manager', '2025-01')` shows one month."),
        ),
        solution=_(
            "Divide each actual by its target, cut it at 1.2, multiply by the weight in per cent, "
            "and add up: {points:.1f} points."
        ).format(points=right),
    )


def _worst(shop: Shop) -> tuple[pd.Timestamp, pd.DataFrame]:
    """Return the month with the fewest points, and its scorecard by KPI."""
    cards = _months(shop)
    month = min(cards, key=lambda one: cards[one]["points"].sum())
    moves = topic.what_if(cards[month]).set_index("kpi")
    return month, cards[month].set_index("kpi").join(moves[["gain", "gain_at_target"]])


@sheet.table(
    id="kpi-missing-points",
    objective="kpi-move",
    minutes=6,
    title=_("Where are the points?"),
    unit="points",
    tolerance=0.1,
    key="kpi",
    value="points",
    labels=NAMES,
    mistakes={
        "without_weights": _("You gave every KPI 100 points. On target a KPI brings its weight."),
        "ten_per_cent_better": _(
            "That is what 10 % more of each KPI would bring. The question asks for the whole way "
            "to the target."
        ),
        "took_points_away": _(
            "A KPI above its target would lose nothing: it stays as it is and brings 0 more."
        ),
    },
)
def missing_points(shop: Shop) -> sheet.TableSheet:
    month, card = _worst(shop)
    gap = 100 * (1 - card["attainment"])
    signed = card["weight"] * gap
    return sheet.TableSheet(
        prompt=_(
            "{month:%B %Y} was the traffic manager's worst month. How many points would each KPI "
            "have brought more if it had just met its target, the others staying as they were? A "
            "KPI that met its target brings 0."
        ).format(month=month),
        right=card["gain_at_target"],
        wrong={
            "without_weights": gap.clip(lower=0),
            "ten_per_cent_better": card["gain"],
            "took_points_away": None if signed.min() > -0.2 else signed,
        },
        table=card.assign(weight=100 * card["weight"])[["points", "weight", "gain_at_target"]],
        column="gain_at_target",
        hints=(
            _("On target a KPI brings its weight in points. Compare with what it brought."),
            _("`kpi.what_if(card)` has a column `gain_at_target`."),
        ),
        solution=_(
            "Weight in per cent, less the points won, for each KPI below its target; 0 for the "
            "others: `kpi.what_if(card)['gain_at_target']`."
        ),
    )


@sheet.choice(
    id="kpi-lever",
    objective="kpi-move",
    minutes=3,
    title=_("What to work on first"),
    options=tuple(NAMES),
)
def lever(shop: Shop) -> sheet.ChoiceSheet:
    month, card = _worst(shop)
    gains = card["gain_at_target"]
    best = str(gains.sort_values().index[-1])

    def reason(name: str) -> str:
        most, less = _(", more than any other KPI."), _("; {best} would bring {most:.1f}.")
        words = _("On target {kpi} would bring {points:.1f} points more")
        words += most if name == best else less
        return words.format(kpi=NAMES[name], points=gains[name], best=NAMES[best], most=gains[best])

    return sheet.ChoiceSheet(
        prompt=_(
            "You advise the traffic manager after {month:%B %Y}. On which KPI would meeting the "
            "target bring the most points?"
        ).format(month=month),
        right=best,
        options=NAMES,
        reasons={name: reason(name) for name in NAMES},
        hints=(
            _("The largest weight is not always it: a KPI on target has nothing left to bring."),
            _("Nor is the KPI furthest from its target, if it weighs little."),
        ),
        solution=reason(best),
    )


TIED = ("campaign_uv_share", "campaign_order_share", "campaign_conversion")


def _by_month(shop: Shop) -> pd.DataFrame:
    """Return the three campaign KPIs month by month, the least share of UV first."""
    months = [topic.measure(name, shop, "month").set_index("month")[name] for name in TIED]
    return pd.concat(months, axis=1).sort_values(TIED[0])


@sheet.number(
    id="kpi-rest-conversion",
    objective="kpi-targets",
    minutes=5,
    title=_("What is left for the rest"),
    unit="%",
    tolerance=0.02,
    mistakes={
        "stopped_at_the_shop": _(
            "That is the whole shop. The rest makes its orders from its own visitors."
        ),
        "swapped_the_shares": _("You swapped the share of UV and the share of orders."),
    },
)
def rest_conversion(shop: Shop) -> sheet.Sheet:
    target = _cards(shop).groupby("kpi")["target"].first()
    shares = _by_month(shop)["campaign_uv_share"]
    month, uv = shares.index[0], round(float(shares.iloc[0]), 3)
    orders, converts = target["campaign_order_share"], target["campaign_conversion"]
    tied = topic.implied_conversion(uv, orders, converts)
    return sheet.Sheet(
        prompt=_(
            "In {month:%B} campaigns brought {uv:.1%} of the visitors, less than in any other "
            "month. In {month:%B} of next year they are to bring the same share, to convert "
            "{conversion:.0%} of them, and to make {orders:.0%} of the orders. What must the "
            "**rest of the traffic** convert in that month, in per cent, to two decimals?"
        ).format(month=month, uv=uv, orders=orders, conversion=converts),
        right=100 * tied.rest,
        wrong={
            "stopped_at_the_shop": 100 * tied.shop,
            "swapped_the_shares": 100 * topic.implied_conversion(orders, uv, converts).rest,
        },
        above={
            _("the rest, with the campaign share of UV that is the target"): 100
            * topic.implied_conversion(target["campaign_uv_share"], orders, converts).rest
        },
        hints=(
            _("Think of 1,000 visitors: how many come through campaigns, how many orders is that?"),
            _("Those are the given share of all orders. How many orders are left, for how many?"),
        ),
        solution=_(
            "The shop converts {shop:.2f} %. The rest makes {orders:.0%} of those orders from "
            "{uv:.1%} of the visitors: {rest:.2f} %."
        ).format(shop=100 * tied.shop, orders=1 - orders, uv=1 - uv, rest=100 * tied.rest),
    )


CLOSE = 0.0025  # how near the rest must come to what it converted
AMBITION = 1.05  # what campaigns are to convert, as a ratio to this year


@dataclass(frozen=True)
class _Year:
    """What campaigns and the rest did in the month in the middle, and plans held against it."""

    month: pd.Timestamp
    uv: float  # share of campaigns
    orders: float  # share of campaigns
    campaigns: float  # what they converted
    rest: float  # what the rest converted
    best: float  # share of UV in the best month

    @classmethod
    def of(cls, shop: Shop) -> _Year:
        months = _by_month(shop)
        middle = months.iloc[len(months) // 2]
        uv, orders, converts = map(float, middle[list(TIED)])
        rest = topic.implied_conversion(uv, orders, converts).rest
        best = float(months["campaign_uv_share"].iloc[-1])
        return cls(months.index[len(months) // 2], uv, orders, converts, rest, best)

    def implied_rest(self, answer: sheet.PlanAnswer) -> float:
        shares = (answer[name] / 100 for name in ("uv_share", "order_share", "conversion"))
        return topic.implied_conversion(*shares).rest

    def agrees(self, answer: sheet.PlanAnswer) -> bool:
        return abs(self.implied_rest(answer) - self.rest) <= CLOSE

    def asks_more(self, answer: sheet.PlanAnswer) -> bool:
        return answer["conversion"] / 100 >= AMBITION * self.campaigns

    def reachable(self, answer: sheet.PlanAnswer) -> bool:
        return self.uv - 0.005 <= answer["uv_share"] / 100 <= self.best

    def order_share_of(self, share: float, conversion: float) -> float:
        """Return the share of orders, in per cent, that leaves the rest as it was."""
        through = share * conversion
        return round(200 * through / (through + (1 - share) * self.rest)) / 2

    def tied_plan(self, conversion: float) -> sheet.PlanAnswer:
        """Return the plan with this campaign conversion that leaves the rest as it was."""
        share = -(-1000 * self.uv // 10) / 100  # up to the next whole per cent
        share = min(share, self.best // 0.01 / 100)
        return {
            "uv_share": round(100 * share),
            "order_share": self.order_share_of(share, conversion),
            "conversion": round(1000 * conversion) / 10,
        }

    def score(self, answer: sheet.PlanAnswer) -> sheet.Score:
        share, converts = answer["uv_share"] / 100, answer["conversion"] / 100
        told = {"share": share, "new": converts, "implied": self.implied_rest(answer)}
        told |= vars(self) | {"more": converts / self.campaigns - 1}
        lines = (
            _("The rest would have to convert {implied:.2%}; it converted {rest:.2%}."),
            _("Campaigns would convert {new:.2%}: {more:+.0%} on {campaigns:.2%} of {month:%B}."),
            _("They would bring {share:.0%} of UV: {uv:.1%} in {month:%B}, {best:.1%} at best."),
        )
        met = (self.agrees(answer), self.asks_more(answer), self.reachable(answer))
        points = 40 * met[0] + 30 * met[1] + 30 * met[2]
        return sheet.Score(points, all(met), tuple(line.format(**told) for line in lines))


@sheet.plan(
    id="kpi-next-year",
    objective="kpi-decide",
    minutes=10,
    title=_("Set next year's campaign targets"),
    fields=(
        sheet.Field("uv_share", _("Campaign share of UV, %"), 10, 90, step=1, start=45, unit="%"),
        sheet.Field(
            "order_share", _("Campaign share of orders, %"), 10, 95, step=0.5, start=55, unit="%"
        ),
        sheet.Field(
            "conversion", _("Campaign order conversion, %"), 1, 30, step=0.1, start=10, unit="%"
        ),
    ),
    mistakes={
        "contradicts": _(
            "Your targets contradict one another: with them the rest of the traffic would have to "
            "convert something else than it did. Change the share of orders."
        ),
        "asks_for_less": _(
            "Your targets agree, but campaigns would be on target without any improvement."
        ),
        "out_of_reach": _(
            "The share of UV lies outside what this year showed: keep it between that of the month "
            "and that of the best month."
        ),
    },
)
def next_year(shop: Shop) -> sheet.PlanSheet:
    year = _Year.of(shop)
    right = year.tied_plan(-(-1000 * AMBITION * year.campaigns // 1) / 1000)
    beyond = min(0.89, year.best + 0.08)
    orders = year.order_share_of(beyond, right["conversion"] / 100)
    return sheet.PlanSheet(
        prompt=_(
            "In {month:%B} campaigns brought {uv:.1%} of the visitors, made {orders:.1%} of the "
            "orders and converted {campaigns:.2%}; the rest of the traffic converted {rest:.2%}. "
            "(Targets are scored by month, so they are set by month: the conversion of a whole "
            "year has other visitors below the line.)\n\n"
            "Set the three campaign targets for next year's {month:%B} so that they agree with one "
            "another: the rest of the traffic is to convert what it did (within {close:.2f} points "
            "of per cent). Ask campaigns to convert at least {more:.0%} more than this year, and "
            "for a share of UV that is no lower than this year's and no higher than in the best "
            "month of the year ({best:.1%})."
        ).format(**vars(year), close=100 * CLOSE, more=AMBITION - 1),
        right=right,
        score=year.score,
        wrong={
            "contradicts": right | {"order_share": right["order_share"] + 8},
            "asks_for_less": year.tied_plan(0.97 * year.campaigns),
            "out_of_reach": right | {"uv_share": round(100 * beyond), "order_share": orders},
        },
        detects={
            "contradicts": lambda answer: not year.agrees(answer),
            "asks_for_less": lambda answer: not year.asks_more(answer),
            "out_of_reach": lambda answer: not year.reachable(answer),
        },
        hints=(
            _("Choose the share of UV and the conversion first; the share of orders then follows."),
            _(
                "Of 1,000 visitors, count the orders of campaigns and of the rest at the rate that "
                "the rest had. The share of orders is the first number over both."
            ),
        ),
        solution=_(
            "For example {uv_share:.0f} % of UV at a conversion of {conversion:.1f} % make "
            "{order_share:.1f} % of the orders when the rest converts what it did."
        ).format(**right),
    )
