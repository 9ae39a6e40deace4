"""Users whose tunnels carry data while something else happens to their gateway."""

import contextlib
import re
import signal
from pathlib import Path

from lab.client import Client
from lab.gateway import Gateway
from lab.network import Network
from lab.pki import Pki
from lab.run import wait_until

HOST = "vpn.example.com"
INNER = "10.20.0.1"
MOST_UNDER_WAY = 40  # pings, when they are over: two seconds on a busy machine


class Bystanders:
    """Two clients, each on a host of its own: anna has DTLS, otto has TLS alone. The gateway knows both."""

    NAMES = ("anna", "otto")

    def __init__(self, gateway: Gateway, network: Network, folder: Path, pki: Pki):
        self._gateway = gateway
        self._clients = []
        tls_only = ("--no-dtls", f"--resolve={HOST}:192.0.2.1")
        ways = (("anna", network["client"], ()), ("otto", network["other"], tls_only))
        try:
            for user, host, options in ways:
                client = Client(host, folder / user)
                self._clients.append(client)
                tunnel = client.start(pki, f"--user={user}", *options, HOST).wait_up()
                if not options:
                    tunnel.wait_output(r"(?m)^dtls up ")
        except BaseException:
            self.close()
            raise

    def close(self):
        for client in self._clients:
            client.close()

    @contextlib.contextmanager
    def undisturbed(self):
        """Both ping through their tunnels without a pause: nothing gets lost, and nobody connects again."""
        before = self._tunnels()
        assert [user for user, *_ in before] == list(self.NAMES)
        command = ("ping", "-i", "0.05", "-W", "1", INNER)
        with contextlib.ExitStack() as running:
            pings = []
            for client in self._clients:
                said = client.home / "pings"
                output = running.enter_context(open(said, "wb"))
                ping = client.host.start(*command, stdout=output, stderr=output)
                running.callback(_end, ping)
                pings.append((ping, said))
            for _, said in pings:
                _one_comes_back(said)
            yield
            for ping, said in pings:
                _one_comes_back(said)  # what got lost before leaves a gap
                ping.send_signal(signal.SIGINT)
                ping.wait(5)
                _nothing_was_lost(said.read_text())
        assert self._tunnels() == before

    def _tunnels(self):
        sessions = self._gateway.ctl_json("sessions")
        return sorted(
            (one["user"], one["id"], one["connected_at"], one["dtls"]["state"])
            for one in sessions
            if one["user"] in self.NAMES
        )


def _end(ping):
    ping.kill()
    ping.wait()


def _one_comes_back(said):
    """Of the pings from here on, or that are under way."""
    before = said.read_bytes().count(b"bytes from")
    wait_until(lambda: said.read_bytes().count(b"bytes from") > before, 10, "a ping comes back")


def _nothing_was_lost(said):
    sent = int(re.search(r"(\d+) packets transmitted", said)[1])
    answered = [int(number) for number in re.findall(r"bytes from .* icmp_seq=(\d+)", said)]
    assert answered == list(range(1, answered[-1] + 1)), said
    assert sent - answered[-1] < MOST_UNDER_WAY, said
