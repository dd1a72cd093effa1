"""Exercises on the game: read a bridge, keep the end in mind, and run a quarter."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from statistics import fmean

from ecokit.exercises import sheet
from ecokit.game import bots
from ecokit.game.advice import Advice
from ecokit.game.company import Company
from ecokit.game.draws import Luck
from ecokit.game.ending import Forecast
from ecokit.game.fixed import PPM
from ecokit.game.play import ROOM, View, play
from ecokit.game.report import Report
from ecokit.game.rulebook import FEN, rules
from ecokit.messages import _
from ecokit.shop import Shop

FIRST = {"search": 3_000, "social": 2_000}
THEN = {"search": 6_000, "social": 2_500, "price_handsets": 104, "price_audio": 106}
"""What the company of the question decides in its first two weeks."""

HELD = (31, 32, 33)  # games of other luck, on which a plan is judged
ENOUGH = 0.84  # of the points of who follows the advice


@lru_cache(maxsize=8)
def seed_of(shop: Shop) -> int:
    """Return the seed of the game that belongs to a learner's company."""
    names = "".join(shop.products["name"].astype(str).head(40))
    return 100 + zlib.crc32(names.encode()) % 800


@cache
def _second_week(seed: int) -> Report:
    company = Company(seed)
    company.play(**FIRST)
    return company.play(**THEN)


def _words(step: str) -> str:
    """Return what a step of the bridge is called beside the numbers."""
    ends = {"before": _("profit of the first week"), "after": _("profit of the second week")}
    return ends.get(step, step)


@sheet.number(
    id="game-bridge",
    objective="game-read",
    minutes=8,
    title=_("What was decided, and what happened"),
    unit="yuan",
    tolerance=2.0,
    mistakes={
        "whole": _(
            "This is the whole change of profit. A part of it came from rivals and from luck."
        ),
        "with_luck": _("You counted luck, too. Nobody decides luck."),
        "with_rivals": _("You counted what rivals did, too. That was not your decision."),
        "one_bar": _("This is one bar alone. Add up all bars that the team has decided."),
    },
)
def bridge(shop: Shop) -> sheet.Sheet:
    """Ask which part of a change of profit a team has decided itself."""
    seed = seed_of(shop)
    found = _second_week(seed).bridge
    bars = {name: fen / FEN for name, fen in found.bars.items()}
    own = sum(bars[name] for name in ("price", "traffic", "stock", "service"))
    return sheet.Sheet(
        prompt=_(
            "Begin the game with the seed **{seed}**: `company = game.Company(seed={seed})`. In "
            "the first week put {search} into paid search and {social} into social media; in the "
            "second {search_then}, {social_then}, and the prices of handsets and audio at {phones} "
            "and {audio}. Read the bridge of the **second** week. How many yuan of the change of "
            "profit did your own decisions bring (price, traffic, stock and service together)? "
            "Write a minus for a loss."
        ).format(
            seed=seed,
            search=sheet.yuan(FIRST["search"]),
            social=sheet.yuan(FIRST["social"]),
            search_then=sheet.yuan(THEN["search"]),
            social_then=sheet.yuan(THEN["social"]),
            phones=THEN["price_handsets"],
            audio=THEN["price_audio"],
        ),
        case=(str(seed), _("second")),
        right=own,
        wrong={
            "whole": (found.after - found.before) / FEN,
            "with_luck": own + bars["luck"],
            "with_rivals": own + bars["rivals"],
            "one_bar": bars["traffic"],
        },
        table=_second_week(seed).steps().set_index("step").rename(index=_words),
        hints=(
            _("Write the seed and both weeks into the cells above; the bridge has a number a bar."),
            _("Add price, traffic, stock and service. Leave out rivals and luck."),
        ),
        solution=_("Price, traffic, stock and service: {own}; the whole change is {all}.").format(
            own=sheet.yuan(own), all=sheet.yuan((found.after - found.before) / FEN)
        ),
        code=f"""
            from ecokit import game
            company = game.Company(seed={seed})
            company.play(**{FIRST})
            bars = company.play(**{THEN})
            bars = bars.steps().set_index("step")["yuan"]
            bars[["price", "traffic", "stock", "service"]].sum()
        """,
    )


