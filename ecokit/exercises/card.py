"""The card of an exercise in JupyterLab, and the progress of a chapter.

A card is built of plain ipywidgets, so it works offline, by keyboard and in the browser
edition. Feedback is an ``alert`` region: a screen reader speaks it as it appears. Without a
kernel the card's text remains: title, question and options, never an answer.
"""

from __future__ import annotations

import asyncio
import html
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
from IPython.display import display
from traitlets import TraitError

from ecokit import topics
from ecokit.exercises import checks, store
from ecokit.exercises.aims import objective
from ecokit.exercises.sheet import Choice, ChoiceSheet, Exercise, Field, Number, Plan, Table
from ecokit.messages import _

if TYPE_CHECKING:
    from ecokit.shop import Shop


def markup(text: str) -> str:
    """Return `text` as HTML: paragraphs, ``**bold**`` and ```` `code` ````; all else is escaped.

    Examples
    --------
    >>> markup("Count **visitors**, not `visits`: a < b.")
    '<p>Count <strong>visitors</strong>, not <code>visits</code>: a &lt; b.</p>'
    """
    parts = html.escape(textwrap.dedent(text).strip(), quote=False).split("`")
    for n, part in enumerate(parts):  # what stands between two marks of code is no bold
        bold = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", part, flags=re.DOTALL)
        parts[n] = f"<code>{part}</code>" if n % 2 else bold
    return "".join(f"<p>{part.strip()}</p>" for part in re.split(r"\n\s*\n", "".join(parts)))


def _style(*files: str) -> str:
    folder = resources.files("ecokit.exercises")
    css = "".join(folder.joinpath(file).read_text("utf-8") for file in files)
    return f"<style>{css}</style>"


TEXT_COMES = 0.5  # seconds in which a text follows the Enter key, even on a busy machine


