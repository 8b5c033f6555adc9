"""check.figure: right figures drawn in the many ways in which people draw, and wrong ones, each with its sentence."""

import datetime
import itertools
import subprocess
import sys

import geopandas
import matplotlib
import nbformat
import numpy
import pandas
import pytest
import shapely
from matplotlib import pyplot
from matplotlib.dates import DateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter
from nbclient import NotebookClient

from challenge_data import caught, charts, check, load, maps
from challenge_data.checks.reading import Reading
from challenge_data.checks.words import unit
from challenge_data.errors import CheckFailed, NotAnswered
from challenge_data.guide import Missing

matplotlib.use("agg")

ALT = "Quatre barres, de 3 salles à Lande-Haute à 12,5 à Port-Brume ; les autres restent entre 5 et 7."
ROOMS = {"Port-Brume": 12.5, "Lande-Haute": 3, "Roc-en-Mer": 7, "Pointe-Grise": 5.25}
NAMES = list(ROOMS)
SERIES = pandas.Series(ROOMS, name="salles")
FRAME = pandas.DataFrame({"jour": ROOMS, "nuit": {name: value / 2 + 1 for name, value in ROOMS.items()}})
BOTH = {label: FRAME[label].to_dict() for label in FRAME}
DAYS = pandas.date_range("2027-01-04", periods=6)
PM = pandas.Series([12.0, 15.5, numpy.nan, 40.1, 22.2, 9.7], DAYS, name="PM2,5")
YEARS = {2021: 115.2, 2022: 118.9, 2023: 121.4, 2024: 149.1}
BY_YEAR = pandas.Series(YEARS)


@pytest.fixture(autouse=True)
def _fresh():
    """Each test has its own figures, and none open."""
    pyplot.close("all")
    caught._held.clear()
    yield
    pyplot.close("all")


def dress(figure, *, ylabel="salles (nombre)", xlabel="commune", title="Port-Brume a le plus de salles", source="Source : Brumeval, données inventées", alt=ALT):
    """Give a figure its texts by plain matplotlib; None leaves one out."""
    if title:
        figure.suptitle(title)
    if source:
        figure.text(0, 0, source)
    for ax in figure.axes:
        if ylabel and not ax.get_ylabel() and not hasattr(ax, "_colorbar"):
            ax.set_ylabel(ylabel)
        if xlabel and not ax.get_xlabel() and not hasattr(ax, "_colorbar"):
            ax.set_xlabel(xlabel)
    if alt:
        figure.text_alternative = alt


def figure_of(drawn):
    from challenge_data.checks.finding import figure_of

    return figure_of(drawn) or pyplot.gcf()


def refusal(*arguments, **options) -> str:
    with pytest.raises(CheckFailed) as error:
        check.figure(*arguments, **options)
    return str(error.value)


def on(draw, **how):
    """Draw on new axes and give them back."""
    figure, ax = pyplot.subplots(**how)
    draw(ax)
    return ax


def by_hand(ax):
    ax.bar(range(4), SERIES.tolist())
    ax.set_xticks(range(4), NAMES, rotation=20)


def one_call_each(ax):
    for (name, value), colour in zip(ROOMS.items(), "rgbk", strict=True):
        ax.bar(name, value, color=colour)


def lollipops(ax):
    ax.hlines(NAMES, 0, SERIES.tolist())
    ax.plot(SERIES.tolist(), NAMES, "o")


def labelled_bars(ax):
    ax.bar_label(ax.bar(NAMES, SERIES.tolist(), yerr=0.5, capsize=3), fmt="%.1f salles")
    ax.axhline(6, color="red", linestyle="--")
    ax.annotate("le port", (0, 12), xytext=(1, 12), arrowprops={"arrowstyle": "->"})


def wrapped(ax):
    ax.bar(range(4), SERIES.tolist())
    ax.set_xticks(range(4), [name.replace("-", "\n") for name in NAMES])


def own_names(ax):
    ax.bar(["Port-Br.", "L.-Haute", "Le Roc", "P.-Grise"], SERIES.tolist())


def names_inside(ax):
    ax.barh(range(4), SERIES.tolist())
    ax.set_yticks([])
    for rank, name in enumerate(NAMES):
        ax.text(0.1, rank, name)


NAMED = {  # name -> value, one series
    "pyplot bars": lambda: pyplot.bar(NAMES, list(ROOMS.values())),
    "pyplot lying bars": lambda: pyplot.barh(NAMES, list(ROOMS.values())),
    "pandas bars": lambda: SERIES.plot.bar(),
    "pandas bars, kind": lambda: SERIES.plot(kind="bar"),
    "pandas lying and sorted": lambda: SERIES.sort_values().plot.barh(),
    "pandas frame": lambda: SERIES.reset_index().plot.bar(x="index", y="salles", legend=False),
    "pandas frame, lying": lambda: SERIES.rename_axis("commune").reset_index().plot.barh(x="commune", y="salles"),
    "ticks by hand": lambda: on(by_hand),
    "one call a bar": lambda: on(one_call_each),
    "points": lambda: on(lambda ax: ax.plot(SERIES.tolist(), NAMES, "o")),
    "points in columns": lambda: on(lambda ax: ax.scatter(NAMES, SERIES.tolist())),
    "line over names": lambda: SERIES.plot(),
    "lollipops": lambda: on(lollipops),
    "sticks alone": lambda: on(lambda ax: ax.vlines(NAMES, 0, SERIES.tolist())),
    "stem": lambda: on(lambda ax: (ax.stem(range(4), SERIES.tolist()), ax.set_xticks(range(4), NAMES))),
    "error bars": lambda: on(lambda ax: ax.errorbar(NAMES, SERIES.tolist(), yerr=1, fmt="o", capsize=3)),
    "labels, threshold, errors": lambda: on(labelled_bars),
    "wrapped names": lambda: on(wrapped),
    "names of one's own": lambda: on(own_names),
    "names inside": lambda: on(names_inside),
    "upper case": lambda: SERIES.rename(str.upper).plot.bar(),
    "counts in the names": lambda: SERIES.rename(lambda name: f"{name} (n = 3)").plot.bar(),
    "an inverted axis": lambda: SERIES.plot.barh().invert_yaxis(),
    "coloured by value": lambda: on(lambda ax: ax.bar(NAMES, SERIES.tolist(), color=["r", "b", "b", "b"])),
    "figure.add_subplot": lambda: pyplot.figure().add_subplot(111).bar(NAMES, SERIES.tolist()),
    "a pie": lambda: on(lambda ax: ax.pie(SERIES.tolist(), labels=NAMES, autopct="%.0f %%")),
    "pandas pie": lambda: SERIES.plot.pie(),
    "stairs to nowhere beside": lambda: on(lambda ax: (ax.bar(NAMES, SERIES.tolist()), ax.axvspan(0, 1, alpha=0.1))),
    "no spine": lambda: on(lambda ax: (ax.barh(NAMES, SERIES.tolist()), ax.spines[["top", "right"]].set_visible(False))),
    "rounded to the thousandth": lambda: SERIES.mul(1.0004).plot.bar(),
    "radar": lambda: on(lambda ax: (ax.plot([0, 1.57, 3.14, 4.71, 0], [*SERIES, 12.5]), ax.set_thetagrids([0, 89.95, 179.9, 269.86], NAMES)), subplot_kw={"projection": "polar"}),
    "bars of one row, named by the legend": lambda: pandas.DataFrame([ROOMS]).plot.bar(),
    "a colour each, named by the legend": lambda: on(lambda ax: ([ax.bar(rank, value, label=name) for rank, (name, value) in enumerate(ROOMS.items())], ax.set_xticks([]), ax.legend())),
    "steps": lambda: on(lambda ax: ax.step(NAMES, SERIES.tolist())),
    "small multiples of one bar": lambda: on_each(),
    "pandas 1 column": lambda: SERIES.to_frame().plot.bar(),
    "mirrored": lambda: mirrored(),
    "in constrained layout": lambda: on(lambda ax: ax.bar(NAMES, SERIES.tolist()), layout="constrained"),
}


