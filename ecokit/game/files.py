"""The folder of a game: who may read what, and how a team's files are read.

    game.json                           public: format, teams, the hash of the trainer's key
    rounds/NN/market.csv, news.csv      public: prices, budgets, units of all, profits, surprises
    teams/NAME/decisions.csv            round, then field and value: the team writes
    teams/NAME/forecast.csv             orders, profit, reason: the team writes
    teams/NAME/company.json             its company as it stands now, to try the two files with
    teams/NAME/handout.html             what each field means, and what it stands at now
    teams/NAME/results/NN/...           its own weeks and accounts, and what was wrong in its files
    sealed/                             the trainer's: the key, all decisions, all states

A team that is given ``game.json``, ``rounds`` and its own folder cannot know the luck to come.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path

from ecokit.errors import CourseError
from ecokit.game.ending import Forecast
from ecokit.game.fixed import divide
from ecokit.game.rulebook import CHOICES, FEN, Field, Rules
from ecokit.game.state import CLEARANCE, Decisions, Team, canonical, from_bytes
from ecokit.messages import _, _n

DECISIONS, FORECAST = "decisions.csv", "forecast.csv"
COMPANY = "company.json"
ROUND, REASON = "round", "reason"
EXPECTED = ("orders", "profit", REASON)  # of a forecast
_LARGEST = 64_000  # bytes of a file that a team writes
_LONGEST = 300  # signs of a reason
_FIRST = 3  # of lines without a field, that many are named
_NUMBER = re.compile(r"[-+]?\d{1,12}(\.\d{1,6})?")
_COMMA = re.compile(r"[-+]?\d{1,12},\d{1,2}")  # a comma as decimal sign
_GROUPED = re.compile(r"[-+]?\d{1,3}([.,' ]\d{3})+([.,]\d{1,2})?")  # signs between thousands
_THOUSAND = re.compile(r"[-+]?\d{1,3},\d{3}(\.\d{1,2})?")
_NAME = re.compile(r"[^\W_][\w -]{0,29}")
_RESERVED = re.compile(r"(con|prn|aux|nul|(com|lpt)[\d¹²³])", re.IGNORECASE)  # names of Windows


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


def alike(name: str) -> str:
    """Return a name so that two are equal that would be one folder on some computer.

    Parameters
    ----------
    name : str
        Of a team.

    Returns
    -------
    str
        Small, and composed.

    References
    ----------
    Unicode Standard Annex 15, Unicode normalization forms.

    Examples
    --------
    >>> alike("PLUM") == alike("plum"), alike(chr(0xAC00)) == alike(chr(0x1100) + chr(0x1161))
    (True, True)
    """
    return unicodedata.normalize("NFC", name.casefold())


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
    now = max(number, 1)  # the practice week has the fields of round 1
    for one in rules.fields.values():
        if one.unlocks <= now or one.name in given:
            bounds = [shown(one.low, one), shown(one.high, one)] if one.scale else ["", ""]
            options = "" if one.scale else " | ".join(rules.choices[one.name])
            value = given.get(one.name, entry(team.decisions, one))
            unit = _units().get(one.unit, one.unit)
            rows.append([one.name, value, unit, *bounds, options or one.title])
    return table(rows)


def _units() -> dict[str, str]:
    """Return what a unit is of, where its name alone does not tell."""
    return {"percent": _("percent of the traditional channel's price"), "yuan": _("yuan a week")}


def forecast_page(
    number: int,
    values: Mapping[str, str] | None = None,
    base: Forecast | None = None,
    weeks: int = 1,
) -> bytes:
    """Return the page of a forecast.

    Parameters
    ----------
    number : int
        The round.
    values : mapping of str to str, optional
        What stands there: orders, profit, reason.
    base : Forecast, optional
        What to start from.
    weeks : int
        Of the round.

    Returns
    -------
    bytes
        A CSV file: field, value, base, meaning.

    References
    ----------
    RFC 4180.

    Examples
    --------
    >>> forecast_page(2, {"orders": "900"}, Forecast(850, 4_000_000), 2).decode().splitlines()[1:3]
    ['round,2,,', 'orders,900,850,paid orders of all 2 weeks together']
    """
    given = values or {}
    known = [base.orders, divide(base.profit, FEN)] if base else ["", ""]
    of_all = _n("of the week", "of all {n} weeks together", weeks).format(n=weeks)
    meanings = [_("paid orders {of_all}"), _("profit {of_all}, yuan"), _("why, in a sentence")]
    rows: list[list[object]] = [["field", "value", "base", "meaning"], [ROUND, number, "", ""]]
    for name, start, meaning in zip(EXPECTED, [*known, ""], meanings, strict=True):
        rows.append([name, given.get(name, ""), start, meaning.format(of_all=of_all)])
    return table(rows)


def company_file(number: int, team: Team, before: Forecast | None, base: Forecast) -> bytes:
    """Return the file from which a team can try its pages: its own company before a round.

    Parameters
    ----------
    number : int
        The round.
    team : Team
        The company.
    before : Forecast or None
        Of the round before.
    base : Forecast
        What a forecast of this round can start from.

    Returns
    -------
    bytes
        JSON; nothing of the luck or of others is in it.

    References
    ----------
    RFC 8259.
    """
    last = asdict(before) if before else None
    told = {"round": number, "forecast": last, "base": asdict(base), "team": asdict(team)}
    return canonical(told)


def company(folder: Path) -> tuple[int, Team, Forecast | None, Forecast]:
    """Read what `company_file` has written.

    Parameters
    ----------
    folder : Path
        Of a team.

    Returns
    -------
    (int, Team, Forecast or None, Forecast)
        The round, the company before it, the forecast of the round before, and the base of one.

    Raises
    ------
    CourseError
        It is not there, or was changed.

    References
    ----------
    RFC 8259.
    """
    path = folder / COMPANY
    try:
        found = json.loads(path.read_bytes())
        if not isinstance(found, dict) or type(found.get("round")) is not int:
            raise ValueError("no company of a round")
        market = from_bytes(canonical({"week": 0, "teams": [found.get("team")]}))
        last = _forecast(found["forecast"]) if found.get("forecast") else None
        return found["round"], market.teams[0], last, _forecast(found.get("base"))
    except (OSError, ValueError, RecursionError, CourseError) as error:
        message = _("{file} cannot be read. Ask the trainer for it: it belongs to your folder.")
        raise CourseError(message.format(file=path)) from error


def _forecast(found: object) -> Forecast:
    """Return a forecast of a file; ValueError where it is none."""
    if isinstance(found, dict) and set(found) == {"orders", "profit"}:
        orders, profit = found["orders"], found["profit"]
        if type(orders) is int and type(profit) is int:
            return Forecast(orders, profit)
    raise ValueError("no forecast")


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


def entry(decisions: Decisions, field: Field) -> str:
    """Return what stands in a field, with the word that marks a clearance.

    Parameters
    ----------
    decisions : dict
        A value for each field.
    field : Field
        The field.

    Returns
    -------
    str
        As a page has it.

    References
    ----------
    The tables of the game.

    Examples
    --------
    >>> from ecokit.game.rulebook import rules
    >>> entry({"price_home": 600_000, "clearance": ["home"]}, rules().fields["price_home"])
    '60 clearance'
    """
    value = shown(decisions[field.name], field)
    marked = field.name.removeprefix("price_") in decisions[CLEARANCE]
    return f"{value} {CLEARANCE}" if marked else value


@dataclass(frozen=True)
class Lines:
    """What stands in a file of a team: text by field, and what is wrong with lines of it.

    Parameters
    ----------
    values : dict
        Text by field.
    wrong : dict
        A sentence by field, for lines that hold no value.
    """

    values: dict[str, str]
    wrong: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wrong:
    """A sentence on fields that cannot be used; they keep what they were.

    Parameters
    ----------
    fields : tuple of str
        Their names.
    sentence : str
        What is wrong, with the limit.
    """

    fields: tuple[str, ...]
    sentence: str


def filed(
    folder: Path, number: int, team: Team, rules: Rules, before: Forecast | None = None
) -> Filed:
    """Read what a team has filed: a field that cannot be used keeps what it was, and only it.

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
    before : Forecast, optional
        Of the round before.

    Returns
    -------
    Filed
        What counts, and a sentence for each field that does not, or for a whole file.

    References
    ----------
    The tables of the game.
    """
    decisions, forecast, reason, notes = team.decisions, before, "", []
    try:
        decisions, wrong = taken(for_round(folder / DECISIONS, number), number, team, rules)
    except CourseError as error:
        notes.append(_("{error} Last round's decisions stand.").format(error=error))
    else:
        notes += [
            f"{DECISIONS}: {one.sentence} {_stays(one, team, rules)}".strip() for one in wrong
        ]
    try:
        forecast, reason, wrong = foreseen(for_round(folder / FORECAST, number), before)
    except CourseError as error:
        notes.append(f"{error} {_counts(before)}")
    else:
        notes += [f"{FORECAST}: {one.sentence} {_counts(before, one)}" for one in wrong]
    return Filed(decisions, forecast, reason, tuple(notes))


def _stays(wrong: Wrong, team: Team, rules: Rules) -> str:
    """Say what a field keeps."""
    kept = [
        f"{name} {entry(team.decisions, rules.fields[name])}"
        for name in wrong.fields
        if name in rules.fields
    ]
    return _("What stands: {kept}.").format(kept=", ".join(kept)) if kept else ""


def _counts(before: Forecast | None, wrong: Wrong | None = None) -> str:
    """Say which forecast counts instead."""
    if before is None:
        return _("No forecast counts.")
    if wrong is None or len(wrong.fields) > 1:
        return _("Last round's forecast stands.")
    (name,) = wrong.fields
    amount = before.orders if name == "orders" else before.profit // FEN
    return _("What stands: {name} {amount}.").format(name=name, amount=amount)


def decided(path: Path, number: int, team: Team, rules: Rules) -> Decisions:
    """Read a page of decisions of which all must be right.

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
    found, wrong = taken(for_round(path, number), number, team, rules)
    if wrong:
        raise CourseError(" ".join(f"{path.name}: {one.sentence}" for one in wrong))
    return found


