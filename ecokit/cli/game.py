"""The commands of the game: new, play, advance, report. They only ask, call and tell."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from ecokit.errors import CourseError
from ecokit.game import advance, alone, debrief, files, handout, markets, outlook, report
from ecokit.game.draws import Luck
from ecokit.game.fixed import PPM
from ecokit.game.rulebook import FEN, rules
from ecokit.messages import _, yuan

ALONE = "You"
RIVALS = 5  # of one who plays alone


def new(
    folder: Path,
    teams: Sequence[str],
    form: str,
    seed: int | None,
    practice: bool,
    trainer: Path | None = None,
) -> None:
    """Lay a new game and say who gets what."""
    key = Luck.of_seed(seed).key if seed is not None else secrets.token_bytes(32)
    apart = trainer if trainer is not None else _beside(folder)
    places = markets.new(folder, teams, form, key, practice, apart)
    for place in places:
        handout.write(place, advance.following(advance.load(place), None), _with_font)
        names = ", ".join(advance.load(place).teams)
        print(_("{place}: {names}").format(place=place, names=names))
        rivals = alone.rivals_of(place)
        if rivals:
            told = _("The computer runs {names}, since a market has at least {least} teams.")
            print(told.format(names=", ".join(rivals), least=alone.LEAST_TEAMS))
    hashed = advance.load(places[0]).key_hash
    for line in _who_gets_what():
        print(line.format(folder=folder, trainer=apart, hash=hashed))


def _beside(folder: Path) -> Path:
    """Return a folder beside that of a game, for what only the trainer may see."""
    name = f"{folder.resolve().name}-trainer"
    return folder.parent / name if folder.name else folder.resolve().with_name(name)


def _who_gets_what() -> list[str]:
    return [
        _("Yours alone: {trainer}. It holds the key to all luck, and every team's decisions."),
        _(
            "If teams can read that folder, move it where they cannot, and write the new place "
            "into trainer.txt in {folder}. On a shared drive let each team open no folder of "
            "another team."
        ),
        _("Hash of the key, to be shown to all: {hash}"),
        _(
            "Each team gets game.json and rounds of its market, and its own folder in teams. "
            "There handout.html says what each field means; decisions.csv and forecast.csv are to "
            "be filled in. A team tries its files: ecokit game look ITS-FOLDER"
        ),
        _(
            "What is wrong in all files: ecokit game advance {folder} --look. Then play the round: "
            "ecokit game advance {folder}"
        ),
    ]


def look(folder: Path) -> None:
    """Say what would count of the files of a team, or of all teams, and change nothing."""
    if (folder / files.COMPANY).exists():
        number, team, *_rest = files.company(folder)
        print(_("{team}, {round}:").format(team=team.name, round=report.round_name(number)))
        for sentence in handout.tried(folder):
            print(f"  {sentence}")
        print(_("Nothing was played. You can change the files until the round is played."))
        return
    for place in markets.folders(folder):
        _look_at_all(place)


def _look_at_all(place: Path) -> None:
    """Say what is wrong in the files of a market's teams."""
    game = advance.load(place)
    if _has_ended(place):
        message = _("The game has ended: all {n} rounds were played.")
        raise CourseError(message.format(n=game.format.rounds))
    number = advance.following(game, advance.last(place))
    before = advance.forecasts_before(place, game, number)
    for seat, team in enumerate(advance.state_before(place, number).teams):
        if team.name in alone.rivals_of(place):
            continue
        own = place / advance.TEAMS / team.name
        found = files.filed(own, number, team, rules(), before[seat])
        for note in found.notes or (_("both files can be used."),):
            print(_("{team}: {note}").format(team=team.name, note=note))


