"""Rules that hold between the columns of a row, between rows, and between tables."""

from collections.abc import Iterator
from dataclasses import dataclass

from challenge_data.schemas.standard import Schema
from challenge_data.schemas.tables import Text
from challenge_data.schemas.words import listed, shown


@dataclass(frozen=True)
class Seen:
    """Something wrong in a row; ``column`` is the one that is counted wrong."""

    at: int
    column: str
    value: str
    reason: str
    advice: str
    rule: str


def find(text: Text, schema: Schema, present: list[str]) -> Iterator[Seen]:
    """What the schema's ``custom_checks`` find, but for those of one value."""
    for one in schema.descriptor.get("custom_checks", []):
        rule, params = _RULES.get(one.get("name")), one.get("params", {})
        needed = [params.get("column"), params.get("column2"), *params.get("columns", []), *params.get("othercolumns", [])]
        if rule and all(name in present for name in needed if name):
            yield from rule(text, **params)


def twice(text: Text, name: str) -> Iterator[Seen]:
    """A value of a column that another row already has (empty cells aside)."""
    first: dict[str, int] = {}
    for at, value in enumerate(text.column(name)):
        if value == "":
            continue
        if value in first:
            yield Seen(at, name, value, f"{shown(value)} est déjà en ligne {text.lines[first[value]]}, et cette colonne n'accepte pas deux fois la même valeur.",
                       "Même objet écrit deux fois, ou numéro mal recopié ? Comparez les deux lignes.", "unicité")
        else:
            first[value] = at


def key(text: Text, names: list[str]) -> Iterator[Seen]:
    """Rows whose primary key is empty, or already taken."""
    if len(names) == 1:
        yield from ((Seen(one.at, one.column, one.value, one.reason, one.advice, "clé primaire")) for one in twice(text, names[0]))
        return
    first: dict[tuple, int] = {}
    for at, values in enumerate(zip(*(text.column(name) for name in names), strict=True)):
        if values in first:
            yield Seen(at, names[0], values[0], f"{listed(list(values), last='et')} : cette combinaison de {' et '.join(names)} est déjà en ligne {text.lines[first[values]]}.",
                       "Même objet écrit deux fois, ou numéro mal recopié ? Comparez les deux lignes.", "clé primaire")
        first.setdefault(values, at)


def link(text: Text, columns: list[str], other: Text, other_columns: list[str], said: str) -> Iterator[Seen]:
    """Rows that point to a row which the other table does not have."""
    known = set(zip(*(other.column(name) for name in other_columns), strict=True))
    for at, values in enumerate(zip(*(text.column(name) for name in columns), strict=True)):
        if all(values) and values not in known:
            yield Seen(at, columns[0], values[0], f"{shown(' / '.join(values))} n'existe pas dans la table « {said} ».",
                       f"Ajoutez-le à « {said} », ou corrigez-le ici : sans lui, la ligne ne se rattache à rien.", "lien entre tables")


def _sum(text: Text, column: str, columns: list[str]) -> Iterator[Seen]:
    for at, cells in enumerate(zip(text.column(column), *(text.column(name) for name in columns), strict=True)):
        numbers = [_number(one) for one in cells]
        if None in numbers or numbers[0] == sum(numbers[1:]):
            continue
        told = " + ".join(cells[1:])
        yield Seen(at, column, cells[0], f"{column} vaut {cells[0]}, mais {' + '.join(columns)} fait {told} = {_plain(sum(numbers[1:]))}.",
                   "Les voix doivent s'additionner : relisez le procès-verbal.", "somme")


def _compare(text: Text, column: str, column2: str, op: str) -> Iterator[Seen]:
    for at, (left, right) in enumerate(zip(text.column(column), text.column(column2), strict=True)):
        if not left or not right:
            continue
        one, two = _number(left), _number(right)
        if (one is None) != (two is None):
            continue  # not comparable: the type's own rule tells
        holds = (one, two) if one is not None else (left, right)  # ISO dates compare as text
        if not _HOLDS[op](*holds):
            yield Seen(at, column, left, f"{column} ({left}) {_SAYS[op]} {column2} ({right}).", "L'une des deux valeurs est fausse : retrouvez-les à la source.", "comparaison")


def _together(text: Text, column: str, othercolumns: list[str]) -> Iterator[Seen]:
    names = [column, *othercolumns]
    for at, cells in enumerate(zip(*(text.column(name) for name in names), strict=True)):
        if any(cells) and not all(cells):
            empty = [name for name, cell in zip(names, cells, strict=True) if not cell]
            yield Seen(at, empty[0], "", f"{listed(names, last='et')} vont ensemble, et il manque {listed(empty, last='et')}.",
                       "Remplissez-les toutes, ou aucune.", "colonnes liées")


def _one_of(text: Text, column: str, column2: str) -> Iterator[Seen]:
    for at, (left, right) in enumerate(zip(text.column(column), text.column(column2), strict=True)):
        if not left and not right:
            yield Seen(at, column, "", f"Ni {column} ni {column2} n'est rempli, et il en faut un.", "Remplissez l'un des deux.", "l'un ou l'autre")


def _ends(text: Text, column: str, column2: str) -> Iterator[Seen]:
    for at, (left, right) in enumerate(zip(text.column(column), text.column(column2), strict=True)):
        if left and right and not left.endswith(right):
            yield Seen(at, column, left, f"{shown(left)} ne finit pas par {column2}, qui est {shown(right)}.", f"{column} se construit avec {column2} : corrigez l'un des deux.", "colonnes liées")


def _years(text: Text, column: str) -> Iterator[Seen]:
    for at, value in enumerate(text.column(column)):
        first, _, last = value.partition("/")
        if last and first.isdigit() and last.isdigit() and int(first) >= int(last):
            yield Seen(at, column, value, f"{shown(value)} va d'une année à une autre qui ne vient pas après.", "Écrivez la première année, une barre oblique, puis la dernière.", "comparaison")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


_HOLDS = {">=": lambda a, b: a >= b, ">": lambda a, b: a > b, "<=": lambda a, b: a <= b, "<": lambda a, b: a < b, "==": lambda a, b: a == b}
_SAYS = {">=": "est avant ou sous", ">": "n'est pas après ou au-dessus de", "<=": "est après ou au-dessus de", "<": "n'est pas avant ou sous", "==": "n'est pas égal à"}
_RULES = {
    "sum-columns-value": _sum,
    "compare-columns-value": _compare,
    "cohesive-columns-value": _together,
    "one-of-required": _one_of,
    "ends-with-column-value": _ends,
    "year-interval-value": _years,
}