def on_each():
    figure, axes = pyplot.subplots(1, 4, sharey=True)
    for ax, (name, value) in zip(axes, ROOMS.items(), strict=True):
        ax.bar([name], [value])
    return axes


def mirrored():
    ax = on(lambda ax: ax.barh(NAMES, [-value for value in SERIES]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):.0f}"))
    return ax


@pytest.mark.parametrize("name", NAMED)
def test_values_are_read_however_they_are_drawn(name, capsys):
    drawn = NAMED[name]()
    dress(figure_of(drawn))
    check.figure(drawn, values=ROOMS)
    out = capsys.readouterr()
    assert out.out == "Votre figure se lit : titre, source et texte alternatif y sont, et 4 valeurs justes.\n" and out.err == ""


def grouped(ax):
    ax.bar(numpy.arange(4) - 0.2, FRAME["jour"].tolist(), width=0.4, label="Jour")
    ax.bar(numpy.arange(4) + 0.2, FRAME["nuit"].tolist(), width=0.4, label="Nuit")
    ax.set_xticks(range(4), NAMES)
    ax.legend()


def stacked(ax):
    ax.barh(NAMES, FRAME["jour"].tolist(), label="jour")
    ax.barh(NAMES, FRAME["nuit"].tolist(), left=FRAME["jour"].tolist(), label="nuit")
    ax.legend()


def two_lines(ax):
    ax.plot(NAMES, FRAME["jour"].tolist(), label="jour")
    ax.plot(NAMES, FRAME["nuit"].tolist(), label="nuit")
    ax.legend(title="moment")


def named_beside(ax):
    for label in FRAME:
        ax.plot(NAMES, FRAME[label].tolist())
        ax.text(3, FRAME[label].iloc[-1], label)


def panels():
    figure, axes = pyplot.subplots(1, 2, sharey=True)
    for ax, label in zip(axes, FRAME, strict=True):
        FRAME[label].plot.barh(ax=ax, title=label)
    return axes


def twins(ax):
    ax.plot(NAMES, FRAME["jour"].tolist(), "r")
    ax.set_ylabel("jour (salles)")
    other = ax.twinx()
    other.plot(NAMES, FRAME["nuit"].tolist(), "b")
    other.set_ylabel("nuit (salles)")


