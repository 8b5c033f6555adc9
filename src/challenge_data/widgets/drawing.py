"""Who holds which data, and in what state: service, person, dataset, state, drawn from a table in four columns."""

import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from challenge_data.charts import finish
from challenge_data.errors import LearnerError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

COLUMNS = ("service", "personne", "donnees", "etat")
HEADINGS = ("Service", "Personne", "Données", "État")
UNKNOWN = ("service non précisé", "personne non trouvée", "données non précisées", "inconnu")
MOST_ROWS = 60

# Inches and characters of a column; a line of 9 points takes LINE inches. 8.7 inches in all: what a notebook shows without shrinking.
WIDTHS, CHARACTERS = (1.6, 1.8, 2.3, 1.5), (19, 22, 30, 15)
GAP, LINE, PADDING, TITLE = 0.5, 0.16, 0.085, 0.6


@dataclass(frozen=True)
class _Look:
    """How a state is drawn: a shape and a hatch say it as well as the colour, and its name stands beside."""

    colour: str
    hatch: str
    marker: str
    names: tuple[str, ...]


LOOKS = (
    _Look("#00706b", "", "o", ("a jour", "vert", "bon", "bonne", "tenu", "tenue")),
    _Look("#b35c00", "////", "^", ("a verifier", "orange", "en partie", "moyen", "moyenne", "incomplet", "incomplete")),
    _Look("#7a0019", "xxxx", "s", ("perime", "perimee", "rouge", "mauvais", "mauvaise", "absent", "absente", "manquant", "manquante", "perdu", "perdue")),
)
OTHER = _Look("#5c5c5c", "....", "D", ())


@dataclass
class _Node:
    text: str
    column: int
    y: float = 0.0
    children: list["_Node"] = field(default_factory=list)
    lines: int = 1


def organigramme(table: "DataFrame", *, title: str | None = None, source: str = "entretiens menés par l'équipe") -> None:
    """Draw who holds which data: service, person, data, state; with a text alternative, one sentence a service.

    Args:
        table: one row for each person and the data they hold, with columns ``service``, ``personne``, ``donnees``, ``etat``
            (others are left out); at most 60 rows. What is missing is drawn as missing. The states « à jour », « à vérifier »
            and « périmée » (or vert, orange, rouge) have their own shape; any other is drawn as a grey diamond.

    Raises:
        LearnerError: not a table, a column that is missing, no row, or too many for a drawing.
    """
    rows = _rows(table)
    services = _tree(rows)
    people = {_person(*row[:2]) for row in rows}
    sets = {_data(*row) for row in rows}
    title = title or (f"Qui tient quoi : {len(sets)} {'jeux' if len(sets) > 1 else 'jeu'} de données, {_count(len(people), 'personne')}, "
                      f"{_count(len(services), 'service')}")
    finish(_drawn(services, rows), title, source=source, alt=f"{title}{'' if title[-1] in '?!.' else '.'} {_told(rows)}")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number > 1 else ''}"


def _rows(table: "DataFrame") -> list[tuple[str, str, str, str]]:
    if not hasattr(table, "columns") or not hasattr(table, "itertuples"):
        raise LearnerError("organigramme attend un tableau : écrivez organigramme(tableau), sans guillemets.")
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        there = ", ".join(map(str, table.columns)) or "aucune"
        raise LearnerError(f"Il manque au tableau {'la colonne' if len(missing) == 1 else 'les colonnes'} {', '.join(f'« {name} »' for name in missing)} "
                           f"(il a : {there}). Renommez ou ajoutez ce qui manque, sans accent ni majuscule.")
    if not len(table):
        raise LearnerError("Ce tableau n'a aucune ligne : il n'y a rien à dessiner. Ajoutez une ligne par personne et par jeu de données.")
    rows = list(dict.fromkeys(
        tuple(_text(value, unknown) for value, unknown in zip(row, UNKNOWN, strict=True))
        for row in table[list(COLUMNS)].itertuples(index=False)))
    if len(rows) > MOST_ROWS:
        raise LearnerError(f"Ce tableau a {len(rows)} lignes différentes : au-delà de {MOST_ROWS}, le dessin ne se lit plus. "
                           "Dessinez un service à la fois : organigramme(tableau[tableau[\"service\"] == \"…\"]).")
    return rows


def _person(service: str, person: str) -> tuple:
    """What makes two people the same; two whom nobody found are not."""
    return (1, service) if person == UNKNOWN[1] else (1, "", person)


def _data(service: str, person: str, data: str, state: str) -> tuple:
    """What makes two datasets the same: under one name and in two states, they are two."""
    return (2, *_person(service, person)) if data == UNKNOWN[2] else (2, "", data, state)


def _text(value: object, unknown: str) -> str:
    import pandas as pd

    text = "" if pd.isna(value) else " ".join(str(value).split())
    return text or unknown


def _look(state: str) -> _Look:
    import unicodedata

    plain = unicodedata.normalize("NFKD", state).encode("ascii", "ignore").decode().strip().lower()
    return next((look for look in LOOKS if plain in look.names), OTHER)


