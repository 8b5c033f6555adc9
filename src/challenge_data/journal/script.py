"""The treatment as a plain Python program: pandas, the raw files, and nothing of the course."""

import ast
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from challenge_data import course
from challenge_data.errors import LearnerError
from challenge_data.french import plural
from challenge_data.journal import files, replaying, source

INPUTS = "entrees"


def write(journal: dict) -> Path:
    """Write ``traitement_<table>/`` in the team's folder; the path of its ``traitement.py``.

    Raises:
        LearnerError: the replay differs, or the program alone does not give the same bytes.
    """
    with tempfile.TemporaryDirectory(prefix="traitement-") as name:
        folder = Path(name)
        (folder / INPUTS).mkdir()
        replayed = replaying.replay(journal)
        if not replayed:
            raise LearnerError(f"traitement.py n'est pas écrit. {replayed.sentence}")
        taken = replaying.run(journal, folder / INPUTS)["lus"]
        (folder / INPUTS / "resultat.csv").unlink(missing_ok=True)
        for about in taken.values():
            if not (folder / INPUTS / about["label"]).is_file():
                raise LearnerError(f"traitement.py ne peut pas emporter load(\"{about['name']}\") : lisez plutôt son fichier dans l'étape, avec raw_file(\"{about['name']}\").")
        text = _program(journal, taken)
        (folder / "traitement.py").write_text(text, encoding="utf-8")
        _try(folder, journal)
        into = f"traitement_{journal['tableau']}"
        for path in sorted((folder / INPUTS).iterdir()):
            course.put(f"{into}/{INPUTS}/{path.name}", path.read_bytes())
        path = course.put(f"{into}/traitement.py", text.encode())
    print(f"Écrit : {course.work_dir().name}/{into}/traitement.py et {plural(len(list((path.parent / INPUTS).iterdir())), 'fichier')} dans {INPUTS}/. "
          "Essayé sans le cours : mêmes octets.\n"
          f"{INPUTS}/ garde les fichiers bruts tels quels : s'ils nomment des personnes, ce dossier ne sort pas de l'équipe.")
    return path


def _try(folder: Path, journal: dict) -> None:
    # As on a machine without the course: its package cannot be imported.
    code = "import runpy, sys; sys.modules['challenge_data'] = None; runpy.run_path(sys.argv[1], run_name='__main__')"
    done = subprocess.run([sys.executable, "-P", "-c", code, str(folder / "traitement.py")], capture_output=True, text=True, timeout=replaying.SECONDS,
                          stdin=subprocess.DEVNULL, cwd=folder)
    result = folder / f"{journal['tableau']}.csv"
    if done.returncode or not result.is_file():
        last = (done.stderr.strip().splitlines() or ["sans message"])[-1]
        raise LearnerError(f"traitement.py n'est pas écrit : seul, sans le cours, il s'arrête ({last}). Une étape se sert d'un outil du cours : remplacez-le par pandas.")
    if files.sha256(result) != journal["etapes"][-1]["etat"]["sha256"]:
        raise LearnerError("traitement.py n'est pas écrit : seul, il ne donne pas les mêmes octets. Cherchez un fichier que load(…) type pour vous, et lisez-le avec pd.read_csv.")


def _program(journal: dict, taken: dict[str, dict]) -> str:
    steps = journal["etapes"]
    lines = [f'"""Traitement de « {journal["brut"]} » : {plural(len(steps), "étape")}, écrites le {journal["fait_le"]}.',
             "",
             f"Pour le refaire : python traitement.py. Il faut {_needs(steps)} ; le résultat s'écrit dans {journal['tableau']}.csv.",
             '"""', "", "import hashlib", "from pathlib import Path", "", "import pandas as pd", "",
             "ICI = Path(__file__).resolve().parent",
             "FICHIERS = {"]
    lines += [f"    {label!r}: ICI / {INPUTS!r} / {label!r}," for label in sorted({about["label"] for about in taken.values()})]
    lines += ["}", f"ATTENDU = {steps[-1]['etat']['sha256']!r}"]
    by_reader: dict[str, dict[str, dict]] = {}
    for about in taken.values():
        by_reader.setdefault(about["reader"], {})[about["name"]] = about
    for reader, known in by_reader.items():
        if reader == "FICHIERS":
            continue
        names = {name: about["label"] for name, about in known.items()}
        if reader == "load":
            types = {name: about["types"] for name, about in known.items()}
            dates = {name: [column for column, kind in kinds.items() if kind.startswith("datetime")] for name, kinds in types.items()}
            types = {name: {column: kind for column, kind in kinds.items() if column not in dates[name]} for name, kinds in types.items()}
            lines += ["", "", "def load(nom):", f"    types = {types!r}", f"    dates = {dates!r}",
                      f"    return pd.read_csv(FICHIERS[{names!r}[nom]], dtype=types[nom], parse_dates=dates[nom], keep_default_na=False, na_values=[\"\"])"]
        else:
            lines += ["", "", f"def {reader}(nom):", f"    return FICHIERS[{names!r}[nom]]"]
    lines += ["", ""]
    if any("display" in source.needed(step["code"]) for step in steps):
        lines += ["display = print", ""]
    said: dict[str, str] = {}
    for rank, step in enumerate(steps, 1):
        lines += ["", f"# {rank}. {_line(step['quoi'])}", f"# Pourquoi : {_line(step['pourquoi'])}. Décidé par : {_line(step['decide_par'])}."]
        for name, line in step["emprunts"].items():
            if name not in by_reader and said.get(name) != line and line not in ("import pandas as pd",):
                lines.append(line)
            said[name] = line
        lines.append(step["code"].rstrip("\n"))
    table = journal["tableau"]
    lines += ["", f'octets = {table}.to_csv(index=False, lineterminator="\\n").encode()', f'(ICI / "{table}.csv").write_bytes(octets)',
              'print("Fichier identique à celui du journal." if hashlib.sha256(octets).hexdigest() == ATTENDU else "Attention : ce fichier diffère de celui du journal.")']
    return "\n".join(lines) + "\n"


def _needs(steps: list[dict]) -> str:
    """What is to be installed, such as « pandas 3.0.3 et geopandas 1.1.1 »."""
    imports = [node for step in steps for text in (*step["emprunts"].values(), step["code"]) for node in ast.walk(ast.parse(text))]
    modules = ["pandas", *(alias.name for node in imports if isinstance(node, ast.Import) for alias in node.names),
               *(node.module or "" for node in imports if isinstance(node, ast.ImportFrom))]
    roots = dict.fromkeys(name.split(".")[0] for name in modules)
    needed = [name for name in roots if name not in sys.stdlib_module_names and name != "challenge_data"]
    said = [_version(name) for name in needed]
    return " et ".join([", ".join(said[:-1]), said[-1]] if said[1:] else said)


def _version(name: str) -> str:
    try:
        return f"{name} {metadata.version(name)}"
    except metadata.PackageNotFoundError:  # imported under another name than it is installed
        return name


def _line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


