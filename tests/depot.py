"""The real nginx, with the configuration of docs/handing-in.md, on this machine's own address."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[1] / "docs/handing-in.md"
CODE = "cormoran"
NAME = "les-sternes_defibrillateurs_20261129-140212_1a2b3c4d.zip"


@dataclass
class Depot:
    """A running one."""

    address: str
    folder: Path
    """Where hand-ins land."""
    certificate: Path
    process: subprocess.Popen

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(place: Path, port: int | None = None, with_code: bool = True) -> Iterator[Depot]:
    """Start nginx in a folder of its own; ``with_code``: as the page has it, else as it says to leave the code out."""
    if not (program := shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")):
        pytest.fail("no nginx found: install Debian's nginx, as .ci/run does")
    port = port or free_port()
    home = place / "depot-home"
    for folder in (home / "depot", home / "en-cours"):
        folder.mkdir(parents=True, exist_ok=True)
    certificate, key, codes = place / "cert.pem", place / "key.pem", place / "codes"
    if not certificate.exists():
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
    hashed = subprocess.run(["openssl", "passwd", "-apr1", CODE], check=True, capture_output=True, text=True).stdout.strip()
    codes.write_text(f"equipe:{hashed}\n")
    configuration = re.search(r"```nginx\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]
    for written, here in {
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;", "server_name depot.exemple.fr;": "server_name localhost;",
        "/etc/letsencrypt/live/depot.exemple.fr/fullchain.pem": str(certificate), "/etc/letsencrypt/live/depot.exemple.fr/privkey.pem": str(key),
        "/etc/nginx/depot.code": str(codes), "/srv/challenge-data": str(home),
    }.items():
        assert written in configuration, f"the page no longer says {written}"
        configuration = configuration.replace(written, here)
    if not with_code:
        configuration = re.sub(r"^\s*auth_basic.*\n", "", configuration, flags=re.MULTILINE)
    whole = place / "nginx.conf"
    whole.write_text(f"""daemon off;
{"user root;" if place.stat().st_uid == 0 else ""}
worker_processes 1;
pid {place}/nginx.pid;
error_log {place}/error.log;
events {{}}
http {{
    access_log off;
    proxy_temp_path {place}/t1; fastcgi_temp_path {place}/t2; uwsgi_temp_path {place}/t3; scgi_temp_path {place}/t4;
{configuration}
}}
""")
    process = subprocess.Popen([program, "-c", whole, "-e", place / "error.log"], stderr=subprocess.PIPE, text=True)
    depot = Depot(f"https://localhost:{port}/depot", home / "depot", certificate, process)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.05)
        yield depot
    finally:
        depot.stop()
