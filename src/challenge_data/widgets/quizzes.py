"""The lessons' quizzes: choose, read why, choose again. The first and the last choice are kept, and nothing is scored."""

import difflib
import json
import string
from datetime import datetime
from functools import cache
from importlib import resources

from challenge_data import course, shown
from challenge_data.errors import LearnerError

CHOICES_FILE = "quiz.json"


def quiz(name: str, choice: str | None = None):
    """Ask a lesson's question: buttons in a notebook; ``quiz(name, "B")`` prints anywhere what choice B is answered.

    The first and the last choice are kept in ``quiz.json`` of the work folder.

    Raises:
        LearnerError: no quiz has this name, or it has no such choice.
    """
    asked = _known(name)
    if choice is None:
        return _Quiz(name, asked)
    letters = _letters(asked)
    letter = str(choice).strip().upper()
    if letter not in letters:
        raise LearnerError(f"Ce quiz n'a pas de réponse « {choice} ». Choisissez parmi {', '.join(letters)} : quiz(\"{name}\", \"A\").")
    _note(name, letter)
    chosen = asked["choices"][letters.index(letter)]
    print(f"{letter}. {shown.words(chosen['text'])}\n{_verdict(chosen)} {shown.words(chosen['explanation'])}")


def chosen() -> dict[str, dict[str, str]]:
    """Quiz name -> its first choice (``premiere``), its last (``derniere``) and when that was (``le``)."""
    return course.kept(CHOICES_FILE, _read) or {}


@cache
def _all() -> dict[str, dict]:
    return json.loads(resources.files(__package__).joinpath("quizzes.json").read_text(encoding="utf-8"))


def _known(name: str) -> dict:
    if name not in _all():
        near = difflib.get_close_matches(str(name), _all(), n=1)
        advice = f" Vouliez-vous dire « {near[0]} » ?" if near else ""
        raise LearnerError(f"Aucun quiz ne s'appelle « {name} ».{advice}")
    return _all()[name]


def _letters(asked: dict) -> str:
    return string.ascii_uppercase[: len(asked["choices"])]


def _verdict(choice: dict) -> str:
    return "Oui." if choice["right"] else "Non."


def _note(name: str, letter: str) -> None:
    entries = chosen()
    first = entries.get(name, {}).get("premiere", letter)
    entries[name] = {"premiere": first, "derniere": letter, "le": datetime.now().isoformat(timespec="seconds")}
    course.keep(CHOICES_FILE, entries)


def _read(value: object) -> dict[str, dict[str, str]]:
    """The file's content, if it is what this room writes.

    Raises:
        ValueError: it is not; the file is then put aside.
    """
    if not isinstance(value, dict) or not all(
            isinstance(entry, dict) and isinstance(entry.get("premiere"), str) and isinstance(entry.get("derniere"), str)
            for entry in value.values()):
        raise ValueError("not the choices of quizzes")
    return value


class _Quiz:
    """What a notebook shows for ``quiz(name)``: a button a choice; as plain text, the line that answers without buttons."""

    def __init__(self, name: str, asked: dict) -> None:
        self._name, self._asked = name, asked

    def __repr__(self) -> str:
        letters = _letters(self._asked)
        return f"Quiz {self._name} : {', '.join(letters[:-1])} ou {letters[-1]} ? Sans bouton : quiz(\"{self._name}\", \"{letters[0]}\")"

    def _ipython_display_(self) -> None:
        import ipywidgets

        letters, choices = _letters(self._asked), self._asked["choices"]
        labels = [f"{letter}. {shown.words(choice['text'])}" for letter, choice in zip(letters, choices, strict=True)]
        buttons = [ipywidgets.Button(description=label, tooltip="", layout=ipywidgets.Layout(width="auto")) for label in labels]
        answers = [shown.live() for _ in choices]

        def tell(rank: int) -> None:
            for other, (button, answer, label) in enumerate(zip(buttons, answers, labels, strict=True)):
                mine = other == rank
                (button.add_class if mine else button.remove_class)("cd-chosen")
                # The button keeps the focus: its new name says the verdict too.
                button.description = f"{label} (votre réponse : {_verdict(choices[rank]).lower()[:-1]})" if mine else label
                answer.value = shown.said(f"<strong>{_verdict(choices[rank])}</strong> {choices[rank]['explanation']}",
                                          "cd-yes" if choices[rank]["right"] else "cd-no") if mine else ""

        def choose(button: ipywidgets.Button) -> None:
            rank = buttons.index(button)
            tell(rank)
            _note(self._name, letters[rank])

        for button in buttons:
            button.add_class("cd-choice")
            button.on_click(choose)
        last = chosen().get(self._name, {}).get("derniere")
        if last and last in letters:
            tell(letters.index(last))
        rows = [row for pair in zip(buttons, answers, strict=True) for row in pair]
        shown.show(shown.boxed(*rows), repr(self))
