"""Protect the people behind a table: find them, count how alone they are, blur, hide, and know what the law asks."""

from challenge_data.privacy.anonymity import Anonymity, Recognised, k_anonymity, recognise
from challenge_data.privacy.blur import age_bands, deducible, hide_small
from challenge_data.privacy.law import law
from challenge_data.privacy.people import find_people, mask

__all__ = ["Anonymity", "Recognised", "age_bands", "deducible", "find_people", "hide_small", "k_anonymity", "law", "mask", "recognise"]
