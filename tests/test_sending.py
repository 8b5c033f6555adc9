"""A hand-in sent to a real nginx, with the configuration that docs/handing-in.md gives; and to servers and networks that fail."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer

import depot
import httpx
import pytest

from challenge_data.errors import LearnerError
from challenge_data.teamwork import sending

CONTENT = b"PK\x03\x04" + bytes(range(256)) * 2000


@pytest.fixture(scope="module")
def nginx(tmp_path_factory) -> Iterator[depot.Depot]:
    with depot.running(tmp_path_factory.mktemp("nginx")) as running:
        yield running


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course folder whose edition sends where it is told."""
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(tmp_path))

    def at(address: str) -> None:
        (tmp_path / "edition.toml").write_text(f'[hand_in]\naddress = "{address}"\ncode = true\n')

    return at


@pytest.fixture
def trusting(nginx, course, monkeypatch):
    """The edition of the nginx, whose certificate is its own."""
    monkeypatch.setenv("SSL_CERT_FILE", str(nginx.certificate))
    course(nginx.address)
    return nginx


def name(digits: str) -> str:
    return f"les-sternes_defibrillateurs_20261129-140212_{digits}.zip"


def test_a_hand_in_arrives_byte_for_byte_and_closed_to_others(trusting):
    answer = sending.send(name("00000001"), CONTENT, depot.CODE)
    assert answer == sending.Answer(True, "Votre rendu est déposé.")
    arrived = trusting.folder / name("00000001")
    assert arrived.read_bytes() == CONTENT and arrived.stat().st_mode & 0o077 == 0


def test_a_name_that_is_there_is_never_written_again(trusting):
    sending.send(name("00000002"), CONTENT, depot.CODE)
    again = sending.send(name("00000002"), b"other", depot.CODE)
    assert again.sent and "déjà déposé" in again.message
    assert (trusting.folder / name("00000002")).read_bytes() == CONTENT


@pytest.mark.parametrize("code", ["", "goeland"])
def test_without_the_code_nothing_is_written(trusting, code):
    answer = sending.send(name("00000003"), CONTENT, code)
    assert not answer.sent and answer.again and answer.wrong_code and "code" in answer.message and "gardé" in answer.message
    assert not (trusting.folder / name("00000003")).exists()


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "PROPFIND", "MKCOL", "MOVE", "COPY", "OPTIONS", "POST"])
@pytest.mark.parametrize("with_code", [True, False])
def test_nothing_can_be_read_listed_or_deleted(trusting, method, with_code):
    sending.send(name("00000004"), CONTENT, depot.CODE)
    auth = httpx.BasicAuth(sending.USER, depot.CODE) if with_code else None
    for path in (f"/{name('00000004')}", "/", "", f"/{name('00000009')}"):
        answer = httpx.request(method, trusting.address + path, auth=auth)
        assert answer.status_code in (401, 403, 405), f"{method} {path}: {answer.status_code}"
        assert b"PK\x03\x04" not in answer.content and b"les-sternes" not in answer.content
    assert (trusting.folder / name("00000004")).read_bytes() == CONTENT


@pytest.mark.parametrize("path", ["/index.html", "/a.zip", "/../x.zip", "/%2e%2e/en-cours/x", "/sous/" + depot.NAME, "/.htaccess", "/" + depot.NAME + "/", "/" + depot.NAME.replace("zip", "php")])
def test_no_other_name_can_be_written(trusting, path):
    before = sorted(trusting.folder.parent.rglob("*"))
    answer = httpx.put(trusting.address + path, content=CONTENT, auth=httpx.BasicAuth(sending.USER, depot.CODE))
    assert answer.status_code == 403, answer.status_code
    assert sorted(trusting.folder.parent.rglob("*")) == before


def test_a_hand_in_that_is_too_heavy_is_told(trusting):
    answer = sending.send(name("00000005"), bytes(61 << 20), depot.CODE, wait=0.01)
    assert not answer.sent and "trop lourd" in answer.message
    assert not (trusting.folder / name("00000005")).exists()


def test_the_certificate_is_looked_at(nginx, course):
    course(nginx.address)
    answer = sending.send(name("00000006"), CONTENT, depot.CODE, wait=0.01)
    assert not answer.sent and "certificat" in answer.message


