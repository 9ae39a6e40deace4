"""Hosts in network namespaces, one cable between the gateway and each of the others."""

import contextlib
import ctypes
import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

from lab.run import run, wait_until

PREFIX = "sally"
NETNS_FILES = Path("/etc/netns")
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
_networks_made = 0


def namespaces():
    """Names of the namespaces that tests made, of this process or another."""
    listed = run("ip", "netns", "list").stdout.split("\n")
    return [line.split()[0] for line in listed if line.startswith(PREFIX + "-")]


def remove_abandoned():
    """Removes what test processes that are gone left behind (they were killed)."""
    for name in namespaces():
        owner = name.split("-")[1]
        if not Path("/proc", owner).exists():
            _remove(name)


def _remove(namespace):
    for pid in run("ip", "netns", "pids", namespace, check=False).stdout.split():
        with contextlib.suppress(ProcessLookupError, ValueError):
            os.kill(int(pid), 9)
    run("ip", "netns", "delete", namespace, check=False)
    shutil.rmtree(NETNS_FILES / namespace, ignore_errors=True)
    with contextlib.suppress(OSError):
        NETNS_FILES.rmdir()  # only when it is empty


class Host:
    """A network namespace with files of its own for /etc/hosts and /etc/resolv.conf."""

    def __init__(self, namespace):
        self.namespace = namespace
        self.name = namespace.rsplit("-", 1)[1]
        self.ipv4 = self.ipv6 = None  # of its first cable
        run("ip", "netns", "add", namespace)
        self.files = NETNS_FILES / namespace
        self.files.mkdir(parents=True)
        self._gives("resolv.conf", "# no name server in the laboratory\n")
        self._gives("hosts", "127.0.0.1 localhost\n::1 localhost\n")
        self.ip("link", "set", "lo", "up")

    def _gives(self, name, text):
        """The host's own /etc/NAME. It is mounted over the machine's, which a minimal machine may lack."""
        (self.files / name).write_text(text)
        Path("/etc", name).touch()

    def command(self, *command):
        return ["ip", "netns", "exec", self.namespace, *(str(part) for part in command)]

    def run(self, *command, **options):
        return run(*self.command(*command), **options)

    def start(self, *command, **options):
        """Starts a process; its pid is the command's own (ip replaces itself)."""
        return subprocess.Popen(self.command(*command), **options)

    def ip(self, *arguments):
        return run("ip", "-n", self.namespace, *arguments).stdout

    def knows(self, name, address):
        """Adds a line to the host's /etc/hosts."""
        with open(self.files / "hosts", "a", encoding="ascii") as hosts:
            hosts.write(f"{address} {name}\n")

    def mtu(self, interface="sally0") -> int:
        return int(re.search(r" mtu (\d+) ", self.ip("link", "show", "dev", interface))[1])

    def pids(self):
        return [int(pid) for pid in run("ip", "netns", "pids", self.namespace).stdout.split()]

    @contextlib.contextmanager
    def inside(self):
        """This thread is on the host meanwhile: sockets made here stay there."""
        with open("/proc/thread-self/ns/net", "rb") as home, open(
            f"/run/netns/{self.namespace}", "rb"
        ) as there:
            _enter(there)
            try:
                yield
            finally:
                _enter(home)

    def break_connections(self, address, port):
        """Those from here to there end with an error, and nothing is in the way of the next."""
        self.run("ss", "-K", "dst", address, "dport", "=", str(port))

    def connect(self, address, port, timeout=5) -> socket.socket:
        with self.inside():
            return socket.create_connection((address, port), timeout)


def _enter(namespace_file):
    if _libc.setns(namespace_file.fileno(), _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Network:
    """A gateway and one or two further hosts, each on a cable to the gateway.

    Cable 0 is 192.0.2.0/24 and 2001:db8:0::/64, cable 1 is 198.51.100.0/24 and 2001:db8:1::/64; the gateway
    has .1, the other end .2. Names are this process's own, so that two runs beside each other never meet.
    """

    CABLES = (("192.0.2", "2001:db8:0:"), ("198.51.100", "2001:db8:1:"))

    def __init__(self, *peers, gateway_name="vpn.example.com"):
        global _networks_made
        _networks_made += 1
        self._prefix = f"{PREFIX}-{os.getpid()}-{_networks_made}"
        self.hosts = []
        try:
            self.gateway = self._add("gateway")
            for cable, peer in zip(self.CABLES, peers or ("client",), strict=False):
                self._plug(cable, self._add(peer), gateway_name)
        except BaseException:
            self.remove()
            raise

    def __getitem__(self, name) -> Host:
        return next(host for host in self.hosts if host.name == name)

    def _add(self, name):
        host = Host(f"{self._prefix}-{name}")
        self.hosts.append(host)
        return host

    def _plug(self, cable, peer, gateway_name):
        number = self.CABLES.index(cable)
        ours, theirs = f"cable{number}", "cable0"
        run(
            *("ip", "link", "add", ours, "netns", self.gateway.namespace),
            *("type", "veth", "peer", "name", theirs, "netns", peer.namespace),
        )
        for host, interface, end in ((self.gateway, ours, 1), (peer, theirs, 2)):
            ipv4, ipv6 = f"{cable[0]}.{end}", f"{cable[1]}:{end}"
            host.ip("address", "add", f"{ipv4}/24", "dev", interface)
            host.ip("address", "add", f"{ipv6}/64", "dev", interface, "nodad")
            host.ip("link", "set", interface, "up")
            host.ipv4, host.ipv6 = host.ipv4 or ipv4, host.ipv6 or ipv6
        peer.ip("route", "add", "default", "via", f"{cable[0]}.1")
        peer.ip("route", "add", "default", "via", f"{cable[1]}:1")
        # The gateway's inner addresses are its own: nobody shall reach them but through a tunnel.
        for inner in ("10.20.0.0/16", "10.30.0.0/16", "fd20::/48"):
            peer.ip("route", "add", "unreachable", inner, "metric", "4000")
        peer.knows(gateway_name, f"{cable[0]}.1")

    def remove(self):
        """Removes everything; fails afterwards if a process was left on one of the hosts."""
        left = {}
        for host in self.hosts:
            with contextlib.suppress(AssertionError):
                wait_until(lambda h=host: not h.pids(), 10, "processes end")
            for pid in host.pids():
                with contextlib.suppress(OSError):
                    words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                    left[pid] = f"{host.name}: {words}"
            _remove(host.namespace)
        self.hosts = []
        assert not left, f"processes were left: {left}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


@contextlib.contextmanager
def another_address(host: Host, at_once=False):
    """The client's host moves from 192.0.2.2 to 192.0.2.3, and loses what routes it had by that cable.

    `at_once`: as a network does that hands it over, where the routes stay.
    """
    old, new = "192.0.2.2/24", "192.0.2.3/24"
    if at_once:
        host.run("sysctl", "-qw", "net.ipv4.conf.cable0.promote_secondaries=1")
        host.ip("address", "add", new, "dev", "cable0")
    host.ip("address", "delete", old, "dev", "cable0")
    if not at_once:
        host.ip("address", "add", new, "dev", "cable0")
    try:
        yield
    finally:
        host.ip("address", "delete", new, "dev", "cable0")
        host.ip("address", "add", old, "dev", "cable0")
        host.ip("route", "replace", "default", "via", "192.0.2.1")
