"""Asking over HTTP, politely: time-outs, few retries, and French sentences when it does not work.

GET and HEAD may be repeated without harm; :meth:`Web.send` writes, with a key, and repeats only what a server refused
before doing it, or what does the same done twice. A server that says how long to wait (Retry-After,
RFC 9110 § 10.2.3) is obeyed; else the pause grows and is blurred, so that a room full of students does not
come back all at once.
"""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from challenge_data.errors import LearnerError
from challenge_data.portal.secret import Key

AGENT = "challenge-data/0.1 (atelier Challenge Data ; enseignement)"
TRIES = 3
MOST_WAIT = 20.0  # seconds: a class cannot wait longer; past that, say so
MOST_JSON = 20_000_000  # bytes
MOST_SECONDS = 120.0  # for one answer, however slowly it drips
PASSING = frozenset({429, 500, 502, 503, 504})
NOT_DONE = frozenset({429, 503})  # refused before anything was done: even a POST may be sent again
CHUNK = 65_536
MOST_SENT = 100_000_000  # bytes
FIELDS = {  # the fields of a dataset and of a file, as udata's validation errors name them
    "title": "titre", "description": "description", "license": "licence", "frequency": "fréquence", "tags": "mots-clés",
    "organization": "organisation", "temporal_coverage": "période couverte", "spatial": "territoire couvert", "schema": "schéma", "url": "adresse",
    "format": "format", "type": "type", "filetype": "sorte de fichier",
}


class PortalError(LearnerError):
    """A portal did not give what was asked; ``status`` is its HTTP status, None when there was no answer."""

    def __init__(self, message: str, status: int | None = None):
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Answer:
    """The head of an answer: HTTP status, content type without its parameters, final address."""

    status: int
    kind: str
    address: str


class _Refused(Exception):
    """The server answered with an error status; ``said`` is the JSON it explained itself with, if any."""

    def __init__(self, status: int, after: float | None, said: Any = None):
        super().__init__(status)
        self.status, self.after, self.said = status, after, said


class _Elsewhere(Exception):
    """The server answered a signed request by another address."""


class _TooBig(Exception):
    pass


class _TooSlow(Exception):
    pass


