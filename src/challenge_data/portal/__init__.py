"""Public data portals: one client for data.gouv.fr and its sister services, and a stand-in of our own offline.

    from challenge_data import portal

    portail = portal.connect(online=EN_LIGNE)          # False: the stand-in (no network); True: the real services
    trouves = portail.search("bibliothèque")           # a table, one row a dataset; trouves.attrs["total"]
    jeu = portail.dataset(trouves["id"].iloc[0])        # its card; jeu.ressources, jeu.raw, jeu.quality()
    chemin = portail.fetch(jeu.ressources["id"].iloc[0])  # the file, in work_dir()/portail-cache, checksum verified
    portail.tabular(resource_id, where={"commune": "Port-Brume"}, columns=["nom"], sort="-capacite", limit=50)
    portail.communes(nom="Saint-Denis"), portail.geocode("12 rue du Port", citycode="99901")
    portal.licences()                                   # what each licence permits and obliges

    portail.sign_in()                                   # a practice key; online, one's own: env variable or prompt
    fiche = portail.publish(path, title="…", description="…", organisation="…", licence="lov2", doubts=find_people)
    fiche                                               # a draft: what it looks like, what it lacks
    fiche.make_public(read_by="…")                      # or every reason why not
    fiche.withdraw()                                    # the file leaves the portal; copies of it do not

Going from the stand-in to the real portal changes one argument; the code that asks, retries and explains is
the same. To write is another matter: ``connect(online=True)`` reads only, ``connect(online=True, writing="demo")``
writes on the national portal's training instance, and the national portal itself must be named in full.

Rooms inside: :mod:`.client` (what a lesson calls) → :mod:`.publishing`, :mod:`.services`, :mod:`.cache`, :mod:`.dataset` →
:mod:`.quality`, :mod:`.terms` → :mod:`.web` (HTTP, retries, errors) → :mod:`.secret` (the key). :mod:`.standin` is a server of its own, which
shares only the list of licences with the client: each can show the other wrong.

Importing this is cheap: httpx and pandas are imported by the functions that use them.
"""

from challenge_data.portal.client import Portal, connect
from challenge_data.portal.dataset import Dataset
from challenge_data.portal.publishing import Publication
from challenge_data.portal.secret import Key, key
from challenge_data.portal.services import MIN_SCORE
from challenge_data.portal.terms import licences
from challenge_data.portal.web import PortalError

__all__ = ["MIN_SCORE", "Dataset", "Key", "Portal", "PortalError", "Publication", "connect", "key", "licences"]
