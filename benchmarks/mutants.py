"""Small wrong changes of the kit's code: how many of them the tests notice.

    python -m benchmarks.mutants [--seed 1] [--number 60] [--package pricing ...] [--minutes 90]

Cosmic Ray makes the changes (`make mutants` installs it). Each package gets as many mutants as are
asked for, drawn by the seed from all places that may be changed, and one of Cosmic Ray's operators
for each place. A mutant stands in a copy of the files that git knows, never in the checkout. Its
package's own tests and doctests, and the calls of its functions whose results are stored
(`tests.sweep`), run there one after the other, quick ones first, until one fails: killed. It
survives if none does. Its time is out after `LIMIT` seconds of processor time, or five times as
long on the clock; that is noticed, and counts as killed. Survivors are written to a text, each
with what was changed.

What is never changed, because no result depends on it: hints of types, decorators, `assert`,
what is raised or shown (messages, f-strings, `__repr__`), and what `EQUIVALENT` lists with a
reason. Docstrings and other texts are never changed: no operator of Cosmic Ray does that.
"""

from __future__ import annotations

import argparse
import ast
import csv
import io
import itertools
import multiprocessing
import os
import queue
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from benchmarks.first_lesson import copied

ROOT = Path(__file__).resolve().parents[1]
EQUIVALENT = Path(__file__).with_suffix(".csv")
LIMIT = 60  # seconds of processor time
FIT = 45  # of them that the tests may take when nothing is wrong: a busy machine takes longer
WIDE = ("test_bundled_tables_are_what_the_simulator_writes",)  # never left out

CALLS = [
    f"tests/test_sweep.py::test_a_{name}"
    for name in (
        "call_gives_what_it_gave",
        "call_with_one_thing_moved_gives_what_it_gave",
        "confidence_lies_between_0_and_1",
        "constant_is_what_it_was",
        "default_is_what_it_was",
        "limit_is_what_it_was",
        "table_that_comes_back_is_a_plain_one",
        "word_is_a_word",
    )
]
TESTS = {  # each package's own tests; its doctests and its part of `CALLS` come on top
    "organisation": ["test_organisation"],
    "decisions": ["test_decisions"],
    "journey": ["test_journey"],
    "operations": ["test_operations"],
    "service_desk": ["test_service_desk"],
    "competitors": [
        *("test_competitors", "test_competitors_web", "test_competitors_hostile"),
        "test_strangers",
    ],
    "pricing": ["test_pricing"],
    "strategies": ["test_strategies"],
    "experiments": ["test_experiments", "test_pricing"],
    "kpi": ["test_kpi", "test_kpi_costs", "test_kpi_engines"],
    "campaigns": ["test_campaigns"],
    "funnel": ["test_funnel"],
    "media": ["test_media"],
    "partners": ["test_partners"],
    "delivery": ["test_delivery"],
    "buyout": ["test_buyout"],
    "systems": ["test_systems"],
    "outages": ["test_outages"],
    "capacity": ["test_capacity"],
    "quality": ["test_quality"],
    "privacy": ["test_privacy"],
    "overview": ["test_overview"],
    "diagnosis": ["test_diagnosis"],
    "game": ["test_game", "test_game_files", "test_game_report", "test_game_cli"],
    "shop": [
        *("test_shop", "test_shop_luck", "test_shop_market", "test_own_tables"),
        *("test_foreign", "test_competitors_web", "test_doors"),
        *("test_shop_partnerships", "test_shop_it"),
    ],
    "inputs": ["test_inputs", "test_inputs_whole", "test_own_tables"],
    "own": ["test_own_bites", "test_own_whole", "test_own_guesses", "test_own_tables", "test_own"],
}