class Card(widgets.VBox):  # type: ignore[misc]
    """One exercise to answer: question, field, Check, Hint, Show the answer.

    It starts where the learner left off: the last answer, its feedback, the open hints.

    Parameters
    ----------
    exercise : Exercise
        What is asked.
    shop : Shop
        The learner's shop.
    kept_as : str, optional
        Under which name the progress is kept, where the exercise is asked once more.
    """

    def __init__(self, exercise: Exercise, shop: Shop, kept_as: str = "") -> None:
        self.exercise = exercise
        self._kept_as = kept_as or exercise.id
        self._shop = shop
        self._sheet = exercise.sheet(shop)
        self._learner = store.learner()
        self._due: asyncio.TimerHandle | None = None
        self._fields, self._read, self._fill = _fields(exercise, self._sheet, self._entered)
        self._check_button = widgets.Button(description=_("Check"), button_style="primary")
        self._hint_button = widgets.Button()
        self._show_button = widgets.Button()
        self._check_button.on_click(self._clicked)
        self._hint_button.on_click(self._hint)
        self._show_button.on_click(self._show)
        self._head, self._feedback, self._help = (widgets.HTML() for _part in range(3))
        buttons = widgets.Box([self._check_button, self._hint_button, self._show_button])
        buttons.add_class("ecokit-buttons")
        question = widgets.HTML(_question(exercise, self._sheet))
        parts = [self._head, question, self._fields, buttons, self._feedback, self._help]
        super().__init__(
            [widgets.HTML(_style("card.css", "answer.css"), layout={"display": "none"}), *parts]
        )
        self.add_class("ecokit-card")
        self._learner.note_opened(*self._which, shop.seed)
        self._restore()

    # What the learner does ------------------------------------------------------------------

    def _clicked(self, _button: object) -> None:
        self._check_in(0.1)

    def _entered(self, change: object = None) -> None:
        """Check after the Enter key, as soon as the text that it ends has come."""
        # The browser sends the key first and the text after it, unless the text is as before.
        if change is None:
            self._check_in(TEXT_COMES)
        elif self._due:
            self._check_in(0.02)

    def _check_in(self, wait: float) -> None:
        if self._due:
            self._due.cancel()
        try:
            self._due = asyncio.get_running_loop().call_later(wait, self._check)
        except RuntimeError:  # no event loop, so nothing can be on its way
            self._check()

    def _check(self) -> None:
        self._due = None
        answer = self._read()
        result = self._judge(answer)
        kept = replace(result, exercise=self._kept_as)
        standing = self._learner.note_check(kept, answer, self.exercise.edition, self._shop.seed)
        self._refresh(standing)
        self._feedback.value = ""  # the same words again are news too
        self._feedback.value = _feedback(result, spoken=True)

    def _hint(self, _button: object) -> None:
        self._refresh(self._learner.note_hint(*self._which, self._shop.seed), spoken=True)

    def _show(self, _button: object) -> None:
        self._refresh(self._learner.note_shown(*self._which, self._shop.seed), spoken=True)

    @property
    def _which(self) -> tuple[str, int]:
        return self._kept_as, self.exercise.edition

    # What the card shows --------------------------------------------------------------------

    def _judge(self, answer: object) -> checks.Result:
        try:
            return checks.check(self.exercise, answer, self._shop)
        except Exception as trouble:  # a button that does nothing would be worse
            message = _("This exercise cannot be computed for this shop ({why}).")
            why = f"{type(trouble).__name__}: {trouble}"
            return checks.Result(self.exercise.id, "unreadable", message.format(why=why))

    def _restore(self) -> None:
        standing = self._learner.standing(*self._which)
        if standing.answer is not None:
            try:
                self._fill(standing.answer)
            except (TypeError, ValueError, LookupError, AttributeError, TraitError):
                pass  # an answer of another form, from an earlier edition of this exercise
            else:
                self._feedback.value = _feedback(self._judge(self._read()))
        self._refresh(standing)

    def _refresh(self, standing: store.Standing, spoken: bool = False) -> None:
        hints = self._sheet.hints
        opened = min(standing.hints, len(hints))
        self._head.value = _header(self.exercise, standing, self._shop.company)
        self._hint_button.disabled = opened == len(hints)
        self._hint_button.description = (
            _("No more hints")
            if self._hint_button.disabled
            else _("Hint {next} of {all}").format(next=opened + 1, all=len(hints))
        )
        self._show_button.disabled = not standing.may_show
        self._show_button.description = (
            _("Show the answer")
            if standing.may_show
            else _("Show the answer (after {n} tries)").format(n=store.TRIES_BEFORE_ANSWER)
        )
        solution = self._solution() if standing.done or standing.shown else ""
        notice = _earlier_version(standing) or self._learner.notice
        self._help.value = _help(hints[:opened], solution, notice, spoken)

    def _solution(self) -> str:
        answer = f"**{_('The answer:')}** {answer_text(self.exercise, self._shop)}"
        lines = html.escape(self._sheet.lines, quote=False)
        code = f"<pre><code>{lines}</code></pre>" if lines else ""
        return markup(f"{answer}\n\n{self._sheet.solution}") + code

    # Without a kernel -----------------------------------------------------------------------

    def __repr__(self) -> str:
        exercise = self.exercise
        head = _("Exercise: {title} (about {n} min)").format(
            title=exercise.title, n=exercise.minutes
        )
        asked = [checks.unmarked(self._sheet.prompt.strip()), _form_of(exercise, self._sheet)]
        prompt = textwrap.fill(" ".join(filter(None, asked)), 88)
        if self._shop.company:
            head += "\n" + company_line(self._shop.company)
        return "\n\n".join([head, prompt, *_static_lines(exercise, self._sheet)])

    def _ipython_display_(self) -> None:
        """Show the card and, below it, what to do once no kernel is behind it any more.

        The stylesheet of a card that works hides the sentence.
        """
        below = {
            "text/html": f'{_NO_ERROR}<p class="ecokit-asleep">{asleep()}</p>',
            "text/plain": asleep(),
        }
        for bundle in (self._repr_mimebundle_(), below):
            display(bundle, raw=True)  # type: ignore[no-untyped-call]

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        lines = _static_lines(self.exercise, self._sheet)
        options = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
        bundle["text/plain"] = repr(self)
        bundle["text/html"] = (
            f'<div class="ecokit-static">'
            f"{_header(self.exercise, store.Standing(), self._shop.company)}"
            f"{_question(self.exercise, self._sheet)}<ul>{options}</ul></div>"
        )
        return bundle


