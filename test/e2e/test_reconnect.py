"""sallyport builds its tunnel again: lost connections, gateways that restart, networks that change."""

import contextlib
import signal

import pytest

from lab import firewall
from lab.client import BLOCKED, LOGIN_FAILED, OpenConnect
from lab.datagrams import carries_data_over
from lab.gateway import PORT
from lab.interceptor import Held, interceptor
from lab.network import another_address
from lab.traffic import Talk, carries_data, echo_server, ping

HOST = "vpn.example.com"
INNER = "10.20.0.1"


@pytest.fixture(scope="module")
def shared_gateway(shared_gateway):
    shared_gateway.config["group_policy"]["staff"]["dpd"] = "1s"
    return shared_gateway


@contextlib.contextmanager
def cut_off(client_host, tunnel, silently=False):
    """Nothing gets through, and the client has noticed."""
    rules = (("output", 0, f"tcp dport {PORT} drop"), ("input", 0, f"tcp sport {PORT} drop"))
    with firewall.lost(client_host, client_host), firewall.Rules(client_host, *rules):
        if not silently:
            client_host.break_connections("192.0.2.1", PORT)
        tunnel.wait_output("the connection was lost .*: reconnecting")
        yield


def start(client, pki, *options, target=HOST):
    return client.start(pki, "--user=alice", *options, target).wait_up()


def show_expired_certificate(gateway, pki):
    old = pki.server("expired", days=-1)
    gateway.config["tls"].update(certificate=str(old.certificate), private_key=str(old.key))


def same_session(before, gateway):
    now = gateway.only_session()
    names = ("id", "ipv4", "ipv6", "user")
    return [now[name] for name in names] == [before[name] for name in names]


# Lost connections


def test_a_broken_connection_is_made_again_at_once(gateway, client, client_host, pki):
    tunnel = start(client, pki, "--no-dtls")
    before = gateway.only_session()
    with echo_server(gateway.host, INNER), Talk(client_host, INNER) as talk:
        talk.goes_on()
        client_host.break_connections("192.0.2.1", PORT)
        tunnel.wait_back(seconds=3)
        talk.goes_on()
    line = next(line for line in tunnel.stdout.splitlines() if line.startswith("reconnect"))
    assert line.split()[1:3] == [before["ipv4"], before["ipv6"]], line
    assert line.endswith(" tls TLSv1.3 TLS_AES_256_GCM_SHA384 dtls none"), line
    assert "the connection was lost" in tunnel.output and "cannot reconnect" not in tunnel.output
    assert same_session(before, gateway)
    carries_data(client_host, gateway)
    assert tunnel.stop() == 0
    gateway.has_no_session()


def test_a_silent_connection_is_given_up_and_the_user_need_not_wait(gateway, client, client_host, pki):
    tunnel = start(client, pki)
    before = gateway.only_session()
    with cut_off(client_host, tunnel, silently=True):
        pass
    tunnel.send(signal.SIGUSR2)
    tunnel.wait_back()
    assert "has not been heard" in tunnel.output and "DTLS has ended" not in tunnel.output, tunnel.output
    assert same_session(before, gateway)
    tunnel.wait_dtls_back()
    carries_data_over("udp", client_host, gateway, INNER)


def test_the_users_reconnect_loses_no_data(gateway, client, client_host, pki):
    # The old tunnel goes on until the new one is there, and its UDP port is free again.
    tunnel = start(client, pki, "--dtls-local-port=40404")
    tunnel.wait_output(r"(?m)^dtls up ")
    before = gateway.only_session()
    with echo_server(gateway.host, INNER), Talk(client_host, INNER) as talk:
        talk.goes_on()
        for times in (1, 2):
            tunnel.send(signal.SIGUSR2)
            tunnel.wait_back(times)
            talk.goes_on()
    tunnel.wait_dtls_back(2)
    assert same_session(before, gateway)
    assert "lost" not in tunnel.output and "DTLS has ended" not in tunnel.output, tunnel.output
    carries_data_over("udp", client_host, gateway, INNER)


def test_statistics_are_of_all_tunnels_of_the_run(gateway, client, client_host, pki):
    tunnel = start(client, pki, "--no-dtls")
    assert ping(client_host, INNER, 10) == 10
    with cut_off(client_host, tunnel):
        tunnel.send(signal.SIGUSR1)
        tunnel.wait_output(r"received 1\d packets")
    tunnel.send(signal.SIGUSR2)
    tunnel.wait_back()
    assert ping(client_host, INNER, 10) == 10
    tunnel.send(signal.SIGUSR1)
    tunnel.wait_output(r"received 2\d packets")


