"""A Frictionless data package: the table, what it means, who answers for it, in files that a machine can check."""

import hashlib
import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from challenge_data import course
from challenge_data.errors import LearnerError
from challenge_data.french import plural, thousands
from challenge_data.guide import require
from challenge_data.portal.terms import LICENCES
from challenge_data.publication.card import FILE as CARD_FILE
from challenge_data.publication.card import Card
from challenge_data.publication.licensing import LicenceChoice, licences_named
from challenge_data.publication.naming import scdl_name
from challenge_data.schemas import schema as find_schema
from challenge_data.schemas import sketch, tables, validate
from challenge_data.schemas.standard import Schema

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "publication"
DICTIONARY_FILE, SCHEMA_FILE, PACKAGE_FILE = "dictionnaire.csv", "schema.json", "datapackage.json"
# Names of the SPDX list, which the field's catalogues read.
_SPDX = {"lov2": "etalab-2.0", "fr-lo": "etalab-1.0", "odc-odbl": "ODbL-1.0", "odc-by": "ODC-By-1.0", "odc-pddl": "PDDL-1.0",
         "cc-by": "CC-BY-4.0", "cc-by-sa": "CC-BY-SA-4.0", "cc-zero": "CC0-1.0"}


@dataclass(frozen=True, repr=False)
class Package:
    """What :func:`package` wrote."""

    folder: Path
    descriptor: dict
    files: "pd.DataFrame"  # fichier, octets, sha256, ce_que_c_est

    @property
    def path(self) -> Path:
        return self.folder / self.descriptor["resources"][0]["path"]

    def __str__(self) -> str:
        lines = [f"Paquet « {self.descriptor['title']} » dans {self.folder.parent.name}/{self.folder.name}, vérifié par frictionless."]
        return "\n".join([*lines, *(f"- {row.fichier} ({thousands(row.octets)} octets) : {row.ce_que_c_est}" for row in self.files.itertuples())])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head, *items = str(self).splitlines()
        return f"<p><strong>{escape(head)}</strong></p><ul>{''.join(f'<li>{escape(one[2:])}</li>' for one in items)}</ul>"


