"""The manual method: five random cells a column, judged by people, and what five cells can say."""

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from challenge_data.errors import LearnerError
from challenge_data.french import plural
from challenge_data.schemas import tables
from challenge_data.schemas.words import listed, percent, plain

if TYPE_CHECKING:
    import pandas as pd

_RIGHT = {"oui", "o", "ok", "juste", "vrai", "true", "1", "bon", "conforme", "correct", "correcte"}
_WRONG = {"non", "n", "ko", "faux", "fausse", "false", "0", "mauvais", "nonconforme", "incorrect", "incorrecte"}
_UNSURE = {"", "nan", "none", "nesaispas", "nsp"}
Z = 1.959963984540054  # 97.5th percentile of the normal law: intervals of 95 %


def draw_cells(table: object, per_column: int = 5, seed: int = 2026, columns: list[str] | None = None) -> "pd.DataFrame":
    """Draw cells at random, the same number in each column, for people to judge.

    Without replacement, each row as likely as any other, empty cells too: an empty cell is judged like another.

    Args:
        table: a DataFrame, or the path of a CSV file; never changed.
        per_column: cells a column; fewer when the table has fewer rows.
        seed: the same seed draws the same cells, so that anyone can check; another one draws others.
        columns: only these; all when left out.

    Returns:
        One row a cell, sorted by column then line: ligne (in the file; the header is line 1), index, colonne,
        valeur, verdict (empty: to fill with « oui », « non », or « ? »).

    Raises:
        LearnerError: no table, a column that is not there, or fewer than one cell asked for.
    """
    import numpy as np
    import pandas as pd

    text = tables.read(table)
    if isinstance(per_column, bool) or not isinstance(per_column, int) or per_column < 1:
        raise LearnerError("per_column est un nombre entier, au moins 1 : draw_cells(tableau, per_column=5).")
    if absent := [name for name in columns or [] if name not in text.header]:
        raise LearnerError(f"Ce tableau n'a pas de colonne « {absent[0]} ». Il a : {', '.join(text.header)}.")
    draw = np.random.default_rng(seed)
    rows = []
    for name in columns or list(dict.fromkeys(text.header)):
        column = text.column(name)
        for at in sorted(draw.choice(len(text), size=min(per_column, len(text)), replace=False).tolist()):
            rows.append((text.lines[at], text.labels[at], name, column[at], ""))
    return pd.DataFrame(rows, columns=["ligne", "index", "colonne", "valeur", "verdict"])


def manual_score(filled: "pd.DataFrame") -> "ManualScore":
    """What the verdicts of a draw say, and how sure they are.

    Args:
        filled: what :func:`draw_cells` gave, with its column ``verdict`` filled: « oui » or « non »
            (« juste », « faux », « ok » … are understood); « ? » when one cannot tell, which is left out.

    Raises:
        LearnerError: no verdict column, a verdict still to fill, or one that is not understood.
    """
    if not hasattr(filled, "columns") or not {"colonne", "verdict"} <= set(filled.columns):
        raise LearnerError("manual_score attend le tableau que draw_cells a donné, avec sa colonne « verdict » remplie.")
    said = [_verdict(value) for value in filled["verdict"].tolist()]
    if odd := [value for value, one in zip(filled["verdict"].tolist(), said, strict=True) if one == "?!"]:
        raise LearnerError(f"Verdict non compris : « {odd[0]} ». Écrivez oui, non, ou ? quand vous ne pouvez pas juger.")
    if left := said.count(""):
        raise LearnerError(f"{plural(left, 'verdict manque', 'verdicts manquent')} encore. Écrivez oui, non, ou ? quand vous ne pouvez pas juger.")
    if not [one for one in said if one != "?"]:
        raise LearnerError("Aucune case n'a été jugée : tous les verdicts sont « ? ». Il en faut au moins un oui ou un non.")
    return ManualScore(*_counted(filled["colonne"].tolist(), said))


