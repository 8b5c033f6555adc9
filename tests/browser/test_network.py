"""What a student sees on a network that is slow, loses answers, or is answered twice: nothing false, nothing lost, nothing in the machine's own words."""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from at_the_desk import Lent, hurry, panel, section
from conftest import Student, copy_of_the_course, environment_of, serve, until
from playwright.sync_api import APIResponse, Page, Route, expect

FIND, SHOW = (f"exercises/defibrillateurs/{name}.ipynb" for name in ("1_trouver", "3_visualiser"))
TABLES = "notebooks/j0_depart/02_premiers_tableaux.ipynb"
TEAM = {"name": "Les Sternes", "members": ["Awa", "Malo"], "challenge": "defibrillateurs"}
STOPPED = {"status": 502, "body": "Bad gateway"}
"""What stands before a machine says this when the machine is too busy, or gone."""
CUT = """const fetched = window.fetch;
window.fetch = async (request, ...options) => (/challenge-data.work/.test(request.url)
  ? new Response(new ReadableStream({ start(body) { body.enqueue(new Uint8Array([80, 75])); setTimeout(() => body.error(new TypeError("network error")), 100); } }), { headers: { "X-Challenge-Data-Name": "travail.zip" } })
  : fetched(request, ...options));"""
"""A download that stops in the middle."""

UNSAVED = """async (text) => {
  const { Kept } = await import(`${location.origin}/lab/extensions/challenge-data/static/kept.js`);
  const kept = await Kept.open("", ""), asked = kept.read("unsaved").getAll();
  return await new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result.some((entry) => entry.text.includes(text))); });
}"""
"""Whether this browser keeps a notebook that holds this text, as it was typed."""

RECORDS = """async () => {
  const { Kept } = await import(`${location.origin}/lab/extensions/challenge-data/static/kept.js`);
  const kept = await Kept.open("", ""), asked = kept.read("sessions").getAll();
  return await new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result.length); });
}"""
"""How many machines' work this browser keeps."""


def enrol(course: Path) -> None:
    (course / "travail").mkdir()
    (course / "travail/equipe.json").write_text(json.dumps(TEAM), encoding="utf-8")


@pytest.fixture(scope="module")
def machine(tmp_path_factory) -> Iterator[str]:
    """A course where the team is enrolled, and a place to hand in that nobody will reach."""
    course = copy_of_the_course(tmp_path_factory.mktemp("lent"))
    enrol(course)
    edition = course / "edition.toml"
    edition.write_text(edition.read_text(encoding="utf-8").replace('address = ""', 'address = "http://127.0.0.1:9/"'), encoding="utf-8")
    yield from serve(course, environment_of(course, tmp_path_factory.mktemp("jupyter")))


@pytest.fixture
def someone(browser, machine) -> Iterator[Student]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR", accept_downloads=True)
    yield Student(context.new_page(), machine)
    context.close()


def held_on_its_way(page: Page, gesture: str) -> list[Route]:
    """What the page asks the machine for, that stays on its way; :func:`let_go` delivers it."""
    held: list[Route] = []
    page.route(f"**/challenge-data/{gesture}?*", lambda route: held.append(route))
    return held


def let_go(page: Page, held: list[Route]) -> None:
    """Deliver what is held, once it is, and what comes after it."""
    until(page, lambda: held)
    page.unroute_all()


def refuse_saves(page: Page, **answer) -> None:
    """Notebooks are read and not written: this answer comes instead, or none."""

    def refuse(route: Route) -> None:
        if route.request.method != "PUT":
            route.continue_()
        elif answer:
            route.fulfill(**answer)
        else:
            route.abort()

    page.route("**/api/contents/**", refuse)


def close(page: Page, *told: str) -> None:
    """The dialogs that stand one behind the other; each says its part."""
    for words in told:
        dialog = page.locator(".jp-Dialog", has_text=words)
        expect(dialog).to_be_visible()
        dialog.get_by_role("button").last.click()
        expect(dialog).to_be_hidden()


