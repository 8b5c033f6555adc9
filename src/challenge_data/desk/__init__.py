"""JupyterLab's side of the team's tools: what the buttons of ``share/jupyter/labextensions/challenge-data`` ask the server.

A gesture is a plain function of a learners' room, from a dict to a dict or a :class:`File`; this room only carries it over HTTP.
"""


def _jupyter_server_extension_points():
    return [{"module": "challenge_data.desk"}]


def _load_jupyter_server_extension(server):
    from challenge_data.desk.serving import routes

    server.web_app.add_handlers(".*$", routes(server.web_app.settings["base_url"]))
