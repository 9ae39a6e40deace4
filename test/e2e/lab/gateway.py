"""A sallyportd under test."""

import contextlib
import json
import os
import re
import signal
from pathlib import Path

from lab import processes
from lab.network import Host
from lab.pki import Pair, Pki
from lab.run import binaries, no_sanitizer_complained, run, wait_until
from lab.toml import to_toml

PORT = 443
ROLES = {"keeper", "authenticator", "gateway"}
POSITION = r":\d+:\d+: "  # FILE:LINE:COLUMN: message
# alice's password is "correct horse", written with crypt(3)'s SHA-256.
USERS = "alice:staff:$5$laboratory$l0dYhGc.kK84qRbX/GsWo40t/qpfoPFLMGrzw5wolT4\n"


def default_config(pki: Pki, pair: Pair, address="192.0.2.1", address6="2001:db8::1"):
    """The smallest configuration with everything in it; a test changes what it is about."""
    return {
        "listen": {
            "tcp": [f"{address}:{PORT}", f"[{address6}]:{PORT}"],
            "udp": [f"{address}:{PORT}", f"[{address6}]:{PORT}"],
            "admin": "unix:admin.sock",
        },
        "tls": {"certificate": str(pair.certificate), "private_key": str(pair.key), "client_ca": str(pki.ca)},
        "tunnel": {"interface": "sally0", "address_pool": "10.20.0.0/16", "address_pool6": "fd20::/64"},
        "state": {"directory": "state"},
        "aaa": {"local": {"type": "file", "users": "users"}},
        "connection_profile": {
            "Employees": {
                "group_alias": "Employees",
                "default": True,
                "authentication": ["password"],
                "aaa": "local",
                "group_policy": "staff",
            }
        },
        "group_policy": {"staff": {"banner": "Welcome", "dns": ["10.20.0.1"]}},
    }


class Gateway:
    """Starts sallyportd on a host and stops it again; the log is looked through for sanitizers' reports."""

    inner = ("10.20.0.1", "fd20::1")  # its addresses in the tunnels
    log_level = "debug"

    def __init__(self, host: Host, folder: Path, config: dict):
        self.host = host
        self.folder = folder
        self.config = config
        self.config_file = folder / "sallyport.toml"
        self.log_file = folder / "gateway.log"
        self.process = None
        folder.mkdir(parents=True, exist_ok=True)
        users = folder / "users"
        users.write_text(USERS)
        users.chmod(0o600)

    def add_user(self, name, password="correct horse"):
        with open(self.folder / "users", "a", encoding="utf-8") as users:
            users.write(f"{name}:staff:" + run("openssl", "passwd", "-5", password).stdout)

    def write_config(self, text=None):
        self.config_file.write_text(to_toml(self.config) + "\n" if text is None else text)

    @property
    def pid(self):
        return self.process.pid

    @property
    def log(self):
        return self.log_file.read_text(encoding="utf-8", errors="replace") if self.log_file.exists() else ""

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def socket(self):
        return self.folder / "admin.sock"

    def command(self, *arguments):
        """The daemon run to its end, as with --check."""
        return self.host.run(binaries() / "sallyportd", "--config", self.config_file, *arguments, check=False)

    def start(self, *arguments, env=None):
        self.write_config()
        return self.start_as_written(*arguments, env=env)

    def start_as_written(self, *arguments, env=None):
        """Starts with the configuration file as it is and waits until the gateway is ready."""
        options = ("--config", self.config_file, "--log-level", self.log_level, *arguments)
        with open(self.log_file, "w", encoding="utf-8") as log:
            program = binaries() / "sallyportd"
            self.process = self.host.start(program, *options, stdout=log, stderr=log, env=env)
        wait_until(self._ready_or_ended, 15, "the gateway logs a line with 'ready'")
        assert self.process.poll() is None, f"the gateway ended with {self.process.returncode}:\n{self.log}"
        return self

    def _ready_or_ended(self):
        return self.process.poll() is not None or any(
            re.search(r"\bready\b", line) for line in self.log.splitlines()
        )

    def roles(self) -> dict[str, int]:
        """The pids of the processes below the supervisor, once all are there."""
        wait_until(lambda: ROLES <= processes.children_by_role(self.pid).keys(), 20, "all processes run")
        return processes.children_by_role(self.pid)

    def kill(self, role) -> int:
        """kill -9 of one process; its former pid."""
        pid = self.roles()[role]
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_replaced(self, role, former, seconds=10):
        """The pid of the process that took the killed one's place."""
        return wait_until(
            lambda: (pid := processes.children_by_role(self.pid).get(role)) != former and pid,
            *(seconds, f"the {role} is replaced"),
        )

    def reload(self):
        """SIGHUP with the configuration that was written."""
        os.kill(self.pid, signal.SIGHUP)

    def wait_log(self, pattern, seconds=10, after=0):
        """The first log line beyond `after` characters in which the pattern is found."""

        def line():
            return next((text for text in self.log[after:].splitlines() if re.search(pattern, text)), None)

        return wait_until(line, seconds, f"a log line with {pattern!r}")

    def ctl(self, *arguments, check=True):
        return self.host.run(binaries() / "sallyportctl", "--socket", self.socket, *arguments, check=check)

    def ctl_json(self, *arguments):
        return json.loads(self.ctl("--json", *arguments).stdout)

    def only_session(self) -> dict:
        sessions = self.ctl_json("sessions")
        assert len(sessions) == 1, sessions
        return sessions[0]

    def wait_dtls(self) -> dict:
        """The only session, once it says that DTLS is up."""
        wait_until(lambda: self.only_session()["dtls"]["state"] == "up", 10, "the gateway has DTLS up")
        return self.only_session()

    def has_no_tunnel(self):
        """Waits until no session is connected."""
        wait_until(lambda: self.ctl_json("sessions") == [], 10, "the tunnels are gone")

    def has_no_session(self):
        """Waits until none is left, connected or detached."""
        wait_until(lambda: self.ctl_json("sessions", "--all") == [], 10, "the session is gone")

    def wait_end(self, seconds=15) -> int:
        wait_until(lambda: self.process.poll() is not None, seconds, "the gateway ends")
        return self.process.returncode

    def stop(self) -> int:
        """SIGTERM, unless it has ended already; its exit status. No sanitizer may have complained."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.wait_end()
        finally:
            self._kill_all()
        no_sanitizer_complained(self.log)
        return status

    def _kill_all(self):
        with contextlib.suppress(ProcessLookupError):
            for pid in processes.children_by_role(self.pid).values():
                os.kill(pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()

    def close(self):
        """What every test ends with, also one that never started it."""
        if self.process is not None:
            self.stop()