def taken(
    lines: Lines, number: int, team: Team, rules: Rules
) -> tuple[Decisions, tuple[Wrong, ...]]:
    """Return what counts of a page of decisions, and what cannot be used.

    Parameters
    ----------
    lines : Lines
        What stands on the page.
    number : int
        The round.
    team : Team
        The company: what is left out or wrong stays as it is.
    rules : Rules
        Of the game.

    Returns
    -------
    (dict, tuple of Wrong)
        A value for each field, and a sentence for each that is wrong.

    References
    ----------
    The tables of the game.

    Examples
    --------
    >>> from ecokit.game.rulebook import rules
    >>> from ecokit.game.state import new_team
    >>> page = Lines({"search": "much", "social": "3000"})
    >>> found, (wrong,) = taken(page, 1, new_team("Plum", rules()), rules())
    >>> found["search"], found["social"], wrong.sentence
    (250000, 300000, 'search is "much". Write a number from 0 to 60000 (yuan).')
    """
    found: Decisions = {**team.decisions, CLEARANCE: list(team.decisions[CLEARANCE])}
    wrong = [Wrong((n,), sentence) for n, sentence in lines.wrong.items() if n in rules.fields]
    unknown = [name for name in lines.values if name not in rules.fields]
    if unknown:
        wrong.append(_no_fields(unknown, rules))
    for name, text in lines.values.items():
        if text and name in rules.fields and name not in lines.wrong:
            try:
                _take_one(found, name, text, number, rules)
            except CourseError as error:
                wrong.append(Wrong((name,), str(error)))
    over = _over_budget(found, team, rules)
    if over:
        wrong.append(over)
        found |= {name: team.decisions[name] for name in over.fields}
    return found, tuple(wrong)


