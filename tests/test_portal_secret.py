"""A key is used, and never shown: not printed, logged, pickled, traced, saved, nor sent to another site."""

import copy
import io
import json
import logging
import pickle
import subprocess
import sys
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import nbclient
import nbformat
import portal_tiny
import pytest

from challenge_data import portal
from challenge_data.errors import LearnerError
from challenge_data.portal.secret import HEADER, Key, key
from challenge_data.portal.standin.server import Standin

SECRET = "cle-tres-secrete-0123456789"
HOME = "https://www.data.gouv.fr"


class Recorder(BaseHTTPRequestHandler):
    """Keeps the headers of what it is asked, and answers as its server says."""

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append(dict(self.headers))
        status, headers = self.server.answer
        self.send_response(status)
        for name, value in ({"Content-Length": "0"} | headers).items():
            self.send_header(name, value)
        self.end_headers()

    do_POST = do_PUT = do_DELETE = do_GET

    def log_message(self, *_):
        pass


def recorder(status: int = 200, **headers: str):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    server.seen, server.answer, server.address = [], (status, headers), ""
    server.address = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


def everything(error: BaseException) -> str:
    """All that a traceback could print, values of the frames' variables included, and of what stands behind the error."""
    said, seen = io.StringIO(), set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        said.write("".join(traceback.TracebackException.from_exception(error, capture_locals=True).format()))
        said.write(repr(error.args) + repr(vars(error)))
        error = error.__cause__ or error.__context__
    return said.getvalue()


@pytest.fixture
def portail(tmp_path):
    """A portal whose address a test chooses, signed with the secret."""
    def at(address: str) -> portal.Portal:
        connected = portal.connect(base=address, wait=lambda _: None, timeout=2)
        connected._key = Key(SECRET, address)
        return connected

    return at


@pytest.mark.parametrize("shown", [repr, str, "{}".format, "{:>60}".format, lambda it: f"{it!r} {it!s} {it}", lambda it: repr({"a": [it]})])
def test_no_text_of_it(shown):
    assert SECRET not in shown(Key(SECRET, HOME))


def test_no_copy_of_it(portail):
    one = Key(SECRET, HOME)
    for act in (pickle.dumps, copy.copy, copy.deepcopy, lambda it: pickle.dumps(it, 0)):
        with pytest.raises(LearnerError, match="ne s'enregistre pas") as caught:
            act(one)
        assert SECRET not in everything(caught.value)
    with pytest.raises(TypeError):
        json.dumps(one)
    with pytest.raises((LearnerError, TypeError)):
        pickle.dumps(portail("http://127.0.0.1:1"))
    assert not hasattr(one, "__dict__") and SECRET not in repr([getattr(one, name, "") for name in dir(one)])


@pytest.mark.parametrize("wrong", ["", "  ", f"{SECRET} et la suite", f"{SECRET}\n{SECRET}", f"é{SECRET}"])
def test_a_wrong_one_is_not_repeated(wrong):
    with pytest.raises(LearnerError) as caught:
        Key(wrong, HOME)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_it_follows_no_redirect(portail, status, method):
    elsewhere = recorder()
    here = recorder(status, Location=f"{elsewhere.address}/voleur")
    with pytest.raises(portal.PortalError, match="Une clé ne suit pas") as caught:
        portail(here.address)._signed(method, "/api/1/datasets/")
    assert here.seen[0][HEADER] == SECRET and elsewhere.seen == []
    assert SECRET not in everything(caught.value)
    here.shutdown()
    elsewhere.shutdown()


def test_it_goes_to_its_own_site_only(portail):
    elsewhere = recorder()
    connected = portail("http://127.0.0.1:9")
    with pytest.raises(portal.PortalError, match="n'a pas été envoyée"):
        connected.web.send("GET", f"{elsewhere.address}/api", connected._key)
    assert elsewhere.seen == []
    for other in ("http://www.data.gouv.fr/a", "https://www.data.gouv.fr:8443/", "https://www.data.gouv.fr.example/", "https://demo.data.gouv.fr/"):
        assert not Key(SECRET, HOME).fits(other)
    with pytest.raises(LearnerError, match="n'a pas été envoyée"):
        portal.connect(online=True, writing="demo").sign_in(Key(SECRET, HOME))
    elsewhere.shutdown()


def test_plain_readers_do_not_carry_it(portail):
    here = recorder(404)
    connected = portail(here.address)
    for act in (lambda: connected.search("salle"), lambda: connected.dataset("x"), lambda: connected.web.probe(f"{here.address}/f.csv")):
        try:
            act()
        except LearnerError:
            pass
    assert here.seen and not any(HEADER in seen for seen in here.seen)
    here.shutdown()


