"""The toolkit of the Challenge Data workshop: the names that learners import from here.

Importing it is cheap (libraries are imported where they are used) and makes the running notebook speak
French: see :mod:`challenge_data.guide`.
"""

_HOMES = {
    "load": "datasets",
    "describe": "datasets",
    "raw_file": "datasets",
    "inspect_file": "quality",
    "profile": "quality",
    "work_dir": "course",
    "team": "course",
    "hand_on": "relay",
    "pick_up": "relay",
    "environment": "checkup",
    "check": "checks",
    "hint": "checks",
    "Journal": "journal",
    "find_people": "privacy",
    "k_anonymity": "privacy",
    "validate": "schemas",
    "schema": "schemas",
    "draw_cells": "schemas",
    "Card": "publication",
    "choose_licence": "publication",
    "scdl_name": "publication",
    "finish": "charts",
    "describe_figure": "charts",
    "quiz": "widgets",
    "maturity": "widgets",
    "explore": "widgets",
    "ask_licence": "widgets",
    "organigramme": "widgets",
    "verify": "widgets",
    "hand_in": "widgets",
}

__all__ = list(_HOMES)


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError("module 'challenge_data' has no attribute '{}'".format(name))
    from importlib import import_module

    value = getattr(import_module("challenge_data." + _HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted(__all__)


def _install_guide():
    # Only inside a notebook. `python -m challenge_data.lab` runs on a bare, perhaps old, Python: it must
    # pass here without meeting any newer syntax.
    import sys

    if "IPython" in sys.modules:
        from challenge_data import guide

        guide.install()


_install_guide()
