"""What a bad day on the network gives: over real HTTP, the client retries with respect, then says one French sentence."""

import time

import portal_tiny
import pytest
from portal_tiny import rid

from challenge_data import portal
from challenge_data.errors import LearnerError
from challenge_data.portal.standin.server import Standin
from challenge_data.portal.web import MOST_WAIT, TRIES


@pytest.fixture
def pauses() -> list[float]:
    """How long the client waited between its tries, without waiting."""
    return []


@pytest.fixture
def portail(standin, pauses, tmp_path, monkeypatch):
    monkeypatch.setenv("CHALLENGE_DATA_WORK", str(tmp_path))
    standin.faults.clear()
    connected = portal.connect(base=standin.address, wait=pauses.append, timeout=5)
    yield connected
    connected.web.close()


def sentence(caught: pytest.ExceptionInfo) -> str:
    """What a learner reads: one short paragraph, no library's word in it."""
    text = str(caught.value)
    assert isinstance(caught.value, LearnerError) and caught.value.__cause__ is None
    assert 40 < len(text) < 450 and text.endswith((".", "?")) and "httpx" not in text and "Error" not in text
    return text


@pytest.mark.parametrize(("fault", "status", "says"), [
    ("404", 404, "erreur 404"), ("410", 410, "supprimé"), ("403", 403, "autorisation"), ("429", 429, "trop de demandes"),
    ("500", 500, "en panne"), ("503", 503, "en panne"), ("cut", None, "coupé la connexion"), ("html", 200, "page web au lieu de données"),
    ("garbled", 200, "pas du JSON"),
])
def test_each_fault_has_its_sentence(standin, portail, fault, status, says):
    standin.faults.add(fault, "/datasets")
    with pytest.raises(portal.PortalError) as caught:
        portail.search("salle")
    assert says in sentence(caught) and caught.value.status == status


@pytest.mark.parametrize("fault", ["500", "503", "429", "cut"])
def test_what_passes_is_asked_again(standin, portail, pauses, fault):
    standin.faults.add(fault, "/datasets", times=TRIES - 1)
    assert portail.search("salle").attrs["total"] == 3
    assert len(pauses) == TRIES - 1 and 0 < pauses[0] <= 2


@pytest.mark.parametrize("fault", ["404", "410", "403", "html", "garbled"])
def test_what_does_not_pass_is_not_asked_again(standin, portail, pauses, fault):
    standin.faults.add(fault, "/datasets", times=1)
    with pytest.raises(portal.PortalError):
        portail.search("salle")
    assert pauses == []


def test_the_server_says_how_long_to_wait(standin, portail, pauses):
    standin.faults.add("429", "/datasets", times=1, retry_after="7")
    # The stand-in's clock says 12 October 2026, 8:30: its date is read by its own clock, not by this machine's.
    standin.faults.add("503", "/datasets", times=1, retry_after="Mon, 12 Oct 2026 08:30:12 GMT")
    assert portail.search("salle").attrs["total"] == 3
    assert pauses == [7, 12]


def test_a_wait_longer_than_a_lesson_is_told_not_slept(standin, portail, pauses):
    standin.faults.add("429", "/datasets", retry_after=str(int(MOST_WAIT) + 100))
    with pytest.raises(portal.PortalError) as caught:
        portail.search("salle")
    assert "120 secondes" in sentence(caught) and pauses == []


def test_without_advice_the_pause_grows(standin, portail, pauses):
    standin.faults.add("500", "/datasets")
    with pytest.raises(portal.PortalError):
        portail.search("salle")
    assert len(pauses) == TRIES - 1 and all(0.5 <= one <= 8 for one in pauses)


def test_a_slow_answer_is_given_up(standin, pauses):
    standin.faults.clear()
    standin.faults.add("slow", "/datasets", seconds=0.6)
    hurried = portal.connect(base=standin.address, wait=pauses.append, timeout=0.05)
    began = time.monotonic()
    with pytest.raises(portal.PortalError) as caught:
        hurried.search("salle")
    assert "à temps" in sentence(caught) and time.monotonic() - began < 0.6
    hurried.web.close()


def test_a_stopped_stand_in_is_told(tmp_path, pauses):
    server = Standin(portal_tiny.write(tmp_path)).start()
    portail = portal.connect(base=server.address, wait=pauses.append)
    server.stop()
    with pytest.raises(portal.PortalError) as caught:
        portail.search("salle")
    assert "portal.connect" in sentence(caught)


def test_no_network_points_to_the_stand_in(pauses, monkeypatch):
    import socket

    def unknown(*_, **__):
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    portail = portal.connect(online=True, wait=pauses.append)
    with pytest.raises(portal.PortalError) as caught:
        portail.search("salle")
    assert "data.gouv.fr est injoignable" in sentence(caught) and "portal.connect(online=False)" in sentence(caught)


