"""The checks that notebooks call: each says in French what is right, or what is wrong and what to look at.

Tolerant of form, firm on substance: row order, dtype, index, column order, float noise and a list for a
Series are all accepted. ``mistakes`` holds the wrong values that people really give, each with the sentence
that speaks to it; those sentences are shown to students, hidden tests included, so they must teach.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from challenge_data.checks import compare
from challenge_data.errors import CheckFailed

FORM = "La forme est vérifiée."
"""What :func:`form` begins with."""


def that(condition: Any, failure: str, success: str = "") -> None:
    """A plain condition, for what no other check says. A column of several answers does not hold.

    Raises:
        CheckFailed: with ``failure``, when the condition does not hold.
    """
    holds = compare.single(condition)
    if hasattr(holds, "shape") or not holds:  # a whole column of answers is not one answer
        _fail(failure)
    _well(success)


def number(value: Any, expected: float, *, tolerance: float = 1e-6, what: str = "votre réponse",
           mistakes: Mapping[float, str] | None = None) -> None:
    """One number, within a relative tolerance.

    Raises:
        CheckFailed: not a number, or another number; ``mistakes`` is looked up with the same tolerance.
    """
    found = compare.number(value, what)
    if compare.same(found, expected, tolerance):
        return _well(f"{compare.show(found)}, c'est juste.")
    for wrong, message in (mistakes or {}).items():
        if compare.same(found, wrong, tolerance):
            _fail(message)
    _fail(f"{compare.subject(what)} vaut {compare.show(found)} : ce n'est pas le résultat attendu. Relisez la consigne mot à mot.")


def text(value: Any, expected: str | Iterable[str], *, what: str = "votre réponse",
         mistakes: Mapping[str, str] | None = None) -> None:
    """One text; case, accents and blanks around are forgiven. ``expected`` may list several accepted texts.

    Raises:
        CheckFailed: not a text, or another text.
    """
    found = compare.single(value)
    if not isinstance(found, str):
        _fail(f"{compare.subject(what)} doit être du texte, entre guillemets ; ici, c'est {compare.kind(found)}.")
    accepted = [expected] if isinstance(expected, str) else list(expected)
    if compare.plain_text(found) in map(compare.plain_text, accepted):
        return _well(f"« {found} », c'est juste.")
    for wrong, message in (mistakes or {}).items():
        if compare.plain_text(found) == compare.plain_text(wrong):
            _fail(message)
    _fail(f"« {found} » n'est pas la réponse attendue. Relisez la consigne mot à mot.")


def row_count(table: Any, expected: int, *, what: str = "votre tableau",
              mistakes: Mapping[int, str] | None = None) -> None:
    """The number of rows of a table.

    Raises:
        CheckFailed: not a table, or another number of rows.
    """
    found = len(compare.table(table, what))
    if found == expected:
        return _well(f"{compare.show(found)} {compare.plural(found, 'ligne')}, c'est juste.")
    if message := (mistakes or {}).get(found):
        _fail(message)
    verdict = "c'est trop" if found > expected else "ce n'est pas assez"
    _fail(f"{compare.subject(what)} a {compare.show(found)} {compare.plural(found, 'ligne')} : {verdict}. "
          "Regardez la condition qui garde ou écarte des lignes.")


def has_columns(table: Any, columns: Iterable[str], *, what: str = "votre tableau") -> None:
    """The columns are there; named index levels count as columns, other columns are welcome.

    Raises:
        CheckFailed: not a table, or a column is missing; the sentence names the missing ones and the nearest.
    """
    import difflib

    present = [str(name) for name in compare.table(table, what).columns]
    missing = [name for name in columns if name not in present]
    if not missing:
        return _well(f"Les colonnes {_listed(columns)} y sont.")
    near = [f"« {match[0]} » au lieu de « {name} »" for name in missing
            if (match := difflib.get_close_matches(name, present, n=1, cutoff=0.75))]
    advice = f" Peut-être une faute de frappe : {', '.join(near)}." if near else f" Ses colonnes : {', '.join(present)}."
    _fail(f"{compare.subject(what)} n'a pas {compare.plural(len(missing), 'la colonne', 'les colonnes')} {_listed(missing)}.{advice}")


def rows_kept(before: Any, after: Any) -> None:
    """No row was lost or invented between two tables.

    Raises:
        CheckFailed: the counts differ.
    """
    start, end = len(compare.table(before, "le tableau de départ")), len(compare.table(after, "votre tableau"))
    if start == end:
        return _well(f"{compare.show(start)} lignes avant, {compare.show(end)} après : aucune ne s'est perdue.")
    gone = start - end
    count = compare.show(abs(gone))
    what = f"{count} {compare.plural(gone, 'a disparu', 'ont disparu')}, sans bruit" if gone > 0 else f"{count} {compare.plural(-gone, 'est apparue', 'sont apparues')}"
    _fail(f"{compare.show(start)} lignes avant, {compare.show(end)} après : {what}. "
          "Comptez les lignes avant et après chaque étape pour trouver laquelle.")


def one_row_each(table: Any, reference: Any, *, key: str = "code_commune") -> None:
    """Each key of the reference has exactly one row in the table, and there is no other.

    Args:
        reference: a table with the column ``key``, or a collection of keys.

    Raises:
        CheckFailed: keys are missing, doubled or foreign; the sentence names the first ones.
    """
    found = _keys(table, key, "votre tableau")
    wanted = (compare.collection(compare.table(reference, "la référence")[key], "la référence")
              if hasattr(reference, "columns") else compare.collection(reference, "la référence"))
    missing = [value for value in dict.fromkeys(map(str, wanted)) if value not in found]
    foreign = [value for value in dict.fromkeys(found) if value not in set(map(str, wanted))]
    doubled = [value for value in dict.fromkeys(found) if found.count(value) > 1]
    if missing:
        _fail(f"{_count(missing, 'absente', 'absentes')} de votre tableau pour « {key} » : {compare.some(missing)}. "
              "Ne rien avoir est une information : chaque valeur garde sa ligne.")
    if doubled:
        _fail(f"« {key} » a plusieurs lignes pour {compare.some(doubled)}. On attend une ligne, et une seule, pour chaque valeur.")
    if foreign:
        _fail(f"« {key} » a des valeurs qui ne sont pas attendues : {compare.some(foreign)}.")
    _well(f"Une ligne pour chaque valeur de « {key} » ({len(found)}).")


def same_set(values: Any, expected: Iterable[Any], *, what: str = "votre liste",
             mistakes: Iterable[tuple[Iterable[Any], str]] = ()) -> None:
    """The same values in any order and any container; doubles are forgiven.

    Raises:
        CheckFailed: values are missing or in excess; the sentence says how many, never which are missing.
    """
    found, wanted = (_comparable(compare.collection(item, what)) for item in (values, list(expected)))
    if found == wanted:
        return _well(f"{len(wanted)} {compare.plural(len(wanted), 'valeur')}, c'est juste.")
    for wrong, message in mistakes:
        if found == _comparable(wrong):
            _fail(message)
    missing, excess = len(wanted - found), sorted(map(str, found - wanted))
    parts = [f"il en manque {missing}"] if missing else []
    parts += [f"{compare.some(excess)} {compare.plural(len(excess), 'n’y a pas sa place', 'n’y ont pas leur place')}"] if excess else []
    _fail(f"{compare.subject(what)} n'est pas celle attendue : {' et '.join(parts)}.")


def column(table: Any, key: str, column: str, expected: Mapping[Any, Any], *, tolerance: float = 1e-6,
           missing_as: Iterable[Any] = (), mistakes: Iterable[tuple[Mapping | Callable, str]] = ()) -> None:
    """The value of a column for each key, whatever the order, the index and the dtype.

    Args:
        expected: key -> number, text or None (missing).
        missing_as: other values accepted where None is expected, such as ``float("inf")`` or 0.
        mistakes: pairs of (what a known mistake gives, the sentence for it): a mapping like ``expected``, or a
            function that takes the key -> value dictionary found and says whether it shows the mistake.

    Raises:
        CheckFailed: the table, a column, a key or a value is wrong; the first differing key is named.
    """
    frame = compare.table(table, "votre tableau")
    has_both = [name for name in (key, column) if name not in frame.columns]
    if has_both:
        has_columns(table, [key, column])
    found = dict(zip(map(str, frame[key].tolist()), frame[column].tolist(), strict=True))
    wanted = {str(name): value for name, value in expected.items()}
    forgiven = list(missing_as)

    def agrees(value: Any, target: Any) -> bool:
        return compare.same(value, target, tolerance) or (
            compare.is_missing(target) and any(compare.same(value, other) for other in forgiven))

    absent = [name for name in wanted if name not in found]
    wrong = [name for name in wanted if name in found and not agrees(found[name], wanted[name])]
    if not absent and not wrong:
        return _well(f"« {column} » : {len(wanted)} {compare.plural(len(wanted), 'valeur juste', 'valeurs justes')}.")
    for mistake, message in mistakes:
        if _shows(mistake, found, tolerance):
            _fail(message)
    if absent:
        _fail(f"Il manque {len(absent)} {compare.plural(len(absent), 'ligne')} : rien pour {compare.some(absent)} dans « {key} ».")
    first = wrong[0]
    _fail(f"« {column} » n'est pas juste pour {compare.plural(len(wrong), '', f'{len(wrong)} lignes, dont ')}{compare.show(first)} : "
          f"vous avez {compare.show(found[first])}. Refaites ce calcul à la main pour cette ligne.")


def form() -> None:
    """What the visible tests end with: they see the form of an answer, not its value, and must not sound like a verdict."""
    print(f"{FORM} La valeur le sera après la remise : relisez votre résultat.")


def _shows(mistake: Mapping | Callable, found: dict, tolerance: float) -> bool:
    if callable(mistake):
        return bool(mistake(found))
    return all(str(name) in found and compare.same(found[str(name)], value, tolerance) for name, value in mistake.items())


def _keys(table: Any, key: str, what: str) -> list[str]:
    frame = compare.table(table, what)
    if key not in frame.columns:
        has_columns(table, [key])
    return [str(value) for value in frame[key].tolist()]


def _comparable(values: Iterable[Any]) -> set:
    """Numbers as rounded floats, so that 3, 3.0 and numpy's 3 are one; texts as they are."""
    return {value if isinstance(value, str) or compare.is_missing(value) else _rounded(value) for value in values}


def _rounded(value: Any) -> Any:
    try:
        return round(float(value), 9)
    except (TypeError, ValueError):
        return str(value)


def _well(message: str) -> None:
    if message:
        print(message)


def _fail(message: str) -> None:
    raise CheckFailed(message)


def _count(values: list, one: str, many: str) -> str:
    return f"{len(values)} {compare.plural(len(values), 'valeur')} {compare.plural(len(values), one, many)}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"« {name} »" for name in names)
