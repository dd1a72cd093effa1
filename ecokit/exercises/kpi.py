"""What is asked about KPIs, and which mistakes are known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import pandas as pd

from ecokit import kpi as topic
from ecokit.exercises import sheet
from ecokit.exercises.sheet import alike
from ecokit.messages import _
from ecokit.shop import Shop

POST = "traffic_manager"
CELL_POST, CELL_MONTH = "product_manager", "2025-06"  # what the cell of the scorecard shows
NAMES = {name: one.name for name, one in topic.KPIS.items() if POST in one.posts}


@lru_cache(maxsize=1)  # two seconds, and five exercises read it
def front_line(shop: Shop) -> Any:
    """Return the scorecards of the front line."""
    unit = shop.posts.set_index("post_id")["unit"]
    posts = [post for post in shop.targets["post_id"].unique() if unit.get(post) == "Front line"]
    return topic.scorecards(shop, posts=posts)


def _cards(shop: Shop, post: str = POST) -> Any:
    cards = front_line(shop)
    return cards[cards["post_id"] == post].reset_index(drop=True)


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
        "took_the_rest": _(
            "That is the conversion of those who came without a campaign. Keep those who came "
            "through one."
        ),
        "took_the_quarter": _(
            "That is the conversion of the whole quarter. Its months are not alike: ask by month."
        ),
        "only_the_orders": _(
            "You divided the orders through campaigns by all visitors. Below the line stand the "
            "visitors through campaigns only."
        ),
        "month_of_the_page": _(
            "That is the month that the page works out. Asked is the one named in the question."
        ),
        "whole_year": _("That is the conversion of the whole year. Ask by month."),
        "share_of_visitors": _(
            "That is the share of the visitors whom campaigns brought. Asked is how many of these "
            "ordered."
        ),
        "share_of_orders": _(
            "That is the share of the orders that campaigns made. Asked is how many of the "
            "visitors through campaigns ordered."
        ),
        "only_the_visitors": _(
            "You divided all orders by the visitors through campaigns. Above the line stand the "
            "orders through campaigns only."
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
    worst = months[0].idxmin()
    table = 100 * pd.concat(months, axis=1)
    if worst != month:
        table.loc[worst, "campaign_conversion"] = float("nan")  # it has a mistake of its own
    table = table.rename(index="{:%B}".format)
    year = shop.visits.dropna(subset="campaign_id")["visitor_id"].nunique()
    quarters = topic.measure("campaign_conversion", shop, "quarter").set_index("quarter")
    quarter = month.to_period("Q").to_timestamp()
    rest = orders.loc[orders["campaign_id"].isna(), "paid_at"].count()
    everybody = visits["visitor_id"].nunique()
    return sheet.Sheet(
        prompt=_(
            "In {month:%B %Y} campaigns brought a larger share of the visitors than in any other "
            "month. What was the campaign order conversion of that month, in per cent?"
        ).format(month=month),
        right=100 * paid / visitors,
        wrong={
            "counted_visits": 100 * paid / len(ours),
            "counted_unpaid": 100 * len(theirs) / visitors,
            "took_the_whole_shop": 100 * orders["paid_at"].count() / everybody,
            "took_the_rest": 100
            * rest
            / visits.loc[visits["campaign_id"].isna(), "visitor_id"].nunique(),
            "took_the_quarter": 100 * quarters.loc[quarter, "campaign_conversion"],
            "only_the_orders": 100 * paid / everybody,
            "month_of_the_page": 100 * months[0][worst] if worst != month else None,
            "whole_year": 100 * shop.orders.dropna(subset="campaign_id")["paid_at"].count() / year,
            "share_of_visitors": 100 * visitors / everybody,
            "share_of_orders": 100 * paid / orders["paid_at"].count(),
            "only_the_visitors": 100 * orders["paid_at"].count() / visitors,
        },
        table=table,
        cell=(f"{month:%B}", "campaign_conversion"),
        printed=0.1,
        hints=(
            _("Read the formula of the KPI: what is above the line, what is below?"),
            _('In the cell above write `by = "month"`, and read the row of the month.'),
        ),
        solution=_(
            "Paid orders through campaigns over visitors through campaigns: {paid} / {visitors} = "
            "{result:.2f} %."
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
def click_index(shop: Shop) -> sheet.ChoiceSheet:
    indices = topic.measure("campaign_click_index", shop, "month").set_index("month")
    month = indices["campaign_click_index"].idxmax()
    index = round(float(indices["campaign_click_index"].max()), 2)
    return sheet.ChoiceSheet(
        prompt=_(
            "In {month:%B} the design manager's campaign average click rate stood at {index:.0%}, "
            "the best of the year. What does this number say?"
        ).format(month=month, index=index),
        right="index",
        options={
            "raw_rate": _("Of 100 people who saw a picture, {clicks:.0f} clicked it.").format(
                clicks=100 * index
            ),
            "index": _(
                "Campaign pictures were clicked {index:.2f} times as often as is usual in their "
                "channels."
            ).format(index=index),
            "more_clicks": _(
                "Campaigns brought {more:.0%} more clicks than the month before."
            ).format(more=index - 1),
            "misprint": _("It is a misprint for {tenth:.1%}.").format(tenth=index / 10),
        },
        reasons={
            "raw_rate": _("A raw click rate cannot pass 100 %: nobody clicks what was not shown."),
            "index": _("Yes. It is an index, and 100 % is the baseline of the channels."),
            "more_clicks": _(
                "More clicks may come from more impressions. An index divides by what was shown, "
                "and compares with what is usual, not with the month before."
            ),
            "misprint": _(
                "{tenth:.1%} would be a raw rate. Few pictures reach it; the number is an index."
            ).format(tenth=index / 10),
        },
        case=(f"{month:%B}", f"{index:.0%}"),
        code='"index"',
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
        "cut_at_the_target": _(
            "You let no KPI count for more than 100 %. What lies above the target counts, too, up "
            "to 120 %."
        ),
        "left_the_post": _(
            "You changed the month and left the post: these are the product manager's points. "
            'Write `"traffic_manager"` into the cell, too.'
        ),
        "left_the_month": _(
            "You changed the post and left the month: these are the points of June. Write the "
            "month of the question into the cell, too."
        ),
        "cell_unchanged": _(
            "These are the product manager's points of June, as the cell stands. Change the post "
            "and the month."
        ),
        "took_the_quarter": _(
            "These are the points of the whole quarter. Asked is one month of it."
        ),
        "mean_of_the_points": _(
            "You divided by the number of KPIs. Points are weighted already: add them up."
        ),
        "worst_month": _(
            "These are the points of the traffic manager's worst month. Asked is the month named "
            "in the question."
        ),
    },
)
def points(shop: Shop) -> sheet.Sheet:
    def scored(card: pd.DataFrame, rule: str) -> float:
        return float(topic.score(card, rule)["points"].sum())

    def answers(card: pd.DataFrame) -> dict[str, float]:
        return {
            "forgot_the_cap": scored(card, "linear"),
            "forgot_the_weights": 100 * float(card["attainment"].mean()),
            "scored_in_steps": scored(card, "stepped"),
            "cut_at_the_target": 100
            * float((card["weight"] * card["attainment"].clip(upper=1)).sum()),
        }

    def apart(month: pd.Timestamp) -> float:
        """Return how far the nearest two ways lie apart in a month."""
        ways = sorted([*answers(cards[month]).values(), scored(cards[month], "capped")])
        return min(high - low for low, high in pairwise(ways))

    cards = _months(shop)
    month = max(cards, key=apart)
    card = cards[month]
    right = scored(card, "capped")
    quarter = scored(topic.scorecard(shop, POST, f"{month.to_period('Q')}"), "capped")
    scores = {f"{one:%Y-%m}": scored(cards[one], "capped") for one in cards}
    others = _cards(shop, CELL_POST)
    others = others.groupby(others["month"].dt.strftime("%Y-%m"))["points"].sum()
    asked = f"{month:%Y-%m}"
    worst = min(scores, key=scores.__getitem__)
    known = {CELL_MONTH, worst} - {asked}
    totals = {f"{one:%B}": scores[f"{one:%Y-%m}"] for one in cards if f"{one:%Y-%m}" not in known}
    return sheet.Sheet(
        prompt=_(
            "How many points did the traffic manager score in {month:%B %Y}, when no KPI may count "
            "for more than 120 % of its target?"
        ).format(month=month),
        right=right,
        wrong=answers(card)
        | {
            "left_the_post": others[asked],
            "left_the_month": scores[CELL_MONTH] if asked != CELL_MONTH else None,
            "cell_unchanged": others[CELL_MONTH] if asked != CELL_MONTH else None,
            "took_the_quarter": quarter,
            "mean_of_the_points": right / len(card),
            "worst_month": scores[worst] if worst not in (asked, CELL_MONTH) else None,
        },
        table=pd.DataFrame({"points": totals}),
        cell=(f"{month:%B}", "points"),
        hints=(
            _("Points of a KPI = weight x attainment x 100. The score is their sum."),
            _(
                "Write post and month into the cell with the scorecard: the points of the KPIs are"
                " added up above its table."
            ).format(month=month),
        ),
        solution=_(
            "Divide each actual by its target, cut it at 1.2, multiply by the weight in per cent, "
            "and add up: {points:.1f} points."
        ).format(points=right),
        code=f"""
            from ecokit import kpi
            kpi.scorecard(shop, "traffic_manager", "{month:%Y-%m}")["points"].sum()
        """,
    )


@lru_cache(maxsize=1)
def _weak(shop: Shop) -> list[tuple[pd.Timestamp, pd.DataFrame]]:
    """Return the months from the fewest points up, each with its scorecard by KPI."""
    cards = _months(shop)
    months = sorted(cards, key=lambda one: cards[one]["points"].sum())
    moves = {month: topic.what_if(cards[month]).set_index("kpi") for month in months}
    gains = ["gain", "gain_at_target"]
    return [(month, cards[month].set_index("kpi").join(moves[month][gains])) for month in months]


def _with_one_above(shop: Shop) -> tuple[pd.Timestamp, pd.DataFrame]:
    """Return the weakest month but the very weakest in which a KPI stands above its target."""
    others = _weak(shop)[1:]
    return next((one for one in others if one[1]["attainment"].max() > 1.02), others[0])


def _another_lever(shop: Shop) -> tuple[pd.Timestamp, pd.DataFrame]:
    """Return the month in which another KPI than in the weakest lacks most, by most points.

    The page tells of the month in which campaigns converted least.
    """
    weak = _weak(shop)
    first = weak[0][1]["gain_at_target"].idxmax()
    told = min(weak, key=lambda one: one[1]["attainment"]["campaign_conversion"])
    taken = (weak[0][0], _with_one_above(shop)[0], told[0])

    def ahead(one: tuple[pd.Timestamp, pd.DataFrame]) -> tuple[bool, float]:
        most, second = one[1]["gain_at_target"].nlargest(2)
        return one[1]["gain_at_target"].idxmax() != first, most - second

    return max((one for one in weak if one[0] not in taken), key=ahead)


FAR = 0.5  # points below 0 that are told from 0


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
        "worst_month": _(
            "That is the month with the fewest points of all. Asked is the one named in the "
            "question: change the month in the cell above."
        ),
        "points_won": _("Those are the points that each KPI brought. Asked is what is missing."),
        "points_won_in_the_worst": _(
            "Those are the points that each KPI brought in the month with the fewest points. Asked "
            "is what is missing, in the month named in the question."
        ),
        "ten_per_cent_in_the_worst": _(
            "That is what 10 % more of each KPI would bring, and in the month that stands in the "
            "cell. Change the month, and read the column `gain_at_target`."
        ),
        "took_away_in_the_worst": _(
            "You took the points from the weights in the month with the fewest points. Take the "
            "month named in the question; a KPI above its target brings 0 more."
        ),
        "without_weights_in_the_worst": _(
            "You gave every KPI 100 points, and took the month with the fewest. On target a KPI "
            "brings its weight; the month is named in the question."
        ),
        "weight_alone": _(
            "Those are the weights: what a KPI brings on target. Take away what it brought already."
        ),
        "what_is_reached": _(
            "Those are the attainments in per cent. Asked are points: how many more each KPI would "
            "bring on target."
        ),
    },
)
def missing_points(shop: Shop) -> sheet.TableSheet:
    month, card = _with_one_above(shop)
    gap = 100 * (1 - card["attainment"])
    signed = card["weight"] * gap
    weak = _weak(shop)
    worst = weak[0][1]
    lacks = 100 * (1 - worst["attainment"])
    return sheet.TableSheet(
        prompt=_(
            "{month:%B %Y} was a weak month of the traffic manager. How many points would each KPI "
            "have brought more if it had just met its target, the others staying as they were? A "
            "KPI that met its target brings 0."
        ).format(month=month),
        right=card["gain_at_target"],
        wrong={
            "without_weights": gap.clip(lower=0),
            "ten_per_cent_better": card["gain"],
            "took_points_away": signed if signed.min() < -FAR else None,
            "worst_month": worst["gain_at_target"],
            "points_won": card["points"],
            "points_won_in_the_worst": worst["points"],
            "ten_per_cent_in_the_worst": worst["gain"],
            "took_away_in_the_worst": (worst["weight"] * lacks)
            if (worst["weight"] * lacks).min() < -FAR
            else None,
            "without_weights_in_the_worst": lacks.clip(lower=0),
            "weight_alone": 100 * card["weight"],
            "what_is_reached": 100 * card["attainment"],
        },
        table=pd.DataFrame(
            {f"{one:%B}": other["gain_at_target"] for one, other in weak[1:]}
            | {f"10 % more in {one:%B}": other["gain"] for one, other in weak[1:] if one != month}
            | {f"points in {one:%B}": other["points"] for one, other in weak[1:] if one != month}
        ),
        column=f"{month:%B}",
        hints=(
            _("On target a KPI brings its weight in points. Compare with what it brought."),
            _("In the cell above write this month, and read `gain_at_target`."),
        ),
        solution=_(
            "Weight in per cent, less the points won, for each KPI below its target; 0 for the "
            "others: `kpi.what_if(card)['gain_at_target']`."
        ),
        code=f"""
            from ecokit import kpi
            card = kpi.scorecard(shop, "traffic_manager", "{month:%Y-%m}")
            kpi.what_if(card).set_index("kpi")["gain_at_target"]
        """,
    )


@sheet.choice(
    id="kpi-lever",
    objective="kpi-move",
    minutes=3,
    title=_("What to work on first"),
    options=tuple(NAMES),
)
def lever(shop: Shop) -> sheet.ChoiceSheet:
    month, card = _another_lever(shop)
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
            _("Change the month in the cell above and look for the longest bar."),
        ),
        solution=reason(best),
        case=(f"{month:%B}",),
        code=f"""
            from ecokit import kpi
            card = kpi.scorecard(shop, "traffic_manager", "{month:%Y-%m}")
            kpi.what_if(card).set_index("kpi")["gain_at_target"].idxmax()
        """,
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
        "kept_the_target": _(
            "You kept the 45 % of the target. Campaigns are to bring the share that stands in the "
            "question."
        ),
        "over_all_visitors": _(
            "You divided the orders of the rest by all visitors. Divide them by the visitors who "
            "came without a campaign."
        ),
        "cell_unchanged": _(
            "That is the first number of the cell as it stands: the whole shop, with the 45 % of "
            "the target. Write in the share of the question, and read the rest of the traffic."
        ),
        "share_of_the_rate": _(
            "You took the rest's share of the orders from the conversion. A share of orders is no "
            "share of a conversion: count orders and visitors of the rest, and divide."
        ),
        "visitors_of_the_rate": _(
            "You took the rest's share of the visitors from the conversion. Count orders and "
            "visitors of the rest, and divide."
        ),
        "gave_all_orders": _(
            "You gave the rest all orders of the shop. It makes only those that campaigns do not."
        ),
        "orders_of_campaigns": _(
            "You divided the orders of campaigns by the visitors of the rest. Take the orders that "
            "are left."
        ),
        "this_years": _(
            "That is what the rest converted this year. Asked is what it must convert for the "
            "targets of next year to agree."
        ),
    },
)
def rest_conversion(shop: Shop) -> sheet.Sheet:
    target = _cards(shop).groupby("kpi")["target"].first()
    months = _by_month(shop)
    first, month = months.iloc[0], months.index[0]
    uv = round(float(first["campaign_uv_share"]), 3)
    orders, converts = target["campaign_order_share"], target["campaign_conversion"]
    asked = target["campaign_uv_share"]
    tied = topic.implied_conversion(uv, orders, converts)
    return sheet.Sheet(
        prompt=_(
            "In {month:%B} campaigns brought {uv:.1%} of the visitors, less than in any other "
            "month. In {month:%B} of next year they are to bring the same share, to convert "
            "{conversion:.0%} of them, and to make {orders:.0%} of the orders. What must the "
            "**rest of the traffic** convert in that month, in per cent?"
        ).format(month=month, uv=uv, orders=orders, conversion=converts),
        right=100 * tied.rest,
        wrong={
            "stopped_at_the_shop": 100 * tied.shop,
            "swapped_the_shares": 100 * topic.implied_conversion(orders, uv, converts).rest,
            "kept_the_target": 100 * topic.implied_conversion(asked, orders, converts).rest,
            "over_all_visitors": 100 * tied.rest * (1 - uv),
            "cell_unchanged": 100 * topic.implied_conversion(asked, orders, converts).shop,
            "share_of_the_rate": 100 * (1 - orders) * converts,
            "visitors_of_the_rate": 100 * (1 - uv) * converts,
            "gave_all_orders": 100 * tied.shop / (1 - uv),
            "orders_of_campaigns": 100 * uv * converts / (1 - uv),
            "this_years": 100 * topic.implied_conversion(*map(float, first)).rest,
        },
        case=(f"{month:%B}", f"{uv:.1%}"),
        code=f"""
            from ecokit import kpi
            tied = kpi.implied_conversion({uv}, {orders}, {converts})
            100 * tied.rest
        """,
        hints=(
            _("Think of 1,000 visitors: how many come through campaigns, how many orders is that?"),
            _("Those are the given share of all orders. How many orders are left, for how many?"),
        ),
        solution=_(
            "The shop converts {shop:.2f} %. The rest makes {orders:.0%} of those orders from "
            "{uv:.1%} of the visitors: {rest:.2f} %."
        ).format(shop=100 * tied.shop, orders=1 - orders, uv=1 - uv, rest=100 * tied.rest),
    )


CLOSE = 0.0015  # how near the rest must come to what it converted
MOST = 95  # per cent of orders that a plan may ask of campaigns
AMBITION = 1.1  # what campaigns are to convert, as a ratio to this year


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

    @property
    def kept_orders(self) -> float:
        """The share of orders of this year, in per cent, as the field takes it."""
        return round(200 * self.orders) / 2

    def raised_alike(self, answer: sheet.PlanAnswer) -> float:
        """Return this year's share of orders, raised by as much as a plan raises conversion."""
        raised = self.orders * answer["conversion"] / 100 / self.campaigns
        return min(round(200 * raised) / 2, MOST)

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
        points = (50 if met[1] else 20) * met[0] + 30 * met[1] + 20 * met[2]
        return sheet.Score(points, all(met), tuple(line.format(**told) for line in lines))