@dataclass(frozen=True)
class _AtTheEnd:
    """The advice, and something else in the last round."""

    name: str
    last: dict[str, int]

    def decide(self, view: View) -> tuple[dict[str, int | str], Forecast | None]:
        """Return the advice until the last round."""
        changes, forecast = Advice().decide(view)
        if view.round == view.form.rounds:
            changes.update(self.last)
        return changes, forecast


ENDS = {
    "as_before": {},
    "cut_all": {"search": 0, "social": 0, "seats": 1, "cover": 0},
    "hoard": {"cover": 9 * PPM},
    "sell_off": {f"price_{name}": 900_000 for name in ("handsets", "audio", "home")},
}


@cache
def _points_at_the_end(seed: int) -> dict[str, float]:
    """Return the mean points of each end, over three games."""
    found = {}
    for name, last in ENDS.items():
        games = [
            play([_AtTheEnd(name, last), *bots.sensible(one)[1:]], Luck.of_seed(one), rules(), ROOM)
            for one in (seed, seed + 1, seed + 2)
        ]
        found[name] = fmean(game.scores[0].points for game in games) / PPM
    return found


@sheet.choice(
    id="game-end",
    objective="game-decide",
    minutes=5,
    title=_("The last round"),
    options=("as_before", "cut_all", "hoard", "sell_off"),
)
def end(shop: Shop) -> sheet.ChoiceSheet:
    """Ask what to do when the game is about to end."""
    points = _points_at_the_end(seed_of(shop))
    right = max(points, key=points.__getitem__)
    said = _(
        "{what}: {points:.0f} points on average of three games; the best of four has {best:.0f}."
    )
    called = {
        "as_before": _("As in every round"),
        "cut_all": _("With ads and orders stopped"),
        "hoard": _("With full shelves"),
        "sell_off": _("With a tenth off all prices"),
    }
    return sheet.ChoiceSheet(
        prompt=_(
            "It is the **last round**. After it the company runs on for four weeks with your last "
            "decisions, and stock, open orders and contracts count at stated values. What do you "
            "do?"
        ),
        case=(_("last round"), _("contracts count")),
        right=right,
        options={
            "as_before": _("Decide as in every round, by season, cost and report"),
            "cut_all": _("Stop ads and orders, and keep one seat: what is not spent is profit"),
            "hoard": _("Fill the shelves to the top: stock counts at the end"),
            "sell_off": _("Sell everything at a tenth below the usual price"),
        },
        reasons={
            name: said.format(what=called[name], points=one, best=points[right])
            for name, one in points.items()
        },
        hints=(
            _("Who lives through the four weeks after the end? The same company, as you left it."),
        ),
        solution=_("The rules let the company run on, so that cutting at the end loses."),
    )


