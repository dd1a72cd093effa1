"""Which company a learner works with, and what it is called.

A learner's folder may name another company than the bundled one, so that each team of a workshop
has its own: ``.ecokit/company.json`` holds its number, such as ``{"seed": 7}``. The variable
``ECOKIT_SEED`` does so for all that runs under it, and goes first.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ecokit.errors import CourseError
from ecokit.messages import _, short
from ecokit.shop.paths import learner_folder

BUNDLED = 2025
LAST = 999_999
FILE = "company.json"
VARIABLE = "ECOKIT_SEED"
LONGEST = 1000  # bytes of the file: it holds one number

OURS = "Osmanthus Lane Digital 桂花巷数码"
PLACES = (
    ("Bamboo Raft", "竹筏"),
    ("Water Clock", "漏壶"),
    ("Lotus Root", "莲藕"),
    ("Stone Bridge", "石桥"),
    ("Paper Crane", "纸鹤"),
    ("Copper Kettle", "铜壶"),
    ("Moon Gate", "月门"),
    ("Straw Hat", "草帽"),
    ("Reed Flute", "芦笛"),
    ("Old Well", "古井"),
    ("Nine Steps", "九阶"),
    ("Brass Bell", "铜铃"),
    ("Long Bench", "长凳"),
    ("Clay Whistle", "陶哨"),
    ("Pear Courtyard", "梨院"),
    ("Salt Boat", "盐船"),
    ("Wooden Comb", "木梳"),
    ("Snow Pine", "雪松"),
    ("Tea Shed", "茶棚"),
    ("Drum Alley", "鼓巷"),
    ("Rain Barrel", "雨缸"),
    ("Millet Field", "谷田"),
    ("Silk Knot", "丝结"),
    ("Ferry Steps", "渡口"),
    ("Willow Fence", "柳篱"),
    ("Ink Pond", "墨池"),
    ("Blue Jar", "青罐"),
    ("Walnut Yard", "核桃院"),
    ("Half Sail", "半帆"),
)
GOODS = (("Digital", "数码"), ("Electronics", "电器"), ("Devices", "电子"))


def company_name(seed: int) -> str:
    """Return what a simulated company is called, in English and Chinese.

    Companies with a number below 87 have names of their own.

    Parameters
    ----------
    seed : int
        The number of the company.

    Examples
    --------
    >>> company_name(7)
    'Straw Hat Digital 草帽数码'
    >>> company_name(BUNDLED)
    'Osmanthus Lane Digital 桂花巷数码'
    """
    if seed == BUNDLED:
        return OURS
    place, place_zh = PLACES[seed % len(PLACES)]
    goods, goods_zh = GOODS[seed // len(PLACES) % len(GOODS)]
    return f"{place} {goods} {place_zh}{goods_zh}"


def chosen_seed(place: Path | None = None) -> int:
    """Return the number of the company that the environment or the learner's folder names.

    Parameters
    ----------
    place : Path, optional
        The ``.ecokit`` folder of the learner; the one of the working directory when left out.

    Raises
    ------
    CourseError
        What is there names no company.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict(os.environ, ECOKIT_SEED="7"):
    ...     chosen_seed()
    7
    >>> with patch.dict(os.environ, ECOKIT_SEED="seven"):
    ...     chosen_seed()
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: ECOKIT_SEED is "seven". Set it to a whole number from 0 to 999999, \
or take it away: then it is the company of the course.
    """
    if told := os.environ.get(VARIABLE, "").strip():
        return _of_variable(told)
    place = place or learner_folder()
    return BUNDLED if place is None else _of_file(place / FILE)


def written(seed: int) -> bytes:
    r"""Return what the file of a company holds.

    Examples
    --------
    >>> written(7)
    b'{"seed": 7}\n'
    """
    return (json.dumps({"seed": seed}) + "\n").encode()


def _of_file(path: Path) -> int:
    if not os.path.lexists(path):
        return BUNDLED
    found, why = _read(path)
    if why:
        sentence = _(
            "{path} names no company: {why}. Let it hold one line such as {example}, with a whole "
            "number from 0 to {last}, or take it away: then it is the company of the course."
        )
        example = '{"seed": 7}'
        raise CourseError(sentence.format(path=path, why=why, example=example, last=LAST))
    return int(found["seed"])


def _of_variable(told: str) -> int:
    if told.isascii() and told.isdigit() and len(told) <= len(str(LAST)):
        return int(told)
    sentence = _(
        '{name} is "{told}". Set it to a whole number from 0 to {last}, or take it away: then it '
        "is the company of the course."
    )
    raise CourseError(sentence.format(name=VARIABLE, told=short(told), last=LAST))


def _read(path: Path) -> tuple[Any, str]:
    """Return what a file holds, and why it names no company; no more is read than it may hold."""
    try:
        if not path.is_file():  # a pipe would never end
            return None, _("it is no file")
        with path.open("rb") as file:
            text = file.read(LONGEST + 1)
        if len(text) > LONGEST:
            return None, _("it is longer than {n} bytes").format(n=LONGEST)
        found = json.loads(text.decode("utf-8-sig"), object_pairs_hook=_once)
    except OSError as trouble:
        return None, trouble.strerror or type(trouble).__name__
    except (ValueError, RecursionError):
        return None, _("it is no JSON, or not all of it")
    return found, _fault(found)


def _fault(found: Any) -> str:
    """Say why what a file holds names no company, or nothing."""
    if not isinstance(found, dict) or list(found) != ["seed"]:
        return _("it holds something else than a seed")
    seed = found["seed"]
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= LAST:
        return _("its seed is {seed}").format(seed=short(json.dumps(seed)))
    return ""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON that names nothing twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found
