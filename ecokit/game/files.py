"""The folder of a game: who may read what, and how a team's files are read.

    game.json                           public: format, teams, the hash of the trainer's key
    rounds/NN/market.csv, news.csv      public: prices, budgets, units of all, profits, surprises
    teams/NAME/decisions.csv            round, then field and value: the team writes
    teams/NAME/forecast.csv             orders, profit, reason: the team writes
    teams/NAME/results/NN/...           its own weeks and accounts, and what was wrong in its files
    sealed/                             the trainer's: the key, all decisions, all states

A team that is given ``game.json``, ``rounds`` and its own folder cannot know the luck to come.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ecokit.errors import CourseError
from ecokit.game.ending import Forecast
from ecokit.game.rulebook import CHOICES, FEN, Field, Rules
from ecokit.game.state import CLEARANCE, Decisions, Team
from ecokit.messages import _

DECISIONS, FORECAST, ROUND = "decisions.csv", "forecast.csv", "round"
_LARGEST = 64_000  # bytes of a file that a team writes
_LONGEST = 300  # signs of a reason
_NUMBER = re.compile(r"[-+]?\d{1,12}(\.\d{1,6})?")
_COMMA = re.compile(r"[-+]?\d{1,12},\d{1,2}")  # a comma as decimal sign
_GROUPED = re.compile(r"[-+]?\d{1,3}([.,' ]\d{3})+([.,]\d{1,2})?")  # signs between thousands
_NAME = re.compile(r"[^\W_][\w -]{0,29}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)  # names of Windows


@dataclass(frozen=True)
class Filed:
    """What a team has filed for a round.

    Parameters
    ----------
    decisions : dict
        What counts: the team's, or last round's where they cannot be used.
    forecast : Forecast or None
        None where there is none.
    reason : str
        Why, in the team's words.
    notes : tuple of str
        What was wrong, a sentence each.
    """

    decisions: Decisions
    forecast: Forecast | None
    reason: str
    notes: tuple[str, ...]


def team_name(name: str) -> str:
    """Return a team's name if it can be the name of a folder everywhere.

    Parameters
    ----------
    name : str
        As the team wants it.

    Returns
    -------
    str
        The name.

    Raises
    ------
    CourseError
        It cannot.

    References
    ----------
    Names that Windows keeps for itself: learn.microsoft.com, Naming Files, Paths, and Namespaces.

    Examples
    --------
    >>> team_name("Plum 2")
    'Plum 2'
    >>> team_name("../plum")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A team cannot be called "../plum". Take 1 to 30 letters, ...
    """
    if not _NAME.fullmatch(name) or name != name.strip() or _RESERVED.fullmatch(name):
        message = _(
            'A team cannot be called "{name}". Take 1 to 30 letters, digits, spaces or hyphens, '
            "a letter or digit first."
        )
        raise CourseError(message.format(name=name))
    return name


def page(number: int, team: Team, rules: Rules, values: Mapping[str, str] | None = None) -> bytes:
    """Return the page of decisions for a round: what the team may change, as it stands now.

    Parameters
    ----------
    number : int
        The round.
    team : Team
        The company.
    rules : Rules
        Of the game.
    values : mapping of str to str, optional
        What is to stand there other than it stands now.

    Returns
    -------
    bytes
        A CSV file that a spreadsheet opens: field, value, unit, low, high, meaning.

    References
    ----------
    RFC 4180.

    Examples
    --------
    >>> from ecokit.game.rulebook import rules
    >>> from ecokit.game.state import new_team
    >>> print(page(1, new_team("Plum", rules()), rules()).decode()[:52])
    field,value,unit,low,high,title
    round,1,,,,
    price_ha
    """
    rows: list[list[object]] = [["field", "value", "unit", "low", "high", "title"]]
    rows.append([ROUND, number, "", "", "", ""])
    given = values or {}
    for field in rules.fields.values():
        if (
            field.unlocks <= max(number, 1) or field.name in given
        ):  # the practice week has the fields of round 1
            bounds = (
                [shown(field.low, field), shown(field.high, field)] if field.scale else ["", ""]
            )
            options = "" if field.scale else " | ".join(rules.choices[field.name])
            value = shown(team.decisions[field.name], field)
            if field.name.removeprefix("price_") in team.decisions[CLEARANCE]:
                value += f" {CLEARANCE}"
            value = given.get(field.name, value)
            unit = _units().get(field.unit, field.unit)
            rows.append([field.name, value, unit, *bounds, options or field.title])
    return table(rows)


def _units() -> dict[str, str]:
    """Return what a unit is of, where its name alone does not tell."""
    return {"percent": _("percent of the traditional channel's price"), "yuan": _("yuan a week")}


def forecast_page(number: int, orders: str = "", profit: str = "", reason: str = "") -> bytes:
    """Return the page of a forecast.

    Parameters
    ----------
    number : int
        The round.
    orders, profit, reason : str
        What stands there.

    Returns
    -------
    bytes
        A CSV file: field, value, meaning.

    References
    ----------
    RFC 4180.

    Examples
    --------
    >>> forecast_page(2, orders="900").decode().splitlines()[1:3]
    ['round,2,', 'orders,900,paid orders of all weeks of the round']
    """
    rows: list[list[object]] = [["field", "value", "meaning"], [ROUND, number, ""]]
    rows.append(["orders", orders, _("paid orders of all weeks of the round")])
    rows.append(["profit", profit, _("yuan of all weeks of the round")])
    rows.append(["reason", reason, _("why, in a sentence")])
    return table(rows)


def table(rows: list[list[object]]) -> bytes:
    r"""Return a CSV file with line feeds.

    Parameters
    ----------
    rows : list of list
        The header first.

    Returns
    -------
    bytes
        UTF-8.

    References
    ----------
    RFC 4180.

    Examples
    --------
    >>> table([["week", "news"], [1, "late, again"]])
    b'week,news\n1,"late, again"\n'
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def shown(value: int | str, field: Field) -> str:
    """Return a decision as a file shows it.

    Parameters
    ----------
    value : int or str
        In the units of the state.
    field : Field
        The field.

    Returns
    -------
    str
        A number in the field's unit, or a choice.

    References
    ----------
    The tables of the game.

    Examples
    --------
    >>> from ecokit.game.rulebook import rules
    >>> shown(2_200_000, rules().fields["cover"])
    '2.2'
    """
    if not field.scale:
        return str(value)
    found = f"{Decimal(int(value)) / field.scale:f}"
    return found.rstrip("0").rstrip(".") if "." in found else found