SEVERAL = {  # series -> name -> value
    "pandas bars": lambda: FRAME.plot.bar(),
    "pandas lying bars": lambda: FRAME.sort_values("nuit").plot.barh(),
    "pandas stacked": lambda: FRAME.plot.bar(stacked=True),
    "pandas stacked area": lambda: FRAME.plot.area(),
    "pandas area, not stacked": lambda: FRAME.plot.area(stacked=False),
    "pandas lines": lambda: FRAME.plot(),
    "pandas, one panel each": lambda: FRAME.plot.bar(subplots=True),
    "pandas, a second axis": lambda: FRAME.plot.bar(secondary_y="nuit"),
    "grouped by hand": lambda: on(grouped),
    "stacked by hand": lambda: on(stacked),
    "two lines": lambda: on(two_lines),
    "stackplot": lambda: on(lambda ax: (ax.stackplot(range(4), FRAME["jour"], FRAME["nuit"], labels=["jour", "nuit"]), ax.set_xticks(range(4), NAMES), ax.legend())),
    "names beside": lambda: on(named_beside),
    "panels": lambda: panels(),
    "crossed": lambda: FRAME.T.plot.bar(),
    "twin axes": lambda: on(twins),
    "legend renamed": lambda: FRAME.plot.bar().legend(["le jour", "la nuit"]).axes,
    "a slope for each name": lambda: on(lambda ax: [(ax.plot(["jour", "nuit"], FRAME.loc[name].tolist(), "k-o"), ax.text(1, FRAME.loc[name, "nuit"], name)) for name in NAMES]),
    "legend of the figure": lambda: (ax := FRAME.plot.bar(legend=False), ax.figure.legend(["jour", "nuit"]))[0],
    "dumbbells": lambda: on(lambda ax: (ax.hlines(NAMES, FRAME["nuit"], FRAME["jour"]), ax.plot(FRAME["jour"], NAMES, "ko", label="jour"),
                                        ax.plot(FRAME["nuit"], NAMES, "wo", label="nuit"), ax.legend())),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_several_series_are_read(name, capsys):
    drawn = SEVERAL[name]()
    dress(figure_of(drawn))
    check.figure(drawn, values=BOTH)
    assert "8 valeurs justes" in capsys.readouterr().out


def date_bars(ax):
    ax.bar(DAYS, PM.fillna(0).tolist())


X_AND_Y = {  # dates on x, numbers on y
    "pandas line": lambda: PM.plot(),
    "pandas line with periods": lambda: PM.to_period("D").plot(),
    "pandas frame": lambda: PM.rename_axis("jour").reset_index().plot(x="jour", y="PM2,5"),
    "irregular": lambda: PM.dropna().plot(),
    "pandas line, with marks": lambda: PM.plot(style="o-", x_compat=True),
    "pyplot line": lambda: pyplot.plot(DAYS, PM),
    "python's dates": lambda: pyplot.plot([day.date() for day in DAYS], PM.tolist()),
    "numpy's dates": lambda: pyplot.plot(DAYS.to_numpy(), PM.to_numpy()),
    "points": lambda: pyplot.scatter(DAYS, PM),
    "pandas points": lambda: PM.rename_axis("jour").reset_index().plot.scatter(x="jour", y="PM2,5"),
    "numbers of days": lambda: on(lambda ax: (ax.plot(date2num(DAYS), PM), ax.xaxis.set_major_formatter(DateFormatter("%d/%m")))),
    "dates as names": lambda: pyplot.plot(DAYS.strftime("%Y-%m-%d"), PM),
    "out of order": lambda: pyplot.plot(PM.sample(6, random_state=1), "o"),
    "steps": lambda: pyplot.step(DAYS, PM),
    "colours by group": lambda: on(lambda ax: (ax.scatter(DAYS[:3], PM[:3], label="a"), ax.scatter(DAYS[3:], PM[3:], label="b"), ax.legend())),
    "a threshold and a band": lambda: on(lambda ax: (ax.plot(DAYS, PM), ax.axhline(15, label="OMS"), ax.fill_between(DAYS, PM - 2, PM + 2, alpha=0.2), ax.axvline(DAYS[2]))),
    "subplots": lambda: on_second(),
    "an object": lambda: PM.to_frame().plot(subplots=True),
}


def on_second():
    figure, axes = pyplot.subplots(2, 1, sharex=True)
    axes[0].plot(DAYS, range(6))
    axes[1].plot(DAYS, PM)
    return axes


@pytest.mark.parametrize("name", X_AND_Y)
def test_dates_and_numbers_are_read_on_their_axes(name):
    drawn = X_AND_Y[name]()
    figure_of(drawn).axes[0].set_ylabel("PM2,5 (µg/m³)")
    dress(figure_of(drawn), ylabel="PM2,5 (µg/m³)", xlabel="jour")
    check.figure(drawn, x=PM.dropna().index, y=PM.dropna(), ylabel=["µg/m3"], xlabel=["jour", "date"])
    check.figure(drawn, x=list(DAYS.strftime("%Y-%m-%d")) if "names" in name else PM.dropna().index.to_pydatetime())


@pytest.mark.parametrize("name", ["pandas line", "pyplot line", "dates as names", "pandas line with periods"])
def test_values_named_by_dates(name):
    drawn = X_AND_Y[name]()
    dress(figure_of(drawn))
    for named in (PM.to_dict(), {f"{day:%Y-%m-%d}": value for day, value in PM.items()}, {day.date(): value for day, value in PM.items()}):
        check.figure(drawn, values=named)


@pytest.mark.parametrize("draw", [
    lambda: BY_YEAR.plot.bar(), lambda: BY_YEAR.plot(), lambda: pyplot.plot(list(YEARS), list(YEARS.values())), lambda: pyplot.bar(list(YEARS), list(YEARS.values())),
    lambda: pyplot.bar(list(map(str, YEARS)), list(YEARS.values())), lambda: pyplot.barh(list(YEARS), list(YEARS.values())),
    lambda: BY_YEAR.set_axis(pandas.PeriodIndex(BY_YEAR.index.astype(str), freq="Y")).plot(),
    lambda: pyplot.bar(numpy.array(list(YEARS)) - 0.2, list(YEARS.values()), width=0.4),
    lambda: pyplot.plot([datetime.date(year, 1, 1) for year in YEARS], list(YEARS.values())),
])
def test_years_are_names_and_numbers(draw):
    drawn = draw()
    dress(figure_of(drawn))
    check.figure(drawn, values=YEARS)
    check.figure(drawn, values={str(year): value for year, value in YEARS.items()})
    assert "valeur attendue" in refusal(drawn, values={**YEARS, 2024: 120})


MONTHS = pandas.Series([3, 4, 5], pandas.date_range("2026-01-31", periods=3, freq="ME"))
FIRST_DAYS = pandas.Series([3, 4, 5], pandas.date_range("2026-01-01", periods=3, freq="MS"))


@pytest.mark.parametrize("draw", [
    lambda: MONTHS.plot(), lambda: MONTHS.plot.bar(), lambda: MONTHS.plot.barh(), lambda: FIRST_DAYS.plot.bar(), lambda: FIRST_DAYS.plot(), lambda: MONTHS.to_period("M").plot.bar(),
    lambda: pyplot.bar(MONTHS.index, MONTHS, width=20), lambda: pyplot.bar(FIRST_DAYS.index.strftime("%Y-%m"), MONTHS), lambda: pyplot.plot(FIRST_DAYS),
])
def test_months_are_named_by_any_of_their_days(draw):
    drawn = draw()
    dress(figure_of(drawn))
    check.figure(drawn, values=MONTHS.to_period("M"))


@pytest.mark.parametrize("draw", [
    lambda: on(lambda ax: (ax.bar(range(3), [3, 4, 5]), ax.set_xticks(range(3), ["04/01", "05/01", "6/1"]))),
    lambda: pandas.Series([3, 4, 5], DAYS[:3]).plot.bar(), lambda: pandas.Series([3, 4, 5], DAYS[:3]).plot.barh(), lambda: pandas.Series([3, 4, 5], DAYS[:3].date).plot.bar(),
])
def test_days_are_named_with_or_without_their_year(draw):
    drawn = draw()
    dress(figure_of(drawn))
    check.figure(drawn, values=dict(zip(DAYS, [3, 4, 5], strict=False)))


@pytest.mark.parametrize("draw", [
    lambda: pyplot.hist([1, 1, 2, 9], bins=[0, 2, 4, 10]), lambda: pandas.Series([1, 1, 2, 9]).plot.hist(bins=[0, 2, 4, 10]),
    lambda: pandas.Series([1, 1, 2, 9]).hist(bins=[0, 2, 4, 10]), lambda: pyplot.hist([1, 1, 2, 9], bins=[0, 2, 4, 10], histtype="step"),
    lambda: pyplot.hist([1, 1, 2, 9], bins=[0, 2, 4, 10], histtype="stepfilled"), lambda: pyplot.stairs([2, 1, 1], [0, 2, 4, 10]),
])
def test_histograms_are_read_by_where_their_classes_begin(draw):
    drawn = draw()
    dress(figure_of(drawn))
    check.figure(drawn, values={0: 2, 2: 1, 4: 1})
    assert refusal(drawn, values={0: 2, 2: 2, 4: 0})


def layer(column=True):
    squares = [shapely.box(x, 0, x + 1, 1) for x in range(0, 8, 2)]
    squares[0] = shapely.MultiPolygon([squares[0], shapely.box(0, 2, 1, 3)])
    return geopandas.GeoDataFrame({"nom": NAMES, "salles": SERIES.tolist()}, geometry=squares, crs=2154)


HEAT = numpy.array([[12.5, 3], [7, 5.25]])
SURFACES = {
    "geopandas": lambda: layer().plot(column="salles", legend=True, legend_kwds={"label": "salles"}),
    "geopandas, axis off": lambda: layer().plot(column="salles", legend=True, legend_kwds={"label": "salles"}).set_axis_off(),
    "geopandas, missing": lambda: pandas.concat([layer(), layer().head(1).assign(salles=numpy.nan)]).plot(
        column="salles", legend=True, missing_kwds={"color": "grey"}, legend_kwds={"label": "salles"}),
    "geopandas points": lambda: layer().set_geometry(layer().representative_point()).plot(column="salles", legend=True, legend_kwds={"label": "salles"}),
    "bubbles": lambda: layer().representative_point().plot(markersize=SERIES.to_numpy() * 10),
    "imshow": lambda: on(lambda ax: ax.figure.colorbar(ax.imshow(HEAT), label="salles")),
    "pcolormesh": lambda: on(lambda ax: ax.figure.colorbar(ax.pcolormesh(HEAT), label="salles")),
    "in insets": lambda: inset(),
}


def inset():
    ax = layer().head(3).plot(column="salles", legend=True, vmin=0, vmax=13, legend_kwds={"label": "salles"})
    layer().tail(1).plot(column="salles", ax=ax.inset_axes((0, 0, 0.2, 0.2)), vmin=0, vmax=13)
    return ax


@pytest.mark.parametrize("name", SURFACES)
def test_surfaces_show_their_values_by_colour(name):
    drawn = SURFACES[name]()
    dress(figure_of(drawn), xlabel="", ylabel="")
    check.figure(drawn, values=ROOMS)
    if "bubbles" not in name:
        check.figure(drawn, values=ROOMS, ylabel=["salles"])
    assert refusal(drawn, values={**ROOMS, "Lande-Haute": 4})


def test_our_maps_are_read_and_told_when_another_column_is_mapped(capsys):
    communes = load("departements").head(30).assign(taux=range(30), autre=lambda t: t.taux * 2 + 1)
    wanted = dict(zip(communes["code_departement"], map(float, range(30)), strict=True))
    ax = maps.choropleth(communes, "taux", unit="habitants sur 100 (%)")
    charts.finish(ax, "L'Ouest est plus touché", source="Insee", alt=ALT)
    check.figure(ax, values=wanted, ylabel=["%"])
    check.figure(None, values=wanted)
    ax = maps.choropleth(communes, "autre", unit="habitants")
    charts.finish(ax, "L'Ouest est plus touché", source="Insee", alt=ALT)
    said = refusal(ax, values=wanted, ylabel=["%"])
    assert "dans la légende ou le titre (« % »)" in said and "Les teintes de votre carte ne montrent pas" in said


def test_a_map_in_classes_of_ones_own_is_believed():
    ax = layer().assign(classe=["a", "b", "b", "a"]).plot(column="classe", legend=True)
    dress(ax.figure)
    check.figure(ax, values=ROOMS)


# --- what figures lack

WAYS_TO_GIVE = {
    "axes": lambda ax: ax, "figure": lambda ax: ax.figure, "bars": lambda ax: ax.containers[0], "a list": lambda ax: [ax], "an array": lambda ax: numpy.array([[ax]]),
    "figure and axes": lambda ax: (ax.figure, ax), "a column": lambda ax: pandas.Series([ax]), "a title": lambda ax: ax.title, "a dictionary": lambda ax: {"a": ax},
    "nothing": lambda ax: None, "another object": lambda ax: SERIES, "a module": lambda ax: pyplot, "a text": lambda ax: "figure", "numbers": lambda ax: (numpy.arange(3), 2),
    "an answer that waits": lambda ax: Missing("ax"), "a number": lambda ax: 3,
}


@pytest.mark.parametrize("given", WAYS_TO_GIVE)
def test_whatever_is_given_the_figure_is_found(given):
    ax = SERIES.plot.bar()
    dress(ax.figure)
    check.figure(WAYS_TO_GIVE[given](ax), values=ROOMS)


def test_a_figure_that_pyplot_did_not_make():
    figure = Figure()
    ax = figure.add_subplot()
    ax.bar(NAMES, SERIES.tolist())
    dress(figure)
    for drawn in (figure, ax, ax.containers):
        check.figure(drawn, values=ROOMS)


def test_no_figure_is_said_so():
    assert "Aucune figure n'a été dessinée pour cette question" in refusal()
    assert "Aucune figure" in refusal(SERIES)
    with pytest.raises(NotAnswered, match="« ax » attend"):
        check.figure(Missing("ax"))
    pyplot.subplots()
    assert "Votre figure est vide" in refusal()
    assert "Votre figure est vide" in refusal(pyplot.gca())


LACKS = {
    "no title": ({"title": None}, "un titre qui dit ce que l'on voit (title="),
    "one word": ({"title": "salles"}, "« salles » étant trop court"),
    "a column": ({"title": "nb_salles_ouvertes"}, "trop court"),
    "ellipsis": ({"title": "…"}, "à la place des points de suspension"),
    "three dots": ({"title": "..."}, "points de suspension"),
    "placeholder": ({"title": "Titre de la figure"}, "un titre"),
    "the axis again": ({"title": "salles (nombre)"}, "un titre qui dit"),
    "no source": ({"source": None}, "la source des données (source="),
    "empty source": ({"source": "Source : "}, "la source des données"),
    "source to write": ({"source": "Source : …"}, "la source des données"),
    "no alternative": ({"alt": None}, "un texte alternatif, pour qui ne voit pas l'image"),
    "alternative to write": ({"alt": "…"}, "un texte alternatif, pour qui"),
    "short alternative": ({"alt": "Quatre barres bleues."}, "d'au moins 30 signes"),
    "the title again": ({"title": "Port-Brume a le plus de salles de l'île", "alt": "Port-Brume a le plus de salles de l'île."}, "autre chose que le titre"),
    "the draft": ({"alt": ALT + " " + charts.describing.DRAFT_END}, "la fin de votre texte alternatif"),
    "no unit": ({"ylabel": "valeur"}, "« salles » ou « nombre » sur l'axe vertical, qui dit seulement « valeur » (ylabel="),
    "no label": ({"ylabel": None}, "« salles » ou « nombre » sur l'axe vertical (ylabel="),
    "no name of the axis": ({"xlabel": None}, "« commune » sur l'axe horizontal (xlabel="),
}


@pytest.mark.parametrize("name", LACKS)
def test_what_a_figure_lacks_is_told_with_what_to_write(name):
    how, words = LACKS[name]
    ax = pyplot.bar(NAMES, SERIES.tolist())
    dress(figure_of(ax), **how)
    said = refusal(ax, values=ROOMS, xlabel=["commune"], ylabel=["salles", "nombre"])
    assert said.startswith("Il manque à votre figure : ") and words in said and said.count(" ; ") == 0, said


def test_all_that_lacks_is_told_at_once():
    ax = SERIES.plot.barh(ylabel="")
    said = refusal(ax, values={**ROOMS, "Roc-en-Mer": 8}, ylabel=["salles"], what="la figure")
    assert said.startswith("Il manque à la figure : un titre") and said.count(" ; ") == 3 and "l'axe horizontal" in said
    assert "« Roc-en-Mer », où l'on lit 7" in said


TEXTS = {
    "title on the left": lambda ax: ax.set_title("La nuit est calme", loc="left"),
    "title on the right": lambda ax: ax.set_title("La nuit est calme", loc="right"),
    "suptitle": lambda ax: ax.figure.suptitle("La nuit est calme"),
    "words at the top": lambda ax: ax.figure.text(0.1, 0.95, "La nuit est calme"),
}
SOURCES = {
    "figure.text": lambda ax: ax.figure.text(0, 0, "Source : Insee"), "ax.text": lambda ax: ax.text(0, -3, "Sources : Insee, IGN"),
    "annotate": lambda ax: ax.annotate("source: INSEE 2027", (0, 0), xycoords="figure fraction"), "xlabel": lambda ax: ax.set_xlabel("commune\nSource : Insee"),
    "no colon": lambda ax: ax.figure.text(0, 0, "SOURCE Insee"), "title": lambda ax: ax.set_title("Les salles de l'île (source : Insee)", loc="right"),
    "parenthesis": lambda ax: ax.figure.text(0, 0, "(Source : Insee)"), "from": lambda ax: ax.figure.text(0, 0, "D’après l'Insee, 2027"),
}


@pytest.mark.parametrize(("title", "source"), list(itertools.product(TEXTS, SOURCES)))
def test_texts_may_stand_anywhere(title, source):
    ax = SERIES.plot.bar()
    TEXTS[title](ax)
    SOURCES[source](ax)
    ax.figure.text_alternative = ALT
    check.figure(ax, values=ROOMS)


def test_a_source_of_noise_is_no_source():
    ax = SERIES.plot.bar(ylabel="niveau de la source (dB)")
    dress(ax.figure, source=None, title="Source de bruit principale de la ville")
    assert "la source des données" in refusal(ax)


@pytest.mark.parametrize("label", ["PM2,5 (µg/m3)", "PM2,5 (µg/m³)", "concentration en μg/m³", "$\\mu g/m^3$", "µg / m3", "µg.m-3", "UG/M3", "$\\mathrm{\\mu g\\,m^{-3}}$", "µg·m⁻³", "microgrammes par m3"])
def test_units_are_forgiven_how_they_are_typed(label):
    ax = on(lambda ax: ax.plot(DAYS, PM))
    dress(ax.figure, ylabel=label)
    for asked in ("µg/m³", ["μg/m3"]):
        check.figure(ax, ylabel=asked)
    assert "µg/m³" in refusal(ax, xlabel=["µg/m³"])


@pytest.mark.parametrize(("label", "word", "holds"), [
    ("Distance (m)", "m", True), ("commune", "m", False), ("niveau (dB(A))", "dB", True), ("LAeq en dBA", "dB", True), ("nombre d'habitants", "habitant", True),
    ("part (pour cent)", "%", True), ("pour 1 000 habitants", "1000 habitants", True), ("durée (min)", "m", False), ("population", "habitants", False),
    ("Élèves", "eleves", True), ("km/h", "h", True), ("vitesse km.h-1", "km/h", True), ("euros (€)", "€", True),
])
def test_words_stand_in_labels(label, word, holds):
    from challenge_data.checks.words import says_one

    assert says_one([label], [word]) is holds, (unit(label), unit(word))


def test_labels_that_panels_share_are_found():
    figure, axes = pyplot.subplots(2, 2, sharex=True, sharey=True)
    for ax in axes.flat:
        ax.plot([1, 2, 3], [4, 5, 6])
    dress(figure, ylabel="", xlabel="")
    figure.supylabel("bruit (dB)")
    axes[1, 0].set_xlabel("heure")
    check.figure(axes, xlabel=["heure"], ylabel=["dB"])
    assert "« lux »" in refusal(axes, ylabel=["lux"])


def test_ticks_may_say_the_unit():
    ax = (SERIES / 100).plot.bar()
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    dress(ax.figure, ylabel="part des salles")
    check.figure(ax, values=ROOMS, ylabel=["%"])
    check.figure(ax, values=(SERIES / 100).to_dict(), ylabel=["%"])


def test_scales_that_the_axis_says_are_accepted():
    ax = SERIES.plot.bar()
    dress(ax.figure, ylabel="milliers d'habitants")
    check.figure(ax, values=(SERIES * 1000).to_dict())
    ax.set_ylabel("part (%)")
    check.figure(ax, values=(SERIES / 100).to_dict())


# --- wrong values


def permuted(ax):
    ax.bar(range(4), SERIES.tolist())
    ax.set_xticks(range(4), NAMES[::-1])


WRONG = {
    "a fraction": (lambda: (SERIES / 100).plot.bar(), "cent fois trop petites"),
    "a percentage": (lambda: (SERIES * 100).plot.bar(), "cent fois trop grandes"),
    "thousands unsaid": (lambda: (SERIES / 1000).plot.bar(), "mille fois trop petites"),
    "names in another order": (lambda: on(permuted), "pas en face des bons noms"),
    "one value": (lambda: SERIES.replace(7, 8).plot.bar(), "pour « Roc-en-Mer », où l'on lit 8"),
    "several values": (lambda: SERIES.replace({7: 8, 3: 1}).plot.bar(), "pour 2 noms"),
    "too few": (lambda: SERIES.head(2).plot.bar(), "il manque 2 noms"),
    "too many": (lambda: pandas.concat([SERIES, pandas.Series({"Total": 27.75})]).plot.bar(), "elle montre aussi « Total »"),
    "no name": (lambda: pyplot.plot(SERIES.tolist()), "les noms attendus"),
    "another column": (lambda: pyplot.bar(["a", "b"], [1, 2]), "comme « Port-Brume »"),
    "a text only": (lambda: on(lambda ax: (ax.axhline(3), ax.plot([0, 1], [0, 1]))), "les noms attendus"),
    "a pie of others": (lambda: pyplot.pie([1, 2, 3, 4], labels=NAMES), "valeur attendue"),
    "cumulated": (lambda: SERIES.cumsum().plot.bar(), "valeur attendue"),
    "below zero": (lambda: (-SERIES).plot.bar(), "valeur attendue"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_values_are_told(name):
    draw, words = WRONG[name]
    drawn = draw()
    dress(figure_of(drawn))
    said = refusal(drawn, values=ROOMS)
    assert words in said, said
    assert "Il manque à votre figure" not in said


def test_a_coarser_tolerance_may_be_asked():
    ax = SERIES.mul(1.02).plot.bar()
    dress(ax.figure)
    assert refusal(ax, values=ROOMS)
    check.figure(ax, values=ROOMS, tolerance=0.05)


def test_a_name_without_value_may_be_left_out_or_empty():
    for drawn in (SERIES.plot.bar(), pandas.concat([SERIES, pandas.Series({"Île-Noire": numpy.nan})]).plot.bar(ax=pyplot.figure().gca()),
                  pandas.concat([SERIES, pandas.Series({"Île-Noire": 0})]).plot.bar(ax=pyplot.figure().gca())):
        dress(drawn.figure)
        check.figure(drawn, values={**ROOMS, "Île-Noire": None})


def test_wrong_series_are_told():
    ax = FRAME.assign(nuit=FRAME["jour"] * 3).plot.bar()
    dress(ax.figure)
    assert "de la série « nuit »" in refusal(ax, values=BOTH)
    ax = FRAME.rename(columns={"jour": "nuit", "nuit": "jour"}).plot.bar()
    dress(ax.figure)
    assert "les noms des séries sont échangés" in refusal(ax, values=BOTH)
    ax = FRAME[["jour"]].plot.bar()
    dress(ax.figure)
    assert "de la série « nuit »" in refusal(ax, values=BOTH)


def test_one_series_among_several_is_enough():
    ax = FRAME.plot.bar()
    dress(ax.figure)
    check.figure(ax, values=BOTH["nuit"])


PLACED = {
    "swapped": (lambda: pyplot.plot([10, 20, 30], [1, 2, 3]), "Les axes sont échangés"),
    "too many": (lambda: pyplot.plot([1, 2, 3, 4], [10, 20, 30, 40]), "4 points, on en attend 3"),
    "another y": (lambda: pyplot.plot([1, 2, 3], [10, 20, 31]), "sur l'axe vertical (y) n'est pas"),
    "another x": (lambda: pyplot.plot([1, 2, 4], [10, 20, 30]), "sur l'axe horizontal (x) n'est pas"),
    "both": (lambda: pyplot.plot([1, 2, 4], [10, 20, 31]), "sur l'axe horizontal (x) et sur l'axe vertical (y)"),
    "not together": (lambda: pyplot.scatter([1, 2, 3], [30, 20, 10]), "elles ne vont pas ensemble"),
    "a threshold alone": (lambda: on(lambda ax: (ax.axhline(3), ax.text(1, 1, "seuil"))).plot([]), None),
}


@pytest.mark.parametrize("name", list(PLACED)[:-1])
def test_wrong_places_are_told(name):
    draw, words = PLACED[name]
    drawn = draw()
    dress(figure_of(drawn))
    said = refusal(drawn, x=[1, 2, 3], y=[10, 20, 30])
    assert words in said, said


def test_shares_may_be_drawn_per_cent():
    ax = on(lambda ax: (ax.plot([0, 50, 100], [0, 20, 100], label="accès"), ax.plot([0, 100], [0, 100], "k:", label="égalité"), ax.legend()))
    dress(ax.figure, xlabel="part des habitants (%)", ylabel="part des lieux (%)")
    check.figure(ax, x=[0, 0.5, 1], y=[0, 0.2, 1])


def test_years_a_little_off_are_not_forgiven():
    drawn = pyplot.plot([2020, 2021, 2022], [1, 2, 3])
    dress(figure_of(drawn))
    assert "l'axe horizontal" in refusal(drawn, x=[2021, 2022, 2023])


def test_hours_on_an_axis_of_periods():
    hours = pandas.Series(range(48), pandas.date_range("2027-03-01", periods=48, freq="h", tz="Europe/Paris"))
    for drawn in (hours.plot(), pyplot.figure().gca().plot(hours)):
        dress(figure_of(drawn))
        check.figure(drawn, x=hours.index, y=hours)
        assert "l'axe horizontal" in refusal(drawn, x=hours.index + pandas.Timedelta("3h"), y=hours)


# --- series told apart

APART = {
    "two lines": (lambda ax: (ax.plot([1, 2, 3], [1, 2, 3]), ax.plot([1, 2, 3], [3, 2, 1])), "2 séries et rien ne dit"),
    "grouped bars": (lambda ax: FRAME.plot.bar(ax=ax, legend=False), "2 séries"),
    "stacked area": (lambda ax: ax.stackplot([1, 2, 3], [1, 2, 3], [3, 2, 1]), "2 séries"),
    "two dashes of one colour": (lambda ax: (ax.plot([1, 2, 3], [1, 2, 3], "k-"), ax.plot([1, 2, 3], [3, 2, 1], "k--")), "2 séries"),
    "two clouds": (lambda ax: (ax.scatter([1, 2], [3, 4]), ax.scatter([1, 2], [4, 3])), "2 séries"),
    "bar labels name nothing": (lambda ax: [ax.bar_label(bars) for bars in FRAME.plot.bar(ax=ax, legend=False).containers], "2 séries"),
    "matplotlib's names": (lambda ax: (ax.plot([1, 2, 3], [1, 2, 3]), ax.plot([1, 2, 3], [3, 2, 1]), ax.legend(["_child0", "_child1"])), "que l'ordinateur a mis"),
    "default columns": (lambda ax: pandas.DataFrame(FRAME.to_numpy()).plot(ax=ax), "« 0 », « 1 »"),
}


@pytest.mark.parametrize("name", APART)
def test_series_that_nothing_tells_apart(name):
    draw, words = APART[name]
    ax = on(draw)
    dress(ax.figure)
    if "matplotlib" in name:  # it leaves such names out of legends by itself: only a text changed by hand shows them
        for text in ax.get_legend().get_texts():
            text.set_text("_child0")
        if not ax.get_legend().get_texts():
            words = "2 séries"
    assert words in refusal(ax)
    check.figure(ax, legend=False)


ALONE = {
    "thresholds": lambda ax: (ax.plot([1, 2, 3], [1, 2, 3]), ax.axhline(2, color="r"), ax.axvline(2, color="g"), ax.plot([1, 3], [2, 2], "k--")),
    "a threshold drawn as a line": lambda ax: (ax.bar(NAMES, SERIES), ax.plot([0, 3], [4, 4], "r")),
    "a threshold of many points": lambda ax: (ax.plot([1, 2, 3], [1, 2, 3]), ax.plot([1, 2, 3], [2, 2, 2], "r--")),
    "box plots": lambda ax: ax.boxplot([[1, 2, 3], [2, 3, 9]], tick_labels=["a", "b"]),
    "pandas box plots": lambda ax: FRAME.boxplot(ax=ax),
    "violins": lambda ax: ax.violinplot([[1, 2, 3], [2, 3, 9]]),
    "error bars": lambda ax: ax.errorbar([1, 2, 3], [1, 2, 3], yerr=1, ecolor="r", capsize=4),
    "a band": lambda ax: (ax.plot([1, 2, 3], [1, 2, 3]), ax.fill_between([1, 2, 3], [0, 1, 2], [2, 3, 4], color="y")),
    "one colour a bar": one_call_each,
    "one colour a point": lambda ax: [ax.scatter(name, value) for name, value in ROOMS.items()],
    "a heat map": lambda ax: ax.imshow(HEAT),
    "waterfall": lambda ax: ax.bar(NAMES, SERIES, bottom=[0, 1, 2, 3]),
    "grey lines and one named": lambda ax: ([ax.plot([1, 2, 3], [n, 2, 3], "0.7") for n in range(5)], ax.plot([1, 2, 3], [3, 3, 3], "r"), ax.text(3, 3, "Roc-en-Mer")),
    "one scale on both sides": lambda ax: (ax.plot([1, 2, 3], [1, 2, 3]), ax.secondary_yaxis("right")),
    "a regression line": lambda ax: (ax.scatter([1, 2, 3], [1, 2, 3]), ax.axline((0, 0), slope=1, color="r")),
    "hexbin": lambda ax: ax.hexbin([1, 2, 3], [1, 2, 3], gridsize=3),
    "contours": lambda ax: ax.contour(HEAT),
    "stem": lambda ax: ax.stem([1, 2, 3], [1, 2, 3]),
    "quiver": lambda ax: ax.quiver([1, 2], [1, 2], [1, 1], [1, 1]),
    "broken bars": lambda ax: ax.broken_barh([(1, 2), (4, 1)], (0, 1)),
    "events": lambda ax: ax.eventplot([[1, 2, 3]]),
    "Lorenz": lambda ax: (ax.plot([0, 0.5, 1], [0, 0.2, 1]), ax.plot([0, 1], [0, 1], "k:")),
}


@pytest.mark.parametrize("name", ALONE)
def test_what_is_one_series_needs_no_legend(name):
    ax = on(ALONE[name])
    dress(ax.figure)
    check.figure(ax)
    if name != "grey lines and one named":
        assert "Il faut une légende" in refusal(ax, legend=True)


ODD = {
    "3d": lambda: on(lambda ax: (ax.plot([1, 2, 3], [1, 2, 3], [1, 2, 3]), ax.scatter([1], [2], [3])), subplot_kw={"projection": "3d"}),
    "a globe": lambda: on(lambda ax: ax.plot([0, 1, 1], [0, 1, 0.5]), subplot_kw={"projection": "mollweide"}),
    "a table": lambda: on(lambda ax: (ax.table([["a"]], loc="center"), ax.plot([1, 2]))),
    "bars without value": lambda: pyplot.bar(NAMES, [numpy.nan] * 4),
    "no bar": lambda: pyplot.bar([], []),
    "a hole": lambda: pyplot.plot([1, 2, 3], [1, None, 3]),
    "triangles": lambda: pyplot.tricontourf([0, 1, 0], [0, 0, 1], [1, 2, 3]),
    "a picture": lambda: pyplot.imshow(numpy.zeros((2, 2, 3))),
    "all pairs": lambda: pandas.plotting.scatter_matrix(pandas.DataFrame(numpy.random.default_rng(1).random((9, 2)))),
    "without end": lambda: pyplot.plot([1, 2], [1, numpy.inf]),
    "durations": lambda: pandas.Series([1, 2], pandas.to_timedelta([1, 2], unit="h")).plot(),
    "polar bars": lambda: on(lambda ax: ax.bar([0, 1], [1, 2]), subplot_kw={"projection": "polar"}),
    "words only": lambda: pyplot.text(0.5, 0.5, "bonjour à tous"),
    "dates on y": lambda: pyplot.plot([1, 2], pandas.to_datetime(["2026-01-01", "2026-02-01"])),
}


@pytest.mark.parametrize("name", ODD)
def test_a_figure_of_an_unforeseen_form_gets_a_sentence_too(name):
    drawn = ODD[name]()
    dress(figure_of(drawn))
    for asked in ({}, {"values": ROOMS}, {"values": BOTH}, {"values": PM}, {"x": [1, 2], "y": [1, 2]}, {"x": DAYS}, {"x": NAMES}, {"y": []}, {"legend": True},
                  {"values": {}, "mistakes": [(lambda seen: seen.series is None, "Jamais.")]}):
        try:
            check.figure(drawn, **asked)
        except CheckFailed as refused:
            assert str(refused)


# --- known mistakes, and functions that look for them


def test_known_mistakes_get_their_own_sentence():
    ax = SERIES.plot.bar()
    dress(ax.figure)
    wanted = {name: value * 3 for name, value in ROOMS.items()}
    assert refusal(ax, values=wanted, mistakes=[({"a": 1}, "Non."), (ROOMS, "Vous avez tracé les salles.")]) == "Vous avez tracé les salles."
    check.figure(ax, values=ROOMS, mistakes=[(ROOMS, "Jamais."), (lambda seen: seen.absent, "Jamais.")])
    seen = lambda reading: reading.values["Roc-en-Mer"] == 7 and "salles" in reading.title and reading.series["salles"] == ROOMS  # noqa: E731
    assert refusal(ax, values=ROOMS, mistakes=[(seen, "Vue.")]) == "Vue."
    ax = FRAME.plot.bar()
    dress(ax.figure)
    assert refusal(ax, values={"jour": BOTH["nuit"], "nuit": wanted}, mistakes=[(BOTH, "Les deux.")]) == "Les deux."


def test_what_functions_read():
    ax = FRAME.plot.barh(xlabel="salles")
    dress(ax.figure, xlabel="salles", ylabel="commune")
    seen = Reading(ax.figure)
    assert seen.series == BOTH and seen.entries == ["jour", "nuit"] and (seen.xlabel, seen.ylabel) == (ax.get_xlabel(), ax.get_ylabel())
    assert seen.source.startswith("Source") and seen.alternative == ALT and len(seen.panels) == 1


# --- in a real kernel


HEAD = "import matplotlib.pyplot as plt, pandas as pd\nfrom challenge_data import check, finish, load\ns = pd.Series({'a b': 1, 'c d': 2, 'e f': 4})"
FINISH = f"\nfinish(ax, 'Un titre qui dit', ylabel='m', source='Insee', alt={ALT!r})"
PLAIN = f"plt.title('Un titre qui dit')\nplt.ylabel('m')\nplt.figtext(0, 0, 'Source : Insee')\nplt.gcf().text_alternative = {ALT!r}\n"
TEST = "check.figure(values={'a b': 1, 'c d': 2, 'e f': 4}, ylabel=['m'])"


def played(*sources: str, tags=("raises-exception",)) -> list[str]:
    """What each cell says, run in one kernel with the inline backend; no test cell writes on stderr unless it refuses."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in (HEAD, *sources)])
    for cell in notebook.cells:
        cell.metadata.tags = list(tags)
    NotebookClient(notebook, kernel_name="python3").execute()
    return ["".join(output.get("text", "") for output in cell.outputs) for cell in notebook.cells[1:]]


WELL = "Votre figure se lit : titre, source et texte alternatif y sont, et 3 valeurs justes.\n"


def test_figures_shown_and_closed_are_found():
    said = played(
        "ax = s.plot.bar()" + FINISH, TEST,
        "s.plot.bar()\n" + PLAIN + "plt.show()", TEST + " # 2",
        "plt.bar(s.index, s)\n" + PLAIN + "plt.close()", TEST + " # 3",
        "plt.style.use('default')\ns.plot.barh()\n" + PLAIN.replace("ylabel", "xlabel"), TEST + " # 4",
        "fig, ax = plt.subplots()\ns.plot.bar(ax=ax)\n" + PLAIN + "plt.show()\nplt.title('Après')", TEST + " # 5",
        "fig = plt.figure()\nfig.add_subplot().bar(s.index, s)\n" + PLAIN, TEST + " # 6",
        "for n in range(12):\n    plt.figure()\n    (s * n).plot.bar()\n    plt.close()\nax = s.plot.bar()" + FINISH, TEST + " # 7",
    )
    assert said[1::2] == [WELL] * 7


def test_a_figure_answers_one_question():
    said = played(
        "plt.plot([1, 2, 3], [1, 2, 3]);", "…", TEST,
        "ax = s.plot.bar()" + FINISH, TEST, TEST,
        "s.sum()", "check.figure(ax, ylabel=['m'])", "check.figure()",
        "ax = …", "check.figure(ax) # again",
        "ax = s.plot.barh()" + FINISH.replace("ylabel", "xlabel"), "check.figure(ax)", TEST,
    )
    assert said[2].startswith("Aucune figure")
    assert said[4:6] == [WELL] * 2
    assert "répondait déjà à une autre question" in said[7] and said[8].startswith("Aucune figure")
    assert said[10].startswith("« ax » attend votre réponse")
    assert said[12].startswith("Votre figure se lit")
    assert said[13] == WELL  # the first question's figure, judged again


def test_two_cells_may_judge_one_figure_if_they_say_so():
    said = played("ax = s.plot.bar()" + FINISH, "check.figure(ax, question='barres')", "check.figure(ax, values=s, question='barres')")
    assert said[1].startswith("Votre figure se lit") and said[2] == WELL


def test_in_a_shell_that_keeps_no_history():
    code = ("from IPython.core.interactiveshell import InteractiveShell\nimport matplotlib\nmatplotlib.use('agg')\nshell = InteractiveShell.instance()\n"
            f"for source in [{HEAD!r}, {('ax = s.plot.bar()' + FINISH)!r}, {TEST!r}, {TEST!r}, 's.sum()', 'check.figure()']:\n"
            "    shell.run_cell(source, store_history=False)\n    print('--')")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    parts = done.stdout.split("--\n")
    assert parts[2] == parts[3] == WELL and "Aucune figure" in done.stdout.split("--\n")[5] + done.stderr, done.stdout + done.stderr


def test_import_of_the_package_loads_no_matplotlib():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import sys, challenge_data\nfrom challenge_data import check\nprint('matplotlib' in sys.modules)")])
    NotebookClient(notebook, kernel_name="python3").execute()
    assert notebook.cells[0].outputs[0].text == "False\n"


def test_a_figure_shown_again_in_a_later_cell_is_whole():
    cells = [HEAD, "ax = s.plot.bar(rot=30, ylabel='m')\nax.figure", "1", "ax.figure", FINISH.strip(), "check.figure(ax)"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    NotebookClient(notebook, kernel_name="python3").execute()
    shown = [output.data["image/png"] for cell in notebook.cells for output in cell.outputs if "image/png" in output.get("data", {})]
    assert len(shown) == 3 and len(set(shown)) == 1
    assert notebook.cells[-1].outputs[0].text.startswith("Votre figure se lit")


def test_closed_figures_weigh_little():
    code = "from challenge_data import caught\nfrom matplotlib.text import Text\nprint([max(text._renderer.width for text in one.findobj(Text) if text._renderer) for one in caught.recent(None)])"
    said = played(*["s.plot()"] * 6, code)
    assert said[-1] == "[1, 1, 1, 1]\n"
