"""Archives that teams hand in: honest ones are read, hostile ones told in a sentence, and nothing is written."""

import io
import os
import random
import struct
import tarfile
import time
import tracemalloc
import unicodedata
import zipfile
import zlib

import pytest

from challenge_data.grading.unpacking import Limits, clean_name, shown, unpack

NB = b'{"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}'
SMALL = Limits(total=3_000_000, file=1_000_000, ratio_from=100_000, entries=50)


def zipped(path, entries, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in entries:
            if isinstance(name, str) and name.endswith("/"):
                archive.mkdir(name)
            else:
                archive.writestr(name, content)
    return path


def tarred(path, members, mode="w:gz", format=tarfile.PAX_FORMAT):
    with tarfile.open(path, mode, format=format) as archive:
        for name, content, *more in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            for key, value in (more[0] if more else {}).items():
                setattr(member, key, value)
            archive.addfile(member, io.BytesIO(content))
    return path


def one_sentence(found):
    assert len(found.refused) == 1, found.refused
    assert found.refused[0].endswith(".") and "\n" not in found.refused[0]
    return found.refused[0]


HONEST = [("rendu/", b""), ("rendu/1_trouver.ipynb", NB), ("rendu/équipe n° 1/2_manipuler.ipynb", NB + b" "), ("rendu/travail/indices.json", b"{}"),
          ("rendu/travail/carte.png", b"png"), ("__MACOSX/rendu/._1_trouver.ipynb", b"x"), ("rendu/.DS_Store", b"x"),
          ("rendu/.ipynb_checkpoints/1_trouver-checkpoint.ipynb", NB), ("rendu/.venv/lib/exemple.ipynb", NB)]  # fmt: skip
KEPT = {"rendu/1_trouver.ipynb": NB, "rendu/équipe n° 1/2_manipuler.ipynb": NB + b" ", "rendu/travail/indices.json": b"{}"}


@pytest.mark.parametrize("kind", ["zip", "stored", "tar", "tar.gz", "gnu"])
def test_what_grading_uses_is_kept_whatever_the_archive_is_called(tmp_path, kind):
    path = tmp_path / "rendu.bin"
    if kind in ("zip", "stored"):
        zipped(path, HONEST, zipfile.ZIP_DEFLATED if kind == "zip" else zipfile.ZIP_STORED)
    else:
        members = [(name.rstrip("/"), content, {"type": tarfile.DIRTYPE} if name.endswith("/") else {}) for name, content in HONEST]
        tarred(path, members, "w" if kind == "tar" else "w:gz", tarfile.GNU_FORMAT if kind == "gnu" else tarfile.PAX_FORMAT)
    found = unpack(path)
    assert found.files == KEPT and found.refused == []
    assert found.left_out == ["rendu/travail/carte.png", "rendu/.venv/lib/exemple.ipynb"]
    assert os.listdir(tmp_path) == ["rendu.bin"]


@pytest.mark.parametrize("format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_a_long_name_in_a_tar_is_read_in_full(tmp_path, format):
    name = "/".join(["dossier-" + "é" * 20] * 8) + "/1_trouver.ipynb"
    found = unpack(tarred(tmp_path / "t", [(name, NB), ("2.ipynb", NB)], format=format))
    assert list(found.files) == [name, "2.ipynb"] and not found.refused


@pytest.mark.parametrize("name, why", [
    ("../1.ipynb", "climbs"), ("a/../../1.ipynb", "climbs"), ("a/..", "climbs"), ("/etc/1.ipynb", "absolute"), ("C:/1.ipynb", "Windows"), ("c:1.ipynb", "Windows"),
    ("a\\..\\1.ipynb", "Windows"), ("a\n1.ipynb", "cannot be shown"), ("\x1b[2J1.ipynb", "cannot be shown"), ("a\u202ebnypi.ipynb", "cannot be shown"),
    ("d/" * 13 + "1.ipynb", "deeper"), ("n" * 300 + ".ipynb", "too long"), ("d/" * 400 + "1.ipynb", "too long"), ("é" * 150 + ".ipynb", "too long"),
])  # fmt: skip
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_name_that_leaves_its_place_is_told_and_its_neighbour_read(tmp_path, name, why, kind):
    path = tmp_path / "a"
    found = unpack(zipped(path, [(name, NB), ("2.ipynb", NB)]) if kind == "zip" else tarred(path, [(name, NB), ("2.ipynb", NB)]))
    assert found.files == {"2.ipynb": NB}
    assert why in one_sentence(found)
    assert found.refused[0].isprintable()


def test_a_name_cut_by_a_nul_does_not_pass_for_a_notebook(tmp_path):
    path = zipped(tmp_path / "a.zip", [("evil.ipynb@txt", NB)])
    path.write_bytes(path.read_bytes().replace(b"evil.ipynb@txt", b"evil.ipynb\0txt"))
    found = unpack(path)
    assert found.files == {} and "cannot be shown" in one_sentence(found)


@pytest.mark.parametrize("type", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_no_files(tmp_path, type):
    found = unpack(tarred(tmp_path / "t", [("1.ipynb", b"", {"type": type, "linkname": "/etc/passwd"}), ("2.ipynb", NB)]))
    assert found.files == {"2.ipynb": NB} and "link or a device" in one_sentence(found)


def test_a_link_in_a_zip_is_no_file(tmp_path):
    entry = zipfile.ZipInfo("1.ipynb")
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    found = unpack(zipped(tmp_path / "z", [(entry, b"/etc/passwd"), ("2.ipynb", NB)]))
    assert found.files == {"2.ipynb": NB} and "link or a device" in one_sentence(found)


def test_sparse_files_which_swell_from_nothing_are_refused(tmp_path):
    pax = {"pax_headers": {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "1.ipynb", "GNU.sparse.realsize": "9" * 12}}
    found = unpack(tarred(tmp_path / "t", [("1.ipynb", b"0\n" + bytes(510), pax), ("2.ipynb", NB)]))
    assert found.files == {"2.ipynb": NB} and "not a file" in one_sentence(found)


def test_two_names_that_are_one_are_told_and_the_last_is_taken(tmp_path):
    composed, apart = (unicodedata.normalize(form, "équipe.ipynb") for form in ("NFC", "NFD"))
    found = unpack(zipped(tmp_path / "z", [(composed, NB), (apart, NB + b"\n")]))
    assert found.files == {composed: NB + b"\n"} and "more than once" in one_sentence(found)
    with pytest.warns(UserWarning, match="Duplicate"):
        same = zipped(tmp_path / "same", [("1.ipynb", NB), ("1.ipynb", NB)])
    assert unpack(same).refused == []


def test_names_of_macos_are_read_as_the_utf8_they_are(tmp_path):
    path = zipped(tmp_path / "z", [("e--te.ipynb", NB)])
    path.write_bytes(path.read_bytes().replace(b"e--te.", "été.".encode()))
    assert list(unpack(path).files) == ["été.ipynb"]


def test_a_password_is_told(tmp_path):
    path = zipped(tmp_path / "z", [("1.ipynb", NB), ("carte.png", b"")])
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x03\x04") + 6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    found = unpack(path)
    assert found.files == {} and "password" in one_sentence(found)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_unpack_without_bound_are_told(tmp_path, method):
    assert "uncommon method" in one_sentence(unpack(zipped(tmp_path / "z", [("1.ipynb", NB)], method)))


def test_archives_in_archives_stay_closed(tmp_path):
    inner = zipped(tmp_path / "inner", [("1.ipynb", NB)]).read_bytes()
    found = unpack(zipped(tmp_path / "z", [("rendu.zip", inner), ("vieux.rar", b"Rar!"), ("2.ipynb", inner), ("3.ipynb", NB)]))
    assert found.files == {"3.ipynb": NB}
    assert [sentence.split(" is ")[0] for sentence in found.refused] == ["rendu.zip", "vieux.rar", "2.ipynb"]


@pytest.mark.parametrize("content, why", [
    (b"", "empty"), (b"Rar!\x1a\x07\x01\0", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7-Zip"), (b"%PDF-1.7", "PDF"), (NB, "no archive"), (b"BZh9", "bzip2"),
    (zlib.compress(NB), "no archive"), (b"\x1f\x8b\x08", "damaged"), (b"PK\x03\x04", "damaged"), (b"PK\x05\x06" + b"\xff" * 18, "damaged"),
])  # fmt: skip
def test_what_is_no_archive_is_told_in_plain_words(tmp_path, content, why):
    path = tmp_path / "rendu.zip"
    path.write_bytes(content)
    found = unpack(path)
    assert found.files == {} and why in one_sentence(found) and found.refused[0].startswith("rendu.zip ")


def test_a_notebook_that_was_only_compressed_is_told(tmp_path):
    import gzip

    path = tmp_path / "rendu.tar.gz"
    path.write_bytes(gzip.compress(NB * 20))
    assert "no tar archive" in one_sentence(unpack(path))


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_an_archive_cut_or_damaged_anywhere_is_told_and_never_raises(tmp_path, kind):
    noise = random.Random(6)
    entries = [(f"{i}.ipynb", noise.randbytes(3000)) for i in range(3)]
    whole = (zipped(tmp_path / "w", entries) if kind == "zip" else tarred(tmp_path / "w", entries, "w" if kind == "tar" else "w:gz")).read_bytes()
    path = tmp_path / "cut"
    contents = dict(entries)
    # The last kilobytes of a tar are empty blocks: cut there, nothing is missing.
    for at in range(1, len(whole) - (10240 if kind != "zip" else 1), 97):
        path.write_bytes(whole[:at])
        found = unpack(path)
        assert found.refused, at
        assert found.files.items() <= contents.items(), at
    for _ in range(150):
        bad = bytearray(whole)
        for _ in range(noise.choice((1, 1, 5, 50))):
            bad[noise.randrange(len(bad))] = noise.randrange(256)
        path.write_bytes(bad)
        unpack(path)


def test_a_bomb_of_one_file_stops_early(tmp_path):
    path = zipped(tmp_path / "z", [("1.ipynb", bytes(900_000)), ("2.ipynb", NB)])
    found = unpack(path, SMALL)
    assert found.files == {"2.ipynb": NB} and "bombs" in one_sentence(found)


def test_a_file_too_big_is_not_read_and_a_header_that_lies_gains_nothing(tmp_path):
    big = random.Random(1).randbytes(1_200_000)
    path = zipped(tmp_path / "z", [("1.ipynb", big), ("2.ipynb", NB)])
    assert unpack(path, SMALL).files == {"2.ipynb": NB} and "more than 1 MB" in one_sentence(unpack(path, SMALL))
    lying = path.read_bytes().replace(struct.pack("<L", len(big)), struct.pack("<L", 10))
    path.write_bytes(lying)
    found = unpack(path)
    assert "1.ipynb" not in found.files and found.refused
    assert "more than 1 MB" in one_sentence(unpack(tarred(tmp_path / "t", [("1.ipynb", big), ("2.ipynb", NB)]), SMALL))


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_all_together_too_much_stops_and_keeps_what_came_before(tmp_path, kind):
    entries = [(f"{i}.ipynb", random.Random(i).randbytes(800_000)) for i in range(5)]
    found = unpack(zipped(tmp_path / "a", entries) if kind == "zip" else tarred(tmp_path / "a", entries, "w"), SMALL)
    assert found.files == dict(entries[:3]) and "rest was not read" in one_sentence(found)


def test_what_a_tar_gz_hides_before_the_notebook_is_counted_too(tmp_path):
    path = tarred(tmp_path / "t", [("zeros.bin", bytes(2_000_000)), ("1.ipynb", NB)])
    found = unpack(path, SMALL)
    assert found.files == {} and "bombs" in one_sentence(found)


def overlapping(count, kernel=100_000):
    """D. Fifield's « full overlap »: one file's bytes, listed under many names."""
    data = zlib.compressobj(9, wbits=-15)
    body = data.compress(bytes(kernel)) + data.flush()
    crc = zlib.crc32(bytes(kernel))
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, crc, len(body), kernel, 7, 0) + b"A.ipynb" + body
    central = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, crc, len(body), kernel, 7, 0, 0, 0, 0, 0, 0) + b"A.ipynb" for _ in range(count)
    )
    return local + central + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(central), len(local), 0)


