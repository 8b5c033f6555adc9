"""A table held against a schema, and the report."""

import difflib
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from challenge_data.errors import LearnerError
from challenge_data.french import plural, thousands
from challenge_data.schemas import cells, crossed, hours, tables, values
from challenge_data.schemas.standard import Schema, reader, schema
from challenge_data.schemas.tables import Text
from challenge_data.schemas.words import listed, means_nothing, percent, plain, shown

if TYPE_CHECKING:
    import pandas as pd

PASS_MARK = 0.8  # what past editions of the workshop asked of a published file
_COLUMNS = ["ligne", "index", "colonne", "valeur", "raison", "conseil", "regle"]
_HEADER = "en-tête"
_WHOLE = "(ligne)"
_MOST_GROUPS = 10


def validate(
    table: "pd.DataFrame | str | Path", against: "str | Path | dict | Schema", linked: "dict[str, pd.DataFrame] | None" = None
) -> "Validation":
    """Hold a table against a schema. Never changes the table.

    Types, formats and constraints are judged by frictionless; keys of SIREN and SIRET by frformat; commune codes
    by the official list (COG 2026) and the Île de Brumeval; opening hours, telephones, and rules between columns
    by this room. A DataFrame is judged as the CSV that ``to_csv`` would write.

    Args:
        table: rows in any order, columns in any order; or the path of a CSV file.
        against: a schema's name (see :func:`challenge_data.schemas.names`), a Schema, a dict, or a ``.json`` file.
        linked: other tables that this one refers to, by their schema's name: ``{"comptage_site": sites}``.

    Raises:
        LearnerError: the table or the schema cannot be read, or the table has no row or none of the columns.
    """
    wanted = schema(against)
    text = tables.read(table)
    return Validation(text, wanted, linked or {})


