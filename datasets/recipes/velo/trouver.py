"""What notebook `*_trouver` of the challenge is judged by."""


def truth() -> dict:
    return {}