class Closed(widgets.VBox):  # type: ignore[misc]
    """The card of an exercise that a shop cannot carry: its title, and the sentence why.

    Parameters
    ----------
    exercise : Exercise
        What would be asked.
    sentence : str
        What the shop lacks, and what to do.
    company : str, optional
        What the shop is called.
    """

    def __init__(self, exercise: Exercise, sentence: str, company: str = "") -> None:
        self.exercise, self.sentence, self._company = exercise, sentence, company
        super().__init__([widgets.HTML(_style("card.css") + self._content())])
        self.add_class("ecokit-card")

    def _content(self) -> str:
        head = _header(self.exercise, store.Standing(), self._company)
        return head + _block("feedback ecokit-unreadable", markup(self.sentence), spoken=True)

    def __repr__(self) -> str:
        title = _("Exercise: {title}").format(title=self.exercise.title)
        return f"{title}\n\n{textwrap.fill(self.sentence, 88)}"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        bundle["text/plain"] = repr(self)
        bundle["text/html"] = f'<div class="ecokit-static">{self._content()}</div>'
        return bundle


# JupyterLab writes "Error displaying widget" where a card's kernel is gone. It is none: the
# sentence below says what to do.
_NO_ERROR = (
    "<style>.jp-OutputArea-child:not(:has(.jp-OutputArea-output *))"
    ":has(+ .jp-OutputArea-child .ecokit-asleep) { display: none; }</style>"
)


def asleep() -> str:
    """Return what to do where a card has no kernel behind it."""
    return _("To answer, run the cells from the top: Run > Run All Cells. What is done stays done.")


def _form_of(exercise: Exercise, sheet: Any) -> str:
    """Return in which unit and how precisely an exercise is to be answered."""
    return checks.how_to_answer(exercise, sheet) if isinstance(exercise, Number | Table) else ""


def _earlier_version(standing: store.Standing) -> str:
    if not standing.earlier or standing.done:
        return ""
    return _(
        "You solved an earlier version of this exercise, and it stays done. Since then what it "
        "asks has changed: here is the new one."
    )


def _static_lines(exercise: Exercise, sheet: Any) -> list[str]:
    if isinstance(exercise, Choice):
        return [f"({key}) {option}" for key, option in sheet.options.items()]
    if isinstance(exercise, Plan):
        return [field.range_label for field in exercise.fields]
    return []


def company_line(company: str) -> str:
    """Return of which company is asked."""
    return _("Company: {name}").format(name=company)


def _header(exercise: Exercise, standing: store.Standing, company: str) -> str:
    state, word = ("open", "")
    if standing.solved:
        state, word = "done", _("Done")
    elif standing.shown:
        state, word = "shown", _("Answer shown")
    elif standing.tries:
        state, word = "tried", _("Tries: {n}").format(n=standing.tries)
    aim = objective(exercise.objective).text
    whose = f"<br>{html.escape(company_line(company))}" if company else ""
    return (
        f'<div class="ecokit-head"><h3>{html.escape(exercise.title)}</h3>'
        f'<span class="ecokit-state ecokit-{state}">{word}</span></div>'
        f'<p class="ecokit-meta">{_("About {n} min").format(n=exercise.minutes)}'
        f" · {_('You practise to')}: {html.escape(aim)}{whose}</p>"
    )


def _question(exercise: Exercise, sheet: Any) -> str:
    form = _form_of(exercise, sheet)
    return (
        f'<div class="ecokit-question">{markup(sheet.prompt)}{markup(form) if form else ""}</div>'
    )


