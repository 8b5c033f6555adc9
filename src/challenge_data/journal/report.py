"""The « bilan de mise en qualité »: what was done, why, by whom it was decided, how many cells."""

from html import escape
from typing import TYPE_CHECKING

from challenge_data.french import plural, thousands

if TYPE_CHECKING:
    from challenge_data.journal.measure import Change
    from challenge_data.journal.replaying import Replay

_DONE = (("mended", "corrigée", "corrigées"), ("emptied", "vidée", "vidées"), ("filled", "remplie", "remplies"))
_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()


def told(change: "Change") -> str:
    """What a step did, in words: « 1 ligne retirée (144 → 143) ; 12 cases corrigées (chauffage 9, acces_pmr 3) »."""
    if not change.rows_before and change.added and change.new and not change.dropped:
        return f"{plural(change.rows_after, 'ligne lue', 'lignes lues')}, {plural(len(change.new), 'colonne')}"
    parts = []
    if change.removed and change.added:
        parts.append(f"{plural(change.removed, 'ligne retirée', 'lignes retirées')}, {plural(change.added, 'ajoutée')}")
    elif change.removed or change.added:
        what = plural(change.removed, "ligne retirée", "lignes retirées") if change.removed else plural(change.added, "ligne ajoutée", "lignes ajoutées")
        parts.append(f"{what} ({thousands(change.rows_before)} → {thousands(change.rows_after)})")
    for kind, one, many in _DONE:
        cells = getattr(change, kind)
        if cells:
            # A count for each column: one that was meant and one that was not do not hide in a sum.
            where = ", ".join(cells) if len(cells) == 1 else ", ".join(f"{name} {thousands(count)}" for name, count in cells.items())
            parts.append(f"{plural(sum(cells.values()), f'case {one}', f'cases {many}')} ({where})")
    if change.new:
        parts.append(f"{plural(len(change.new), 'colonne ajoutée', 'colonnes ajoutées')} ({', '.join(change.new)})")
    if change.dropped:
        parts.append(f"{plural(len(change.dropped), 'colonne retirée', 'colonnes retirées')} ({', '.join(change.dropped)})")
    if change.renamed:
        parts.append("renommée : " + ", ".join(f"{one} → {two}" for one, two in change.renamed.items()))
    if change.retyped:
        parts.append("type changé : " + ", ".join(f"{name} ({how})" for name, how in change.retyped.items()))
    if change.moved and not parts:
        parts.append("l'ordre a changé")
    return " ; ".join(parts) or "aucune ligne ni aucune case changée"