class Validation:
    """What :func:`validate` found. Readable as text, and as tables in a notebook.

    Attributes:
        errors: DataFrame, one row an error: ligne (in the file; the header is line 1), index (label in the
            DataFrame), colonne, valeur, raison, conseil, regle.
        questions: the same columns, for what could not be judged; counts as no error.
        columns: DataFrame, one row a column of the schema: colonne, obligatoire, presente, remplies, erreurs
            (cells), conformes_pct.
        score: share of checked cells that conform, from 0 to 1: ``1 - wrong / checked``. Checked are the filled
            cells of the schema's columns, and the empty ones that are required; every cell of a required column
            that is missing is checked and wrong. An empty optional cell is neither right nor wrong: counting it
            right would let a file grow better by adding empty columns. The formula is this workshop's own;
            validators of the field give a list of errors, and no score.
        valid_rows: share of rows without any error, from 0 to 1: harsher, and what a strict validator accepts.
        missing_columns: required columns that are not there; ``suggestions`` says which column may be meant.
        extra_columns: columns that the schema does not know.
        notes: how a file was read, and what was not checked.
    """

    def __init__(self, text: Text, wanted: Schema, linked: dict) -> None:
        self._text, self._schema = text, wanted
        self.rows = len(text)
        self.notes = list(text.notes)
        self._present = [name for name in wanted.field_names if name in text.header]
        absent = [name for name in wanted.field_names if name not in text.header]
        self.extra_columns = [name for name in dict.fromkeys(text.header) if name.strip() and name not in wanted.field_names]
        self.suggestions = _suggest(self.extra_columns, absent)
        if not self._present and not self.suggestions:
            raise LearnerError(
                f"Aucune colonne de ce tableau n'est dans le schéma « {wanted.title} », qui attend {listed(wanted.field_names, 4)}. "
                "Est-ce le bon schéma ? Sinon, renommez d'abord vos colonnes avec rename."
            )
        self.missing_columns = [name for name in absent if wanted.is_required(name)]
        self._bad: set[tuple[int, str]] = set()  # (position, column)
        self._bad_rows: set[int] = set()
        self.questions = _frame([])
        self.errors = _frame([*self._of_header(), *self._of_rows(linked)])
        self._tell_words_for_nothing()
        self.columns = self._by_column()
        self.score = self._score()
        self.valid_rows = 0.0 if self.missing_columns else 1 - len(self._bad_rows) / self.rows

    @property
    def passed(self) -> bool:
        """The score reaches the house's pass mark, 80 %."""
        return self.score >= PASS_MARK

    @property
    def summary(self) -> str:
        if not len(self.errors):
            return f"{self._schema.title} : {plural(self.rows, 'ligne', 'lignes')}, aucune erreur. Le fichier suit le schéma ; cela ne dit pas que ses valeurs sont vraies."
        told = f"{self._schema.title} : {percent(self.score)} des cases vérifiées sont conformes ({'au-dessus' if self.passed else 'en dessous'} des 80 % demandés). "
        told += f"{plural(len(self.errors), 'erreur', 'erreurs')} ; {percent(self.valid_rows)} des {thousands(self.rows)} lignes n'en ont aucune."
        if self.missing_columns:
            many = len(self.missing_columns) > 1
            told += f" {'Colonnes obligatoires absentes' if many else 'Colonne obligatoire absente'} : {', '.join(self.missing_columns)}."
        return told

    # What is wrong

    def _of_header(self) -> Iterator[tuple]:
        required = set(self.missing_columns)
        for name in [one for one in self._schema.field_names if one not in self._text.header]:
            near = next((extra for extra, meant in self.suggestions.items() if meant == name), None)
            if near:
                advice = f'Est-ce « {near} » ? Renommez-la : tableau.rename(columns={{"{near}": "{name}"}}).'
            else:
                advice = "Ajoutez-la et remplissez-la : où est cette information ?"
            if name in required:
                yield (1, None, name, "", "Cette colonne obligatoire est absente.", advice, "colonne absente")
            elif near:
                yield (1, None, name, near, f"La colonne {shown(near)} n'est pas dans le schéma, qui attend {shown(name)}.", advice, "nom de colonne")
        seen: set[str] = set()
        for rank, name in enumerate(self._text.header, 1):
            if not name.strip():
                yield (1, None, _HEADER, "", f"La colonne numéro {rank} n'a pas de nom.", "Nommez-la, ou retirez-la.", "nom de colonne")
            elif name in seen:
                yield (1, None, name, name, f"Deux colonnes s'appellent {shown(name)} : seule la première est vérifiée.", "Gardez celle qui est juste, renommez ou retirez l'autre.", "colonne en double")
            seen.add(name)
        for name in self.extra_columns:
            if name not in self.suggestions:
                self.notes.append(f"La colonne {shown(name)} n'est pas dans le schéma : elle n'est pas vérifiée.")
        absent = [one for one in self._schema.field_names if one not in self._text.header and one not in required]
        if absent:
            self.notes.append(f"{plural(len(absent), 'colonne facultative absente', 'colonnes facultatives absentes')} : {', '.join(absent[:6])}{' …' if len(absent) > 6 else ''}.")
        order = [name for name in dict.fromkeys(self._text.header) if name in self._present]
        if self._schema.keeps_order and order != self._present:
            self.notes.append("Les colonnes ne sont pas dans l'ordre du schéma, et celui-ci le demande : tableau[[…]] les remet en ordre.")

    def _of_rows(self, linked: dict) -> Iterator[tuple]:
        blank = {at for at, row in enumerate(zip(*self._text.columns, strict=True)) if not any(row)}
        for at in sorted(blank):
            yield self._told(crossed.Seen(at, _WHOLE, "", "La ligne est entièrement vide.", "Retirez-la : tableau.dropna(how=\"all\").", "ligne vide"))
            self._bad |= {(at, name) for name in self._present if self._schema.is_required(name)}
        for at, width in self._text.ragged:
            missing = width < len(self._text.header)
            reason = f"La ligne a {plural(width, 'case', 'cases')}, l'en-tête en a {len(self._text.header)}."
            advice = "Une virgule de trop, ou un texte avec une virgule sans guillemets ?" if not missing else "Une fin de ligne au milieu d'un texte, ou une case oubliée ?"
            yield self._told(crossed.Seen(at, _WHOLE, "", reason, advice, "case manquante" if missing else "case en trop"))
        told: set[tuple[int, str, str]] = set()
        for seen in self._all_seen(linked, blank):
            family = "unicité" if seen.rule == "clé primaire" else seen.rule
            if (seen.at, seen.column, family) not in told:
                told.add((seen.at, seen.column, family))
                yield self._told(seen)

    def _all_seen(self, linked: dict, blank: set[int]) -> Iterator[crossed.Seen]:
        added: dict[str, list] = {}
        for one in self._schema.descriptor.get("custom_checks", []):
            if one.get("name") in values.BY_VALUE:
                added.setdefault(one.get("params", {}).get("column"), []).append((values.BY_VALUE[one["name"]], one["params"].get("first"), one["name"]))
        for name in self._present:
            yield from self._of_column(name, added.get(name, []), blank)
            if self._schema.field(name).get("constraints", {}).get("unique"):
                yield from crossed.twice(self._text, name)
        names = self._schema.descriptor.get("primaryKey", [])
        names = [names] if isinstance(names, str) else names
        if names and all(name in self._present for name in names):
            yield from crossed.key(self._text, names)
        yield from crossed.find(self._text, self._schema, self._present)
        yield from self._links(linked)

    def _of_column(self, name: str, added: list, blank: set[int]) -> Iterator[crossed.Seen]:
        field = self._schema.field(name)
        read = reader(field)
        known: dict[str, list[cells.Broken]] = {}
        asked: dict[str, str] = {}
        for at, value in enumerate(self._text.column(name)):
            if value not in known:
                known[value] = self._broken(field, value, read, added)
                is_hours = any(check == "opening-hours-value" for *_, check in added)
                asked[value] = hours.not_known(value) if is_hours and not known[value] else ""
            if at in blank:
                continue
            for one in known[value]:
                yield crossed.Seen(at, name, value, one.reason, one.advice, one.rule)
            if asked[value]:
                self._ask(at, name, value, asked[value])

    def _broken(self, field: dict, value: str, read, added: list) -> list[cells.Broken]:
        found = cells.broken(field, value, read)
        if value == "" or found:
            # A value of the wrong form is told once: its key or its list would only say it again.
            return self._as_number(field["name"], value, found)
        if added and means_nothing(value):
            return [cells.Broken("mot pour rien", f"{shown(value)} tient lieu de vide.", cells.nothing_advice(field))]
        for check, first, _ in added:
            part = value[:first] if first else value
            if wrong := check(part):
                rule, said, advice = wrong
                found.append(cells.Broken(rule, f"{shown(part)} {said}.", advice))
        return found

    def _as_number(self, name: str, value: str, found: list[cells.Broken]) -> list[cells.Broken]:
        """A code that pandas holds as a number: say it, rather than blame the value."""
        if name not in self._text.as_numbers or self._schema.field(name).get("type", "string") != "string":
            return found
        return [
            cells.Broken(one.rule, one.reason, f'Cette colonne a été lue comme des nombres : relisez le fichier avec dtype={{"{name}": str}}.') if one.rule == "motif" else one
            for one in found
        ]

    def _tell_words_for_nothing(self) -> None:
        """Words for « no value » that a schema takes for text: it cannot see them."""
        found = [
            (name, value)
            for name in self._present
            if not self._schema.field(name).get("constraints", {}).keys() & {"enum", "pattern"}
            for at, value in enumerate(self._text.column(name))
            if value and means_nothing(value) and (at, name) not in self._bad
        ]
        if found:
            words = listed(list(dict.fromkeys(value for _, value in found)), 4, last="et")
            self.notes.append(f"{plural(len(found), 'case dit', 'cases disent')} {words} et {'passe' if len(found) == 1 else 'passent'} : le schéma y voit du texte ({', '.join(list(dict.fromkeys(name for name, _ in found))[:4])}).")

    def _links(self, linked: dict) -> Iterator[crossed.Seen]:
        for one in self._schema.descriptor.get("foreignKeys", []):
            names, to = one["fields"], one["reference"]
            names, others = ([names] if isinstance(names, str) else names), to["fields"]
            others = [others] if isinstance(others, str) else others
            if not all(name in self._present for name in names):
                continue
            if to["resource"] not in linked:
                self.notes.append(f"Le lien de {', '.join(names)} vers la table « {to['resource']} » n'a pas été vérifié : donnez-la avec linked={{\"{to['resource']}\": tableau}}.")
                continue
            other = tables.read(linked[to["resource"]])
            if absent := [name for name in others if name not in other.header]:
                raise LearnerError(f"La table « {to['resource']} » n'a pas de colonne « {absent[0]} » : le lien ne peut pas être vérifié.")
            yield from crossed.link(self._text, names, other, others, to["resource"])

    def _told(self, seen: crossed.Seen) -> tuple:
        self._bad_rows.add(seen.at)
        if seen.column != _WHOLE:
            self._bad.add((seen.at, seen.column))
        return (self._text.lines[seen.at], self._text.labels[seen.at], seen.column, seen.value, seen.reason, seen.advice, seen.rule)

    def _ask(self, at: int, name: str, value: str, part: str) -> None:
        row = (self._text.lines[at], self._text.labels[at], name, value, f"Nous n'avons pas su lire {shown(part)} : ce n'est pas forcément une erreur.",
               "Vérifiez-le avec un outil d'OpenStreetMap, ou écrivez-le plus simplement.", "horaires, non lus")
        self.questions.loc[len(self.questions)] = row

    # What it comes to

    def _by_column(self) -> "pd.DataFrame":
        import pandas as pd

        wrong: dict[str, int] = {}
        for _, name in self._bad:
            wrong[name] = wrong.get(name, 0) + 1
        rows = []
        for name in self._schema.field_names:
            required, present = self._schema.is_required(name), name in self._present
            filled = sum(one != "" for one in self._text.column(name)) if present else 0
            checked, errors = self._checked(name), wrong.get(name, 0) if present else (self.rows if required else 0)
            rows.append({
                "colonne": name,
                "obligatoire": "oui" if required else "non",
                "presente": "oui" if present else "non",
                "remplies": filled,
                "erreurs": errors,
                "conformes_pct": round(100 * (1 - min(errors, checked) / checked), 1) if checked else None,
            })  # fmt: skip
        return pd.DataFrame(rows)

    def _checked(self, name: str) -> int:
        """Cells of a column that count: see ``score``. A cell told wrong always counts, even empty and optional."""
        if name not in self._present:
            return self.rows if self._schema.is_required(name) else 0
        if self._schema.is_required(name):
            return self.rows
        return sum(value != "" or (at, name) in self._bad for at, value in enumerate(self._text.column(name)))

    def _score(self) -> float:
        checked = sum(self._checked(name) for name in self._schema.field_names)
        wrong = len(self._bad) + self.rows * len(self.missing_columns)
        return 1 - wrong / checked if checked else 0.0

    # How it reads

    def groups(self) -> "pd.DataFrame":
        """Errors counted by column and rule, those of the header first, then the most frequent: colonne, regle, erreurs, exemple, conseil."""
        import pandas as pd

        if not len(self.errors):
            return pd.DataFrame(columns=["colonne", "regle", "erreurs", "exemple", "conseil"])
        found = self.errors.groupby(["colonne", "regle"], sort=False).agg(erreurs=("raison", "size"), exemple=("raison", "first"), conseil=("conseil", "first"), ligne=("ligne", "first"))
        found = found.reset_index().sort_values("erreurs", ascending=False, kind="stable")
        found = pd.concat([found[found["ligne"] == 1], found[found["ligne"] != 1]])
        found["exemple"] = ["" if row.ligne == 1 else f"Ligne {row.ligne} : " for row in found.itertuples()] + found["exemple"]
        return found.drop(columns="ligne").reset_index(drop=True)

    def __str__(self) -> str:
        lines = [self.summary]
        told = self.groups()
        for row in told.head(_MOST_GROUPS).itertuples(index=False):
            lines += ["", f"{row.colonne}, {row.regle} ({plural(row.erreurs, 'erreur', 'erreurs')})", f"  {row.exemple}", f"  Que faire ? {row.conseil}"]
        if len(told) > _MOST_GROUPS:
            lines += ["", f"Et {len(told) - _MOST_GROUPS} autres sortes d'erreurs : voir .groups() et .errors."]
        if len(self.questions):
            lines += ["", f"À regarder : {plural(len(self.questions), 'case', 'cases')} que nous n'avons pas su lire, dans .questions."]
        if self.notes:
            lines += ["", "À savoir :"] + [f"  - {note}" for note in self.notes]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        left = ' style="text-align:left"'
        told = self.groups()

        def table(rows) -> str:
            head = "".join(f'<th scope="col"{left}>{one}</th>' for one in ("Colonne", "Règle", "Erreurs", "Exemple", "Que faire ?"))
            body = "".join(
                f'<tr><th scope="row"{left}><code>{escape(row.colonne)}</code></th><td{left}>{escape(row.regle)}</td><td>{thousands(row.erreurs)}</td>'
                f"<td{left}>{escape(row.exemple)}</td><td{left}>{escape(row.conseil)}</td></tr>"
                for row in rows.itertuples(index=False)
            )
            return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

        html = f"<p><strong>{escape(self.summary)}</strong></p>"
        if len(told):
            html += table(told.head(_MOST_GROUPS))
        if len(told) > _MOST_GROUPS:
            html += f"<details><summary>{len(told) - _MOST_GROUPS} autres sortes d'erreurs</summary>{table(told.iloc[_MOST_GROUPS:])}</details>"
        if len(self.questions):
            html += f"<p>À regarder : {plural(len(self.questions), 'case', 'cases')} que nous n'avons pas su lire, dans <code>.questions</code>.</p>"
        if self.notes:
            html += "<details><summary>À savoir</summary><ul>" + "".join(f"<li>{escape(note)}</li>" for note in self.notes) + "</ul></details>"
        return html


def _frame(rows: list[tuple]) -> "pd.DataFrame":
    import pandas as pd

    found = pd.DataFrame(sorted(rows, key=lambda row: row[0]), columns=_COLUMNS)
    labels = [row[1] for row in rows if row[1] is not None]
    if labels and all(isinstance(one, int) for one in labels):
        found["index"] = found["index"].astype("Int64")  # an error of the header has none
    return found


def _suggest(extra: list[str], absent: list[str]) -> dict[str, str]:
    """Unknown column -> the absent one that it may be; each absent column is given once."""
    found: dict[str, str] = {}
    left = dict.fromkeys(absent)
    for name in extra:
        if same := next((one for one in left if plain(one) == plain(name)), None):
            found[name] = same
            del left[same]
    for name in extra:
        if name in found or len(plain(name)) < 3:
            continue
        by_plain = {plain(one): one for one in left}
        if near := difflib.get_close_matches(plain(name), by_plain, n=1, cutoff=0.8):
            found[name] = by_plain[near[0]]
            del left[by_plain[near[0]]]
    return found
