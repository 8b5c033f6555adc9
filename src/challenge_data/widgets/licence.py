"""The dialogue that finds a licence, as a form over :func:`challenge_data.publication.choose_licence`."""

from html import escape

from challenge_data import course, shown
from challenge_data.publication import choose_licence
from challenge_data.publication.licensing import QUESTIONS

FILE = "licence.json"
SOURCES = {
    "lov2": "Licence Ouverte (la plupart des fichiers d'administrations)",
    "odc-odbl": "ODbL (OpenStreetMap, cartes contributives)",
    "cc-by": "Creative Commons BY",
    "cc-by-sa": "Creative Commons BY-SA",
    "notspecified": "aucune licence, ou une licence introuvable",
}
_ASKED = {"administration": "Une administration publie-t-elle ?", "share_back": "Obliger à repartager de même ?"}

STYLE = """<style>
.cd-licence .widget-checkbox, .cd-licence .widget-dropdown {width: 100%; max-width: 46em}
.cd-licence .widget-dropdown .widget-label {width: auto; max-width: none; white-space: normal; text-align: left; min-width: 18em}
.cd-licence .widget-dropdown select {max-width: 10em; border: 1px solid #6b6b6b; color: #1a1a1a; background-color: #fff}
</style>"""


def ask_licence() -> "_Dialogue":
    """Three questions, and the licence they lead to, with its reasons. Answers are kept in ``licence.json`` of the work folder.

    Where nothing draws widgets, the line of code that does the same is printed.
    """
    return _Dialogue(course.kept(FILE, _read) or {"sources": [], "administration": True, "share_back": False})


class _Dialogue:
    """What a notebook shows for ``ask_licence()``."""

    def __init__(self, answers: dict) -> None:
        self.answers = answers

    @property
    def choice(self):
        return choose_licence(**self.answers)

    @property
    def line(self) -> str:
        """The code that gives the same answer."""
        sources = ", ".join(f'"{one}"' for one in self.answers["sources"])
        return f"choose_licence(sources=[{sources}], administration={self.answers['administration']}, share_back={self.answers['share_back']})"

    def __repr__(self) -> str:
        return f"{self.choice}\nSans formulaire : {self.line}"

    def _ipython_display_(self) -> None:
        import ipywidgets

        told = shown.live()
        boxes = {key: ipywidgets.Checkbox(description=words, value=key in self.answers["sources"], indent=False) for key, words in SOURCES.items()}
        lists = {name: ipywidgets.Dropdown(description=words, options=[("oui", True), ("non", False)], value=self.answers[name]) for name, words in _ASKED.items()}

        def tell() -> None:
            told.value = shown.said(f"{self.choice._repr_html_()}<p>La même chose, en une ligne :<br><code>{escape(self.line)}</code></p>",
                                    "cd-yes" if self.choice.id else "cd-no")

        def changed(_event) -> None:
            self.answers = {"sources": [key for key, box in boxes.items() if box.value], **{name: one.value for name, one in lists.items()}}
            course.keep(FILE, self.answers)
            tell()

        for one in (*boxes.values(), *lists.values()):
            one.observe(changed, names="value")
        tell()
        asked = ipywidgets.HTML(f"<p><strong>{escape(QUESTIONS['sources'].split(' Une liste')[0])}</strong> Cochez tout ce qui y est ; rien, si tout est à vous.</p>")
        box = shown.boxed(ipywidgets.HTML(STYLE, layout=ipywidgets.Layout(display="none")), asked, *boxes.values(), *lists.values(), told)
        box.add_class("cd-licence")
        shown.show(box, repr(self))


def _read(value: object) -> dict:
    """The file's content, if it is what this room writes.

    Raises:
        ValueError: it is not; the file is then put aside.
    """
    if not isinstance(value, dict) or not isinstance(value.get("sources"), list) or not set(value["sources"]) <= set(SOURCES) \
            or not all(isinstance(value.get(name), bool) for name in _ASKED):
        raise ValueError("not the answers of the licence's dialogue")
    return {"sources": value["sources"], **{name: value[name] for name in _ASKED}}
