"""Runs a journal's steps in a program of their own: ``python -m challenge_data.journal.child job.json result.json``.

Nothing of the notebook is here but what the journal wrote down, and nothing goes out to the network.
"""

import importlib
import json
import shutil
import sys
from pathlib import Path

READERS = ("raw_file", "pick_up", "load")


class Offline(Exception):
    """A step asked the network."""


class Watched(dict):
    """The journal's files by label; what is taken is noted."""

    def __init__(self, known: dict, taken: dict[str, dict], into: str | None) -> None:
        super().__init__(known)
        self.taken, self.into = taken, into

    def __getitem__(self, label: str) -> Path:
        path = Path(super().__getitem__(label))
        if self.into:
            shutil.copy(path, Path(self.into, label))
        self.taken[f"FICHIERS {label}"] = {"path": str(path), "label": label, "reader": "FICHIERS", "name": label}
        return path


def main(job_path: str, result_path: str) -> None:
    job = json.loads(Path(job_path).read_text(encoding="utf-8"))
    sys.path.append(str(Path.cwd()))  # last: a file of the folder must not stand before an installed package
    result = {"etats": [], "erreur": "", "lus": {}}
    namespace = {"__name__": "__main__", "__builtins__": __builtins__, "display": lambda *_things, **_more: None}
    namespace["FICHIERS"] = Watched(job["fichiers"], result["lus"], job.get("emporter"))
    import pandas  # noqa: F401  before the network is closed: imports do not ask for it

    from challenge_data.errors import LearnerError
    from challenge_data.journal.measure import as_csv, print_of

    sys.addaudithook(_closed)
    for step in job["etapes"]:
        try:
            for line in step["emprunts"].values():
                exec(compile(line, "<emprunt>", "exec"), namespace)
            for name in READERS:
                if name in step["emprunts"] and not hasattr(namespace.get(name), "watched"):
                    namespace[name] = _watch(name, namespace[name], result["lus"], job.get("emporter"))
            exec(compile(step["code"], "<étape>", "exec"), namespace)
            result["etats"].append(print_of(namespace[job["tableau"]]))
        except (Exception, SystemExit) as error:
            offline = isinstance(error, Offline) or isinstance(error.__context__, Offline) or isinstance(error.__cause__, Offline)
            result["erreur"] = ("l'étape demande quelque chose à internet. Téléchargez d'abord le fichier dans work_dir(), puis lisez-le de là" if offline
                                else str(error) if isinstance(error, LearnerError) else f"{type(error).__name__} : {error}")
            break
    if job.get("emporter") and not result["erreur"]:
        Path(job["emporter"], "resultat.csv").write_bytes(as_csv(namespace[job["tableau"]]))
    Path(result_path).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")


def _closed(event: str, _about: tuple) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        raise Offline(event)


def _watch(reader: str, function, taken: dict, into: str | None):
    """The reading function, noting what it gives. What ``load`` gives is written to the folder ``into``, when there is one."""
    # The course's package is asked by its name, as the notebook's cell did: this room stands on the floor of the readers.
    path_of = importlib.import_module("challenge_data").raw_file if reader == "load" else None

    def read(name, *more):
        value = function(name, *more)
        path = Path(path_of(name) if path_of else value)
        about = {"reader": reader, "name": str(name), "path": str(path), "label": path.name}
        if path_of:
            about["label"] = f"{path.stem}.csv"
            about["types"] = {column: str(kind) for column, kind in value.dtypes.items()} if hasattr(value, "dtypes") else {}
            if into and about["types"] and not hasattr(value, "crs"):
                value.to_csv(Path(into, about["label"]), index=False)
        elif into:
            shutil.copy(path, Path(into, about["label"]))
        taken[f"{reader} {name}"] = about
        return value

    read.watched = True
    return read


if __name__ == "__main__":
    main(*sys.argv[1:])
