"""Whether the game is won easily: who wins against whom, over many companies.

    python -m benchmarks.game [--seeds 200] [--first 0] [--table wins,one,early]

Fields: *mixed*, the ten players of `bots.ten`, six of them drawn for each seed; *sensible*, six
who follow the course's advice with leanings of their own; *one in six*, five of those and one
other. A win is the highest score. Every table states its seeds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import fmean, median, stdev

from ecokit.game import bots
from ecokit.game.advice import Advice
from ecokit.game.draws import Luck
from ecokit.game.ending import Forecast
from ecokit.game.fixed import PPM
from ecokit.game.play import FORMATS, Format, Played, Player, View, play
from ecokit.game.rulebook import rules


def game(players: Sequence[Player], seed: int, form: Format) -> Played:
    """Play one game."""
    return play(players, Luck.of_seed(seed), rules(), form)


def drawn(seed: int) -> list[Player]:
    """Return six of the ten, by lot."""
    luck, left = Luck.of_seed(seed), bots.ten(seed)
    found: list[Player] = []
    while len(found) < 6:
        found.append(left.pop(luck.between(0, len(left) - 1, "six", len(found))))
    return found


def against(one: Player, seed: int) -> list[Player]:
    """Return a field of advice in which one place is another's."""
    return [one, *bots.sensible(seed)[1:]]


def points(played: Played) -> list[int]:
    """Return the points of each seat."""
    return [score.points for score in played.scores]


def total(played: Played, seat: int = 0) -> int:
    """Return a team's profit with what is left over, fen."""
    return played.scores[seat].profit + played.scores[seat].left


def ranks(numbers: Sequence[int]) -> list[int]:
    """Return ranks, 1 for the highest."""
    order = sorted(range(len(numbers)), key=lambda seat: -numbers[seat])
    found = [0] * len(numbers)
    for rank, seat in enumerate(order, start=1):
        found[seat] = rank
    return found


def wins(seeds: Iterable[int], form: Format) -> None:
    """Who wins among six of the ten, of the games that each plays, and among all ten."""
    seeds = list(seeds)
    for title, field in (("six of the ten", drawn), ("all ten", bots.ten)):
        played: dict[str, list[tuple[int, int, int]]] = {}
        for seed in seeds:
            players = field(seed)
            done = game(players, seed, form)
            place = ranks(points(done))
            for seat, player in enumerate(players):
                entry = (place[seat], total(done, seat), done.scores[seat].points)
                played.setdefault(player.name, []).append(entry)
        print(f"\n{title}: wins of games, mean rank, mean profit (thousand yuan), points")
        for name, rows in sorted(played.items(), key=lambda item: fmean(r[0] for r in item[1])):
            won = fmean(rank == 1 for rank, _p, _s in rows)
            print(
                f"  {name:12} {won:6.1%} of {len(rows):3}  {fmean(r[0] for r in rows):5.2f}"
                f"  {fmean(r[1] for r in rows) / 1e5:8.0f}  {fmean(r[2] for r in rows) / PPM:6.1f}"
            )


def one_in_six(seeds: Iterable[int], form: Format) -> None:
    """Each of the ten against five who follow the advice."""
    seeds = list(seeds)
    print("\none against five of advice: wins, below the median, below the advice, mean profit")
    for number, one in enumerate(bots.ten()):
        placed, under, earned = [], [], []
        for seed in seeds:
            done = game(against(bots.ten(seed)[number], seed), seed, form)
            placed.append(ranks(points(done))[0])
            under.append(points(done)[0] < median(points(done)[1:]))
            earned.append(total(done))
        won, low = fmean(p == 1 for p in placed), fmean(p > 3 for p in placed)
        print(
            f"  {one.name:12} {won:6.1%}  {low:6.1%}  {fmean(under):6.1%}"
            f"  {fmean(earned) / 1e5:8.0f}  rank {fmean(placed):.2f}"
        )


def early(seeds: Iterable[int], form: Format) -> None:
    """How often the leader after four weeks wins."""
    seeds = list(seeds)
    for title, field in (("mixed", drawn), ("sensible", bots.sensible)):
        found = []
        for seed in seeds:
            done = game(field(seed), seed, form)
            found.append(ranks(points(done))[done.leaders[3]] == 1)
        print(f"\n{title}: the leader after four weeks wins {fmean(found):.1%} of {len(found)}")


def kinds(seeds: Iterable[int], form: Format) -> None:
    """Value of each kind of decision: the advice without it, same seeds, same rivals."""
    seeds = list(seeds)
    whole = [total(game(against(Advice(), seed), seed, form)) for seed in seeds]
    print(
        f"\nthe advice earns {fmean(whole) / 1e5:,.0f} thousand; without a kind it loses, of that"
    )
    for kind in Advice().kinds:
        less = replace(Advice(), kinds=tuple(k for k in Advice().kinds if k != kind))
        lost = [
            w - total(game(against(less, seed), seed, form))
            for w, seed in zip(whole, seeds, strict=True)
        ]
        half = 1.96 * stdev(lost) / len(lost) ** 0.5
        share, low = fmean(lost) / fmean(whole), (fmean(lost) - half) / fmean(whole)
        print(f"  {kind:10} {share:7.1%}  from {low:7.1%}")


