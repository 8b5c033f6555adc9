"""What notebook `*_visualiser` of the challenge is judged by."""


def truth() -> dict:
    return {}