def filed(folder: Path, number: int, team: Team, rules: Rules) -> Filed:
    """Read what a team has filed; where a file cannot be used, last round's decisions stand.

    Parameters
    ----------
    folder : Path
        Of the team.
    number : int
        The round.
    team : Team
        Its company.
    rules : Rules
        Of the game.

    Returns
    -------
    Filed
        What counts, and a sentence for each file that does not.

    References
    ----------
    The tables of the game.
    """
    decisions, forecast, reason, notes = team.decisions, None, "", []
    try:
        decisions = decided(folder / DECISIONS, number, team, rules)
    except CourseError as error:
        notes.append(_("{error} Last round's decisions stand.").format(error=error))
    try:
        forecast, reason = expected(folder / FORECAST, number)
    except CourseError as error:
        stands = _("{error} Last round's forecast stands.")
        none = _("{error} No forecast counts.")
        notes.append((stands if number > 1 else none).format(error=error))
    return Filed(decisions, forecast, reason, tuple(notes))


def decided(path: Path, number: int, team: Team, rules: Rules) -> Decisions:
    """Read a page of decisions.

    Parameters
    ----------
    path : Path
        The file.
    number : int
        The round that it must be for.
    team : Team
        The company: what is left out stays as it is.
    rules : Rules
        Of the game.

    Returns
    -------
    dict
        A value for each field.

    Raises
    ------
    CourseError
        What is wrong, a sentence for each field: which file, which field, and its limit.

    References
    ----------
    The tables of the game.
    """
    rows = for_round(path, number)
    unknown = [name for name in rows if name not in rules.fields]
    if unknown:
        message = _('{file}: "{name}" is no field. Fields are {fields}.')
        fields = ", ".join(rules.fields)
        raise CourseError(message.format(file=path.name, name=unknown[0], fields=fields))
    found: Decisions = {**team.decisions, CLEARANCE: list(team.decisions[CLEARANCE])}
    wrong = []
    for name, text in rows.items():
        field = rules.fields[name]
        if text:
            try:
                _take(found, field, text, rules, path.name)
            except CourseError as error:
                wrong.append(str(error))
            if field.unlocks > max(number, 1) and found[name] != team.decisions[name]:
                message = _("{file}: {name} can be changed from round {unlocks} on, not before.")
                told = {"file": path.name, "name": name, "unlocks": field.unlocks}
                wrong.append(message.format(**told))
    if wrong:
        raise CourseError(" ".join(wrong))
    _check_budget(found, team, rules, path.name)
    return found


