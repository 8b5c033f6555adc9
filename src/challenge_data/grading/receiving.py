"""What teams handed in, as a folder downloaded from an LMS, a share or e-mails: whose it is, and a copy for ever.

Each entry of the source folder is one team's hand-in; the team is read from the entry's own name, never from inside.

====================================================  =================================================
entry                                                 team
====================================================  =================================================
``les-sternes_defibrillateurs_20261129-1402_1a2b3c4d  what the notebooks' own « Rendre » makes, also unpacked: what stands
.zip``                                                before the first ``_``; one of another challenge is left out
``les-sternes/``                                      the folder's name
``les-sternes.zip`` ``.tar`` ``.tar.gz`` ``.ipynb``   the name without its ending; any other ending is kept, told,
                                                      and never graded
``les-sternes__1_trouver.ipynb`` …                    any file with ``__``: what stands before the first one;
                                                      such files are one hand-in
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
import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from challenge_data.grading.keeping import FILES, Empty, Kept, NotKept, alone, keep, read_kept, read_record, records
from challenge_data.grading.unpacking import (
    ARCHIVES,
    OTHER_ARCHIVES,
    Limits,
    Refused,
    Unpacked,
    clean_name,
    is_archive,
    is_junk,
    is_wanted,
    open_plain,
    shown,
    unpack,
)  # fmt: skip
from challenge_data.teamwork import naming
from challenge_data.teamwork.parsing import NOTEBOOKS, Damaged, parse

ENDINGS = (".tar.gz", ".tgz", ".tar", ".zip", *reversed(NOTEBOOKS))
MOST_ARCHIVES = 20
"""Archives opened in one hand-in: what is only read past in each of them takes time too, a second at most."""
_LIMITS = Limits()
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?P<kind>file|onlinetext)(?:_(?P<rest>.*))?", re.DOTALL)
_COPY = re.compile(r"(.+?) ?\(\d+\)")
# What can be one folder that nbgrader's globs find again.
_FOLDER = re.compile(r"[^./\\*?\[\],\x00-\x1f\x7f][^/\\*?\[\],\x00-\x1f\x7f]{0,127}")
_LETTERS = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ß": "ss"})


@dataclass(frozen=True)
class Received:
    """What one team handed in, or why an entry of the source is not graded."""

    team: str
    """As nbgrader's folders and gradebook have it."""
    folder: Path | None
    """The record (see :mod:`~challenge_data.grading.keeping`); None when nothing was kept."""
    sha256: str = ""
    at: str = ""
    """When it was first received: UTC, ISO 8601."""
    notes: list[str] = field(default_factory=list)
    """For the instructor: sentences about what was read, left out, or received besides."""
    problem: str | None = None
    """Why it cannot be graded, with the remedy; None when it can."""
    channel: str = ""
    """The entry of the source, or entries."""


@dataclass(frozen=True)
class Chosen:
    """What somebody who knows the rules says of a team's records."""

    kept: Kept | None = None
    """The one that counts; None leaves the choice to this module."""
    why: str = ""
    """For the instructor, without its full stop; may be empty."""
    problem: str = ""
    """Why none is graded, with the remedy; empty when one is."""


Choose = Callable[[str, Sequence[Kept]], Chosen]
"""Given a team and all its records, the first received first."""


@dataclass
class _HandIn:
    names: list[str]
    """The team as written; with a roster, further readings, the likelier first."""
    person: tuple[str, str]
    """Who sent it, as far as the channel tells: (name as written, the LMS's number)."""
    weak: bool
    """Neither notebook, archive nor folder: counts only where the team sent nothing else."""
    parts: dict[str, str] = field(default_factory=dict)
    changed: float = 0
    """When the newest of its files was, by the files' own dates."""
    named: naming.Named | None = None
    """What its name says, if the notebooks' own « Rendre » gave it."""

    @property
    def made(self) -> float:
        """When it was made: a name that says the hour is surer than a date, which may be that of an upload."""
        said = self.named and self.named.moment()
        return said.timestamp() if said else self.changed

    @property
    def channel(self) -> str:
        return ", ".join(sorted(self.parts))


