"""The client under test, and Debian's openconnect beside it."""

import re
import signal
import subprocess
from pathlib import Path

from lab.network import Host
from lab.pki import Pki
from lab.run import binaries, no_sanitizer_complained, wait_until
from lab.terminal import Terminal

LOGIN_FAILED, BLOCKED, UNREACHABLE = 2, 3, 4


class Client:
    """sallyport on one host with a home of its own."""

    def __init__(self, host: Host, home: Path):
        self.host = host
        self.home = home
        self._connections = []
        self._terminals = []
        home.mkdir(parents=True, exist_ok=True)
        self._env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}

    def connect(self, *arguments, **options):
        return self.run("connect", "--non-inter", *arguments, **options)

    def run(self, *arguments, timeout=40, **options):
        done = self.host.run(
            *(binaries() / "sallyport", *arguments),
            check=False,
            timeout=timeout,
            env=self._env,
            **options,
        )
        no_sanitizer_complained(done.stdout + (done.stderr or ""))
        return done

    def authenticate(self, pki: Pki, *arguments, password=None):
        """Only the login: prints the cookie."""
        text = None if password is None else password + "\n"
        return self.connect("--cafile", pki.ca, "--authenticate", *arguments, text_input=text)

    def start(self, pki: Pki, *arguments, password="correct horse", cookie=None):
        """Brings a tunnel up in the background; Connection.wait_up() waits for it."""
        said = _option_and_line(password, cookie)
        command = (binaries() / "sallyport", "connect", "--cafile", pki.ca, said[0], *arguments)
        folder = self.home / f"connection-{len(self._connections)}"
        self._connections.append(Connection(self.host, folder, command, said[1], self._env))
        return self._connections[-1]

    def at_terminal(self, pki: Pki, *arguments):
        """The same with a person in front of it, who is asked for what the arguments leave open."""
        command = (binaries() / "sallyport", "connect", "--cafile", pki.ca, *arguments)
        self._terminals.append(Terminal(self.host, command, self._env))
        return self._terminals[-1]

    def close(self):
        for connection in self._connections:
            connection.stop()
        while self._terminals:
            self._terminals.pop().close()


class Connection:
    """A VPN client that runs in the background, with its output in files."""

    def __init__(self, host: Host, folder: Path, command, password=None, env=None, openconnect=False):
        folder.mkdir(parents=True, exist_ok=True)
        self.host = host
        self._up = re.compile(r"^Configured as" if openconnect else r"^connected", re.MULTILINE)
        self._has_script = openconnect
        self._stdout, self._stderr = folder / "stdout", folder / "stderr"
        with open(self._stdout, "wb") as out, open(self._stderr, "wb") as err:
            self.process = host.start(*command, stdin=subprocess.PIPE, stdout=out, stderr=err, env=env)
        if password is not None:
            self.process.stdin.write(password.encode() + b"\n")
        self.process.stdin.close()

    @property
    def stdout(self):
        return self._stdout.read_text(errors="replace")

    @property
    def output(self):
        return self.stdout + self._stderr.read_text(errors="replace")

    def wait_up(self, seconds=15):
        """Until the client says that its tunnel carries data."""
        wait_until(
            lambda: self._up.search(self.output) or self.process.poll() is not None,
            *(seconds, lambda: f"the tunnel is up:\n{self.output}"),
        )
        assert self.process.poll() is None, f"ended with {self.process.returncode}:\n{self.output}"
        if self._has_script:  # openconnect says so before it has run
            wait_until(self._script_is_done, seconds, "the script has set the routes and ended")
        return self

    def _script_is_done(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return not children and any(self._is_routed(inner) for inner in ("10.20.0.1", "10.30.0.1"))

    def _is_routed(self, inner):
        """To a gateway's address in the tunnel, which can't be reached without one."""
        return self.host.run("ip", "route", "get", inner, check=False).returncode == 0

    def wait_output(self, pattern, seconds=10):
        return wait_until(
            lambda: re.search(pattern, self.output), seconds, lambda: f"{pattern!r}:\n{self.output}"
        )

    def wait_back(self, times=1, seconds=10):
        """Until sallyport has built its tunnel again so often, by the line that scripts wait for."""
        return self.wait_output(rf"(?m)(^reconnect \d(?s:.*)){{{times}}}", seconds)

    def wait_dtls_back(self, times=1):
        """The same, and DTLS in the last of these tunnels."""
        return self.wait_output(rf"(?m)(^reconnect (?s:.*)){{{times}}}^dtls up ")

    def send(self, number):
        self.process.send_signal(number)

    def wait_end(self, seconds=10) -> int:
        wait_until(
            lambda: self.process.poll() is not None, seconds, lambda: f"the client ends:\n{self.output}"
        )
        return self.process.returncode

    def stop(self) -> int:
        """Ctrl-C, unless it has ended; its exit status."""
        if self.process.poll() is None:
            self.send(signal.SIGINT)
        try:
            status = self.wait_end()
        finally:
            self.process.kill()
            self.process.wait()
        no_sanitizer_complained(self.output)
        return status


class OpenConnect:
    """Debian's openconnect."""

    SCRIPT = "/usr/share/vpnc-scripts/vpnc-script"
    COMMAND = ("openconnect", "--protocol=anyconnect", "--no-system-trust", "-v")

    def __init__(self, host: Host, folder: Path):
        self.host = host
        self._folder = folder
        self._connections = []

    def authenticate(self, pki: Pki, *arguments, password=None):
        """Only the login: prints the cookie."""
        return self.host.run(
            *(*self.COMMAND, "--non-inter", "--cafile", pki.ca, "--authenticate", *arguments),
            check=False,
            timeout=40,
            text_input=None if password is None else password + "\n",
        )

    def start(self, pki: Pki, *arguments, password="correct horse", cookie=None):
        """Brings a tunnel up in the background; Connection.wait_up() waits for it."""
        said = _option_and_line(password, cookie)
        options = ("--cafile", pki.ca, said[0], "--script", self.SCRIPT)
        command = (*self.COMMAND, *options, *arguments)
        folder = self._folder / f"connection-{len(self._connections)}"
        self._connections.append(Connection(self.host, folder, command, said[1], openconnect=True))
        return self._connections[-1]

    def close(self):
        for connection in self._connections:
            connection.stop()


def _option_and_line(password, cookie):
    """What stdin is for, and what is said there."""
    return ("--passwd-on-stdin", password) if cookie is None else ("--cookie-on-stdin", cookie)
