"""Where the island's defibrillators are: an invented list, written by hand so that each place is believable.

One line a place: quarter · name · indoors or outdoors · hours · states in March, April and January.
Hours: J working hours, N night, P day and night, X nobody knows; ``J>P`` means changed by January.
States: E works, H out of order, A away for repair, S removed for good, I unknown, - not there at that date.
A last word ``near=<rank>`` puts the place a few dozen metres from another one of the same quarter (0 is the first),
``beside=<rank>`` about 150 m from it: what a distance alone, or a name alone, takes for the same place.
"""

from dataclasses import dataclass

MARCH, APRIL, JANUARY = 0, 1, 2

_LIST = """
9990101 · Capitainerie · ext · P · EEE
9990101 · Gare maritime · int · J · EEE
9990101 · Marché couvert · int · J · EEE
9990101 · Cinéma Le Fanal · int · J · EAE
9990101 · Pharmacie du Port · ext · P · EEE
9990101 · Criée, salle de vente · int · N · EEE
9990102 · Mairie de Port-Brume · ext · P · EEE
9990102 · Médiathèque des Embruns · int · J · EEE
9990102 · École des Goémons · int · J · HEE
9990102 · Église Saint-Clair · int · X · III
9990102 · Maison de santé des Remparts · int · J · EEE
9990102 · Ehpad Les Genêts · int · P · EEE
9990103 · Collège des Docks · int · J · EEE
9990103 · Gymnase des Docks · int · J · EHH
9990103 · Supermarché Le Cabestan · int · J · EEE
9990103 · Caserne de Port-Brume · ext · P · EEE
9990104 · École de la Corderie · int · J · HEE
9990104 · Piscine du Grand-Large · int · J · AEE
9990104 · Salle des fêtes de la Corderie · int · X · EEI
9990105 · Maison de quartier des Hauts · int · J · EEE
9990105 · Stade des Hauts · ext · P · HHE
9990105 · Internat du lycée maritime · int · N · EEE
9990106 · Aérodrome · int · J · HEE
9990106 · Camping des Salines · ext · P · EEE
9990201 · Mairie de Sainte-Colombe · int · J · EEE
9990201 · École du Bourg · int · J · EEE · near=0
9990201 · Pharmacie de la Halle · ext · P · EEE
9990201 · Maison France services · int · J · EEE
9990201 · Salle omnisports · int · J · EEH
9990202 · Foyer rural de la Chapelle · int · J · HEE
9990202 · Résidence Les Tamaris · int · P · EEE
9990203 · Coopérative agricole · int · J · HEE
9990203 · Stade des Quatre-Vents · ext · P · EHH
9990301 · Mairie de L'Anse-aux-Sternes · ext · P · EEE
9990301 · École des Sternes · int · J · EEH
9990301 · Base nautique · int · J · EES
9990302 · Camping des Dunes · ext · P · EEH
9990302 · Maison de la réserve · int · J · -EE
9990303 · Poste de secours de la Pêcherie · ext · J · EEE
9990401 · Mairie des Trois-Phares · int · J>P · EEE
9990401 · École du Fanal · int · J · EEE
9990401 · Boulangerie du Phare · int · J · HEE
9990402 · Sémaphore, poste de veille · int · N · EEE
9990403 · Cabinet médical du Levant · int · J · EEE
9990403 · Salle polyvalente du Levant · int · X · EEE
9990501 · Mairie de Roc-en-Mer · ext · P · EEE
9990501 · Bureau de poste · int · J · EEE · near=0
9990501 · École du Roc · int · J · EEE
9990501 · Supérette des Îles · int · J · EEE
9990502 · Chapelle de la Tourelle · ext · P · HEE
9990503 · Phare de l'Îlot · ext · P · EEE
9990601 · Mairie de Lande-Haute · int · J · EEE
9990601 · Salle des fêtes de Lande-Haute · int · J · EEE · beside=0
9990601 · École du Plateau · int · J · EEE
9990602 · Ferme des Ajoncs, gîte · ext · P · EHH
9990602 · Déchèterie des Ajoncs · int · J · EEE
9990701 · Mairie de Saint-Elme-des-Grèves · int · J · EEE
9990701 · Bibliothèque de la Grève · int · J · EAE · near=0
9990701 · Camping des Grèves, accueil · ext · P · EEE
9990701 · Camping des Grèves, plage · ext · P · EEE · beside=2
9990701 · Club de voile · int · J · EEE
9990702 · Salle du Moulin · int · X · EEE
9990801 · Mairie de Pointe-Grise · int · J · EEE
9990801 · École de la Pointe · int · J · EEE
9990801 · Café du Village · int · J · -EE
9990802 · Gîte du Cap · ext · P · HHS
9990802 · Maison du Cap · int · J · EEE
9990104 · Pharmacie de la Corderie · ext · P · --E
9990401 · Capitainerie des Phares · ext · P · --E
9990203 · Crèche des Quatre-Vents · int · J · --E
"""


@dataclass(frozen=True)
class Place:
    """One line of the list."""

    quarter: str
    name: str
    outside: bool
    hours: tuple[str, str, str]
    """J, N, P or X in March, April and January."""
    states: tuple[str, str, str]
    """E, H, A, S, I or - in March, April and January."""
    near: int | None = None
    beside: int | None = None

    @property
    def commune(self) -> str:
        return self.quarter[:5]


def places() -> list[Place]:
    """Every place of the list, in its order."""
    return [_place(line) for line in _LIST.strip().splitlines()]


def _place(line: str) -> Place:
    quarter, name, side, hours, states, *words = line.split(" · ")
    before, _, later = hours.partition(">")
    more = {key: int(rank) for key, rank in (word.split("=") for word in words)}
    return Place(quarter, name, side == "ext", (before, before, later or before), tuple(states), **more)
