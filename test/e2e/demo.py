"""./x demo: a gateway and a client on two hosts of their own, phase by phase as far as they are built."""

import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from lab.client import BLOCKED, Client
from lab.gateway import Gateway, default_config
from lab.network import Network, remove_abandoned
from lab.pki import Pki
from lab.run import ROOT, binaries
from lab.tls import s_client

HOST = "vpn.example.com"


@dataclass
class Stage:
    """What the phases act on."""

    network: Network
    pki: Pki
    gateway: Gateway
    client: Client


def say(text=""):
    print(text, flush=True)


def indented(text):
    return "\n".join("    | " + line for line in text.rstrip().splitlines())


def handshake(stage) -> bool:
    """Phase 1: the client verifies the gateway's certificate; a stranger's is blocked."""
    seen = s_client(stage.network["client"], "-CAfile", stage.pki.ca)
    say(f"  openssl s_client: {seen.version} {seen.cipher}, certificate {'good' if seen.verified else 'bad'}")
    say(f"  sallyport connect --cafile ca.pem {HOST}")
    trusted = stage.client.connect("--cafile", stage.pki.ca, HOST)
    say(indented(trusted.stdout) + f"\n    ended with {trusted.returncode}")
    say(f"  sallyport connect {HOST}    (without the authority: must be blocked)")
    untrusted = stage.client.connect(HOST)
    say(indented(untrusted.stdout) + f"\n    ended with {untrusted.returncode}")
    went_on = trusted.returncode == 1 and "not built yet" in trusted.stdout
    return seen.verified and went_on and untrusted.returncode == BLOCKED


# One function per phase, in the order of the flow; a phase without one is not built yet.
PHASES = [
    ("TLS handshake", handshake),
    ("group selection", None),
    ("authentication", None),
    ("downloader", None),
    ("CONNECT and the TLS tunnel", None),
    ("DTLS", None),
]


def play(stage) -> bool:
    """Plays what is built; False as soon as a phase fails."""
    summary = []
    for number, (name, phase) in enumerate(PHASES, 1):
        if phase is None:
            summary.append(f"  {number}  {name}: not built yet")
            continue
        say(f"\nphase {number}: {name}")
        begin = time.monotonic()
        worked = phase(stage)
        outcome = "works" if worked else "FAILED"
        summary.append(f"  {number}  {name}: {outcome} ({(time.monotonic() - begin) * 1000:.0f} ms)")
        if not worked:
            break
    say("\nsummary")
    say("\n".join(summary))
    return not any("FAILED" in line for line in summary)


def main() -> int:
    if os.geteuid() != 0:
        sys.exit("./x demo makes network namespaces: run it as root")
    remove_abandoned()
    folder = Path(tempfile.mkdtemp(prefix="sallyport-demo-"))
    try:
        with Network("client") as network:
            say("two hosts: gateway 192.0.2.1 - client 192.0.2.2")
            pki = Pki(folder / "pki", "Demonstration CA")
            gateway = Gateway(network.gateway, folder / "gateway", default_config(pki, pki.server()))
            try:
                gateway.start()
                say(f"sallyportd is ready: supervisor {gateway.pid}")
                for role, pid in sorted(gateway.roles().items()):
                    say(f"  {role} {pid}")
                client = Client(network["client"], folder / "home")
                worked = play(Stage(network, pki, gateway, client))
                if not worked:
                    say("the gateway's log\n" + indented(gateway.log))
                return 0 if worked else 1
            finally:
                gateway.close()
    except (AssertionError, OSError) as failure:
        say(f"the demonstration failed: {failure}")
        return 1
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        os.environ["SALLYPORT_BUILD"] = str(ROOT / sys.argv[1])
    if not (binaries() / "sallyportd").exists():
        sys.exit(f"no sallyportd in {binaries()}: ./x build")
    sys.exit(main())
