"""The clickable map in a browser, with no request outside: drawn, clicked, and gone through by keyboard."""

import re
from urllib.parse import urlsplit

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

SCRATCH = "notebooks/essai_des_cartes.ipynb"
MAP = """import geopandas
from challenge_data import load, maps
lieux = geopandas.GeoDataFrame(
    {"nom": ["Salle de la Criée", "Gymnase", "Médiathèque"], "places": [120, None, 40], "secret": ["x", "y", "z"]},
    geometry=geopandas.points_from_xy([-3.475, -3.535, -3.5], [46.635, 46.66, 46.648]), crs=4326)
maps.clickable(lieux, name="nom", popup=["places"], title="Trois lieux", source="Brumeval, données inventées", labels=LABELS)"""


@pytest.fixture
def outside(student) -> list[str]:
    """Addresses asked that are not on this machine."""
    asked = []

    def note(request):
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in ("127.0.0.1", "localhost"):
            asked.append(request.url)

    student.page.on("request", note)
    return asked


def drawn(student, course, labels: bool = False):
    code = MAP.replace("LABELS", str(labels))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_markdown_cell("# Essai"), nbformat.v4.new_code_cell(code)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), course / SCRATCH)
    student.open(SCRATCH)
    # The first kernel of a busy machine: the notebook looks idle before its kernel is there, and the keys are lost.
    expect(student.page.locator("#jp-main-statusbar").get_by_text("| Inactif")).to_be_visible(timeout=60_000)
    output = student.run(student.cell("maps.clickable"))
    expect(output.locator("path.leaflet-interactive")).to_have_count(3, timeout=30_000)
    student.page.wait_for_timeout(1000)  # a request for tiles would come now
    return output


def test_map_draws_and_asks_nothing_outside(student, course, outside):
    output = drawn(student, course, labels=True)
    boxes = [shape.bounding_box() for shape in output.locator(".leaflet-overlay-pane path").all()]
    board = output.locator(".leaflet-container").bounding_box()
    assert max(box["width"] for box in boxes) > board["width"] / 4, "the coast is drawn, and fills a good part of the map"
    for box in boxes:
        assert box["x"] + box["width"] > board["x"] and box["x"] < board["x"] + board["width"], "each shape is in sight"
    expect(output.get_by_role("button", name="Agrandir")).to_be_visible()
    expect(output.locator(".cd-name")).to_have_text(["Salle de la Criée", "Gymnase", "Médiathèque"])
    expect(output.locator(".leaflet-tile, .leaflet-marker-shadow")).to_have_count(0)
    assert "secret" not in student.page.locator(".jp-Cell-outputArea").last.inner_html(), "only the columns asked for are in the page"
    student.picture("carte")
    assert outside == []


def test_a_click_opens_the_card(student, course, outside):
    output = drawn(student, course)
    output.locator("path.leaflet-interactive").first.click()
    card = output.locator(".leaflet-popup-content")
    expect(card).to_contain_text("Salle de la Criée")
    expect(card).to_contain_text("120")
    expect(output.get_by_role("combobox", name="Choisir un lieu")).to_have_value(re.compile("Criée"))
    student.picture("carte_cliquee")
    output.locator("path.leaflet-interactive").nth(2).click()
    expect(card).to_have_count(1)
    expect(card).to_contain_text("Médiathèque")
    assert outside == []


def test_the_list_opens_the_same_card_by_keyboard(student, course):
    output = drawn(student, course)
    keys = student.page.keyboard
    output.get_by_role("combobox", name="Choisir un lieu").focus()
    for _ in range(2):
        keys.press("ArrowDown")
    expect(output.locator(".leaflet-popup-content")).to_contain_text("Gymnase")
    expect(output.locator(".leaflet-popup-content")).to_contain_text("non renseigné")
    expect(output.get_by_role("status").filter(has_text="Gymnase")).to_have_count(1)
    keys.press("Tab")  # the map: arrows move it, and leave JupyterLab's cells alone
    cells = student.page.locator(".jp-Cell").count()
    keys.type("dd")
    assert student.page.locator(".jp-Cell").count() == cells
    output.get_by_text("Les mêmes lieux en tableau (3 lieux)").press("Enter")
    expect(output.get_by_role("table").get_by_role("row")).to_have_count(4)
    student.picture("carte_liste")


def test_axe_finds_nothing_to_say(student, course):
    output = drawn(student, course)
    output.get_by_role("combobox", name="Choisir un lieu").select_option("Gymnase")
    expect(output.locator(".leaflet-popup-content")).to_be_visible()
    output.get_by_text("Les mêmes lieux en tableau (3 lieux)").click()
    # JupyterLab's body has no height and hides what overflows: axe would take every text for hidden.
    student.page.evaluate("document.body.style.height = '100vh'")
    options = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    found = Axe().run(student.page, context=".cd-map", options=options).response["violations"]
    assert found == [], [(one["id"], one["help"], [node["html"][:200] for node in one["nodes"]]) for one in found]