def _take(found: Decisions, field: Field, text: str, rules: Rules, file: str) -> None:
    """Put a value of a file among the decisions, or say what is wrong with it."""
    if field.name in CHOICES:
        options, text = rules.choices[field.name], text.lower()
        if text not in options:
            message = _('{file}: {name} is "{text}". Choose one of {options}.')
            told = {"file": file, "name": field.name, "text": text, "options": ", ".join(options)}
            raise CourseError(message.format(**told))
        found[field.name] = text
        return
    category = field.name.removeprefix("price_")
    marked = field.kind == "price" and text.lower().endswith(CLEARANCE)
    value = _amount(text[: -len(CLEARANCE)].strip() if marked else text, field, file)
    if field.kind == "price":
        floor = next(one.floor for one in rules.categories if one.name == category)
        if value < floor and not marked:
            message = _(
                "{file}: {name} is {text}, below the purchase cost of {floor} %. Ask at least "
                'that, or write "{text} clearance": then a fifth of the units goes at that price.'
            )
            told = {"file": file, "name": field.name, "text": text}
            raise CourseError(message.format(floor=shown(floor, field), **told))
        others = [name for name in found[CLEARANCE] if name != category]
        found[CLEARANCE] = sorted([*others, category]) if marked else others
    found[field.name] = value


def _amount(text: str, field: Field, file: str) -> int:
    """Return a number in the units of the state, or say which limit it breaks."""
    told = {"file": file, "name": field.name, "text": text, "unit": field.unit}
    low, high = shown(field.low, field), shown(field.high, field)
    text = _plain(text)
    _refuse_groups(text, file, field.name, dots=field.unit == "yuan")
    if not _NUMBER.fullmatch(text):
        message = _('{file}: {name} is "{text}". Write a number from {low} to {high} ({unit}).')
        raise CourseError(message.format(low=low, high=high, **told))
    exact = Decimal(text) * field.scale
    if not field.low <= exact <= field.high:
        message = _("{file}: {name} is {text}. It may be from {low} to {high} ({unit}).")
        raise CourseError(message.format(low=low, high=high, **told))
    if exact % field.step:
        message = _("{file}: {name} is {text}. It goes in steps of {step} ({unit}).")
        raise CourseError(message.format(step=shown(field.step, field), **told))
    return int(exact)


def _plain(text: str) -> str:
    """Return a number without a sign of money or percent, and with a point as decimal sign."""
    bare = text.strip(" \u00a5\uffe5%\uff05\u5143")
    return bare.replace(",", ".") if _COMMA.fullmatch(bare) else bare


def _refuse_groups(text: str, file: str, name: str, *, dots: bool) -> None:
    """Refuse a sign between thousands: 60.000 is sixty to one reader, and more to another."""
    if _GROUPED.fullmatch(text) and (dots or not _NUMBER.fullmatch(text)):
        message = _(
            '{file}: {name} is "{text}". Write it without a sign between the thousands, such as '
            "1500 for one thousand five hundred."
        )
        raise CourseError(message.format(file=file, name=name, text=text))


