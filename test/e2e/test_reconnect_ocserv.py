"""sallyport builds its tunnel again on Debian's ocserv."""

import os
import signal

import pytest

from lab.client import LOGIN_FAILED, OpenConnect
from lab.datagrams import carries_data_over
from lab.network import another_address
from lab.ocserv import PORT, Ocserv
from lab.traffic import Talk, carries_data, echo_server

HOST = f"vpn.example.com:{PORT}"
IPV4 = Ocserv.inner[0]


@pytest.fixture(scope="module")
def ocserv(network, folder, pair):
    made = Ocserv(network.gateway, folder / "shared", pair)
    made.config.update({"udp-port": PORT, "dpd": 1, "route": ["10.30.0.0/24", "fd20:0:0:30::/64"]})
    yield made.start()
    made.stop()


@pytest.fixture
def client(untouched, vpn_client):
    yield vpn_client
    vpn_client.close()


def start(client, pki, *options):
    return client.start(pki, "--user=alice", *options, HOST).wait_up()


def addresses(ocserv):
    user = ocserv.only_user()
    return user["IPv4"], user["IPv6"]


def test_a_worker_that_dies(ocserv, client, client_host, pki):
    tunnel = start(client, pki)
    tunnel.wait_output(r"(?m)^dtls up ")
    before = addresses(ocserv)
    with echo_server(ocserv.host, IPV4), Talk(client_host, IPV4) as talk:
        talk.goes_on()
        os.kill(int(ocserv.only_user()["ID"]), signal.SIGKILL)
        tunnel.wait_back()
        talk.goes_on()
    assert "the connection was lost" in tunnel.output
    assert tunnel.stdout.splitlines()[2].split()[1:3] == list(before) == list(addresses(ocserv))
    tunnel.wait_dtls_back()
    carries_data_over("udp", client_host, ocserv, IPV4, port=PORT)
    assert tunnel.stop() == 0, tunnel.output
    ocserv.has_no_session()


def test_a_worker_that_falls_silent(ocserv, client, client_host, pki):
    tunnel = start(client, pki, "--no-dtls")
    before = addresses(ocserv)
    worker = int(ocserv.only_user()["ID"])
    os.kill(worker, signal.SIGSTOP)
    try:
        tunnel.wait_output("has not been heard")
        tunnel.wait_back()
    finally:
        os.kill(worker, signal.SIGCONT)
    assert addresses(ocserv) == before
    carries_data(client_host, ocserv, IPV4)


def test_the_users_reconnect_loses_no_data(ocserv, client, client_host, pki):
    tunnel = start(client, pki)
    tunnel.wait_output(r"(?m)^dtls up ")
    before = addresses(ocserv)
    with echo_server(ocserv.host, IPV4), Talk(client_host, IPV4) as talk:
        talk.goes_on()
        for times in (1, 2):
            tunnel.send(signal.SIGUSR2)
            tunnel.wait_back(times)
            talk.goes_on()
    assert "lost" not in tunnel.output and "DTLS has ended" not in tunnel.output, tunnel.output
    assert addresses(ocserv) == before
    tunnel.wait_dtls_back(2)
    carries_data_over("udp", client_host, ocserv, IPV4, port=PORT)


def test_another_address_of_this_machine(ocserv, client, client_host, pki):
    tunnel = start(client, pki)
    tunnel.wait_output(r"(?m)^dtls up ")
    before = addresses(ocserv)
    with echo_server(ocserv.host, IPV4), Talk(client_host, IPV4) as talk:
        talk.goes_on()
        with another_address(client_host):
            tunnel.wait_back()
            # A worker with TLS data for an address that is gone waits for ever, and keeps the route.
            tunnel.wait_dtls_back()
            talk.goes_on()
            assert ocserv.only_user()["Remote IP"] == "192.0.2.3"
            assert addresses(ocserv) == before
        tunnel.wait_back(2)
        talk.goes_on()


def test_the_stock_script(ocserv, client, client_host, pki):
    tunnel = start(client, pki, "--script", OpenConnect.SCRIPT)
    os.kill(int(ocserv.only_user()["ID"]), signal.SIGKILL)
    tunnel.wait_back()
    carries_data(client_host, ocserv)
    assert tunnel.stop() == 0, tunnel.output


def test_an_ocserv_that_was_restarted_no_longer_knows_the_session(ocserv, client, pki):
    tunnel = start(client, pki, "--no-dtls")
    os.kill(ocserv.process.pid, signal.SIGKILL)
    ocserv.process.wait()
    tunnel.wait_output("cannot reconnect: cannot reach 192.0.2.1:4443: Connection refused; the next try")
    ocserv.start()
    tunnel.send(signal.SIGUSR2)
    assert tunnel.wait_end() == LOGIN_FAILED, tunnel.output
    assert "the gateway no longer knows the session: 401" in tunnel.output, tunnel.output
