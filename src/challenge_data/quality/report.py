"""What was seen in a file, told in French: as text, and as tables in a notebook."""

from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from challenge_data.french import thousands
from challenge_data.quality.contents import percent

SEPARATORS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}
LINE_ENDS = {"\r\n": "CR LF (Windows)", "\n": "LF (Unix)", "\r": "CR seul (ancien Macintosh)"}


@dataclass(frozen=True)
class FileReport:
    """What :func:`challenge_data.quality.inspect_file` saw; readable as text, and as a table in a notebook."""

    path: Path
    encoding: str  # a name that Python's open() takes
    sure_encoding: bool
    line_end: str
    separator: str
    header_line: int | None  # line number in the file, from 1; None without header
    rows: int  # data rows, blank ones not counted
    ragged: list[
        tuple[int, int]
    ]  # (line number, number of fields) of rows that do not have as many fields as the header
    blank: int
    columns: object  # DataFrame: colonne, contenu, manquantes_pct, valeurs_distinctes, exemple, remarque
    notes: list[str] = field(default_factory=list)

    @property
    def facts(self) -> dict[str, str]:
        encoding = self.encoding if self.sure_encoding else f"{self.encoding}, probablement"
        header = f"ligne {self.header_line}" if self.header_line else "aucune reconnue"
        return {
            "Fichier": self.path.name,
            "Encodage": encoding,
            "Fins de ligne": LINE_ENDS.get(self.line_end, "mélangées"),
            "Séparateur": SEPARATORS.get(self.separator, "aucun : une seule colonne"),
            "En-tête": header,
            "Lignes de données": thousands(self.rows),
            "Colonnes": str(len(self.columns)),
        }

    def __str__(self) -> str:
        lines = [f"{key} : {value}" for key, value in self.facts.items()]
        if self.notes:
            lines += ["", "À savoir :"] + [f"  - {note}" for note in self.notes]
        lines += ["", "Colonnes (le contenu est une supposition) :"]
        for row in self.columns.itertuples(index=False):
            parts = [row.contenu, f"{percent(row.manquantes_pct)} de cases vides", row.remarque]
            lines.append(f"  {row.colonne} : " + " ; ".join(part for part in parts if part))
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        left = ' style="text-align:left"'
        facts = "".join(
            f'<tr><th scope="row"{left}>{escape(key)}</th><td{left}>{escape(value)}</td></tr>'
            for key, value in self.facts.items()
        )
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.notes)
        titles = ("Colonne", "Contenu supposé", "Cases vides", "Valeurs différentes", "Exemple", "Remarque")
        head = "".join(f'<th scope="col"{left}>{title}</th>' for title in titles)
        rows = "".join(
            f'<tr><th scope="row"{left}>{escape(row.colonne)}</th>'
            + "".join(
                f"<td{left}>{escape(text)}</td>"
                for text in (
                    row.contenu,
                    percent(row.manquantes_pct),
                    thousands(row.valeurs_distinctes),
                    row.exemple,
                    row.remarque,
                )
            )
            + "</tr>"
            for row in self.columns.itertuples(index=False)
        )
        return (
            f"<table>{facts}</table>"
            + (f"<p>À savoir :</p><ul>{notes}</ul>" if notes else "")
            + f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )


