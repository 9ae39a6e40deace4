"""Rows about waiting: pings through idle and full tunnels, and the time until a tunnel answers."""

import contextlib
import os
import re
import socket
import statistics
import struct
import subprocess
import threading
import time

import iperf
from pairs import THEIRS, Pair
from results import Result, compare, compare_means
from throughput import interleaved

IDLE = ("-c", 20, "-i", 0.01)
IDLE_ROUNDS = 41  # short ones: what the machine adds differs from second to second
LOADED = ("-c", 100, "-i", 0.02)
LINK = ("rate", "200mbit", "burst", "32kb", "latency", "50ms")
STARTS = 5


def ping(pair, *options) -> float:
    """The average in milliseconds; a ping that was lost counts as a second."""
    said = pair.network["client"].run("ping", "-q", *options, pair.inner, check=False, timeout=60).stdout
    counts = re.search(r"(\d+) packets transmitted, (\d+) received", said)
    sent, received = int(counts[1]), int(counts[2])
    average = float(re.search(r"= [\d.]+/([\d.]+)/", said)[1]) if received else 0.0
    return (average * received + 1000 * (sent - received)) / sent


def idle(bench):
    """Nothing else in the tunnel. The programs wait nearly all the time: each ping finds cold caches."""
    with Pair(bench.folder("ours")) as ours, Pair(bench.folder("peer"), THEIRS, THEIRS) as peer:
        mine, others = interleaved((ours, peer), lambda pair: ping(pair, *IDLE), IDLE_ROUNDS)
        yield compare_means("ping-idle", "average", "ms", mine, others, 1.0)


def _ping_under_load(pair):
    """While four flows fill a link of 200 Mbit/s."""
    host = pair.network["client"]
    host.run("tc", "qdisc", "add", "dev", "cable0", "root", "tbf", *LINK)
    try:
        with iperf.server(pair):
            command = ("iperf3", "-c", pair.inner, "-t", 6, "-P", 4, "-C", "cubic")
            load = host.start(*command, stdout=subprocess.DEVNULL)
            try:
                time.sleep(2)  # until the flows have found their rates
                return ping(pair, *LOADED)
            finally:
                load.wait(timeout=30)
    finally:
        host.run("tc", "qdisc", "delete", "dev", "cable0", "root")


def loaded(bench):
    """A slow link that others fill."""
    with Pair(bench.folder("ours")) as ours, Pair(bench.folder("peer"), THEIRS, THEIRS) as peer:
        mine, others = interleaved((ours, peer), _ping_under_load)
        yield compare("ping-loaded", "average", "ms", mine, others, 1.0, False)
        yield Result("ping-loaded", "average, 5 at most", "ms", statistics.median(mine), None, 5.0, False)


@contextlib.contextmanager
def _first_answer(host, inner, answered):
    """Pings `inner` every millisecond; when the first answer comes, `answered` has the time."""
    with host.inside():
        icmp = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    icmp.settimeout(0.001)
    ended = threading.Event()
    number = os.getpid() & 0xFFFF
    request = _echo_request(number)

    def probe():
        while not ended.is_set():
            try:
                icmp.sendto(request, (inner, 0))
            except OSError:  # there is no route yet
                time.sleep(0.001)
                continue
            with contextlib.suppress(OSError):
                packet = icmp.recv(2048)
                if packet[20] == 0 and struct.unpack(">H", packet[24:26])[0] == number:
                    answered.append(time.monotonic())
                    return

    probing = threading.Thread(target=probe)
    probing.start()
    try:
        yield probing
    finally:
        ended.set()
        probing.join()
        icmp.close()


def _echo_request(number):
    words = (0x0800, 0, number, 1)
    total = sum(words)
    checksum = ~(total + (total >> 16)) & 0xFFFF
    return struct.pack(">HHHH", 0x0800, checksum, number, 1)


def _start_once(pair):
    """Seconds from the client's start to the first ping answered, with DTLS on."""
    pair.connection.stop()
    answered = []
    with _first_answer(pair.network["client"], pair.inner, answered) as probing:
        begun = time.monotonic()
        pair.connect()
        probing.join(timeout=10)
    return (answered[0] - begun) * 1000


def start(bench):
    """How soon after its start a client carries data."""
    with Pair(bench.folder("ours")) as ours, Pair(bench.folder("peer"), THEIRS, THEIRS) as peer:
        mine, others = interleaved((ours, peer), _start_once, STARTS)
        yield compare("start", "to the first ping", "ms", mine, others, 2.0, False)
