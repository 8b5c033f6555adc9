"""Checking and handing in from a notebook: the steps of the panel « Équipe », by the same functions."""

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath

from challenge_data import edition, shown
from challenge_data.errors import LearnerError
from challenge_data.teamwork import files, frame, handing_in, inventory, verifying
from challenge_data.teamwork.judging import FORM_RIGHT, RIGHT, TO_READ, Report

_DONE = (RIGHT, FORM_RIGHT, TO_READ)
_IN_NOTEBOOK = "Exécutez cette cellule dans le carnet « rendre » : ici, la vérification est déjà en cours."


def verify(notebook: str = "") -> None:
    """Run the challenge's notebooks from top to bottom, as saved, and print where each question stands.

    Args:
        notebook: the beginning of a name, « 1 » or « 1_trouver », for that one alone.

    Raises:
        LearnerError: no notebook is called that.
    """
    if os.environ.get(verifying.RUNNING):
        print(_IN_NOTEBOOK)
        return
    try:
        team = inventory.team_here()
    except LearnerError as not_yet:  # a thing to do first, no mistake: « Run all » goes on
        print(not_yet)
        return
    paths = list(files.of_challenge(team.challenge))
    chosen = [path for path in paths if PurePosixPath(path).name.startswith(str(notebook))]
    if not chosen:
        raise LearnerError(f"Aucun carnet de votre défi ne s'appelle « {notebook} ». Il y a : {', '.join(PurePosixPath(path).stem for path in paths) or 'aucun carnet sur cette machine'}.")
    for path in chosen:
        print(f"« {PurePosixPath(path).name} » s'exécute du haut vers le bas : une minute, parfois deux.", flush=True)
        print(as_text(_report(path)), end="\n\n", flush=True)


def hand_in(now: bool = False, code: str = ""):
    """Hand in the challenge's notebooks: two buttons in a notebook; ``hand_in(now=True)`` prints, and hands in at once, finished or not.

    Args:
        code: of the edition's address, if it asks one; with buttons, a field asks it.

    Raises:
        LearnerError: team or challenge are not chosen, there is nothing to hand in, the disk is full.
    """
    if os.environ.get(verifying.RUNNING):
        print(_IN_NOTEBOOK)
        return None
    if not now:
        return _Steps()
    looked = look(lambda text: print(text, flush=True))
    print("\n".join([*looked.restored, *(looked.missing or ["Rien ne manque."])]))
    made = handing_in.hand_in({})
    print(f"Votre rendu est gardé : {made['kept']}\n{_sent(made['name'], code)[1]}")
    return None


def as_text(report: Report) -> str:
    """A report as lines of text: each question, then what it says if something is left to do."""
    lines = [report.title, *report.notes]
    for line in report.lines:
        points = f" ({line.points:g} points)" if line.points else ""
        lines.append(f"  {line.number} · {line.title}{points} : {line.verdict}")
        if line.verdict not in _DONE:
            lines += [f"      {said}" for said in line.said.splitlines()]
    return "\n".join(lines)


@dataclass(frozen=True)
class Looked:
    """What was found before handing in, as French sentences."""

    restored: list[str]
    missing: list[str]
    share: str


def look(say: Callable[[str], None]) -> Looked:
    """Put the frame back, look at what is there, run the three notebooks; ``say`` is told each step.

    Raises:
        LearnerError: team or challenge are not chosen, the disk is full.
    """
    team = inventory.team_here()
    restored = [f"{PurePosixPath(one.path).name} : {sentence}" for one in frame.restore(team.challenge) for sentence in [*one.told, f"l'ancien fichier est gardé, {one.copy}."]]
    found = inventory.inspect()
    missing = list(found.remarks)
    for notebook in found.notebooks:
        if notebook.there:
            say(f"« {PurePosixPath(notebook.path).name} » s'exécute du haut vers le bas : une minute, parfois deux.")
            report = _report(notebook.path)
            missing += [f"{PurePosixPath(report.path).name} : {note}" for note in report.notes]
            missing += [f"{line.number} · {line.title} : {line.verdict}" for line in report.lines if line.verdict not in _DONE]
    return Looked(restored, missing, found.share)


def _report(path: str) -> Report:
    try:
        return verifying.report(path)
    except LearnerError as problem:
        return Report(path, PurePosixPath(path).stem, notes=[str(problem)])


def _sent(name: str, code: str) -> tuple[bool, str]:
    """(whether sending may be tried again, what became of it)."""
    if not edition.known().address:
        return False, "Cette édition n'a pas d'adresse de dépôt : remettez ce fichier à la personne qui organise."
    answer = handing_in.send({"name": name, "code": code})
    return answer["again"], answer["message"]


class _Steps:
    """The two buttons; as plain text, the line that hands in anywhere."""

    def __repr__(self) -> str:
        return "Deux boutons : préparer, puis rendre. Sans bouton : hand_in(now=True)"

    def _ipython_display_(self) -> None:
        import ipywidgets

        told, place = shown.live(), ipywidgets.HTML()
        prepare, hand = ipywidgets.Button(description="Préparer le rendu"), ipywidgets.Button(description="Rendre")
        asks = edition.known().code and edition.known().address
        code = ipywidgets.Password(description="Code du dépôt, dit à voix haute", style={"description_width": "initial"})
        again, last = ipywidgets.Button(description="Envoyer de nouveau ce fichier"), []
        hand.layout.display = code.layout.display = again.layout.display = "none"
        for button in (prepare, hand, again):
            button.add_class("cd-choice")

        def step(work: Callable[[], None]) -> Callable:
            def pressed(_button) -> None:
                prepare.disabled = hand.disabled = again.disabled = True
                try:
                    work()
                except LearnerError as problem:
                    told.value = shown.said(escape(str(problem)), "cd-no")
                finally:
                    prepare.disabled = hand.disabled = again.disabled = False
            return pressed

        def prepared() -> None:
            looked = look(lambda text: setattr(told, "value", shown.said(escape(text))))
            hand.description = "Oui, rendre un travail inachevé" if looked.missing else "Rendre"
            hand.layout.display, code.layout.display = "", "" if asks else "none"
            told.value = shown.said(_listed("Remis en place", looked.restored) + (_listed("Ce qui manque", looked.missing) or "<p><strong>Rien ne manque.</strong></p>") + f"<p>{escape(looked.share)}</p>")

        def handed() -> None:
            made = handing_in.hand_in({})
            last[:] = [made["name"], shown.said(f"Votre rendu est gardé : {escape(made['kept'])}. Téléchargez-le aussi.")]
            content = base64.b64encode(handing_in.handed_in({"name": made["name"]}).content).decode()
            place.value = f"<a style='color: #0b57d0; text-decoration: underline' download='{made['name']}' href='data:application/zip;base64,{content}'>Télécharger {made['name']}</a>"
            sent()

        def sent() -> None:
            name, kept = last
            # The field is emptied at once: what a widget holds may be saved with the notebook.
            said, code.value = code.value, ""
            may_try, message = _sent(name, said)
            told.value = kept + shown.said(escape(message))
            again.layout.display = "" if may_try else "none"

        prepare.on_click(step(prepared))
        hand.on_click(step(handed))
        again.on_click(step(sent))
        box = shown.boxed(prepare, told, code, hand, again, place)
        shown.show(box, repr(self))


def _listed(title: str, sentences: list[str]) -> str:
    return f"<p><strong>{title}</strong></p><ul>{''.join(f'<li>{escape(sentence)}</li>' for sentence in sentences)}</ul>" if sentences else ""
