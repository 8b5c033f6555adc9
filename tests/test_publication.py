"""What goes with a table when it leaves: the card, the dictionary, the licence, the name, the package; and what is told when something is not right."""

import html
import json
from datetime import date
from pathlib import Path

import frictionless
import pandas as pd
import pytest

from challenge_data.errors import LearnerError
from challenge_data.portal.terms import LICENCES
from challenge_data.publication import Card, choose_licence, composition, dictionary, package, scdl_name
from challenge_data.publication.parts import ASKED, PARTS

SENTENCE = "Une phrase que l'on peut lire sans appeler personne."
TEXTS = {asked.key: SENTENCE for asked in ASKED}
HALLS = pd.DataFrame({"nom": ["Salle du Cap", "Salle des fêtes", "Gymnase"], "places": [60, 120, None], "vu_le": ["2026-10-12", "2026-10-12", ""]})
MEANINGS = {"nom": "nom d'usage, celui de la porte", "places": "personnes debout, salle vide", "vu_le": "jour où quelqu'un est entré"}
PLACE = {"file": "20261015_249900010_places-dans-les-salles.csv", "publisher": "Communauté de communes de Brumeval",
         "contact": "donnees@brumeval.example", "source": "relevé des services techniques", "vintage": "octobre 2026"}


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("CHALLENGE_DATA_WORK", str(tmp_path / "travail"))
    return tmp_path / "travail"


@pytest.fixture
def words() -> pd.DataFrame:
    return dictionary(HALLS, MEANINGS, units={"places": "personnes"})


# the card

def test_a_finished_card_reads_as_markdown_and_as_html(work, capsys):
    card = Card("Salles de Brumeval", TEXTS, motivation="Une <tempête> & personne ne savait.")
    assert len(PARTS) == 8 and not len(card.missing)
    assert card.text.startswith("# Fiche descriptive : Salles de Brumeval\n") and card.text.count("\n## ") == 8 and str(card) == card.text
    assert "&lt;tempête&gt; &amp; personne" in card._repr_html_() and "À écrire" not in card._repr_html_()
    card.save()
    assert (work / "fiche_descriptive.md").read_text(encoding="utf-8") == card.text and "fiche_descriptive.md (8 parties)" in capsys.readouterr().out


def test_all_that_is_missing_is_told_at_once_with_why():
    card = Card("Salles de Brumeval", {**TEXTS, "usages": "à compléter", "maintenance": "Bastien", "juridique": "NR"} | {"collecte": ""})
    assert list(card.missing["mot_cle"]) == ["collecte", "maintenance", "usages", "juridique"]
    with pytest.raises(LearnerError) as error:
        card.save()
    for told in ("4 réponses", "on y lit encore « à compléter »", "« Bastien » est trop court", "« NR » ne répond pas", "erreur trouvée reste chez"):
        assert told in str(error.value)
    assert "À écrire" in card._repr_html_() and "il manque une réponse" in card.text


@pytest.mark.parametrize("text", ["Qui tient ce jeu reste à définir avec la direction.", "TODO : demander à Gaël ce qu'il en pense", "à compléter", "…", "?"])
def test_what_is_still_to_be_written_is_no_answer(text):
    assert list(Card("Salles de Brumeval", {**TEXTS, "maintenance": text}).missing["mot_cle"]) == ["maintenance"]


def test_a_card_that_cannot_be_read_is_told_at_once():
    with pytest.raises(LearnerError) as error:
        Card("", motivatoin=SENTENCE, usages=3, couleur=SENTENCE)
    for told in ("le titre", "vouliez-vous dire « motivation »", "« usages » attend une phrase", "aucune partie ne s'appelle « couleur »"):
        assert told in str(error.value)
    with pytest.raises(LearnerError, match="avec leur nom"):
        Card("Salles de Brumeval", SENTENCE)
    assert Card("Salles de Brumeval", **{"Préparation": SENTENCE, "usages-deconseilles": SENTENCE})["preparation"] == SENTENCE


def test_a_card_never_writes_over_anothers_work(work):
    work.mkdir()
    (work / "fiche_descriptive.md").write_text("le travail d'une nuit")
    card = Card("Salles de Brumeval", TEXTS)
    card.save()
    card.save()
    assert [path.read_text() for path in (work / "copies").iterdir()] == ["le travail d'une nuit"]
    with pytest.raises(LearnerError, match="finit par .md"):
        card.save("../fiche.md")


