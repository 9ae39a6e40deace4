"""DTLS that is blocked: when the client tries, when it gives up, and what the tunnel does meanwhile.

One client is blocked from the start for a minute and a half, and most tests look at it, in the order of its
life. Tests of other clients fill the time.
"""

import contextlib
import time

import pytest

from lab import firewall
from lab.client import Client
from lab.datagrams import Recorder, carries_data_over
from lab.run import wait_until
from lab.traffic import ping

HOST = "vpn.example.com"
GIVEN_UP = 32
NEXT_ATTEMPT = 92
TOLERANCE = 0.25


class Blocked:
    """A tunnel whose hellos vanish, until `way` is lifted; `seen` is the client's cable."""

    def __init__(self, tunnel, way, seen):
        self.tunnel, self.way, self.seen = tunnel, way, seen
        self.first_hello = seen.wait_for(lambda one: one.is_hello).time

    def age(self):
        """Seconds since the first hello."""
        return time.time() - self.first_hello

    def wait_output(self, pattern, until):
        return self.tunnel.wait_output(pattern, max(1, until - self.age()))


@pytest.fixture(scope="module")
def gateway(shared_gateway):
    return shared_gateway.start()


@pytest.fixture(scope="module")
def blocked(gateway, client_host, folder, pki):
    client = Client(client_host, folder / "blocked")
    source = client_host.ipv4
    with contextlib.closing(client), Recorder(client_host) as seen, firewall.dropped(
        gateway.host, source=source
    ) as way:
        tunnel = client.start(pki, "--user=alice", HOST).wait_up()
        yield Blocked(tunnel, way, seen)


@pytest.fixture
def second(blocked, network, folder, request):
    """Another client, beside the one that is blocked."""
    with contextlib.closing(Client(network["other"], folder / request.node.name[:30])) as client:
        yield client


def session_of(gateway, host):
    return next(one for one in gateway.ctl_json("sessions") if host.ipv4 in one["remote_address"])


def are(times, expected):
    return len(times) == len(expected) and all(
        abs(time - wanted) < TOLERANCE for time, wanted in zip(times, expected, strict=True)
    )


def test_data_goes_over_tls_from_the_start(blocked, gateway, client_host):
    assert blocked.tunnel.stdout.splitlines()[0].endswith(" dtls negotiating")
    assert client_host.mtu() == 1434
    carries_data_over("tcp", client_host, gateway)
    assert ping(client_host, "10.20.0.1", size=1434 - 28) == 3  # larger than what TLS would like
    assert session_of(gateway, client_host)["dtls"]["state"] != "up"
    assert blocked.age() < GIVEN_UP


def test_a_refusal_counts_as_silence(second, gateway, network, pki):
    other = network["other"]
    with Recorder(other) as seen, firewall.refused(gateway.host, source=other.ipv4):
        tunnel = second.start(pki, "--user=alice", f"--resolve={HOST}:192.0.2.1", HOST).wait_up()
        carries_data_over("tcp", other, gateway, "10.20.0.1")
        wait_until(lambda: len(seen.hellos()) == 3, 5, "three hellos are sent")
        assert are(seen.hello_times(), [0, 1, 3]), seen.hello_times()
        assert "blocked" not in tunnel.output


def test_a_firewall_of_the_clients_own_counts_as_silence(second, gateway, network, pki):
    other = network["other"]
    tunnel_options = ("--user=alice", f"--resolve={HOST}:192.0.2.1", HOST)
    with firewall.forbidden(other) as rule, Recorder(other) as seen:
        tunnel = second.start(pki, *tunnel_options).wait_up()
        times = [_time_of_drop(rule, number) for number in (1, 2, 3)]
        assert are([each - times[0] for each in times], [0, 1, 3]), times
        carries_data_over("tcp", other, gateway, "10.20.0.1")
        assert "blocked" not in tunnel.output and seen.datagrams() == []
    tunnel.wait_output(r"(?m)^dtls up ", 6)  # with the hello of second 7
    carries_data_over("udp", other, gateway, "10.20.0.1")


def _time_of_drop(rule, number):
    wait_until(lambda: rule.packets() >= number, 5, f"hello {number} is dropped")
    return time.time()


def test_a_lost_hello_is_repeated_and_does_its_work(second, gateway, network, pki):
    other = network["other"]
    with firewall.dropped(gateway.host, source=other.ipv4) as way, Recorder(other) as seen:
        tunnel = second.start(pki, "--user=alice", f"--resolve={HOST}:192.0.2.1", HOST).wait_up()
        wait_until(lambda: len(seen.hellos()) == 2, 5, "two hellos are sent")
        way.lift()
        tunnel.wait_output(r"(?m)^dtls up ", 4)
        assert are(seen.hello_times(), [0, 1, 3]), seen.hello_times()
        assert len({one.random for one in seen.hellos()}) == 1
    assert "reconnect" not in tunnel.stdout and other.mtu() == 1434
    carries_data_over("udp", other, gateway)


def test_data_goes_over_tls_while_it_tries(blocked, gateway, client_host):
    before = session_of(gateway, client_host)
    carries_data_over("tcp", client_host, gateway)
    assert blocked.age() < GIVEN_UP, "too late to say anything"
    assert session_of(gateway, client_host)["id"] == before["id"]


def test_after_32_seconds_the_interface_gets_the_mtu_of_tls(blocked, gateway, client_host):
    before = session_of(gateway, client_host)
    blocked.wait_output(r"(?m)^reconnect mtu 1418 tls$", GIVEN_UP + 1)
    assert abs(blocked.age() - GIVEN_UP) < 0.5
    assert client_host.mtu() == 1418
    assert "DTLS is blocked" in blocked.tunnel.output
    after = session_of(gateway, client_host)
    assert after["id"] == before["id"] and after["connected_at"] == before["connected_at"]
    carries_data_over("tcp", client_host, gateway)  # IPv4 and IPv6


def test_six_hellos_were_sent_with_growing_pauses(blocked):
    wait_until(lambda: blocked.age() > GIVEN_UP + 1, GIVEN_UP + 2, "it has given up")
    assert are(blocked.seen.hello_times()[:7], [0, 1, 3, 7, 15, 31]), blocked.seen.hello_times()


def test_a_minute_later_dtls_comes_up_if_it_can(blocked, gateway, client_host):
    blocked.wait_output(r"(?m)^reconnect mtu 1418 tls$", GIVEN_UP + 1)
    blocked.way.lift()
    tried = wait_until(lambda: blocked.seen.hellos(blocked.first_hello + GIVEN_UP + 1), 62, "it tries again")
    assert abs(tried[0].time - blocked.first_hello - NEXT_ATTEMPT) < 1
    blocked.tunnel.wait_output(r"(?m)^dtls up DTLSv1.2 PSK-AES256-GCM-SHA384$", 3)
    wait_until(lambda: session_of(gateway, client_host)["dtls"]["state"] == "up", 3, "and the gateway knows")
    # Data that DTLS can carry in any case: the interface stays as it is.
    assert client_host.mtu() == 1418
    assert blocked.tunnel.stdout.count("reconnect") == 1
    carries_data_over("udp", client_host, gateway)
