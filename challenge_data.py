# -*- coding: utf-8 -*-
"""Lets `python -m challenge_data.lab` work from a fresh clone, before anything is installed.

From this folder Python finds this file first. It gives way to the real package, src/challenge_data.
A Python too old to run that package gets only its address, enough to reach `lab`, which says so.
Keep the syntax readable by any Python, even 2.
"""

import os
import sys

_package = os.path.join(os.path.dirname(os.path.abspath(__file__)), "src", "challenge_data")

if sys.version_info < (3, 6):
    sys.exit("Python 3.11 ou plus récent est nécessaire : installez-le, puis relancez la commande avec python3.")
elif sys.version_info < (3, 11):
    __path__ = [_package]
else:
    import importlib.util

    _spec = importlib.util.spec_from_file_location(
        __name__, os.path.join(_package, "__init__.py"), submodule_search_locations=[_package]
    )
    _real = importlib.util.module_from_spec(_spec)
    # The import system hands out whatever stands in sys.modules once this file has run.
    sys.modules[__name__] = _real
    _spec.loader.exec_module(_real)