def go_on(folder: Path, only: int | None, *, reports: bool) -> None:
    """Play the next round in each market and say how it went."""
    places = markets.folders(folder)
    done = [advance.last(place) for place in places]
    last = max((one for one in done if one is not None), default=None)
    if only is None and last is not None:
        whole = all(one == last for one in done)
        if not whole or not all(advance.is_published(place, last) for place in places):
            only = last  # it was interrupted: all markets finish that round first
    for place in places:
        number = _advance(place, only, reports=reports)
        _tell(place, number)
        if reports:
            page = Path(advance.RESULTS) / advance.called(number) / report.REPORT
            told = _("Each team's report, in its folder in {teams}: {page}")
            print(told.format(teams=place / advance.TEAMS, page=page))
    if all(_has_ended(place) for place in places):
        close(folder)


def _advance(
    place: Path, only: int | None, *, reports: bool, teams: Sequence[str] | None = None
) -> int:
    alone.file_rivals(place)

    def also(folder: Path, number: int) -> None:
        game = advance.load(folder)
        people = [name for name in game.teams if name not in alone.rivals_of(folder)]
        try:
            if number < game.format.rounds:
                handout.write(folder, number + 1, _with_font)
            if reports:
                report.write(folder, number, _pictures, teams or people, _with_font)
        except (CourseError, OSError) as error:  # the round stands; reports can be written again
            message = _("The reports lack: {error} Write them again: ecokit game report {folder}")
            print(message.format(error=error, folder=folder))

    return advance.advance(place, also, only)


def _has_ended(place: Path) -> bool:
    return advance.played(place) == advance.load(place).format.rounds


def _tell(place: Path, number: int) -> None:
    """Say who has earned what, and what was wrong in the files."""
    game, record = advance.load(place), advance.record_of(place, number)
    title = _("Played: {round}.").format(round=report.round_name(number))
    print(f"{place.name}: {title}" if (place.parent / markets.MARKETS).exists() else title)
    for seat, team in enumerate(game.teams):
        own = [week[seat] for week in record["weeks"]]
        profit = sum(sum(one["account"].values()) for one in own)
        orders = sum(sum(one["sold"]) for one in own)
        line = _("  {team}: profit {profit}, {orders:,} orders")
        print(line.format(team=team, profit=yuan(profit / FEN), orders=orders))
        for note in record["filed"][seat]["notes"]:
            print(f"    {note}")
    new = [one.title for one in rules().fields.values() if one.unlocks == number + 1 > 1]
    if number < game.format.rounds and new:
        told = _("Next round the teams decide this, too: {names}.")
        print(told.format(names=", ".join(new)))


def tell(folder: Path, team: str | None, number: int | None) -> None:
    """Write reports again, and the debrief of a game that has ended."""
    places = markets.folders(folder)
    known = [name for place in places for name in advance.load(place).teams]
    if team is not None and team not in known:
        message = _('There is no team "{team}". Teams are {names}.')
        raise CourseError(message.format(team=team, names=", ".join(known)))
    for place in places:
        game, last = advance.load(place), advance.last(place)
        if team is not None and team not in game.teams:
            continue
        if last is None:
            raise CourseError(_("No round was played yet. Play one: ecokit game advance."))
        wanted = last if number is None else number
        if not (advance.PRACTICE if game.practice else 1) <= wanted <= last:
            message = _("Round {wanted} was not played. Rounds go to {last}.")
            raise CourseError(message.format(wanted=wanted, last=last))
        people = [name for name in game.teams if name not in alone.rivals_of(place)]
        for page in report.write(place, wanted, _pictures, [team] if team else people, _with_font):
            print(_("wrote {page}").format(page=page))
    if team is None and all(_has_ended(place) for place in places):
        close(folder)


def close(folder: Path) -> None:
    """Write the debrief of each market, and compare the markets."""
    places = markets.folders(folder)

    def more(_found: debrief.Debrief) -> list[str]:
        return _compared(markets.compared(folder)) if len(places) > 1 else []

    for place in places:
        page = debrief.write(place, _debrief_pictures, more, _with_font)
        print(_("The debrief: {page}").format(page=page))
    for one in markets.compared(folder):
        line = _("  {rank}. {team}: {points:.1f} points, {profit} with what is left over")
        if len(places) > 1:
            line = _(
                "  {rank}. in its market: {team}, {points:.1f} points, {profit} with what is left "
                "over"
            )
        told = {"rank": one.rank, "team": one.team, "points": one.points / PPM}
        print(line.format(profit=yuan(one.profit / FEN), **told))


