"""The eight parts of a descriptive card: what each asks, and why a reader needs the answer.

After Timnit Gebru et al., « Datasheets for Datasets », Communications of the ACM 64 (12), 2021, which gives seven parts of
some fifty questions; the workshop's past editions added the legal and ethical points. The questions are in our own words.
"""

import re
from dataclasses import dataclass

from challenge_data.schemas.words import means_nothing, plain


@dataclass(frozen=True)
class Asked:
    """One text of the card."""

    key: str  # what the learner types
    part: str  # title of its part
    question: str
    why: str


ASKED = (
    Asked("motivation", "Motivation", "Pourquoi ce jeu existe-t-il, et qui l'a demandé ?",
          "qui lit saura si son besoin ressemble au vôtre"),
    Asked("composition", "Composition", "Que décrit une ligne ? Combien y en a-t-il ? Que manque-t-il, et pourquoi ?",
          "sans cela, ce qui manque passe pour ce qui n'existe pas"),
    Asked("collecte", "Collecte", "D'où vient chaque information, qui l'a relevée, quand, comment ?",
          "une valeur sans origine ne se vérifie pas"),
    Asked("preparation", "Préparation", "Qu'avez-vous corrigé, retiré, ajouté ? Où le lire en détail ?",
          "une correction qui n'est pas dite passe pour une observation"),
    Asked("diffusion", "Diffusion et licence", "Où le trouve-t-on, sous quelle licence, comment le citer ?",
          "sans licence, une personne prudente renonce"),
    Asked("maintenance", "Maintenance", "Qui tient ce jeu, à quel rythme, et à quelle adresse signaler une erreur ?",
          "sans adresse, l'erreur trouvée reste chez qui l'a trouvée"),
    Asked("usages", "Usages", "À quoi ce jeu peut-il servir ?",
          "un exemple vécu vaut mieux qu'une liste de possibles"),
    Asked("usages_deconseilles", "Usages", "À quoi ne doit-il pas servir, et que faire à la place ?",
          "vous seuls savez où il casse, et l'erreur aura lieu loin de vous"),
    Asked("juridique", "Points juridiques et éthiques", "Y reconnaît-on des personnes ? De quel droit publiez-vous ? Qui pourrait en souffrir ?",
          "la personne qui réutilise engage aussi sa responsabilité"),
)
PARTS = tuple(dict.fromkeys(asked.part for asked in ASKED))

TOO_SHORT = 25
"""Characters. « Voir avec Bastien » is shorter, and helps nobody who cannot see him."""

_NOT_WRITTEN = re.compile(r"\b[àa] (compl[ée]ter|d[ée]finir|pr[ée]ciser|remplir|v[ée]rifier plus tard)\b|\btodo\b|\bxxx+\b|lorem ipsum|\[…\]|\.\.\.\s*$|^…+$", re.IGNORECASE)


def fault(text: str) -> str:
    """What keeps a text from being an answer, in French; empty when it is one."""
    said = " ".join(text.split())
    if not said:
        return "rien n'est écrit"
    if found := _NOT_WRITTEN.search(said):
        return f"on y lit encore « {found[0].strip()} »"
    if means_nothing(said) or plain(said) in ("", "voirplushaut", "idem", "sansobjet"):
        return f"« {said} » ne répond pas"
    if len(said) < TOO_SHORT:
        return f"« {said} » est trop court pour quelqu'un qui ne peut pas vous appeler"
    return ""