def _no_fields(names: list[str], rules: Rules) -> Wrong:
    """Name lines that belong to no field, the first ones where they are many."""
    told = ", ".join(f'"{name}"' for name in names[:_FIRST])
    message = _n(
        "{names} is no field. Fields are {fields}.",
        "{names} are no fields ({n} lines). Fields are {fields}.",
        len(names),
    )
    sentence = message.format(names=told, n=len(names), fields=", ".join(rules.fields))
    return Wrong(tuple(names), sentence)


def _take_one(found: Decisions, name: str, text: str, number: int, rules: Rules) -> None:
    """Put a line of a page among the decisions, if it may be decided and can be used."""
    one = rules.fields[name]
    fresh: Decisions = {**found, CLEARANCE: list(found[CLEARANCE])}
    _take(fresh, one, text, rules)
    if one.unlocks > max(number, 1) and fresh[name] != found[name]:
        message = _("{name} can be changed from round {unlocks} on, not before.")
        raise CourseError(message.format(name=name, unlocks=one.unlocks))
    found.update(fresh)


def _take(found: Decisions, one: Field, text: str, rules: Rules) -> None:
    """Put a value of a page among the decisions, or say what is wrong with it."""
    if one.name in CHOICES:
        options, text = rules.choices[one.name], text.lower()
        if text not in options:
            message = _('{name} is "{text}". Choose one of {options}.')
            told = {"name": one.name, "text": text, "options": ", ".join(options)}
            raise CourseError(message.format(**told))
        found[one.name] = text
        return
    category = one.name.removeprefix("price_")
    marked = one.kind == "price" and text.lower().endswith(CLEARANCE)
    value = _amount(text[: -len(CLEARANCE)].strip() if marked else text, one)
    if one.kind == "price":
        floor = next(each.floor for each in rules.categories if each.name == category)
        if value < floor and not marked:
            message = _(
                "{name} is {text}, below the purchase cost of {floor} %. Ask at least "
                'that, or write "{text} clearance": then a fifth of the units goes at that price.'
            )
            told = {"name": one.name, "text": text, "floor": shown(floor, one)}
            raise CourseError(message.format(**told))
        others = [name for name in found[CLEARANCE] if name != category]
        found[CLEARANCE] = sorted([*others, category]) if marked else others
    found[one.name] = value


