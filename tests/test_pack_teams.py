"""Teams' folders and the sheet of who has which company: as many as asked, and as computed."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from ecokit import exercises
from ecokit.cli.course import Course
from ecokit.errors import CourseError
from ecokit.exercises import again, quiz
from ecokit.pack import plan as plans
from ecokit.pack import teams
from ecokit.pack.room import File, Room
from ecokit.shop.company import BUNDLED, chosen_seed, company_name
from tests.companies import bundled, of_seed

ROOM = Room(cast(Course, None), cast(plans.Plan, None), teams=6)
LOOKED = teams.SEEDS if "ECOKIT_COMPANIES" in os.environ else teams.SEEDS[:1]  # `make companies`


def made(number: int) -> dict[str, File]:
    return {file.path: file for file in teams.files(replace(ROOM, teams=number))}


def test_each_team_gets_a_folder_that_its_notebooks_obey(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ECOKIT_SEED", raising=False)
    seeds = []
    for path, file in made(6).items():
        if path.endswith("company.json"):
            (tmp_path / path).parent.mkdir(parents=True)
            (tmp_path / path).write_bytes(file.content)
            monkeypatch.chdir((tmp_path / path).parents[1])
            seeds.append(chosen_seed())
    assert seeds == teams.chosen(6)
    assert len({company_name(seed) for seed in seeds}) == 6


def test_each_folder_says_how_to_begin() -> None:
    told = made(6)["teams/team-6/README.txt"].content.decode()
    assert company_name(teams.chosen(6)[5]) in told
    assert told.endswith("begin with: ecokit start --folder team-6\n")
    assert told.count("\n") == 1


def test_the_sheet_names_each_team_with_its_company_and_is_printed() -> None:
    files = made(6)
    sheet = files["teams/which-company.html"]
    assert sheet.printed
    text = sheet.content.decode()
    for number, seed in enumerate(teams.chosen(6), start=1):
        row = rf"<td>Team {number}</td><td>{re.escape(company_name(seed))}</td>\s*<td[^>]*>{seed}<"
        assert re.search(row, text)
    assert text.count('scope="row"') == 2 * len(teams.FIGURES), "five abreast, then the sixth"
    assert not made(0)


def test_a_learner_is_given_nothing_of_the_sheet() -> None:
    inside = [path for path in made(6) if path.startswith("teams/team-")]
    assert {path.split("/", 2)[2] for path in inside} == {".ecokit/company.json", "README.txt"}


@pytest.mark.parametrize("number", [-1, len(teams.SEEDS) + 1, 10**9])
def test_more_teams_than_companies_get_a_sentence(number: int) -> None:
    with pytest.raises(CourseError, match=f"^{number} teams: there are companies for 0 to"):
        made(number)


def test_twenty_companies_at_least_were_looked_at() -> None:
    seeds = [int(row["seed"]) for row in teams.companies()]
    assert seeds == [BUNDLED, *teams.SEEDS]
    assert len(teams.chosen(20)) == 20
    assert not set(seeds[1:]) & {*again.SEEDS, *quiz.COMPANIES}, "those are asked about otherwise"


def test_what_the_sheet_says_is_what_the_tables_give() -> None:
    stored = {int(row["seed"]): row for row in teams.companies()}
    for seed in (BUNDLED, *LOOKED):
        shop = bundled() if seed == BUNDLED else of_seed(seed)
        row = teams.row(seed, shop, asked=None if len(LOOKED) > 1 else ())
        assert row | {"unasked": ""} == stored[seed] | {"unasked": ""}, (
            "python -m ecokit.pack.teams"
        )


def test_a_company_of_which_an_exercise_cannot_be_asked_is_given_to_no_team(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [dict(row) for row in teams.companies()]
    without = teams.chosen(3)
    rows[2]["unasked"] = "kpi-lever"
    monkeypatch.setattr(teams, "companies", lambda: tuple(rows))
    assert int(rows[2]["seed"]) not in teams.chosen(3) != without


def test_an_exercise_that_a_company_cannot_carry_is_found() -> None:
    shop = bundled()
    shop.tables._tables.pop("products")
    assert teams.unasked([exercises.get("operations-weak-category")], shop)