@pytest.mark.parametrize("number, words", [(signal.SIGINT, "disconnected"), (signal.SIGHUP, "detached")])
def test_the_user_may_end_it_meanwhile(gateway, client, client_host, pki, number, words):
    tunnel = start(client, pki)
    with cut_off(client_host, tunnel):
        tunnel.send(number)
        assert tunnel.wait_end(2) == 0, tunnel.output
        assert f"{words}: the session stays at the gateway for a while" in tunnel.output
        assert "sally0" not in client_host.ip("link")


def test_the_user_ends_it_while_the_gateway_answers(gateway, client, network, pair, pki):
    # It listens to the new tunnel by then, and not to the old one any more.
    answer = Held(b" 200 CONNECTED")
    with interceptor(network.gateway, pair, 8443, held=answer):
        tunnel = start(client, pki, "--no-dtls", target=f"{HOST}:8443")
        answer.hold_next()
        tunnel.send(signal.SIGUSR2)
        answer.wait()
        tunnel.send(signal.SIGINT)
        answer.release()
        assert tunnel.wait_end(4) == 0, tunnel.output
    assert tunnel.output.endswith("disconnected\n"), tunnel.output
    gateway.has_no_session()


def test_a_session_that_is_gone_ends_with_2(gateway, client, client_host, pki):
    tunnel = start(client, pki)
    with cut_off(client_host, tunnel):
        gateway.ctl("disconnect", "--all")
    tunnel.send(signal.SIGUSR2)
    assert tunnel.wait_end() == LOGIN_FAILED, tunnel.output
    assert "the gateway no longer knows the session: 401" in tunnel.output


def test_a_name_that_cannot_be_looked_up_does_not_keep_it_waiting(
    gateway, client, client_host, network, pair, pki
):
    names, hosts = client_host.files / "resolv.conf", client_host.files / "hosts"
    before = names.read_text(), hosts.read_text()
    may_move = {b"X-CSTP-Keepalive: 20": b"X-CSTP-DynDNS:  true"}
    silent = firewall.Rules(network.gateway, ("input", 0, "udp dport 53 counter drop"))
    with interceptor(network.gateway, pair, 8443, may_move), silent:
        tunnel = start(client, pki, "--no-dtls", target=f"{HOST}:8443")
        try:
            names.write_text("nameserver 192.0.2.1\n")
            hosts.write_text("127.0.0.1 localhost\n")
            client_host.break_connections("192.0.2.1", 8443)
            tunnel.wait_back(seconds=6)
        finally:
            names.write_text(before[0])
            hosts.write_text(before[1])
        assert silent.packets() > 0
        assert "the gateway's name could not be found again" in tunnel.output, tunnel.output
        assert tunnel.stop() == 0


# Gateways that restart


def test_a_gateway_that_is_killed_restarted_and_wiped(
    new_gateway, untouched, vpn_client, client_host, pki
):
    gateway = new_gateway().start()
    tunnel = start(vpn_client, pki)
    tunnel.wait_output(r"(?m)^dtls up ")
    before = gateway.only_session()
    with echo_server(gateway.host, INNER), Talk(client_host, INNER) as talk:
        talk.goes_on()
        gateway.wait_replaced("gateway", gateway.kill("gateway"))
        tunnel.wait_back()
        talk.goes_on()
    assert same_session(before, gateway)
    gateway.stop()
    tunnel.wait_output("(?s)the connection was lost .*the connection was lost .*; the next try is in 10 s")
    gateway.start()
    tunnel.send(signal.SIGUSR2)
    tunnel.wait_back(2)
    assert same_session(before, gateway)
    carries_data(client_host, gateway)
    # Its state is lost, and with that the session.
    gateway.stop()
    gateway.config["state"]["directory"] = "another-state"
    gateway.start()
    tunnel.send(signal.SIGUSR2)
    assert tunnel.wait_end() == LOGIN_FAILED, tunnel.output


def test_a_gateway_that_stays_away_ends_it_with_1(new_gateway, untouched, vpn_client, pki):
    gateway = new_gateway().start()
    tunnel = start(vpn_client, pki, "--reconnect-timeout=1")
    gateway.stop()
    assert tunnel.wait_end(4) == 1, tunnel.output
    assert "the connection could not be made again within 1 s: cannot reach 192.0.2.1:443" in tunnel.output


def test_another_certificate_is_blocked(new_gateway, untouched, vpn_client, pki):
    gateway = new_gateway().start()
    tunnel = start(vpn_client, pki)
    gateway.stop()
    show_expired_certificate(gateway, pki)
    gateway.start()
    tunnel.send(signal.SIGUSR2)
    assert tunnel.wait_end() == BLOCKED, tunnel.output


