"""The company of the course, from its files, or another one, from the simulator."""

from __future__ import annotations

from functools import partial

from ecokit.shop.paths import datasets_folder
from ecokit.shop.read import read_table
from ecokit.shop.schema import schemas
from ecokit.shop.tables import Shop


def load_shop(seed: int | None = None) -> Shop:
    """Return the bundled company, or another one.

    Parameters
    ----------
    seed : int, optional
        Without it, the company in ``datasets/``. With it, another company, simulated now.

    Returns
    -------
    Shop
        Its tables.

    Examples
    --------
    >>> len(load_shop().journey)
    10
    """
    if seed is not None:
        from ecokit.shop.simulator import simulate  # twenty modules that most lessons do without

        return simulate(seed)
    folder = datasets_folder()
    return Shop({name: partial(read_table, folder / t.path, t) for name, t in schemas().items()})