def order(seeds: Iterable[int], form: Format) -> None:
    """Mean rank correlation of the ten between pairs of seeds."""
    found = [ranks(points(game(bots.ten(), seed, form))) for seed in seeds]
    n, pairs = len(found[0]), []
    for number, first in enumerate(found):
        for other in found[:number]:
            apart = sum((a - b) ** 2 for a, b in zip(first, other, strict=True))
            pairs.append(1 - 6 * apart / (n * (n * n - 1)))
    print(f"\nrank correlation of the ten across seeds: {fmean(pairs):.2f} ({len(pairs)} pairs)")


@dataclass(frozen=True)
class Tail:
    """The advice, until its last two weeks: then amounts are multiplied."""

    name: str
    factors: dict[str, int]

    def decide(self, view: View) -> tuple[bots.Changes, Forecast | None]:
        """Return the advice, or what is made of it at the end."""
        changes, forecast = Advice().decide(view)
        if view.week > view.form.total - 2:
            for name, factor in self.factors.items():
                changes[name] = int(changes[name]) * factor // PPM
        return changes, forecast


def tail(number: int) -> Tail:
    """Return a random end of a game."""
    luck = Luck.of_seed(number)
    names = ("price_handsets", "price_audio", "price_home", "search", "social", "cover", "seats")
    factors = {}
    for name in names:
        if luck.uniform("moves", 0, name) < PPM // 2:
            low, high = (950_000, 1_200_000) if name.startswith("price") else (0, 1_500_000)
            factors[name] = luck.between(low, high, "factor", 0, name)
    return Tail(f"tail {number}", factors)


def near(number: int) -> bots.Constant:
    """Return a random constant policy: half of them anything, half near the advice's choices."""
    changes = bots.anything(number, rules())
    if number % 2:
        luck = Luck.of_seed(-number)
        changes |= dict(Advice().choices)
        for name in ("price_handsets", "price_audio", "price_home"):
            changes[name] = luck.between(940_000, 1_100_000, "price", 0, name)
        changes["cover"] = luck.between(2_500_000, 4_500_000, "cover", 0)
        changes["seats"] = luck.between(4, 8, "seats", 0)
    return bots.Constant(f"constant {number}", changes)


def exploits(seeds: Iterable[int], form: Format, policies: int = 2000) -> None:
    """Random policies: those that win races on few seeds, on seeds that they never saw."""
    held = list(seeds)
    kinds_of: tuple[tuple[str, Callable[[int], Player], int], ...]
    kinds_of = (("constant", near, policies), ("end", tail, policies // 4))
    for title, made, names in kinds_of:
        left: list[Player] = [made(number) for number in range(1, names + 1)]
        for keep, found in ((names // 10, [-1]), (12, [-2, -3, -4]), (3, list(range(-16, -4)))):
            scores = {
                one.name: fmean(total(game(against(one, s), s, form)) for s in found)
                for one in left
            }
            left = sorted(left, key=lambda one: -scores[one.name])[:keep]
        whole = [game(against(Advice(), seed), seed, form) for seed in held]
        print(f"\nthe best of {names} of kind {title}, on {len(held)} other seeds, over the advice")
        for one in left:
            own = [game(against(one, seed), seed, form) for seed in held]
            more = fmean(map(total, own)) / fmean(map(total, whole)) - 1
            points_more = fmean(o.scores[0].points for o in own) / PPM
            points_more -= fmean(o.scores[0].points for o in whole) / PPM
            print(f"  {more:+.1%} profit, {points_more:+.1f} points: {one}")


Table = Callable[[Iterable[int], Format], None]
TABLES: dict[str, Table] = {
    "wins": wins,
    "one": one_in_six,
    "early": early,
    "kinds": kinds,
    "ranks": order,
    "exploits": exploits,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--format", choices=sorted(FORMATS), default="weeks")
    parser.add_argument("--table", default=",".join(TABLES))
    parser.add_argument("--policies", type=int, default=2000)
    given = parser.parse_args()
    seeds, form = range(given.first, given.first + given.seeds), FORMATS[given.format]
    start = time.process_time()
    game(bots.sensible(), 0, form)
    spent = time.process_time() - start
    print(f"seeds {seeds.start} to {seeds.stop - 1}, format {form.name}")
    print(f"a week of six teams: {spent / 16 * 1000:.1f} ms")
    tables: dict[str, Table] = {**TABLES, "exploits": partial(exploits, policies=given.policies)}
    for name in given.table.split(","):
        tables[name](seeds, form)


if __name__ == "__main__":
    main()