def test_a_download_that_is_cut_comes_from_the_browser(someone):
    page = someone.page
    page.add_init_script(CUT)
    someone.open(FIND)
    someone.write(someone.cell("pompiers = pd.read_csv"), "pompiers = 'coupé'")
    page.keyboard.press("Control+s")
    expect(panel(page)).to_contain_text(re.compile(r"Gardé dans ce navigateur à .* \(2 fichiers\)"), timeout=60_000)  # the team, and this notebook once it is saved
    with page.expect_download() as coming:
        panel(page).get_by_role("button", name="Tout télécharger").click()
    assert coming.value.suggested_filename.startswith("travail_les-sternes_")
    assert page.locator(".jp-Dialog").count() == 0


def test_a_download_that_is_cut_says_what_is_not_in_the_browsers_copy(browser, tmp_path):
    def with_a_large_file(course: Path) -> None:
        enrol(course)
        (course / "travail/releves.csv").write_bytes(b"0" * 6_000_000)

    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="fr-FR")
    page.add_init_script(CUT)
    with Lent(tmp_path).machine(with_a_large_file) as address:
        Student(page, address).open(TABLES)
        desk = panel(page)
        expect(desk).to_contain_text("Trop gros pour la copie du navigateur, à télécharger tant que la machine répond : travail/releves.csv", timeout=60_000)
        hurry(page, look=500, quiet=1_000)
        with page.expect_download():
            desk.get_by_role("button", name="Tout télécharger").click()
        close(page, "N'y sont pas, car trop gros : travail/releves.csv")
        expect(page.locator(".Toastify__toast", has_text="Une pause ?")).to_be_visible(timeout=120_000)  # not taken for a download of everything
    page.close()


def test_a_notebook_that_the_machine_refuses_is_downloaded_from_the_screen(someone):
    page = someone.page
    someone.open(TABLES)
    someone.write(page.locator(".jp-CodeCell").first, "# le disque est plein")
    refuse_saves(page, status=500, body="no space")
    downloads = []
    page.on("download", lambda download: downloads.append(download))
    panel(page).get_by_role("button", name="Tout télécharger").click()
    close(page, "Erreur d'enregistrement")
    told = page.locator(".jp-Dialog", has_text="Téléchargé à part")
    expect(told).to_contain_text("Ce qui est à l'écran est dans vos téléchargements, sous le nom 02_premiers_tableaux_ecran.ipynb")
    close(page, "Téléchargé à part")
    until(page, lambda: len(downloads) == 2)
    assert downloads[0].suggested_filename == "02_premiers_tableaux_ecran.ipynb" and "# le disque est plein" in downloads[0].path().read_text(encoding="utf-8")
    assert downloads[1].suggested_filename.startswith("travail_les-sternes_")


def test_what_is_on_the_screen_is_downloaded_where_browsers_compute_no_digest(someone):
    page = someone.page
    page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")  # as at an address that is neither https nor this computer's
    someone.open(TABLES)
    desk = panel(page)
    expect(desk).to_contain_text("Gardé dans ce navigateur", timeout=60_000)
    someone.write(page.locator(".jp-CodeCell").first, "# sans https")
    page.route(re.compile("/challenge-data/|/api/contents/"), lambda route: route.abort())
    with page.expect_download() as coming:
        desk.get_by_role("button", name="Tout télécharger").click()
    with zipfile.ZipFile(coming.value.path()) as taken:
        assert "# sans https" in taken.read(TABLES).decode() and TABLES not in [entry["path"] for entry in json.loads(taken.read("manifest.json"))["files"]]


def leave_unsaved(student: Student, text: str) -> Page:
    """Type into the first cell, as far as the browser's copy, and close the page: its saves do not come through. Gives another page."""
    page = student.page
    hurry(page, typing=200)
    refuse_saves(page)
    student.write(page.locator(".jp-CodeCell").first, text)
    until(page, lambda: page.evaluate(UNSAVED, text))
    context = page.context
    page.close()
    student.page = context.new_page()
    return student.page


