"""Public data portals: one client for data.gouv.fr and its sister services, and a stand-in of our own offline.

    from challenge_data import portal

    portail = portal.connect(online=EN_LIGNE)          # False: the stand-in (no network); True: the real services
    trouves = portail.search("bibliothèque")           # a table, one row a dataset; trouves.attrs["total"]
    jeu = portail.dataset(trouves["id"].iloc[0])        # its card; jeu.ressources, jeu.raw, jeu.quality()
    chemin = portail.fetch(jeu.ressources["id"].iloc[0])  # the file, in work_dir()/portail-cache, checksum verified
    portail.tabular(resource_id, where={"commune": "Port-Brume"}, columns=["nom"], sort="-capacite", limit=50)
    portail.communes(nom="Saint-Denis"), portail.geocode("12 rue du Port", citycode="99901")
    portal.licences()                                   # what each licence permits and obliges

Going from the stand-in to the real portal changes one argument; the code that asks, retries and explains is
the same. Nothing here writes to a portal yet: publication will take its place beside :mod:`.client`.

Rooms inside: :mod:`.client` (what a lesson calls) → :mod:`.services`, :mod:`.cache`, :mod:`.dataset` →
:mod:`.quality`, :mod:`.terms` → :mod:`.web` (HTTP, retries, errors). :mod:`.standin` is a server of its own, which
shares only the list of licences with the client: each can show the other wrong.

Importing this is cheap: httpx and pandas are imported by the functions that use them.
"""

from challenge_data.portal.client import Portal, connect
from challenge_data.portal.dataset import Dataset
from challenge_data.portal.services import MIN_SCORE
from challenge_data.portal.terms import licences
from challenge_data.portal.web import PortalError

__all__ = ["MIN_SCORE", "Dataset", "Portal", "PortalError", "connect", "licences"]