def package(table: "pd.DataFrame | str | Path", card: Card, licence: LicenceChoice | str, *, dictionary: "pd.DataFrame", file: str,
            publisher: str, contact: str, source: str, vintage: str, schema: "str | dict | Schema | None" = None,
            exceptions: Mapping[str, str] | None = None) -> Package:
    """Write a table and its papers as a Frictionless data package into ``publication/<name of the file>/`` of the team's folder.

    Same bytes on each run. A folder each: a second package must not take the first one's schema, dictionary and card away from it.

    Args:
        table: a DataFrame, or the path of a CSV file; never changed. Written as UTF-8 with commas.
        card: finished; a licence that its text names is the package's.
        licence: what :func:`~challenge_data.publication.choose_licence` gave, or a licence's id.
        dictionary: what :func:`~challenge_data.publication.dictionary` gave for this table.
        file: what :func:`~challenge_data.publication.scdl_name` gave.
        publisher: who answers for the data.
        contact: an e-mail address that stays when people leave.
        source: where the data come from, in a sentence.
        vintage: the state that they describe, « octobre 2026 ».
        schema: the Table Schema that the table follows, if there is one; else one is drafted.
        exceptions: column -> why it breaks that schema's rules, and is right to. The package's own schema then says so; of a column
            that breaks none, nothing is said but in a printed line.

    Raises:
        LearnerError: whatever keeps the package from being understood or from being valid, all at once; nothing is written then.
    """
    for one in (table, card, licence, dictionary, file, publisher, contact, source, vintage, exceptions):
        require(one)
    text = tables.read(table)
    faults = [*_papers(card, licence, dictionary, text.header), *_words(publisher, contact, source, vintage), *_file(file)]
    exceptions = dict(exceptions or {})
    faults += [f"exceptions : « {one} » n'est pas une colonne de ce tableau." for one in exceptions if one not in text.header]
    faults += [f"exceptions : dites en une phrase pourquoi {one} s'écarte du schéma." for one, why in exceptions.items() if len(str(why).strip()) < 15]
    asked, frame = find_schema(schema) if schema is not None else sketch(table), _frame(text)
    breaking = set(validate(frame, asked).groups()["colonne"])
    rules = _schema(text, asked, dictionary, {one: why for one, why in exceptions.items() if one in breaking})
    faults += _against(frame, rules)
    if faults:
        raise LearnerError(f"Le paquet n'est pas prêt, et rien n'a été écrit. {plural(len(faults), 'point est à reprendre', 'points sont à reprendre')} :\n" + "\n".join(f"- {one}" for one in faults))

    key = licence.id if isinstance(licence, LicenceChoice) else licence
    content = {
        file: (frame.to_csv(index=False, lineterminator="\n").encode(), "les données"),
        SCHEMA_FILE: (_json(rules.descriptor), "leur schéma : type et règles de chaque colonne"),
        DICTIONARY_FILE: (dictionary.to_csv(index=False, lineterminator="\n").encode(), "leur dictionnaire, pour les gens"),
        CARD_FILE: (card.text.encode(), "leur fiche descriptive"),
    }
    about = {
        "profile": "data-package",
        "name": file.split("_", 2)[2].removesuffix(".csv"),
        "title": card.title,
        "description": card["motivation"],
        "version": vintage.strip(),
        "created": f"{file[:4]}-{file[4:6]}-{file[6:8]}T00:00:00Z",
        "licenses": [{one: value for one, value in (("name", _SPDX.get(key, key)), ("title", LICENCES[key][0]), ("path", LICENCES[key][3])) if value}],
        "sources": [{"title": source.strip()}],
        "contributors": [{"title": publisher.strip(), "role": "publisher", "email": contact.strip()}],
        "resources": [{
            "name": re.sub(r"[^a-z0-9-]+", "-", file.removesuffix(".csv")), "path": file, "title": card.title, "format": "csv", "mediatype": "text/csv",
            "encoding": "utf-8", "bytes": len(content[file][0]), "hash": f"sha256:{hashlib.sha256(content[file][0]).hexdigest()}",
            "profile": "tabular-data-resource", "schema": SCHEMA_FILE,
        }],
    }
    content[PACKAGE_FILE] = (_json(about), "ce qui relie tous ces fichiers, pour les machines")
    _hold({one: made for one, (made, _) in content.items()})
    folder = [course.put(f"{FOLDER}/{Path(file).stem}/{one}", made) for one, (made, _) in content.items()][0].parent
    if idle := [one for one in exceptions if one not in breaking]:
        print(f"Écart sans objet : {', '.join(idle)} suit déjà le schéma.")
    print(f"Enregistré : {folder.parent.name}/{folder.name}/ ({plural(len(content), 'fichier')}).")
    return Package(folder, about, _listed(content))


def _papers(card: object, licence: object, dictionary: object, header: list[str]) -> list[str]:
    faults = []
    if not isinstance(card, Card):
        faults.append("la fiche vient en deuxième : package(tableau, fiche, licence, …).")
    elif len(left := card.missing):
        faults.append(f"la fiche n'est pas finie : {', '.join(left['mot_cle'])}. fiche.check() dit pourquoi.")
    if isinstance(licence, LicenceChoice) and licence.id is None:
        faults.append(f"la licence : {licence.name}. {licence.reasons[0]}")
    elif not isinstance(licence, LicenceChoice) and licence not in _SPDX:
        faults.append(f"la licence : « {licence} » ne se publie pas. Prenez ce que choose_licence a donné, ou l'un de ces mots : {', '.join(_SPDX)}.")
    elif isinstance(card, Card) and (told := _other_licence(card, licence)):
        faults.append(told)
    if not hasattr(dictionary, "columns") or not {"colonne", "sens"} <= set(dictionary.columns):
        faults.append("le dictionnaire : donnez celui que dictionary(tableau, …) a fait.")
    elif list(dictionary["colonne"]) != header:
        other = [one for one in header if one not in set(dictionary["colonne"])] or [one for one in dictionary["colonne"] if one not in header]
        faults.append("le dictionnaire n'est pas celui de ce tableau" + (f" : {', '.join(other[:5])} n'est pas dans les deux." if other else " : l'ordre des colonnes diffère."))
    return faults