def _block(kind: str, content: str, spoken: bool) -> str:
    # An alert is spoken by a screen reader as soon as it appears.
    role = ' role="alert"' if spoken else ""
    return f'<div class="ecokit-{kind}"{role}>{content}</div>'


def _feedback(result: checks.Result, spoken: bool = False) -> str:
    lines = "".join(f"<li>{html.escape(line)}</li>" for line in result.lines)
    read = f'<p class="ecokit-read">{html.escape(result.reading)}</p>' if result.read else ""
    content = read + markup(f"**{result.verdict}** {result.message}")
    if lines:
        content += f"<ul>{lines}</ul>"
    return _block(f"feedback ecokit-{result.kind}", content, spoken)


def _help(hints: Sequence[str], solution: str, notice: str, spoken: bool) -> str:
    blocks = [
        ("hint", f"<strong>{_('Hint {n}').format(n=n)}</strong>{markup(hint)}")
        for n, hint in enumerate(hints, start=1)
    ]
    if solution:
        blocks.append(("solution", solution))
    last = len(blocks) - 1
    parts = [_block(kind, text, spoken and n == last) for n, (kind, text) in enumerate(blocks)]
    if notice:
        parts.append(f'<p class="ecokit-notice">{html.escape(notice)}</p>')
    return "".join(parts)


def answer_text(exercise: Exercise, shop: Shop) -> str:
    """Return the right answer in words."""
    right = exercise.sheet(shop).right
    if isinstance(exercise, Number):
        return checks.show_number(exercise, float(right))
    if isinstance(exercise, Choice):
        sheet = exercise.sheet(shop)
        return f"{sheet.options[right]} {sheet.reasons[right]}"
    if isinstance(exercise, Table):
        rows = (
            f"{exercise.labels.get(key, key)}: {checks.show_number(exercise, value)}"
            for key, value in checks.by_key(right).items()
        )
        return "; ".join(rows)
    if isinstance(exercise, Plan):
        return "; ".join(f"{field.label}: {right[field.name]:g}" for field in exercise.fields)
    raise TypeError(type(exercise).__name__)


# What a test shows of an exercise, without the card's help -------------------------------------


def styles() -> str:
    """Return the stylesheet of cards."""
    return _style("card.css", "answer.css")


def question_of(exercise: Exercise, sheet: Any) -> str:
    """Return the question of an exercise as HTML."""
    return _question(exercise, sheet)


def fields_of(exercise: Exercise, sheet: Any) -> tuple[widgets.Widget, Callable[[], object]]:
    """Return a field to answer in, and a function that reads it."""
    field, read, _fill = _fields(exercise, sheet, lambda *_change: None)
    return field, read


# Fields: a widget, a function that reads the answer, and one that fills it in -----------------

_Parts = tuple[widgets.Widget, Callable[[], object], Callable[[Any], None]]


def _fields(exercise: Exercise, sheet: Any, entered: Callable[..., None]) -> _Parts:
    if isinstance(exercise, Number):
        field = _text_field(_("Your answer ({unit})").format(unit=_unit(exercise.unit)), entered)
        return field, lambda: field.value, lambda answer: field.set_trait("value", str(answer))
    if isinstance(exercise, Choice):
        return _choice_field(sheet)
    if isinstance(exercise, Table):
        keys = checks.by_key(sheet.right)
        unit = _unit(exercise.unit)
        rows = {
            key: _text_field(f"{exercise.labels.get(key, key)} ({unit})", entered) for key in keys
        }
        return _form(rows.values()), partial(_values, rows), partial(_set_values, rows)
    if isinstance(exercise, Plan):
        inputs = {field.name: _plan_field(field) for field in exercise.fields}
        return _form(inputs.values()), partial(_values, inputs), partial(_set_values, inputs)
    raise TypeError(type(exercise).__name__)


def _unit(unit: str) -> str:
    return _("share, such as 0.25 or 25 %") if unit == "share" else unit