@pytest.mark.parametrize("answer", [401, 403, 404, 500, None])
def test_no_error_and_no_log_shows_it(portail, answer, caplog):
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "httpcore.http11", "httpcore.connection"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    here = recorder(answer or 200)
    if answer is None:
        here.shutdown()
        here.server_close()
    with pytest.raises(LearnerError) as caught:
        portail(here.address)._signed("PUT", "/api/1/datasets/x/", body={"title": "x"})
    assert SECRET not in everything(caught.value) and SECRET not in caplog.text and caplog.records
    if answer:
        here.shutdown()


def test_an_interruption_does_not_show_it(portail, monkeypatch):
    connected = portail("http://127.0.0.1:9")
    monkeypatch.setattr(connected.web._client, "send", lambda request, auth, **_: (next(auth.auth_flow(request)), (_ for _ in ()).throw(KeyboardInterrupt))[1].__next__())
    with pytest.raises(KeyboardInterrupt) as caught:
        connected._signed("GET", "/api/1/")
    assert SECRET not in everything(caught.value)


def test_it_is_read_from_its_portals_own_variable(monkeypatch):
    monkeypatch.setenv("DATAGOUV_API_KEY", f" {SECRET}\n")
    assert key().fits(f"{HOME}/api/1/") and key().site == HOME
    monkeypatch.setattr("getpass.getpass", lambda prompt: "")
    with pytest.raises(LearnerError, match="DATAGOUV_DEMO_API_KEY"):
        key("https://demo.data.gouv.fr")
    with pytest.raises(LearnerError, match="demo.data.gouv.fr"):
        key("https://ailleurs.example")
    monkeypatch.delenv("DATAGOUV_API_KEY")
    asked = []
    monkeypatch.setattr("getpass.getpass", lambda prompt: asked.append(prompt) or SECRET)
    assert key().fits(HOME) and "rien ne s'affiche" in asked[0]


def test_the_stand_in_never_gets_ones_own(monkeypatch, tmp_path):
    monkeypatch.setenv("DATAGOUV_API_KEY", SECRET)
    server = Standin(portal_tiny.write(tmp_path)).start()
    connected = portal.connect(base=server.address)
    connected.sign_in()
    assert not server.shelf.known(None) and SECRET not in server.shelf._keys
    with pytest.raises(LearnerError, match="le vrai portail"):
        connected.sign_in(Key(SECRET, HOME))
    server.stop()


CELLS = (
    "from challenge_data import portal\ncle = portal.key()\ncle",
    "print(cle, f'{cle}', [cle]); vars(portal.connect(online=True, writing='data.gouv.fr'))",
    "vrai = portal.connect(online=True, writing='data.gouv.fr')\nvrai.addresses = type(vrai.addresses).of_standin('http://127.0.0.1:9')\nvrai._key = cle\nvrai.__dict__",
    "%xmode Verbose",
    "vrai.publish('rien.csv', title='a', description='b', organisation='a' * 24)",
    "import pickle\npickle.dumps(cle)",
    "1 / len(str(cle)[:0])",
)


def test_a_saved_notebook_does_not_hold_it(tmp_path, monkeypatch):
    monkeypatch.setenv("DATAGOUV_API_KEY", SECRET)
    monkeypatch.setenv("CHALLENGE_DATA_WORK", str(tmp_path / "travail"))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    nbclient.NotebookClient(notebook, timeout=60, allow_errors=True, store_widget_state=True, resources={"metadata": {"path": str(tmp_path)}}).execute()
    saved = nbformat.writes(notebook)
    assert "elle ne s'affiche pas" in saved and "ZeroDivisionError" in saved and SECRET not in saved
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


def test_publishing_leaves_no_key_in_the_teams_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CHALLENGE_DATA_WORK", str(tmp_path / "travail"))
    server = Standin(portal_tiny.write(tmp_path / "catalogue")).start()
    connected = portal.connect(base=server.address)
    connected.sign_in()
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    record = connected.publish(tmp_path / "a.csv", title="Essai", description=portal_tiny.LONG, organisation="CCIB", licence="lov2")
    record.make_public(read_by="Ada")
    portal.connect(base=server.address).fetch(record.ressources["id"].iloc[0])
    practice = next(iter(server.shelf._keys))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 4 and not [path for path in files if practice.encode() in path.read_bytes()]
    assert practice not in json.dumps(record.fiche.raw) + str(record) + record._repr_html_()
    server.stop()


def test_asked_in_a_script_it_is_not_echoed():
    code = "from challenge_data import portal\ntry:\n    print(portal.key())\nexcept Exception as error:\n    print(error)"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], input=f"{SECRET}\n", capture_output=True, text=True, timeout=60)
    assert SECRET not in done.stdout + done.stderr