# Replacing + by << mostly ends in a TypeError that any test notices. These are slips of people.
OPERATORS = [
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("FloorDiv_Div", "Mod_FloorDiv", "Pow_Mul")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("BitAnd_BitOr", "BitOr_BitAnd")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Lt_GtE", "LtE_Gt", "Gt_LtE", "GtE_Lt")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Eq_NotEq", "NotEq_Eq")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Is_IsNot", "IsNot_Is")),
    *(f"ReplaceUnaryOperator_Delete_{sign}" for sign in ("USub", "Not", "Invert")),
    *("ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd"),
    *("AddNot", "NumberReplacer", "ReplaceBreakWithContinue", "ReplaceContinueWithBreak"),
    *("ExceptionReplacer", "ZeroIterationForLoop"),
]
NO_MATTER = {"strict", "stacklevel", "maxsize"}  # keywords that change no result of right code
HEAVY = [  # imported once, in the process from which those of the mutants are forked
    *("bs4", "duckdb", "ipywidgets", "matplotlib.pyplot", "narwhals.stable.v2", "networkx"),
    *("polars", "pyarrow", "scipy.optimize", "scipy.stats", "seaborn", "simpy"),
    *("sklearn.feature_extraction.text", "statsmodels.api", "urllib3"),
]
Place = tuple[int, int]


@dataclass(frozen=True)
class Mutant:
    """One change of one file, and how the tests took it."""

    package: str
    file: str
    code: str
    line: int
    was: str
    now: str
    outcome: str = "not run"
    seconds: float = 0.0

    def told(self) -> str:
        """Return where it stands and what was changed."""
        return f"{self.file}:{self.line}\n-    {self.was}\n+    {self.now}\n"


# --- drawing ---------------------------------------------------------------------------


def drawn(package: str, seed: int, number: int) -> list[Mutant]:
    """Return the mutants of a package that the seed draws, each at a place of its own."""
    luck = random.Random(f"{seed} {package}")
    left = list(places(package))
    luck.shuffle(left)
    made = (mutant(package, *place, luck) for place in left)
    return list(itertools.islice((one for one in made if one is not None), number))


def places(package: str) -> Iterator[tuple[Path, list[tuple[Any, int]], int]]:
    """Yield each place that may be changed: file, operators with their occurrence, line."""
    from cosmic_ray.ast import ast_nodes, get_ast

    for path in sorted((ROOT / "ecokit" / package).rglob("*.py")):
        code = path.read_text(encoding="utf-8")
        nodes = list(ast_nodes(get_ast(code)))
        out = list(left_out(ast.parse(code)))
        stars = {node.start_pos for node in nodes if is_star(node)}
        here: dict[Place, list[tuple[Any, int]]] = {}
        for operator in operators():
            found = (start for node in nodes for start, _end in operator.mutation_positions(node))
            for occurrence, start in enumerate(found):
                here.setdefault(start, []).append((operator, occurrence))
        for place, ways in sorted(here.items(), key=lambda item: item[0]):
            if place not in stars and not any(first <= place < last for first, last in out):
                yield path, ways, place[0]


def is_star(node: Any) -> bool:
    """Whether this is the * after which a function takes keywords; it multiplies nothing."""
    return node.type == "operator" and node.parent.type in ("parameters", "lambdef")


@cache
def operators() -> list[Any]:
    """Return the operators of Cosmic Ray that are used."""
    from cosmic_ray.plugins import get_operator

    return [get_operator(f"core/{name}")() for name in OPERATORS]


def left_out(tree: ast.AST) -> Iterator[tuple[Place, Place]]:
    """Yield where the parts begin and end on which no result depends."""
    for node in ast.walk(tree):
        parts: list[Any] = []
        match node:
            case ast.FunctionDef(name="__repr__") | ast.Raise() | ast.Assert() | ast.JoinedStr():
                parts = [node]
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                parts = [*node.decorator_list, node.returns]
            case ast.ClassDef():
                parts = [*node.decorator_list]
            case ast.arg() | ast.AnnAssign():
                parts = [node.annotation]
            case ast.Call(func=ast.Name(id="_" | "_n" | "cast" | "isinstance" | "TypeVar")):
                parts = [node]
            case ast.Call(func=ast.Attribute(attr="format")):
                parts = [node]
            case ast.keyword(arg=str(name)) if name in NO_MATTER:
                parts = [node]
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                parts = [node]
            case ast.Module():  # names of types: Price = int | float
                parts = [
                    one
                    for one in node.body
                    if isinstance(one, ast.Assign)
                    and isinstance(one.value, ast.BinOp)
                    and isinstance(one.value.op, ast.BitOr)
                ]
        for part in filter(None, parts):
            yield (part.lineno, part.col_offset), (part.end_lineno, part.end_col_offset)


