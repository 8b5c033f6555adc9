"""The course as nbgrader sees it: masters in solutions/, what teams open in exercises/.

nbgrader's working files (gradebook, submissions, feedback) hold people's work: they stay outside the
repository, in the folder that CHALLENGE_DATA_GRADING names, by default ``challenge-data-notation`` in the
home folder.
"""

import os
from pathlib import Path

c = get_config()  # noqa: F821 - nbgrader provides it

course = Path(__file__).resolve().parent
grading = Path(os.environ.get("CHALLENGE_DATA_GRADING", Path.home() / "challenge-data-notation")).resolve()

c.CourseDirectory.course_id = "challenge-data"
c.CourseDirectory.root = str(course)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = str(grading / "submitted")
c.CourseDirectory.autograded_directory = str(grading / "autograded")
c.CourseDirectory.feedback_directory = str(grading / "feedback")
c.CourseDirectory.source_with_tests_directory = str(grading / "source_with_tests")
c.CourseDirectory.solution_directory = str(grading / "solution")
c.CourseDirectory.db_url = f"sqlite:///{grading / 'gradebook.db'}"
if course.joinpath("solutions").is_dir():  # only where someone grades, never in a learner's copy
    grading.mkdir(mode=0o700, parents=True, exist_ok=True)  # closed to the machine's other users

# Each question leaves its own line to complete; nbgrader's preprocessors do all the rest, in their own order.
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.InstantiateTests",
    "nbgrader.preprocessors.LockCells",
    "challenge_data.build.stubs.ScaffoldedSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.ClearSolutions.code_stub = {"python": "# À vous : écrivez votre réponse à la place des points de suspension.\n…"}
c.ClearSolutions.text_stub = "*À vous : double-cliquez ici, effacez cette ligne et écrivez votre réponse.*"

# A misspelt team name is told, rather than becoming a new team.
c.Autograde.create_student = False
# Seconds a cell may take.
c.ExecutePreprocessor.timeout = 60

# Pages made of a team's notebook hold nothing that runs: formgrader's are served by the instructor's own JupyterLab.
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.exclude_anchor_links = True
c.HTMLExporter.preprocessors = ["challenge_data.grading.showing.Inert"]
c.HTMLExporter.filters = {
    "markdown2html": "challenge_data.grading.showing.markdown2html",
    "clean_html": "challenge_data.grading.showing.clean",
}