@dataclass(frozen=True)
class _Fixed:
    """Decides once, as the plan says, and expects what the calendar says."""

    plan: tuple[tuple[str, float], ...]
    name: str = "plan"

    def decide(self, view: View) -> tuple[dict[str, int | str], Forecast | None]:
        """Return the same every round."""
        units = {"percent": PPM // 100, "yuan": FEN, "weeks": PPM, "seats": 1}
        fields = view.rules.fields
        kept = {name: round(value * units[fields[name].unit]) for name, value in self.plan}
        chosen: dict[str, int | str] = {**dict(Advice().choices), **kept}
        return chosen, Advice().decide(bots.blind(view))[1]


@cache
def _points(plan: tuple[tuple[str, float], ...]) -> float:
    """Return the mean points of a plan over games of held-back luck, against who is sensible."""
    games = [
        play([_Fixed(plan), *bots.sensible(one)[1:]], Luck.of_seed(one), rules(), ROOM)
        for one in HELD
    ]
    return fmean(game.scores[0].points for game in games) / PPM


@cache
def _of_advice() -> float:
    """Return the mean points of the advice without its leanings, in the same games."""
    games = [
        play(
            [replace(Advice(), name="plan"), *bots.sensible(one)[1:]],
            Luck.of_seed(one),
            rules(),
            ROOM,
        )
        for one in HELD
    ]
    return fmean(game.scores[0].points for game in games) / PPM


def _quarter(answer: sheet.PlanAnswer) -> float:
    """Return the mean points of a plan of the card."""
    prices = {f"price_{one.name}": answer["price"] for one in rules().categories}
    rest = {name: answer[name] for name in ("search", "social", "cover", "seats")}
    return _points(tuple(sorted((prices | rest).items())))


GOOD: sheet.PlanAnswer = {"price": 105, "search": 3_500, "social": 4_000, "cover": 3.6, "seats": 6}


@sheet.plan(
    id="game-quarter",
    objective="game-decide",
    minutes=12,
    title=_("A quarter on one sheet"),
    fields=(
        sheet.Field("price", _("All prices, per cent of the usual"), 80, 120, 1, 107, "%"),
        sheet.Field("search", _("Paid search a week"), 0, 40_000, 500, 2_500, "¥"),
        sheet.Field("social", _("Social media a week"), 0, 40_000, 500, 1_500, "¥"),
        sheet.Field("cover", _("Weeks of stock"), 0, 9, 0.1, 3.1),
        sheet.Field("seats", _("Seats at the desk"), 1, 25, 1, 5),
    ),
    mistakes={
        "at_cost": _(
            "Your prices leave hardly anything over cost. More orders at no margin earn nothing, "
            "and each of them has to be packed, sent and answered."
        ),
        "all_on_ads": _(
            "Your budgets lie far beyond what the last yuan brings back, and all teams pay for it: "
            "clicks grow dearer."
        ),
        "hoard": _("Far more stock than weeks to sell it: storage and salvage eat it."),
        "empty": _("Too little stock. Most orders wait for the far supplier, or go elsewhere."),
        "desk": _("Too many or too few seats: count the contacts of the busy hour."),
    },
)
def quarter(shop: Shop) -> sheet.PlanSheet:
    """Ask for decisions that hold for a whole quarter."""
    del shop  # the market is the game's
    top = ENOUGH * _of_advice()

    def score(answer: sheet.PlanAnswer) -> sheet.Score:
        reached = _quarter(answer)
        points = max(0.0, min(100.0, 100 * reached / top))
        told = _("{reached:.0f} points of the game on average; {top:.0f} are enough.")
        return sheet.Score(points, points >= 100, (told.format(reached=reached, top=top),))

    return sheet.PlanSheet(
        prompt=_(
            "You run the company in the format of the room: six rounds of two weeks, against five "
            "teams that follow the course's advice. Decide **once**, for all rounds; weights, "
            "carrier, partner, IT and structure are chosen sensibly for you. You are judged by the "
            "points of **three games** of luck that you have not seen. Whoever reads the reports "
            "can do better than any fixed plan: enough is a part of what the advice earns."
        ),
        case=(_("three games"),),
        right=GOOD,
        score=score,
        wrong={
            "at_cost": {**GOOD, "price": 88},
            "all_on_ads": {**GOOD, "search": 25_000, "social": 25_000},
            "hoard": {**GOOD, "cover": 8.5},
            "empty": {**GOOD, "cover": 0.5},
            "desk": {**GOOD, "seats": 25},
        },
        detects={
            "at_cost": lambda p: p["price"] < 97,
            "all_on_ads": lambda p: p["search"] + p["social"] > 18_000,
            "hoard": lambda p: p["cover"] > 6,
            "empty": lambda p: p["cover"] < 2,
            "desk": lambda p: not 3 <= p["seats"] <= 10,
        },
        hints=(
            _("What does an order leave after goods, parcel and payment? Start from that price."),
            _("Raise a budget until the last yuan brings back a yuan of margin, and no further."),
            _("Stock: the weeks until the far supplier's next order is there, and a little more."),
        ),
        solution=_(
            "Prices a few per cent above the usual, moderate budgets, three to four weeks of "
            "stock, seats by the busy hour."
        ),
        code=f"""
            {GOOD}
        """,
    )
