"""The descriptive card of a dataset: eight parts, filled in plain Python; HTML in a notebook, Markdown in a file."""

import difflib
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from challenge_data import course
from challenge_data.errors import LearnerError
from challenge_data.french import plural
from challenge_data.guide import require
from challenge_data.publication import parts
from challenge_data.schemas.words import plain

if TYPE_CHECKING:
    import pandas as pd

FILE = "fiche_descriptive.md"


class Card:
    """What a reader who will never be able to call needs to know. It may be filled in several goes; :attr:`missing` says what is left."""

    def __init__(self, title: str, texts: Mapping[str, str] | None = None, **more: str) -> None:
        """
        Args:
            title: of the dataset.
            texts, more: key -> text, the keys of :data:`~challenge_data.publication.parts.ASKED`: ``motivation``, ``composition``,
                ``collecte``, ``preparation``, ``diffusion``, ``maintenance``, ``usages``, ``usages_deconseilles``, ``juridique``.

        Raises:
            LearnerError: no title, a part that no card has, or something else than text; all at once.
        """
        require(title)
        if texts is not None and not isinstance(texts, Mapping):
            raise LearnerError('Les parties de la fiche s\'écrivent avec leur nom : Card("Titre", motivation="…", composition="…").')
        known = {plain(asked.key): asked.key for asked in parts.ASKED}
        wrong, self._texts = [], {}
        if not isinstance(title, str) or parts.means_nothing(title) or len(title.strip()) < 5:
            wrong.append("le titre d'abord, entre guillemets : il dit de quoi parle le jeu, et où.")
        for key, text in {**(texts or {}), **more}.items():
            require(text)
            if (name := known.get(plain(key))) is None:
                near = difflib.get_close_matches(plain(key), known, n=1, cutoff=0.6)
                asked = f"vouliez-vous dire « {known[near[0]]} » ?" if near else f"les parties sont {', '.join(known.values())}."
                wrong.append(f"aucune partie ne s'appelle « {key} » : {asked}")
            elif not isinstance(text, str):
                wrong.append(f"« {name} » attend une phrase entre guillemets, pas {type(text).__name__}.")
            else:
                self._texts[name] = " ".join(text.split())
        if wrong:
            raise LearnerError("La fiche ne peut pas être lue :\n" + "\n".join(f"- {one}" for one in wrong))
        self.title = title.strip()

    def __getitem__(self, key: str) -> str:
        return self._texts.get(key, "")

    @property
    def missing(self) -> "pd.DataFrame":
        """What is left to write: partie, mot_cle, question, constat, pourquoi. No row when the card is complete."""
        import pandas as pd

        return pd.DataFrame(
            [(asked.part, asked.key, asked.question, fault, asked.why) for asked in parts.ASKED if (fault := parts.fault(self[asked.key]))],
            columns=["partie", "mot_cle", "question", "constat", "pourquoi"])

    def check(self) -> None:
        """Raises:
            LearnerError: something is left to write; everything is told at once, with why a reader needs it.
        """
        left = self.missing
        if len(left):
            told = "\n".join(f"- {row.partie} ({row.mot_cle}) : {row.constat}. {row.question} Pourquoi ? {row.pourquoi[0].upper()}{row.pourquoi[1:]}."
                             for row in left.itertuples(index=False))
            raise LearnerError(f"La fiche n'est pas finie, il reste {plural(len(left), 'réponse')} à écrire :\n{told}")

    @property
    def text(self) -> str:
        """The card as Markdown; a portal's description takes it as it is."""
        lines = [f"# Fiche descriptive : {self.title}"]
        for rank, part in enumerate(parts.PARTS, 1):
            lines += ["", f"## {rank}. {part}"]
            for asked in parts.ASKED:
                if asked.part == part:
                    written = self[asked.key] if not parts.fault(self[asked.key]) else f"*(il manque une réponse : {parts.fault(self[asked.key])})*"
                    lines += ["", f"*{asked.question}*", "", written]
        return "\n".join(lines) + "\n"

    def save(self, name: str = FILE) -> None:
        """Write the card as Markdown into :func:`~challenge_data.course.work_dir`, and say where; another earlier one is kept.

        Raises:
            LearnerError: the card is not finished, a name that is not one, or a disk that does not take it.
        """
        self.check()
        if Path(str(name)).name != str(name) or not str(name).endswith(".md"):
            raise LearnerError(f"« {name} » n'est pas un nom de fichier possible ici : un nom simple qui finit par .md, sans dossier.")
        path = course.put(name, self.text.encode())
        print(f"Enregistré : {path.parent.name}/{name} ({plural(len(parts.PARTS), 'partie')}).")

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_html_(self) -> str:
        left = self.missing
        html = f"<p><strong>Fiche descriptive : {escape(self.title)}</strong></p>"
        if len(left):
            html += f"<p>Il reste {plural(len(left), 'réponse')} à écrire : {escape(', '.join(left['mot_cle']))}.</p>"
        rows = ""
        for rank, part in enumerate(parts.PARTS, 1):
            asked = [one for one in parts.ASKED if one.part == part]
            cell = "".join(f"<p><em>{escape(one.question)}</em><br>{self._cell(one)}</p>" for one in asked)
            rows += f'<tr><th scope="row" style="text-align:left;vertical-align:top">{rank}. {escape(part)}</th><td style="text-align:left">{cell}</td></tr>'
        return f"{html}<table>{rows}</table>"

    def _cell(self, asked: parts.Asked) -> str:
        found = parts.fault(self[asked.key])
        return f"<strong>À écrire :</strong> {escape(found)}. {escape(asked.why[0].upper() + asked.why[1:])}." if found else escape(self[asked.key])
