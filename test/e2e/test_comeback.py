"""Debian's openconnect comes back: from a gateway that crashed or was restarted, from another address."""

import os
import re
import signal

import pytest

from lab.anyconnect import AnyConnect, Tunnel
from lab.client import OpenConnect
from lab.datagrams import FROM_GATEWAY, Recorder, carries_data_over
from lab.firewall import nat_port
from lab.gateway import PORT
from lab.network import another_address
from lab.run import wait_until
from lab.traffic import Talk, carries_data, echo_server

HOST = "vpn.example.com"


@pytest.fixture
def dpd():
    return "30s"


@pytest.fixture
def gateway(new_gateway, dpd):
    made = new_gateway()
    made.add_user("bob")
    made.add_user("carol")
    made.config["group_policy"]["staff"]["dpd"] = dpd
    return made.start()


@pytest.fixture
def openconnect(gateway, client_host, folder, request):
    made = OpenConnect(client_host, folder / f"oc-{request.node.name[:40]}")
    yield made
    made.close()


class ByHand:
    """Tunnels of other users on the same gateway."""

    def __init__(self, host, *users):
        self.host = host
        self.tokens = []
        for user in users:
            with AnyConnect(host) as client:
                self.tokens.append(client.log_in(user))
        self.connect()

    def connect(self):
        self.tunnels = [Tunnel(self.host, token) for token in self.tokens]

    def addresses(self):
        return [tunnel.header("X-CSTP-Address") for tunnel in self.tunnels]

    def close(self):
        for tunnel in self.tunnels:
            tunnel.socket.close()

    def go_on(self):
        assert all(tunnel.pings() for tunnel in self.tunnels)

    def come_back(self):
        """They were closed without a DISCONNECT, and get on with what they had."""
        assert [tunnel.last_word() for tunnel in self.tunnels] == [None for _ in self.tunnels]
        before = self.addresses()
        self.close()
        self.connect()
        assert self.addresses() == before
        self.go_on()


@pytest.fixture
def others(gateway, network):
    made = ByHand(network["other"], "bob", "carol")
    yield made
    made.close()


def alice(gateway):
    (session,) = [one for one in gateway.ctl_json("sessions", "--all") if one["user"] == "alice"]
    return session


def has_dtls(gateway):
    return alice(gateway)["dtls"]["state"] == "up"


def start(openconnect, gateway, pki, *options):
    tunnel = openconnect.start(pki, "--user=alice", *options, HOST).wait_up()
    wait_until(lambda: has_dtls(gateway), 5, "DTLS is up")
    return tunnel


def crash(gateway):
    former = gateway.kill("gateway")
    gateway.wait_replaced("gateway", former)


def crash_of_the_service(gateway):
    os.kill(gateway.pid, signal.SIGKILL)
    gateway.stop()
    gateway.start()


def restart(gateway):
    gateway.stop()
    gateway.start()


def restart_by_ctl(gateway):
    gateway.ctl("stop")
    assert gateway.wait_end() == 0
    gateway.start()


# openconnect tries at once, which a service that is just being started may refuse, and then every ten
# seconds; a SIGUSR2 spares the others that wait.
@pytest.mark.parametrize(
    "incident, urge", [(crash, False), (restart, False), (crash_of_the_service, True), (restart_by_ctl, True)]
)
def test_it_comes_back_by_itself(gateway, openconnect, client_host, others, pki, incident, urge):
    tunnel = start(openconnect, gateway, pki)
    carries_data(client_host, gateway, "10.20.0.1")
    before = alice(gateway)
    said = len(tunnel.output)
    incident(gateway)
    others.come_back()
    if urge:
        tunnel.send(signal.SIGUSR2)
    wait_until(lambda: has_dtls(gateway), 15, lambda: f"DTLS is up again:\n{tunnel.output[said:]}")
    after = alice(gateway)
    for key in ("id", "ipv4", "ipv6", "created_at", "connection_profile"):
        assert after[key] == before[key], key
    if incident in (restart, restart_by_ctl):  # nothing was lost; a crash may cost a minute
        assert after["rx_bytes"] >= before["rx_bytes"] > 1 << 20
    carries_data_over("udp", client_host, gateway)
    assert len(gateway.ctl_json("sessions")) == 3
    assert tunnel.stop() == 0  # and its goodbye ends the session that it came back to
    wait_until(lambda: len(gateway.ctl_json("sessions", "--all")) == 2, 5, "alice's session is gone")


