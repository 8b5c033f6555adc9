"""What is likely to mislead the reader of a figure, found in what was drawn."""

import re
from typing import TYPE_CHECKING

from challenge_data.charts.describing import DRAFT_END, bars, names_on, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEAST_POINTS = 3
"""A line of two points is a segment: a gap between two values, a threshold."""

# Names that follow each other: a line between them says something. Anything with a digit does, too (2024, 08 h, 65 ans et plus).
_ORDERED = re.compile(
    r"\d|^(lun|mar|mer|jeu|ven|sam|dim)[a-z]*\.?$|^(janv|f[ée]v|mars|avr|mai|juin|juil|ao[uû]t|sept|oct|nov|d[ée]c)[a-zé]*\.?$"
    r"|^(l'|le |la )?(matin|midi|apr[èe]s-midi|soir|nuit|printemps|[ée]t[ée]|automne|hiver|avant|apr[èe]s|pendant)$"
    r"|^(pas du tout|tr[èe]s|plut[ôo]t|assez|peu|faible|moyen|fort|rare|parfois|souvent|toujours|jamais)\b", re.IGNORECASE)


def doubts(figure: "Figure", title: str = "", alt: str = "") -> list[str]:
    """One French sentence for each thing that may mislead: what is drawn, why, what to do. Empty when all is well."""
    found = []
    for ax in figure.axes:
        # On a polar plot no axis has a foot or an order in the sense meant here.
        if ax.name == "rectilinear":
            found += [sentence for look in (_cut_bars, _line_between_names, _no_legend) if (sentence := look(ax))]
    if sentence := _two_scales(figure):
        found.append(sentence)
    plain = " ".join(alt.split()).rstrip(" .")
    if plain and plain.casefold() == " ".join(title.split()).rstrip(" .").casefold():
        found.append("Votre texte alternatif répète le titre. Dites plutôt ce que montre la figure : sa forme, ses extrêmes, deux ou trois valeurs.")
    elif DRAFT_END in plain:
        found.append(f"Votre texte alternatif est encore l'ébauche : remplacez « {DRAFT_END} » par ce qu'il faut retenir de la figure.")
    return list(dict.fromkeys(found))


def _cut_bars(ax: "Axes") -> str:
    """Bars that stand on zero while the axis does not show zero: their lengths no longer compare."""
    for container, vertical in bars(ax):
        feet = [patch.get_y() if vertical else patch.get_x() for patch in container]
        if not feet or any(foot != 0 for foot in feet):
            continue  # bars between two values (a span of time, the second floor of a stack) start where they start
        letter, axis = ("y", ax.yaxis) if vertical else ("x", ax.xaxis)
        low, high = sorted(axis.get_view_interval())
        if axis.get_scale() == "log":
            return ("Vos barres sont sur une échelle logarithmique : elle n'a pas de zéro, leur longueur ne se compare donc pas. "
                    "Prenez des points, ou une échelle ordinaire.")
        if low > 0 or high < 0:
            side, edge, limit = ("commence", low, "bottom" if vertical else "left") if low > 0 else ("s'arrête", high, "top" if vertical else "right")
            return (f"Vos barres sont coupées : l'axe {side} à {number(edge)} et non à zéro, les écarts paraissent plus grands qu'ils ne sont. "
                    f"Écrivez ax.set_{letter}lim({limit}=0), ou prenez des points.")
    return ""


def _line_between_names(ax: "Axes") -> str:
    """A line whose horizontal axis bears names that follow no order."""
    for line in ax.get_lines():
        if line.get_linestyle() in ("None", "none", " ", "") or len(line.get_xdata(orig=False)) < _LEAST_POINTS:
            continue
        names = names_on(ax.xaxis)
        met = [names[place] for place in dict.fromkeys(map(float, line.get_xdata(orig=False))) if names.get(place)]
        if len(met) >= _LEAST_POINTS and not any(_ORDERED.search(name) for name in met) and not all(_is_number(name) for name in met):
            return (f"Une ligne relie « {met[0]} », « {met[1]} »… : entre deux noms il n'y a rien à lire, et leur ordre pourrait être un autre. "
                    "Prenez des barres ou des points ; gardez la ligne si cet ordre a un sens.")
    return ""


def _two_scales(figure: "Figure") -> str:
    """Two vertical axes on one picture: where their series cross says how the scales were chosen, and nothing else."""
    drawn = [ax for ax in figure.axes if ax.name == "rectilinear" and ax.has_data()]
    for place, one in enumerate(drawn):
        for other in drawn[place + 1:]:
            if one.get_shared_x_axes().joined(one, other) and one.bbox.bounds == other.bbox.bounds and one.get_ylim() != other.get_ylim():
                scales = " et ".join(f"de {number(low)} à {number(high)}" for low, high in (one.get_ylim(), other.get_ylim()))
                return (f"Votre figure a deux axes verticaux, {scales} : ses courbes se croisent là où vous avez réglé les axes. "
                        "Faites deux figures, ou partez de 100 pour chaque série.")
    return ""


def _is_number(text: str) -> bool:
    return not re.sub(r"[\d\s.,%\u2212+-]", "", text)


def _no_legend(ax: "Axes") -> str:
    """Several series, and nothing that says which is which."""
    lines = [line for line in ax.get_lines() if line.get_linestyle() not in ("None", "none", " ", "") and len(line.get_xdata(orig=False)) >= _LEAST_POINTS]
    clouds = [one for one in ax.collections if type(one).__name__ == "PathCollection" and len(one.get_offsets())] if ax.axison else []
    series = max(len({line.get_color() if isinstance(line.get_color(), str) else tuple(line.get_color()) for line in lines}),
                 len({tuple(container[0].get_facecolor()) for container, _ in bars(ax) if len(container)}),
                 len({tuple(cloud.get_facecolor()[0]) for cloud in clouds if len(cloud.get_facecolor()) == 1}))
    # Words written beside the marks do as well, and better.
    if series < 2 or ax.get_legend() or ax.figure.legends or len([text for text in ax.texts if text.get_text().strip()]) >= series:
        return ""
    named = len(set(ax.get_legend_handles_labels()[1])) >= series
    how = "écrivez ax.legend()" if named else "donnez à chacune un label=\"nom\" quand vous la tracez, puis écrivez ax.legend()"
    return f"{series} séries et aucune légende : seule la couleur les distingue, rien ne dit laquelle est laquelle. Pour les nommer, {how}."
