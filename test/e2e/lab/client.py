"""The client under test, and the programs that others wrote for the same two ends."""

import re
import signal
from pathlib import Path

from lab.network import Host
from lab.pki import Pair, Pki
from lab.run import binaries, run, wait_until

BLOCKED, UNREACHABLE = 3, 4


class Client:
    """sallyport, run to its end on one host with a home of its own."""

    def __init__(self, host: Host, home: Path):
        self.host = host
        home.mkdir(parents=True, exist_ok=True)
        self._env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}

    def connect(self, *arguments, **options):
        return self.run("connect", "--non-inter", *arguments, **options)

    def run(self, *arguments, timeout=40, **options):
        return self.host.run(
            *(binaries() / "sallyport", *arguments),
            check=False,
            timeout=timeout,
            env=self._env,
            **options,
        )


class OpenConnect:
    """Debian's openconnect, only as far as it gets without a tunnel."""

    def __init__(self, host: Host):
        self.host = host

    def authenticate(self, pki: Pki, *arguments):
        return self.host.run(
            *("openconnect", "--protocol=anyconnect", "--non-inter", "--cafile", pki.ca, "-v"),
            *("--authenticate", "--no-system-trust", *arguments),
            check=False,
            timeout=40,
        )


class Ocserv:
    """Debian's ocserv with a password file, on the gateway's host."""

    PORT = 4443

    def __init__(self, host: Host, folder: Path, pair: Pair):
        self.host = host
        self.folder = folder
        self._pair = pair
        self.process = None
        self.log_file = folder / "ocserv.log"

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        users = self.folder / "ocpasswd"
        run("ocpasswd", "-c", users, "alice", text_input="correct horse\ncorrect horse\n")
        config = self.folder / "ocserv.conf"
        config.write_text(
            f"""\
auth = "plain[passwd={users}]"
tcp-port = {self.PORT}
udp-port = 0
run-as-user = nobody
run-as-group = nogroup
socket-file = {self.folder}/ocserv.sock
pid-file = {self.folder}/ocserv.pid
server-cert = {self._pair.certificate}
server-key = {self._pair.key}
isolate-workers = false
device = oc
ipv4-network = 10.30.0.0/24
max-clients = 8
auth-timeout = 40
"""
        )
        with open(self.log_file, "w", encoding="utf-8") as log:
            command = ("ocserv", "--foreground", "--debug", "1", "--config", config)
            self.process = self.host.start(*command, stdout=log, stderr=log)
        wait_until(self._listening, 10, f"ocserv listens: {self.log_file.read_text()}")
        return self

    def _listening(self):
        return re.search(rf":{self.PORT}\b", self.host.run("ss", "-Hltn").stdout)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            wait_until(lambda: self.process.poll() is not None, 10, "ocserv ends")
