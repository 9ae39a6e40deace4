"""Debian's ocserv, the gateway that others wrote."""

import json
import re
import signal
from pathlib import Path

from lab.network import Host
from lab.pki import Pair
from lab.run import run, wait_until

PORT = 4443


class Ocserv:
    """ocserv with a password file; `config` may be changed until it starts; a list makes a line for each."""

    inner = ("10.30.0.1", "fd20:0:0:30::1")  # its addresses in the tunnels

    def __init__(self, host: Host, folder: Path, pair: Pair):
        folder.mkdir(parents=True)
        folder.chmod(0o755)  # its workers run as nobody
        self.host = host
        self.folder = folder
        self.process = None
        self._log = folder / "log"
        self._users = folder / "users"
        self._control = folder / "occtl"
        self.config = {
            "auth": f'"plain[passwd={self._users}]"',
            "tcp-port": PORT,
            "udp-port": 0,
            "run-as-user": "nobody",
            "run-as-group": "nogroup",
            "socket-file": folder / "worker",
            "occtl-socket-file": self._control,
            "use-occtl": "true",
            "pid-file": folder / "pid",
            "server-cert": pair.certificate,
            "server-key": pair.key,
            "isolate-workers": "false",
            "device": "oc",
            "ipv4-network": "10.30.0.0/24",
            "ipv6-network": "fd20:0:0:30::/64",
            "max-clients": 8,
            "auth-timeout": 40,
            "max-ban-score": 0,
        }
        self.add_user("alice")

    def add_user(self, name, password="correct horse", groups=""):
        """Without a password (None) the name alone is enough."""
        options = ["-g", groups] if groups else []
        typed = "" if password is None else f"{password}\n{password}\n"
        run("ocpasswd", "-c", self._users, *options, name, text_input=typed)

    def start(self, base=""):
        """`base`: lines of a configuration to start from; ours replace those of the same key."""
        ours = [
            f"{key} = {value}"
            for key, values in self.config.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        theirs = [line for line in base.splitlines() if line.split("=")[0].strip() not in self.config]
        config = self.folder / "ocserv.conf"
        config.write_text("\n".join(theirs + ours) + "\n")
        with open(self._log, "w", encoding="utf-8") as log:
            command = ("ocserv", "--foreground", "--debug", "1", "--config", config)
            self.process = self.host.start(*command, stdout=log, stderr=log)
        wait_until(self._listening, 10, lambda: f"ocserv listens:\n{self.log}")
        return self

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def _listening(self):
        return re.search(rf":{PORT}\b", self.host.run("ss", "-Hltn").stdout)

    @property
    def log(self):
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def occtl(self, *command):
        return self.host.run("occtl", "-s", self._control, *command).stdout

    def users(self) -> list[dict]:
        """Who has a tunnel."""
        return json.loads(self.occtl("-j", "show", "users"))

    def only_user(self) -> dict:
        users = self.users()
        assert len(users) == 1, users
        return users[0]

    def sessions(self) -> list[str]:
        """Users whose cookie is good, with a tunnel or without. (As JSON it is broken in 1.1.6.)"""
        lines = self.occtl("show", "sessions", "valid").splitlines()
        return [line.split()[1] for line in lines if line.strip() and not line.startswith("session ")]

    def has_no_tunnel(self):
        wait_until(lambda: self.users() == [], 5, "the tunnels are gone")

    def has_no_session(self):
        wait_until(lambda: self.sessions() == [], 5, "the session is gone")

    def stop(self):
        if self.is_running:
            self.process.send_signal(signal.SIGTERM)
            wait_until(lambda: self.process.poll() is not None, 10, lambda: f"ocserv ends:\n{self.log}")
