"""Authors' boxes (``:::name`` … ``:::``) as plain Markdown and HTML.

JupyterLab, GitHub and nbgrader's feedback show an alert ``<div>``, Markdown inside it when blank lines
stand around, and ``<details>``: nothing else is needed, and no extension.
"""

import re
import string
from dataclasses import dataclass

from markdown_it import MarkdownIt

_INLINE = MarkdownIt("commonmark")

ALERTS = {
    "objectifs": ("info", "Objectifs"),
    "prediction": ("warning", "Votre prédiction, avant d'exécuter"),
    "attention": ("danger", "Attention"),
    "retenir": ("success", "À retenir"),
    "resume": ("success", "En résumé"),
    "aller-plus-loin": ("info", "Pour aller plus loin"),
    "aide-memoire": ("info", "Aide-mémoire"),
    "bareme": ("warning", "Comment cette réponse est notée"),
}
"""Box name -> (alert colour, title). The title says in words what the colour says."""

BOXES = {*ALERTS, "indice", "quiz", "figure", "programme", "defis"}

_OPEN = re.compile(r"^:::\s*\{?([a-z-]+)\}?\s*(.*?)\s*$")
_TERM = re.compile(r"\s?\{terme\}`([^`]*)`")
_LEVEL = re.compile(r"^- \*\*([\d,.]+) points?\*\* : (.+)$")
_CHOICE = re.compile(r"^- \[( |x)\] (.+)$")


@dataclass
class Box:
    """A box in a Markdown cell: its name, what follows the name, its body, and its 0-based first line there."""

    name: str
    title: str
    body: str
    line: int
    closed: bool = True


def split(source: str) -> list[str | Box]:
    """Cut a Markdown source into plain text and boxes, in order."""
    parts: list[str | Box] = []
    plain: list[str] = []
    box: Box | None = None
    body: list[str] = []
    for number, text in enumerate(source.splitlines()):
        if box is not None:
            if text.strip() == ":::":
                parts.append(Box(box.name, box.title, "\n".join(body).strip("\n"), box.line))
                box, body = None, []
            else:
                body.append(text)
        elif match := _OPEN.match(text):
            if any(line.strip() for line in plain):
                parts.append("\n".join(plain).strip("\n"))
            plain, box = [], Box(match[1], match[2], "", number)
        else:
            plain.append(text)
    if box is not None:
        parts.append(Box(box.name, box.title, "\n".join(body).strip("\n"), box.line, closed=False))
    if any(line.strip() for line in plain):
        parts.append("\n".join(plain).strip("\n"))
    return parts


def alert(name: str, body: str, title: str = "") -> str:
    """An alert box. ``body`` is Markdown."""
    colour, default = ALERTS[name]
    return _div(colour, f"**{title or default}**\n\n{body}")


def _div(colour: str, body: str) -> str:
    # JupyterLab writes a warning in orange on orange, 3 to 1: the text is set dark, over 7 to 1 on each alert colour.
    return f'<div class="alert alert-{colour}" style="color: #1a1a1a">\n\n{body}\n\n</div>'


@dataclass
class Choice:
    right: bool
    text: str
    explanation: str


def read_quiz(body: str) -> tuple[str, list[Choice]]:
    """The question and its choices; lines under a choice are its explanation."""
    question: list[str] = []
    choices: list[Choice] = []
    for text in body.splitlines():
        if match := _CHOICE.match(text):
            choices.append(Choice(match[1] == "x", match[2].strip(), ""))
        elif choices:
            choices[-1].explanation = f"{choices[-1].explanation} {text.strip()}".strip()
        else:
            question.append(text)
    return "\n".join(question).strip(), choices


def question(body: str, title: str = "", then: str = "") -> str:
    """A question and its lettered choices, as text; ``then`` says what to do."""
    asked_for, choices = read_quiz(body)
    lettered = "\n".join(f"- **{letter}.** {choice.text}" for letter, choice in _lettered(choices))
    return _div("warning", f"**{title or 'Quiz'}.** {asked_for}\n\n{lettered}" + (f"\n\n*{then}*" if then else ""))


def asked(body: str, title: str = "") -> str:
    """A question for a learner: the cell under it shows the buttons and the explanations."""
    return question(body, title, "Décidez-vous, puis exécutez la cellule qui suit pour répondre.")


def explained(body: str) -> str:
    """Which choice is right, and why each is or is not."""
    told = "\n".join(f"- **{letter}. {'Oui.' if choice.right else 'Non.'}** {choice.explanation}" for letter, choice in _lettered(read_quiz(body)[1]))
    return _div("success", told)


def _lettered(choices: list[Choice]) -> list[tuple[str, Choice]]:
    return list(zip(string.ascii_uppercase, choices, strict=False))


def kept_quiz(body: str) -> dict:
    """What the package keeps of a quiz: its question, choices and explanations, as HTML."""
    question, choices = read_quiz(strip_terms(body))
    return {"question": _INLINE.render(question).strip(), "choices": [
        {"right": choice.right, "text": _INLINE.renderInline(choice.text), "explanation": _INLINE.renderInline(choice.explanation)}
        for choice in choices]}


def read_hints(body: str) -> list[str]:
    """The steps of an ordered list, in order."""
    steps: list[str] = []
    for text in body.splitlines():
        if match := re.match(r"^\d+[.)]\s+(.*)$", text):
            steps.append(match[1].strip())
        elif steps and text.strip():
            steps[-1] += "\n" + text.strip()
    return steps


def read_rubric(body: str) -> list[tuple[float, str]]:
    """(points, sentence) of each level, in order."""
    return [(float(match[1].replace(",", ".")), match[2].strip()) for text in body.splitlines() if (match := _LEVEL.match(text))]


def strip_terms(markdown: str) -> str:
    """Terms marked for the glossary are invisible marks in the text."""
    return _TERM.sub("", markdown)


def terms(markdown: str) -> list[str]:
    """The terms marked for the glossary, in order."""
    return [term.strip() for term in _TERM.findall(markdown)]