def _tree(rows: list[tuple]) -> list[_Node]:
    """The services, each above its people and their data. A person or a file met again is the same box."""
    nodes: dict[tuple, _Node] = {}
    services = []
    for service, person, data, state in rows:
        if (0, service) not in nodes:
            services.append(nodes.setdefault((0, service), _Node(service, 0)))
        above = nodes[0, service]
        for key, text in ((_person(service, person), person), (_data(service, person, data, state), data)):
            node = nodes.setdefault(key, _Node(text, key[0]))
            if node not in above.children:
                above.children.append(node)
            above = node
        if not above.children:
            above.children.append(_Node(state, 3))
    for node in nodes.values():
        held = f"\n({len(node.children)} jeux de données)" if node.column == 1 and len(node.children) > 1 else ""
        node.text = textwrap.fill(node.text, CHARACTERS[node.column]) + held
        node.lines = node.text.count("\n") + 1
    for node in nodes.values():
        for leaf in node.children if node.column == 2 else ():
            leaf.text = textwrap.fill(leaf.text, CHARACTERS[3])
            leaf.lines = leaf.text.count("\n") + 1
    return services


def _place(services: list[_Node]) -> float:
    """Give each box its height on the page, from the top down; returns the total, in inches."""
    placed: set[int] = set()
    y = 0.0

    def put(node: _Node) -> list[float]:
        """Places a box before its own rows; the heights at which these stand."""
        nonlocal y
        placed.add(id(node))
        top = y
        own = [height for child in node.children if id(child) not in placed for height in put(child)] if node.column < 2 else []
        tall = node.lines
        if node.column == 2:
            node.children[0].y = 0.0
            tall = max(tall, node.children[0].lines)
        # A tall box, or one whose rows are all drawn elsewhere, takes the room it needs.
        y = max(y, top + tall * LINE + 2 * PADDING)
        node.y = (own[0] + own[-1]) / 2 if own and y - top <= own[-1] - own[0] + 2 * (own[0] - top) + 1e-9 else (top + y) / 2
        if node.column == 2:
            node.children[0].y = node.y
        return own or [node.y]

    for service in services:
        put(service)
        y += PADDING
    return y


def _drawn(services: list[_Node], rows: list[tuple]) -> "Axes":
    from matplotlib import pyplot
    from matplotlib.patches import FancyBboxPatch, PathPatch
    from matplotlib.path import Path

    height = _place(services)
    lefts = [sum(WIDTHS[:column]) + column * GAP for column in range(4)]
    width, top, bottom = lefts[-1] + WIDTHS[-1], 0.4, 0.45
    page = height + top + bottom
    figure = pyplot.figure(figsize=(width, page + TITLE))
    # The title stands inside the figure: matplotlib wraps one that stands outside at every word.
    ax = figure.add_axes((0, 0, 1, page / (page + TITLE)))
    ax.set_xlim(-0.03, width + 0.03)  # the frames of the outer boxes stay whole
    ax.set_ylim(height + bottom, -top)
    ax.set_axis_off()
    for left, heading in zip(lefts, HEADINGS, strict=True):
        ax.text(left, -0.1, heading, fontsize=10, fontweight="bold")
    drawn: set[int] = set()

    def draw(node: _Node) -> None:
        left = lefts[node.column]
        for child in node.children:
            start, end = left + WIDTHS[node.column], lefts[child.column]
            middle = (start + end) / 2
            curve = Path([(start, node.y), (middle, node.y), (middle, child.y), (end, child.y)], [Path.MOVETO, *[Path.CURVE4] * 3])
            ax.add_patch(PathPatch(curve, facecolor="none", edgecolor="#5c5c5c", linewidth=1.1))
            if id(child) not in drawn:
                draw(child)
        drawn.add(id(node))
        tall = node.lines * LINE + PADDING
        look = _look(" ".join(node.text.split())) if node.column == 3 else None
        ax.add_patch(FancyBboxPatch((left, node.y - tall / 2), WIDTHS[node.column], tall, boxstyle="round,pad=0,rounding_size=0.05",
                                    facecolor="white", edgecolor=look.colour if look else "#1a1a1a",
                                    linewidth=2 if node.column == 3 else 1.1))
        if look:
            ax.scatter([left + 0.17], [node.y], s=110, marker=look.marker, facecolor="white" if look.hatch else look.colour,
                       edgecolor=look.colour, hatch=look.hatch, linewidth=1.4)
        ax.text(left + (0.34 if look else 0.08), node.y, node.text, fontsize=9, va="center", linespacing=1.15,
                fontweight="bold" if node.column == 0 else "normal")

    for service in services:
        draw(service)
    states: dict[str, int] = {}
    for state in {_data(*row): row[3] for row in rows}.values():
        states[state] = states.get(state, 0) + 1
    told = " · ".join(f"{state} : {number}" for state, number in sorted(states.items(), key=lambda pair: -pair[1]))
    ax.text(0, height + bottom / 2, f"Jeux de données par état. {told}", fontsize=9, va="center")
    return ax


def _told(rows: list[tuple]) -> str:
    """One sentence a service: who holds what, in which state."""
    services: dict[str, dict[str, list[str]]] = {}
    for service, person, data, state in rows:
        services.setdefault(service, {}).setdefault(person, []).append(f"« {data} » ({state})")
    return " ".join(
        f"{service} : " + " ; ".join(f"{person} tient {', '.join(held)}" for person, held in people.items()) + "."
        for service, people in services.items())