def test_what_closed_pages_had_not_saved_is_offered_by_the_next_ones(someone):
    someone.open(TABLES)
    expect(panel(someone.page)).to_contain_text("Gardé dans ce navigateur", timeout=60_000)
    page = leave_unsaved(someone, "# dix minutes de travail")
    someone.open(TABLES)
    offer = page.get_by_role("region", name="Reprendre votre travail")
    expect(offer).to_contain_text(re.compile(r"un texte qui n'est pas dans vos carnets\..*Écrit et non enregistré : 02_premiers_tableaux.ipynb, \w+ \d+.* à \d\d\sh\s\d\d\."))
    someone.picture("texte_non_enregistre")
    offer.get_by_role("button", name="Plus tard").click()
    page = leave_unsaved(someone, "# deux mots")
    someone.open(TABLES)
    panel(page)
    expect(section(page, "Reprendre").get_by_role("button", name="Jeter")).to_have_count(2)  # each text by itself
    page.get_by_role("region", name="Reprendre votre travail").get_by_role("button", name="Reprendre").click()
    close(page, "2 fichiers repris")
    expect(page.locator(".jp-CodeCell").first).to_contain_text("# deux mots")
    written = page.evaluate("fetch('/files/notebooks/j0_depart/02_premiers_tableaux (non enregistré).ipynb').then((answer) => answer.text())")
    assert "# dix minutes de travail" in written
    expect(section(page, "Reprendre").get_by_role("button", name=re.compile("^Reprendre|^Jeter"))).to_have_count(0)


def test_what_was_saved_is_not_offered_as_unsaved(someone):
    page = someone.page
    someone.open(TABLES)
    expect(panel(page)).to_contain_text("Gardé dans ce navigateur", timeout=60_000)
    hurry(page, typing=200)
    someone.write(page.locator(".jp-CodeCell").first, "# la première moitié")
    until(page, lambda: page.evaluate(UNSAVED, "# la première moitié"))
    hurry(page, typing=60_000)
    held_on_its_way(page, "state")  # no look will end before the page does
    someone.write(page.locator(".jp-CodeCell").first, "# les deux moitiés")
    page.keyboard.press("Control+s")
    until(page, lambda: page.evaluate(UNSAVED, "# les deux moitiés"))
    context = page.context
    page.close()
    someone.page = context.new_page()
    someone.open(TABLES)
    panel(someone.page)
    expect(section(someone.page, "Rendre")).to_be_visible()
    until(someone.page, lambda: not someone.page.evaluate(UNSAVED, "# les deux moitiés"))  # looked at, and dropped
    assert someone.page.get_by_role("region", name="Reprendre votre travail").count() == 0


def test_texts_of_several_pages_never_take_each_others_place(someone):
    someone.open(TABLES)
    names = someone.page.evaluate("""async () => {
        const { laid } = await import(`${location.origin}/lab/extensions/challenge-data/static/whole.js`);
        const text = (page, typed) => ({ path: "a/x.ipynb", text: `${page} ${typed}`, page, typed });
        const named = (...given) => Object.fromEntries(laid(...given).map(({ path, text }) => [text, path]));
        return [named([text("une", 1), text("deux", 2)], undefined), named([text("une", 1), text("deux", 2)], "une"), named([text("une", 1)], "trois", ["a/x.ipynb", "a/x (non enregistré).ipynb"])];
    }""")
    assert names == [{"deux 2": "a/x.ipynb", "une 1": "a/x (non enregistré).ipynb"}, {"une 1": "a/x.ipynb", "deux 2": "a/x (non enregistré).ipynb"}, {"une 1": "a/x (non enregistré 2).ipynb"}]


