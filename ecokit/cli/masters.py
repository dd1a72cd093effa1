"""Execute the master notebooks and store them so that a second run stores the same bytes."""

from __future__ import annotations

import asyncio
import copy
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ecokit.cli import copies
from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.shop.company import BUNDLED, VARIABLE

WIDGET = "application/vnd.jupyter.widget-view+json"
IGNORE = "nbval-ignore-output"


def store(folder: Path, names: Iterable[str] = ()) -> list[str]:
    """Execute masters side by side and store each one normalised.

    Parameters
    ----------
    folder
        The folder of masters.
    names
        Paths below `folder`, such as ``architecture/kpi.ipynb``; all masters when empty.

    Returns
    -------
    list of str
        The masters whose file changed.

    Raises
    ------
    CourseError
        A tag is wrong, a name is unknown or a cell failed; nothing of that master is stored.
    """
    found = copies.masters(folder)
    unknown = sorted(set(names) - set(found))
    if unknown:
        raise CourseError(
            _("There is no notebook {name} in {folder}.").format(name=unknown[0], folder=folder)
        )
    chosen = {name: nb for name, nb in found.items() if not names or name in set(names)}
    os.environ["ECOKIT_PROGRESS"] = "off"  # a master that runs is nobody's work
    os.environ[VARIABLE] = str(BUNDLED)  # wherever the checkout lies
    contents = asyncio.run(_run_all(chosen, folder))
    return [
        name
        for name, content in zip(chosen, contents, strict=True)
        if _store(folder / name, content)
    ]


async def _run_all(chosen: Mapping[str, NotebookNode], folder: Path) -> list[bytes]:
    cores = asyncio.Semaphore(os.cpu_count() or 1)

    async def run(name: str, nb: NotebookNode) -> bytes:
        async with cores:
            copies.check(nb, name)
            await _execute(nb, (folder / name).parent, name)
            return copies.to_bytes(normalise(nb))

    return await asyncio.gather(*(run(name, nb) for name, nb in chosen.items()))


def _store(path: Path, content: bytes) -> bool:
    if path.read_bytes() == content:
        return False
    copies.write(path, content)
    return True


def execute(nb: NotebookNode, folder: Path, name: str = "notebook") -> None:
    """Run a notebook in place with `folder` as its working directory.

    Raises
    ------
    CourseError
        A cell failed: the notebook, the cell and the last line of the error.
    """
    asyncio.run(_execute(nb, folder, name))


async def _execute(nb: NotebookNode, folder: Path, name: str) -> None:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    try:
        await NotebookClient(
            nb,
            kernel_name="python3",
            timeout=120,
            record_timing=False,
            coalesce_streams=True,
            store_widget_state=False,
            resources={"metadata": {"path": str(folder)}},
        ).async_execute(stderr=subprocess.DEVNULL)  # the kernel greets there
    except CellExecutionError as error:
        cell = next(cell for cell in nb.cells if _failed(cell))
        raise CourseError(
            _("{name}, cell {id} failed with {error}: {value}").format(
                name=name, id=cell.id, error=error.ename, value=error.evalue
            )
        ) from None


def _failed(cell: NotebookNode) -> bool:
    return "raises-exception" not in copies.tags(cell) and any(
        output.output_type == "error" for output in cell.get("outputs", ())
    )


def normalise(nb: NotebookNode) -> NotebookNode:
    """Return the notebook without what differs from run to run or from machine to machine.

    Kept: sources, tags, ids, execution counts, outputs. Dropped: other metadata of the
    notebook, timings, the state and the views of widgets (their ids are random), the card of an
    exercise. A cell that shows one or an explorer gets the tag ``nbval-ignore-output`` therefore.

    Examples
    --------
    >>> cell = nbformat.v4.new_code_cell("1", metadata={"execution": {"a": "2025-01-01"}})
    >>> nb = nbformat.v4.new_notebook(cells=[cell], metadata={"widgets": {}})
    >>> normal = normalise(nb)
    >>> sorted(normal.metadata), dict(normal.cells[0].metadata)
    (['kernelspec', 'language_info'], {})
    """
    normal = copy.deepcopy(nb)
    normal.metadata = nbformat.from_dict(copies.KERNEL)
    for cell in normal.cells:
        for key in ("execution", "collapsed", "scrolled", "trusted"):
            cell.metadata.pop(key, None)
        if cell.cell_type != "code":
            continue
        if copies.tags(cell) & {copies.EXERCISE, copies.EXPLORER}:
            cell.metadata["tags"] = list(dict.fromkeys([*cell.metadata["tags"], IGNORE]))
        shown = [] if copies.EXERCISE in copies.tags(cell) else cell.outputs
        cell.outputs = [output for output in shown if WIDGET not in output.get("data", {})]
    return normal
