"""The island's public facilities: an invented list, written by hand so that each place is believable.

One line a facility: quarter · name · type · manager · capacity · surface · flags · year · hours · words.
Manager: C the commune, I the communauté de communes. Capacity in people and surface in square metres, - for none.
Flags: c heated, g with a generator, p accessible to wheelchairs, - for none. Hours: a key of HOURS in facilities.py.
Words: ``works`` (closed for works), ``sold=<year>``, ``closed=<year>``, ``only=<letters>`` (the lists that hold it, when
the rule of its type does not say: see LISTS in facilities.py), ``nonumber`` (a street without a number).
A name that the defibrillators' list has too (places.py) gets the same address.
"""

from dataclasses import dataclass

_LIST = """
9990101 · Salle des Goélands · salle polyvalente · C · 280 · 340 · cgp · 1987 · booked
9990101 · Maison des associations du Port · maison des associations · C · 60 · 210 · cp · 1994 · office
9990101 · Marché couvert · marché couvert · C · - · 620 · p · 1931 · market
9990101 · Théâtre de la Passerelle · théâtre de poche · C · 96 · 180 · cp · 2003 · booked
9990101 · Musée du Sel et de la Brume · musée · I · 80 · 450 · cp · 1999 · museum
9990101 · Port de plaisance de Port-Brume · port · I · - · - · - · 1974 · always · nonumber
9990101 · Cale des Pilotes · cale · C · - · - · - · 1952 · always · nonumber
9990101 · Aire de jeux de la Jetée · aire de jeux · C · - · 320 · p · 2016 · day · nonumber
9990102 · Mairie de Port-Brume · mairie · C · 150 · 1100 · cp · 1906 · office
9990102 · Médiathèque des Embruns · médiathèque · I · 190 · 1250 · cgp · 2009 · library
9990102 · École des Goémons · école · C · 240 · 1380 · cp · 1962 · school
9990102 · École de musique de la Vieille-Ville · école de musique · I · 70 · 260 · c · 1991 · evening
9990102 · Salle des Remparts · salle communale · C · 120 · 160 · c · 1958 · booked · works
9990102 · Jardin des Remparts · jardin public · C · - · 4200 · p · 1880 · day · nonumber
9990102 · Boulodrome des Remparts · boulodrome · C · - · 540 · - · 1985 · always
9990102 · Chapelle des Disparus · chapelle · C · 60 · 110 · - · 1780 · museum
9990102 · Archives communautaires · archives · I · 16 · 380 · cp · 2005 · office
9990102 · Cimetière de la Vieille-Ville · cimetière · C · - · 9800 · - · 1843 · day
9990103 · Gymnase des Docks · gymnase · I · 1200 · 2450 · cgp · 2011 · sport
9990103 · Salle du Hangar 4 · salle polyvalente · C · 450 · 610 · cp · 2014 · booked
9990103 · École des Docks · école · C · 180 · 1050 · cp · 1978 · school
9990103 · Skatepark des Docks · skatepark · C · - · 680 · p · 2018 · always
9990103 · Terrain multisports des Docks · terrain multisports · C · - · 420 · p · 2012 · always
9990103 · Aire de jeux du Quai-Neuf · aire de jeux · C · - · 280 · p · 2020 · day · nonumber
9990103 · Hôtel communautaire · siège communautaire · I · 90 · 1400 · cgp · 2002 · office
9990104 · Salle des fêtes de la Corderie · salle des fêtes · C · 240 · 290 · cp · 1969 · booked
9990104 · Gymnase de la Corderie · gymnase · C · 350 · 1180 · cp · 1983 · sport
9990104 · Piscine du Grand-Large · piscine · I · 320 · 1900 · cp · 1996 · pool
9990104 · École de la Corderie · école · C · 210 · 1240 · cp · 1971 · school
9990104 · Courts de tennis de la Corderie · court de tennis · C · - · 1950 · - · 1988 · sport
9990104 · Jardin partagé de la Corderie · jardin public · C · - · 900 · p · 2019 · day · nonumber
9990104 · Aire de jeux des Cordiers · aire de jeux · C · - · 240 · p · 2008 · day
9990105 · Maison de quartier des Hauts · maison de quartier · C · 110 · 320 · cp · 1998 · office
9990105 · Stade des Hauts · terrain de football · C · 400 · 7800 · p · 1976 · sport
9990105 · École des Hauts · école · C · 150 · 920 · cp · 1984 · school
9990105 · Bibliothèque des Hauts · bibliothèque · I · 40 · 140 · cp · 1995 · library
9990105 · Boulodrome des Hauts · boulodrome · C · - · 380 · p · 2001 · always
9990105 · Aire de jeux des Hauts · aire de jeux · C · - · 260 · p · 2013 · day · nonumber
9990105 · Cimetière paysager des Hauts · cimetière · C · - · 14500 · p · 1992 · day · nonumber
9990106 · Salle des Paludiers · salle communale · C · 90 · 115 · c · 1979 · booked
9990106 · Plage des Salines · plage surveillée · C · - · - · p · 1986 · summer · nonumber
9990106 · Cale des Salines · cale · C · - · - · - · 1966 · always · nonumber
9990106 · Aire de jeux des Salines · aire de jeux · C · - · 220 · - · 2004 · day · nonumber
9990106 · Déchèterie des Salines · déchèterie · I · - · 3600 · - · 1997 · dump
9990201 · Mairie de Sainte-Colombe · mairie · C · 80 · 640 · cp · 1911 · office
9990201 · Salle des fêtes · salle des fêtes · C · 220 · 260 · cp · 1964 · booked
9990201 · Salle omnisports · gymnase · C · 400 · 1320 · cgp · 1990 · sport
9990201 · École du Bourg · école · C · 160 · 980 · cp · 1958 · school
9990201 · Bibliothèque du Puits · bibliothèque · I · 45 · 170 · cp · 1993 · library
9990201 · Maison France services · maison France services · I · 30 · 140 · cp · 2021 · office
9990201 · Maison des associations · maison des associations · C · 50 · 150 · c · 1988 · booked
9990201 · Jardin de la Halle · jardin public · C · - · 1800 · p · 1929 · day · nonumber
9990201 · Aire de jeux du Bourg · aire de jeux · C · - · 300 · p · 2011 · day · nonumber
9990201 · Cimetière du Bourg · cimetière · C · - · 6200 · - · 1858 · day
9990202 · Foyer rural de la Chapelle · foyer rural · C · 110 · 150 · c · 1972 · booked
9990202 · Chapelle Sainte-Colombe · chapelle · C · 50 · 95 · - · 1650 · museum
9990202 · Boulodrome de la Chapelle · boulodrome · C · - · 300 · - · 1994 · always
9990202 · Court de tennis de la Chapelle · court de tennis · C · - · 650 · - · 1986 · sport
9990203 · Stade des Quatre-Vents · terrain de football · C · 250 · 7400 · p · 1981 · sport
9990203 · École des Quatre-Vents · école · C · 130 · 860 · cp · 2000 · school
9990203 · Salle des Quatre-Vents · salle polyvalente · C · 150 · 190 · cp · 2007 · booked
9990203 · Skatepark des Quatre-Vents · skatepark · C · - · 450 · p · 2024 · always
9990203 · Aire de jeux des Quatre-Vents · aire de jeux · C · - · 270 · p · 2017 · day · nonumber
9990203 · Terrain multisports des Quatre-Vents · terrain multisports · C · - · 400 · p · 2015 · always
9990301 · Mairie de L'Anse-aux-Sternes · mairie · C · 60 · 480 · c · 1924 · office
9990301 · Salle des fêtes · salle des fêtes · C · 180 · 215 · cp · 1967 · booked
9990301 · École des Sternes · école · C · 110 · 720 · cp · 1975 · school
9990301 · Base nautique · base nautique · I · 120 · 640 · p · 1989 · sport
9990301 · Bibliothèque de l'Anse · bibliothèque · I · 30 · 110 · c · 1997 · library
9990301 · Port de l'Anse · port · I · - · - · - · 1968 · always · nonumber
9990301 · Plage de l'Anse · plage surveillée · C · - · - · p · 1980 · summer · nonumber
9990301 · Boulodrome de l'Anse · boulodrome · C · - · 360 · - · 1991 · always
9990301 · Aire de jeux de l'Anse · aire de jeux · C · - · 210 · - · 2006 · day · nonumber
9990301 · Cimetière de l'Anse · cimetière · C · - · 4100 · - · 1871 · day
9990302 · Maison de la réserve · maison de la nature · I · 45 · 230 · cp · 2004 · museum
9990302 · Plage des Dunes · plage surveillée · C · - · - · - · 1984 · summer · nonumber
9990302 · Courts de tennis des Dunes · court de tennis · C · - · 1300 · - · 1992 · sport
9990303 · Salle de la Pêcherie · salle communale · C · 85 · 105 · c · 1961 · booked · works
9990303 · Poste de secours de la Pêcherie · poste de secours · C · 10 · 40 · - · 1990 · summer · nonumber
9990303 · Cale de la Pêcherie · cale · C · - · - · - · 1949 · always · nonumber
9990401 · Mairie des Trois-Phares · mairie · C · 60 · 420 · cp · 1932 · office
9990401 · Salle des fêtes · salle des fêtes · C · 200 · 240 · cp · 1974 · booked
9990401 · Gymnase des Trois-Phares · gymnase · I · 300 · 1150 · cgp · 2006 · sport
9990401 · École du Fanal · école · C · 120 · 790 · cp · 1966 · school
9990401 · Stade du Fanal · terrain de football · C · 200 · 7200 · - · 1979 · sport
9990401 · Bibliothèque du Fanal · bibliothèque · I · 35 · 120 · cp · 2001 · library
9990401 · Jardin du Gardien · jardin public · C · - · 1500 · p · 1996 · day · nonumber
9990401 · Aire de jeux du Fanal · aire de jeux · C · - · 250 · p · 2014 · day · nonumber
9990401 · Cimetière du Fanal · cimetière · C · - · 3900 · - · 1866 · day
9990402 · Abri du canot du Sémaphore · abri du canot · C · 20 · 130 · - · 1898 · museum · nonumber
9990403 · Salle polyvalente du Levant · salle polyvalente · C · 260 · 310 · cp · 1993 · booked
9990403 · Plage du Levant · plage surveillée · C · - · - · p · 1983 · summer · nonumber
9990403 · Cale du Levant · cale · C · - · - · - · 1957 · always · nonumber
9990403 · Boulodrome du Levant · boulodrome · C · - · 290 · p · 2002 · always
9990501 · Mairie de Roc-en-Mer · mairie · C · 50 · 360 · c · 1928 · office
9990501 · Salle des fêtes · salle des fêtes · C · 160 · 195 · c · 1963 · booked
9990501 · Salle de la Criée · salle polyvalente · C · 140 · 175 · cg · 1955 · booked · sold=2024 only=9R
9990501 · École du Roc · école · C · 90 · 610 · cp · 1970 · school
9990501 · Bibliothèque du Roc · bibliothèque · I · 25 · 90 · c · 1998 · library
9990501 · Port du Roc · port · I · - · - · - · 1961 · always · nonumber
9990501 · Abri du canot du Roc · abri du canot · C · 30 · 150 · - · 1904 · museum · nonumber
9990501 · Court de tennis du Roc · court de tennis · C · - · 650 · - · 1990 · sport
9990501 · Aire de jeux du Roc · aire de jeux · C · - · 200 · - · 2009 · day · nonumber
9990501 · Cimetière du Roc · cimetière · C · - · 3300 · - · 1869 · day
9990502 · Salle de la Tourelle · salle communale · C · 95 · 120 · cg · 2001 · booked · only=M
9990502 · Chapelle de la Tourelle · chapelle · C · 40 · 80 · - · 1702 · museum
9990502 · Terrain de football de la Tourelle · terrain de football · C · 120 · 6900 · - · 1982 · sport
9990503 · Cale de l'Îlot · cale · C · - · - · - · 1936 · always · nonumber
9990601 · Mairie de Lande-Haute · mairie · C · 50 · 340 · cp · 1934 · office
9990601 · Salle des fêtes de Lande-Haute · salle des fêtes · C · 170 · 205 · cp · 1977 · booked
9990601 · École du Plateau · école · C · 95 · 640 · cp · 1982 · school
9990601 · Bibliothèque du Plateau · bibliothèque · I · 25 · 85 · cp · 2010 · library
9990601 · Stade du Plateau · terrain de football · C · 150 · 7000 · - · 1985 · sport
9990601 · Aire de jeux du Plateau · aire de jeux · C · - · 230 · p · 2012 · day · nonumber
9990601 · Cimetière du Plateau · cimetière · C · - · 2800 · - · 1875 · day
9990602 · Foyer rural des Ajoncs · foyer rural · C · 70 · 90 · c · 1968 · booked · works
9990602 · Déchèterie des Ajoncs · déchèterie · I · - · 3100 · - · 2003 · dump
9990602 · Boulodrome des Ajoncs · boulodrome · C · - · 260 · - · 1999 · always
9990701 · Mairie de Saint-Elme-des-Grèves · mairie · C · 55 · 400 · cp · 1926 · office
9990701 · Salle des fêtes · salle des fêtes · C · 190 · 230 · cp · 1971 · booked
9990701 · École de la Grève · école · C · 85 · 590 · c · 1959 · school
9990701 · Bibliothèque de la Grève · bibliothèque · I · 35 · 125 · cp · 1996 · library
9990701 · Plage de la Grève · plage surveillée · C · - · - · p · 1975 · summer · nonumber
9990701 · Cale de la Grève · cale · C · - · - · - · 1947 · always · nonumber
9990701 · Court de tennis de la Grève · court de tennis · C · - · 650 · - · 1987 · sport
9990701 · Boulodrome de la Grève · boulodrome · C · - · 410 · p · 1998 · always
9990701 · Aire de jeux de la Grève · aire de jeux · C · - · 260 · p · 2015 · day · nonumber
9990701 · Cimetière de la Grève · cimetière · C · - · 3500 · - · 1862 · day
9990702 · Salle du Moulin · salle polyvalente · C · 130 · 165 · cp · 1986 · booked
9990702 · Terrain de football du Moulin · terrain de football · C · 100 · 6800 · - · 1980 · sport
9990702 · Jardin du Moulin · jardin public · C · - · 2100 · - · 2000 · day · nonumber
9990801 · Mairie de Pointe-Grise · mairie · C · 40 · 280 · c · 1930 · office
9990801 · Salle des fêtes · salle des fêtes · C · 120 · 150 · c · 1965 · booked
9990801 · École de la Pointe · école · C · 60 · 430 · c · 1968 · school
9990801 · Bibliothèque de la Pointe · bibliothèque · I · 20 · 70 · c · 2008 · library
9990801 · Aire de jeux de la Pointe · aire de jeux · C · - · 190 · - · 2010 · day · nonumber
9990801 · Terrain de football de la Pointe · terrain de football · C · 80 · 6600 · - · 1984 · sport
9990801 · Cimetière de la Pointe · cimetière · C · - · 1900 · - · 1881 · day
9990802 · Salle du Cap · salle communale · C · 80 · 100 · cg · 2002 · booked · only=T
9990802 · Maison du Cap · maison de la nature · I · 35 · 160 · cp · 2007 · museum
9990802 · Plage du Cap · plage surveillée · C · - · - · - · 1988 · summer · nonumber
9990101 · Salle du Patronage · salle communale · C · 130 · 155 · c · 1938 · booked · closed=2009 only=9
9990201 · Ciné-salle Le Ponant · salle polyvalente · C · 200 · 240 · c · 1951 · booked · closed=2003 only=9
9990303 · École de la Pêcherie · école · C · 45 · 320 · c · 1953 · school · closed=2011 only=9
9990702 · Abattoir communal · abattoir · C · - · 260 · - · 1946 · office · closed=2001 only=9
"""


@dataclass(frozen=True)
class Line:
    """One line of the list."""

    quarter: str
    name: str
    kind: str
    shared: bool
    """Run by the communauté de communes rather than by the commune."""
    capacity: int | None
    surface: int | None
    heated: bool
    generator: bool
    wheelchairs: bool
    year: int
    hours: str
    numbered: bool
    works: bool
    sold: int | None
    closed: int | None
    only: str
    """The letters of the lists that hold it, or "" when its type tells."""

    @property
    def commune(self) -> str:
        return self.quarter[:5]


def lines() -> list[Line]:
    """Every facility of the list, in its order."""
    return [_line(line) for line in _LIST.strip().splitlines()]


def _line(text: str) -> Line:
    quarter, name, kind, manager, capacity, surface, flags, year, hours, *rest = text.split(" · ")
    words = dict(word.partition("=")[::2] for word in " ".join(rest).split())
    numbers = [None if value == "-" else int(value) for value in (capacity, surface, words.get("sold", "-"), words.get("closed", "-"))]
    return Line(quarter, name, kind, manager == "I", numbers[0], numbers[1], "c" in flags, "g" in flags, "p" in flags, int(year), hours,
                "nonumber" not in words, "works" in words, numbers[2], numbers[3], words.get("only", ""))