def test_without_a_code_as_the_page_says(tmp_path, course, monkeypatch):
    with depot.running(tmp_path, with_code=False) as open_one:
        monkeypatch.setenv("SSL_CERT_FILE", str(open_one.certificate))
        course(open_one.address)
        assert sending.send(name("00000007"), CONTENT).sent
        assert httpx.get(f"{open_one.address}/{name('00000007')}").status_code == 403


def test_a_hundred_teams_of_one_room_may_send_at_once(tmp_path):
    with depot.running(tmp_path) as own, httpx.Client(verify=str(own.certificate), auth=httpx.BasicAuth(sending.USER, depot.CODE), timeout=60) as client, ThreadPoolExecutor(20) as teams:
        answers = list(teams.map(lambda rank: client.put(f"{own.address}/{name(f'{rank:08x}')}", content=CONTENT).status_code, range(100)))
        assert answers == [201] * 100 and len(list(own.folder.iterdir())) == 100


def answering(status: int, *headers: tuple[str, str], body: bytes = b"") -> tuple[HTTPServer, list[dict]]:
    """A server that gives one answer, whatever it is asked; and what it was asked."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self):
            seen.append(dict(self.headers))
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status[min(len(seen), len(status)) - 1] if isinstance(status, list) else status)
            for header in headers:
                self.send_header(*header)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, seen


@pytest.mark.parametrize(("status", "headers", "says"), [
    (200, [("Content-Type", "text/html; charset=utf-8")], "Une page s'est interposée"),
    (302, [("Location", "https://portail.exemple.fr/connexion")], "Une page s'est interposée"),
    (401, [("WWW-Authenticate", "Basic")], "Le code n'est pas le bon"),
    (403, [], "refuse cet envoi"),
    (404, [], "n'existe pas"),
    (405, [], "ne reçoit pas de fichiers"),
    (409, [], "Le dossier du dépôt n'existe pas"),
    (413, [], "trop lourd"),
    (507, [], "Le dépôt est plein"),
    (503, [], "en difficulté (réponse 503)"),
])  # fmt: skip
def test_every_refusal_has_its_sentence(course, status, headers, says):
    server, seen = answering(status, *headers)
    course(f"http://127.0.0.1:{server.server_port}/depot")
    answer = sending.send(depot.NAME, CONTENT, "x", wait=0.01)
    server.shutdown()
    assert not answer.sent and says in answer.message and "Votre rendu est gardé" in answer.message
    assert seen[0]["If-None-Match"] == "*" and len(seen) == (3 if status == 503 else 1)


def test_a_server_that_falters_once_is_asked_again(course):
    server, seen = answering([503, 201])
    course(f"http://127.0.0.1:{server.server_port}/depot/")
    assert sending.send(depot.NAME, CONTENT, wait=0.01).sent and len(seen) == 2
    server.shutdown()


def test_a_server_that_is_down_slow_or_cuts(course):
    port = depot.free_port()
    course(f"http://127.0.0.1:{port}/depot")
    assert "injoignable" in sending.send(depot.NAME, CONTENT, wait=0.01).message

    with socket.create_server(("127.0.0.1", port)) as silent:  # takes the call, says nothing
        slow = sending.send(depot.NAME, CONTENT, wait=0.01, timeout=httpx.Timeout(0.5))
        assert not slow.sent and slow.again and "assez vite" in slow.message
        silent.settimeout(5)

        def cut() -> None:
            while True:
                try:
                    silent.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=cut, daemon=True).start()
        assert "coupé en route" in sending.send(depot.NAME, CONTENT, wait=0.01).message


@pytest.mark.parametrize("address", ["http://depot.exemple.fr/", "ftp://depot.exemple.fr/", "depot.exemple.fr", "http://127.0.0.1.exemple.fr/", "file:///etc"])
def test_work_never_travels_in_clear(course, address):
    course(address)
    with pytest.raises(LearnerError, match="n'est pas sûre"):
        sending.send(depot.NAME, CONTENT)


def test_an_edition_without_address_says_what_to_do(course):
    course("")
    with pytest.raises(LearnerError, match="téléchargez votre rendu"):
        sending.send(depot.NAME, CONTENT)


def test_the_code_is_written_nowhere(trusting, tmp_path):
    sending.send(name("00000008"), CONTENT, depot.CODE)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and depot.CODE.encode() in path.read_bytes()]
