"""The maturity questionnaire: 25 questions in 5 axes, what the answers add up to, and the form that asks them."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from challenge_data import course
from challenge_data.errors import LearnerError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

ANSWERS_FILE = "maturite.json"
DONT_KNOW = None
"""The answer « je ne sais pas »: it brings no point, and is counted apart."""

SOURCE = "réponses au questionnaire de maturité de l'atelier"


def maturity(answers: Mapping | None = None) -> "Maturity":
    """The maturity questionnaire: a form in a notebook, whose answers are kept in ``maturite.json`` of the work folder.

    Args:
        answers: item -> points, or None for « je ne sais pas » (a missing number counts as that); items left out were
            not answered. With answers, no form: they are checked and counted, and the kept file is not touched.

    Raises:
        LearnerError: an unknown item or a value that is not on the scale; all are named together.
    """
    if answers is None:
        return _Form(course.kept(ANSWERS_FILE, _from_file) or {})
    return Maturity(_checked(answers))


def _read(path: str | Path | None = None) -> "Maturity":
    """The answers of a file that the form kept: the team's own, or another team's.

    Raises:
        LearnerError: there is no such file, or it does not hold answers.
    """
    file = Path(path) if path else course.work_dir() / ANSWERS_FILE
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LearnerError(f"Il n'y a pas de fichier « {file.name} » dans {file.parent.name}/. Remplissez le questionnaire avec maturity().") from None
    except (OSError, ValueError):
        raise LearnerError(f"« {file.name} » ne se lit pas : ce n'est pas un fichier enregistré par maturity().") from None
    return Maturity(_checked(content.get("reponses", content) if isinstance(content, dict) else content))


maturity.read = _read


def _asked(axis: int | None = None) -> "DataFrame":
    """The questions, to read before the form: ``item``, ``phrase``, ``a_voir``, one row each.

    Args:
        axis: the rank of one axis, from 1; None for all of them.

    Raises:
        LearnerError: there is no such axis.
    """
    import pandas as pd

    axes = questions()["axes"]
    ranks = range(1, len(axes) + 1)
    if axis is not None and (isinstance(axis, bool) or axis not in list(ranks)):
        raise LearnerError(f"Le questionnaire n'a pas d'axe « {axis} » : ils vont de 1 à {len(axes)}. "
                           "Écrivez ce numéro sans guillemets, par exemple maturity.questions(1).")
    return pd.DataFrame([{"item": item["id"], "phrase": item["texte"], "a_voir": item.get("aide", "")}
                         for rank, one in zip(ranks, axes, strict=True) if axis in (None, rank) for item in one["items"]])


maturity.questions = _asked


@cache
def questions() -> dict:
    """The questionnaire as ``curriculum/maturite.yml`` says it: ``echelle``, ``axes`` of ``items``, ``paliers``."""
    return json.loads(resources.files(__package__).joinpath("maturity.json").read_text(encoding="utf-8"))


def _items(axis: dict | None = None) -> list[str]:
    return [item["id"] for each in ([axis] if axis else questions()["axes"]) for item in each["items"]]


def _most() -> int:
    """Points of the scale's highest level."""
    return max(level["valeur"] for level in questions()["echelle"] if level["valeur"] is not None)


def _checked(answers: Mapping) -> dict[str, int | None]:
    if not hasattr(answers, "items"):
        raise LearnerError("maturity attend des réponses de la forme {\"question\": points}, par exemple "
                           f"maturity(answers={{\"{_items()[0]}\": 2}}).")
    scale = {level["valeur"]: level["texte"] for level in questions()["echelle"]}
    known, unknown, wrong, read = set(_items()), [], [], {}
    for item, value in answers.items():
        if item not in known:
            unknown.append(f"« {item} »")
        else:
            try:
                read[item] = _level(value, scale)
            except ValueError:
                wrong.append(f"« {item} » : {value}")
    faults = []
    if unknown:
        faults.append(f"le questionnaire n'a pas de question {', '.join(unknown)} (elles vont de « {_items()[0]} » à « {_items()[-1]} »)")
    if wrong:
        faults.append(f"des réponses sont hors de l'échelle, qui va de 0 à {_most()}, ou None pour « je ne sais pas » ({' ; '.join(wrong)})")
    if faults:
        text = ", et ".join(faults)
        raise LearnerError(f"{text[0].upper()}{text[1:]}. Corrigez ces réponses, puis exécutez de nouveau la cellule.")
    return {item: read[item] for item in _items() if item in read}


