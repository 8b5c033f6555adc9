"""Ask a Publicodes rule what it can give at most, without running it: enough of the language for bicycle aids.

A condition is True, False, or None when the answer depends on what we were not told. An amount is the
highest sum in euros: zero when nothing can be had, infinite when no ceiling is stated. What is not told is
taken in the applicant's favour: « cannot get anything » is certain, « may get something » is no promise.
"""

import re
from dataclasses import dataclass, field
from math import inf

ELECTRIC = {"électrique", "cargo électrique", "pliant électrique"}
MECHANICAL = {"mécanique simple", "cargo", "pliant"}
BIKES = [
    "mécanique simple",
    "électrique",
    "pliant",
    "pliant électrique",
    "cargo",
    "cargo électrique",
    "motorisation",
    "adapté",
]
# What each name of the model covers.
BIKE_FAMILIES = {
    "électrique": ELECTRIC,
    "mécanique": MECHANICAL,
    "électrique ou mécanique": ELECTRIC | MECHANICAL,
    "électrique simple": {"électrique"},
    "mécanique simple": {"mécanique simple"},
    "cargo": {"cargo", "cargo électrique"},
    "cargo mécanique": {"cargo"},
    "cargo électrique": {"cargo électrique"},
    "pliant": {"pliant", "pliant électrique"},
    "pliant mécanique": {"pliant"},
    "pliant électrique": {"pliant électrique"},
    "motorisation": {"motorisation"},
    "adapté": {"adapté"},
}
INCOME = "revenu fiscal de référence par part"
TAXABLE_FROM = 11497  # euros a year and part: rule « ISR . première tranche »
_COMPARISON = re.compile(r"^(.+?) (<=|>=|<|>|=) (.+)$")


@dataclass
class Situation:
    """What is told about an applicant; None is « not told »."""

    bike: str | None = None
    state: str | None = None
    age: float | None = None
    income: float | None = None  # euros a year and part
    price: float | None = None
    status: str | None = None
    answers: dict[str, bool] = field(default_factory=dict)  # any other yes-or-no name of the model