def test_composition_counts_the_table_itself():
    assert composition(HALLS.assign(note=""), row="une salle") == (
        "Une ligne décrit une salle. Il y a 3 lignes et 4 colonnes. 1 colonne est remplie partout. Des cases sont vides dans places (1), vu_le (1). "
        "1 colonne est entièrement vide : note.")
    with pytest.raises(LearnerError, match="ce que décrit une ligne"):
        composition(HALLS, row="")


# the dictionary

def test_dictionary_of_a_table_without_schema(words):
    assert list(words.columns) == ["colonne", "type", "sens", "unite", "exemple", "vides"]
    assert words.loc[1].tolist() == ["places", "nombre", "personnes debout, salle vide", "personnes", "60.0", 1]
    assert words.loc[2, "type"] == "date" and words.loc[2, "vides"] == 1


def test_dictionary_takes_the_schemas_words_and_yours_come_first():
    table = pd.DataFrame({"EQUIP_NOM": ["Gymnase"], "EQUIP_TEL": ["+33199008644"]})
    found = dictionary(table, {"EQUIP_TEL": "le secrétariat, aux heures de bureau"}, schema="equipements").set_index("colonne")
    assert found.loc["EQUIP_NOM", "sens"] == "Nom d'usage complet." and found.loc["EQUIP_TEL", "sens"].startswith("le secrétariat")


def test_a_meaning_written_on_two_lines_is_one_sentence():
    assert dictionary(HALLS[["nom"]], {"nom": """nom d'usage,
    celui de la porte"""}).loc[0, "sens"] == "nom d'usage, celui de la porte"


def test_all_that_a_dictionary_lacks_is_told_at_once():
    with pytest.raises(LearnerError) as error:
        dictionary(HALLS, {"nom": "Nom", "place": "des gens", "vu_le": "à compléter"})
    for told in ("vouliez-vous dire « places »", "1 colonne sans sens : places", "répète le nom de la colonne", "« à compléter » ne suffit pas"):
        assert told in str(error.value)
    with pytest.raises(LearnerError, match='nombre sans unité : units={"places"'):
        dictionary(HALLS, MEANINGS)
    with pytest.raises(LearnerError, match="entre accolades"):
        dictionary(HALLS, "nom")
    with pytest.raises(LearnerError, match="Donnez un tableau"):
        dictionary(["nom"], MEANINGS)


# the licence

@pytest.mark.parametrize("sources, public, share_back, key", [
    ([], True, False, "lov2"), (["lov2", "fr-lo"], True, False, "lov2"), (["Licence Ouverte 2.0"], "oui", "non", "lov2"), ([], True, True, "odc-odbl"),
    (["lov2", "odc-odbl"], True, False, "odc-odbl"), (["OpenStreetMap"], False, False, "odc-odbl"), ("ODbL", True, False, "odc-odbl"),
    (["cc-by"], True, False, "lov2"), (["CC BY-SA"], False, False, "cc-by-sa"), (["cc-by-sa"], True, False, None),
    (["odc-odbl", "cc-by-sa"], False, False, None), (["notspecified"], True, False, None), ({"la carte": "", "le registre": "lov2"}, True, False, None)])
def test_licence_that_the_answers_lead_to(sources, public, share_back, key):
    choice = choose_licence(sources, public, share_back)
    assert choice.id == key and choice.reasons and (key is None or choice.obliges == LICENCES[key][2])
    assert str(choice).startswith(f"Licence : {choice.name}") and choice.name in html.unescape(choice._repr_html_())


def test_licence_names_the_source_that_decides():
    choice = choose_licence({"registre": "lov2", "carte de Zoé": "osm", "photos": "cc-by"}, True, False)
    assert "« carte de Zoé »" in choice.reasons[0] and "registre" not in choice.reasons[0] and "D. 323-2-1" in str(choice)
    assert any("second fichier" in one for one in choice.warnings) and any("« photos »" in one for one in choice.warnings)


def test_questions_without_answer_are_asked_together():
    with pytest.raises(LearnerError) as error:
        choose_licence()
    assert all(f"- {name} :" in str(error.value) for name in ("sources", "administration", "share_back"))
    with pytest.raises(LearnerError, match="« libre » n'est pas une licence connue"):
        choose_licence(["libre"], True, False)
    with pytest.raises(LearnerError, match="ni oui ni non"):
        choose_licence([], "peut-être", False)
    with pytest.raises(LearnerError, match="entre crochets"):
        choose_licence(3, True, False)


# the name

@pytest.mark.parametrize("day, siren, name, whole", [
    ("2026-10-15", "249900010", "Répertoire des équipements", "20261015_249900010_repertoire-des-equipements.csv"),
    ("20261015", "249 900 010", "l'œuvre_du port.CSV", "20261015_249900010_l-oeuvre-du-port.csv"),
    (date(2026, 10, 15), 249900010, "  Salles / Gymnases  ", "20261015_249900010_salles-gymnases.csv")])