def _text_field(label: str, entered: Callable[..., None]) -> widgets.Text:
    field = widgets.Text(
        description=label, continuous_update=False, style={"description_width": "initial"}
    )

    def pressed(_widget: object, content: dict[str, Any], _buffers: object) -> None:
        if content.get("event") == "submit":  # the Enter key
            entered()

    field.on_msg(pressed)
    field.observe(entered, "value")
    field.add_class("ecokit-field")
    return field


def _plan_field(field: Field) -> widgets.Widget:
    whole = all(float(x).is_integer() for x in (field.low, field.high, field.step, field.first))
    kind, number = (widgets.BoundedIntText, int) if whole else (widgets.BoundedFloatText, float)
    box = kind(
        description=field.range_label,
        min=number(field.low),
        max=number(field.high),
        step=number(field.step),
        value=number(field.first),
        style={"description_width": "initial"},
    )
    box.add_class("ecokit-field")
    return box


def _choice_field(sheet: ChoiceSheet) -> _Parts:
    options = [(option, key) for key, option in sheet.options.items()]
    radio = widgets.RadioButtons(options=options, value=None, layout={"width": "auto"})
    radio.add_class("ecokit-choice")
    return radio, lambda: radio.value or "", lambda answer: radio.set_trait("value", answer)


def _form(fields: Iterable[widgets.Widget]) -> widgets.VBox:
    box = widgets.VBox(list(fields))
    box.add_class("ecokit-form")
    return box


def _values(fields: dict[str, widgets.Widget]) -> dict[str, Any]:
    return {name: field.value for name, field in fields.items()}


def _set_values(fields: dict[str, widgets.Widget], answer: dict[str, Any]) -> None:
    for name, field in fields.items():
        field.value = answer[name]


class ChapterProgress:
    """How far the learner is in a chapter; shows as text, and as a table in a notebook."""

    def __init__(self, of: Sequence[Exercise]) -> None:
        self.exercises = of
        self.standings = store.learner().standings()

    def _done(self, exercise: Exercise) -> bool:
        return self.standings.get(exercise.id, store.Standing()).solved

    def _summary(self) -> str:
        left = [exercise for exercise in self.exercises if not self._done(exercise)]
        return _("{done} of {all} exercises are done; about {minutes} minutes are left.").format(
            done=len(self.exercises) - len(left),
            all=len(self.exercises),
            minutes=sum(exercise.minutes for exercise in left),
        )

    def _topics(self) -> dict[str, list[Exercise]]:
        found: dict[str, list[Exercise]] = {}
        for exercise in self.exercises:
            found.setdefault(exercise.topic, []).append(exercise)
        return found

    @staticmethod
    def _title(topic: str) -> str:
        """Return a topic as the book calls it."""
        titles = {one.name: one.title for one in topics.topics()}
        return titles.get(topic, topic.replace("_", " "))

    def __repr__(self) -> str:
        rows = [
            f"  {self._title(topic):<20} {sum(map(self._done, of))} of {len(of)}"
            for topic, of in self._topics().items()
        ]
        return "\n".join([self._summary(), *rows])

    def _repr_html_(self) -> str:
        rows = []
        for topic, of in self._topics().items():
            done = sum(map(self._done, of))
            name = html.escape(self._title(topic))
            nexts = next((exercise.title for exercise in of if not self._done(exercise)), "")
            rows.append(
                f'<tr><th scope="row">{name}</th><td><progress value="{done}" max="{len(of)}" '
                f'aria-label="{name}"></progress></td><td>'
                + _("{done} of {all}").format(done=done, all=len(of))
                + f"</td><td>{html.escape(nexts)}</td></tr>"
            )
        heads = (_("Topic"), _("Progress"), _("Done"), _("Next exercise"))
        head = "".join(f'<th scope="col">{title}</th>' for title in heads)
        return (
            f"{_style('card.css')}<div class='ecokit-progress'><p>{self._summary()}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        )
