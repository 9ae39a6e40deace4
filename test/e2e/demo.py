"""./x demo: a gateway and a client on two hosts of their own, phase by phase as far as they are built."""

import hashlib
import os
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from lab.client import BLOCKED, Client, Connection
from lab.firewall import dropped
from lab.gateway import Gateway
from lab.network import Network, remove_abandoned
from lab.pki import Pki
from lab.run import ROOT, binaries
from lab.tls import s_client
from lab.traffic import echo_server, transfer

HOST = "vpn.example.com"
MEGABYTES = 64
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<AnyConnectProfile xmlns="http://schemas.xmlsoap.org/encoding/">
 <ServerList>
  <HostEntry><HostName>Demonstration</HostName><HostAddress>vpn.example.com</HostAddress></HostEntry>
 </ServerList>
</AnyConnectProfile>
"""


RESUMPTION = "--dtls12-ciphers=AES256-GCM-SHA384"
SHORTENED = "--demo-dtls-hellos=3"  # gives up after 4 s instead of 32


@dataclass
class Stage:
    """What the phases act on."""

    network: Network
    pki: Pki
    gateway: Gateway
    client: Client
    tunnel: Connection | None = None

    @property
    def shown(self):
        """The client's lines of phase `number`."""
        return {line[0]: line for line in self.tunnel.output.splitlines() if re.match(r"[1-6] \S", line)}


def say(text=""):
    print(text, flush=True)


def indented(text):
    return "\n".join("    | " + line for line in text.rstrip().splitlines())


def handshake(stage) -> bool:
    """Phase 1: the client verifies the gateway's certificate; a stranger's is blocked."""
    seen = s_client(stage.network["client"], "-CAfile", stage.pki.ca)
    say(f"  openssl s_client: {seen.version} {seen.cipher}, certificate {'good' if seen.verified else 'bad'}")
    say(f"  sallyport connect {HOST}    (without the authority: must be blocked)")
    untrusted = stage.client.connect(HOST)
    say(indented(untrusted.stdout) + f"\n    ended with {untrusted.returncode}")
    say(f"  sallyport connect --cafile ca.pem --user=alice {HOST}")
    stage.tunnel = stage.client.start(stage.pki, "--user=alice", "--no-dtls", HOST).wait_up()
    say(indented(stage.shown["1"]))
    return seen.verified and untrusted.returncode == BLOCKED


def select_group(stage) -> bool:
    """Phase 2: the gateway lists its groups, the client takes one."""
    say(indented(stage.shown["2"]))
    return "connection profile Employees" in stage.shown["2"]


def authenticate(stage) -> bool:
    """Phase 3: a password; a wrong one is refused."""
    say(indented(stage.shown["3"]))
    say(f"  sallyport connect --user=alice {HOST}    (with a wrong password: must be refused)")
    wrong = stage.client.start(stage.pki, "--user=alice", HOST, password="wrong")
    status = wrong.wait_end()
    say(indented(wrong.output.splitlines()[-1]) + f"\n    ended with {status}")
    return "user alice" in stage.shown["3"] and status == 2


def download(stage) -> bool:
    """Phase 4: the gateway's client profile, fetched in a TLS session of its own."""
    say(indented(stage.shown["4"]))
    say("  sallyport profile list\n" + indented(stage.client.run("profile", "list").stdout))
    kept = stage.client.home / ".config/sallyport/profiles/profile.xml"
    say(f"  {kept.stat().st_size} bytes, SHA-1 {hashlib.sha1(kept.read_bytes()).hexdigest().upper()}")
    return "files fetched 1" in stage.shown["4"] and kept.read_text() == PROFILE


def connect(stage) -> bool:
    """Phase 5: the tunnel over TLS, and what goes through it."""
    say(indented(stage.shown["5"]) + "\n" + indented(stage.tunnel.stdout))
    say(indented(stage.network["client"].run("ip", "-br", "address", "show", "dev", "sally0").stdout))
    move_data(stage, "TLS", "10.20.0.1", "fd20::1")
    say("  sallyportctl sessions\n" + indented(stage.gateway.ctl("sessions").stdout))
    return end(stage)


def move_data(stage, channel, *addresses):
    """Pings, and bytes there and back."""
    host = stage.network["client"]
    for address in addresses:
        pinged = host.run("ping", "-c", 3, "-i", "0.1", address).stdout.splitlines()
        say(f"  ping {address} over {channel}\n" + indented("\n".join(pinged[1:4] + pinged[-1:])))
        with echo_server(stage.network.gateway, address):
            begin = time.monotonic()
            transfer(host, address, MEGABYTES << 20)
            took = time.monotonic() - begin
        rate = MEGABYTES * 8 * 1.048576 / took
        said = f"{MEGABYTES} MB to {address} and back over {channel}: {took:.2f} s"
        say(f"  {said}, {rate:.0f} Mbit/s each way, same bytes")


