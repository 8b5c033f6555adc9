"""To come."""

from cases import Case

CASES: list[Case] = []