# --- files --------------------------------------------------------------------------------------------------------


def cached(tmp_path) -> list[str]:
    return sorted(one.name for one in tmp_path.glob("portail-cache/*"))


def test_a_file_is_fetched_once(standin, portail, tmp_path, capsys):
    first = portail.fetch(rid(1))
    assert first.read_bytes() == portal_tiny.FILES["salles.csv"] and "sha256 vérifiée" in capsys.readouterr().out
    standin.faults.add("500", "/fichiers/")  # a second download would fail
    assert portail.fetch(rid(1)) == first and "rien à télécharger" in capsys.readouterr().out


def test_a_portal_that_is_down_leaves_what_was_fetched(standin, portail, capsys):
    first = portail.fetch(rid(1))
    standin.faults.add("cut")
    assert portail.fetch(rid(1)) == first and "ne répond pas" in capsys.readouterr().out
    with pytest.raises(portal.PortalError):
        portail.fetch(rid(3))


@pytest.mark.parametrize(("which", "says"), [
    (5, "mort"), (6, "page web"), (7, "somme de contrôle sha1 diffère"), (99, "aucune ressource"),
])
def test_what_is_no_file_leaves_nothing(portail, tmp_path, which, says):
    with pytest.raises(portal.PortalError) as caught:
        portail.fetch(rid(which))
    assert says in sentence(caught) and cached(tmp_path) == []


@pytest.mark.parametrize(("fault", "says"), [
    ("altered", "sha256 diffère"), ("cut", "coupé la connexion"), ("huge", "plus de 1 Mo"), ("html", "page web"), ("410", "supprimé"),
])
def test_a_file_that_breaks_on_the_way_leaves_nothing(standin, portail, tmp_path, fault, says):
    standin.faults.add(fault, "/fichiers/")
    with pytest.raises(portal.PortalError) as caught:
        portail.fetch(rid(1), most_mb=1)
    assert says in sentence(caught) and cached(tmp_path) == []


def test_half_a_file_never_takes_the_place_of_a_whole_one(standin, portail):
    path = portail.fetch(rid(1))
    portail.resource = lambda _: portal_tiny.CATALOGUE["datasets"][0]["resources"][0] | {
        "url": f"{standin.address}/www/fichiers/{rid(1)}/fichier-1.csv", "last_modified": "2026-09-09T08:00:00+00:00",
    }
    standin.faults.add("cut", "/fichiers/")
    with pytest.raises(portal.PortalError):
        portail.fetch(rid(1))
    assert path.read_bytes() == portal_tiny.FILES["salles.csv"]


def test_a_second_try_starts_the_file_again(standin, portail, capsys):
    standin.faults.add("cut", "/fichiers/", times=1)
    assert portail.fetch(rid(1)).read_bytes() == portal_tiny.FILES["salles.csv"] and "sha256 vérifiée" in capsys.readouterr().out


def test_a_wrong_checksum_is_taken_only_knowingly(portail, capsys):
    path = portail.fetch(rid(7), verify=False)
    assert path.read_bytes() == portal_tiny.FILES["vieux.csv"] and "diffère" in capsys.readouterr().out
    assert portail.fetch(rid(7), verify=False) == path
    with pytest.raises(portal.PortalError):  # the copy that is there does not hide it
        portail.fetch(rid(7))


def test_what_a_team_changed_in_the_cache_is_kept(portail, capsys):
    path = portail.fetch(rid(1))
    path.write_text("nos corrections\n")
    assert portail.fetch(rid(1)).read_bytes() == portal_tiny.FILES["salles.csv"]
    (kept,) = path.parent.glob("*-modifie-*.csv")
    assert kept.read_text() == "nos corrections\n" and kept.name in capsys.readouterr().out


def test_a_full_disk_is_told(portail, monkeypatch, tmp_path):
    (tmp_path / "portail-cache").write_text("un fichier à la place du dossier")
    with pytest.raises(LearnerError) as caught:
        portail.fetch(rid(1))
    assert "n'a pas pu être enregistré" in sentence(caught)


def test_an_empty_file_is_said_to_be_empty(portail, capsys):
    assert portail.fetch(rid(8)).read_bytes() == b"" and "vide" in capsys.readouterr().out


def test_a_file_too_big_is_refused(portail, tmp_path):
    with pytest.raises(portal.PortalError) as caught:
        portail.fetch(rid(1), most_mb=0.001)
    assert "most_mb" in sentence(caught) and cached(tmp_path) == []


def test_links_are_checked_without_retries(standin, portail, pauses):
    card = portail.dataset("jeu-1")
    standin.faults.add("500", "/fichiers/")
    links = card.quality().set_index("critere").loc["all_resources_available"]
    assert not links["recalcule"] and "2 liens morts sur 2" in links["remarque"] and pauses == []