def _money(one: markets.Place) -> list[str]:
    return [yuan(one.profit / FEN), report.signed(one.over)]


def _compared(places: Sequence[markets.Place]) -> list[str]:
    rows = [
        [one.team, one.market, one.rank, f"{one.points / PPM:.1f}", *_money(one)] for one in places
    ]
    header = [_("Team"), _("market"), _("rank in it"), _("points"), _("profit")]
    note = _(
        "All markets had the same luck. The reference is what the course's advice earns alone with "
        "the outside shop."
    )
    return [
        report.heading(_("All markets")),
        report.table([*header, _("over the reference")], rows, [2, 3, 4, 5]),
        report.words(note, "quiet"),
    ]


# --- alone -----------------------------------------------------------------------------------


def play(folder: Path, words: Sequence[str], form: str, seed: int | None) -> None:
    """Play one round alone against rivals; the first call lays the game and plays nothing."""
    if not (folder / advance.GAME).exists():
        key = Luck.of_seed(seed).key if seed is not None else secrets.token_bytes(32)
        alone.new(folder, [ALONE], form, key, practice=False, least=RIVALS + 1)
        handout.write(folder, 1, _with_font)
        if not words:
            print(_begin(folder))
            return
    game = advance.load(folder)
    if ALONE not in game.teams or not alone.rivals_of(folder):
        message = _("{folder} holds the game of a room. Go on with ecokit game advance.")
        raise CourseError(message.format(folder=folder))
    done = advance.last(folder)
    if done is None or advance.is_published(folder, done):
        if done == game.format.rounds:
            raise CourseError(_("The game has ended: all {n} rounds were played.").format(n=done))
        alone.decide(folder, ALONE, words)
        _refuse_wrong(folder, game, done)
    number = _advance(folder, None, reports=True, teams=[ALONE])
    _tell(folder, number)
    place = folder / advance.TEAMS / ALONE / advance.RESULTS / advance.called(number)
    print(_("Your report: {page}").format(page=place / report.REPORT))
    if _has_ended(folder):
        close(folder)


def _refuse_wrong(folder: Path, game: advance.Game, done: int | None) -> None:
    """Refuse a page of decisions that cannot be used: nobody else waits for this round."""
    number = advance.following(game, done)
    place = folder / advance.TEAMS / ALONE
    if (place / files.DECISIONS).exists():
        team = advance.state_before(folder, number).teams[game.teams.index(ALONE)]
        files.decided(place / files.DECISIONS, number, team, rules())


def _begin(folder: Path) -> str:
    place = folder / advance.TEAMS / ALONE
    names = ", ".join(one.name for one in rules().fields.values() if one.unlocks == 1)
    base = outlook.base(1, advance.load(folder).format, None)
    return _(
        "Your company waits in {place}. In round 1 you decide {names}: {page} there says what each "
        "means. Change {file}, or say it here: ecokit game play {folder} search=6000 orders=450 "
        "profit=20000. A company left as it came takes about {orders} orders and earns about "
        "{profit} in a usual market."
    ).format(
        place=place,
        names=names,
        page=handout.HANDOUT,
        file=files.DECISIONS,
        folder=folder,
        orders=f"{base.orders:,}",
        profit=yuan(base.profit / FEN),
    )


# --- pictures ----------------------------------------------------------------------------------


def _pictures(found: report.Report) -> Mapping[str, bytes]:
    from ecokit.plots import game, theme

    return {"bridge": theme.png(game.bridge(found.steps()))}


def _with_font(page: str) -> str:
    """Return a page with the Chinese characters that it shows, for machines that lack them."""
    from ecokit.own.face import face

    return page.replace("</head>", f"{face(page)}\n</head>", 1)


def _debrief_pictures(found: debrief.Debrief) -> Mapping[str, bytes]:
    from ecokit.plots import game, theme

    return {
        "standings": theme.png(game.standings(found.standings())),
        "drivers": theme.png(game.drivers(found.drivers_table())),
    }
