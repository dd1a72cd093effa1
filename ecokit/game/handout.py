"""What a team has on its table: a page that says what each field means, and a try of its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ecokit.game import advance, files, outlook
from ecokit.game.ending import Forecast
from ecokit.game.fixed import PPM
from ecokit.game.plan import Result
from ecokit.game.play import Format
from ecokit.game.report import Finish, heading, meanings, round_name, supplier, table, whole, words
from ecokit.game.rulebook import CHOICES, FEN, Field, rules
from ecokit.game.state import Team
from ecokit.messages import _, _n, yuan

HANDOUT = "handout.html"


def roles() -> dict[str, str]:
    """Return what the four roles of a team are called.

    Returns
    -------
    dict
        Titles by role.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> roles()["goods"]
    'Goods'
    """
    return {
        "price": _("Price"),
        "traffic": _("Traffic"),
        "goods": _("Goods"),
        "service": _("Service"),
    }


def page(number: int, form: Format, team: Team, last: Sequence[Result] | None) -> str:
    """Return the page that explains a round's fields to a team.

    Parameters
    ----------
    number : int
        The round, 0 for the practice week.
    form : Format
        Of the game.
    team : Team
        The company before the round.
    last : sequence of Result or None
        The team's weeks of the round before.

    Returns
    -------
    str
        HTML without anything from elsewhere.

    References
    ----------
    The course's own.
    """
    title = _("{team}: what you decide in {round}")
    return whole(
        title.format(team=team.name, round=round_name(number)),
        [*_how(), *_decide(number, team), *_forecast(number, form, last), *_prices(), *_options()],
    )


def _how() -> list[str]:
    how = _(
        "Four roles share one page. Write into the column value of decisions.csv; what you leave "
        "as it is stays so. Write numbers such as 105.5 and 1500. Then write into forecast.csv "
        "what you expect, and why. To try both, without playing: ecokit game look FOLDER, where "
        "FOLDER is this folder."
    )
    return [words(how)]


def _decide(number: int, team: Team) -> list[str]:
    """Return the table of all fields: those that can be decided first, then the others."""
    now = max(number, 1)
    order = sorted(rules().fields.values(), key=lambda one: max(one.unlocks - now, 0))
    header = [_("from"), _("role"), _("you write"), _("what it is"), _("stands at"), _("may be")]
    rows: list[list[object]] = []
    for one in order:
        since = _("now") if one.unlocks <= now else round_name(one.unlocks)
        name = f"{one.title} {one.title_zh}"
        stands = files.entry(team.decisions, one)
        rows.append([since, roles()[one.role], one.name, f"{name}. {one.meaning}."])
        rows[-1] += [stands, _limits(one)]
    shown = f'<div class="names">{table(header, rows, [])}</div>'
    return [heading(_("The fields")), shown]


def _limits(one: Field) -> str:
    """Return the limits of a field, with its unit."""
    if one.name in CHOICES:
        return ", ".join(rules().choices[one.name])
    low, high, step = (files.shown(each, one) for each in (one.low, one.high, one.step))
    told = _("{low} to {high} {unit}, by {step}")
    units = {"percent": "%", "yuan": "¥", "weeks": _("weeks"), "seats": _("seats")}
    return told.format(low=low, high=high, step=step, unit=units[one.unit])


def _forecast(number: int, form: Format, last: Sequence[Result] | None) -> list[str]:
    """Return what a forecast can start from."""
    base = " ".join(outlook.sentences(number, form, last))
    points = _(
        "A forecast that comes true earns all of its points; one that is {n} % off earns none. Up "
        "to {most} of about 100 points of the game are for forecasts."
    )
    told = {"n": rules()["forecast_zero"] * 100 // PPM, "most": rules()["points_forecast"]}
    return [heading(_("Your forecast")), words(base, "said"), words(points.format(**told), "quiet")]


def _prices() -> list[str]:
    """Return what a price in per cent is in yuan."""
    rows: list[list[object]] = []
    for one in rules().categories:
        field = rules().fields[f"price_{one.name}"]
        least = -(-one.floor // field.step) * field.step
        asked = [yuan(one.price / FEN), yuan(one.cost / FEN), f"{files.shown(least, field)} %"]
        rows.append([f"{one.title} {one.title_zh}", *asked, f"{one.units:,}"])
    header = [_("Goods"), _("100 % is"), _("you buy at about"), _("lowest price")]
    header.append(_("pieces a usual week"))
    note = _(
        "Prices are in per cent of what the traditional channel (shops in the street) asks: 107 is "
        "7 % above it. Below the lowest price only with the word clearance, as in: 60 clearance."
    )
    return [heading(_("Prices in yuan")), table(header, rows, [1, 2, 3, 4]), words(note, "quiet")]


def _options() -> list[str]:
    """Return what can be chosen, with its costs, and the two suppliers."""
    chosen = [one for one in rules().fields.values() if one.name in CHOICES]
    return [
        heading(_("What can be chosen, and what it costs")),
        meanings(chosen),
        words(" ".join(supplier(one) for one in rules().suppliers.values())),
    ]


def write(folder: Path, number: int, finish: Finish = str) -> list[Path]:
    """Write the page for a round into each team's folder.

    Parameters
    ----------
    folder : Path
        Of the game, with the trainer's part.
    number : int
        The round, 0 for the practice week.
    finish : callable
        Gives a page its last touch, such as a font.

    Returns
    -------
    list of Path
        The pages.

    References
    ----------
    The course's own.
    """
    game, pages = advance.load(folder), []
    for seat, team in enumerate(advance.state_before(folder, number).teams):
        last = advance.last_weeks(folder, number, seat)
        text = finish(page(number, game.format, team, last))
        pages.append(folder / advance.TEAMS / team.name / HANDOUT)
        advance.write(pages[-1], text.encode())
    return pages


# --- a try of the files ------------------------------------------------------------------------


def tried(folder: Path) -> list[str]:
    """Say what would count of a team's files, and what they change; nothing is played.

    It knows the team's own company only: no luck, and nothing of rivals.

    Parameters
    ----------
    folder : Path
        Of the team, wherever it lies.

    Returns
    -------
    list of str
        Sentences.

    Raises
    ------
    CourseError
        The folder is not that of a team.

    References
    ----------
    The course's own.
    """
    number, team, before, base = files.company(folder)
    found = files.filed(folder, number, team, rules(), before)
    return [*found.notes, *changed(found, team), expected(found.forecast, base)]


def changed(found: files.Filed, team: Team) -> list[str]:
    """Say what a team's decisions change, and what is certain about the costs.

    Parameters
    ----------
    found : Filed
        What counts.
    team : Team
        The company before it.

    Returns
    -------
    list of str
        A sentence for each field that changes.

    References
    ----------
    The tables of the game.

    Examples
    --------
    >>> from ecokit.game.state import new_team
    >>> team = new_team("Plum", rules())
    >>> anew = files.Filed(team.decisions | {"it": "hosted"}, None, "", ())
    >>> changed(anew, team)
    ['IT systems: basic to hosted. It costs ¥1,500 once, ¥3,200 a week instead of ¥1,000.']
    """
    told = []
    for one in rules().fields.values():
        old, new = (files.entry(each, one) for each in (team.decisions, found.decisions))
        if old != new:
            change = _("{title}: {old} to {new}.").format(title=one.title, old=old, new=new)
            told.append(f"{change} {_costs(one, team, found)}".strip())
    channels = [one.name for one in rules().channels]
    if any(found.decisions[name] != team.decisions[name] for name in channels):
        spent = sum(found.decisions[name] for name in channels)
        amounts = [yuan(fen / FEN) for fen in (spent, files.budget(team, rules()))]
        all_of_them = _("All campaigns together: {spent} a week; you may spend {most}.")
        told.append(all_of_them.format(spent=amounts[0], most=amounts[1]))
    return told or [_("All stays as it was: no field is changed.")]


def _costs(one: Field, team: Team, found: files.Filed) -> str:
    """Say what a change costs for certain."""
    if one.name == "seats":
        told = _("Seats cost {fen} a week.")
        return told.format(fen=yuan(found.decisions["seats"] * rules()["seat"] / FEN))
    if one.name not in CHOICES:
        return ""
    options = rules().choices[one.name]
    old, new = (options[each[one.name]].effects for each in (team.decisions, found.decisions))
    said = _changes_of(old, new)
    if one.name == "partner" and team.contract:
        left = _n(
            "The old contract runs {n} week more: leaving it costs {fen}.",
            "The old contract runs {n} weeks more: leaving it costs {fen}.",
            team.contract,
        )
        said += " " + left.format(n=team.contract, fen=yuan(team.contract * old["weekly"] / FEN))
    return said


def _changes_of(old: Mapping[str, int], new: Mapping[str, int]) -> str:
    """Say what another choice costs once, a week, an order, and of the partner's sales."""
    parts = []
    if new.get("setup"):
        parts.append(_("{fen} once").format(fen=yuan(new["setup"] / FEN)))
    for name, told in (
        ("weekly", _("{new} a week instead of {old}")),
        ("order", _("{new} an order instead of {old}")),
    ):
        amounts = [yuan(each.get(name, 0) / FEN, 2 * (name == "order")) for each in (new, old)]
        if amounts[0] != amounts[1]:
            parts.append(told.format(new=amounts[0], old=amounts[1]))
    if new.get("commission"):
        share = new["commission"] * 100 // PPM
        parts.append(_("{share} % of what the partner's customers pay").format(share=share))
    if not parts:
        return _("The change itself costs nothing.")
    return _("It costs {costs}.").format(costs=", ".join(parts))


def expected(forecast: Forecast | None, base: Forecast) -> str:
    """Say which forecast counts, and what it could start from.

    Parameters
    ----------
    forecast : Forecast or None
        What counts.
    base : Forecast
        Of the round.

    Returns
    -------
    str
        Two sentences.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> expected(Forecast(900, 4_000_000), Forecast(875, 10_747_000))
    'Forecast: 900 orders, profit ¥40,000. The base: 875 orders, profit ¥107,470.'
    """
    told = _("{orders:,} orders, profit {profit}.")
    both = [
        told.format(orders=one.orders, profit=yuan(one.profit / FEN)) if one else _("none.")
        for one in (forecast, base)
    ]
    return _("Forecast: {forecast} The base: {base}").format(forecast=both[0], base=both[1])