def mutant(
    package: str, path: Path, ways: list[tuple[Any, int]], line: int, luck: random.Random
) -> Mutant | None:
    """Return what one operator makes of a place, None where that is nothing new."""
    from cosmic_ray.mutating import mutate_code

    operator, occurrence = luck.choice(ways)
    code = path.read_text(encoding="utf-8")
    try:
        changed = mutate_code(code, operator, occurrence)
        if ast.dump(ast.parse(changed)) == ast.dump(ast.parse(code)):
            return None
    except (SyntaxError, AttributeError):  # a place that the tool takes for another
        return None
    both = zip(code.splitlines(), changed.splitlines(), strict=False)
    was, now = next((old.strip(), new.strip()) for old, new in both if old != new)
    file = path.relative_to(ROOT).as_posix()
    made = Mutant(package, file, changed, line, was, now)
    return None if (file, was, now) in equivalent() else made


@cache
def equivalent() -> set[tuple[str, str, str]]:
    """Return the changes that change no result."""
    with EQUIVALENT.open(encoding="utf-8", newline="") as file:
        return {(row["file"], row["was"], row["now"]) for row in csv.DictReader(file)}


# --- running ---------------------------------------------------------------------------


class Order:
    """Leaves the calls of other packages out, and lets quick tests go first, file by file.

    Once it has seen what each test takes, it leaves out the longest, as many as do not fit into
    `FIT` together: a mutant that survives would run them all. `WIDE` ones come first.
    """

    def __init__(self, package: str, seconds: dict[str, float]) -> None:
        self.package, self.seconds = package, seconds

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Choose and sort tests; those of a file stay together: they share what they set up."""
        others = tuple(f"[{name}." for name in TESTS if name != self.package)
        own = [one for one in items if not any(name in one.nodeid for name in others)]
        own.sort(key=lambda one: (one.name not in WIDE, self.seconds.get(one.nodeid, 0)))
        sums = itertools.accumulate(self.seconds.get(one.nodeid, 0) for one in own)
        items[:] = [one for one, taken in zip(own, sums, strict=True) if taken <= FIT]
        files: dict[Path, float] = {}
        for item in items:
            files[item.path] = files.get(item.path, 0) + self.seconds.get(item.nodeid, 0)
        items.sort(key=lambda one: files[one.path])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: Any) -> Generator[None, object, object]:
        """Note how much processor time a test takes."""
        begun = time.process_time()
        result = yield
        self.seconds[item.nodeid] = time.process_time() - begun
        return result


def run_tests(folder: str, package: str, limit: int, seconds: dict[str, float], told: Any) -> None:
    """Run a package's own tests in a folder, in a process of their own, and tell how it ended."""
    import resource  # as forking, not on Windows

    os.setsid()
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
    os.chdir(folder)
    os.environ["PYTHONPATH"] = folder
    sys.dont_write_bytecode = True
    sys.path.insert(0, folder)
    for name in [name for name in sys.modules if name.split(".")[0] in ("benchmarks", "tests")]:
        del sys.modules[name]
    files = [f"tests/{name}.py" for name in TESTS[package]] + CALLS
    words = ["-q", "-x", "-p", "no:cacheprovider", "--hypothesis-profile", "mutants"]
    order = Order(package, dict(seconds))
    with redirect_stdout(io.StringIO()) as said, redirect_stderr(said):
        # neither the book nor a cluster is there in time
        arguments = [*words, "-m", "not pages", "-k", "not pyspark", *files, f"ecokit/{package}"]
        code = pytest.main(arguments, plugins=[order])
    told.send((int(code), said.getvalue()[-3000:], order.seconds))
    told.close()
    os._exit(0)


def tried(
    folder: Path, package: str, seconds: dict[str, float], limit: int = LIMIT
) -> tuple[Any, ...]:
    """Return pytest's code (None: time is out, or the process died), what it said, and times."""
    context = multiprocessing.get_context("forkserver")
    hears, tells = context.Pipe(duplex=False)
    child = context.Process(target=run_tests, args=(str(folder), package, limit, seconds, tells))
    child.start()
    tells.close()
    try:
        return hears.recv() if hears.poll(5 * limit) else (None, "", {})
    except EOFError:
        return None, "", {}
    finally:
        try:
            os.killpg(child.pid or 0, signal.SIGKILL)
        except ProcessLookupError:
            child.kill()
        child.join()