def receive(source: Path, challenge: str, grading: Path, teams: Collection[str] | None = None, choose: Choose | None = None) -> list[Received]:
    """Keep every hand-in of a folder under ``grading/received/<challenge>/``; say what each team's is. Idempotent.

    Of several hand-ins of one team in the source, all are kept; the latest, by the hour in its name or else by its newest file, is
    returned, with a note, among those that hold a notebook if any does. What the source holds now is what is graded, even when something else
    was received later: a note says so. ``choose`` may decide otherwise, of all that was ever received.

    Args:
        source: the folder as it came; it is only read.
        teams: the gradebook's teams; None takes every name as a team.
        choose: asked once a team, when its hand-ins are kept.

    Returns:
        one for each team, then those that are no team's; sorted by team.

    Raises:
        ValueError: the challenge's name cannot be a folder, or source and grading folder hold one another.
        OSError: the source is no folder, or cannot be read.
    """
    if not re.fullmatch("[A-Za-z0-9_-]+", challenge):
        raise ValueError(f"{shown(challenge)} cannot be the name of a challenge's folder: letters, digits, - and _")
    home = grading / "received" / challenge
    inside, kept = source.resolve(), (grading / "received").resolve()
    if inside in (kept, *kept.parents) or kept in inside.parents:
        raise ValueError(f"{source} holds the records of what was received, or is among them: give the folder as downloaded")

    entries, results = _entries(source, challenge, teams is not None)
    claimed: dict[str, list[_HandIn]] = defaultdict(list)
    for entry in entries:
        team, problem = _team(entry, teams)
        if problem:
            results.append(Received(team, None, problem=problem, channel=entry.channel))
        else:
            claimed[team if teams is not None else team.casefold()].append(entry)
    try:
        with alone(home):
            for team, handed in claimed.items():
                name = team if teams is not None else slug(handed[0].names[0])
                people = {entry.person for entry in handed}
                if teams is None and len(people) > 1:
                    among = "; ".join(sorted(shown(entry.channel) for entry in handed))
                    results.append(Received(name, None, problem=f"These names are all written {name} for nbgrader: {among}. Rename all but one, or give the list of teams.", channel=among))
                else:
                    results.append(_received(source, home, name, handed, choose))
    except NotKept as refusal:
        done = {result.channel for result in results}
        results += [Received(team, None, problem=f"{shown(entry.channel)} {refusal}.", channel=entry.channel) for team, handed in claimed.items() for entry in handed if entry.channel not in done]
    return sorted(results, key=lambda result: (result.team.casefold(), result.channel))


def received_before(challenge: str, grading: Path, teams: Collection[str] | None = None, choose: Choose | None = None) -> list[Received]:
    """The last record of each team that holds a notebook, without a source: what was received last. Sorted by team.

    Args:
        teams: only these; None takes all there are.
        choose: as for :func:`receive`.
    """
    home = grading / "received" / challenge
    found = []
    for folder in sorted(home.glob("[!.]*/"), key=lambda folder: folder.name.casefold()):
        if (teams is None or folder.name in teams) and (kept := records(folder)):
            chosen = choose(folder.name, kept) if choose else Chosen()
            found.append(_counted(folder.name, chosen.kept or _last(kept), [], chosen))
    return found


def holds_notebook(kept: Kept) -> bool:
    """True if one of its files, in archives too, is a notebook that can be read: an empty or broken hand-in takes no other's place."""
    for name, content in files_of(kept.folder).files.items():
        if name.lower().endswith(NOTEBOOKS):
            try:
                parse(content)
            except Damaged:
                continue
            return True
    return False