class Web:
    """One HTTP client for all the services.

    Args:
        names: what to call a service in a message, by the beginning of its address.
        local: the services are our stand-in on this machine: no proxy, no certificate.
        wait: sleeps that many seconds between tries; tests put their own.
        timeout: seconds without any sign of life before giving up a try.
    """

    def __init__(self, names: dict[str, str], *, local: bool, wait: Callable[[float], None] = time.sleep, timeout: float = 15.0):
        import httpx

        # httpx tells each request to whoever listens, and libraries (csv-detective) make everybody listen: red lines under a cell.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self.local, self._names, self._wait = local, names, wait
        # verify=False spares reading the machine's certificates, which plain HTTP on loopback never uses.
        self._client = httpx.Client(
            timeout=httpx.Timeout(timeout, connect=min(timeout, 8.0)), follow_redirects=True, max_redirects=5,
            headers={"User-Agent": AGENT}, trust_env=not local, verify=not local,
        )
        self.today: datetime | None = None
        """When the last answer was given, by the server's own clock (UTC): the stand-in lives in the story's autumn."""

    def close(self) -> None:
        self._client.close()

    def json(self, address: str, params: dict | None = None, *, headers: dict | None = None, missing: str | None = None) -> Any:
        """What a service answers, parsed.

        Args:
            missing: the sentence for a 404, when the caller knows what is missing.

        Raises:
            PortalError: no answer, an error, or something else than JSON.
        """
        def read() -> bytes:
            parts: list[bytes] = []
            self._stream(address, parts.append, MOST_JSON, params, {"Accept": "application/json"} | (headers or {}))
            return b"".join(parts)

        content = self._ask(read, address, missing, MOST_JSON)
        try:
            return json.loads(content)
        except ValueError:
            raise PortalError(self._not_json(address, content), 200) from None

    def download(self, address: str, into: BinaryIO, most: int, *, missing: str | None = None) -> Answer:
        """Write what is at an address into an open file, from its start at each try.

        Raises:
            PortalError: as :meth:`json`; or more than ``most`` bytes.
        """
        def read() -> Answer:
            into.seek(0)
            into.truncate()
            return self._stream(address, into.write, most)

        return self._ask(read, address, missing, most)

    def start_practice(self, address: str) -> dict:
        """A practice key from our stand-in: the one POST that needs none.

        Raises:
            PortalError: as :meth:`json`; or the services are real ones.
        """
        if not self.local:
            raise PortalError("Il n'y a de clé d'exercice qu'au portail d'exercice.")

        def act() -> bytes:
            response = self._client.post(address, follow_redirects=False)
            if response.status_code >= 400:
                raise _Refused(response.status_code, None)
            return response.content

        return json.loads(self._ask(act, address, None, MOST_JSON))

    def send(
        self, method: str, address: str, key: Key, *, body: dict | None = None, file: tuple[str, bytes, str] | None = None,
        params: dict | None = None, headers: dict | None = None, missing: str | None = None,
    ) -> Any:
        """Write to a portal, or read what only a key shows.

        A redirect is never followed: the key goes to the site it was made for, and nowhere else. A POST whose answer was
        lost is not sent again: nobody knows whether it was done.

        Args:
            body: sent as JSON.
            file: name, content and media type, sent as a form.
            missing: the sentence for a 404.

        Returns:
            The answer, parsed; None when there is none (204).

        Raises:
            PortalError: the key is not for that site, or as :meth:`json`.
        """
        if not key.fits(address):
            raise PortalError(f"Cette clé est celle de {key.site} : elle n'a pas été envoyée à {urlsplit(address).hostname}.")
        if file is not None and len(file[1]) > MOST_SENT:
            raise PortalError(f"« {file[0]} » pèse plus de {MOST_SENT / 1e6:.0f} Mo : c'est trop pour cet envoi. Coupez-le, ou déposez-le sur le site du portail.")

        def act() -> bytes:
            request = self._client.build_request(
                method, address, json=body, files=None if file is None else {"file": file}, params=params, headers={"Accept": "application/json"} | (headers or {}),
            )
            response = self._client.send(request, auth=key.signature(), follow_redirects=False)
            self._note_date(response.headers.get("date"))
            if response.is_redirect:
                raise _Elsewhere
            if response.status_code >= 400:
                raise _Refused(response.status_code, self._seconds(response.headers.get("retry-after")), _parsed(response.content))
            return response.content

        passing = PASSING if method in ("GET", "PUT", "DELETE") else NOT_DONE
        problem: BaseException | None = None
        try:
            content = self._ask(act, address, missing, MOST_JSON, passing=passing, signed=True)
        except BaseException as error:
            problem = error.with_traceback(None)
            problem.__context__ = None
        if problem is not None:
            # Raised again from here, alone: the frames below hold the signed request, and some tracebacks print values.
            raise problem
        if not content:
            return None
        try:
            return json.loads(content)
        except ValueError:
            raise PortalError(self._not_json(address, content), 200) from None

    def probe(self, address: str) -> Answer | None:
        """What an address answers, without reading it; None when nobody answers. One try: a check must stay light."""
        import httpx

        for method in ("HEAD", "GET"):
            try:
                with self._client.stream(method, address) as response:
                    # Some servers do not know HEAD, or forbid it: only then is the file itself asked for.
                    if method == "HEAD" and response.status_code in (400, 403, 405, 501):
                        continue
                    return Answer(response.status_code, _kind(response), str(response.url))
            except (httpx.HTTPError, httpx.InvalidURL):
                return None
        return None

    def _stream(self, address: str, take: Callable[[bytes], Any], most: int, params: dict | None = None, headers: dict | None = None) -> Answer:
        until, size = time.monotonic() + MOST_SECONDS, 0
        with self._client.stream("GET", address, params=params, headers=headers) as response:
            self._note_date(response.headers.get("date"))
            if response.status_code >= 400:
                raise _Refused(response.status_code, self._seconds(response.headers.get("retry-after")))
            length = response.headers.get("content-length", "")
            if length.isdigit() and int(length) > most:
                raise _TooBig
            for chunk in response.iter_bytes(CHUNK):
                size += len(chunk)
                if size > most:
                    raise _TooBig
                if time.monotonic() > until:
                    raise _TooSlow
                take(chunk)
            return Answer(response.status_code, _kind(response), str(response.url))

    def _ask(
        self, read: Callable[[], Any], address: str, missing: str | None, most: int, *, passing: frozenset[int] = PASSING, signed: bool = False,
    ) -> Any:
        import httpx
        import tenacity

        pause = tenacity.wait_exponential(multiplier=0.5, max=8) + tenacity.wait_random(0, 1)

        def seconds(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception()
            after = error.after if isinstance(error, _Refused) else None
            return pause(state) if after is None else after

        def worth_it(error: BaseException) -> bool:
            if isinstance(error, _Refused):
                return error.status in passing and (error.after or 0) <= MOST_WAIT
            return passing is PASSING and isinstance(error, httpx.TransportError) and not isinstance(error, httpx.UnsupportedProtocol)

        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(TRIES), wait=seconds, sleep=self._wait,
            retry=tenacity.retry_if_exception(worth_it), reraise=True,
        )
        try:
            return retrying(read)
        except _Refused as error:
            say = self._write_refusal if signed else self._refusal
            raise PortalError(say(error, address, missing), error.status) from None
        except _Elsewhere:
            raise PortalError(
                f"{self._who(address)} répond par une autre adresse. Une clé ne suit pas : elle n'a été envoyée qu'ici, et rien n'a été écrit là-bas."
            ) from None
        except _TooBig:
            raise PortalError(
                f"{self._who(address)} répond par plus de {most / 1e6:.0f} Mo : la lecture s'est arrêtée là. "
                "Demandez moins (un filtre, moins de colonnes) ou, pour un fichier, permettez plus : fetch(…, most_mb=500).", 200
            ) from None
        except _TooSlow:
            raise PortalError(f"{self._who(address)} répond trop lentement : arrêté après {MOST_SECONDS:.0f} secondes. {self._instead()}") from None
        except httpx.TooManyRedirects:
            raise PortalError(f"{self._who(address)} renvoie d'adresse en adresse sans fin : le lien est mal fait. Écrivez à qui l'a publié.") from None
        except httpx.TimeoutException:
            if passing is not PASSING:
                raise PortalError(self._unsure(address)) from None
            raise PortalError(f"{self._who(address)} n'a pas répondu à temps, après {TRIES} essais. {self._instead()}") from None
        except httpx.ConnectError as error:
            raise PortalError(self._unreachable(address, str(error))) from None
        except (httpx.TransportError, httpx.DecodingError):
            if passing is not PASSING:
                raise PortalError(self._unsure(address)) from None
            raise PortalError(
                f"{self._who(address)} a coupé la connexion au milieu de sa réponse, {TRIES} fois de suite. {self._instead()}"
            ) from None
        except httpx.InvalidURL:
            raise PortalError(f"« {address} » n'est pas une adresse du web : elle commence par https://. Vérifiez-la.") from None

    def _refusal(self, error: _Refused, address: str, missing: str | None) -> str:
        who, status = self._who(address), error.status
        if status == 404:
            return missing or f"{who} ne trouve rien à l'adresse {address} (erreur 404). Vérifiez l'adresse ou l'identifiant."
        if status == 410:
            return f"{who} dit que ce contenu a été supprimé par qui l'avait publié (erreur 410). Cherchez s'il existe ailleurs, ou écrivez à ce service."
        if status == 429:
            delay = f"au moins {error.after:.0f} secondes" if error.after else "une minute"
            return f"{who} a reçu trop de demandes en peu de temps (erreur 429). Attendez {delay}, puis exécutez de nouveau la cellule, une seule fois."
        if status in (401, 403):
            return f"{who} refuse l'accès (erreur {status}) : ce contenu demande une autorisation. Écrivez à qui l'a publié."
        if status >= 500:
            return f"{who} est en panne (erreur {status}), après {TRIES} essais : la cause n'est pas dans votre carnet. {self._instead()}"
        return f"{who} ne comprend pas la demande (erreur {status}) : {address}. Vérifiez les noms et les valeurs de vos paramètres."

    def _write_refusal(self, error: _Refused, address: str, missing: str | None) -> str:
        who, status, said = self._who(address), error.status, error.said if isinstance(error.said, dict) else {}
        wrong = said.get("errors") if isinstance(said.get("errors"), dict) else {}
        if status == 401:
            return f"{who} ne reconnaît pas votre clé (erreur 401), ou n'en a pas reçu : rien n'a été écrit. Redemandez-la : portail.sign_in()."
        if status == 403:
            return f"{who} reconnaît votre clé, mais elle n'a pas le droit de modifier cette fiche (erreur 403). Rien n'a été écrit. Demandez à l'organisation de vous ajouter."
        if status == 400 and "organization" in wrong:
            return f"{who} refuse : votre clé n'appartient pas à cette organisation, vous ne pouvez pas publier en son nom. Rien n'a été écrit."
        if status == 400 and wrong:
            told = " ; ".join(f"{FIELDS.get(name, name)} : {_first(reason)}" for name, reason in wrong.items())
            return f"{who} refuse la fiche, champ par champ. {told}. Rien n'a été écrit : corrigez, puis exécutez de nouveau la cellule."
        if status == 400 and "file type is not allowed" in str(said.get("message")).lower():
            return f"{who} n'accepte pas ce genre de fichier (erreur 400). Il le reconnaît à la fin de son nom : .csv pour un tableau. Le fichier n'a pas été déposé."
        if status == 400 and said.get("message"):
            return f"{who} refuse ce qui lui est envoyé (erreur 400) : {str(said['message'])[:200].rstrip('.')}. Rien n'a été écrit."
        if status == 413:
            return f"{who} trouve ce fichier trop lourd (erreur 413). Rien n'a été déposé : coupez-le, ou demandez au portail comment faire."
        if status == 415:
            return f"{who} refuse ce fichier (erreur 415) : son contenu est une page web, pas des données. Ouvrez-le pour voir d'où il vient."
        if status >= 500:
            return f"{who} est en panne (erreur {status}). {self._again()}"
        if status == 423:
            return f"{who} a suspendu toute création pour le moment (erreur 423). Rien n'a été écrit : réessayez demain."
        return self._refusal(error, address, missing)

    def _unsure(self, address: str) -> str:
        return f"{self._who(address)} n'a pas répondu jusqu'au bout : on ne sait pas s'il a tout reçu. {self._again()}"

    @staticmethod
    def _again() -> str:
        return "Attendez une minute, puis exécutez de nouveau la cellule : ce qui est déjà là sera repris, pas doublé."

    def _not_json(self, address: str, content: bytes) -> str:
        if looks_like_html(content):
            return (
                f"{self._who(address)} a répondu par une page web au lieu de données. Le réseau demande peut-être de s'identifier "
                "(wifi public), ou l'adresse a changé : ouvrez-la dans un navigateur pour voir."
            )
        return f"{self._who(address)} a répondu par un texte qui n'est pas du JSON : la réponse est abîmée. {self._instead()}"

    def _unreachable(self, address: str, detail: str) -> str:
        if self.local:
            return f"{self._who(address)} s'est arrêté. Exécutez de nouveau la cellule qui contient portal.connect(…)."
        if "CERTIFICATE" in detail.upper():
            return f"{self._who(address)} présente un certificat que cet ordinateur refuse : le réseau est peut-être filtré. Demandez à votre mentor."
        return f"{self._who(address)} est injoignable : pas de réseau, ou un réseau qui le bloque. Vérifiez la connexion. {self._instead()}"

    def _instead(self) -> str:
        if self.local:
            return "Exécutez de nouveau la cellule."
        return "Réessayez plus tard, ou travaillez sans réseau : portal.connect(online=False)."

    def _who(self, address: str) -> str:
        for start, name in self._names.items():
            if address.startswith(start):
                return name
        return f"Le site {urlsplit(address).hostname or address}"

    def _note_date(self, text: str | None) -> None:
        try:
            self.today = parsedate_to_datetime(text) if text else self.today
        except ValueError:
            pass  # an unreadable date is no reason to lose the answer

    def _seconds(self, text: str | None) -> float | None:
        """Retry-After: a number of seconds, or a date."""
        if not text:
            return None
        if text.strip().isdigit():
            return float(text)
        try:
            return max(0.0, (parsedate_to_datetime(text) - (self.today or datetime.now(UTC))).total_seconds())
        except (ValueError, TypeError):
            return None


def looks_like_html(start: bytes) -> bool:
    """A web page, judged by its first bytes."""
    head = start[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html", b"<head")) or (head.startswith(b"<?xml") and b"<html" in head)


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _first(reason: Any) -> str:
    """The first sentence of a field's errors, which udata nests in lists and dictionaries."""
    while isinstance(reason, list | dict) and reason:
        reason = next(iter(reason.values() if isinstance(reason, dict) else reason))
    return str(reason).strip().rstrip(".").lower()[:120] or "refusé"


def _kind(response) -> str:
    return response.headers.get("content-type", "").partition(";")[0].strip().lower()