def test_scdl_name_mends_words(day, siren, name, whole):
    assert scdl_name(day, siren, name) == whole


@pytest.mark.parametrize("day, siren, name, told", [
    ("15/10/2026", "249900010", "salles", 'Ici : "2026-10-15" si le jour vient en premier'), ("2026-02-30", "249900010", "salles", "aucun calendrier"),
    ("2026-10-15", "24990001000011", "salles", "est un SIRET"), ("2026-10-15", "249900011", "salles", "sa clé|une clé"), ("2026-10-15", "2499", "salles", "a 4 chiffres"),
    ("2026-10-15", "Brumeval", "salles", "neuf chiffres"), ("2026-10-15", "249900010", "…", "ne dit pas de quoi"), ("2026-10-15", "249900010", "export", "n'importe quel fichier"),
    ("2026-10-15", "249900010", "20261015_249900010_salles.csv", "les mots seuls"), ("2026-10-15", "249900010", "salle " * 20, "trop long")])
def test_scdl_name_refuses_what_only_the_team_knows(day, siren, name, told):
    with pytest.raises(LearnerError, match=told):
        scdl_name(day, siren, name)


def test_all_that_a_name_lacks_is_told_at_once():
    with pytest.raises(LearnerError) as error:
        scdl_name("hier", "12", "")
    assert all(f"- {one} :" in str(error.value) for one in ("le jour", "le SIREN", "le nom"))


# the package

def test_package_is_whole_valid_and_the_same_on_each_run(work, words):
    first = package(HALLS, Card("Places dans les salles", TEXTS), choose_licence([], True, False), dictionary=words, **PLACE)
    again = package(HALLS, Card("Places dans les salles", TEXTS), "lov2", dictionary=words, **PLACE)
    assert list(first.files["sha256"]) == list(again.files["sha256"]) and not (work / "copies").exists()
    assert {path.name for path in first.folder.iterdir()} == set(first.files["fichier"]) and len(first.files) == 5
    assert frictionless.Package(str(first.folder / "datapackage.json")).validate().valid
    about = json.loads((first.folder / "datapackage.json").read_text(encoding="utf-8"))
    (resource,) = about["resources"]
    assert resource["path"] == "20261015_249900010_places-dans-les-salles.csv" == first.path.name and resource["bytes"] == first.path.stat().st_size
    assert about["licenses"][0]["name"] == "etalab-2.0" and about["contributors"][0]["email"] == PLACE["contact"] and about["version"] == "octobre 2026"
    schema = json.loads((first.folder / "schema.json").read_text(encoding="utf-8"))
    assert schema["fields"][1] | {"description": MEANINGS["places"], "unit": "personnes"} == schema["fields"][1]
    assert "vérifié par frictionless" in str(first) and "schema.json" in first._repr_html_()


def test_package_reads_a_file_and_writes_it_as_the_standard_asks(work, words, tmp_path):
    HALLS.to_csv(tmp_path / "salles.csv", sep=";", index=False, encoding="latin-1")
    made = package(tmp_path / "salles.csv", Card("Places dans les salles", TEXTS), "lov2", dictionary=words, **PLACE)
    assert made.path.read_bytes().startswith("nom,places,vu_le\nSalle du Cap,60.0,2026-10-12\nSalle des fêtes".encode())


def test_all_that_a_package_lacks_is_told_at_once_and_nothing_is_written(work, words):
    with pytest.raises(LearnerError) as error:
        package(HALLS, Card("Places dans les salles"), choose_licence(["notspecified"], True, False), dictionary=words.head(2),
                **PLACE | {"file": "20261015_249900011_places-dans-les-salles.csv", "contact": "Bastien", "vintage": ""}, exceptions={"prix": "parce que c'est ainsi", "nom": "oui"})
    for told in ("la fiche n'est pas finie", "aucune licence possible", "vu_le n'est pas dans les deux", "le SIREN", "« Bastien » n'est pas une adresse", "vintage", "« prix » n'est pas une colonne", "pourquoi nom"):
        assert told in str(error.value)
    assert not work.exists() or not list(work.iterdir())
    with pytest.raises(LearnerError, match="ne se publie pas"):
        package(HALLS, Card("Places dans les salles", TEXTS), "libre", dictionary=words, **PLACE)


