"""Runs the check of a lesson's exercise on what the learner made."""

import sys

from challenge_data.checks import hints
from challenge_data.checks.of_package import known
from challenge_data.errors import CheckFailed, NotAnswered
from challenge_data.guide import shell


def check(name: str) -> None:
    """Run the check of a lesson's exercise on the learner's variables.

    Raises:
        CheckFailed: the answer is not the right one yet; the sentence says what to look at.
        LearnerError: no exercise has this id.
    """
    from challenge_data.checks import check as verbs

    code = known(name).get("check", "")
    namespace = {**_learners_names(), "check": verbs}
    hints.asking(name)
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
            f"Affichez votre variable et comparez-la à la consigne.{hints.advice()}"
        ) from None
    finally:
        hints.asking(None)


def _learners_names() -> dict:
    running = shell()
    return running.user_ns if running else vars(sys.modules["__main__"])
