"""Opening hours, telephones, commune codes: what a pattern cannot tell."""

import pandas as pd
import pytest

from challenge_data import communes, course, schemas
from challenge_data.schemas import hours, values


@pytest.mark.parametrize("text", [
    "24/7", "Mo-Fr 08:30-12:00,13:30-17:30; Sa 08:30-12:00", "Mo,We,Fr 09:00-12:00", "Mo-Su 00:00-24:00", "Apr-Oct: Mo-Su 08:00-20:00", "PH off", "Mo-Fr 09:00-17:00; PH,SH off",
    "Jul 14 off", "Mar 15-Oct 31 Sa 10:00-18:00", 'Mo 09:00-12:00 "sur rendez-vous"', "Su[1] 10:00-12:00", "Fr-Sa 20:00-02:00", "08:00-20:00", "Mo-Fr 18:00+", "Tu 14:00-18:00; Sa,Su off",
])  # fmt: skip
def test_well_written_hours_are_read(text):
    assert hours.wrong(text) is None and hours.not_known(text) == ""


@pytest.mark.parametrize(("text", "said"), [
    ("8h30-12h", "8h30"), ("Lundi 09:00-12:00", "lundi"), ("Mo-Fr 8:30-12:00", "8:30"), ("Mo 09:00-12:75", "12:75"), ("Mo 09:00-29:00", "29:00"), ("mo-fr 09:00-12:00", "mo"),
    ("Mo-Fr", "sans heure"), ("libre", "libre"), ("Mo 09:00 à 12:00", "sépare"), ("24h/24", "24h"), ("sur réservation", "sur"), ("Mo-Fr 09:00-12:00 sauf août", "sauf"),
])  # fmt: skip
def test_badly_written_hours_are_refused(text, said):
    assert said in " ".join(hours.wrong(text)) and hours.not_known(text) == ""


@pytest.mark.parametrize("text", ["Mo-Su sunrise-sunset", "easter +1 day off", "week 10-20 Mo 09:00-12:00"])
def test_hours_beyond_this_reader_are_a_question_and_no_error(text):
    assert hours.wrong(text) is None and hours.not_known(text)
    report = schemas.validate(pd.DataFrame([{one["name"]: one["example"] for one in schemas.schema("mediation_numerique").descriptor["fields"]}]).assign(horaires=text), "mediation_numerique")
    assert not len(report.errors) and report.questions["colonne"].tolist() == ["horaires"] and "pas su lire" in str(report)


def test_telephones():
    for good in ("+33199001234", "+33 1 99 00 12 34", "01 99 00 12 34", "01.99.00.12.34", "3949", "112", "+590590123456", "+32470123456"):
        assert values.phone(good) is None, good
    for bad, said in (("199001234", "premier zéro"), ("+330199001234", "0 après +33"), ("01 99 00 12 34 / 06 39 98 12 34", "plusieurs"), ("mairie", "n'est pas"), ("01 99 00 12", "n'est pas")):
        assert said in values.phone(bad)[1], bad


def test_commune_codes_are_those_of_2026_and_of_the_island():
    assert all(values.commune(code) is None for code in ("01001", "2A004", "99901", "99908", "97105"))
    assert "premier zéro" in values.commune("1001")[1] and "aucune commune" in values.commune("99909")[1]
    assert {"L'Haÿ-les-Roses", "L'Anse-aux-Sternes"} <= communes.names()


def test_without_the_lists_no_commune_is_refused(tmp_path, monkeypatch):
    cached = (communes.by_code, communes.names)
    monkeypatch.setattr(course, "datasets_dir", lambda: tmp_path)
    for one in cached:
        one.cache_clear()
    try:
        assert values.commune("99909") is None and not communes.names()
    finally:
        for one in cached:
            one.cache_clear()
