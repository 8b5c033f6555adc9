"""Hints that unfold one after another; how many were opened is kept, costs nothing, and is no secret."""

import re
from datetime import datetime

from challenge_data import course, shown
from challenge_data.checks.of_package import full_name, known, number_here
from challenge_data.errors import LearnerError

OPENED_FILE = "indices.json"

_asked: str | None = None


def hint(name: str, step: int | None = None):
    """Offer the hints of an exercise: a button in a notebook; ``hint(name, 1)`` prints the first one anywhere.

    Args:
        name: an exercise of a lesson, ``"02.filtrer"``; a question of a challenge, ``"aides-velo.1.3"``, or
            ``"1.3"`` (notebook 1, question 3) for the challenge that the notebook or the team belongs to.

    Running the cell opens nothing: only a click, or a step number, does, and is noted in ``indices.json``
    of the work folder, which a team hands in with its notebooks. Opening a hint costs no point.

    Raises:
        LearnerError: no exercise has this id.
    """
    name = full_name(name)
    steps = known(name).get("hints", [])
    if not steps:
        print("Cet exercice n'a pas d'indice : relisez la consigne, ou appelez votre mentor.")
    elif step is not None:
        print(_opened(name, steps, max(1, min(int(step), len(steps)))))
    else:
        return _Hints(name, steps)


def opened() -> dict[str, int]:
    """Full exercise id -> how many of its hints were opened."""
    return {name: entry["ouverts"] for name, entry in _read().items()}


def asking(name: str | None) -> None:
    """Announce the exercise or question whose answer is judged from now on; None: no more.

    An id that is not known is no error: points must not hang on it.
    """
    global _asked
    try:
        _asked = name and full_name(name)
    except LearnerError:
        _asked = None


def asked() -> str | None:
    """Full id of the exercise or question that is being judged."""
    return _asked


def advice() -> str:
    """What a refusal ends with: the next hint of the question that is judged, as the line that opens it; else nothing."""
    if _asked is None or not (steps := known(_asked).get("hints")):
        return ""
    following = opened().get(_asked, 0) + 1
    if following > len(steps):
        return " Vos indices sont tous ouverts : montrez ce message à votre mentor."
    return f" Indice {following} sur {len(steps)} : hint(\"{_shortest(_asked)}\", {following})."


def _shortest(name: str) -> str:
    """The least that a learner has to type, here, to name this exercise."""
    if number := known(name).get("number"):
        return number if number_here(number) == name else f"{name.split('.')[0]}.{number}"
    return name


def _opened(name: str, steps: list[str], step: int) -> str:
    entries = _read()
    if step > entries.get(name, {}).get("ouverts", 0):
        entries[name] = {"ouverts": step, "sur": len(steps), "le": datetime.now().isoformat(timespec="seconds")}
        course.keep(OPENED_FILE, entries)
    return f"Indice {step} sur {len(steps)}. {steps[step - 1]}"


def _read() -> dict[str, dict]:
    return course.kept(OPENED_FILE, dict) or {}


class _Hints:
    """What a notebook shows for ``hint(name)``: a button; as plain text, the line that prints the first hint."""

    def __init__(self, name: str, steps: list[str]) -> None:
        self._name, self._steps = name, steps

    def __repr__(self) -> str:
        count = len(self._steps)
        return f"{count} indice{'s' if count > 1 else ''} pour cette question. Sans bouton : hint(\"{_shortest(self._name)}\", 1)"

    def _ipython_display_(self) -> None:
        import ipywidgets

        opened = ipywidgets.VBox()
        button = ipywidgets.Button(layout=ipywidgets.Layout(width="auto"), icon="lightbulb-o")

        def label() -> None:
            step = len(opened.children) + 1
            button.description = f"Indice {step} sur {len(self._steps)}"
            button.tooltip = "Affiche l'indice suivant"

        def unfold(_button) -> None:
            text = _opened(self._name, self._steps, len(opened.children) + 1)
            opened.children = (*opened.children, ipywidgets.HTML(_html(text)))
            if len(opened.children) < len(self._steps):
                label()
            else:
                button.disabled = True
                button.description = "Tous les indices sont ouverts"

        label()
        button.on_click(unfold)
        opened.add_class("cd-live")
        box = shown.boxed(opened, button)
        box.layout.align_items = "flex-start"
        shown.show(box, repr(self))


def _html(text: str) -> str:
    from html import escape

    # Hints are our own Markdown, of which they use `code`, **bold** and *italics*; a learner's machine has no Markdown library.
    said = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
    said = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", said)
    return re.sub(r"\*([^*]+)\*", r"<em>\1</em>", said).replace("\n", "<br>")