def test_a_dead_keeper_or_authenticator_and_reloads_make_no_gap(
    gateway, openconnect, client_host, others, pki
):
    tunnel = start(openconnect, gateway, pki)
    since = alice(gateway)["connected_at"]
    with echo_server(gateway.host, "10.20.0.1"), Talk(client_host, "10.20.0.1") as talk:
        for role in ("keeper", "authenticator"):
            former = gateway.kill(role)
            talk.goes_on(2)
            gateway.wait_replaced(role, former)
            talk.goes_on(2)
            gateway.ctl("reload")
            talk.goes_on(2)
    others.go_on()
    assert alice(gateway)["connected_at"] == since and has_dtls(gateway)
    assert not re.search("[Rr]econnect|dead peer", tunnel.output), tunnel.output


def test_a_stop_that_ends_the_sessions_ends_it(gateway, openconnect, pki):
    tunnel = start(openconnect, gateway, pki)
    gateway.ctl("stop", "--end-sessions")
    assert tunnel.wait_end() != 0
    assert "disconnected by an administrator" in tunnel.output
    assert gateway.wait_end() == 0


@pytest.mark.parametrize("dpd", ["2s"])  # openconnect's measure of silence
def test_it_roams_to_another_address(gateway, openconnect, client_host, pki):
    tunnel = start(openconnect, gateway, pki)
    before = alice(gateway)
    assert before["remote_address"] == "192.0.2.2"
    with another_address(client_host, at_once=True):
        wait_until(
            lambda: (now := alice(gateway))["remote_address"] == "192.0.2.3" and now["dtls"]["state"] == "up",
            *(20, lambda: f"it is there with its new address:\n{tunnel.output}"),
        )
        after = alice(gateway)
        assert (after["id"], after["ipv4"]) == (before["id"], before["ipv4"])
        carries_data_over("udp", client_host, gateway)
        assert len(gateway.ctl_json("sessions", "--all")) == 1
        tunnel.stop()


def test_it_comes_back_after_a_broken_connection(gateway, openconnect, client_host, pki):
    tunnel = start(openconnect, gateway, pki)
    before = alice(gateway)
    logged = len(gateway.log)
    with echo_server(gateway.host, "10.20.0.1"), Talk(client_host, "10.20.0.1") as talk:
        talk.goes_on()
        client_host.break_connections("192.0.2.1", PORT)
        gateway.wait_log("tunnel open", after=logged)
        talk.goes_on()
        gateway.wait_log("DTLS up", after=logged)
        talk.goes_on()
    after = alice(gateway)
    assert (after["id"], after["ipv4"]) == (before["id"], before["ipv4"])
    assert "CSTP" in tunnel.output and len(gateway.ctl_json("sessions", "--all")) == 1


def test_a_new_port_of_its_udp_is_followed(gateway, openconnect, client_host, pki):
    with Recorder(client_host) as seen:
        start(openconnect, gateway, pki, "--dtls-local-port=40404")
        logged = len(gateway.log)
        with nat_port(client_host, 40404, 50505):
            carries_data_over("udp", client_host, gateway)
            gateway.wait_log("DTLS goes on .*peer=192.0.2.2:50505", after=logged)
            assert has_dtls(gateway)
        assert 50505 in {one.destination[1] for one in seen.datagrams(FROM_GATEWAY)}
        assert len(seen.hellos()) == 1


def test_a_second_one_with_the_cookie_takes_over(gateway, openconnect, client_host, network, folder, pki):
    done = openconnect.authenticate(pki, "--user=alice", "--passwd-on-stdin", HOST, password="correct horse")
    cookie = re.search("COOKIE='(.*)'", done.stdout)[1]

    def with_cookie(client):
        where = f"--resolve={HOST}:192.0.2.1"
        words = f"\n{cookie}"  # behind the line that would be a password
        tunnel = client.start(pki, "--cookie-on-stdin", where, HOST, password=words).wait_up()
        wait_until(lambda: has_dtls(gateway), 5, "DTLS is up")
        return tunnel

    first = with_cookie(openconnect)
    before = alice(gateway)
    first.send(signal.SIGSTOP)  # else it would take its session back
    second = OpenConnect(network["other"], folder / "second")
    try:
        with_cookie(second)
        after = alice(gateway)
        assert (after["id"], after["ipv4"]) == (before["id"], before["ipv4"])
        assert after["remote_address"] == "198.51.100.2"
        carries_data_over("udp", network["other"], gateway)
        assert len(gateway.ctl_json("sessions", "--all")) == 1
    finally:
        first.send(signal.SIGKILL)
        second.close()
