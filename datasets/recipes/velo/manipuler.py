"""What notebook `*_manipuler` of the challenge is judged by."""


def truth() -> dict:
    return {}
