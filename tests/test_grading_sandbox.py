"""What a team's code can reach, take and leave behind: nothing of the machine, its part, nothing.

The cells here do what a hostile notebook would; ``make hostile`` does worse, on whole hand-ins.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import papermill
import pytest
from nbclient import NotebookClient

from challenge_data.grading import sandbox, weighing
from challenge_data.grading.running import PROVISIONER, Ran, RunLimits, by_default, run
from challenge_data.grading.sandbox import CannotIsolate, Limits, Nursery

PROJECT = Path(__file__).resolve().parents[1]
needs_walls = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed: sudo apt install bubblewrap")


def book(*sources: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(textwrap.dedent(source)) for source in sources])


def ran(*sources: str, **limits) -> Ran:
    return run(book(*sources), RunLimits(**limits))


def said(result: Ran, cell: int = -1) -> str:
    return "".join(output.get("text", "") or output.get("evalue", "") for output in result.notebook.cells[cell].outputs)


def family(root: int | None = None) -> set[int]:
    """All processes that descend from one, by default from this one, with their start: a number is given again."""
    found = set()
    for pid in weighing.families([root or os.getpid()])[root or os.getpid()]:
        with contextlib.suppress(OSError):
            found.add((pid, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]))
    return found


def there(processes: set) -> set:
    """Those that still run."""
    return {(pid, start) for pid, start in processes
            if Path(f"/proc/{pid}").exists() and (pid, start) in family(pid) and "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()}


def until_true(true: Callable[[], bool], seconds: float = 10) -> bool:
    limit = time.monotonic() + seconds
    while not true() and time.monotonic() < limit:
        time.sleep(0.05)
    return true()


@pytest.fixture(autouse=True)
def nursery_started(request):
    """Before any process is counted."""
    if request.node.get_closest_marker("skipif") and shutil.which("bwrap"):
        sandbox.nursery_here()


@needs_walls
def test_it_is_nobody_without_any_power():
    result = ran('''
        import os
        print(os.getuid() != 0, os.getgid(), os.getgroups() in ([], [65534]))
        powers = {line.split(":")[0]: line.split(":")[1].strip() for line in open("/proc/self/status")}
        print({powers[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}, powers["NoNewPrivs"])
    ''', '''
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        print([libc.mount(b"none", b"/tmp", b"tmpfs", 0, None), libc.unshare(0x00020000), libc.chroot(b"/tmp"), libc.setuid(0)])
    ''')
    assert said(result, 0) == "True 65534 True\n{'0000000000000000'} 1\n"
    assert said(result, 1) == "[-1, -1, -1, -1]\n"


@needs_walls
def test_it_reaches_no_network_but_itself():
    with socket.create_server(("127.0.0.1", 0)) as outside:
        result = ran(f'''
            import socket
            for address in [("127.0.0.1", {outside.getsockname()[1]}), ("192.0.2.1", 80), ("2001:db8::1", 80)]:
                try:
                    socket.create_connection(address, 2)
                    print("reached")
                except OSError as error:
                    print(error.errno)
        ''', '''
            own = socket.create_server(("127.0.0.1", 0))
            print(socket.create_connection(own.getsockname(), 2).getpeername() == own.getsockname())
        ''')
    assert said(result, 0) == "111\n101\n101\n", "refused, unreachable, unreachable"
    assert said(result, 1) == "True\n"


@needs_walls
def test_it_sees_neither_the_machine_nor_the_course_but_its_data(tmp_path):
    secret = tmp_path / "gradebook.db"
    secret.write_text("secret")
    result = ran(f'''
        from pathlib import Path
        for place in [{str(secret)!r}, {str(PROJECT / "solutions")!r}, {str(PROJECT / "curriculum")!r}, {str(PROJECT / "tests")!r}, {str(Path.home() / ".bashrc")!r}, "/etc/shadow", "/etc/ssh", "/var", "/sys", "/mnt", "/proc/1/root" "/var", "/run/dbus"]:
            if Path(place).exists():
                print(place)
    ''', '''
        print(sorted(path.name for path in Path("/cours").iterdir()), list(Path("/cours/datasets/recipes").iterdir()))
        from challenge_data import load
        print(len(load("air_coloc_jours")) > 0)
    ''', '''
        import os
        print([name for name, value in os.environ.items() if "SECRET" in name or "LIMITS" in name])
        print([os.readlink(f"/proc/self/fd/{each}") for each in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{each}") and os.readlink(f"/proc/self/fd/{each}").startswith("/")])
    ''')
    assert said(result, 0) == ""
    assert said(result, 1) == "['datasets'] []\nTrue\n"
    names, _, files = said(result, 2).partition("\n")
    assert names == "[]"
    assert set(eval(files)) - {"/dev/null"} <= {path for path in eval(files) if path.endswith("proj.db")}


@needs_walls
@pytest.mark.parametrize("place", ["/cours/datasets/x", "/usr/x", "/etc/x", "/run/x", "/run/kernels/x", "/home/x", "/dev/x", "/x", sys.prefix + "/x", str(Path(sandbox.__file__).parent / "x")])
def test_it_writes_nowhere_but_at_home(place):
    result = ran(f"open({place!r}, 'w')", "import tempfile; open('ici.txt', 'w').write('a'); open(tempfile.gettempdir() + '/la.txt', 'w').write('b'); print('home')")
    assert "Errno 30" in said(result, 0) or "Errno 13" in said(result, 0)
    assert said(result, 1) == "home\n"


@needs_walls
def test_a_course_under_tmp_is_graded_too(tmp_path):
    """A clone tried out there; a kernel's own /tmp would hide it."""
    package = tmp_path / "src" / "challenge_data"
    shutil.copytree(PROJECT / "src" / "challenge_data", package, ignore=shutil.ignore_patterns("__pycache__"))
    program = "from challenge_data.grading.running import run\nimport nbformat\n" \
              "book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell('import tempfile; from challenge_data import check; print(tempfile.TemporaryFile().write(b\"abc\"), check.__module__)'),\n" \
              "    nbformat.v4.new_code_cell('open(\"/tmp/x\", \"w\")')])\n" \
              "run(book)\nprint(book.cells[0].outputs[0].get('text', book.cells[0].outputs), str(book.cells[1].outputs[0])[:400])"
    assert package.resolve().is_relative_to("/tmp"), "where pytest puts its folders"
    done = subprocess.run([sys.executable, "-c", program], env=os.environ | {"CHALLENGE_DATA_HOME": str(PROJECT), "PYTHONPATH": os.pathsep.join([str(package.parent), os.environ.get("PYTHONPATH", "")])}, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.startswith("3 challenge_data") and ("Errno 30" in done.stdout or "Errno 13" in done.stdout), done.stdout + done.stderr


@needs_walls
def test_files_do_not_outlive_their_notebook():
    ran("open('/home/equipe/trace', 'w').write('a'); open('/tmp/trace', 'w').write('a'); open('/dev/shm/trace', 'w').write('a')")
    assert said(ran('''
        from pathlib import Path
        print([str(path) for place in ("/home/equipe", "/tmp", "/dev/shm") for path in Path(place).rglob("trace")])
    ''')) == "[]\n"


@needs_walls
def test_a_file_beside_its_sockets_ends_it():
    result = ran("open('/run/own/trace', 'w').write('a')", "import time; time.sleep(20)")
    assert result.stopped == "disk"


@needs_walls
def test_two_kernels_at_once_do_not_see_each_other():
    other: dict[str, Ran] = {}
    waits = threading.Thread(target=lambda: other.update(run=ran('''
        import socket, tempfile, time
        open(tempfile.gettempdir() + "/mine", "w").write("a")
        heard = socket.socket(socket.AF_UNIX)
        heard.bind("\\0mine")
        heard.listen()
        time.sleep(4)
        print("unharmed")
    ''')))
    waits.start()
    time.sleep(1.5)
    result = ran('''
        import os, pathlib, signal, socket, tempfile
        print(pathlib.Path(tempfile.gettempdir(), "mine").exists(), sorted(pathlib.Path("/run/kernels").iterdir()), len([pid for pid in os.listdir("/proc") if pid.isdecimal()]))
        try:
            socket.socket(socket.AF_UNIX).connect("\\0mine")
        except OSError as error:
            print(error.errno)
        signal.signal(signal.SIGTERM, lambda *_: None)
        try:
            os.kill(-1, signal.SIGKILL)
        except ProcessLookupError:
            print("nobody")
    ''')
    waits.join()
    assert said(result) == "False [] 1\n111\nnobody\n"
    assert said(other["run"]) == "unharmed\n"


@needs_walls
def test_nothing_survives_a_notebook():
    before = family()
    result = ran('''
        import ctypes, os, signal, subprocess, threading, time
        ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)  # not to be told of its parent's end
        for number in range(1, 32):
            if number not in (9, 19):
                signal.signal(number, signal.SIG_IGN)
        threading.Thread(target=time.sleep, args=(600,)).start()
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(600)
            os._exit(0)
        subprocess.Popen(["setsid", "nohup", "sleep", "600"])
        print("left")
    ''')
    assert said(result) == "left\n"
    assert until_true(lambda: family() <= before)


@needs_walls
def test_a_kernel_that_stops_itself_is_ended():
    before = family()
    result = ran("import os, signal; [os.kill(os.getpid(), signal.SIGSTOP) for _ in range(3)]; import time; time.sleep(600)", cell_seconds=1, notebook_seconds=4)
    assert result.late or result.stopped
    assert until_true(lambda: family() <= before)


@needs_walls
def test_memory_is_bounded_alone_and_with_children(monkeypatch):
    result = ran("held = bytearray(4 * 1024**3)", "print('goes on')")
    assert "MemoryError" in str(result.notebook.cells[0].outputs) and said(result) == "goes on\n"
    with Nursery(limits=Limits(together=300 * 1024**2)) as small:
        monkeypatch.setitem(sandbox._here, os.getpid(), small)
        children = ran("import os, time\nfor _ in range(4):\n    if os.fork() == 0:\n        held = b'x' * 80_000_000\n        time.sleep(60)", "time.sleep(30)")
        files = ran("import os\nheld = [os.memfd_create('a') for _ in range(6)]\nfor each in held:\n    os.write(each, b'x' * 80_000_000)", "import time; time.sleep(30)")
        honest = ran("import pandas, geopandas; print(pandas.DataFrame({'a': range(1000)}).a.sum())")
    assert (children.stopped, files.stopped, said(honest)) == ("memory", "memory", "499500\n")


@needs_walls
def test_a_fork_bomb_starves_only_itself():
    bomb: dict[str, Ran] = {}
    bursts = threading.Thread(target=lambda: bomb.update(run=ran('''
        import os, time
        count = 0
        try:
            while True:
                if os.fork() == 0:
                    time.sleep(30)
                    os._exit(0)
                count += 1
        except OSError as error:
            print(count < 200, error.errno)
        time.sleep(4)
    ''')))
    bursts.start()
    time.sleep(1.5)
    sibling = ran("import subprocess, threading; threading.Thread(target=print, args=('thread',)).start(); print(subprocess.run(['echo', 'unharmed'], capture_output=True, text=True).stdout)")
    bursts.join()
    assert "unharmed" in said(sibling)
    assert said(bomb["run"]) == "True 11\n"


@needs_walls
def test_disk_is_bounded():
    result = ran("with open('gros', 'wb') as file:\n    for _ in range(300):\n        file.write(bytes(1024**2))", "print(sum(1 for _ in range(3)))")
    assert "Errno 27" in str(result.notebook.cells[0].outputs) or "Errno 28" in str(result.notebook.cells[0].outputs)
    assert said(result) == "3\n"


@needs_walls
def test_what_it_writes_past_ipython_goes_nowhere():
    nursery = sandbox.nursery_here()
    result = ran("import os\nfor each in (1, 2):\n    os.dup2(os.open('/proc/1/fd/%d' % each, os.O_WRONLY), each)\nos.write(1, b'x' * 10**6)", "print('goes on')")
    assert said(result).endswith("goes on\n")
    assert os.fstat(nursery._said.fileno()).st_size < 10_000


@needs_walls
def test_time_is_bounded_by_cell_and_by_notebook():
    late = ran("while True: pass", "print('goes on')", cell_seconds=1)
    assert (late.late, said(late)) == ([late.notebook.cells[0].id], "goes on\n")
    deaf = ran("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass", "print('never')", cell_seconds=1)
    assert (deaf.stopped, said(deaf)) == ("time", "")
    long = ran(*["import time; time.sleep(0.4)"] * 6, cell_seconds=1, notebook_seconds=1)
    assert long.stopped == "time" and 1 < len(long.ran) < 6


@needs_walls
def test_output_is_bounded(capfd):
    result = ran("for _ in range(200): print('x' * 10**6)", "print('never')", notebook_bytes=5 * 10**6)
    assert result.stopped == "output" and len(said(result, 0)) <= 6 * 10**6 and said(result) == ""


@needs_walls
@pytest.mark.parametrize("source", ["exit()", "import os; os._exit(3)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "import ctypes; ctypes.string_at(0)", "raise SystemExit", "input()", "quit()"])
def test_however_it_ends_what_ran_before_is_kept(source):
    result = ran("print('before')", source, "print('after')", cell_seconds=5)
    assert said(result, 0) == "before\n"
    assert result.stopped in (None, "dead kernel")
    assert (result.stopped is None) == (said(result) == "after\n")


@needs_walls
def test_kernels_draw_their_own_numbers():
    draws = [said(ran("import numpy, random, uuid; print(numpy.random.random(), random.random(), uuid.uuid4())")).split() for _ in range(2)]
    assert not set(draws[0]) & set(draws[1])


@needs_walls
def test_when_the_grader_is_killed_no_kernel_is_left():
    program = "from challenge_data.grading.sandbox import nursery_here\nfrom challenge_data.grading.running import run\nimport nbformat\n" \
              "run(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell('import os, time\\nos.fork()\\ntime.sleep(600)')]))"
    grader = subprocess.Popen([sys.executable, "-c", program])
    assert until_true(lambda: len(family(grader.pid)) >= 7, 60), "the grader, bubblewrap twice, the nursery, the one that waits, the kernel and its child"
    started = family(grader.pid)
    grader.kill()
    grader.wait()
    assert until_true(lambda: not there(started))


@needs_walls
def test_papermill_and_nbclient_ask_for_it_by_its_name(tmp_path):
    notebook = book("import os; print(os.getcwd())")
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, tmp_path / "a.ipynb")
    with by_default(PROVISIONER):
        papermill.execute_notebook(tmp_path / "a.ipynb", tmp_path / "b.ipynb", {"EN_LIGNE": False}, progress_bar=False)
        client = NotebookClient(notebook, kernel_name="python3")
        with client.setup_kernel():
            client.execute_cell(notebook.cells[0], 0)
    assert nbformat.read(tmp_path / "b.ipynb", 4).cells[-1].outputs[0].text == notebook.cells[0].outputs[0].text == "/home/equipe\n"


def test_other_kernels_of_the_same_process_are_ordinary_again(tmp_path):
    ran("print(1)")
    notebook = book("import os; print(os.getcwd())")
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert notebook.cells[0].outputs[0].text == f"{tmp_path}\n"


def refused_by(tmp_path: Path, monkeypatch, says: str) -> str:
    """The sentence told when bubblewrap says that."""
    program = tmp_path / "bwrap"
    program.write_text(f"#!/bin/sh\necho {json.dumps(says)} >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(CannotIsolate) as told, Nursery():
        pass
    return str(told.value)


@pytest.mark.parametrize(("says", "remedy"), [
    ("bwrap: setting up uid map: Permission denied", "kernel.apparmor_restrict_unprivileged_userns"),
    ("bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces.", "kernel.unprivileged_userns_clone"),
    ("bwrap: Creating new namespace failed: Operation not permitted", "--cap-add SYS_ADMIN"),
    ("bwrap: Creating new namespace failed: No space left on device", "user.max_user_namespaces"),
])
def test_a_machine_that_refuses_is_told_with_what_it_said_and_the_remedy(tmp_path, monkeypatch, says, remedy):
    sentence = refused_by(tmp_path, monkeypatch, says)
    assert says.removeprefix("bwrap: ")[:40] in sentence and remedy in sentence


def test_without_bubblewrap_the_package_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(CannotIsolate, match="apt install bubblewrap"), Nursery():
        pass


def test_no_folder_of_sockets_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    refused_by(tmp_path, monkeypatch, "no")
    assert [path.name for path in tmp_path.iterdir()] == ["bwrap"]
