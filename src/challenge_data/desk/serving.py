"""Gestures over HTTP: ``POST <base>/challenge-data/<gesture>``, JSON or a zip in, JSON or a file out."""

import asyncio
import json
from importlib import import_module
from urllib.parse import quote

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web

from challenge_data.desk.gestures import GESTURES
from challenge_data.errors import LearnerError
from challenge_data.teamwork.files import File


def routes(base: str) -> list:
    """The handlers to add to a Jupyter server."""
    return [(url_path_join(base, "challenge-data", "([a-z_]+)"), Gesture)]


class Gesture(APIHandler):
    """Runs one gesture beside the server, which goes on answering; a learner's error comes back as its sentence."""

    @web.authenticated
    async def post(self, name: str) -> None:
        if name not in GESTURES:
            raise web.HTTPError(404)
        try:
            answer = await asyncio.to_thread(_run, name, self._given())
        except LearnerError as error:
            self.set_status(400)
            answer = {"message": str(error)}
        if isinstance(answer, File):
            self.set_header("Content-Type", "application/zip")
            # A name with accents travels percent-encoded (RFC 6266).
            self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(answer.name)}")
            self.set_header("X-Challenge-Data-Name", quote(answer.name))
            await self.finish(answer.content)
        else:
            await self.finish(json.dumps(answer, ensure_ascii=False))

    def _given(self) -> dict:
        """The gesture's arguments: those of the address, and those of a JSON body or, as ``content``, the bytes of any other."""
        given = {name: self.get_query_argument(name) for name in self.request.query_arguments}
        if self.request.headers.get("Content-Type", "").startswith("application/json"):
            try:
                return given | json.loads(self.request.body or b"{}")
            except (ValueError, TypeError):
                raise web.HTTPError(400) from None
        return given | {"content": self.request.body}


def _run(name: str, given: dict) -> dict | File:
    # Imported at the first use: a server that starts in a small machine loads nothing it may not need.
    room, function = GESTURES[name].split(":")
    return getattr(import_module(room), function)(given)
