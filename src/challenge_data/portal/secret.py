"""A key that signs what one writes to a portal, and that nothing shows.

A key in a notebook is a key given away: outputs are saved, folders are shared, errors are pasted in a chat. So it
lives in a closure, has no text, is not pickled nor copied, and is put on a request at the last moment, for the one
site that it belongs to. A redirect is never followed with it (see :meth:`challenge_data.portal.web.Web.send`): httpx
takes an ``Authorization`` header off when the host changes, not an ``X-API-KEY``.
"""

import os
from urllib.parse import urlsplit

from challenge_data.errors import LearnerError

HEADER = "X-API-KEY"
SITES = {"https://www.data.gouv.fr": "DATAGOUV_API_KEY", "https://demo.data.gouv.fr": "DATAGOUV_DEMO_API_KEY"}
"""The portals that take a key, and the environment variable where each looks for its own."""

_SHOWN = "(clé d'API : elle ne s'affiche pas)"


class Key:
    """A key and the site that it is for. Its value has no way out but a request to that site.

    Args:
        value: the key itself.
        site: scheme and host, such as ``https://demo.data.gouv.fr``.

    Raises:
        LearnerError: the value cannot be a key (empty, blanks inside, other than plain letters and signs).
    """

    __slots__ = ("_sign", "site")

    def __init__(self, value: str, site: str):
        text = str(value).strip()
        if not text or not text.isascii() or not text.isprintable() or " " in text:
            # The sentence does not repeat what was given: it may be the key, with one letter too many.
            raise LearnerError("Ce qui a été donné n'est pas une clé : une clé est une suite de lettres et de signes, sans espace. Recopiez-la depuis votre profil.")
        self.site = site.rstrip("/")
        self._sign = lambda request: request.headers.__setitem__(HEADER, text)

    def fits(self, address: str) -> bool:
        """Whether an address is on the key's own site: same scheme, same host, same port."""
        mine, theirs = urlsplit(self.site), urlsplit(address)
        return (mine.scheme, mine.netloc) == (theirs.scheme, theirs.netloc)

    def signature(self):
        """What httpx calls just before a request leaves: the key never stands among the arguments of a call."""
        import httpx

        sign, fits = self._sign, self.fits

        class Signature(httpx.Auth):
            def auth_flow(self, request):
                if fits(str(request.url)):
                    sign(request)
                yield request

        return Signature()

    def __repr__(self) -> str:
        return _SHOWN

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return _SHOWN

    def __reduce_ex__(self, _protocol):
        raise LearnerError("Une clé ne s'enregistre pas et ne se copie pas : redemandez-la avec portal.key().")


def key(site: str = "https://www.data.gouv.fr") -> Key:
    """A key for one of the real portals: from its environment variable, else asked for without being shown.

    Raises:
        LearnerError: another site, no key given, or nobody to ask (a notebook run without a person).
    """
    site = site.rstrip("/")
    if site not in SITES:
        raise LearnerError(f"Une clé sert à un portail : {' ou '.join(SITES)}. Reçu : « {site} ».")
    if found := os.environ.get(SITES[site], "").strip():
        return Key(found, site)
    try:
        from getpass import getpass

        given = getpass(f"Votre clé de {urlsplit(site).hostname} (rien ne s'affiche) : ")
    except Exception:  # ipykernel's own error when nobody is at the keyboard; EOFError in a script
        given = ""
    if not given.strip():
        raise LearnerError(
            f"Il manque la clé de {urlsplit(site).hostname} : on la trouve dans son profil, sur le portail. Elle se donne à la "
            f"demande du carnet, ou par la variable d'environnement {SITES[site]}. On ne l'écrit jamais dans une cellule."
        )
    return Key(given, site)
