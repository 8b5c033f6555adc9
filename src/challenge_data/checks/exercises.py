"""What the package keeps of each exercise: the check's code and the hints, built from the curriculum."""

import difflib
import json
import sys
from functools import cache
from importlib import resources

from challenge_data.errors import CheckFailed, LearnerError, NotAnswered
from challenge_data.guide import shell


@cache
def _kept() -> dict[str, dict]:
    return json.loads(resources.files(__package__).joinpath("exercises.json").read_text(encoding="utf-8"))


def known(name: str) -> dict:
    """What is kept of an exercise: ``{"check": code, "hints": [text, …]}``, each optional.

    Raises:
        LearnerError: no exercise has this id.
    """
    if name not in _kept():
        near = difflib.get_close_matches(str(name), _kept(), n=1)
        advice = f" Vouliez-vous dire « {near[0]} » ?" if near else ""
        raise LearnerError(f"Aucun exercice ne s'appelle « {name} ».{advice}")
    return _kept()[name]


def check(name: str) -> None:
    """Run the check of a lesson's exercise on the learner's variables.

    Raises:
        CheckFailed: the answer is not the right one yet; the sentence says what to look at.
        LearnerError: no exercise has this id.
    """
    from challenge_data.checks import check as verbs

    code = known(name).get("check", "")
    namespace = {**_learners_names(), "check": verbs}
    try:
        exec(compile(code, f"<vérification de {name}>", "exec"), namespace)  # our own text, from the package
    except (CheckFailed, NotAnswered):
        raise
    except NameError as error:
        raise CheckFailed(
            f"La variable « {error.name} » n'existe pas encore : gardez ce nom dans votre réponse, et exécutez la cellule qui la crée."
        ) from None
    except Exception as error:  # an answer of an unforeseen form must still get a sentence
        raise CheckFailed(
            f"Votre réponse n'a pas la forme attendue, et la vérification n'a pas pu la lire ({type(error).__name__} : {error}). "
            "Affichez votre variable et comparez-la à la consigne."
        ) from None


def _learners_names() -> dict:
    running = shell()
    return running.user_ns if running else vars(sys.modules["__main__"])
