"""What colours do to readers: contrast, and what is left of a difference for those who do not see red or green."""

from collections.abc import Iterable
from itertools import combinations

TEXT, GRAPHICS = 4.5, 3.0
"""Least contrast of text, and of what one must see to understand: WCAG 2.1, success criteria 1.4.3 and 1.4.11 (level AA)."""

LEAST_DIFFERENCE = 15.0
"""Least CIE 1976 distance (L*a*b*, D65) between two colours that mean two things, as every reader sees them. About 2 is just
noticed side by side; matplotlib's default green and red leave 7 to a deuteranope, Okabe and Ito's blue and orange over 100."""

Colour = tuple[float, float, float]
"""Red, green, blue of sRGB, 0 to 1."""

# Machado, Oliveira, Fernandes (2009), « A physiologically-based model for simulation of color vision deficiency », IEEE TVCG
# 15(6), severity 1.0; applied to linear RGB.
_SEEN = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}
_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
_WHITE = (0.95047, 1.0, 1.08883)

_NOT_COLOURS = {"none", "face", "auto", "inherit", "transparent", "currentcolor"}


def read(text: object, *, short: bool = False) -> Colour | None:
    """A colour's literal (hex, CSS and matplotlib names); None for anything else.

    Args:
        short: also read what is a colour only where one is expected: one letter, a grey as « 0.7 », « C0 ».
    """
    from matplotlib.colors import is_color_like, to_rgb

    if not isinstance(text, str) or text.lower() in _NOT_COLOURS or not is_color_like(text):
        return None
    if not short and (len(text) < 3 or text.replace(".", "", 1).isdigit()):
        return None
    return to_rgb(text)


def luminance(colour: Colour) -> float:
    """Relative luminance, 0 to 1, as WCAG 2.1 defines it."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """1 to 21, as WCAG 2.1 defines it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def distance(one: Colour, other: Colour, vision: str | None = None) -> float:
    """CIE 1976 distance between two colours, as seen with « protanopia », « deuteranopia », or neither (None)."""
    return sum((left - right) ** 2 for left, right in zip(_lab(one, vision), _lab(other, vision), strict=True)) ** 0.5


def confused(palette: Iterable[str]) -> list[tuple[str, str, str, float]]:
    """(colour, colour, vision, distance) of each pair that some readers cannot tell apart, at its worst."""
    found = []
    for one, other in combinations(dict.fromkeys(palette), 2):
        first, second = read(one, short=True), read(other, short=True)
        if first and second and first != second:
            least, vision = min((distance(first, second, vision), vision) for vision in _SEEN)
            if least < LEAST_DIFFERENCE:
                found.append((one, other, vision, least))
    return found


def _linear(colour: Colour) -> Colour:
    return tuple(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in colour)


def _times(matrix: tuple, vector: Colour) -> Colour:
    return tuple(sum(left * right for left, right in zip(row, vector, strict=True)) for row in matrix)


def _lab(colour: Colour, vision: str | None) -> Colour:
    linear = _linear(colour)
    if vision:
        linear = tuple(min(max(value, 0.0), 1.0) for value in _times(_SEEN[vision], linear))
    x, y, z = (value / white for value, white in zip(_times(_XYZ, linear), _WHITE, strict=True))
    x, y, z = (value ** (1 / 3) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116 for value in (x, y, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)
