"""The journal itself: steps written by the learner in plain pandas, kept with their reason and their measured effect."""

import contextlib
import re
import sys
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from challenge_data import course
from challenge_data.errors import LearnerError, NotAnswered
from challenge_data.french import plural
from challenge_data.guide import ELLIPSIS, Missing, require, shell
from challenge_data.journal import files, replaying, source
from challenge_data.journal.measure import Change, compare, print_of
from challenge_data.journal.report import Report, told

if TYPE_CHECKING:
    import pandas as pd

_FROM_THE_TOP = "menu Noyau, « Redémarrer le noyau et exécuter toutes les cellules »"


@dataclass(frozen=True)
class Step:
    """One step: what was done and why, its text and what that text borrows, its measured effect, the table after it."""

    what: str
    why: str
    who: str
    code: str
    borrowed: dict[str, str]
    cell: str | None
    rank: int
    change: Change
    state: dict
    after: "pd.DataFrame"


class Journal:
    """What is done to a raw file, step by step.

    A step is a ``with`` block around ordinary pandas lines, which go on being run as they are::

        journal = Journal(raw_file("eq_registre"), "registre")

        with journal.step("lire le registre", why="tout en texte, pour ne perdre aucun zéro"):
            registre = pd.read_csv(raw_file("eq_registre"), sep=";", dtype="str")

        with journal.step("retirer la ligne TOTAL", why="ce n'est pas un équipement", who="Bastien Louvel"):
            registre = registre[registre["ref"] != "TOTAL"]

    The first step reads the file. After each step the table is what all steps, in order, make of the raw file: a cell
    run again replaces its step and the steps after it are run again by themselves; a step that fails leaves the table
    as it was. Every state is kept (pandas shares what did not change): meant for tables up to about 400,000 cells (35,000 communes: one second a step).

    Args:
        raw: path of the raw file, in ``datasets/`` or in :func:`~challenge_data.course.work_dir`; its sha256 is noted.
        table: name of the variable that holds the table, in quotes.

    Raises:
        LearnerError: no such file, or no such name is possible.
    """

    def __init__(self, raw: "Path | str", table: str = "table") -> None:
        require(raw)
        if not isinstance(raw, Path | str):
            raise LearnerError("Journal attend le chemin du fichier brut, puis le nom du tableau : Journal(raw_file(\"eq_registre\"), \"registre\").")
        if not isinstance(table, str) or not table.isidentifier():
            raise LearnerError("Le second mot de Journal est le nom de votre tableau, entre guillemets : Journal(raw_file(\"eq_registre\"), \"registre\").")
        self.name = table
        self.files = files.Files()
        self.raw = self.files.add(Path(raw))
        self.day = date.today()
        self.steps: list[Step] = []
        self._replayed: replaying.Replay | None = None
        earlier = [one for one in _names(sys._getframe(1)).values() if isinstance(one, Journal) and one.name == table and one.steps]
        if earlier:
            print(f"Ce journal est vide : il remplace celui de « {table} », qui avait {plural(len(earlier[0].steps), 'étape')}. Pour les retrouver : {_FROM_THE_TOP}.")

    def step(self, what: str, why: str = "", who: str = "l'équipe") -> "_Writing":
        """Note what the lines under ``with journal.step(…):`` do to the table.

        Args:
            what: in a few words; a step bears each name once.
            why: the reason.
            who: who decided it. « l'équipe » is said with the team's name, once it has one.

        Raises:
            LearnerError: a word is missing, the step borrows a table from another cell, changes the raw file, leaves no
                table, or the table was changed outside the journal; says what to do. The table stays as it was.
        """
        for text in (what, why, who):
            if not isinstance(text, str):
                raise LearnerError("Une étape se dit en mots, entre guillemets : with journal.step(\"retirer la ligne TOTAL\", why=\"ce n'est pas un équipement\"):")
            if text.strip() == ELLIPSIS:
                raise NotAnswered("À vous : remplacez les points de suspension (…), puis exécutez de nouveau la cellule.")
        if not what.strip():
            raise LearnerError("Cette étape n'a pas de nom : dites en quelques mots ce qu'elle fait.")
        if not why.strip():
            raise LearnerError(f"Pourquoi « {what.strip()} » ? Ajoutez why=\"…\" : dans six mois, c'est la raison que l'on cherchera.")
        return _Writing(self, what.strip(), why.strip(), _signed(who.strip() or "l'équipe"))

    def result(self) -> "pd.DataFrame":
        """The table after the last step.

        Raises:
            LearnerError: there is no step yet.
        """
        self._some()
        return self.steps[-1].after.copy(deep=False)

    def forget(self, what: str) -> "pd.DataFrame":
        """Take a step out; those after it are run again. Returns the table: ``registre = journal.forget("…")``.

        Raises:
            LearnerError: no step bears that name, or it is the one that reads the file.
        """
        names = [step.what for step in self.steps]
        if what not in names:
            raise LearnerError(f"Aucune étape ne s'appelle « {what} ». Les étapes : {', '.join(f'« {name} »' for name in names) or 'aucune'}.")
        at = names.index(what)
        if at == 0:
            raise LearnerError("La première étape lit le fichier : sans elle, il n'y a plus de tableau. Corrigez sa cellule et exécutez-la de nouveau.")
        later = self.steps[at + 1:]
        del self.steps[at:]
        print(f"Étape « {what} » retirée du journal. Supprimez aussi sa cellule.")
        namespace = _names(sys._getframe(1))
        namespace[self.name] = self.result()
        self._again(later, namespace)
        return self.result()

    def table(self) -> "pd.DataFrame":
        """One row a step: etape, quoi, pourquoi, decide_par, lignes_avant, lignes_apres, cases_changees, colonnes.

        The margin counts from 1, as the steps do: beside step 4 it must not say 3.
        """
        import pandas as pd

        return pd.DataFrame(
            [(rank, step.what, step.why, step.who, step.change.rows_before, step.change.rows_after, step.change.cells,
              "toutes" if not step.change.rows_before and rank == 1 else ", ".join(step.change.columns))
             for rank, step in enumerate(self.steps, 1)],
            columns=["etape", "quoi", "pourquoi", "decide_par", "lignes_avant", "lignes_apres", "cases_changees", "colonnes"],
            index=pd.RangeIndex(1, len(self.steps) + 1),
        )

    def report(self) -> Report:
        """The « bilan de mise en qualité »: step by step, then column by column; HTML in a notebook, Markdown as text.

        Raises:
            LearnerError: there is no step yet.
        """
        self._some()
        return Report(self.as_dict(), [str(name) for name in self.steps[-1].after.columns], self._replayed)

    def save(self) -> Path:
        """Replay the journal, then write ``journal_<table>.json`` and ``bilan_<table>.md`` in the team's folder.

        Earlier files that say something else are moved to ``copies/``. Returns the path of the first.

        Raises:
            LearnerError: there is no step yet, the table was changed outside the journal (what is handed on would not
                be what is replayed), or the disk does not take the files.
        """
        self._some()
        names = _names(sys._getframe(1))
        if self.name in names and self._aside(names):
            raise LearnerError(self._outside(names, "le journal ne saurait pas refaire ce tableau. Rien n'est enregistré"))
        replayed = self.replay()
        path = course.put(f"journal_{self.name}.json", files.as_json(self.as_dict()))
        course.put(f"bilan_{self.name}.md", str(self.report()).encode())
        print(f"Enregistré : {path.parent.name}/{path.name} et {path.parent.name}/bilan_{self.name}.md.")
        print(replayed)
        return path

    def replay(self) -> "replaying.Replay":
        """Run all steps again on the raw file, in a fresh program without internet, and compare the files byte for byte.

        ``journal.replay()`` for this journal; ``Journal.replay("journal_registre.json")`` for a saved one (its path, or its
        name in the team's folder). It runs the steps' code: replay the journals of people you would run a notebook of.

        Raises:
            LearnerError: there is no step, no such file, or it is no journal.
        """
        if isinstance(self, str | Path):
            return replaying.replay(replaying.read(self))
        self._some()
        self._replayed = replaying.replay(self.as_dict())
        # What the steps read through raw_file, pick_up and load is known now: it is noted with its sha256.
        self.files.learn(self._replayed.inputs)
        return self._replayed

    def script(self) -> Path:
        """Write the treatment as plain Python in ``traitement_<table>/``: ``traitement.py`` and the files it reads.

        It needs pandas and nothing of the course. It is tried before it is given: same bytes, or it is not written.

        Raises:
            LearnerError: there is no step, the replay differs, or the script needs what cannot be taken along.
        """
        from challenge_data.journal.script import write

        self._some()
        return write(self.as_dict())

    def as_dict(self) -> dict:
        """The journal as ``save`` writes it: no path of this machine in it."""
        return {
            "format": replaying.FORMAT,
            "tableau": self.name,
            "fait_le": self.day.isoformat(),
            "brut": self.raw,
            "fichiers": self.files.as_dict(),
            "environnement": replaying.environment(),
            "etapes": [{"quoi": step.what, "pourquoi": step.why, "decide_par": step.who, "code": step.code, "emprunts": step.borrowed,
                        "changement": step.change.as_dict(), "etat": step.state} for step in self.steps],
        }

    def __str__(self) -> str:
        lines = [f"Journal de « {self.raw} », tableau « {self.name} » : {plural(len(self.steps), 'étape')}."]
        lines += [f"{rank}. {step.what} : {told(step.change)}" for rank, step in enumerate(self.steps, 1)]
        return "\n".join(lines)

    __repr__ = __str__

    def _some(self) -> None:
        if not self.steps:
            raise LearnerError("Le journal n'a encore aucune étape : commencez par celle qui lit le fichier brut.")

    def _place(self, what: str, cell: str | None, text: source.Written) -> int:
        """Where this step goes: that of its name, or of the step its cell held under another name, or the end."""
        for at, step in enumerate(self.steps):
            if step.what == what:
                return at
        for at, step in enumerate(self.steps):
            # Its cell was edited. If the old name still stands there, it is another step, not a new name.
            if cell is not None and (step.cell, step.rank) == (cell, text.rank) and step.what not in text.cell:
                return at
        return len(self.steps)

    def _before(self, at: int, namespace: dict) -> "pd.DataFrame | None":
        """The table as the step finds it, put in place."""
        aside = self._aside(namespace)
        if at == len(self.steps) and aside:
            raise LearnerError(self._outside(namespace, "rejouées, les étapes ne donneraient pas ce tableau"))
        if at == 0:
            return None
        if aside and not _same(namespace.get(self.name), self.steps[0].after):
            print(f"« {self.name} » avait changé hors du journal : ce changement n'est pas gardé.")
        before = self.steps[at - 1].after
        namespace[self.name] = before.copy(deep=False)
        return before

    def _aside(self, namespace: dict) -> bool:
        """True if the table is not what the journal made of it."""
        current = namespace.get(self.name)
        # A cell that did not go through may have left the table's name waiting: nobody changed the table.
        return bool(self.steps) and not isinstance(current, Missing) and not _same(current, self.steps[-1].after)

    def _outside(self, namespace: dict, so: str) -> str:
        how = _how(self.steps[-1].after, namespace.get(self.name))
        return (f"« {self.name} » a changé hors du journal{how} : {so}. "
                f"Mettez ce changement dans une étape, après avoir repris le tableau du journal : {self.name} = journal.result()")

    def _borrow(self, code: str, at: int, namespace: dict) -> dict[str, str]:
        made = set().union(*(source.made(step.code) for step in self.steps[:at])) | ({self.name} if at else set())
        lines = {}
        for name in source.needed(code):
            if name == self.name and not at:
                raise LearnerError(f"Ce journal est vide, et sa première étape lit le fichier brut : {self.name} = pd.read_csv(…). "
                                   f"Vous venez de rouvrir le carnet, ou de créer de nouveau le journal ? {_FROM_THE_TOP[0].upper()}{_FROM_THE_TOP[1:]}.")
            if name in made or name not in namespace:  # Python says itself that a name is not known
                continue
            if isinstance(namespace[name], Path) and namespace[name].is_file():
                self.files.add(namespace[name])
            if isinstance(namespace[name], Journal):
                raise LearnerError("Une étape ne se met pas dans une autre, et ne se sert pas du journal : terminez-la, puis écrivez la suite sans retrait.")
            lines[name] = source.borrowed(name, namespace[name], self.files.labels)
        return lines

    def _note(self, step: Step, at: int, before: "pd.DataFrame | None", namespace: dict) -> Step:
        after = namespace.get(self.name)
        if not hasattr(after, "columns") or not hasattr(after, "to_csv"):
            why = ("Une commande avec inplace=True ne rend rien : retirez « inplace=True »" if after is None and before is not None
                   else "Il manque peut-être des doubles crochets, ou « " + self.name + " = » devant")
            raise LearnerError(f"Après l'étape « {step.what} », « {self.name} » n'est plus un tableau. {why}. Le tableau est resté comme avant.")
        self.files.check(step.what)
        # A copy that shares its cells: pandas 3 copies them only when one of both is changed.
        after = after.copy(deep=False)
        return replace(step, change=compare(before, after), state=print_of(after), after=after)

    def _again(self, later: list[Step], namespace: dict) -> None:
        """Run the steps after a changed one; those that no longer go through leave the journal. Effects that changed are told."""
        for at, step in enumerate(later):
            before = self.steps[-1].after
            try:
                with _quiet():
                    borrowed = self._borrow(step.code, len(self.steps), namespace)
                    exec(compile(step.code, "<journal>", "exec"), namespace)
                noted = self._note(replace(step, borrowed=borrowed), len(self.steps), before, namespace)
                self.steps.append(noted)
            except Exception as error:
                namespace[self.name] = before.copy(deep=False)
                names = ", ".join(f"« {one.what} »" for one in later[at:])
                reason = str(error) if isinstance(error, LearnerError) else f"{type(error).__name__} : {error}"
                print(f"Ces étapes ne passent plus après ce changement, et sortent du journal : {names} ({reason}). "
                      "Corrigez leur cellule, puis exécutez-la de nouveau.")
                later = later[:at]
                break
        else:
            if later:
                print(f"{plural(len(later), 'étape suivante', 'étapes suivantes')} : rejouée{'s' if len(later) > 1 else ''} dans l'ordre.")
        first = len(self.steps) - len(later)
        for rank, (then, now) in enumerate(zip(later, self.steps[first:], strict=True), first + 1):
            # A step that no longer does anything goes through: only its effect tells.
            if now.change.effect != then.change.effect:
                print(f"Effet changé, étape {rank} ({then.what}) : {told(now.change)}, au lieu de : {told(then.change)}.")


