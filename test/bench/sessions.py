"""Rows about many sessions on one gateway: logins, memory, reconnects."""

import crypt
import json
import re
import subprocess
import time
from pathlib import Path

import cpu
from lab.gateway import Gateway, default_config
from lab.ocserv import Ocserv
from lab.pki import Pki
from lab.run import binaries
from pairs import HOST
from results import Result, compare
from scene import Scene
from throughput import ROUNDS

PASSWORD = "correct horse"
USERS = "user"
SOURCES = 200  # addresses that clients come from
FIRST_SOURCE = "192.0.2.20"
SECONDS = 5
IN_FLIGHT = 64
MEMORY_SESSIONS = 1000
FEW = 8  # logins at a time, where they are not what is measured
MANY = 10_000
RECONNECTS = 5_000
MOST_MEGABYTES = 600


class Site(Scene):
    """A gateway, ours or ocserv, with thousands of users and a host that they come from."""

    def __init__(self, folder: Path, ours: bool, users: int):
        super().__init__(folder)
        self.ours = ours
        self.users = users

    def _begin(self):
        self._folder.mkdir()
        self._folder.chmod(0o755)
        self.pki = Pki(self._folder / "pki")
        for number in range(SOURCES):
            address = f"192.0.2.{20 + number}"
            self.network["client"].ip("address", "add", f"{address}/24", "dev", "cable0")
        make = self._our_gateway if self.ours else self._ocserv
        self.gateway = make(self.pki.server(), self._users_file())
        self.address = f"192.0.2.1:{443 if self.ours else 4443}"
        self.idle_kernel = kernel_bytes()

    def _users_file(self):
        """Cheap hashes, so that hashing does not hide the rest."""
        hashed = crypt.crypt(PASSWORD, "$6$rounds=1000$benchmark")
        file = self._folder / "users"
        file.write_text("".join(f"{USERS}{number}:staff:{hashed}\n" for number in range(self.users)))
        file.chmod(0o600)
        return file

    def _our_gateway(self, pair, users):
        config = default_config(self.pki, pair)
        config["aaa"]["local"]["users"] = str(users)
        gateway = Gateway(self.network.gateway, self._folder / "gateway", config)
        self._stack.callback(gateway.close)
        gateway.log_level = "notice"
        return gateway.start()

    def _ocserv(self, pair, users):
        ocserv = Ocserv(self.network.gateway, self._folder / "ocserv", pair)
        ocserv.config |= {
            "auth": f'"plain[passwd={users}]"',
            "udp-port": 4443,
            "ipv4-network": "10.30.0.0/16",
            "max-clients": 0,
            "max-same-clients": 0,
            "rate-limit-ms": 0,
        }
        self._stack.callback(ocserv.stop)
        return ocserv.start()

    def load_command(self, mode, count, *options):
        return (
            *(binaries().parent / "bench" / "load", mode, "--gateway", self.address, "--name", HOST),
            *("--cafile", self.pki.ca, "--users", USERS, "--count", count, "--password", PASSWORD),
            *("--source", FIRST_SOURCE, "--sources", SOURCES, *options),
        )

    def logins(self):
        """Full logins a second."""
        options = ("--seconds", SECONDS, "--in-flight", IN_FLIGHT)
        command = self.load_command("logins", self.users, *options)
        said = json.loads(self.network["client"].run(*command, timeout=SECONDS + 90).stdout)
        assert not said["failed"], f"{said['failed']} logins failed: {said['why']}"
        return said["logins"] / said["seconds"]

    def memory(self, sessions):
        """Bytes of the gateway's processes, and of the kernel since the start, less the load's sockets."""
        shared = sum(proportional_bytes(pid) for pid in self.network.gateway.pids())
        return shared + kernel_bytes() - self.idle_kernel - sessions * bytes_of_sockets()

    def cpu(self):
        return cpu.of(self.network.gateway.pids())


def proportional_bytes(pid):
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return int(re.search(r"(?m)^Pss: +(\d+) kB", rollup)[1]) << 10


def bytes_of_sockets():
    """What the kernel keeps of one TCP and one UDP socket that a process waits for with epoll."""
    slabs = Path("/proc/slabinfo").read_text(encoding="ascii")
    size = {name: int(size) for name, size in re.findall(r"(?m)^(\S+) +\d+ +\d+ +(\d+)", slabs)}
    each = ("sock_inode_cache", "dentry", "filp", "eventpoll_epi")
    return size["TCP"] + size["UDP"] + 2 * sum(size.get(name, 0) for name in each)


