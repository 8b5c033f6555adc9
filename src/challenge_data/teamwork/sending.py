"""A hand-in sent where the edition says: one PUT to an address that receives and shows nothing (docs/handing-in.md).

The file is kept whatever happens: every way that the network fails is a sentence, none is an exception. The code, if the edition
asks one, is passed on and never written.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

import httpx
import tenacity

from challenge_data import edition
from challenge_data.errors import LearnerError

USER = "equipe"
"""Name that goes with the code: a server's basic authentication wants one."""
ATTEMPTS = 3
SECONDS = httpx.Timeout(60, connect=15)
"""Longest silence of the server, and longest wait for its door."""
_BUSY = (429, 500, 502, 503, 504)

KEPT = "Votre rendu est gardé : téléchargez-le, et renvoyez-le d'ici plus tard, ou remettez-le à la personne qui organise."
_REFUSED = {
    401: "Le code n'est pas le bon. Vérifiez-le auprès de la personne qui organise, puis renvoyez.",
    403: "Le dépôt refuse cet envoi : il n'est peut-être pas ouvert, ou plus.",
    404: "L'adresse du dépôt n'existe pas : montrez cette phrase à la personne qui organise.",
    405: "Cette adresse ne reçoit pas de fichiers : montrez cette phrase à la personne qui organise.",
    409: "Le dossier du dépôt n'existe pas sur le serveur : montrez cette phrase à la personne qui organise.",
    413: "Votre rendu est trop lourd pour le dépôt. Effacez les sorties des carnets (menu Édition), enregistrez, puis rendez de nouveau.",
    507: "Le dépôt est plein : prévenez la personne qui organise.",
}


@dataclass(frozen=True)
class Answer:
    """What became of it."""

    sent: bool
    message: str
    """French, for the team."""
    again: bool = False
    """Whether sending the same file again may go through."""
    wrong_code: bool = False
    """Whether it is for want of the right code."""


def send(name: str, content: bytes, code: str = "", *, wait: float = 1, timeout: httpx.Timeout = SECONDS) -> Answer:
    """Put a file at the edition's address; a server that falters is asked again, politely.

    Args:
        name: of the file; one that the server has already is taken as sent, for no two hand-ins have one name.
        code: said on the day, where the edition asks one.
        wait: seconds before the second attempt; then twice as long.

    Raises:
        LearnerError: the edition gives no address, or one that is neither https nor of this very machine.
    """
    url = f"{_address().rstrip('/')}/{quote(name)}"
    headers = {"Content-Type": "application/zip", "If-None-Match": "*"}  # « only if there is none »: RFC 9110, 13.1.2
    auth = httpx.BasicAuth(USER, code) if code else None
    # A server that was silent for a minute would be so for another one: the team decides.
    falters = tenacity.retry_if_exception(lambda error: isinstance(error, httpx.TransportError) and not isinstance(error, httpx.TimeoutException))
    is_busy = tenacity.retry_if_result(lambda response: response.status_code in _BUSY)
    tries = tenacity.Retrying(stop=tenacity.stop_after_attempt(ATTEMPTS), wait=tenacity.wait_exponential(wait, max=10), retry=falters | is_busy)
    try:
        with httpx.Client(timeout=timeout, follow_redirects=False) as client:
            return _read(tries(client.put, url, content=content, headers=headers, auth=auth), bool(code))
    except tenacity.RetryError as given_up:
        last = given_up.last_attempt
        return _unreachable(last.exception()) if last.failed else _read(last.result(), bool(code))
    except httpx.HTTPError as error:
        return _unreachable(error)


def _address() -> str:
    """The edition's address.

    Raises:
        LearnerError: there is none, or it would send people's work in clear.
    """
    address = edition.read().address
    if not address:
        raise LearnerError("Cette édition n'a pas d'adresse de dépôt : téléchargez votre rendu, et remettez-le à la personne qui organise.")
    if not is_safe(address):
        raise LearnerError(f"L'adresse de dépôt « {address} » n'est pas sûre : elle doit commencer par https://. Rien n'a été envoyé. Montrez cette phrase à la personne qui organise.")
    return address


def is_safe(address: str) -> bool:
    """True for https, and for http to this very machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname)))


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _read(response: httpx.Response, with_code: bool) -> Answer:
    status = response.status_code
    is_page = "html" in response.headers.get("Content-Type", "")
    if status in (201, 204) or (status in (200, 202) and not is_page):
        return Answer(True, "Votre rendu est déposé.")
    if status == 412:
        return Answer(True, "Ce rendu était déjà déposé.")
    if status == 401 and not with_code:
        return Answer(False, f"Le dépôt demande un code. Demandez-le à la personne qui organise, puis renvoyez. {KEPT}", True, True)
    if status in (200, 202) or 300 <= status < 400 or status == 511:
        return Answer(False, f"Une page s'est interposée entre vous et le dépôt : un réseau qui demande de se connecter, ou une adresse qui a changé. Ouvrez une page web pour vous connecter, puis renvoyez. {KEPT}", True)
    why = _REFUSED.get(status) or f"Le dépôt est en difficulté (réponse {status})."
    return Answer(False, f"{why} {KEPT}", status in (401, 403, 429) or status >= 500, status == 401)


def _unreachable(error: Exception | None) -> Answer:
    if isinstance(error, httpx.TimeoutException):
        why = "Le dépôt ne répond pas assez vite : le réseau est lent, ou le serveur très occupé."
    elif isinstance(error, httpx.ConnectError) and "CERTIFICATE" in str(error).upper():
        why = "Le dépôt ne prouve pas son identité (certificat refusé) : rien n'a été envoyé. Montrez cette phrase à la personne qui organise."
    elif isinstance(error, httpx.ConnectError):
        why = "Le dépôt est injoignable : le réseau est coupé, ou le serveur arrêté."
    else:
        why = "L'envoi a été coupé en route."
    return Answer(False, f"{why} {KEPT}", True)
