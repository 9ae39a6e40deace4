"""./x order: finds the functions that packets pass through, and writes them to cmake/function_order.txt."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

import iperf
from lab.network import remove_abandoned
from lab.run import ROOT
from pairs import Pair

LIST = ROOT / "cmake" / "function_order.txt"
SAMPLES_PER_SECOND = 20000
BUSY = 0.1  # of all samples
PINGS = 40000
HEADER = """\
# Functions that packets pass through, by ./x order. They lie together in the programs: a packet that comes
# after a pause then meets fewer pages of code that the processor has to look up anew.
"""


def traffic(pair):
    """Packets one by one, then as many as go each way."""
    host = pair.network["client"]
    host.run("ping", "-q", "-f", "-c", PINGS, pair.inner, timeout=60)
    iperf.measure(pair, seconds=2)
    iperf.measure(pair, "-R", seconds=2)


def sample(pair, file):
    """Where both ends' programs were, in their own code, while there was traffic."""
    pids = ",".join(map(str, pair.client_pids + pair.gateway_pids))
    command = ("perf", "record", "-q", "-e", "cpu-clock:u", "-F", SAMPLES_PER_SECOND, "-p", pids, "-o", file)
    with subprocess.Popen(list(map(str, command))) as recorder:
        try:
            traffic(pair)
        finally:
            recorder.send_signal(signal.SIGINT)


def functions(file):
    """Names as the linker knows them, of what the busy threads did: the two tunnel workers."""
    command = ("perf", "script", "-i", file, "--no-demangle", "-F", "tid,ip,sym,dso")
    said = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True).stdout
    samples = re.findall(r"(?m)^\s*(\d+)\s+[0-9a-f]+ (\S+) \((\S*)\)$", said)
    by_thread = Counter(thread for thread, _, _ in samples)
    return {
        name
        for thread, name, program in samples
        if by_thread[thread] > BUSY * len(samples)
        and name.startswith("_Z")
        and Path(program).name in ("sallyport", "sallyportd")
    }


def main():
    remove_abandoned()
    found = set()
    with tempfile.TemporaryDirectory(prefix="sallyport-order-") as folder:
        os.chmod(folder, 0o755)
        for dtls in (True, False):
            with Pair(Path(folder) / f"dtls-{dtls}", dtls=dtls) as pair:
                file = Path(folder) / "perf.data"
                sample(pair, file)
                found |= functions(file)
    if not found:
        sys.exit("perf saw no function of ours: are the programs stripped?")
    LIST.write_text(HEADER + "".join(f"{name}\n" for name in sorted(found)), encoding="ascii")
    print(f"{LIST.relative_to(ROOT)}: {len(found)} functions")


if __name__ == "__main__":
    main()
