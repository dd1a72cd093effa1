"""YAML as a person writes it, read without YAML's surprises.

``13:00`` is a text and not 780, ``no`` is a word and not False, and a name that stands twice is a
fault. References to other places (``&`` and ``*``) are none of it: they can make 10^9 rows of ten
lines. Nor are types (``!!bool``), which PyYAML reads with errors of its own.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from ecokit.errors import CourseError
from ecokit.messages import _, short

MOST = 100_000
"""Bytes of a file that a person writes."""


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # yaml has no types
    """Knows texts, whole numbers, true, false and null, as YAML 1.2's core; nothing else."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012  # as PyYAML declares it

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse a reference before it is followed, and a type before it is made."""
        event = self.peek_event()
        problem = ""
        if isinstance(event, yaml.AliasEvent):
            problem = _("it refers to another place")
        elif event.tag is not None:
            problem = _("it names a type, {tag}").format(tag=short(event.tag))
        if problem:
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Refuse a name that stands twice: the last would silently win."""
        names = set()
        for key, _value in node.value:
            if key.value in names if isinstance(key.value, str) else False:
                problem = _("{name} stands twice").format(name=short(key.value))
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            names |= {key.value} if isinstance(key.value, str) else set()
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"[-+]?(0|[1-9][0-9]{0,17})$"), list("-+0123456789")
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("(true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("(null|~|)$"), ["n", "~", ""])


def text_of(path: Path) -> str:
    """Return the text of a file that a person wrote.

    Raises
    ------
    CourseError
        It cannot be read, is no UTF-8 text, or is far too long for one.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST + 1)
        if len(content) <= MOST:
            return content.decode("utf-8-sig")
        why = _("it has more than {most:,} bytes").format(most=MOST)
    except UnicodeDecodeError:
        why = _("it is no UTF-8 text")
    except OSError as error:
        why = error.strerror or str(error)
    sentence = _("{name} cannot be read ({why}). Save it as a short UTF-8 text.")
    raise CourseError(sentence.format(name=path, why=why))


def data_of(text: str, name: str) -> Any:
    """Return what a YAML text holds.

    Parameters
    ----------
    text : str
        The text.
    name : str
        What the sentence calls it.

    Raises
    ------
    CourseError
        It is no YAML, names something twice, names types, or refers to other places.

    Examples
    --------
    >>> data_of("quiet: no", "ours")
    {'quiet': 'no'}
    """
    try:
        return yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        before = text[: getattr(error, "position", 0) or 0].count("\n")
        line = (mark.line if mark else before) + 1
        why = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    except RecursionError:
        line, why = 1, _("it holds too many brackets in brackets")
    if "\\t" in why:
        why = _("a tab stands where blanks belong")
    sentence = _(
        "{name}, line {line}: this cannot be read ({why}). Compare it with a plan that can."
    )
    raise CourseError(sentence.format(name=name, line=line, why=short(why, 120)))