def _level(value: object, scale: dict) -> int | None:
    """A value of the scale, however a table or a hand writes it.

    Raises:
        ValueError: it is not on the scale.
    """
    import pandas as pd

    for level, text in scale.items():
        if isinstance(value, str) and value.strip().casefold() == text.casefold():
            return level
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return DONT_KNOW
    if isinstance(value, bool) or not pd.api.types.is_scalar(value):
        raise ValueError(value)
    number = float(value)
    if number not in scale:
        raise ValueError(value)
    return int(number)


def _from_file(value: object) -> dict[str, int | None]:
    """The kept answers, if they are what this room writes.

    Raises:
        ValueError: they are not; the file is then put aside.
    """
    try:
        return _checked(value["reponses"])
    except (KeyError, TypeError, LearnerError):
        raise ValueError("not the answers of the questionnaire") from None


class Maturity:
    """Answers to the questionnaire, and what they add up to.

    « Je ne sais pas » and questions left open bring no point: the score is what the answers establish. ``interval``
    says how far it could rise if each of them turned out to deserve the most.
    """

    def __init__(self, answers: dict[str, int | None]) -> None:
        self.answers = answers

    def table(self) -> "DataFrame":
        """One row an axis: ``axe``, ``points``, ``maximum``, ``ne_sait_pas`` (how many answers)."""
        import pandas as pd

        return pd.DataFrame([{
            "axe": axis["nom"],
            "points": sum(self.answers.get(item) or 0 for item in _items(axis)),
            "maximum": _most() * len(_items(axis)),
            "ne_sait_pas": sum(item in self.answers and self.answers[item] is DONT_KNOW for item in _items(axis)),
        } for axis in questions()["axes"]])

    @property
    def score(self) -> float:
        """Points out of the most possible, on 100, to one decimal."""
        table = self.table()
        return round(100 * float(table["points"].sum() / table["maximum"].sum()), 1)

    @property
    def interval(self) -> tuple[float, float]:
        """The score, and what it would be if all that is not known deserved the most."""
        open_points = sum(self.answers.get(item) is DONT_KNOW for item in _items()) * _most()
        table = self.table()
        return self.score, round(100 * float((table["points"].sum() + open_points) / table["maximum"].sum()), 1)

    @property
    def palier(self) -> str:
        """The name of the palier that the score reaches."""
        return _palier(self.score)["nom"]

    def __str__(self) -> str:
        low, high = self.interval
        total = len(_items())
        unknown = sum(value is DONT_KNOW for value in self.answers.values())
        if len(self.answers) < total:
            return self._so_far(total, unknown)
        reached, possible = _palier(low), _palier(high)
        lines = [f"{len(self.answers)} réponses sur {total}, dont {unknown} « je ne sais pas »."]
        lines.append(f"Score : {_fr(low)} sur 100" + (f", jusqu'à {_fr(high)} si tout ce qui reste inconnu valait le maximum." if high > low else "."))
        lines.append(f"Palier : {reached['nom']}. {reached['texte']}")
        if reached != possible:
            lines.append(f"Avec ce qui reste inconnu, le palier pourrait être : {possible['nom']}.")
        return "\n".join(lines)

    __repr__ = __str__

    def _so_far(self, total: int, unknown: int) -> str:
        """What can be said while questions are left open: no score and no palier, a question not asked being no « no »."""
        left = total - len(self.answers)
        lines = [f"{len(self.answers)} réponse{'s' if len(self.answers) > 1 else ''} sur {total}, dont {unknown} « je ne sais pas »."]
        table = self.table()
        for axis, points, most in zip(questions()["axes"], table["points"], table["maximum"], strict=True):
            if all(item in self.answers for item in _items(axis)):
                lines.append(f"Axe rempli : {axis['nom']}, {points} points sur {most}.")
        lines.append(f"Il reste {left} question{'s' if left > 1 else ''} sans réponse : ni score ni palier avant la fin.")
        return "\n".join(lines)

    def radar(self, title: str = "Le profil de maturité, axe par axe") -> None:
        """Draw the share of points of each axis, and how far it could rise, with its text alternative."""
        from challenge_data.charts import finish

        finish(self._drawn(), title, source=SOURCE, alt=self._alternative(), xlabel="points obtenus, en % du maximum de l'axe")

    def _shares(self) -> list[tuple[str, float, float]]:
        """(axis, share of points, share if what is not known deserved the most), in percent."""
        shares = []
        for axis in questions()["axes"]:
            most = _most() * len(_items(axis))
            points = sum(self.answers.get(item) or 0 for item in _items(axis))
            unknown = sum(self.answers.get(item) is DONT_KNOW for item in _items(axis))
            shares.append((axis["nom"], 100 * points / most, 100 * (points + unknown * _most()) / most))
        return shares

    def _alternative(self) -> str:
        told = [f"{name} {share:.0f} %" + (f" (jusqu'à {high:.0f} %)" if high > share else "") for name, share, high in self._shares()]
        return f"Radar de {len(told)} axes, en part des points possibles : {' ; '.join(told)}."

    def _drawn(self) -> "Axes":
        import math
        import textwrap

        from matplotlib import pyplot

        shares = self._shares()
        angles = [2 * math.pi * rank / len(shares) for rank in range(len(shares))]
        around = [*angles, angles[0]]
        figure, ax = pyplot.subplots(figsize=(7.2, 6.6), subplot_kw={"projection": "polar"})
        figure.subplots_adjust(left=0.22, right=0.78, bottom=0.14, top=0.86)
        ax.set_theta_offset(math.pi / 2)
        ax.set_theta_direction(-1)
        known = [share for _, share, _ in shares]
        highest = [high for _, _, high in shares]
        if highest != known:
            ax.plot(around, [*highest, highest[0]], color="#8a4b00", linestyle="--", marker="o", markerfacecolor="white",
                    label="si ce qui reste inconnu valait le maximum")
        ax.plot(around, [*known, known[0]], color="#0b4f8a", linewidth=2.5, marker="o", label="points établis par les réponses")
        ax.fill(around, [*known, known[0]], color="#0b4f8a", alpha=0.12)
        ax.set_ylim(0, 100)
        # The first ring stays without its label: low profiles, the usual ones, would cross it.
        ax.set_yticks([25, 50, 75, 100], ["", "50 %", "75 %", "100 %"], fontsize="small", color="#333333")
        ax.set_rlabel_position(math.degrees(math.pi / len(shares)))
        ax.set_xticks(angles, [textwrap.fill(name, 18) for name, _, _ in shares])
        for label, angle in zip(ax.get_xticklabels(), angles, strict=True):
            side = math.sin(angle)
            label.set_horizontalalignment("center" if abs(side) < 0.1 else "left" if side > 0 else "right")
        ax.xaxis.labelpad = 14
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2, frameon=False, fontsize="small")
        return ax


def _palier(score: float) -> dict:
    # A score of 24.6 is not 25 yet: it stays in the palier that ends at 24.
    return [level for level in questions()["paliers"] if level["de"] <= score][-1]


def _fr(number: float) -> str:
    return f"{number:g}".replace(".", ",")


class _Form(Maturity):
    """Answers that a form goes on filling: shown as the form in a notebook, as words elsewhere."""

    def __repr__(self) -> str:
        return (f"Questionnaire de maturité : {len(self.answers)} réponses sur {len(_items())}. "
                f"Sans formulaire : maturity(answers={{\"{_items()[0]}\": 2, …}})")

    def _ipython_display_(self) -> None:
        from challenge_data import shown
        from challenge_data.widgets import form

        shown.show(form.questionnaire(questions(), self.answers, self._keep), repr(self))

    def _keep(self) -> None:
        course.keep(ANSWERS_FILE, {"reponses": {item: self.answers[item] for item in _items() if item in self.answers},
                                   "le": datetime.now().isoformat(timespec="seconds")})