def is_damaged(kept: Kept) -> bool:
    """True if one would ask the team to send it again: a file or archive of it cannot be read, or no notebook is in it."""
    unpacked = files_of(kept.folder)
    notebooks = [content for name, content in unpacked.files.items() if name.lower().endswith(NOTEBOOKS)]
    try:
        for content in notebooks:
            parse(content)
    except Damaged:
        return True
    return bool(unpacked.refused) or not notebooks


def _last(kept: Sequence[Kept]) -> Kept:
    """Of several, the last that holds a notebook; the last of all when none does."""
    if len(kept) == 1:
        return kept[0]
    return next(filter(holds_notebook, reversed(kept)), kept[-1])


def _counted(team: str, kept: Kept, notes: list[str], chosen: Chosen, channel: str | None = None) -> Received:
    if chosen.why:
        notes = [*notes, f"{chosen.why}."]
    told = _told(team, kept, notes, str(kept.record.get("channel", "")) if channel is None else channel)
    return replace(told, problem=chosen.problem) if chosen.problem else told


def files_of(folder: Path, limits: Limits = _LIMITS) -> Unpacked:
    """The notebooks and team files of a record's folder: loose ones and those of its archives.

    Names in an archive follow the archive's: ``rendu.zip/1_trouver.ipynb``. ``limits`` hold for all of it together. A
    kept file whose bytes are no longer those received is told.
    """
    found, archives = Unpacked(), 0
    if (record := read_record(folder)) is None:
        found.refused.append(f"The record {folder} is gone or damaged: run again with the folder as downloaded.")
        return found
    for name, digest in sorted(record["files"].items()):
        try:
            clean = clean_name(name, limits)
            if not _counts(clean):
                found.left_out.append(clean)
                continue
            if archives == MOST_ARCHIVES and not clean.lower().endswith(NOTEBOOKS):
                raise Refused(f"was not opened, after {MOST_ARCHIVES} other archives")
            left = replace(
                limits,
                total=limits.total - sum(map(len, found.files.values())),
                entries=limits.entries - len(found.files) - len(found.left_out),
            )
            archives += _add(read_kept(folder / FILES / name, digest), clean, left, found)
        except (Refused, NotKept) as refusal:
            found.refused.append(f"{shown(name)} {refusal}.")
    return found


def is_read(name: str, limits: Limits = _LIMITS) -> bool:
    """Whether :func:`files_of` opens a kept file of that name."""
    try:
        return _counts(clean_name(name, limits))
    except Refused:
        return False


def _counts(clean: str) -> bool:
    # A team's own folder of packages is not its hand-in.
    return clean.lower().endswith(ARCHIVES + OTHER_ARCHIVES) or is_wanted(clean)


def _add(path: Path, name: str, limits: Limits, found: Unpacked) -> bool:
    """Add one kept file, or what is in it; whether it was an archive."""
    with open_plain(path) as file:
        if is_archive(head := file.read(4)) or name.lower().endswith(ARCHIVES + OTHER_ARCHIVES):
            unpacked = unpack(path, limits)
            found.files.update({f"{name}/{inner}": data for inner, data in unpacked.files.items()})
            found.refused.extend(unpacked.refused)
            found.left_out.extend(f"{name}/{inner}" for inner in unpacked.left_out)
            return True
        most = min(limits.file, limits.total)
        content = head + file.read(most)
    if len(content) > most:
        raise Refused(f"takes more than {most / 1e6:.0f} MB: not read")
    if name in found.files:  # two spellings of one accent
        found.refused.append(f"{shown(name)} is there more than once: the last one is taken.")
    found.files[name] = content
    return False


def name_of(entry: Path) -> str:
    """What an entry is called as a team's would be: without its ending, as nbgrader's folders have it."""
    return slug(entry.name if entry.is_dir() else _stem(entry.name))


def slug(name: str) -> str:
    """A team's name as nbgrader's folders have it; empty when no letter or digit is left of it."""
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return re.sub("[^A-Za-z0-9_-]+", "-", plain).strip("-_")[:100].rstrip("-_")


