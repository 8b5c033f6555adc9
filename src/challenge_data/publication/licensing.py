"""The licence of a dataset, by a short dialogue that explains itself. Not legal advice: a lawyer, or the CADA, answers.

Texts: code des relations entre le public et l'administration, L. 323-2 (an administration that lets its data be reused for
free takes a licence from a list fixed by decree, or has its own approved by the State) and D. 323-2-1 (the list: for data,
Licence Ouverte and Open Database License); L. 321-2 (what others hold rights in is not hers to license). ODbL 1.0, § 4.4 (share
alike of derivative databases) and 4.5 a (collective databases: side by side, each keeps its own); § 1, « substantial ».
The community of OpenStreetMap takes fewer than 100 features for not substantial (Licence/Community Guidelines/Substantial).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

from challenge_data.errors import LearnerError
from challenge_data.guide import require
from challenge_data.portal.terms import LICENCES, NO_LICENCE, SHARE_ALIKE
from challenge_data.schemas.words import plain

QUESTIONS = {
    "sources": "Quelles licences ont les sources que vous avez mêlées ? Une liste, vide si tout est à vous.",
    "administration": "Est-ce une administration qui publie (commune, communauté de communes, État) ? True ou False.",
    "share_back": "Voulez-vous obliger qui réutilise à repartager de même ? True ou False.",
}
_OTHER_NAMES = {
    "licenceouverte": "lov2", "licenceouverte20": "lov2", "licenceouvertev20": "lov2", "etalab": "lov2", "etalab20": "lov2", "lo": "lov2", "licenceouverte10": "fr-lo",
    "odbl": "odc-odbl", "odbl10": "odc-odbl", "openstreetmap": "odc-odbl", "osm": "odc-odbl", "opendatabaselicense": "odc-odbl",
    "ccby40": "cc-by", "ccbysa40": "cc-by-sa", "cc0": "cc-zero", "domainepublic": "other-pd",
    "aucune": NO_LICENCE, "aucunelicence": NO_LICENCE, "sanslicence": NO_LICENCE, "sans": NO_LICENCE, "": NO_LICENCE,
}
# In a sentence, once it is plain letters; a name without its version means both of its versions.
_IN_A_SENTENCE = {
    r"licenceouverte|openlicen[cs]e|etalab|lov2": ("lov2", "fr-lo"), r"odbl|opendatabaselicen[cs]e": ("odc-odbl",), r"odcby": ("odc-by",), r"pddl": ("odc-pddl",),
    r"(cc|commons)bysa": ("cc-by-sa",), r"(cc|commons)by(?!sa|n[cd])": ("cc-by",), r"cc0|cczero": ("cc-zero",),
}
_TO_READ = {NO_LICENCE, "other-at", "other-open"}


@dataclass(frozen=True, repr=False)
class LicenceChoice:
    """What the dialogue comes to. ``id`` is None when no licence may be put on the table as it is."""

    id: str | None
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def name(self) -> str:
        return LICENCES[self.id][0] if self.id else "aucune licence possible en l'état"

    @property
    def permits(self) -> str:
        return LICENCES[self.id][1] if self.id else ""

    @property
    def obliges(self) -> str:
        return LICENCES[self.id][2] if self.id else ""

    @property
    def url(self) -> str:
        return LICENCES[self.id][3] if self.id else ""

    def __str__(self) -> str:
        lines = [f"Licence : {self.name}" + (f" ({self.id})" if self.id else ""), *(f"- Pourquoi : {one}" for one in self.reasons)]
        if self.id:
            lines += [f"- Elle permet : {self.permits}.", f"- Elle oblige : {self.obliges}."]
        return "\n".join([*lines, *(f"- Attention : {one}" for one in self.warnings)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head, *lines = str(self).splitlines()
        items = "".join(f"<li><strong>{escape(kind)} :</strong> {escape(said)}</li>" for kind, said in (line[2:].split(" : ", 1) for line in lines))
        return f"<p><strong>{escape(head)}</strong></p><ul>{items}</ul>"


def licences_named(text: str) -> list[str]:
    """Ids of the licences that a sentence names, both versions where it tells none."""
    letters = plain(text)
    return [key for pattern, keys in _IN_A_SENTENCE.items() if re.search(pattern, letters) for key in keys]


def choose_licence(sources: Iterable[str] | Mapping[str, str] | None = None, administration: bool | str | None = None,
                   share_back: bool | str | None = None) -> LicenceChoice:
    """The licence that a joined table may, or must, have.

    Args:
        sources: licences of the sources that were joined, ids of the portal or usual names; or source -> licence, to be told
            which source decides. Empty: everything was made by who publishes.
        administration: whether a public body publishes, held to the list of the decree.
        share_back: whether those who make a database from it must share it alike.

    Raises:
        LearnerError: a question without answer, or an answer that cannot be understood; all at once.
    """
    for one in (sources, administration, share_back):
        require(one)
    left = [name for name, value in (("sources", sources), ("administration", administration), ("share_back", share_back)) if value is None]
    wrong = [f"- {name} : {QUESTIONS[name]}" for name in left]
    named, unknown = _named(sources) if sources is not None else ({}, [])
    wrong += unknown
    answers = {}
    for name, value in (("administration", administration), ("share_back", share_back)):
        answers[name] = {"oui": True, "non": False, "true": True, "false": False}.get(plain(str(value)))
        if value is not None and answers[name] is None:
            wrong.append(f"- {name} : « {value} » n'est ni oui ni non. Écrivez True ou False.")
    if wrong:
        raise LearnerError("Pour choisir une licence, il faut répondre à trois questions :\n" + "\n".join(wrong))
    return _decide(named, answers["administration"], answers["share_back"])


def _decide(named: dict[str, str], public: bool, share_back: bool) -> LicenceChoice:
    to_read = [name for name, key in named.items() if key in _TO_READ]
    alike = {key: [name for name in named if named[name] == key] for key in dict.fromkeys(named.values()) if key in SHARE_ALIKE}
    cited = [name for name, key in named.items() if key in ("cc-by", "odc-by")]
    warnings = [f"citez {_some(cited)}, et dites ce que vous avez modifié : sa licence le demande."] if cited else []
    if to_read:
        return LicenceChoice(None, (f"pas de licence que l'on puisse lire ici pour {_some(to_read)} : ces lignes ne sont pas à vous, et rien ne dit que vous pouvez les rediffuser.",),
                             ("écrivez à qui les a faites, ou publiez sans elles.",
                              "si elles viennent d'une administration, la loi permet souvent de les réutiliser : demandez-lui quand même d'écrire sa licence.", *warnings))
    if len(alike) > 1:
        pairs = " et ".join(f"{_some(names)} ({LICENCES[key][0]})" for key, names in alike.items())
        return LicenceChoice(None, (f"{pairs} exigent chacune que le mélange garde leur licence : il ne peut pas en avoir deux.",),
                             ("séparez-les : un fichier par licence, côte à côte.", *warnings))
    if "odc-odbl" in alike:
        return LicenceChoice("odc-odbl", (f"{_some(alike['odc-odbl'])} : toute base que l'on en tire se publie sous ODbL, même mêlée à d'autres.",
                                          *(("l'ODbL est dans la liste des administrations (code des relations entre le public et l'administration, D. 323-2-1).",) if public else ())),
                             ("tout le tableau passe sous ODbL, vos propres lignes comprises. Pour garder la Licence Ouverte, sortez ces données dans un second fichier, ou relevez-les vous-mêmes.",
                              "l'obligation vise une part substantielle de la source : pour quelques points isolés, demandez conseil avant de décider.", *warnings))
    if "cc-by-sa" in alike:
        why = f"{_some(alike['cc-by-sa'])} : ce que l'on en tire reste sous CC BY-SA."
        if public:
            return LicenceChoice(None, (why, "cette licence n'est pas dans la liste où une administration doit choisir (code des relations entre le public et l'administration, L. 323-2 et D. 323-2-1)."),
                                 ("sortez ces données dans un fichier à part, ou remplacez-les.", *warnings))
        return LicenceChoice("cc-by-sa", (why,), tuple(warnings))
    free = "rien n'est mêlé : tout est à vous." if not named else "aucune source n'exige que le mélange garde sa licence : vous choisissez."
    listed = ("une administration choisit dans une liste : Licence Ouverte 2.0 ou ODbL pour des données (code des relations entre le public et l'administration, L. 323-2 et D. 323-2-1).",) if public else ()
    if share_back:
        return LicenceChoice("odc-odbl", (free, "vous voulez que les bases tirées de la vôtre restent aussi ouvertes : l'ODbL l'exige.", *listed),
                             ("qui mêle vos données à des données sous Licence Ouverte devra publier le tout sous ODbL ; des personnes y renonceront.", *warnings))
    return LicenceChoice("lov2", (free, "vous ne demandez rien de plus que d'être cités, avec la date.", *listed), tuple(warnings))


def _named(sources: Iterable[str] | Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Source -> id of its licence; and what cannot be understood."""
    if isinstance(sources, str):
        sources = [sources]
    if not isinstance(sources, Mapping):
        try:
            sources = {_called(one): one for one in sources}
        except TypeError:
            return {}, [f"- sources : une liste de licences entre crochets, comme [\"lov2\", \"odc-odbl\"], pas {type(sources).__name__}."]
    wrong = [f"- sources : « {one} » n'est pas une licence connue. Connues : {', '.join(LICENCES)}." for one in sources.values() if _key(one) is None]
    return {str(name): _key(one) for name, one in sources.items()}, wrong


def _called(said: object) -> str:
    key = _key(said)
    return str(said) if key is None else "une source sans licence" if key == NO_LICENCE else LICENCES[key][0]


def _key(said: object) -> str | None:
    if said is None:
        return NO_LICENCE
    by_plain = {plain(key): key for key in LICENCES} | {plain(words[0]): key for key, words in LICENCES.items()} | _OTHER_NAMES
    return by_plain.get(plain(str(said)))


def _some(names: list[str]) -> str:
    return ", ".join(f"« {name} »" for name in names)