def test_what_a_window_has_on_its_screen_is_not_offered_by_another(someone):
    page = someone.page
    someone.open(TABLES)
    expect(panel(page)).to_contain_text("Gardé dans ce navigateur", timeout=60_000)
    hurry(page, typing=200)
    refuse_saves(page)
    someone.write(page.locator(".jp-CodeCell").first, "# encore à l'écran")
    until(page, lambda: page.evaluate(UNSAVED, "# encore à l'écran"))
    other = Student(page.context.new_page(), someone.address)
    other.open(TABLES)
    panel(other.page)
    expect(section(other.page, "Rendre")).to_be_visible()  # what comes after « Reprendre » is there
    other.page.wait_for_timeout(2_000)
    assert other.page.get_by_role("region", name="Reprendre votre travail").count() == 0
    assert page.evaluate(UNSAVED, "# encore à l'écran")


def test_an_unsaved_text_is_thrown_away_when_somebody_says_so_and_kept_when_the_disk_refuses_it(someone):
    someone.open(TABLES)
    expect(panel(someone.page)).to_contain_text("Gardé dans ce navigateur", timeout=60_000)
    page = leave_unsaved(someone, "# à jeter")
    page.route("**/challenge-data/take_back?*", lambda route: route.fulfill(json={
        "asks": [], "title": "Rien n'a été repris", "told": ["0 fichier repris, 1 non : voyez pourquoi dans la liste."], "files": [{"path": TABLES, "what": "PAS REPRIS : le disque est plein."}], "lost": 1}))
    someone.open(TABLES)
    page.get_by_role("region", name="Reprendre votre travail").get_by_role("button", name="Reprendre").click()
    close(page, "PAS REPRIS")
    assert page.evaluate(UNSAVED, "# à jeter")
    panel(page)
    section(page, "Reprendre").get_by_role("button", name="Jeter").click()
    close(page, "Il sera effacé de ce navigateur")
    expect(section(page, "Reprendre").get_by_role("button", name="Jeter")).to_have_count(0)
    assert not page.evaluate(UNSAVED, "# à jeter")


def test_an_earlier_machines_work_is_taken_back_as_it_is_now(someone):
    page = someone.page
    someone.open(TABLES)
    expect(panel(page)).to_contain_text("Les Sternes")
    name = page.evaluate("fetch('/challenge-data/state', { method: 'POST', body: '{}', headers: { 'X-XSRFToken': document.cookie.match(/_xsrf=([^;]*)/)?.[1] || '' } }).then((answer) => answer.json()).then((state) => state.edition.name)")
    written = """async ([edition, said]) => {
        const { Kept } = await import(`${location.origin}/lab/extensions/challenge-data/static/kept.js`);
        const kept = await Kept.open(edition, "une autre"), bytes = new TextEncoder().encode(said);
        await kept.put({ ...await kept.mine(), kept: Date.now(), files: { "travail/note.txt": { sha256: "", bytes } }, manifest: { format: 1, kind: "travail", edition: { name: edition, version: "" }, team: null, files: [] } });
    }"""
    page.evaluate(written, [name, "de midi"])
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    take = section(page, "Reprendre").get_by_role("button", name="Reprendre", exact=True)
    expect(take).to_have_count(1)
    page.evaluate(written, [name, "de quatorze heures"])  # the other window went on
    take.click()
    close(page, "repris")
    assert page.evaluate("fetch('/files/travail/note.txt').then((answer) => answer.text())") == "de quatorze heures"


def test_a_file_that_the_machine_refuses_holds_no_other_back(someone):
    page = someone.page
    page.route("**/challenge-data/piece?*", lambda route: route.fulfill(status=400, json={"message": "refusé"}) if "equipe.json" in (route.request.post_data or "") else route.continue_())
    someone.open(TABLES)
    hurry(page, typing=200)
    someone.write(page.locator(".jp-CodeCell").first, "# gardé quand même")
    page.keyboard.press("Control+s")
    expect(panel(page)).to_contain_text(re.compile(r"Gardé dans ce navigateur à .*Pas encore copié ici : travail/equipe\.json\."), timeout=60_000)
    page.route("**/challenge-data/pieces?*", lambda route: route.fulfill(status=500, body="?"))
    someone.write(page.locator(".jp-CodeCell").first, "# plus rien n'est gardé")
    page.keyboard.press("Control+s")
    expect(panel(page)).to_contain_text("La copie de ce navigateur n'a pas pu être renouvelée depuis")
    page.unroute_all()
    hurry(page, look=500)
    someone.write(page.locator(".jp-CodeCell").first, "# gardé de nouveau")
    page.keyboard.press("Control+s")
    expect(panel(page)).to_contain_text("Gardé dans ce navigateur", timeout=60_000)


