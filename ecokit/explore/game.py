"""The lab of the game: one price and one budget, held through a quarter against five others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ecokit.explore.controls import Slider, steps
from ecokit.explore.lab import Lab
from ecokit.game import bots
from ecokit.game.draws import Luck
from ecokit.game.fixed import PPM
from ecokit.game.play import ROOM, play
from ecokit.game.rulebook import FEN, rules
from ecokit.messages import _
from ecokit.plots import game as plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

SEED = 12
STOPS = (92, 96, 100, 104, 108, 112)


def lab(shop: Shop) -> Lab:
    """Return the lab: all prices, paid search, and the stock of a company that never changes them.

    Parameters
    ----------
    shop : Shop
        Not looked at: the market is that of the game.
    """
    del shop

    def draw(figure: Figure, price: int, search: int, cover: float) -> str:
        table = _played(price, search, cover)
        figure.subplots_adjust(left=0.14, right=0.8, top=0.88, bottom=0.16)
        ax = figure.add_subplot()
        plots.standings(table, ax=ax)
        last = table[table["round"] == table["round"].max()].set_index("team")["yuan"]
        said = _(
            "Six lines over six rounds, each company above or below their mean. With prices at "
            "{price}% you end as number {rank} of 6. {title}."
        )
        rank = int(last.rank(ascending=False)[_("You")])
        return said.format(price=price, rank=rank, title=ax.get_title(loc="left"))

    controls = {
        "price": Slider(_("All prices, per cent of the usual"), steps(88, 116, 2), 108),
        "search": Slider(_("Paid search a week, yuan"), steps(0, 20_000, 1_000), 3_000),
        "cover": Slider(_("Weeks of stock"), steps(1, 8, 1), 3),
    }
    return Lab(_("Quarter lab"), controls, draw, along="price", stops=STOPS)


def _played(price: int, search: int, cover: float) -> pd.DataFrame:
    """Return what each company had earned above the mean, round by round."""
    own = {f"price_{one.name}": price * PPM // 100 for one in rules().categories}
    changes = {**own, "search": search * FEN, "cover": round(cover * PPM)}
    you = bots.Constant(_("You"), {**dict(bots.BOLD), **changes})
    players = [you, *bots.sensible(SEED)[1:]]
    done = play(players, Luck.of_seed(SEED), rules(), ROOM)
    weeks = [[one.profit / FEN for one in week] for week in done.weeks[: ROOM.total]]
    total = pd.DataFrame(weeks, columns=[player.name for player in players]).cumsum()
    rounds = total.iloc[ROOM.weeks - 1 :: ROOM.weeks].reset_index(drop=True)
    above = rounds.sub(rounds.mean(axis=1), axis=0).assign(round=range(1, len(rounds) + 1))
    return above.melt(id_vars="round", var_name="team", value_name="yuan")
