"""How alone people are in a table without names, and who is recognised in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from challenge_data.errors import LearnerError
from challenge_data.french import thousands
from challenge_data.guide import require

if TYPE_CHECKING:
    import pandas as pd


def people(count: int) -> str:
    return f"{thousands(count)} personne{'s' if count > 1 else ''}"


class _Told:
    """Its text is its sentence."""

    sentence: str

    def __str__(self) -> str:
        return self.sentence

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.sentence)}</p>"


@dataclass(frozen=True, repr=False, eq=False)
class Anonymity(_Told):
    """What :func:`k_anonymity` counted.

    Attributes:
        k: size of the smallest group; nobody hides among fewer.
        people: number of people.
        unique: people alone in their group.
        groups: DataFrame, one row a group, smallest first: the quasi-identifiers, personnes; and, with ``sensitive``,
            valeurs (distinct sensitive values: 1 when belonging to the group is enough to know).
        revealed: people in a group of several who all have the same sensitive value; None without ``sensitive``.
    """

    k: int
    people: int
    unique: int
    groups: "pd.DataFrame"
    columns: list[str] = field(default_factory=list)
    sensitive: str | None = None
    revealed: int | None = None

    def below(self, threshold: int = 5) -> int:
        """People who hide among fewer than ``threshold``, themselves included."""
        counts = self.groups["personnes"]
        return int(counts[counts < threshold].sum())

    @property
    def sentence(self) -> str:
        names = ", ".join(self.columns)
        share = 100 * self.unique / self.people
        shown = f"{share:.0f}" if share >= 1 or not self.unique else "moins de 1"
        told = f"k = {thousands(self.k)}. Avec {names} : {people(self.people)}, {thousands(len(self.groups))} groupe{'s' if len(self.groups) > 1 else ''}, "
        told += (f"{people(self.unique)} {'seules dans leur' if self.unique > 1 else 'seule dans son'} groupe ({shown} %)." if self.unique
                 else f"et personne ne se cache parmi moins de {thousands(self.k)}.")
        if self.revealed:
            told += f" « {self.sensitive} » : {people(self.revealed)} dans un groupe dont tous les membres ont la même valeur ; reconnaître le groupe suffit."
        return told


def k_anonymity(table: "pd.DataFrame", quasi_identifiers: str | Sequence[str], *, counts: str | Sequence[str] | None = None,
                sensitive: str | None = None) -> Anonymity:
    """Group people by what others can know of them, and count the groups.

    k is the size of the smallest group (Samarati and Sweeney, 1998). An empty cell is a value as any other. No threshold
    makes data anonymous by itself: people in one group may share the same secret (``sensitive``), and two tables together
    may say what each one hides.

    Args:
        table: one row a person; or, with ``counts``, one row an aggregate.
        quasi_identifiers: columns that a neighbour, a colleague or a newspaper knows (commune, age, sex …).
        counts: columns that hold numbers of people. Several columns (pop_0_14, pop_15_29 …) are one more quasi-identifier.
            Groups of nobody are left out.
        sensitive: a column that people would keep for themselves; not together with ``counts``.

    Raises:
        LearnerError: no table, nobody in it, an unknown column, or counts that are no whole numbers from 0 up.
    """
    import pandas as pd

    columns = _columns(table, quasi_identifiers)
    if sensitive is not None:
        _columns(table, sensitive)
        if sensitive in columns:
            raise LearnerError(f"« {sensitive} » est à la fois ce que l'on sait et ce que l'on cache : choisissez l'un des deux.")
    if counts is None:
        groups = table.groupby(columns, dropna=False, sort=True, observed=True).size().rename("personnes").reset_index()
    else:
        counted = _columns(table, counts)
        for name in counted:
            values = pd.to_numeric(table[name], errors="coerce")
            if values.isna().any() or (values < 0).any() or (values % 1 != 0).any():
                raise LearnerError(f"« {name} » ne compte pas des personnes : il y faut des nombres entiers, 0 ou plus, sans case vide.")
        long = table.melt(id_vars=columns, value_vars=counted, var_name="categorie", value_name="personnes")
        if len(counted) > 1:
            columns = [*columns, "categorie"]
        groups = long.groupby(columns, dropna=False, sort=True, observed=True)["personnes"].sum().reset_index()
        groups = groups[groups["personnes"] > 0]
    if not len(groups):
        raise LearnerError("Ce tableau ne compte personne : il n'y a aucun groupe à regarder. Vérifiez le filtre qui précède.")
    revealed = None
    if sensitive is not None and counts is None:
        values = table.groupby(columns, dropna=False, sort=True, observed=True)[sensitive].nunique(dropna=False)
        groups["valeurs"] = values.to_numpy()
        revealed = int(groups.loc[(groups["valeurs"] == 1) & (groups["personnes"] > 1), "personnes"].sum())
    groups = groups.sort_values("personnes", kind="stable").reset_index(drop=True)
    sizes = groups["personnes"]
    return Anonymity(int(sizes.min()), int(sizes.sum()), int((sizes == 1).sum()), groups, columns, sensitive, revealed)


@dataclass(frozen=True, repr=False, eq=False)
class Recognised(_Told):
    """What :func:`recognise` found.

    Attributes:
        found: DataFrame: the known people of whom a single row is left, with all that this row says of them.
        candidates: DataFrame: every known person, and lignes_possibles.
    """

    found: "pd.DataFrame"
    candidates: "pd.DataFrame"

    @property
    def sentence(self) -> str:
        absent = int((self.candidates["lignes_possibles"] == 0).sum())
        told = f"{thousands(len(self.found))} personne{'s' if len(self.found) > 1 else ''} sur {thousands(len(self.candidates))} : une seule ligne possible."
        if absent:
            told += f" {thousands(absent)} sans aucune ligne."
        return told + " Une ligne possible n'est une certitude que si la personne est bien dans le fichier."


def recognise(table: "pd.DataFrame", known: "pd.DataFrame", on: str | Sequence[str]) -> Recognised:
    """Look for known people in a table without names: whose row is the only one that fits?

    To show, on invented data, why a pseudonym is not anonymity. On real data this is what you protect people from.

    Args:
        table: one row a person, without names.
        known: one row a person, with what anybody knows of them; an empty cell is something that is not known.
        on: columns that are in both; compared as text, so that « 1958 » is 1958.

    Raises:
        LearnerError: no table, nobody in one of them, or a column that is not in both.
    """
    import pandas as pd

    columns = _columns(table, on)
    _columns(known, on)
    if not len(table) or not len(known):
        raise LearnerError("L'un des deux tableaux est vide : il n'y a personne à reconnaître.")
    texts, asked = ({name: _text(one[name]) for name in columns} for one in (table, known))
    positions, fits = [], []
    for at in range(len(known)):
        possible = pd.Series(True, index=range(len(table)))
        for name in columns:
            if asked[name].iloc[at] != "":
                possible &= (texts[name] == asked[name].iloc[at]).to_numpy()
        fits.append(int(possible.sum()))
        positions.append(int(possible.to_numpy().argmax()))
    candidates = known.assign(lignes_possibles=fits)
    alone = [at for at, count in enumerate(fits) if count == 1]
    learnt = table.iloc[[positions[at] for at in alone]].drop(columns=columns).reset_index(drop=True)
    learnt = learnt.rename(columns={name: f"{name} (fichier)" for name in learnt.columns if name in known.columns})
    found = pd.concat([known.iloc[alone].reset_index(drop=True), learnt], axis=1)
    return Recognised(found, candidates)


def _text(column: "pd.Series") -> "pd.Series":
    def one(value: object) -> str:
        text = str(value).strip()
        return text.removesuffix(".0").casefold()

    return column.map(one, na_action="ignore").astype(object).where(column.notna(), "").reset_index(drop=True)


def _columns(table: object, names: str | Sequence[str]) -> list[str]:
    require(table)
    if not hasattr(table, "columns") or not hasattr(table, "groupby"):
        raise LearnerError("Il faut d'abord un tableau : lisez vos données avec pd.read_csv(…) ou load(\"…\").")
    names = [names] if isinstance(names, str) else list(names)
    if not names:
        raise LearnerError("Dites au moins une colonne que d'autres peuvent connaître, par exemple [\"commune\", \"age\"].")
    for name in names:
        if name not in table.columns:
            raise LearnerError(f"Aucune colonne ne s'appelle « {name} ». Il y a : {', '.join(map(str, table.columns))}.")
    return names