def test_a_machine_that_answers_badly_at_first_is_asked_again(someone):
    page = someone.page
    refused = []
    page.route("**/challenge-data/state?*", lambda route: (refused.append(route), route.fulfill(status=500, body="?")))
    page.add_init_script("window.setTimeout = ((later) => (work, wait, ...given) => later(work, wait === 5000 ? 500 : wait, ...given))(window.setTimeout)")  # times.probe, before there is a module to hurry
    someone.open(TABLES)
    desk = panel(page)
    expect(desk).to_contain_text("La machine n'a pas su répondre (erreur 500)")
    page.unroute_all()
    expect(desk).to_contain_text("Les Sternes", timeout=60_000)
    expect(desk).not_to_contain_text("erreur 500")


def test_begun_again_and_the_answer_lost(someone):
    page = someone.page
    someone.open(TABLES)
    someone.write(page.locator(".jp-CodeCell").first, "# à garder")

    def press() -> None:
        page.get_by_role("button", name="Recommencer").click()
        page.get_by_role("dialog").get_by_role("button", name="Recommencer").click()

    page.route("**/challenge-data/begin_again?*", lambda route: (route.fetch(), route.abort()))
    press()
    close(page, "La machine ne répond pas")
    page.unroute_all()
    press()
    expect(page.get_by_role("alert").filter(has_text="Le carnet est neuf")).to_contain_text(re.compile("Votre version d'avant est gardée : travail/copies/02_premiers_tableaux-"))
    expect(page.locator(".jp-Notebook", has_text="# à garder")).to_have_count(0)


def test_a_question_that_is_never_answered_does_not_stop_the_keeping(someone):
    page = someone.page
    someone.open(TABLES)
    desk = panel(page)
    expect(desk).to_contain_text("Les Sternes")
    hurry(page, look=500, probe=500, silence=1_000)
    held_on_its_way(page, "state")
    someone.write(someone.cell('communes = load("communes")'), "communes = 'pendant le silence'")
    page.keyboard.press("Control+s")
    lost = page.get_by_role("alert", name="La machine ne répond plus")
    expect(lost).to_be_visible()
    hurry(page, silence=30_000)
    page.unroute_all()
    expect(lost).to_be_hidden()
    expect(desk).to_contain_text(re.compile(r"\([2-9] fichiers\)"), timeout=60_000)


def test_what_was_typed_last_is_kept_while_an_earlier_copy_is_on_its_way(someone):
    page = someone.page
    someone.open(TABLES)
    expect(panel(page)).to_contain_text("Gardé dans ce navigateur")
    hurry(page, typing=200)
    late = []
    page.route("**/challenge-data/piece?*", lambda route: late.append((route, route.fetch())))
    cell = page.locator(".jp-CodeCell").first
    for text in ("# la première version", "# la deuxième version"):
        someone.write(cell, text)
        until(page, lambda text=text: page.evaluate(UNSAVED, text))
        page.keyboard.press("Control+s")
        expect(page.locator("#jp-main-dock-panel .lm-mod-current.jp-mod-dirty")).to_have_count(0)
        until(page, lambda: late)
    answered, answer = late.pop()
    answered.fulfill(response=answer)
    until(page, lambda: late)  # what was saved since is asked for
    assert page.evaluate(UNSAVED, "# la deuxième version")


def saved_without_an_answer(page: Page) -> list[tuple[Route, APIResponse]]:
    """The next save: the machine has done it, its answer stays on its way until :func:`answer_save`."""
    done: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        if route.request.method == "PUT" and not done:
            done.append((route, route.fetch()))
        else:
            route.continue_()

    page.route("**/api/contents/**", hold)
    return done


