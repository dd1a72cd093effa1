"""The company of the course, from its files, or another one, from the simulator."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.shop.company import BUNDLED, chosen_seed, company_name
from ecokit.shop.looked import is_looked, read_looked
from ecokit.shop.paths import datasets_folder, learner_folder
from ecokit.shop.read import read_table
from ecokit.shop.schema import schemas
from ecokit.shop.tables import Shop
from ecokit.shop.validate import Renames


def load_shop(
    seed: int | None = None,
    *,
    folder: str | Path | None = None,
    columns: Renames | None = None,
    strict: bool = True,
    files: Mapping[str, str] | None = None,
    zone: str | None = None,
) -> Shop:
    """Return the company of your folder, another one, or yours.

    Your folder's company is the bundled one, in ``datasets/``, unless ``.ecokit/company.json`` or
    the variable ``ECOKIT_SEED`` names another one, as for a team of a workshop. That one is
    simulated when it is first asked for, and then kept in the folder.

    Parameters
    ----------
    seed : int, optional
        Without it, the company of your folder. With it, another company, simulated now.
    folder : str or Path, optional
        A folder with tables of your own company, or one that ``ecokit own`` has made of them.
    columns, strict, files, zone
        For your own tables: see `Shop.from_folder`. What ``ecokit own`` has made was read and
        checked by its mapping, and needs none of them.

    Returns
    -------
    Shop
        Its tables.

    Raises
    ------
    CourseError
        Both a seed and a folder are given, the tables in the folder cannot be used, or what names
        the company of your folder names none.

    Examples
    --------
    >>> len(load_shop().journey)
    10
    >>> load_shop(7, folder="exports")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Give a seed for a simulated company, or a folder for yours, not both.
    """
    if folder is not None:
        if seed is not None:
            sentence = _("Give a seed for a simulated company, or a folder for yours, not both.")
            raise CourseError(sentence)
        if isinstance(folder, (str, Path)) and is_looked(Path(folder)):
            return read_looked(Path(folder))
        return Shop.from_folder(folder, columns, strict, files, zone)
    if seed is not None:
        from ecokit.shop.simulator import simulate  # twenty modules that most lessons do without

        return simulate(seed)
    chosen = chosen_seed()
    return _bundled() if chosen == BUNDLED else _of_learner(chosen)


def _bundled() -> Shop:
    place = datasets_folder()
    shop = Shop({name: partial(read_table, place / t.path, t) for name, t in schemas().items()})
    shop.seed = BUNDLED
    return shop


def _of_learner(seed: int) -> Shop:
    """Return the company that a learner's folder names, and say which one it is."""
    from ecokit.shop.kept import kept_company

    sentence = _(
        "Your company is {name}, number {seed}. The book tells of another one, the course's own: "
        "the numbers on its pages are not yours."
    )
    print(sentence.format(name=company_name(seed), seed=seed))
    return kept_company(seed, learner_folder())
