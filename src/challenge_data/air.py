"""Reference values for the air that people breathe: what the WHO advises, what the European Union will require.

All in µg/m³ (micrograms in a cubic metre of air). Keys are French, as learners meet them in notebooks::

    from challenge_data.air import OMS_2021, UE_2030

    OMS_2021["PM2.5"]["jour"]            # 15
    UE_2030["PM2.5"]["jours_permis"]     # 18
"""

from types import MappingProxyType


def _values(**pollutants: dict[str, int]) -> MappingProxyType:
    """Read-only: a notebook that changed a reference value would change every later result."""
    names = {"pm25": "PM2.5", "pm10": "PM10", "no2": "NO2"}
    return MappingProxyType({names[one]: MappingProxyType(values) for one, values in pollutants.items()})


OMS_2021 = _values(
    pm25={"jour": 15, "centile": 99, "an": 5},
    pm10={"jour": 45, "centile": 99, "an": 15},
    no2={"jour": 25, "centile": 99, "an": 10},
)
"""Air quality guideline levels of the World Health Organization: advice for health, not law.

``jour``: mean of a day. ``centile``: 99 days out of 100 stay at or under it; the WHO reads it as three to four days
above in a year. ``an``: mean of a year.

Source: World Health Organization, *WHO global air quality guidelines: particulate matter (PM2.5 and PM10), ozone,
nitrogen dioxide, sulfur dioxide and carbon monoxide*, Geneva, 2021, table of the recommended AQG levels (note a: 99th
percentile, i.e. 3–4 exceedance days per year). https://iris.who.int/handle/10665/345329
"""

UE_2030 = _values(
    pm25={"jour": 25, "jours_permis": 18, "an": 10},
    pm10={"jour": 45, "jours_permis": 18, "an": 20},
    no2={"jour": 50, "jours_permis": 18, "an": 20},
)
"""Limit values of the European Union, to be attained by 1 January 2030.

``jour``: mean of a day. ``jours_permis``: days of a calendar year that may be above it. ``an``: mean of a calendar year.

Source: Directive (EU) 2024/2881 of 23 October 2024 on ambient air quality and cleaner air for Europe (recast), Annex I,
Section 1, Table 1. http://data.europa.eu/eli/dir/2024/2881/oj
"""

HEURES_PAR_JOUR = 18
"""Hours measured below which a day has no mean: 75 % of 24. Source: Directive 2008/50/EC, Annex XI, A (24-hour values), which the
recast replaces: read the proportion again in its annexes before citing it."""

COUVERTURE_AN = 85
"""Percent of a year to be covered by a fixed station's measures, for particles and NO2. Source: the same directive, Annex V, Point B."""