def answer_save(done: list[tuple[Route, APIResponse]]) -> None:
    [(route, answer)] = done
    route.fulfill(response=answer)


def test_a_save_on_its_way_is_waited_for(someone):
    page = someone.page
    someone.open(TABLES)
    download = panel(page).get_by_role("button", name="Tout télécharger")
    someone.write(page.locator(".jp-CodeCell").first, "# deux fois de suite")
    done = saved_without_an_answer(page)
    page.keyboard.press("Control+s")
    until(page, lambda: done)
    someone.write(page.locator(".jp-CodeCell").first, "# une troisième fois")
    with page.expect_download() as coming:
        download.click()
        page.keyboard.press("Control+s")
        page.wait_for_timeout(1_000)  # time enough to ask which writing to keep
        answer_save(done)
    with zipfile.ZipFile(coming.value.path()) as taken:
        assert "# une troisième fois" in taken.read(TABLES).decode()
    assert page.locator(".jp-Dialog").count() == 0


def test_what_is_typed_while_a_save_is_on_its_way_is_not_taken_for_saved(someone):
    page = someone.page
    someone.open(TABLES)
    expect(panel(page)).to_contain_text("Gardé dans ce navigateur")
    unsaved = page.locator("#jp-main-dock-panel .lm-mod-current.jp-mod-dirty")
    done = saved_without_an_answer(page)
    someone.write(page.locator(".jp-CodeCell").first, "# enregistré")
    page.keyboard.press("Control+s")
    until(page, lambda: done)
    someone.write(page.locator(".jp-CodeCell").first, "# pas encore enregistré")
    with page.expect_response("**/api/contents/**02_premiers_tableaux.ipynb?*"):  # JupyterLab looks once more at what was written
        answer_save(done)
    page.wait_for_timeout(1_000)
    expect(unsaved).to_have_count(1)
    page.keyboard.press("Control+s")
    expect(unsaved).to_have_count(0)
    written = page.evaluate("path => fetch(`/api/contents/${path}?content=1`).then((answer) => answer.json())", TABLES)
    assert "# pas encore enregistré" in [cell["source"] for cell in written["content"]["cells"]]


def test_a_notebook_that_cannot_be_saved_says_what_it_means(someone):
    page = someone.page
    someone.open(FIND)
    panel(page)
    someone.write(someone.cell("classeur = pd.read_excel"), "classeur = 'pas enregistré'")
    refuse_saves(page, **STOPPED)
    meant = "« 1_trouver.ipynb » n'a pas pu être enregistré. Ce que vous avez écrit est toujours à l'écran"
    for name in ("Vérifier", "Poser une question"):
        page.get_by_role("button", name=name).click()
        close(page, "Erreur d'enregistrement", meant)
    told = section(page, "Rendre")
    told.get_by_role("button", name="Préparer le rendu").click()
    close(page, "Erreur d'enregistrement")
    expect(told).to_contain_text(meant)
    # What is on the screen can be taken away all the same.
    with page.expect_download():
        panel(page).get_by_role("button", name="Tout télécharger").click()


def test_a_notebook_that_does_not_come_is_not_said_to_be_missing(someone):
    page = someone.page
    someone.open(FIND)
    page.route("**/api/contents/**2_manipuler.ipynb*", lambda route: route.fulfill(**STOPPED))
    button = panel(page).get_by_role("button", name="2_manipuler")
    button.click()
    close(page, "La machine n'a pas répondu. Réessayez dans un instant.")
    page.unroute("**/api/contents/**2_manipuler.ipynb*")
    button.click()
    someone.turned_to("2_manipuler.ipynb")


