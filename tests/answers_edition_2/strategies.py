"""Wrong answers to the exercises on price strategies."""

from __future__ import annotations

from typing import NamedTuple

from ecokit import Shop, strategies
from tests.answers.road import Answer

WATCH = {"price": 338, "cost": 258, "units": 641, "elasticity": 2.4}
DEAL, FIXED = 5993, 47_106
HIGHEST, VALUE, BROKER = 6300, 5040, 1890
WORTH, LOW, HIGH = 7190, 4830, 8200


class Phone(NamedTuple):
    price: int
    cost: int


def phone(shop: Shop) -> Phone:
    """Return price and cost of the phone that the notebook is about."""
    phones = shop.products.loc[shop.products["category"] == "phones", "product_id"]
    year = shop.stock[shop.stock["product_id"].isin(phones)].sort_values("date")
    year = year.groupby("product_id").agg(
        asked=("demand", "sum"), price=("price", "median"), cost=("unit_cost", "last")
    )
    room = year[(0.91 * year["price"] > year["cost"]) & (year["asked"] >= 20)]
    best = room.loc[room["asked"].idxmax()]
    return Phone(round(best["price"]), round(best["cost"]))


def four(elasticity: float, segments: int, what: str) -> dict[str, str]:
    customers = strategies.calibrated(WATCH["price"], elasticity, WATCH["units"])
    cost = WATCH["cost"]
    outcomes = {
        "base": strategies.one_price(customers, cost, WATCH["price"]),
        "best": strategies.one_price(customers, cost),
        "segments": strategies.personalised(customers, cost, segments=segments),
        "haggling": strategies.haggling(customers, cost),
    }
    return {name: f"{getattr(outcome, what):.0f}" for name, outcome in outcomes.items()}


def cut_over_margin(shop: Shop) -> str:
    price, cost = phone(shop)
    return f"{0.06 / ((price - cost) / price):.3f}"


def cut_as_it_stands(shop: Shop) -> str:
    price, cost = phone(shop)
    return f"{0.05 / ((price - cost) / price - 0.05):.3f}"


def over_the_markup(shop: Shop) -> str:
    price, cost = phone(shop)
    return f"{0.06 / ((price - cost) / cost - 0.06):.3f}"


def bids(number: int) -> list[float]:
    return [float(bid) for bid in strategies.best_bids(WORTH, LOW, HIGH, bids=number).bids[0]]