def test_another_certificate_ends_no_tunnel_that_works(new_gateway, untouched, vpn_client, client_host, pki):
    gateway = new_gateway().start()
    tunnel = start(vpn_client, pki)
    show_expired_certificate(gateway, pki)
    gateway.write_config()
    gateway.reload()
    gateway.wait_log("new configuration is in force")
    tunnel.send(signal.SIGUSR2)
    tunnel.wait_output("no new connection, the old one goes on: blocked: .* expired")
    carries_data(client_host, gateway)
    assert tunnel.stop() == 0, tunnel.output
    gateway.has_no_session()


def test_another_inner_address_and_mtu(new_gateway, untouched, vpn_client, client_host, pki):
    gateway = new_gateway().start()
    tunnel = start(vpn_client, pki, "--no-dtls")
    gateway.stop()
    gateway.config["tunnel"].update(address_pool="10.21.0.0/16", mtu=1300)
    gateway.start()
    tunnel.send(signal.SIGUSR2)
    tunnel.wait_back()
    session = gateway.only_session()
    assert session["ipv4"].startswith("10.21.")
    shown = client_host.ip("address", "show", "dev", "sally0")
    assert f"inet {session['ipv4']}/" in shown and "inet 10.20." not in shown and "mtu 1300" in shown, shown
    carries_data(client_host, gateway, "10.21.0.1", "fd20::1")


# Networks that change


def test_another_address_of_this_machine(new_gateway, untouched, vpn_client, client_host, pki):
    gateway = new_gateway().start()  # with a DPD of 30 s: nobody waits for that
    tunnel = start(vpn_client, pki, "-v")
    before = gateway.only_session()
    with echo_server(gateway.host, INNER), Talk(client_host, INNER) as talk:
        talk.goes_on()
        with another_address(client_host):
            tunnel.wait_back(seconds=5)
            assert gateway.only_session()["remote_address"].startswith("192.0.2.3")
            talk.goes_on()
        tunnel.wait_back(2, seconds=5)
        talk.goes_on()
    assert same_session(before, gateway)
    assert "the network has changed: reconnecting" in tunnel.output
    tunnel.wait_dtls_back(2)
    carries_data_over("udp", client_host, gateway, INNER)


@pytest.mark.parametrize("networks", [[], ["10.20.0.0/16"]], ids=["tunnel all", "split"])
def test_the_other_family(new_gateway, untouched, vpn_client, client_host, pki, networks):
    gateway = new_gateway()
    gateway.config["group_policy"]["staff"]["split_include"] = networks
    gateway.start()
    both = [f"--resolve={HOST}:{address}" for address in ("192.0.2.1", "2001:db8::1")]
    tunnel = start(vpn_client, pki, *both)
    before = gateway.only_session()
    client_host.ip("address", "delete", "192.0.2.2/24", "dev", "cable0")
    try:
        tunnel.wait_back(seconds=5)
        assert same_session(before, gateway)
        tunnel.wait_dtls_back()
        carries_data_over("udp", client_host, gateway, INNER)
    finally:
        client_host.ip("address", "add", "192.0.2.2/24", "dev", "cable0")
        client_host.ip("route", "add", "default", "via", "192.0.2.1")


def test_changes_that_do_not_matter_change_nothing(gateway, client, client_host, pki):
    tunnel = start(client, pki, "--no-dtls")
    client_host.ip("link", "add", "other0", "type", "veth", "peer", "name", "other1")
    client_host.ip("address", "add", "203.0.113.2/24", "dev", "other0")
    client_host.ip("link", "set", "other0", "up")
    client_host.ip("link", "delete", "other0")
    carries_data(client_host, gateway, INNER)
    assert "reconnect" not in tunnel.output


# The user's script


def test_a_script_hears_of_each_turn(gateway, client, client_host, folder, pki):
    log = folder / "reasons"
    script = f"echo $reason $INTERNAL_IP4_ADDRESS >> {log}; {OpenConnect.SCRIPT}"
    tunnel = start(client, pki, "--script", script)
    address = gateway.only_session()["ipv4"]
    client_host.break_connections("192.0.2.1", PORT)
    tunnel.wait_back()
    carries_data(client_host, gateway)
    assert tunnel.stop() == 0, tunnel.output
    reasons = ("pre-init", "connect", "attempt-reconnect", "reconnect", "disconnect")
    assert log.read_text().splitlines() == [f"{reason} {address}" for reason in reasons]