def test_handing_in_on_a_network_that_fails_halfway(someone):
    page = someone.page
    someone.open(FIND)
    panel(page)
    told = section(page, "Rendre")
    prepare = told.get_by_role("button", name="Préparer le rendu")
    page.route("**/challenge-data/verify?*", lambda route: route.fulfill(**STOPPED))
    prepare.click()
    expect(told).to_contain_text("La machine ne répond pas.")
    expect(told).not_to_contain_text("Ce qui manque")
    page.unroute("**/challenge-data/verify?*")

    page.route("**/challenge-data/verify?*", lambda route: route.fulfill(json={"path": FIND, "title": "Trouver", "notes": [], "lines": []}))
    page.route("**/challenge-data/handed_in?*", lambda route: route.fulfill(**STOPPED), times=1)
    prepare.click()
    told.get_by_role("button", name="Rendre", exact=True).click()
    close(page, "La machine ne répond pas.")
    one = told.locator("li", has_text="pas encore déposé")
    with page.expect_download():
        one.get_by_role("button", name="Télécharger").click()

    page.route("**/challenge-data/send?*", lambda route: route.fulfill(**STOPPED))
    prepare.click()
    with page.expect_download():
        told.get_by_role("button", name="Rendre", exact=True).click()
    expect(told).to_contain_text("l'envoi n'est peut-être pas arrivé")
    expect(told).not_to_contain_text("L'envoi est en cours")
    expect(one.get_by_role("button", name="Envoyer")).to_have_count(2)
    someone.picture("rendre_reseau_coupe")


def test_a_button_pressed_twice_answers_once(someone):
    page = someone.page
    someone.open(FIND)
    held = held_on_its_way(page, "question")
    ask = page.get_by_role("button", name="Poser une question")
    with page.expect_request("**/challenge-data/question?*"):
        ask.click()
    ask.click()
    let_go(page, held)
    asked = page.get_by_role("dialog").filter(has_text="Poser une question")
    expect(asked).to_be_visible()
    page.keyboard.press("Escape")
    expect(asked).to_have_count(0)
    ask.click()
    expect(asked).to_be_visible()
    assert len(held) == 1


def test_nothing_is_typed_into_a_notebook_that_is_being_replaced(someone):
    page = someone.page
    someone.open(TABLES)
    held = held_on_its_way(page, "begin_again")
    page.get_by_role("button", name="Recommencer").click()
    with page.expect_request("**/challenge-data/begin_again?*"):
        page.get_by_role("dialog").get_by_role("button", name="Recommencer").click()
    first = page.locator(".jp-CodeCell").first.locator(".cm-content")
    first.click(force=True)
    page.keyboard.type("perdu")
    expect(first).not_to_contain_text("perdu")
    let_go(page, held)
    expect(page.get_by_role("alert").filter(has_text="Le carnet est neuf")).to_be_visible()
    first.click()
    page.keyboard.type("écrit")
    expect(first).to_contain_text("écrit")


def test_a_file_on_its_way_is_not_picked_again(someone, tmp_path):
    page = someone.page
    someone.open(FIND)
    panel(page)
    notes = tmp_path / "notes.csv"
    notes.write_text("lieu\nport\n", encoding="utf-8")
    held = held_on_its_way(page, "take_back")
    choose = section(page, "Reprendre").get_by_role("button", name="Choisir un fichier")
    with page.expect_request("**/challenge-data/take_back*"), page.expect_file_chooser() as chooser:
        choose.click()
        chooser.value.set_files(notes)
    expect(choose).to_be_disabled()
    let_go(page, held)
    close(page, "1 fichier rangé")
    expect(choose).to_be_enabled()


LET_GO_OF_A_FOLDER = """(section, text) => {
  const file = new File([text], "1_trouver.ipynb");
  const leaf = { isFile: true, fullPath: "/travail_de_malo/exercises/defibrillateurs/1_trouver.ipynb", file: (give) => give(file) };
  let given = [leaf];
  const folder = { isFile: false, createReader: () => ({ readEntries: (give) => { give(given); given = []; } }) };
  const event = new Event("drop", { bubbles: true, cancelable: true });
  Object.defineProperty(event, "dataTransfer", { value: { types: ["Files"], files: [new File([], "travail_de_malo")], items: [{ webkitGetAsEntry: () => folder }] } });
  section.dispatchEvent(event);
}"""


