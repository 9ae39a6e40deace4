"""Rows about small packets: the highest rate at which hardly any is lost."""

import contextlib
import signal
import subprocess
import time

import cpu
from lab.run import binaries, wait_until
from pairs import THEIRS, Pair
from results import compare

PORT = 7100
SECONDS = 1.5
LOSS = 0.01
STEP = 1.1
LOWEST = 20_000  # packets a second
STEPS = 46  # up to 1.6 million
ROUNDS = 3


def tool():
    return binaries().parent / "bench" / "packets"


@contextlib.contextmanager
def _receiver(pair, received):
    host = pair.network.gateway
    process = host.start(tool(), "receive", pair.inner, PORT, stdout=subprocess.PIPE)
    wait_until(lambda: f":{PORT}" in host.run("ss", "-Hlun").stdout, 5, "the receiver is there")
    try:
        yield
        time.sleep(0.2)  # for what is under way
    finally:
        process.send_signal(signal.SIGTERM)
        received.append(int(process.communicate(timeout=5)[0]))


def _passes(pair, size, rate):
    """Whether this rate was sent and, but for LOSS, arrived."""
    received = []
    with _receiver(pair, received):
        command = (tool(), "send", pair.inner, PORT, size, rate, SECONDS)
        sent = int(pair.network["client"].run(*command).stdout)
    return sent >= 0.97 * rate * SECONDS and received[0] >= (1 - LOSS) * sent


def highest_rate(pair, size):
    """In thousand packets a second, by halving; a rate has two tries."""
    low, high = -1, STEPS  # steps that are known to pass, and not to
    while high - low > 1:
        middle = (low + high) // 2
        rate = LOWEST * STEP**middle
        if _passes(pair, size, rate) or _passes(pair, size, rate):
            low = middle
        else:
            high = middle
    return LOWEST * STEP**low / 1000 if low >= 0 else 0.0


def packets(bench):
    """UDP packets from the client to the gateway."""
    with Pair(bench.folder("ours")) as ours, Pair(bench.folder("peer"), THEIRS, THEIRS) as peer:
        hosts = ours.network.hosts + peer.network.hosts
        for size in (64, 200):
            watch = cpu.Watch(hosts)
            begun = time.monotonic()
            mine, others = [], []
            for _ in range(ROUNDS):
                mine.append(highest_rate(ours, size))
                others.append(highest_rate(peer, size))
            disturbed = watch.others() > cpu.Watch.LIMIT * (time.monotonic() - begun)
            yield compare("packets", f"{size} bytes up", "kpps", mine, others, 2.5, True, disturbed)
