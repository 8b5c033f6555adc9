"""Publishing: a draft nobody sees, reasons told at once, a record everybody copies, and copies that stay."""

import hashlib
import json

import pandas as pd
import portal_tiny
import pytest

from challenge_data import find_people, portal
from challenge_data.errors import LearnerError
from challenge_data.portal.publishing import is_scdl_name
from challenge_data.portal.standin.server import Standin

GOOD = {
    "title": "Salles de l'île, une ligne par salle", "description": portal_tiny.LONG, "organisation": "CCIB", "licence": "lov2", "frequency": "annual",
    "keywords": ["salle des fêtes", "gymnase"], "period": ("2026-03-01", "2026-10-12"), "territory": "fr:epci:249999999", "schema": "scdl/equipements",
    "file_description": "Une ligne par salle.",
}
NAME = "20261012_249999999_salles.csv"
PLAIN, MOBILE = "nom,tel\nSalle des Docks,+33199001234\n", "nom,tel\nSalle des Docks,+33639981234\n"


@pytest.fixture
def portail(standin, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CHALLENGE_DATA_WORK", str(tmp_path / "travail"))
    standin.faults.clear()
    connected = portal.connect(base=standin.address, wait=lambda _: None, timeout=5)
    connected.sign_in()
    yield connected
    connected.web.close()


@pytest.fixture
def neighbour(standin, portail):
    connected = portal.connect(base=standin.address)
    yield connected
    connected.web.close()


@pytest.fixture
def write(tmp_path):
    def put(text: str, name: str = NAME):
        path = tmp_path / name
        path.write_bytes(text.encode())
        return path

    return put


def test_a_draft_shows_to_nobody_else_and_is_nine_out_of_nine(portail, neighbour, write):
    draft = portail.publish(write(PLAIN), doubts=find_people, **GOOD)
    assert not draft.publique and draft.raisons == [] and draft.remarques == []
    quality = draft.quality()
    assert quality.attrs == {"score_recalcule": 1.0, "score_annonce": 1.0} and quality["recalcule"].tolist() == quality["annonce"].tolist() == [True] * 9
    assert neighbour.search("salles").attrs["total"] == portail.search("salles").attrs["total"] == 3
    with pytest.raises(portal.PortalError) as caught:
        neighbour.dataset(draft.id)
    assert caught.value.status == 404
    for shown in (str(draft), draft._repr_html_()):
        assert "BROUILLON" in shown and NAME in shown and "Une licence est-elle choisie" in shown
    assert draft.ressources["titre"].tolist() == [NAME] and draft.ressources["schema"].tolist() == ["scdl/equipements"]


def test_a_drafts_file_answers_whoever_knows_its_address(portail, neighbour, write):
    draft = portail.publish(write(PLAIN), **GOOD)
    assert neighbour.web.probe(draft.ressources["adresse"].iloc[0]).status == 200


def test_every_reason_is_told_at_once(portail, neighbour, write):
    poor = portail.publish(write(MOBILE, "final v2.csv"), title="Salles", description="Voir la notice.", organisation="CCIB", doubts=find_people)
    with pytest.raises(LearnerError) as caught:
        poor.make_public()
    said = str(caught.value)
    assert "4 raisons" in said and all(words in said for words in ("licence", "15 caractères", "colonne « tel » : numéro de mobile, 1 case", "Personne d'autre"))
    assert "639981234" not in said and not poor.publique
    assert any("AAAAMMJJ" in note for note in poor.remarques) and len(poor.remarques) == 6
    # Nothing was made public meanwhile.
    assert neighbour.search("notice").attrs["total"] == 0


def test_a_doubt_is_judged_with_words(portail, write, capsys):
    draft = portail.publish(write(MOBILE), doubts=find_people, **GOOD)
    for judged in ("", "oui"):
        with pytest.raises(LearnerError, match="mobile"):
            draft.make_public(read_by="Ada", judged=judged)
    draft.make_public(read_by="Ada", judged="numéro d'astreinte, affiché à la porte")
    assert draft.publique and "Doute levé" in capsys.readouterr().out


def test_without_somebody_who_looks_the_file_is_said_unread(portail, write):
    assert "Personne n'a cherché de données personnelles dans le fichier." in portail.publish(write(MOBILE), **GOOD).remarques
    seen = portail.publish(write(MOBILE), doubts=lambda table: [f"{len(table)} ligne à relire."], **GOOD)
    assert seen.raisons == ["1 ligne à relire."]


def test_published_found_copied_withdrawn_and_the_copy_stays(portail, neighbour, write, capsys):
    path = write(PLAIN)
    record = portail.publish(path, doubts=find_people, **GOOD)
    record.make_public(read_by="Ada")
    assert neighbour.search("salle fêtes")["id"].tolist() == [record.id]
    assert neighbour.dataset(record.id).raw["private"] is False
    copy = neighbour.fetch(record.ressources["id"].iloc[0])
    stamp = record.empreinte
    assert hashlib.sha256(copy.read_bytes()).hexdigest() == stamp == hashlib.sha256(path.read_bytes()).hexdigest()
    address = record.ressources["adresse"].iloc[0]
    record.withdraw()
    assert "compté 1 téléchargement" in capsys.readouterr().out
    assert neighbour.search("salle fêtes").attrs["total"] == 0 and neighbour.web.probe(address).status == 404
    assert not record.publique and record.empreinte == "" and hashlib.sha256(copy.read_bytes()).hexdigest() == stamp
    again = portail.publish(path, doubts=find_people, **GOOD)
    again.make_public(read_by="Ada")
    assert again.id == record.id  # the record's address lives on


def test_a_withdrawn_record_is_corrected_as_a_draft_and_its_file_keeps_what_was_said_of_it(portail, neighbour, write):
    record = portail.publish(write(PLAIN), doubts=find_people, **GOOD | {"schema": "scdl/equipements"})
    record.make_public(read_by="Ada")
    record.withdraw()
    record.correct(write("nom,tel\nSalle du Cap,\n"), doubts=find_people)
    assert not record.publique and record.raisons == [] and neighbour.search("salle fêtes").attrs["total"] == 0
    assert record.ressources["description"].tolist() == ["Une ligne par salle."] and record._card["resources"][0]["schema"] == {"name": "scdl/equipements"}


def test_withdrawn_forever_is_gone(portail, neighbour, write):
    record = portail.publish(write(PLAIN), **GOOD)
    record.make_public(read_by="Ada")
    record.withdraw(forever=True)
    with pytest.raises(portal.PortalError) as caught:
        neighbour.dataset(record.id)
    assert caught.value.status in (404, 410)
    for act in (record.make_public, record.withdraw, record.correct):
        with pytest.raises(LearnerError, match="supprimée"):
            act()
    assert "SUPPRIMÉE" in str(record)


def test_the_same_title_never_makes_a_second_record(portail, write, capsys):
    first = portail.publish(write(PLAIN), **GOOD)
    second = portail.publish(write(MOBILE), **GOOD | {"title": "  SALLES de l'île, une ligne par salle"})
    assert second.id == first.id and len(second.ressources) == 1 and "Brouillon repris" in capsys.readouterr().out
    second.make_public(read_by="Ada")
    with pytest.raises(LearnerError, match="déjà une fiche publique") as caught:
        portail.publish(write(PLAIN), **GOOD)
    assert "relancez à partir de portail.sign_in()" in str(caught.value)
    assert second.id in str(caught.value) and portail.publication(second.id).empreinte == second.empreinte
    second.make_public()
    assert "déjà publique" in capsys.readouterr().out


def test_a_public_record_is_corrected_in_place_unless_it_would_lose_its_right(portail, neighbour, write):
    record = portail.publish(write(PLAIN), doubts=find_people, **GOOD)
    record.make_public(read_by="Ada")
    before = record.empreinte
    with pytest.raises(LearnerError, match="mobile"):
        record.correct(write(MOBILE), doubts=find_people)
    with pytest.raises(LearnerError, match="description"):
        record.correct(description="Court.")
    assert neighbour.dataset(record.id).description == portal_tiny.LONG and portail.publication(record.id).empreinte == before
    record.correct(write("nom,tel\nSalle du Cap,\n"), doubts=find_people, keywords="salle, abri")
    after = neighbour.dataset(record.id)
    assert record.publique and record.empreinte != before and after.mots_cles == ["abri", "salle"] and after.licence == "lov2"
    assert after.raw["spatial"]["zones"] == ["fr:epci:249999999"] and after.ressources["description"].tolist() == ["Une ligne par salle."]


def test_ids_are_the_same_on_every_run(tmp_path, write):
    made = []
    for run in ("un", "deux"):
        server = Standin(portal_tiny.write(tmp_path / run)).start()
        signed = portal.connect(base=server.address)
        for _ in range(2):  # a new practice key forgets what the earlier one wrote
            signed.sign_in()
            record = signed.publish(write(PLAIN), **GOOD)
            made.append((record.id, record.ressources["id"].iloc[0], str(record.fiche.cree_le), record.empreinte))
        server.stop()
    assert len(set(made)) == 1


@pytest.mark.parametrize(("changes", "says"), [
    ({"licence": "lov3"}, "lov2"), ({"frequency": "parfois"}, "annual (annuelle)"), ({"period": ("2026-10-12", "2026-03-01")}, "avant le début"),
    ({"period": "2026"}, "deux dates"), ({"keywords": ["été", "ab"]}, "ab"), ({"title": ""}, "title"), ({"description": 3}, "description"), ({"organisation": "Atlantide"}, "Aucune organisation"),
    ({"organisation": "Association des Cartes vives"}, "n'appartient pas à cette organisation"),
])
def test_what_cannot_be_sent_is_explained_and_nothing_is_written(portail, standin, write, changes, says):
    with pytest.raises(LearnerError) as caught:
        portail.publish(write(PLAIN), **GOOD | changes)
    assert says in str(caught.value) and not standin.shelf._records


def test_the_file_is_looked_at_before_anything_is_written(portail, standin, write, tmp_path):
    for path, says in ((tmp_path / "absent.csv", "pas là"), (write("", "vide.csv"), "vide"), (pd.DataFrame({"a": [1]}), "enregistrez-le"), (tmp_path, "pas là")):
        with pytest.raises(LearnerError, match=says):
            portail.publish(path, **GOOD)
    assert not standin.shelf._records


@pytest.mark.parametrize(("text", "name", "says"), [("<!DOCTYPE html><p>", "page.csv", "page web"), ("x", "programme.exe", "la fin de son nom"), ("x", "final v2", "la fin de son nom"), ("a" * 20_500_000, "gros.csv", "trop lourd")])
def test_what_the_portal_does_not_take(portail, write, text, name, says):
    with pytest.raises(portal.PortalError) as caught:
        portail.publish(write(text, name), **GOOD)
    assert says in str(caught.value)


@pytest.mark.parametrize(("fault", "says"), [("500", "pas doublé"), ("cut", "coupé"), ("403", "droit de modifier"), ("429", "trop de demandes"), ("html", "page web"), ("garbled", "JSON")])
def test_a_bad_day(portail, standin, write, fault, says):
    standin.faults.add(fault, "/api/1/")
    with pytest.raises(portal.PortalError) as caught:
        portail.publish(write(PLAIN), **GOOD | {"organisation": "a" * 24})
    assert says in str(caught.value) or "n'a pas répondu jusqu'au bout" in str(caught.value)


def test_a_post_whose_answer_is_lost_is_not_sent_again(portail, standin, write):
    standin.faults.add("500", r"/upload/", times=1)
    with pytest.raises(portal.PortalError, match="pas doublé"):
        portail.publish(write(PLAIN), **GOOD)
    record = portail.publish(write(PLAIN), **GOOD)
    assert len(record.ressources) == 1 and len(standin.shelf._records) == 1


def test_a_refused_moment_is_waited_for(portail, standin, write):
    standin.faults.add("503", "/datasets", times=2)
    assert portail.publish(write(PLAIN), **GOOD).raisons == []


def test_nothing_is_written_to_a_real_portal_by_accident(write):
    reader = portal.connect(online=True)
    for act in (reader.sign_in, lambda: reader.publish(write(PLAIN), **GOOD), lambda: reader.publication("a" * 24)):
        with pytest.raises(LearnerError, match="lecture seule"):
            act()
    assert "lecture seule" in repr(reader) and "demo.data.gouv.fr" in repr(portal.connect(online=True, writing="demo"))
    assert portal.connect(online=True, writing="demo").addresses.www == "https://demo.data.gouv.fr"
    assert portal.connect(online=True, writing="data.gouv.fr").addresses.www == "https://www.data.gouv.fr"
    for wrong in ({"writing": "demo"}, {"online": True, "writing": "oui"}):
        with pytest.raises(LearnerError, match="writing"):
            portal.connect(**wrong)


def test_without_a_key_one_is_asked_to_sign_in(standin, write):
    with pytest.raises(LearnerError, match="sign_in"):
        portal.connect(base=standin.address).publish(write(PLAIN), **GOOD)


def test_a_practice_key_that_is_no_longer_known_is_told(portail, standin, write):
    standin.shelf.new_key()
    with pytest.raises(portal.PortalError, match="ne reconnaît pas votre clé"):
        portail.publish(write(PLAIN), **GOOD)


@pytest.mark.parametrize(("name", "right"), [
    (NAME, True), ("20261312_249999999_salles.csv", False), ("20261012_24999999900011_salles.csv", False), ("20261012_249999999_Salles.csv", False),
    ("20261012-249999999-salles.csv", False), ("12102026_249999999_salles.csv", False), ("20261012_249999999_salles de fêtes.csv", False),
])
def test_a_files_name(name, right):
    assert is_scdl_name(name) is right


def test_the_card_is_written_for_reading_as_text(portail, write):
    record = portail.publish(write(PLAIN), **GOOD | {"title": "<b>Salles</b>", "frequency": "semestrielle", "description": f" {portal_tiny.LONG}\n\nSuite. "})
    assert record.fiche.description == f"{portal_tiny.LONG}\n\nSuite."
    assert "&lt;b&gt;Salles" in record._repr_html_() and "semestrielle" in str(record)
    assert json.dumps(record.fiche.raw)