def test_a_folder_that_safari_made_of_a_zip_is_compared_too(someone):
    page = someone.page
    someone.open(FIND)
    panel(page)
    text = page.evaluate("path => fetch(`/files/${path}`).then((answer) => answer.text())", FIND)
    changed = re.sub(r'"pompiers = [^"\\]*', '"pompiers = \'de Malo\'', text)
    assert changed != text
    section(page, "Réunir").evaluate(LET_GO_OF_A_FOLDER, changed)
    expect(page.locator(".cd-joining")).to_contain_text("pompiers = 'de Malo'", timeout=60_000)


def test_what_is_erased_in_one_window_does_not_come_back_from_another(someone):
    page = someone.page
    someone.open(FIND)
    someone.write(page.locator(".jp-CodeCell").first, "# à effacer")
    page.keyboard.press("Control+s")
    other = Student(page.context.new_page(), someone.address)
    other.open(TABLES)
    kept = "Gardé dans ce navigateur"
    expect(panel(page)).to_contain_text(kept, timeout=60_000)
    expect(panel(other.page)).to_contain_text(kept, timeout=60_000)
    hurry(other.page, typing=200)
    desk = panel(page)
    desk.get_by_text("Sur un ordinateur partagé").click()
    desk.get_by_role("button", name="Effacer de ce navigateur").click()
    page.locator(".jp-Dialog").get_by_role("button", name="Effacer").click()
    for window in (page, other.page):
        expect(panel(window)).to_contain_text("Effacé. Plus rien n'est gardé dans ce navigateur")
    other.page.bring_to_front()
    other.write(other.page.locator(".jp-CodeCell").first, "# après")
    with other.page.expect_response("**/challenge-data/state?*"):
        other.page.keyboard.press("Control+s")
    expect(panel(other.page)).to_contain_text("Les Sternes")
    assert other.page.evaluate(RECORDS) == 0


def test_a_shared_computer_is_cleaned_while_a_copy_is_on_its_way(someone):
    page = someone.page
    someone.open(TABLES)
    desk = panel(page)
    expect(desk).to_contain_text("Les Sternes")
    held = held_on_its_way(page, "piece")
    someone.write(page.locator(".jp-CodeCell").first, "# à effacer aussi")
    page.keyboard.press("Control+s")
    until(page, lambda: held)
    desk.get_by_text("Sur un ordinateur partagé").click()
    desk.get_by_role("button", name="Effacer de ce navigateur").click()
    page.locator(".jp-Dialog").get_by_role("button", name="Effacer").click()
    expect(desk).to_contain_text("Effacé. Plus rien n'est gardé dans ce navigateur")
    with page.expect_response("**/challenge-data/piece?*"):
        let_go(page, held)
    page.wait_for_timeout(1_000)
    assert page.evaluate(RECORDS) == 0


def test_a_new_machine_under_an_open_page_offers_what_the_last_one_left(browser, tmp_path):
    lent = Lent(tmp_path)
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="fr-FR")
    with lent.machine(enrol) as address:
        student = Student(page, address)
        student.open(FIND)
        hurry(page, look=1_000, probe=1_000)
        student.write(student.cell("pompiers = pd.read_csv"), "pompiers = 'sur la première'")
        page.keyboard.press("Control+s")
        expect(panel(page)).to_contain_text("(2 fichiers)", timeout=60_000)
    lost = page.get_by_role("alert", name="La machine ne répond plus")
    expect(lost).to_be_visible(timeout=90_000)
    with lent.machine():
        expect(lost).to_be_hidden(timeout=60_000)
        offer = page.get_by_role("region", name="Reprendre votre travail")
        expect(offer).to_contain_text("Équipe « Les Sternes », 2 fichiers")
        offer.get_by_role("button", name="Reprendre").click()
        close(page, "2 fichiers repris")
        expect(panel(page)).to_contain_text("Les Sternes")
        assert "sur la première" in (lent.course / FIND).read_text(encoding="utf-8")
    page.context.close()