def end(stage) -> bool:
    """Ctrl-C, and whether the machine is as it was."""
    say("  Ctrl-C")
    status = stage.tunnel.stop()
    say(indented(stage.tunnel.output.splitlines()[-1]) + f"\n    ended with {status}")
    return status == 0 and "sally0" not in stage.network["client"].ip("link")


def begin(stage, *options):
    """A new connection; shows what CONNECT agreed on for DTLS."""
    arguments = ("--user=alice", "--verbose", *options, HOST)
    say(f"  sallyport connect {' '.join(arguments)}")
    stage.tunnel = stage.client.start(stage.pki, *arguments).wait_up()
    headers = [line for line in stage.tunnel.output.splitlines() if line.startswith("5   X-DTLS")]
    say(indented("\n".join(headers)) + f"\n    | interface MTU {stage.network['client'].mtu()}")


def dtls_by(stage, mode, *options) -> bool:
    """Phase 6 until DTLS carries the data."""
    say(f"\n  by {mode}")
    begin(stage, *options)
    stage.tunnel.wait_output(r"dtls up .*\n")
    say(indented(stage.shown["6"]) + "\n" + indented(stage.tunnel.stdout))
    move_data(stage, "DTLS", "10.20.0.1")
    session = stage.gateway.only_session()
    say(f"  sallyportctl session: dtls {session['dtls']}, mtu {session['mtu']}")
    return session["dtls"]["state"] == "up" and end(stage)


def dtls_blocked(stage) -> bool:
    """UDP goes nowhere: data stays on TLS, and the interface gets the MTU for it."""
    say("\n  with UDP blocked at the gateway, hellos at 0, 1 and 3 s only, given up at 4 s instead of 32")
    with dropped(stage.network.gateway):
        begin(stage, SHORTENED)
        move_data(stage, "TLS", "10.20.0.1")
        stage.tunnel.wait_output(r"reconnect .*\n")
        said = [line for line in stage.tunnel.output.splitlines() if "DTLS is blocked" in line]
        say(indented(stage.tunnel.stdout) + "\n" + indented("\n".join(said)))
        say(f"    | interface MTU {stage.network['client'].mtu()}")
        move_data(stage, "TLS", "10.20.0.1")
        state = stage.gateway.only_session()["dtls"]["state"]
        return state == "none" and stage.network["client"].mtu() == 1418 and end(stage)


def dtls(stage) -> bool:
    """Phase 6: the flow's own way, openconnect's, and where UDP is blocked."""
    resumed = dtls_by(stage, "session resumption", RESUMPTION)
    return resumed and dtls_by(stage, "pre-shared key") and dtls_blocked(stage)


def demonstration_gateway(network, folder, pki) -> Gateway:
    """A gateway with the configuration that is built into it, and the files that this names."""
    gateway = Gateway(network.gateway, folder, {})
    gateway.write_config(gateway.host.run(binaries() / "sallyportd", "--demo-config").stdout)
    pair = pki.server()
    shutil.copy(pair.certificate, folder / "server.pem")
    shutil.copy(pair.key, folder / "server.key")
    (folder / "profile.xml").write_text(PROFILE)
    return gateway


# One function per phase, in the order of the flow; a phase without one is not built yet.
PHASES = [
    ("TLS handshake", handshake),
    ("POST, group selection", select_group),
    ("POST, user authentication", authenticate),
    ("downloader", download),
    ("CSTP CONNECT and the tunnel over TLS", connect),
    ("DTLS", dtls),
]


def play(stage) -> bool:
    """Plays what is built; False as soon as a phase fails."""
    summary = []
    for number, (name, phase) in enumerate(PHASES, 1):
        if phase is None:
            summary.append(f"  {number}  {name}: not built yet")
            continue
        say(f"\nphase {number}: {name}")
        worked = phase(stage)
        summary.append(f"  {number}  {name}: {'works' if worked else 'FAILED'}")
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
            gateway = demonstration_gateway(network, folder / "gateway", pki)
            client = Client(network["client"], folder / "home")
            try:
                gateway.start_as_written()
                say(f"sallyportd is ready: supervisor {gateway.pid}")
                for role, pid in sorted(gateway.roles().items()):
                    say(f"  {role} {pid}")
                worked = play(Stage(network, pki, gateway, client))
                if not worked:
                    say("the gateway's log\n" + indented(gateway.log))
                return 0 if worked else 1
            finally:
                client.close()
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
