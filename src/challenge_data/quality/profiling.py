"""The report of a table: what each column holds, and what in it should be mended, checked, or known."""

from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from challenge_data.errors import LearnerError
from challenge_data.french import plural, thousands
from challenge_data.quality import codes, contents, dates, missing, numbers, people, places, roles, rows, texts, twins
from challenge_data.quality.columns import DATES, KINDS, NUMBERS, Column, short
from challenge_data.quality.finding import GRAVITIES, TO_KNOW, TO_MEND, Finding, Rule, Table

if TYPE_CHECKING:
    import pandas as pd

# In this order: missing values are known before numbers are compared, wrong places before distances are.
RULES: tuple[Rule, ...] = (
    missing.find,
    rows.twice,
    texts.find,
    numbers.find,
    dates.find,
    codes.find,
    places.find,
    twins.find,
    people.find,
)
LEAST, MOST = 5, 12  # kinds of findings shown before the fold: all that is to be mended, within these bounds


@dataclass(frozen=True, eq=False, repr=False)
class Profile:
    """What :func:`profile` saw.

    Attributes:
        name: of the table, or of its file.
        rows: number of rows.
        columns: DataFrame, one row a column: colonne, contenu, remplies, vides, deguisees, mots_pour_rien, distinctes,
            exemple, minimum, maximum, remarques. remplies + vides + deguisees = rows.
        findings: DataFrame, one row a finding, the gravest first: colonne, constat, cases, exemples, lignes (list of
            index labels; of line numbers when a file was read), gravite (« à corriger », « à vérifier », « pour
            information »), conseil.
        notes: how a file was read.
    """

    name: str
    rows: int
    columns: "pd.DataFrame"
    findings: "pd.DataFrame"
    notes: list[str] = field(default_factory=list)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Findings by gravity."""
        return {gravity: int((self.findings["gravite"] == gravity).sum()) for gravity in GRAVITIES}

    def picture(self) -> None:
        """Draw one bar a column (filled, disguised, empty) and its findings; shown with its text alternative."""
        from challenge_data.quality.picture import draw

        draw(self)

    @property
    def summary(self) -> str:
        size = f"{plural(self.rows, 'ligne', 'lignes')}, {plural(len(self.columns), 'colonne', 'colonnes')}"
        return f"{size}. Constats : " + ", ".join(f"{count} {gravity}" for gravity, count in self.counts.items()) + "."

    def __str__(self) -> str:
        told = [f"{self.name} : {self.summary}" if self.name else self.summary, *self.notes]
        first, rest = _by_kind(self.findings)
        told += [
            f"  [{gravity}] {what} : {where}{f' : {examples}' if examples else ''}"
            for gravity, what, where, examples, _ in first
        ]
        if rest:
            told.append(f"  … et {plural(len(rest), 'autre sorte', 'autres sortes')} de constats : voyez .findings.")
        return "\n".join(told)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        told = f"<p><strong>{escape(self.name or 'Ce tableau')}</strong> : {escape(self.summary)}{''.join(f'<br>{escape(note)}' for note in self.notes)}</p>"
        titles = ("Gravité", "Constat", "Où (cases)", "Exemples", "Conseil")
        first, rest = _by_kind(self.findings)
        told += _table(titles, first) if first else "<p>Aucun constat : rien de ce que la machine sait chercher.</p>"
        if rest:
            told += _folded(f"{plural(len(rest), 'autre sorte', 'autres sortes')} de constats", _table(titles, rest))
        titles = (
            "Colonne",
            "Contenu",
            "Remplies",
            "Vides",
            "Déguisées",
            "Différentes",
            "Exemple",
            "Minimum",
            "Maximum",
        )
        rows = [
            (
                row.colonne,
                row.contenu,
                thousands(row.remplies),
                thousands(row.vides),
                thousands(row.deguisees) + (f" : {row.mots_pour_rien}" if row.mots_pour_rien else ""),
                thousands(row.distinctes),
                row.exemple,
                row.minimum,
                row.maximum,
            )
            for row in self.columns.itertuples(index=False)
        ]
        return told + _folded("Colonne par colonne", _table(titles, rows))


def profile(table: "pd.DataFrame | str | Path", name: str = "") -> Profile:
    """Look at every cell of a table, and tell what should be mended, checked, or known. Nothing is changed.

    The report says what a machine can see: a value that is well written and false stays unseen, and what is told
    « à vérifier » may be right.

    Args:
        table: a DataFrame (or GeoDataFrame, Series), any index; or the path of a delimited text file, of an ``.xlsx``
            workbook (its first sheet) or of a GeoJSON layer. A file is read as text, and its rows go by line number.
        name: what the report is called; the file's name when a path is given.

    Raises:
        LearnerError: it is no table, it has no column, or the file cannot be read; says what to do.
    """
    notes: list[str] = []
    if isinstance(table, str | Path):
        from challenge_data.quality.opening import read_any

        path = Path(table)
        table, notes = read_any(path)
        name = name or path.name
    if hasattr(table, "to_frame") and not hasattr(table, "columns"):
        table = table.to_frame()
    if not hasattr(table, "columns") or not hasattr(table, "iloc"):
        raise LearnerError(
            f"profile attend un tableau, ou le chemin d'un fichier ; reçu : {_kind(table)}. Lisez d'abord vos données : tableau = pd.read_csv(…)."
        )
    if len(table.columns) == 0:
        raise LearnerError("Ce tableau n'a aucune colonne : il n'y a rien à regarder. Vérifiez la ligne qui l'a créé.")
    if len(table) == 0:
        raise LearnerError(
            f"Ce tableau a {plural(len(table.columns), 'colonne', 'colonnes')}, mais aucune ligne : un filtre a tout retiré, ou le fichier ne contient que son en-tête."
        )
    whole = Table(table)
    found = [(whole, finding) for finding in rows.strange(whole)]
    # A total or a row of units is told once, then left aside: it would make a column of numbers look like text.
    seen = Table(table.iloc[[at for at in range(len(table)) if at not in whole.no_rows]]) if whole.no_rows else whole
    if len(seen):
        found += [(seen, finding) for rule in RULES for finding in rule(seen)]
    return Profile(name, len(whole), _columns(whole, seen, found), _findings(found), notes)


def _kind(thing: object) -> str:
    return {
        "list": "une liste",
        "dict": "un dictionnaire",
        "NoneType": "rien",
        "int": "un nombre",
        "ndarray": "un tableau numpy",
    }.get(type(thing).__name__, type(thing).__name__)


def _findings(seen: list[tuple[Table, Finding]]) -> "pd.DataFrame":
    import numpy as np
    import pandas as pd

    seen = sorted(seen, key=lambda one: GRAVITIES.index(one[1].gravity))
    found = [finding for _, finding in seen]
    return pd.DataFrame(
        {
            "colonne": pd.Series([one.column for one in found], dtype="str"),
            "constat": pd.Series([one.what for one in found], dtype="str"),
            "cases": pd.Series([len(one.at) if one.cells is None else one.cells for one in found], dtype="int64"),
            "exemples": pd.Series([one.examples for one in found], dtype="str"),
            "lignes": pd.Series(
                [table.frame.index[np.asarray(one.at, dtype=int)].tolist() for table, one in seen], dtype="object"
            ),
            "gravite": pd.Series([one.gravity for one in found], dtype="str"),
            "conseil": pd.Series([one.advice for one in found], dtype="str"),
        }
    )


_SAID = {
    "integer": "nombres entiers",
    "point": "nombres à point",
    "comma": "nombres à virgule",
    "grouped": "nombres à milliers espacés",
    "scientific": "notation scientifique",
    "month_year": "mois et année",
    "text": "texte",
} | dict.fromkeys(DATES, "dates")


def _columns(whole: Table, seen: Table, found: list[tuple[Table, Finding]]) -> "pd.DataFrame":
    import pandas as pd

    about: dict[str, list[str]] = {column.name: [] for column in whole.columns}
    for _, one in found:
        for name in {one.column, *one.column.split(", ")} & about.keys() if one.gravity != TO_KNOW else ():
            about[name].append(one.what)
    return pd.DataFrame(
        [_column(column, seen, seen.columns[column.rank], about[column.name]) for column in whole.columns]
    )


def _column(whole: Column, table: Table, column: Column, remarks: list[str]) -> dict:
    """``whole``: with the rows that are none (a total); ``column``: without."""
    told = {
        "colonne": column.name,
        "contenu": "",
        "remplies": whole.filled,
        "vides": whole.rows - whole.filled,
        "deguisees": 0,
        "mots_pour_rien": "",
        "distinctes": len(column.texts),
        "exemple": "",
        "minimum": "",
        "maximum": "",
        "remarques": " ; ".join(dict.fromkeys(remarks)),
    }
    if column.is_shape:
        shapes = column.series[column.codes >= 0].geom_type.value_counts()
        return told | {
            "contenu": "formes : " + ", ".join(f"{kind} ({thousands(count)})" for kind, count in shapes.items()),
            "distinctes": column.filled,
        }
    known = table.known(column)
    hidden = int(column.counts[~known].sum())
    told |= {
        "contenu": _content(table, column, known),
        "remplies": whole.filled - hidden,
        "deguisees": hidden,
        "mots_pour_rien": column.told(~known, 5),
        "distinctes": int(known.sum()),
    }
    if known.any():
        told["exemple"] = short(column.texts[known.argmax()], 40)
    low, high = _ends(column, known)
    return told | {"minimum": low, "maximum": high}


def _content(table: Table, column: Column, known) -> str:
    import numpy as np

    if not known.any():
        return "vide" if not column.filled else "aucune valeur"
    if column.is_time:
        return "dates"
    if str(column.series.dtype) in ("bool", "boolean"):
        return "vrai ou faux"
    if texts.is_yes_no(table, column):
        return "oui ou non"
    total = int(column.counts[known].sum())
    first = np.flatnonzero(known)[: contents.MAX_DISTINCT]
    content = contents.guess(column.name, {column.texts[at]: int(column.counts[at]) for at in first})[0]
    if content.startswith("nombres") and roles.is_code(column):
        return "codes"
    if content != "texte" and not column.is_number:
        return content
    if column.is_number:
        return (
            content
            if roles.is_code(column) or content == "années"
            else _SAID["integer"]
            if column.share("integer") == 1
            else "nombres décimaux"
        )
    shares: dict[str, float] = {}
    for kind in (*KINDS, "text"):
        count = int(column.counts[column.of_kind(kind) & known].sum())
        if count:
            shares[_SAID[kind]] = shares.get(_SAID[kind], 0) + count / total
    if max(shares, key=shares.get) == "texte" and shares["texte"] >= 0.9:
        return "texte"
    ranked = sorted(shares.items(), key=lambda one: -one[1])
    return (
        ranked[0][0]
        if len(ranked) == 1
        else "mélange : " + ", ".join(f"{kind} {_percent(share)}" for kind, share in ranked[:3])
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.01 else "moins de 1 %"


def _ends(column: Column, known) -> tuple[str, str]:
    """The least and the greatest, of numbers and of ISO dates; of text they say nothing."""
    import numpy as np

    numbers = column.of_kind(*NUMBERS) & known
    if (
        column.counts[numbers].sum() >= 0.5 * column.counts[known].sum() > 0
        and not roles.is_code(column)
        and numbers.any()
    ):
        at = np.flatnonzero(numbers)
        return column.texts[at[column.numbers[at].argmin()]], column.texts[at[column.numbers[at].argmax()]]
    if column.share("date_iso") >= 0.5:
        days = [column.texts[at] for at in np.flatnonzero(column.of_kind("date_iso") & known)]
        return (min(days), max(days)) if days else ("", "")
    return "", ""


def _by_kind(findings: "pd.DataFrame") -> tuple[list[tuple], list[tuple]]:
    """(gravity, finding, columns with their cells, examples, advice) by kind of finding: those shown first, the rest."""
    kinds = []
    for (gravity, what), group in findings.groupby(["gravite", "constat"], sort=False):
        where = [f"{row.colonne} ({thousands(row.cases)})" for row in group.itertuples(index=False)]
        more = f" … et {len(where) - 6} autres colonnes" if len(where) > 7 else ""
        told = ", ".join(where[: 6 if more else None]) + more
        kinds.append((gravity, what, told, group["exemples"].iloc[0], group["conseil"].iloc[0]))
    first = min(MOST, max(LEAST, sum(kind[0] == TO_MEND for kind in kinds)))
    return kinds[:first], kinds[first:]


def _unbroken(cell: str) -> str:
    """A gravity stays on one line."""
    return cell.replace(" ", "\u00a0") if cell in GRAVITIES else cell


def _folded(title: str, content: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{content}</details>"


def _table(titles: tuple[str, ...], rows: list[tuple]) -> str:
    left = ' style="text-align:left"'
    head = "".join(f'<th scope="col"{left}>{title}</th>' for title in titles)
    body = "".join(
        "<tr>" + "".join(f"<td{left}>{escape(_unbroken(str(cell)))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