def test_what_breaks_the_schema_is_mended_or_told_to_the_reader(words, capsys):
    rules = {"name": "salles", "fields": [{"name": "nom", "type": "string", "description": "nom", "constraints": {"pattern": "^[A-Za-z ]+$"}},
                                          {"name": "places", "type": "number"}, {"name": "vu_le", "type": "date"}]}
    given = {"dictionary": words, "schema": rules, **PLACE}
    with pytest.raises(LearnerError, match=r'nom, motif \(1 erreur\).*exceptions=\{"nom"'):
        package(HALLS, Card("Places dans les salles", TEXTS), "lov2", **given)
    made = package(HALLS, Card("Places dans les salles", TEXTS), "lov2", exceptions={"nom": "le motif oublie les accents.", "vu_le": "une date manque, et c'est ainsi."}, **given)
    assert "sans objet : vu_le" in capsys.readouterr().out and "Écart" not in json.loads((made.folder / "schema.json").read_text(encoding="utf-8"))["fields"][2]["description"]
    first = json.loads((made.folder / "schema.json").read_text(encoding="utf-8"))["fields"][0]
    assert "constraints" not in first and first["description"].endswith("Écart assumé : le motif oublie les accents.")


def test_package_keeps_what_stood_there(work, words):
    folder = work / "publication" / "20261015_249900010_places-dans-les-salles"
    folder.mkdir(parents=True)
    (folder / "fiche_descriptive.md").write_text("le travail d'une nuit")
    package(HALLS, Card("Places dans les salles", TEXTS), "lov2", dictionary=words, **PLACE)
    assert [path.read_text() for path in (work / "copies").iterdir()] == ["le travail d'une nuit"]


def test_two_packages_stand_side_by_side(work, words):
    first = package(HALLS, Card("Places dans les salles", TEXTS), "lov2", dictionary=words, **PLACE)
    names = HALLS[["nom"]]
    second = package(names, Card("Noms des salles", TEXTS), "odc-odbl", dictionary=dictionary(names, {"nom": MEANINGS["nom"]}), **PLACE | {"file": scdl_name("2026-10-15", "249900010", "noms des salles")})
    assert {path.name for path in (work / "publication").iterdir()} == {first.path.stem, second.path.stem} and not (work / "copies").exists()
    for one in (first, second):
        assert frictionless.Package(str(one.folder / "datapackage.json")).validate().valid and {path.name for path in one.folder.iterdir()} == set(one.files["fichier"])


@pytest.mark.parametrize("told, licence, refused", [
    ("Portail national, sous Licence Ouverte 2.0.", "odc-odbl", "« Licence Ouverte 2.0 », et le paquet part sous ODbL"),
    ("Sous ODbL, à citer ainsi.", choose_licence([], True, False), "« ODbL 1.0"), ("Sous CC BY-SA 4.0, à citer ainsi.", "cc-by", "« Creative Commons BY-SA »"),
    ("Portail national, sous Licence Ouverte (Etalab).", "fr-lo", ""), ("Sous CC BY 4.0, à citer ainsi.", "cc-by", ""),
    ("Sous Licence Ouverte ; les positions d'OpenStreetMap, à côté, sous ODbL.", "lov2", "")])
def test_card_and_package_tell_the_same_licence(work, words, told, licence, refused):
    card = Card("Places dans les salles", TEXTS, diffusion=told)
    if not refused:
        assert package(HALLS, card, licence, dictionary=words, **PLACE).path.exists()
        return
    with pytest.raises(LearnerError, match=refused):
        package(HALLS, card, licence, dictionary=words, **PLACE)
    assert not work.exists() or not list(work.iterdir())


@pytest.mark.parametrize("file, told", [("salles.csv", "ne suit pas la convention"), ("20261315_249900010_salles.csv", "aucun calendrier"), ("20261015_249900010_final.csv", "n'importe quel fichier")])
def test_a_package_wants_a_name_that_strangers_can_read(words, file, told):
    with pytest.raises(LearnerError, match=told):
        package(HALLS, Card("Places dans les salles", TEXTS), "lov2", dictionary=words, **PLACE | {"file": file})


def test_what_frictionless_refuses_is_told(work, words, monkeypatch):
    from challenge_data.publication import packaging

    def spoiled(value: dict) -> bytes:
        return json.dumps(value | ({"resources": [value["resources"][0] | {"bytes": 1}]} if "resources" in value else {})).encode()

    monkeypatch.setattr(packaging, "_json", spoiled)
    with pytest.raises(LearnerError, match="L'outil frictionless refuse le paquet"):
        package(HALLS, Card("Places dans les salles", TEXTS), "lov2", dictionary=words, **PLACE)
    assert not work.exists() or not list(work.iterdir())