def _check_budget(found: Decisions, team: Team, rules: Rules, file: str) -> None:
    """Refuse campaigns beyond cash and credit."""
    names = [one.name for one in rules.channels]
    spent = sum(found[name] for name in names)
    most = max(rules["least_budget"], team.cash - team.debt + rules["credit_line"])
    before = sum(team.decisions[name] for name in names)
    if spent > max(most, before):
        message = _(
            "{file}: {names} are ¥{spent:,} a week together. Cash and credit allow at most "
            "¥{most:,}."
        )
        told = {"file": file, "names": " and ".join(names), "spent": spent // FEN}
        raise CourseError(message.format(most=most // FEN, **told))


def is_for(path: Path, number: int) -> bool:
    """Return whether a file that a team writes is there and for a round.

    Parameters
    ----------
    path : Path
        The file.
    number : int
        The round.

    Returns
    -------
    bool
        Such a file is not laid anew: a team may have begun to write.

    References
    ----------
    The course's own.
    """
    try:
        for_round(path, number)
    except CourseError:
        return False
    return True


def expected(path: Path, number: int) -> tuple[Forecast, str]:
    """Read a forecast: orders, profit in yuan, and the reason.

    Parameters
    ----------
    path : Path
        The file.
    number : int
        The round that it must be for.

    Returns
    -------
    (Forecast, str)
        The forecast and the reason.

    Raises
    ------
    CourseError
        What is wrong.

    References
    ----------
    The tables of the game.
    """
    rows = for_round(path, number)
    if not rows.get("orders") and not rows.get("profit"):
        message = _("{file} holds no forecast yet: orders and profit are empty.")
        raise CourseError(message.format(file=path.name))
    found = []
    for name, scale in (("orders", 1), ("profit", FEN)):
        text = _plain(rows.get(name, ""))
        _refuse_groups(text, path.name, name, dots=True)
        if not _NUMBER.fullmatch(text) or Decimal(text) * scale % 1:
            message = _('{file}: {name} is "{text}". Write what you expect of the round, a number.')
            raise CourseError(message.format(file=path.name, name=name, text=text))
        found.append(int(Decimal(text) * scale))
    reason = " ".join(filter(str.isprintable, rows.get("reason", "").split()))
    return Forecast(*found), reason[:_LONGEST]


def for_round(path: Path, number: int) -> dict[str, str]:
    """Return the fields of a file that is for this round.

    Parameters
    ----------
    path : Path
        The file.
    number : int
        The round that it must be for.

    Returns
    -------
    dict
        Text by field.

    Raises
    ------
    CourseError
        It is for another round, or cannot be read.

    References
    ----------
    RFC 4180.
    """
    rows = dict(_rows(path))
    given = rows.pop(ROUND, "")
    if given != str(number):
        message = _(
            '{file} is for round "{given}", and this is round {number}. Take the page of this '
            "round, its first line says so: {name},{number}."
        )
        told = {"file": path.name, "given": given, "number": number, "name": ROUND}
        raise CourseError(message.format(**told))
    return rows


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    """Yield field and value of each line, or say why the file cannot be read."""
    lines = csv.reader(_text(path).splitlines(), delimiter=_delimiter(path))
    taken: set[str] = set()
    width = 0
    try:
        for row in lines:
            cells = [cell.strip() for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            name, value = (*cells, "", "")[:2]
            if name == "field":
                width = len(cells)
            elif width and len(cells) > width and name != "reason":
                message = _(
                    '{file}: "{line}" has a comma too many. Write numbers such as 105.5 and 1500.'
                )
                raise CourseError(message.format(file=path.name, line=",".join(cells)))
            if name in taken:
                message = _('{file}: "{name}" stands there twice. Leave one of the two lines.')
                raise CourseError(message.format(file=path.name, name=name))
            if name and name != "field":
                taken.add(name)
                yield name, value
    except csv.Error as error:
        message = _("{file} is no table of fields and values. Save it as CSV once more.")
        raise CourseError(message.format(file=path.name)) from error


def _delimiter(path: Path) -> str:
    """Return what stands between field and value: spreadsheets of some countries write others."""
    first = _text(path).lstrip().split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _text(path: Path) -> str:
    """Return the text of a file, as spreadsheets save it: UTF-8 or the Chinese code page."""
    told = {"file": path.name}
    try:
        if not path.is_file():
            raise CourseError(_("{file} is missing. Lay it into the team's folder.").format(**told))
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        message = _("{file} cannot be read. Close it in other programs.").format(**told)
        raise CourseError(message) from error
    if len(content) > _LARGEST or b"\0" in content:
        message = _("{file} is no CSV file of a page. Save it as CSV once more.").format(**told)
        raise CourseError(message)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CourseError(_("{file} is no text. Save it as CSV once more.").format(**told))