def _amount(text: str, one: Field) -> int:
    """Return a number in the units of the state, or say which limit it breaks."""
    told = {"name": one.name, "text": text, "unit": one.unit}
    low, high = shown(one.low, one), shown(one.high, one)
    text = _plain(text)
    _refuse_groups(text, one.name, dots=one.unit == "yuan")
    if not _NUMBER.fullmatch(text):
        message = _('{name} is "{text}". Write a number from {low} to {high} ({unit}).')
        raise CourseError(message.format(low=low, high=high, **told))
    exact = Decimal(text) * one.scale
    if not one.low <= exact <= one.high:
        message = _("{name} is {text}. It may be from {low} to {high} ({unit}).")
        raise CourseError(message.format(low=low, high=high, **told))
    if exact % one.step:
        message = _("{name} is {text}. It goes in steps of {step} ({unit}).")
        raise CourseError(message.format(step=shown(one.step, one), **told))
    return int(exact)


def _plain(text: str) -> str:
    """Return a number without a sign of money or percent, and with a point as decimal sign."""
    bare = text.strip(" \u00a5\uffe5%\uff05\u5143")
    return bare.replace(",", ".") if _COMMA.fullmatch(bare) else bare


def _refuse_groups(text: str, name: str, *, dots: bool) -> None:
    """Refuse a sign between thousands: 60.000 is sixty to one reader, and more to another."""
    if _GROUPED.fullmatch(text) and (dots or not _NUMBER.fullmatch(text)):
        message = _(
            '{name} is "{text}". Write it without a sign between the thousands, such as '
            "1500 for one thousand five hundred."
        )
        raise CourseError(message.format(name=name, text=text))


