"""A portal of our own on this machine: the paths and the shapes of data.gouv.fr and its sister services, over invented records.

One server answers for all of them, under one address: ``/www`` (data.gouv.fr), ``/tabular`` (tabular-api.data.gouv.fr),
``/geo`` (geo.api.gouv.fr) and ``/geocodage`` (data.geopf.fr/geocodage). Standard library only.
It takes publications too, as udata does (:mod:`.shelf`), in memory only: ``POST /www/exercice/cle`` gives a practice key and forgets what the
earlier one wrote.

By hand: ``python -m challenge_data.portal.standin --port 8000``. To see a fault, send the header ``X-Panne`` with a
name of :data:`~.faults.KINDS`; a test in the same process asks :class:`~.faults.Faults` for it.
"""

from functools import cache
from threading import Lock

_one_at_a_time = Lock()


def running() -> str:
    """The address of this process's stand-in, started at the first call: ``http://127.0.0.1:<free port>``.

    Raises:
        LearnerError: the catalogue is missing or damaged.
    """
    with _one_at_a_time:
        return _started().address


@cache
def _started():
    from challenge_data.portal.standin.server import Standin

    return Standin().start()