class _Writing(contextlib.AbstractContextManager):
    """A step while its lines run."""

    def __init__(self, journal: Journal, what: str, why: str, who: str) -> None:
        self.journal, self.what, self.why, self.who = journal, what, why, who
        self.said = False

    def __repr__(self) -> str:
        self.said = True
        return f"L'étape « {self.what} » n'est pas ouverte : écrivez « with » devant journal.step(…), « : » derrière, et ses lignes en retrait dessous."

    def __del__(self) -> None:
        # Without « with » the lines below would change the table unseen, and nothing would say so before the next step.
        if not self.said:
            print(self)

    def __enter__(self) -> None:
        self.said = True
        journal, frame = self.journal, sys._getframe(1)
        self.text = source.written(frame)
        self.namespace, self.cell = frame.f_globals, _cell()
        self.at = journal._place(self.what, self.cell, self.text)
        self.borrowed = journal._borrow(self.text.code, self.at, self.namespace)
        self.before = journal._before(self.at, self.namespace)

    def __exit__(self, kind, error, trace) -> bool:
        journal = self.journal
        step = Step(self.what, self.why, self.who, self.text.code, self.borrowed, self.cell, self.text.rank, None, {}, None)
        try:
            noted = None if kind else journal._note(step, self.at, self.before, self.namespace)
        except LearnerError:
            self._restore()
            raise
        if noted is None:
            self._restore()
            kept = "garde son ancienne version" if self.at < len(journal.steps) else "n'est pas notée"
            print(f"L'étape « {self.what} » {kept} : une de ses lignes n'est pas passée. Le tableau est resté comme avant.", file=sys.stderr)
            return False
        again = self.at < len(journal.steps)
        later = journal.steps[self.at + 1:]
        journal.steps[self.at:] = [noted]
        journal._replayed = None
        effect = told(noted.change)
        print(f"Étape {self.at + 1} {'refaite' if again else 'notée'} : {self.what}. {effect[0].upper()}{effect[1:]}.")
        if noted.change.nothing:
            print(f"Rien n'a changé. Manque-t-il « {journal.name} = » devant la commande ?")
        elif not noted.change.rows_after:
            print("Il ne reste aucune ligne : le filtre a tout retiré.")
        journal._again(later, self.namespace)
        return False

    def _restore(self) -> None:
        """After a failure the table is again what the whole journal makes of the raw file."""
        if self.journal.steps:
            self.namespace[self.journal.name] = self.journal.result()


