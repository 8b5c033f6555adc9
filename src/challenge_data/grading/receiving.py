"""What teams handed in, as a folder downloaded from an LMS, a share or e-mails: whose it is, and a copy for ever.

Each entry of the source folder is one team's hand-in; the team is read from the entry's own name, never from inside.

====================================================  =================================================
entry                                                 team
====================================================  =================================================
``les-sternes/``                                      the folder's name
``les-sternes.zip`` ``.tar`` ``.tar.gz`` ``.ipynb``   the name without its ending
``les-sternes__1_trouver.ipynb`` …                    what stands before the first ``__``; such loose files
                                                      are one hand-in
``Nom_12345_assignsubmission_file_/``                 Moodle, « folders »: ``Nom``; the last ``_`` may lack
``Nom_12345_assignsubmission_file_1_trouver.ipynb``   Moodle, loose files: ``Nom``, one hand-in for a number
``…_assignsubmission_onlinetext…``                    Moodle, text typed online: only where ``Nom`` has nothing else
hidden, ``__MACOSX``, ``Thumbs.db`` …                 left out
====================================================  =================================================

nbgrader takes any name of one folder, but builds globs and unescaped web addresses of it: a team's name is written with
``[A-Za-z0-9_-]`` here. Accents are dropped, any other run of characters becomes one ``-``: « Équipe n° 1 » is
``Equipe-n-1``. Two different names that are written the same, capitals apart, are told and not graded.

With a roster (the gradebook's teams) a name must be in it, spelt the same once written so, capitals apart. Then, and only
then, two more readings are tried, in this order: a browser's or Windows' « les-sternes (1).zip » is ``les-sternes``;
Moodle's group hand-ins « Les Sternes-Marie Martin_12345_… » are the longest beginning, up to a ``-``, that is a team.

POSIX systems: links are told from files as they are opened.
"""

import difflib
import hashlib
import json
import os
import re
import shutil
import stat
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from challenge_data.grading.keeping import RECORD, Copy, Full, keep, later_than, read_record
from challenge_data.grading.unpacking import ARCHIVES
