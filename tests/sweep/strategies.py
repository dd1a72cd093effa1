"""Valid calls of the price strategies."""

import pandas as pd

from ecokit import strategies
from tests.sweep.shop import Call, Calls, tables

CUSTOMERS = strategies.uniform(0, 100, customers=50)
STOCK = pd.DataFrame(
    {"product_id": ["P1", "P1", "P2"], "price": [10.0, 9.0, 30.0], "demand": [2, 3, 1]}
)

CALLS: Calls = {
    "strategies.auction": lambda: Call(
        CUSTOMERS, 20, 5, "second", reserve=40, units=2, auctions=100, seed=3
    ),
    "strategies.automatic": lambda: Call(
        CUSTOMERS,
        20,
        strategies.Rule(0.98, floor=20),
        strategies.Rule(),
        start=60,
        rounds=5,
    ),
    "strategies.bass": lambda: Call(0.03, 0.38, 100, 5),
    "strategies.fit_bass": lambda: Call([5, 9, 14, 18, 17, 12, 7, 4], method="interval"),
    "strategies.bass_peak": lambda: Call(0.03, 0.38, 100),
    "strategies.bass_share": lambda: Call([0, 2], 0.03, 0.38),
    "strategies.best_seller": lambda: Call(
        tables("products stock"), elasticity=3.0, category="audio", room=0.02
    ),
    "strategies.best_bids": lambda: Call([80.0, 60.0], 40, 120, 2, 1.0),
    "strategies.break_even_uplift": lambda: Call(0.4, 0.1),
    "strategies.calibrated": lambda: Call(300, -2.5, 40, "logit"),
    "strategies.collaborative": lambda: Call(
        CUSTOMERS, 20, [(10, 70), (20, 60)], group=40, fixed_cost=5, deals=100, seed=3
    ),
    "strategies.compare": lambda: Call(
        [strategies.one_price(CUSTOMERS, 20)], strategies.one_price(CUSTOMERS, 20, 50)
    ),
    "strategies.constant_elasticity": lambda: Call(8, 60, 2.5, 10),
    "strategies.discount": lambda: Call(CUSTOMERS, 20, 0.1, price=60, length=0.3, pulled=0.2),
    "strategies.draw_auctions": lambda: Call(
        CUSTOMERS, 5, 100, kind="first", reserve=10, units=1, seed=3
    ),
    "strategies.equilibrium_bid": lambda: Call(CUSTOMERS, [50, 80], 5, 10, 1),
    "strategies.experience_cost": lambda: Call(100, [1, 2], 0.9),
    "strategies.fixed_point": lambda: Call(strategies.Rule(1.1, less=2), strategies.Rule(0.8)),
    "strategies.free_trial": lambda: Call(CUSTOMERS, 20, 0.6, price=110, trial_cost=1, tried=0.9),
    "strategies.group_deal": lambda: Call(60, 0.55, 30),
    "strategies.haggling": lambda: Call(CUSTOMERS, 20, 0.4, 80),
    "strategies.least_group": lambda: Call(600, 50, 30),
    "strategies.life_cycle": lambda: Call(
        CUSTOMERS, 20, [70, 60, 50], innovation=0.1, imitation=0.3, ageing=0.01, cost_fall=0.02
    ),
    "strategies.logit": lambda: Call(30, 5, 10),
    "strategies.markdown": lambda: Call(3, 10, 100),
    "strategies.name_your_price": lambda: Call(
        CUSTOMERS, 20, 40, believed=(20, 60), bids=2, rebid_cost=1
    ),
    "strategies.nash": lambda: Call(100, 60, 0.4),
    "strategies.one_price": lambda: Call(CUSTOMERS, 20, 60),
    "strategies.over_time": lambda: Call(strategies.penetration(CUSTOMERS, 20)),
    "strategies.path": lambda: Call(100, 80, 2, 5, 0.1),
    "strategies.penetration": lambda: Call(
        CUSTOMERS, 20, 30, 60, low_periods=2, periods=4, network=0.4, rate=0.9, made=10
    ),
    "strategies.personalised": lambda: Call(CUSTOMERS, 20, 2, 0.1, 3),
    "strategies.prestige": lambda: Call(
        CUSTOMERS, 20, 70, reference=60, premium=0.1, pull=0.2, reach=1.4, spend=5
    ),
    "strategies.product_demand": lambda: Call(
        STOCK, "P1", 2.0, "uniform", 30, product_id="product_id", price="price", demand="demand"
    ),
    "strategies.rubinstein": lambda: Call(0.9, 0.8),
    "strategies.assumption": lambda: Call("discount", {"cut": 8.0}),
    "strategies.side_by_side": lambda: Call(CUSTOMERS, 20, 60, 3),
    "strategies.skim": lambda: Call(CUSTOMERS, 20, 4),
    "strategies.spiral": lambda: Call(100, strategies.Rule(0.99), strategies.Rule(), 5),
    "strategies.split_the_difference": lambda: Call(100, 3),
    "strategies.stage": lambda: Call([1, 4], 0.03, 0.38),
    "strategies.uniform": lambda: Call(0, 100, 50),
}