def _other_licence(card: Card, licence: LicenceChoice | str) -> str:
    """What to say when the card names licences, and not the package's: people read the card, machines the package."""
    key = licence.id if isinstance(licence, LicenceChoice) else licence
    named = licences_named(card["diffusion"])
    if not named or key in named:
        return ""
    return f"la fiche annonce « {LICENCES[named[0]][0]} », et le paquet part sous {LICENCES[key][0]}. Mettez les deux d'accord : la partie « diffusion », ou le choix."


def _file(file: object) -> list[str]:
    """What is wrong with the file's name."""
    found = re.fullmatch(r"(\d{8})_(\d{9})_([a-z0-9-]+)\.csv", str(file))
    if not found:
        return [f"file : « {file} » ne suit pas la convention. scdl_name(jour, SIREN, mots) la connaît."]
    try:
        scdl_name(*found.groups())
    except LearnerError as error:
        return [line.removeprefix("- ") for line in str(error).splitlines()[1:]]
    return []


def _words(publisher: object, contact: object, source: object, vintage: object) -> list[str]:
    faults = [f"{name} : {asked}" for name, value, asked in (
        ("publisher", publisher, "qui répond de ces données ? Le nom de la collectivité."),
        ("source", source, "d'où viennent-elles ? Une phrase."),
        ("vintage", vintage, "quel état décrivent-elles ? « octobre 2026 », par exemple.")) if len(str(value or "").strip()) < 4]
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", str(contact or "").strip()):
        faults.append(f"contact : « {contact} » n'est pas une adresse électronique. Un nom seul ne se joint pas, et il part avec la personne.")
    return faults


def _schema(text: tables.Text, rules: Schema, dictionary: object, exceptions: Mapping[str, str]) -> Schema:
    """The schema with our words, and without the rules that an exception sets aside."""
    about = rules.descriptor
    said = {row.colonne: row for row in dictionary.itertuples()} if hasattr(dictionary, "columns") and {"colonne", "sens"} <= set(dictionary.columns) else {}
    about["fields"] = [field for field in about["fields"] if field["name"] in text.header or field.get("constraints", {}).get("required")]
    for field in about["fields"]:
        row = said.get(field["name"])
        if row is not None:
            field["description"] = str(row.sens)
            if unit := str(getattr(row, "unite", "") or ""):
                field["unit"] = unit
        if field["name"] in exceptions:
            for one in ("constraints", "format"):
                field.pop(one, None)
            field["description"] = f"{field['description'].rstrip('. ')}. Écart assumé : {str(exceptions[field['name']]).strip()}"
    if "custom_checks" in about:
        about["custom_checks"] = [one for one in about["custom_checks"] if one.get("params", {}).get("column") not in exceptions]
    return Schema(about, rules.name)


def _against(frame: "pd.DataFrame", rules: Schema) -> list[str]:
    """What breaks the schema, by column and rule."""
    found = validate(frame, rules).groups()
    return [f"{row.colonne}, {row.regle} ({plural(row.erreurs, 'erreur', 'erreurs')}). {row.exemple} Corrigez, ou dites pourquoi c'est juste : exceptions={{\"{row.colonne}\": \"…\"}}."
            for row in found.itertuples()]


def _hold(content: dict[str, bytes]) -> None:
    """Frictionless itself reads the package, as whoever takes it will.

    Raises:
        LearnerError: it finds a fault.
    """
    import frictionless

    with tempfile.TemporaryDirectory() as folder:
        for name, made in content.items():
            Path(folder, name).write_bytes(made)
        try:
            report = frictionless.Package(str(Path(folder, PACKAGE_FILE))).validate()
            found = [str(one[0]) for one in report.flatten(["message"])]
        except frictionless.FrictionlessException as error:
            found = [error.error.message, *(one.message for one in error.reasons)]
    if found:
        raise LearnerError("L'outil frictionless refuse le paquet, et rien n'a été écrit. Voici ses mots, en anglais :\n" + "\n".join(f"- {one}" for one in found[:8]))


def _frame(text: tables.Text) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(dict(zip(text.header, text.columns, strict=True)), dtype="str")


def _listed(content: dict[str, tuple[bytes, str]]) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame([(name, len(made), hashlib.sha256(made).hexdigest(), what) for name, (made, what) in content.items()],
                        columns=["fichier", "octets", "sha256", "ce_que_c_est"])


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