class Report:
    """Readable as HTML in a notebook, as Markdown by ``print`` and in a file."""

    def __init__(self, journal: dict, columns: list[str], replayed: "Replay | None") -> None:
        from challenge_data.journal.measure import Change

        self._journal, self._replayed = journal, replayed
        self._changes = [Change(**step["changement"]) for step in journal["etapes"]]
        self._columns = columns

    @property
    def facts(self) -> list[str]:
        """A few sentences on the whole."""
        journal, first, last = self._journal, self._changes[0], self._changes[-1]
        year, month, day = journal["fait_le"].split("-")
        cells, removed, added = (sum(counts) for counts in zip(*((one.cells, one.removed, one.added) for one in self._changes[1:] or [_NONE]), strict=True))
        facts = [
            f"Fichier brut : {journal['brut']} (empreinte sha256 {journal['fichiers'][journal['brut']]['sha256'][:12]}…), "
            f"{plural(first.rows_after, 'ligne')} et {plural(len(first.new), 'colonne')} à la lecture.",
            f"Traité le {int(day)}{'er' if day == '01' else ''} {_MONTHS[int(month) - 1]} {year}, en {plural(len(self._changes), 'étape')}.",
            f"Résultat : {plural(last.rows_after, 'ligne')} et {plural(len(self._columns), 'colonne')}. "
            f"{plural(removed, 'ligne retirée', 'lignes retirées')}, {plural(added, 'ligne ajoutée', 'lignes ajoutées')}, {plural(cells, 'case changée', 'cases changées')}.",
            self._replayed.sentence if self._replayed else "Ce journal n'a pas encore été rejoué : journal.replay().",
        ]
        others = [name for name in journal["fichiers"] if name != journal["brut"]]
        if others:
            facts.insert(1, f"Autres fichiers lus : {', '.join(others)}.")
        return facts

    @property
    def steps(self) -> tuple[list[str], list[tuple[str, ...]]]:
        """Titles and rows: one a step."""
        return (["Étape", "Quoi", "Pourquoi", "Décidé par", "Effet mesuré"],
                [(str(rank), step["quoi"], step["pourquoi"], step["decide_par"], told(change))
                 for rank, (step, change) in enumerate(zip(self._journal["etapes"], self._changes, strict=True), 1)])

    @property
    def columns(self) -> tuple[list[str], list[tuple[str, ...]]]:
        """Titles and rows: one a column that was touched after the reading."""
        touched: dict[str, dict] = {}
        for rank, (step, change) in enumerate(zip(self._journal["etapes"], self._changes, strict=True), 1):
            if rank == 1:
                continue
            for old, new in change.renamed.items():
                # A column keeps its history under its new name.
                touched[new] = touched.pop(old, _blank())
            for name in change.columns:
                about = touched.setdefault(name, _blank())
                about["what"].append(f"{rank}. {step['quoi']}")
                about["who"].append(step["decide_par"])
                for kind, *_ in _DONE:
                    about[kind] += getattr(change, kind).get(name, 0)
        return (["Colonne", "Ce qui a été fait", "Corrigées", "Vidées", "Remplies", "Décidé par"],
                [(name, " ; ".join(about["what"]), *(thousands(about[kind]) for kind, *_ in _DONE), ", ".join(dict.fromkeys(about["who"])))
                 for name, about in touched.items()])

    @property
    def untouched(self) -> list[str]:
        """Columns that no step changed."""
        named = {row[0] for row in self.columns[1]}
        return [name for name in self._columns if name not in named]

    def _repr_markdown_(self) -> str:
        parts = [f"# Bilan de mise en qualité : {self._journal['tableau']}", "", *(f"- {fact}" for fact in self.facts),
                 "", "## Étape par étape", "", *_markdown(*self.steps), "", "## Colonne par colonne", ""]
        titles, rows = self.columns
        parts += _markdown(titles, rows) if rows else ["Aucune colonne n'a changé."]
        parts += ["", f"Colonnes gardées telles quelles : {', '.join(self.untouched) or 'aucune'}.", ""]
        return "\n".join(parts)

    __str__ = __repr__ = _repr_markdown_

    def _repr_html_(self) -> str:
        facts = "".join(f"<li>{escape(fact)}</li>" for fact in self.facts)
        titles, rows = self.columns
        by_column = _html(titles, rows, numbers=(2, 3, 4)) if rows else "<p>Aucune colonne n'a changé.</p>"
        return (f"<p><strong>Bilan de mise en qualité : {escape(self._journal['tableau'])}</strong></p><ul>{facts}</ul>"
                f"<p><strong>Étape par étape</strong></p>{_html(*self.steps)}<p><strong>Colonne par colonne</strong></p>{by_column}"
                f"<p>Colonnes gardées telles quelles : {escape(', '.join(self.untouched) or 'aucune')}.</p>")


class _NONE:
    cells = removed = added = 0


def _blank() -> dict:
    return {"what": [], "who": [], "mended": 0, "emptied": 0, "filled": 0}


def _markdown(titles: list[str], rows: list[tuple[str, ...]]) -> list[str]:
    def cell(text: str) -> str:
        return " ".join(text.split()).replace("|", "\\|")

    return [f"| {' | '.join(titles)} |", "|" + "---|" * len(titles), *(f"| {' | '.join(map(cell, row))} |" for row in rows)]


def _html(titles: list[str], rows: list[tuple[str, ...]], numbers: tuple[int, ...] = ()) -> str:
    def align(rank: int) -> str:
        return ' style="text-align:right"' if rank in numbers else ' style="text-align:left"'

    head = "".join(f'<th scope="col"{align(rank)}>{escape(title)}</th>' for rank, title in enumerate(titles))
    body = "".join("<tr>" + "".join(f"<td{align(rank)}>{escape(text)}</td>" for rank, text in enumerate(row)) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