def test_entries_that_share_their_bytes_are_a_bomb(tmp_path):
    path = tmp_path / "bomb.zip"
    path.write_bytes(overlapping(1))
    assert len(unpack(path).files) == 1
    path.write_bytes(overlapping(1000))
    found = unpack(path)
    assert found.files == {} and "overlap" in one_sentence(found)


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_ten_thousand_entries_are_told_in_one_sentence(tmp_path, kind):
    entries = [(f"{i}.txt", b"") for i in range(10_000)] + [("1.ipynb", NB)]
    found = unpack(zipped(tmp_path / "a", entries) if kind == "zip" else tarred(tmp_path / "a", entries))
    assert "more than 5000 files" in one_sentence(found) and len(found.left_out) == 5000


def test_many_bad_entries_are_a_few_sentences(tmp_path):
    found = unpack(zipped(tmp_path / "z", [(f"../{i}.ipynb", NB) for i in range(1000)]))
    assert len(found.refused) == 4 and found.refused[3].startswith("997 more")


def test_a_list_of_a_million_entries_is_never_built(tmp_path):
    path = tmp_path / "z"
    path.write_bytes(overlapping(0)[:-22] + b"PK\x01\x02" * 1_000_000 + overlapping(0)[-22:])
    start = time.monotonic()
    assert "more than 5000 files" in one_sentence(unpack(path)) and time.monotonic() - start < 5