class Rule:
    """One aid of the model.

    Args:
        name: its full name in the model.
        model: the whole compiled model.
    """

    def __init__(self, name: str, model: dict) -> None:
        self.name, self.model, self.body = name, model, model[name]

    def most(self, situation: Situation) -> float:
        """What the aid gives at most in this situation, in euros; zero if it cannot apply."""
        if self.holds(self.body["applicable si"], situation) is False:
            return 0
        if "non applicable si" in self.body and self.holds(self.body["non applicable si"], situation):
            return 0
        return self.amount(self.body, situation)

    def amount(self, node, situation: Situation) -> float:
        """Upper bound of a value: a text (« 400 € », « 50 % * vélo . prix ») or a mechanism."""
        if not isinstance(node, dict):
            return _expression(str(node))
        if "variations" in node:
            found = self._variations(node["variations"], situation)
        elif "somme" in node:
            found = sum(self.amount(one, situation) for one in node["somme"])
        elif "produit" in node:
            percent, base = (self.amount(one, situation) for one in node["produit"])
            found = base * percent / 100
        else:
            found = self.amount(node["valeur"], situation)
        # The source once writes « plaond ».
        return min([found] + [self.amount(node[key], situation) for key in ("plafond", "plaond") if key in node])

    def _variations(self, branches: list[dict], situation: Situation) -> float:
        reachable = [0.0]
        for branch in branches:
            applies = self.holds(branch["si"], situation) if "si" in branch else True
            if applies is not False:
                reachable.append(self.amount(branch["alors"] if "si" in branch else branch["sinon"], situation))
            if applies:
                break
        return max(reachable)

    def holds(self, node, situation: Situation) -> bool | None:
        """Whether a condition holds; None when it depends on what is not told."""
        if isinstance(node, dict):
            if "toutes ces conditions" in node:
                answers = [self.holds(one, situation) for one in node["toutes ces conditions"]]
                return False if False in answers else None if None in answers else True
            if "une de ces conditions" in node:
                answers = [self.holds(one, situation) for one in node["une de ces conditions"]]
                return True if True in answers else None if None in answers else False
            if "variations" in node:
                answers = {self.holds(one.get("alors", one.get("sinon")), situation) for one in node["variations"]}
                return answers.pop() if len(answers) == 1 else None
            return None  # « est non applicable »: depends on another aid
        return self._atom(node, situation)

    def _atom(self, text: str, situation: Situation) -> bool | None:
        if compared := _COMPARISON.match(text):
            return self._compared(text, *compared.groups(), situation)
        known = {
            "oui": True,
            "demandeur . âge . majeur": _compare(situation.age, ">=", 18),
            "demandeur . âge . mineur": _compare(situation.age, "<", 18),
            "demandeur . âge . de 15 à 25 ans": _between(situation.age, 15, 25),
            "demandeur . âge . de 18 à 25 ans": _between(situation.age, 18, 25),
            "foyer . imposable": _compare(situation.income, ">=", TAXABLE_FROM),
        }
        if text in known:
            return known[text]
        if text.startswith("vélo . état . "):
            return None if situation.state is None else situation.state == text.removeprefix("vélo . état . ")
        if (family := text.removeprefix("vélo . ")) in BIKE_FAMILIES and text != family:
            return None if situation.bike is None else situation.bike in BIKE_FAMILIES[family]
        if text.startswith("demandeur . statut . "):
            return None if situation.status is None else situation.status == text.removeprefix("demandeur . statut . ")
        definition = self.model.get(f"{self.name} . {text}") or {}
        if "une de ces conditions" in definition or "toutes ces conditions" in definition:
            return self.holds(definition, situation)
        return self._answer(text, text, situation)

    def _answer(self, text: str, name: str, situation: Situation) -> bool | None:
        """A yes-or-no question; one about another aid is « no » where that aid gives nothing."""
        if text not in situation.answers and "applicable si" in (self.model.get(name) or {}):
            return None if Rule(name, self.model).most(situation) else False
        return situation.answers.get(text)

    def _compared(self, text: str, left: str, sign: str, right: str, situation: Situation) -> bool | None:
        if right == "non":
            answer = self._atom(left, situation)
            return None if answer is None else not answer
        if left.startswith(INCOME) and not left.endswith("nombre de parts"):
            limit = self.yearly_income(right)
            if limit is None:  # depends on the household: certain only at the two ends
                return {None: None, 0: True, inf: False}.get(situation.income)
            return _compare(situation.income, sign, limit)
        if left == "demandeur . âge":
            return _compare(situation.age, sign, float(right.removesuffix(" an")))
        if left == "vélo . prix":
            return _compare(situation.price, sign, float(right.removesuffix(" €")))
        return self._answer(text, left if sign == ">" else "", situation)

    def yearly_income(self, text: str) -> float | None:
        """An income limit in euros a year; None when it depends on the household."""
        if limit := re.match(r"^(\d+(?:\.\d+)?) €(?:/(an|mois))?$", text):
            return float(limit[1]) * (12 if limit[2] == "mois" else 1)
        value = (self.model.get(text) or {}).get("valeur")
        return self.yearly_income(value) if isinstance(value, str) else None

    def atoms(self, *keys: str) -> list[str]:
        """Every elementary condition under these keys of the rule (all of it by default), definitions unfolded, in order."""
        found: dict[str, None] = {}

        def walk(node, condition: bool) -> None:
            if isinstance(node, dict):
                for key, value in node.items():
                    walk(
                        value,
                        condition
                        or key
                        in (
                            "si",
                            "applicable si",
                            "non applicable si",
                            "toutes ces conditions",
                            "une de ces conditions",
                        ),
                    )
            elif isinstance(node, list):
                for one in node:
                    walk(one, condition)
            elif condition:
                definition = self.model.get(f"{self.name} . {node}") or {}
                if "une de ces conditions" in definition:
                    walk(definition["une de ces conditions"], True)
                else:
                    found[node] = None

        ignored = {"titre", "description", "lien", "note", "remplace"}
        for key, value in self.body.items():
            if key not in ignored and (not keys or key in keys):
                walk({key: value}, False)
        return list(found)


def _expression(text: str) -> float:
    """Euros (« 400 € », « 100 € + 50 € », « 200 € - aides . commune »: at most 200), or a percentage as a number."""
    if number := re.match(r"^(\d+(?:\.\d+)?)(?: [€%])?$", text):
        return float(number[1])
    if added := re.match(r"^(\d+) € \+ (\d+) €$", text):
        return float(added[1]) + float(added[2])
    if reduced := re.match(r"^(\d+) € - ", text):
        return float(reduced[1])
    return inf  # a share of the price, or of something else: no ceiling of its own


def _compare(value: float | None, sign: str, limit: float) -> bool | None:
    if value is None:
        return None
    return {"<=": value <= limit, ">=": value >= limit, "<": value < limit, ">": value > limit, "=": value == limit}[
        sign
    ]


def _between(value: float | None, low: float, high: float) -> bool | None:
    return None if value is None else low <= value <= high