def _names(frame: FrameType) -> dict:
    """The learner's names: those of the kernel, or of the program that calls."""
    return shell().user_ns if shell() else frame.f_globals


def _signed(who: str) -> str:
    """« l'équipe » with the name that the team chose for itself: in three years, which team?"""
    try:
        name = course.team().name
    except LearnerError:
        return who
    return re.sub(r"^l['’]équipe(?=$|\s*[,(])", lambda said: f"{said[0]} « {name} »", who)


def _same(one: object, two: "pd.DataFrame") -> bool:
    return one is two or (type(one) is type(two) and bool(two.equals(one)))


def _how(known: "pd.DataFrame", current: object) -> str:
    if not hasattr(current, "columns"):
        return " (ce n'est plus un tableau)"
    change = compare(known, current)
    return "" if change.nothing else f" ({told(change)})"


def _cell() -> str | None:
    """The id of the running cell; None where the page does not tell it."""
    try:
        return shell().kernel.get_parent("shell")["metadata"].get("cellId")
    except (AttributeError, KeyError, TypeError):
        return None


def _quiet() -> contextlib.AbstractContextManager:
    """What steps show was shown when they were written: not a second time."""
    if shell() is None:
        return contextlib.redirect_stdout(None)
    from IPython.utils.capture import capture_output

    return capture_output()
