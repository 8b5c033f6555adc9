"""A journal run again on its raw file, in a program of its own, and held against what it gave the first time."""

import json
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from challenge_data import course
from challenge_data.errors import LearnerError
from challenge_data.french import plural, thousands
from challenge_data.journal import files, source

FORMAT = "journal de traitement, version 1"
SECONDS = 120


@dataclass(frozen=True)
class Replay:
    """What a replay found. ``same``: same bytes. ``step``: rank of the first step that differs or fails, from 1.

    ``sentence``: all of it in French. ``inputs``: the files that were read.
    """

    same: bool
    sentence: str
    step: int | None = None
    columns: list[str] = field(default_factory=list)
    inputs: dict[str, dict] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return self.sentence

    __repr__ = __str__

    def __bool__(self) -> bool:
        return self.same


def environment() -> dict[str, str]:
    """The versions that a treatment depends on."""
    return {"python": platform.python_version(), "pandas": metadata.version("pandas"), "systeme": platform.system()}


def read(path: str | Path) -> dict:
    """A saved journal.

    Raises:
        LearnerError: no such file, or it is no journal.
    """
    asked = Path(path)
    place = asked if asked.is_file() else course.work_dir() / asked
    try:
        value = json.loads(place.read_text(encoding="utf-8"))
        if value["format"] != FORMAT or not value["etapes"]:
            raise KeyError
    except FileNotFoundError:
        saved = sorted(one.name for one in course.work_dir().glob("journal_*.json"))
        raise LearnerError(f"Aucun journal « {asked.name} ». Les journaux enregistrés : {', '.join(saved) or 'aucun'}.") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise LearnerError(f"« {asked.name} » n'est pas un journal enregistré par save(), ou il a été abîmé : enregistrez-le de nouveau.") from None
    return value


def replay(journal: dict) -> Replay:
    """Run a journal's steps (see ``Journal.as_dict``) and compare.

    Raises:
        LearnerError: the program could not be started.
    """
    for label, about in journal["fichiers"].items():
        path = files.locate(about)
        if not path.is_file():
            return Replay(False, f"Rejeu impossible : le fichier « {label} » manque dans {path.parent.name}/.")
        if files.sha256(path) != about["sha256"]:
            return Replay(False, f"Rejeu impossible : « {label} » n'est plus le fichier que le journal a lu (son empreinte a changé). "
                                 "Le résultat serait celui d'un autre fichier.")
    result = run(journal)
    inputs = {f"{about['reader']} {about['name']}": files.describe(Path(about["path"])) for about in result["lus"].values()}
    steps = journal["etapes"]
    for rank, (step, state) in enumerate(zip(steps, result["etats"], strict=False), 1):
        if state["sha256"] != step["etat"]["sha256"]:
            return _differs(rank, step, state, inputs)
    if result["erreur"]:
        rank = len(result["etats"]) + 1
        return Replay(False, f"Le rejeu s'arrête à l'étape {rank}, « {steps[rank - 1]['quoi']} » : {result['erreur']}", rank, inputs=inputs)
    if journal["fichiers"][journal["brut"]]["sha256"] not in {about["sha256"] for about in inputs.values()}:
        return Replay(False, f"Aucune étape ne lit « {journal['brut']} » par raw_file, pick_up ou le chemin donné au journal : rien ne prouve d'où vient le tableau.",
                      1, inputs=inputs)
    last = steps[-1]["etat"]
    return Replay(True, f"Rejoué sur « {journal['brut']} » : {plural(len(steps), 'étape')}, {plural(last['lignes'], 'ligne')}, fichier identique octet pour octet "
                        f"(empreinte {last['sha256'][:12]}).{_elsewhere(journal)}", inputs=inputs)


def run(journal: dict, into: Path | None = None) -> dict:
    """The states that the steps give in a program of their own. ``into``: folder that gets the files read and ``resultat.csv``.

    Raises:
        LearnerError: the program could not end.
    """
    with tempfile.TemporaryDirectory(prefix="rejeu-") as folder:
        job, result = Path(folder, "job.json"), Path(folder, "result.json")
        job.write_bytes(files.as_json({
            "tableau": journal["tableau"], "etapes": journal["etapes"], "emporter": str(into) if into else None,
            "fichiers": {label: str(files.locate(about)) for label, about in journal["fichiers"].items()},
        }))
        try:
            # -P: a file named challenge_data.py or pandas.py in the notebook's folder is not the package.
            done = subprocess.run([sys.executable, "-P", "-m", "challenge_data.journal.child", str(job), str(result)],
                                  capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            raise LearnerError(f"Le rejeu dure plus de {SECONDS} secondes : une étape ne finit pas, ou attend une réponse au clavier.") from None
        if not result.is_file():
            last = (done.stderr.strip().splitlines() or ["mémoire insuffisante, peut-être"])[-1]
            raise LearnerError(f"Le rejeu n'a pas pu se faire ({last}). Fermez les autres carnets, puis essayez de nouveau.")
        return json.loads(result.read_text(encoding="utf-8"))


def _differs(rank: int, step: dict, state: dict, inputs: dict) -> Replay:
    first = step["etat"]
    if state["lignes"] != first["lignes"]:
        how, columns = f"{thousands(state['lignes'])} lignes au lieu de {thousands(first['lignes'])}", []
    elif list(state["colonnes"]) != list(first["colonnes"]):
        columns = sorted(set(state["colonnes"]) ^ set(first["colonnes"])) or list(first["colonnes"])
        how = f"les colonnes ne sont plus les mêmes ({', '.join(columns)})"
    else:
        columns = [name for name, short in first["colonnes"].items() if state["colonnes"][name] != short]
        every = len(columns) == len(first["colonnes"]) > 1
        how = "les lignes ne viennent plus dans le même ordre, ou toutes les colonnes changent" if every else (
            f"la colonne « {columns[0]} » n'est pas la même" if len(columns) == 1 else f"ces colonnes ne sont pas les mêmes : {', '.join(columns)}")
    why = source.chances(step["code"])
    advice = f"Dans cette étape, {why}." if why else "L'étape dépend de quelque chose qu'elle ne contient pas : relisez ses lignes."
    return Replay(False, f"Le rejeu diffère à l'étape {rank}, « {step['quoi']} » : {how}. {advice}", rank, columns, inputs)


def _elsewhere(journal: dict) -> str:
    then, now = journal["environnement"], environment()
    moved = [f"{name} {now[name]} au lieu de {then[name]}" for name in ("python", "pandas") if then.get(name) != now[name]]
    return f" Avec {', '.join(moved)}." if moved else ""