def of_other_challenges(source: Path, challenge: str) -> dict[str, int]:
    """Challenge -> how many hand-ins of the source say in their name that they are of that one: teams of all challenges may hand in at one address."""
    named = (naming.read(path.name) for path in source.iterdir())
    return dict(sorted(Counter(one.challenge for one in named if one and one.challenge != challenge.casefold()).items()))


def _entries(source: Path, challenge: str, roster: bool) -> tuple[list[_HandIn], list[Received]]:
    """The hand-ins of the source for this challenge, loose files of one sender together; and entries that are none."""
    found: dict[tuple[str, ...], _HandIn] = {}
    odd = []
    for name in sorted(os.listdir(source)):
        path = source / name
        if name.startswith(".") or is_junk(name) or (named := naming.read(name)) and named.challenge != challenge.casefold():
            continue
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            problem = f"{shown(name)} is {'a symbolic link' if path.is_symlink() else 'no file'}: not followed. Copy what it leads to into the folder."
            odd.append(Received(slug(_stem(name)) or "?", None, problem=problem, channel=name))
            continue
        folder = path.is_dir()
        key, hand_in, rest = _read(name, folder, roster)
        entry = found.setdefault(key, hand_in)
        entry.parts[name] = rest
        entry.weak &= hand_in.weak
        entry.changed = max(entry.changed, *_dates(path))
    return list(found.values()), odd


def _read(name: str, folder: bool, roster: bool) -> tuple[tuple[str, ...], _HandIn, str]:
    """What an entry's name says: (what gathers loose files, the hand-in, the name its file is kept under)."""
    if named := naming.read(name):
        return (name,), _HandIn([named.team], (named.team, ""), False, named=named), "" if folder else name
    stem = name if folder else _stem(name)
    weak = not folder and not name.lower().endswith(ENDINGS)
    if moodle := _MOODLE.fullmatch(name):
        written, number, kind, rest = moodle.group("name", "number", "kind", "rest")
        weak = weak or kind == "onlinetext"
        names = [written]
        if roster:
            dashes = [at for at, char in enumerate(written) if char == "-"]
            names += [written[:at] for at in reversed(dashes) if at]
        key = (written, number, kind) if not folder else (name,)
        return key, _HandIn(names, (written, number), weak), "" if folder else rest or name
    written, mark, rest = stem.partition("__")
    if not folder and written and mark:
        rest = name.partition("__")[2]
        return ("__", written), _HandIn([written], (_nfc(written), ""), weak), rest or name
    names = [stem]
    if roster and not folder and (copy := _COPY.fullmatch(stem)):
        names.append(copy[1])
    return (name,), _HandIn(names, (_nfc(stem), ""), weak), "" if folder else name


def _team(entry: _HandIn, teams: Collection[str] | None) -> tuple[str, str | None]:
    """(team, None), or (the name as nbgrader would have it, why it is no team's)."""
    written = entry.names[0]
    plain = slug(written)
    if teams is None:
        return (plain, None) if plain else ("?", f"{shown(entry.channel)}: no letter or digit that nbgrader's folders take. Rename it.")
    by_key: dict[str, list[str]] = defaultdict(list)
    for team in sorted(teams):
        by_key[slug(team).casefold() or team].append(team)
    for name in entry.names:
        if entry.named and (same := [team for team in sorted(teams) if naming.team_of(team) == name]):
            match = same
        elif name in teams:
            match = [name]
        elif not (match := by_key.get(slug(name).casefold(), [])):
            continue
        if len(match) > 1:
            return plain, f"{shown(entry.channel)} may be of {' or '.join(match)}: rename it as the gradebook has it."
        if not _FOLDER.fullmatch(match[0]) or match[0] != match[0].strip():
            return plain, f"{shown(entry.channel)}: nbgrader cannot find a folder named as its team, {shown(match[0])}. Rename that team in the gradebook."
        return match[0], None
    near = difflib.get_close_matches(plain.casefold(), by_key, n=1)
    hint = f"the nearest is {by_key[near[0]][0]}; rename the entry, or add the team (--add-teams adds all that are new)" if near else "rename the entry, or add the team (--add-teams adds all that are new)"
    return plain or "?", f"{shown(entry.channel)}: {shown(written)} is no team of the gradebook; {hint}."


