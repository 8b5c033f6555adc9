"""The instructor's course as formgrader sees it: laid out once, yours to add to.

The course's own settings first, then what differs here: formgrader writes in this folder alone, never in the repository.
"""

import os
from pathlib import Path

c = get_config()  # noqa: F821 - nbgrader provides it
load_subconfig("nbgrader_config.py", path=os.environ["CHALLENGE_DATA_HOME"])  # noqa: F821

folder = Path(__file__).resolve().parent
c.CourseDirectory.root = str(folder)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"

# « Collect » looks for hand-ins in echange/challenge-data/inbound; a team is not a user of this machine.
c.Exchange.root = str(folder / "echange")
c.ExchangeCollect.check_owner = False

# A cell that a team deleted comes back as the gradebook has it.
c.OverwriteCells.add_missing_cells = True

# The page « Manage Assignments » does not show all these settings.
c.FormgradeExtension.debug = False
