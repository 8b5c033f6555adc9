"""What goes with a table when it leaves: its card, its dictionary, its licence, its name, its package.

    from challenge_data.publication import Card, choose_licence, composition, dictionary, package, scdl_name

    fiche = Card("Répertoire des équipements", motivation="…", composition=composition(table, row="un équipement"), …)
    choix = choose_licence(["lov2"], administration=True, share_back=False)     # choix.id == "lov2"
    scdl_name("2026-10-15", "249900010", "répertoire des équipements")
    package(table, fiche, choix, …)                                            # a Frictionless data package, checked

The portal's side of publication (API, drafts) is not here.
"""

from challenge_data.publication.card import Card
from challenge_data.publication.composing import composition
from challenge_data.publication.dictionaries import dictionary
from challenge_data.publication.licensing import LicenceChoice, choose_licence
from challenge_data.publication.naming import scdl_name
from challenge_data.publication.packaging import Package, package

__all__ = ["Card", "LicenceChoice", "Package", "choose_licence", "composition", "dictionary", "package", "scdl_name"]