@sheet.plan(
    id="kpi-next-year",
    objective="kpi-decide",
    minutes=10,
    title=_("Set next year's campaign targets"),
    fields=(
        sheet.Field("uv_share", _("Campaign share of UV, %"), 10, 90, step=1, start=45, unit="%"),
        sheet.Field(
            "order_share", _("Campaign share of orders, %"), 10, MOST, step=0.5, start=55, unit="%"
        ),
        sheet.Field(
            "conversion", _("Campaign order conversion, %"), 1, 30, step=0.1, start=10, unit="%"
        ),
    ),
    mistakes={
        "contradicts": _(
            "Your targets do not fit together: with them the rest of the traffic would have to "
            "convert something else than it did. Change the share of orders."
        ),
        "kept_the_orders": _(
            "You left the share of orders as it was. If campaigns convert more and the rest does "
            "not, campaigns make more of the orders: raise it."
        ),
        "raised_alike": _(
            "You raised the share of orders by as many per cent as the conversion. The other "
            "orders do not shrink, so the share grows by less."
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
            "another: the rest of the traffic is to convert what it did (within {close:.2f} "
            "percentage points). Ask campaigns to convert at least {more:.0%} more than this year, "
            "and for a share of UV that is no lower than this year's and no higher than in the "
            "best month of the year ({best:.1%})."
        ).format(**vars(year), close=100 * CLOSE, more=AMBITION - 1),
        right=right,
        score=year.score,
        wrong={
            "kept_the_orders": right | {"order_share": year.kept_orders},
            "raised_alike": right | {"order_share": year.raised_alike(right)},
            "contradicts": right | {"order_share": right["order_share"] + 8},
            "asks_for_less": year.tied_plan(0.97 * year.campaigns),
            "out_of_reach": right | {"uv_share": round(100 * beyond), "order_share": orders},
        },
        detects={
            "kept_the_orders": lambda answer: (
                not year.agrees(answer) and alike(answer["order_share"], year.kept_orders)
            ),
            "raised_alike": lambda answer: (
                not year.agrees(answer) and alike(answer["order_share"], year.raised_alike(answer))
            ),
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
        code=f"{right}",
    )
