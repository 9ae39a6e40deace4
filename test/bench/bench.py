"""./x bench: our ends and the peers' beside each other in one run, as a table and as JSON."""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

import latency
import packets
import results
import sessions
import throughput
from lab.network import remove_abandoned
from lab.run import ROOT

QUICK = ("dtls", "tls", "no-offload")
ROWS = {
    "dtls": throughput.dtls,
    "dtls-openssl": throughput.dtls_openssl,
    "tls": throughput.tls,
    "no-offload": throughput.no_offload,
    "stock-client": throughput.stock_client,
    "stock-gateway": throughput.stock_gateway,
    "packets": packets.packets,
    "ping-loaded": latency.loaded,
    "ping-idle": latency.idle,
    "start": latency.start,
    "logins": sessions.logins,
    "memory": sessions.memory,
    "many": sessions.many,
}


class Bench:
    def __init__(self, folder: Path):
        self._folder = folder
        self._folders = 0

    def folder(self, name) -> Path:
        """A new one; what is there goes with the benchmark."""
        self._folders += 1
        return self._folder / f"{self._folders}-{name}"


def machine():
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text(encoding="ascii").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
    return {"processors": os.cpu_count(), "model": model, "kernel": os.uname().release}


def main():
    parser = argparse.ArgumentParser(prog="./x bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; all without")
    parser.add_argument("--quick", action="store_true", help=f"only {', '.join(QUICK)}")
    file = ROOT / "build" / "bench.json"
    parser.add_argument("--json", type=Path, default=file, help="where the JSON goes")
    wish = parser.parse_args()
    unknown = set(wish.rows) - set(ROWS)
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    remove_abandoned()
    begun = time.monotonic()
    found = []
    about = machine()
    print(f"{about['processors']} processors: {about['model']}; Linux {about['kernel']}\n{results.header()}")
    with tempfile.TemporaryDirectory(prefix="sallyport-bench-") as folder:
        Path(folder).chmod(0o755)  # ocserv's workers run as nobody
        bench = Bench(Path(folder))
        for name in wish.rows or (QUICK if wish.quick else ROWS):
            for result in ROWS[name](bench):
                print(results.line(result), flush=True)
                found.append(result)
    wish.json.write_text(
        json.dumps({"machine": about, "results": [one.as_json() for one in found]}, indent=1) + "\n"
    )
    print(f"{time.monotonic() - begun:.0f} s; {wish.json}")
    return 0 if all(one.reached for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