def test_headers_of_a_tar_out_of_measure_are_told(tmp_path):
    for size in (20_000, 8 * 2**30):
        header = tarfile.TarInfo("@LongLink")
        header.type, header.size = tarfile.GNUTYPE_LONGNAME, size
        path = tmp_path / "t"
        path.write_bytes(header.tobuf(tarfile.GNU_FORMAT) + bytes(40_000))
        assert "out of all measure" in one_sentence(unpack(path))
    header.size = 512  # a long name for a long name for a long name …
    path.write_bytes((header.tobuf() + b"a" * 512) * 30_000)
    assert "out of all measure" in one_sentence(unpack(path))
    record = b"99999999 path=x\n"
    header.type, header.size = tarfile.XHDTYPE, len(record)
    path.write_bytes(header.tobuf() + record.ljust(512, b"\0") + bytes(1024))
    assert unpack(path).files == {}


def test_an_archive_too_big_is_not_opened(tmp_path):
    path = tmp_path / "z"
    path.write_bytes(b"PK\x03\x04")
    os.truncate(path, 200_000_000)  # sparse: takes no room
    assert "takes 200 MB" in one_sentence(unpack(path))


def test_memory_stays_within_the_limits(tmp_path):
    bombs = [
        zipped(tmp_path / "z", [(f"{i}.ipynb", bytes(60_000_000)) for i in range(5)]),
        tarred(tmp_path / "t", [(f"{i}.bin", bytes(60_000_000)) for i in range(5)]),
    ]
    for path in bombs:
        tracemalloc.start()
        found = unpack(path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found.files == {} and found.refused and peak < 45_000_000, peak


def test_links_and_pipes_are_not_opened_as_archives(tmp_path):
    zipped(tmp_path / "z", [("1.ipynb", NB)])
    (tmp_path / "link").symlink_to("z")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", "absent"):
        with pytest.raises(OSError):
            unpack(tmp_path / name)


def test_names_are_shown_safely():
    assert shown("a\x1b\u202e\ud800é") == "a\\u001b\\u202e\\ud800é" and shown("x" * 500).endswith("…")
    assert clean_name("./a//b/./1.ipynb", Limits()) == "a/b/1.ipynb" and clean_name("./", Limits()) == ""