ANSWERS = [
    Answer(
        exercise="pricing-side-by-side",
        road="Put price, cost and units into the cell and left elasticity and segments.",
        mistake="The cell has an elasticity of 3 and three segments.",
        answer=lambda shop: four(3, 3, "profit"),
        typed={"base": "51280", "best": "52798", "segments": "79197", "haggling": "52798"},
    ),
    Answer(
        exercise="pricing-side-by-side",
        road="Put all four numbers in and left three segments.",
        mistake="Two segments were asked.",
        answer=lambda shop: four(2.4, 3, "profit"),
        typed={"base": "51280", "best": "55491", "segments": "83236", "haggling": "55491"},
    ),
    Answer(
        exercise="pricing-side-by-side",
        road="Typed the revenue of each.",
        mistake="Profit was asked: what the units cost is not taken off.",
        answer=lambda shop: four(2.4, 2, "revenue"),
        typed={"base": "216658", "best": "185151", "segments": "246868", "haggling": "314704"},
    ),
    Answer(
        exercise="pricing-personal-price",
        road="Thought that a price is the seller's own affair.",
        mistake="Nobody may be treated unreasonably differently by an algorithm.",
        answer=lambda shop: "allowed",
        typed="allowed",
    ),
    Answer(
        exercise="pricing-personal-price",
        road="Knew that the European Union asks for a notice.",
        mistake="A line in the terms does not make it fair, and is no leave elsewhere.",
        answer=lambda shop: "disclose",
        typed="disclose",
    ),
    Answer(
        exercise="pricing-personal-price",
        road="Took every difference of prices for forbidden.",
        mistake="Open rules that all can meet, such as a student price, are allowed.",
        answer=lambda shop: "one_price",
        typed="one_price",
    ),
    Answer(
        exercise="pricing-cut-volume",
        road="Divided the cut by the margin.",
        mistake="What is left of the margin stands below the line.",
        answer=cut_over_margin,
        typed="0.256",
    ),
    Answer(
        exercise="pricing-cut-volume",
        road="Read the line of 5 % in the cell.",
        mistake="The cut is 6 %.",
        answer=cut_as_it_stands,
        typed="0.271",
    ),
    Answer(
        exercise="pricing-cut-volume",
        road="Put the profit over the cost into the formula.",
        mistake="That is the markup; the formula wants the margin.",
        answer=over_the_markup,
        typed="0.243",
    ),
    Answer(
        exercise="pricing-cut-volume",
        road="Asked for as much revenue as before: 1 over 0.94.",
        mistake="Revenue is not profit.",
        answer=lambda shop: f"{1 / 0.94 - 1:.3f}",
        typed="0.064",
    ),
    Answer(
        exercise="pricing-group-threshold",
        road="Divided and rounded as usual.",
        mistake="At that number the deal still loses money; round up.",
        answer=lambda shop: f"{FIXED / (DEAL - phone(shop).cost):.0f}",
        typed="40",
    ),
    Answer(
        exercise="pricing-group-threshold",
        road="Put the usual price into the cell.",
        mistake="In the deal a buyer pays less.",
        answer=lambda shop: str(strategies.least_group(FIXED, phone(shop).price, phone(shop).cost)),
        typed="32",
    ),
    Answer(
        exercise="pricing-group-threshold",
        road="Divided the fixed cost by the cut of the price.",
        mistake="A buyer brings what is left above the unit cost.",
        answer=lambda shop: f"{FIXED / (phone(shop).price - DEAL):.0f}",
        typed="150",
    ),
    Answer(
        exercise="pricing-group-threshold",
        road="Divided the fixed cost by the price of the deal.",
        mistake="The unit cost is forgotten.",
        answer=lambda shop: str(FIXED // DEAL + 1),
        typed="8",
    ),
    Answer(
        exercise="pricing-bid-shading",
        road="Put 4 bidders into the cell.",
        mistake="You bid, too: there are 5.",
        answer=lambda shop: (
            f"{float(strategies.equilibrium_bid(strategies.uniform(0, HIGHEST), VALUE, 4)):.0f}"
        ),
        typed="3780",
    ),
    Answer(
        exercise="pricing-bid-shading",
        road="Bid what it is worth.",
        mistake="Only where you pay the second bid.",
        answer=lambda shop: str(VALUE),
        typed="5040",
    ),
    Answer(
        exercise="pricing-bid-shading",
        road="Changed the two values in the cell and left three bidders.",
        mistake="There are 5.",
        answer=lambda shop: (
            f"{float(strategies.equilibrium_bid(strategies.uniform(0, HIGHEST), VALUE, 3)):.0f}"
        ),
        typed="3360",
    ),
    Answer(
        exercise="pricing-bid-shading",
        road="Took the mean of the other values.",
        mistake="It does not ask what it is worth to you, nor how many bid.",
        answer=lambda shop: f"{HIGHEST / 2:.0f}",
        typed="3150",
    ),
    Answer(
        exercise="pricing-reserve",
        road="Set the reserve at what the broker pays.",
        mistake="A higher reserve earns more when one bid lies above it.",
        answer=lambda shop: str(BROKER),
        typed="1890",
    ),
    Answer(
        exercise="pricing-reserve",
        road="Changed the highest value and left the broker at 20.",
        mistake="The broker pays 1,890.",
        answer=lambda shop: f"{strategies.uniform(0, HIGHEST).best_price(20):.0f}",
        typed="3160",
    ),
    Answer(
        exercise="pricing-reserve",
        road="Took the second highest bid that five bidders bring on average.",
        mistake="The reserve does not hang on the number of bidders.",
        answer=lambda shop: f"{HIGHEST * 4 / 6:.0f}",
        typed="4200",
    ),
    Answer(
        exercise="pricing-name-your-price",
        road="Took the middle between the lowest price and the worth.",
        mistake="That is the bid of somebody who may bid once.",
        answer=lambda shop: f"{bids(1)[0]:.0f}",
        typed="6010",
    ),
    Answer(
        exercise="pricing-name-your-price",
        road="Typed the second number that the cell prints.",
        mistake="That is the second bid.",
        answer=lambda shop: f"{bids(2)[1]:.0f}",
        typed="6403",
    ),
    Answer(
        exercise="pricing-name-your-price",
        road="Took the middle of the hidden price.",
        mistake="Bids should not pass what leaves a gain; two bids start lower.",
        answer=lambda shop: f"{(LOW + HIGH) / 2:.0f}",
        typed="6515",
    ),
    Answer(
        exercise="pricing-experience",
        road="Put 8 lots in and left the rate of the cell.",
        mistake="The curve is one of 90 %.",
        answer=lambda shop: f"{strategies.experience_cost(phone(shop).cost, 8, rate=0.8):.0f}",
        typed="2471",
    ),
    Answer(
        exercise="pricing-experience",
        road="Took 10 % off for each of the seven further lots.",
        mistake="The curve counts doublings, and there are three.",
        answer=lambda shop: f"{phone(shop).cost * 0.9**7:.0f}",
        typed="2309",
    ),
    Answer(
        exercise="pricing-experience",
        road="Took three times 10 % off.",
        mistake="Each doubling takes 10 % off what is left.",
        answer=lambda shop: f"{phone(shop).cost * 0.7:.0f}",
        typed="3379",
    ),
    Answer(
        exercise="pricing-experience",
        road="Took 10 % off once.",
        mistake="From 100 to 800 units doubles three times.",
        answer=lambda shop: f"{phone(shop).cost * 0.9:.0f}",
        typed="4344",
    ),
    Answer(
        exercise="pricing-launch-plan",
        road="Copied the plan of the cell above.",
        mistake="It was an example; its promotion is small and its cut early.",
        answer=lambda shop: {"launch": 110, "weeks": 8, "later": 95, "sale": 10},
        typed={"launch": 110, "weeks": 8, "later": 95, "sale": 10},
    ),
    Answer(
        exercise="pricing-launch-plan",
        road="Asked the base price all along, without a promotion.",
        mistake="The product ages and its price does not follow.",
        answer=lambda shop: {"launch": 100, "weeks": 22, "later": 100, "sale": 0},
        typed={"launch": 100, "weeks": 22, "later": 100, "sale": 0},
    ),
    Answer(
        exercise="pricing-launch-plan",
        road="Skimmed as hard as the sliders allow.",
        mistake="Nobody is willing to pay so much.",
        answer=lambda shop: {"launch": 140, "weeks": 22, "later": 130, "sale": 0},
        typed={"launch": 140, "weeks": 22, "later": 130, "sale": 0},
    ),
]