def outcome(folders: queue.Queue[Path], one: Mutant, seconds: dict[str, float]) -> Mutant:
    """Put a mutant into a copy that nobody uses, run the tests, and put the code back."""
    folder = folders.get()
    file = folder / one.file
    right = file.read_bytes()
    try:
        file.write_text(one.code, encoding="utf-8")
        code, _said, _seconds = tried(folder, one.package, seconds)
    finally:
        file.write_bytes(right)
        folders.put(folder)
    words = {None: "timed out", 0: "survived"}
    return replace(one, outcome=words.get(code, "killed"))


def unchanged(folders: queue.Queue[Path], package: str) -> dict[str, float]:
    """Return how long each test of the unchanged code takes, nothing where one fails."""
    folder = folders.get()
    begun = time.perf_counter()
    code, said, seconds = tried(folder, package, {}, 5 * LIMIT)
    folders.put(folder)
    if code != 0:
        print(f"{said}\nLEFT OUT: the tests of {package} do not pass", flush=True)
        return {}
    took = time.perf_counter() - begun
    sums = list(itertools.accumulate(sorted(seconds.values())))
    fit = sum(one <= FIT for one in sums)
    print(
        f"{package}: {len(seconds)} tests took {sums[-1]:.0f} s of processor time, {took:.0f} s on "
        f"the clock; {fit} of them are run",
        flush=True,
    )
    return seconds


def main() -> None:
    """Draw, run and tell."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--number", type=int, default=60, help="mutants of each package")
    asked.add_argument("--package", nargs="*", choices=TESTS, default=[], help="all by default")
    asked.add_argument("--minutes", type=float, default=90, help="no mutant is begun after them")
    asked.add_argument("--processes", type=int, default=os.cpu_count())
    given = asked.parse_args()
    last = time.perf_counter() + 60 * given.minutes
    packages = given.package or list(TESTS)
    multiprocessing.get_context("forkserver").set_forkserver_preload(HEAVY)
    with tempfile.TemporaryDirectory() as work, ThreadPoolExecutor(given.processes) as pool:
        folders: queue.Queue[Path] = queue.Queue()
        for number in range(given.processes):
            folders.put(copied(Path(work) / str(number)))
        seconds = dict(zip(packages, pool.map(partial(unchanged, folders), packages), strict=True))
        packages = [package for package in packages if seconds[package]]
        each = [drawn(package, given.seed, given.number) for package in packages]
        # in turns, so that each package has as many where the time does not suffice for all
        turns = [one for turn in itertools.zip_longest(*each) for one in turn if one]

        def run(one: Mutant) -> Mutant:
            begun = time.perf_counter()
            if begun > last:
                return one
            ended = outcome(folders, one, seconds[one.package])
            took = time.perf_counter() - begun
            print(f"{took:5.0f} s  {ended.outcome:9}  {one.told()}", end="", flush=True)
            return replace(ended, seconds=took)

        done = [one for one in pool.map(run, turns) if one.outcome != "not run"]
    table(done, packages)
    lived = "\n".join(one.told() for one in done if one.outcome == "survived")
    survivors = ROOT / "_build" / f"mutants-{given.seed}.txt"
    survivors.parent.mkdir(exist_ok=True)
    survivors.write_text(lived, encoding="utf-8")
    print(f"\nSurvivors: {survivors}. Of {len(turns)} drawn mutants {len(done)} were run.")


def table(done: list[Mutant], packages: list[str]) -> None:
    """Print a line for each package: how many were noticed, with Wilson's interval of 95 %."""
    from statsmodels.stats.proportion import proportion_confint

    print("\n| package | mutants | killed | survived | timed out | noticed | 95 % | seconds |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for package in [*packages, "all"]:
        those = [one for one in done if package in (one.package, "all")]
        ended = Counter(one.outcome for one in those)
        noticed = ended["killed"] + ended["timed out"]
        low, high = proportion_confint(noticed, len(those), method="wilson") if those else (0, 1)
        print(
            f"| {package} | {len(those)} | {ended['killed']} | {ended['survived']} "
            f"| {ended['timed out']} | {noticed / max(len(those), 1):.0%} "
            f"| {low:.0%} to {high:.0%} | {sum(one.seconds for one in those):.0f} |"
        )


if __name__ == "__main__":
    main()
