"""The questionnaire's form: one axis at a time, a list of answers a question, and how far one has come."""

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from challenge_data import shown

if TYPE_CHECKING:
    import ipywidgets

NOT_YET = "à remplir"

STYLE = """<style>
.cd-item {border-top: 1px solid #c4c4c4; padding: .5em 0 .2em; width: 100%; max-width: 52em; overflow: visible}
.cd-item .widget-dropdown {width: 100%; flex-direction: column; align-items: flex-start; height: auto}
.cd-item .widget-dropdown .widget-label {width: auto; max-width: none; white-space: normal; text-align: left; height: auto; line-height: 1.4; font-weight: 600}
.cd-item .widget-dropdown select {flex: none; width: 100%; max-width: 36em; height: 2.3em; font-size: 1em; border: 1px solid #6b6b6b; color: #1a1a1a; background-color: #fff}
.cd-help {margin: 0; max-width: 52em}
</style>"""


def questionnaire(asked: dict, answers: dict, keep: Callable[[], None]) -> "ipywidgets.Widget":
    """A form over ``answers``, which it changes in place; each change is followed by ``keep()``.

    Args:
        asked: ``echelle`` and ``axes`` of ``items``.
        answers: item -> value; an item that is not there was not answered.
    """
    import ipywidgets

    axes = asked["axes"]
    total = sum(len(axis["items"]) for axis in axes)
    progress = shown.live()
    panel = ipywidgets.VBox()
    chooser = ipywidgets.Dropdown(description="Axe", options=[(f"{rank} · {axis['nom']}", rank - 1) for rank, axis in enumerate(axes, 1)])
    before = ipywidgets.Button(description="← Axe précédent", tooltip="")
    after = ipywidgets.Button(description="Axe suivant →", tooltip="")
    for button in (before, after):
        button.add_class("cd-choice")

    def tell() -> None:
        left = [f"{axis['nom']} ({missing})" for axis in axes if (missing := sum(item["id"] not in answers for item in axis["items"]))]
        unknown = sum(value is None for value in answers.values())
        words = f"<strong>{len(answers)} sur {total}</strong> · dont {unknown} « je ne sais pas »."
        words += f" Il reste : {escape(', '.join(left))}." if left else " Toutes les questions ont une réponse."
        progress.value = shown.said(words, "" if left else "cd-yes")

    def answer(item: str) -> Callable:
        def change(event: dict) -> None:
            if event["new"] == NOT_YET:
                answers.pop(item, None)
            else:
                answers[item] = None if event["new"] == "?" else event["new"]
            keep()
            tell()
        return change

    # None would be an empty choice to the widget: « ? » stands for « je ne sais pas » inside this form only.
    options = [(f"– {NOT_YET} –", NOT_YET), *((level["texte"] if level["valeur"] is None else f"{level['valeur']} · {level['texte']}",
                                             "?" if level["valeur"] is None else level["valeur"]) for level in asked["echelle"])]
    made: dict[int, list] = {}

    def questions(rank: int) -> list:
        # Made when the axis is first opened: the first page comes faster.
        if rank not in made:
            axis = axes[rank]
            made[rank] = [ipywidgets.HTML(f"<p class='cd-help'><strong>{escape(axis['nom'])}.</strong> {escape(axis['question'])}</p>")]
            for number, item in enumerate(axis["items"], 1):
                value = answers.get(item["id"], NOT_YET)
                choice = ipywidgets.Dropdown(description=f"{rank + 1}.{number} {item['texte']}", options=options,
                                             value="?" if value is None else value)
                choice.observe(answer(item["id"]), names="value")
                row = ipywidgets.VBox([choice, *([ipywidgets.HTML(f"<p class='cd-help'>{escape(item['aide'])}</p>")] if item.get("aide") else [])])
                row.add_class("cd-item")
                made[rank].append(row)
        return made[rank]

    def turn(event: dict) -> None:
        panel.children = questions(event["new"])

    def step(by: int) -> Callable:
        def move(_button) -> None:
            # Round and round: a button that dies under the finger would lose a keyboard's place.
            chooser.value = (chooser.value + by) % len(axes)
            chooser.focus()
        return move

    chooser.observe(turn, names="value")
    before.on_click(step(-1))
    after.on_click(step(1))
    first = next((rank for rank, axis in enumerate(axes) if any(item["id"] not in answers for item in axis["items"])), 0)
    chooser.value = first
    turn({"new": first})
    tell()
    head = ipywidgets.VBox([chooser])
    head.add_class("cd-item")
    return shown.boxed(ipywidgets.HTML(STYLE, layout=ipywidgets.Layout(display="none")), progress, head, panel,
                       ipywidgets.HBox([before, after]))