def _over_budget(found: Decisions, team: Team, rules: Rules) -> Wrong | None:
    """Refuse campaigns beyond cash and credit: all of them stay what they were."""
    names = [one.name for one in rules.channels]
    spent, most = sum(found[name] for name in names), budget(team, rules)
    if spent <= most:
        return None
    message = _("{names} are ¥{spent:,} a week together. Cash and credit allow at most ¥{most:,}.")
    told = {"names": " and ".join(names), "spent": spent // FEN, "most": most // FEN}
    return Wrong(tuple(names), message.format(**told))


def budget(team: Team, rules: Rules) -> int:
    """Return what a team may spend on campaigns a week, fen.

    Parameters
    ----------
    team : Team
        The company.
    rules : Rules
        Of the game.

    Returns
    -------
    int
        What cash and credit allow, but never less than it spends already.

    References
    ----------
    The tables of the game.

    Examples
    --------
    >>> from ecokit.game.rulebook import rules
    >>> from ecokit.game.state import new_team
    >>> budget(new_team("Plum", rules()), rules()) // FEN
    700000
    """
    allowed = max(rules["least_budget"], team.cash - team.debt + rules["credit_line"])
    return max(allowed, sum(team.decisions[one.name] for one in rules.channels))


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


def foreseen(
    lines: Lines, before: Forecast | None = None
) -> tuple[Forecast | None, str, tuple[Wrong, ...]]:
    """Return the forecast that counts of a page, its reason, and what cannot be used.

    Parameters
    ----------
    lines : Lines
        What stands on the page: orders, profit in yuan, and the reason.
    before : Forecast, optional
        Of the round before: what is empty or wrong stays what it was.

    Returns
    -------
    (Forecast or None, str, tuple of Wrong)
        None where a number lacks and nothing was there before.

    References
    ----------
    The tables of the game.

    Examples
    --------
    >>> foreseen(Lines({"orders": "900", "profit": "40000", "reason": "a guess"}))
    (Forecast(orders=900, profit=4000000), 'a guess', ())
    >>> foreseen(Lines({"orders": "900", "profit": "?"}), Forecast(800, 3_000_000))[0]
    Forecast(orders=900, profit=3000000)
    """
    found = {"orders": before.orders, "profit": before.profit} if before else {}
    values, wrong = lines.values, []
    if not values.get("orders") and not values.get("profit") and not lines.wrong:
        empty = _("there is no forecast yet: orders and profit are empty.")
        wrong.append(Wrong(("orders", "profit"), empty))
    else:
        for name, scale in (("orders", 1), ("profit", FEN)):
            try:
                found[name] = _foreseen(lines, name, scale)
            except CourseError as error:
                wrong.append(Wrong((name,), str(error)))
    reason = " ".join(filter(str.isprintable, values.get("reason", "").split()))
    forecast = Forecast(**found) if len(found) == 2 else None
    return forecast, reason[:_LONGEST], tuple(wrong)


def _foreseen(lines: Lines, name: str, scale: int) -> int:
    """Return a number of a forecast, or say what is wrong with it."""
    if name in lines.wrong:
        raise CourseError(lines.wrong[name])
    text = _plain(lines.values.get(name, ""))
    _refuse_groups(text, name, dots=True)
    if not _NUMBER.fullmatch(text) or Decimal(text) * scale % 1:
        message = _('{name} is "{text}". Write what you expect of the round, a number.')
        raise CourseError(message.format(name=name, text=text))
    return int(Decimal(text) * scale)


def for_round(path: Path, number: int) -> Lines:
    """Return what stands in a file that is for this round.

    Parameters
    ----------
    path : Path
        The file.
    number : int
        The round that it must be for.

    Returns
    -------
    Lines
        Text by field, and the lines that hold none.

    Raises
    ------
    CourseError
        It is for another round, or cannot be read.

    References
    ----------
    RFC 4180.
    """
    lines = _lines(path)
    given = lines.values.pop(ROUND, "")
    if given != str(number):
        message = _(
            '{file} is for round "{given}", and this is round {number}. Take the page of this '
            "round, its first line says so: {name},{number}."
        )
        told = {"file": path.name, "given": given, "number": number, "name": ROUND}
        raise CourseError(message.format(**told))
    return lines


def _lines(path: Path) -> Lines:
    """Return field and value of each line, or say why the file cannot be read."""
    found = Lines({})
    width = 0
    try:
        for row in csv.reader(_text(path).splitlines(), delimiter=_delimiter(path)):
            cells = [cell.strip() for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells[:1] == ["field"]:
                width = len(cells)
            elif cells and cells[0]:
                _put(found, cells, width)
    except csv.Error as error:
        message = _("{file} is no table of fields and values. Save it as CSV once more.")
        raise CourseError(message.format(file=path.name)) from error
    return found


def _put(found: Lines, cells: list[str], width: int) -> None:
    """Put a line among the others, or say what is wrong with it."""
    name, value, more = cells[0], ", ".join(cells[1:2]), max(0, len(cells) - width)
    if name == REASON:  # a sentence may have commas
        value = ", ".join(cells[1 : 2 + (more if width else len(cells))])
    elif (width and more) or (not width and _THOUSAND.fullmatch(",".join(cells[1:3]))):
        message = _('"{line}" has a comma too many. Write numbers such as 105.5 and 1500.')
        found.wrong[name] = message.format(line=",".join(cells))
    if name in found.values:
        message = _('"{name}" stands there twice. Leave one of the two lines.')
        found.wrong[name] = message.format(name=name)
    found.values.setdefault(name, value)


def _delimiter(path: Path) -> str:
    """Return what stands between field and value: spreadsheets of some countries write others."""
    first = _text(path).lstrip().split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _missing(path: Path) -> str:
    """Say that a file is missing, and which one looks like it, such as decisions.csv.txt."""
    others = (one.name for one in path.parent.glob(f"*{path.stem}*") if one.is_file())
    like = sorted(name for name in others if not name.startswith((".", "~")))
    message = _("{file} is missing. Lay it into the team's folder.")
    if like:
        message = _("{file} is missing. {like} is there: save it as {file}, as CSV.")
    return message.format(file=path.name, like=", ".join(like[:_FIRST]))


def _text(path: Path) -> str:
    """Return the text of a file, as spreadsheets save it: UTF-8 or the Chinese code page."""
    told = {"file": path.name}
    try:
        if path.is_symlink():  # it may lead to what another team has sealed
            message = _("{file} is a link. Lay the file itself into the team's folder.")
            raise CourseError(message.format(**told))
        if not path.is_file():
            raise CourseError(_missing(path))
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
