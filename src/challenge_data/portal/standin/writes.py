"""The stand-in's writing routes: which path and verb does what on the shelf."""

import json

from challenge_data.portal.standin.shelf import MOST_UPLOAD, Refusal


class Writes:
    """What the request handler answers to POST, PUT and DELETE."""

    def _body(self) -> bytes | None:
        """What was sent; None when it is too much to be read."""
        length = self.headers.get("Content-Length", "")
        if not length.isdigit():
            return b""
        if int(length) > MOST_UPLOAD + 10_000:
            self.close_connection = True
            return None
        return self.rfile.read(int(length))

    def _write(self, path: str, body: bytes | None) -> None:
        shelf = self.server.standin.shelf
        if body is None:
            raise Refusal(413, "Request Entity Too Large")
        steps = [step for step in path.split("/") if step]
        if (self.command, steps) == ("POST", ["www", "exercice", "cle"]):
            return self._json(shelf.new_key(), 201)
        if steps[:4] != ["www", "api", "1", "datasets"]:
            raise Refusal(404, "The requested URL was not found on the server.")
        if not self.signed:
            raise Refusal(401, "Unauthorized")
        self.server.standin.table.cache_clear()
        match self.command, steps[4:]:
            case "POST", []:
                self._json(self._dataset(shelf.create(self._sent(body))), 201)
            case "PUT", [key]:
                self._json(self._dataset(shelf.update(key, self._sent(body))))
            case "DELETE", [key]:
                shelf.delete(key)
                self._send(204, "application/json", b"")
            case "POST", [key, "upload"]:
                self._json(self._resource(shelf.upload(key, None, self.headers.get("Content-Type", ""), body)), 201)
            case "POST", [key, "resources", resource, "upload"]:
                self._json(self._resource(shelf.upload(key, resource, self.headers.get("Content-Type", ""), body)))
            case "POST", [key, "resources"]:
                self._json(self._resource(shelf.add_remote(key, self._sent(body))), 201)
            case "PUT", [key, "resources", resource]:
                self._json(self._resource(shelf.update_resource(key, resource, self._sent(body))))
            case "DELETE", [key, "resources", resource]:
                shelf.delete_resource(key, resource)
                self._send(204, "application/json", b"")
            case _:
                raise Refusal(405, "The method is not allowed for the requested URL.")

    def _sent(self, body: bytes):
        if "application/json" not in self.headers.get("Content-Type", ""):
            raise Refusal(400, errors={"Content-Type": "expecting application/json"})
        try:
            return json.loads(body)
        except ValueError:
            raise Refusal(400, "Failed to decode JSON object") from None
