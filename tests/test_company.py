"""The company of a learner's folder: who names it, that it is made once, and each card shows it."""

from __future__ import annotations

import os
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fontTools.ttLib import TTFont

import ecokit.shop.simulator
from ecokit import exercises, load_shop, simulate
from ecokit.cli import start
from ecokit.errors import CourseError
from ecokit.shop import Shop, kept
from ecokit.shop.company import BUNDLED, LAST, chosen_seed, company_name, written
from ecokit.shop.schema import schemas
from tests.companies import bundled

FONT = Path(ecokit.__file__).parent / "plots" / "fonts" / "NotoSansSC-ecokit.otf"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the ``.ecokit`` folder of a learner whose notebook stands two folders below."""
    monkeypatch.delenv("ECOKIT_SEED", raising=False)
    deep = tmp_path / "it" / "mine"
    deep.mkdir(parents=True)
    (tmp_path / ".ecokit").mkdir()
    monkeypatch.chdir(deep)
    return tmp_path / ".ecokit"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let companies be small, and count which were simulated."""
    made: list[int] = []

    def counted(seed: int) -> Shop:
        made.append(seed)
        return few(seed)

    monkeypatch.setattr(ecokit.shop.simulator, "simulate", counted)
    return made


@cache
def few(seed: int) -> Shop:
    """Return a small company, made once for all tests."""
    return simulate(seed, days=14, visitors_per_day=50)


# Which one -------------------------------------------------------------------------------------


def test_without_a_word_it_is_the_company_of_the_course(folder: Path) -> None:
    assert chosen_seed() == BUNDLED
    shop = load_shop()
    assert (shop.seed, shop.company) == (BUNDLED, company_name(BUNDLED))
    assert repr(shop).startswith(f"Shop of {company_name(BUNDLED)}, tables: ")


def test_a_folder_names_it_for_all_notebooks_below(
    folder: Path, small: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "company.json").write_bytes(written(7))
    shop = load_shop()
    assert (shop.seed, shop.company, small) == (7, company_name(7), [7])
    told = capsys.readouterr().out
    assert company_name(7) in told
    assert "the numbers on its pages are not yours" in told


@pytest.mark.parametrize("content", [b'\xef\xbb\xbf{"seed": 7}', b'{\r\n "seed": 7\r\n}\r\n'])
def test_an_editor_may_save_the_file_its_own_way(folder: Path, content: bytes) -> None:
    (folder / "company.json").write_bytes(content)
    assert chosen_seed() == 7


def test_a_variable_goes_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "company.json").write_bytes(b"torn")
    monkeypatch.setenv("ECOKIT_SEED", " 9 ")
    assert chosen_seed() == 9
    monkeypatch.setenv("ECOKIT_SEED", "")
    with pytest.raises(CourseError):
        chosen_seed()


BAD = {
    "empty": b"",
    "torn": b'{"seed": ',
    "no_object": b"7",
    "a_list": b'[["seed", 7]]',
    "text": b'{"seed": "7"}',
    "true": b'{"seed": true}',
    "fraction": b'{"seed": 7.0}',
    "below": b'{"seed": -1}',
    "above": b'{"seed": %d}' % (LAST + 1),
    "very_large": b'{"seed": ' + b"9" * 900 + b"}",
    "not_a_number": b'{"seed": NaN}',
    "nothing": b'{"seed": null}',
    "nested": b"[" * 900,
    "twice": b'{"seed": 7, "seed": 8}',
    "more": b'{"seed": 7, "run": "rm -rf /"}',
    "other": b'{"sead": 7}',
    "long": b'{"seed": 7' + b" " * 2000 + b"}",
    "no_text": b"\xff\xfe\x00",
    "pickle": b"\x80\x04K\x07.",
}


@pytest.mark.parametrize("kind", BAD)
def test_a_file_that_names_none_gets_a_sentence(folder: Path, kind: str) -> None:
    (folder / "company.json").write_bytes(BAD[kind])
    with pytest.raises(CourseError, match=r"names no company: .*\. Let it hold one line"):
        load_shop()


def test_a_folder_a_pipe_and_a_link_to_nowhere_name_none(folder: Path) -> None:
    path = folder / "company.json"
    path.mkdir()
    with pytest.raises(CourseError, match="it is no file"):
        load_shop()
    path.rmdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(path)
        with pytest.raises(CourseError, match="it is no file"):
            load_shop()
        path.unlink()
        path.symlink_to("nowhere")
        with pytest.raises(CourseError, match="it is no file"):
            load_shop()


@pytest.mark.parametrize("value", ["seven", "-1", "7.0", "1e3", "٧", "9" * 5000, "7 8", "0x7"])
def test_a_variable_that_names_none_gets_a_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("ECOKIT_SEED", value)
    with pytest.raises(CourseError, match=r"^ECOKIT_SEED is .* from 0 to 999999"):
        load_shop()


# What it is called -----------------------------------------------------------------------------