def kernel_bytes():
    """What the kernel has for itself: sockets, devices, stacks, page tables."""
    info = dict(re.findall(r"(?m)^(\w+): +(\d+) kB", Path("/proc/meminfo").read_text(encoding="ascii")))
    names = ("Slab", "KernelStack", "PageTables", "VmallocUsed", "Percpu")
    return sum(int(info[name]) for name in names) << 10


class Crowd:
    """Users of a site that stay, and do what they are told; in as many processes as descriptors demand."""

    PER_PROCESS = 5000

    def __init__(self, site: Site, count, in_flight):
        self._processes = []
        for first in range(0, count, self.PER_PROCESS):
            here = min(self.PER_PROCESS, count - first)
            options = ("--from", first, "--in-flight", in_flight)
            self._processes.append(
                site.network["client"].start(
                    *site.load_command("hold", here, *options),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
        self.begun = self._answer()

    def _answer(self):
        """What all have said: counts add up, times run beside each other."""
        answers = [json.loads(process.stdout.readline()) for process in self._processes]
        together = {}
        for key, value in answers[0].items():
            values = [answer[key] for answer in answers]
            if isinstance(value, str):
                together[key] = next((one for one in values if one), "")
            else:
                together[key] = max(values) if key == "seconds" else sum(values)
        return together

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self._processes:
            process.stdin.close()
        for process in self._processes:
            process.wait(timeout=60)

    def _say(self, process, *words):
        process.stdin.write(" ".join(str(part) for part in words) + "\n")
        process.stdin.flush()

    def _share(self, number):
        return number / len(self._processes)

    def ping(self, rate, seconds):
        """So many a second over all."""
        for process in self._processes:
            self._say(process, "ping", self._share(rate), seconds)
        return self._answer()

    def reconnect(self, count):
        """So many lose their connections at once and come back."""
        for process in self._processes:
            self._say(process, "reconnect", int(self._share(count)))
        return self._answer()


def logins(bench):
    """New TLS, password, CONNECT and DTLS, again and again."""
    users = 500
    mine, others = [], []
    with Site(bench.folder("ours"), True, users) as ours, Site(bench.folder("peer"), False, users) as peer:
        for _ in range(ROUNDS):
            mine.append(ours.logins())
            others.append(peer.logins())
    yield compare("logins", "full logins", "1/s", mine, others, 3.0)


def _memory_at(site):
    with Crowd(site, MEMORY_SESSIONS, FEW) as crowd:
        assert crowd.begun["up"] == MEMORY_SESSIONS, crowd.begun
        time.sleep(2)
        return site.memory(MEMORY_SESSIONS) / MEMORY_SESSIONS / 1000


def memory(bench):
    """What an idle session costs."""
    figures = []
    for ours in (True, False):
        with Site(bench.folder("site"), ours, MEMORY_SESSIONS) as site:
            figures.append([_memory_at(site)])
    yield compare("memory", f"a session of {MEMORY_SESSIONS}", "kB", *figures, 20, False)


def many(bench):
    """Ten thousand sessions, and half of them back at once."""
    with Site(bench.folder("ours"), True, MANY) as site, Crowd(site, MANY, FEW) as crowd:
        begun = crowd.begun
        remark = f"{begun['seconds']:.0f} s {begun['why']}"
        yield Result("many", "sessions up", "of 10,000", begun["up"], None, MANY, remark=remark)
        yield Result("many", "memory", "MB", site.memory(MANY) / 1e6, None, MOST_MEGABYTES, False)
        before, since = site.cpu(), time.monotonic()
        pinged = crowd.ping(100, 10)
        used = (site.cpu() - before) / (time.monotonic() - since)
        yield Result("many", "CPU at 100 packets/s", "cores", used, None, 0.1, False)
        yield Result("many", "pings answered", "of 1", pinged["answered"] / max(1, pinged["sent"]), None, 1.0)
        back = crowd.reconnect(RECONNECTS)
        remark = f"{back['seconds']:.1f} s for {RECONNECTS} at once {back['why']}"
        yield Result("many", "up after reconnects", "of 10,000", back["up"], None, MANY, remark=remark)
        yield Result("many", "memory after them", "MB", site.memory(MANY) / 1e6, None, MOST_MEGABYTES, False)
