"""Find the code of answers in files that learners are given, however it is written there."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping

from nbformat import NotebookNode

from ecokit.cli import copies

SHORT = 20
"""Shorter lines (``exercises.progress``, ``mean``) may stand anywhere; whole answers never."""


def leaked(master: NotebookNode, files: Mapping[str, str]) -> list[str]:
    """Return ``file: line`` for each line of an answer that stands in a file.

    Parameters
    ----------
    master
        The notebook with the answers. A line that the lesson shows too is no secret.
    files
        Text by name: notebooks, pages with their tags, search indexes.
    """
    lesson = squash(
        "\n".join(c.source for c in master.cells if copies.ANSWER not in copies.tags(c))
    )
    lines = {line.strip() for answer in copies.answers(master) for line in answer.splitlines()}
    secrets = {line for line in lines if len(squash(line)) >= SHORT and squash(line) not in lesson}
    return [
        f"{name}: {line}"
        for name, text in files.items()
        for plain in [squash(readable(name, text))]
        for line in sorted(secrets)
        if squash(line) in plain
    ]


def readable(name: str, text: str) -> str:
    """Return the words of a file without its markup."""
    if name.endswith(".ipynb"):
        return "\n".join(strings(json.loads(text)))
    if name.endswith((".html", ".svg")):
        return html.unescape(re.sub(r"<[^>]*>", "", text))
    return text


def strings(node: object) -> list[str]:
    """Return every string of a JSON document; lists of lines are joined."""
    if isinstance(node, str):
        return [node]
    if isinstance(node, list) and all(isinstance(item, str) for item in node):
        return ["".join(node)]
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [text for child in children for text in strings(child)]


def squash(text: str) -> str:
    """Return the text without white space, for comparing across line breaks and indents."""
    return re.sub(r"\s+", "", text)