def test_companies_have_names_of_their_own() -> None:
    names = [company_name(seed) for seed in [*range(87), BUNDLED]]
    assert len(set(names)) == 88
    assert len({name.split()[-1] for name in names}) == 88, "in Chinese, too"
    competitors = bundled().competitors["name"]
    assert not set(names) & set(competitors)
    assert company_name(LAST)
    with TTFont(FONT) as font:  # which JupyterLab and printed pages show
        assert {ord(sign) for name in names for sign in name if sign > "~"} <= set(
            font.getBestCmap()
        )


def test_every_card_shows_it() -> None:
    shop = bundled()
    shop.seed = 2
    card = exercises.show("organisation-mean-span", shop)
    name = f"Company: {company_name(2)}"
    assert name in card._head.value
    assert name in card._repr_mimebundle_()["text/html"]
    assert name in repr(card)
    closed = exercises.show("journey-perfect", _without(shop, "touchpoints"))
    assert "lacks" in closed._content() or "no table" in closed._content()
    assert name in closed._content()


def test_a_company_of_ones_own_has_no_name() -> None:
    shop = bundled()
    shop.seed = None
    assert shop.company == ""
    assert "Company" not in repr(exercises.show("organisation-mean-span", shop))


def _without(shop: Shop, table: str) -> Shop:
    found = Shop(
        {name: partial(shop.tables.__getitem__, name) for name in shop.tables if name != table}
    )
    found.seed = shop.seed
    return found


def test_start_says_which_it_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start._tell_company(folder.parent)
    assert not capsys.readouterr().out
    (folder / "company.json").write_bytes(written(7))
    start._tell_company(folder.parent)
    assert (
        capsys.readouterr().out == f"The company of this folder is {company_name(7)}, number 7.\n"
    )
    (folder / "company.json").write_bytes(b"torn")
    start._tell_company(folder.parent)
    assert "names no company" in capsys.readouterr().out


# Kept ------------------------------------------------------------------------------------------


@pytest.fixture
def made(folder: Path, small: list[int]) -> tuple[Path, list[int]]:
    """Return the folder of a learner whose company was loaded once, and what was simulated."""
    (folder / "company.json").write_bytes(written(7))
    load_shop()
    return folder / "companies", small


def test_it_is_made_once_and_then_the_same_to_the_last_digit(
    made: tuple[Path, list[int]],
) -> None:
    shop, wanted = load_shop(), few(7)
    for name in schemas():
        pd.testing.assert_frame_equal(shop[name], wanted[name], check_exact=True, obj=name)
    assert made[1] == [7, 7], "the late table by itself"
    assert list(load_shop().tables) == list(schemas())
    load_shop()["incremental"]
    assert made[1] == [7, 7]


@pytest.mark.parametrize("harm", ["cut", "flipped", "emptied", "of_another_shape"])
def test_a_file_that_is_not_as_it_was_written_costs_only_the_seconds(
    made: tuple[Path, list[int]], harm: str
) -> None:
    (path,) = made[0].glob("*.npz")
    content = path.read_bytes()
    if harm == "of_another_shape":
        with np.load(path) as file:
            columns = dict(file)
        columns["orders/region"] = columns["orders/region"] + 100
        np.savez(path, **columns)
    else:
        middle = content.index(b"orders/order_id.npy") + 200
        flipped = content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :]
        path.write_bytes({"cut": content[:middle], "flipped": flipped, "emptied": b""}[harm])
    wanted = few(7).orders
    pd.testing.assert_frame_equal(load_shop().orders, wanted)
    assert made[1] == [7, 7]


def test_nothing_that_could_be_run_is_ever_read(
    made: tuple[Path, list[int]], tmp_path: Path
) -> None:
    (path,) = made[0].glob("*.npz")
    with np.load(path) as file:
        columns = dict(file)
    columns["orders/order_id"] = np.array([_Trap(tmp_path / "sprung")], dtype=object)
    np.savez(path, **columns)
    assert len(load_shop().orders) > 10
    assert not (tmp_path / "sprung").exists()


class _Trap:
    """An object that leaves a mark where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.mark,)


def test_another_company_or_release_takes_its_place(
    made: tuple[Path, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "_state", lambda: "another")
    load_shop()
    assert [path.name for path in made[0].iterdir()] == ["7-another.npz"]
    (made[0].parent / "company.json").write_bytes(written(8))
    load_shop()
    assert [path.name for path in made[0].iterdir()] == ["8-another.npz"]


def test_where_nothing_can_be_kept_it_is_made_each_time(folder: Path, small: list[int]) -> None:
    (folder / "company.json").write_bytes(written(7))
    (folder / "companies").write_bytes(b"in the way")
    assert [len(load_shop().orders) > 10 for _time in range(2)] == [True, True]
    assert small == [7, 7]


def test_without_a_folder_it_is_not_kept(
    folder: Path, small: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.rmdir()
    monkeypatch.setenv("ECOKIT_SEED", "7")
    assert load_shop().seed == 7
    assert small == [7]
