"""Numbers as French writes them: blanks between thousands, a comma before decimals, a singular up to one."""

BLANK = "\u00a0"
"""Where no line may break."""


def thousands(count: int) -> str:
    """A whole number: « 24 000 »."""
    return f"{count:,}".replace(",", BLANK)


def number(value: float) -> str:
    """With the digits it has, up to six after the comma, and no float noise: « 8 940 », « 0,35 »."""
    text = f"{float(value):,.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace(",", BLANK).replace(".", ",")


def plural(count: int, one: str, many: str = "") -> str:
    """« 0 ligne », « 1 ligne vide », « 2 lignes vides »; without ``many``, an s is added."""
    return f"{thousands(count)} {one if abs(count) < 2 else many or one + 's'}"