def _verdict(value: object) -> str:
    """« oui », « non », « ? », nothing, or « ?! » when it is not understood."""
    if value is True or value is False:
        return "oui" if value else "non"
    text = str(value).strip()
    if text in ("?", "??"):
        return "?"
    word = plain(text.removesuffix(".0"))
    if word in _UNSURE:
        return "" if word in ("", "nan", "none") else "?"
    return "oui" if word in _RIGHT else "non" if word in _WRONG else "?!"


def _counted(columns: list, said: list[str]) -> tuple["pd.DataFrame", int, int, int]:
    import pandas as pd

    rows = []
    for name in dict.fromkeys(columns):
        of = [one for column, one in zip(columns, said, strict=True) if column == name]
        right, judged = of.count("oui"), len(of) - of.count("?")
        low, high = wilson(right, judged) if judged else (0.0, 1.0)
        rows.append((name, len(of), judged, right, round(100 * right / judged, 1) if judged else None, round(100 * low, 1), round(100 * high, 1)))
    frame = pd.DataFrame(rows, columns=["colonne", "tirees", "jugees", "justes", "justes_pct", "bas_pct", "haut_pct"])
    return frame, said.count("oui"), len(said) - said.count("?"), said.count("?")


def wilson(right: int, drawn: int) -> tuple[float, float]:
    """Wilson's interval of 95 % for a share, from 0 to 1.

    E. B. Wilson (1927), JASA 22, 209-212; recommended for forty draws or fewer by Brown, Cai and DasGupta (2001),
    « Interval Estimation for a Binomial Proportion », Statistical Science 16(2), 101-133. It takes the draws for
    independent; drawn without replacement from a small table, the truth is a little surer than it says.
    """
    share, square = right / drawn, Z * Z
    middle = (share + square / (2 * drawn)) / (1 + square / drawn)
    half = Z / (1 + square / drawn) * math.sqrt(share * (1 - share) / drawn + square / (4 * drawn * drawn))
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, repr=False)
class ManualScore:
    """What :func:`manual_score` counted; readable as text, and as a table in a notebook.

    ``columns``: one row a column: colonne, tirees, jugees, justes, justes_pct, and the interval bas_pct, haut_pct.
    """

    columns: "pd.DataFrame"
    right: int
    judged: int
    unsure: int

    @property
    def score(self) -> float:
        """Share of judged cells that are right, from 0 to 1, all columns together."""
        return self.right / self.judged

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of 95 % around :attr:`score`, from 0 to 1."""
        return wilson(self.right, self.judged)

    @property
    def summary(self) -> str:
        low, high = self.interval
        told = f"{plural(self.right, 'case juste', 'cases justes')} sur {self.judged} jugées : {percent(self.score)}. Pour tout le fichier, la vraie part est sans doute entre {percent(low)} et {percent(high)}."
        if self.unsure:
            told += f" {plural(self.unsure, 'case laissée de côté, faute', 'cases laissées de côté, faute')} de verdict."
        few = self.columns[self.columns["jugees"] > 0].iloc[0] if (self.columns["jugees"] > 0).any() else None
        if few is not None and few["jugees"] <= 10:
            told += f" Colonne par colonne, {few['jugees']} cases ne suffisent pas à conclure : {few['justes']} justes sur {few['jugees']} va avec une vraie part entre {few['bas_pct']:.0f} et {few['haut_pct']:.0f}\u00a0%."
        return told

    @property
    def to_look_at(self) -> list[str]:
        """Columns where at least one cell is wrong."""
        return self.columns.loc[self.columns["justes"] < self.columns["jugees"], "colonne"].tolist()

    def __str__(self) -> str:
        lines = [self.summary]
        if self.to_look_at:
            lines.append(f"À regarder d'abord : {listed(self.to_look_at, last='et')}.")
        for row in self.columns.itertuples(index=False):
            lines.append(f"  {row.colonne} : {row.justes} sur {row.jugees} (entre {row.bas_pct:.0f} et {row.haut_pct:.0f}\u00a0%)")
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<p><strong>{escape(self.summary)}</strong></p>{self.columns.to_html(index=False, na_rep='')}"