def _received(source: Path, home: Path, team: str, handed: list[_HandIn], choose: Choose | None) -> Received:
    """Keep all hand-ins of one team, the earliest first; the last that holds a notebook is the one that counts, unless ``choose`` says another."""
    notes: list[str] = []
    kept: list[tuple[_HandIn, Kept | None, NotKept | None]] = []
    for entry in sorted(handed, key=lambda entry: (not entry.weak, entry.made, entry.channel)):
        about: list[str] = []
        try:
            kept.append((entry, keep(source, entry.parts, home, team, entry.channel, about), None))
        except NotKept as refusal:
            kept.append((entry, None, refusal))
        notes += [f"{shown(entry.channel)}: {note}." for note in about]
    copies = [copy for _, copy, _ in kept if copy]
    entry, record, refusal = kept[-1]
    # The last one may be empty, or hold nothing to grade; one that is too big, or that could not be read, is a trouble to settle first.
    if copies and (record or isinstance(refusal, Empty)):
        last = _last(copies)
        entry, record, refusal = next(each for each in reversed(kept) if each[1] and each[1].folder == last.folder)
    if team != entry.person[0]:
        notes.insert(0, f"{shown(entry.channel)} is taken as the team {team}.")
    every = records(home / team)
    chosen = choose(team, every) if choose else Chosen()
    told = [f"{shown(other.channel)} {trouble}." for other, _, trouble in kept if trouble]
    if record is None and not (isinstance(refusal, Empty) and chosen.kept):
        return Received(team, None, notes=notes + told[:-1], problem=chosen.problem or told[-1], channel=entry.channel)
    notes += told
    if chosen.kept:
        return _counted(team, chosen.kept, notes, chosen)

    for other, copy, _ in kept:
        if copy and copy.folder != record.folder:
            better = "the latest of this team" if other.made <= entry.made else "the latest of this team that holds a notebook"
            notes.append(f"{shown(entry.channel)} is graded, {better}; {shown(other.channel)} is kept in {copy.folder.name}.")
    ours = {copy.folder for copy in copies}
    for other in every:
        if other.record["at"] > record.record["at"] and other.folder not in ours:
            notes.append(f"Something else of this team was received later ({other.folder.name}): it is kept, and what the folder holds now is graded.")
    return _counted(team, record, notes, chosen, entry.channel)


def _told(team: str, kept: Kept, notes: list[str], channel: str) -> Received:
    names, problem = list(kept.record["files"]), None
    if not any(name.lower().endswith(NOTEBOOKS + ARCHIVES) for name in names):
        few = ", ".join(shown(name, 40) for name in names[:3])
        problem = f"{shown(channel)} holds no notebook, zip or tar.gz ({few}{' …' if len(names) > 3 else ''}): ask the team for one of them."
    return Received(team, kept.folder, kept.record["sha256"], kept.record["at"], notes, problem, channel)


def _dates(path: Path) -> Iterator[float]:
    """Dates of the last change of a file, or of the files in a folder; of the folder itself when it has none."""
    yield 0.0
    if not path.is_dir():
        yield path.lstat().st_mtime
        return
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                yield os.lstat(os.path.join(folder, name)).st_mtime
            except OSError:  # told when it is read
                continue


def _stem(name: str) -> str:
    for ending in ENDINGS:
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    return Path(name).stem


def _nfc(name: str) -> str:
    return unicodedata.normalize("NFC", name)
