"""Faults of the machine and of its administrator: what a user sees of each, and what the log says."""

import contextlib
import os
import re
import resource
import signal
import socket

import pytest

from lab.anyconnect import AnyConnect, Tunnel, auth_reply, init
from lab.bad_keys import BAD_KEYS
from lab.client import OpenConnect
from lab.disk import fail, failing_disk_of, full, small_disk_of
from lab.gateway import PORT, POSITION
from lab.run import run, wait_until
from lab.tls import connect, read_to_end, shakes_hands
from lab.traffic import Talk, carries_data, echo_server

HOST = "vpn.example.com"
INNER = "10.20.0.1"


def token_for(host, user="alice"):
    with AnyConnect(host) as client:
        return client.log_in(user)


# No descriptors left


def with_descriptors(gateway, count):
    """Its gateway process may have so many from now on."""
    resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE, (count, count))
    gateway.wait_replaced("gateway", gateway.kill("gateway"))  # the successor gets what the supervisor has
    return gateway.roles()["gateway"]


def is_refused_at_once(host):
    """Not by the limit of a handshake: read_to_end() waits half as long."""
    with host.connect("192.0.2.1", PORT) as connection:
        return read_to_end(connection) == b""


def test_without_descriptors_connections_are_refused_and_tunnels_go_on(
    new_gateway, vpn_client, client_host, network, pki
):
    gateway, other = new_gateway(), network["other"]
    gateway.add_user("anna")
    few = 80
    pid = with_descriptors(gateway.start(), few)
    _start(vpn_client, pki, "anna")
    with contextlib.ExitStack() as open_ones:
        open_ones.enter_context(echo_server(gateway.host, INNER))
        talk = open_ones.enter_context(Talk(client_host, INNER))
        early = open_ones.enter_context(AnyConnect(other))
        early_token = token_for(other)
        early_tunnel = open_ones.enter_context(connect(other))
        tunnels = []
        with pytest.raises(OSError):
            while len(tunnels) < few:
                tunnels.append(open_ones.enter_context(Tunnel(other, token_for(other))))
        assert all(is_refused_at_once(other) for _ in range(20))
        lines = re.findall("no descriptor is left: connections are refused .*", gateway.log)
        assert len(lines) == 1 and f"last={other.ipv4}:" in lines[0], lines
        # Whoever is connected needs none, and some are kept for what keeps the service up.
        assert early.log_in() and _becomes_a_tunnel(early_tunnel, early_token)
        gateway.ctl("reload")
        gateway.wait_replaced("keeper", gateway.kill("keeper"))
        gateway.wait_replaced("authenticator", gateway.kill("authenticator"))
        assert gateway.ctl_json("status")["sessions"] == len(tunnels) + 2
        assert len(tunnels) > 10 and all(tunnel.pings() for tunnel in tunnels)
        talk.goes_on()
        assert gateway.roles()["gateway"] == pid
        tunnels[0].socket.close()
        wait_until(lambda: shakes_hands(other), 5, "there is room for another")


def test_admins_without_end_are_refused_and_leave_what_the_service_needs(new_gateway, client_host):
    gateway = new_gateway()
    pid = with_descriptors(gateway.start(), 80)
    with contextlib.ExitStack() as open_ones:
        admins = [open_ones.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(100)]
        for admin in admins:
            admin.connect(str(gateway.socket))
        gateway.wait_log("no descriptor is left: admin connections are refused")
        assert admins[-1].recv(1) == b"" and is_refused_at_once(client_host)
        os.kill(gateway.pid, signal.SIGHUP)
        gateway.wait_log("the new configuration is in force")
        assert gateway.roles()["gateway"] == pid
    wait_until(lambda: gateway.ctl("status", check=False).returncode == 0, 5, "admins are served again")
    assert shakes_hands(client_host)


def _becomes_a_tunnel(connection, token):
    request = f"CONNECT /CSCOSSLC/tunnel HTTP/1.1\r\nHost: {HOST}\r\nCookie: webvpn={token}\r\n\r\n"
    connection.sendall(request.encode())
    return connection.recv(65536).startswith(b"HTTP/1.1 200 CONNECTED\r\n")


# Disks


def test_a_full_disk_is_said_at_the_start(new_gateway):
    gateway = new_gateway()
    gateway.write_config()
    with small_disk_of(gateway) as folder, full(folder):
        done = gateway.command()
        assert done.returncode == 1
        assert re.search(r"error .*: .*disk full", done.stdout.splitlines()[-1]), done.stdout


def test_a_read_only_state_folder_is_said_at_the_start(new_gateway):
    gateway = new_gateway()
    gateway.write_config()
    with small_disk_of(gateway) as folder:
        run("mount", "-o", "remount,ro", folder)
        done = gateway.command()
        assert done.returncode == 1
        words = re.escape(str(gateway.config_file)) + POSITION + ".*Read-only file system"
        assert re.search(words, done.stdout.splitlines()[-1]), done.stdout


def _is_turned_away(gateway, network, folder, pki, vpn_client):
    """Each kind of client says why nobody can log in."""
    other = network["other"]
    with AnyConnect(other) as client:
        client.post(init())
        answer = client.post(auth_reply("alice", "correct horse"))
        assert answer.status == 503, answer.body
        assert answer.headers["X-Reason"] == "the session could not be stored" == answer.body.strip()
    where = ("--user=alice", "--passwd-on-stdin", f"--resolve={HOST}:192.0.2.1", HOST)
    done = vpn_client.connect("--cafile", pki.ca, *where, text_input="correct horse\n")
    assert done.returncode == 1 and "the session could not be stored" in done.stdout, done.stdout
    openconnect = OpenConnect(other, folder / "turned-away")
    done = openconnect.authenticate(pki, *where, password="correct horse")
    assert done.returncode != 0 and "503" in done.stdout, done.stdout
    gateway.wait_log("a login could not be kept: .*user=alice")


def _start(client, pki, user):
    tunnel = client.start(pki, f"--user={user}", HOST).wait_up()
    tunnel.wait_output(r"(?m)^dtls up ")
    return tunnel


def test_with_a_full_disk_tunnels_go_on_and_logins_wait(
    new_gateway, vpn_client, client_host, network, folder, pki
):
    gateway = new_gateway()
    gateway.add_user("anna")
    with small_disk_of(gateway) as disk:
        gateway.start()
        _start(vpn_client, pki, "anna")
        with echo_server(gateway.host, INNER), Talk(client_host, INNER) as talk:
            with full(disk):
                _is_turned_away(gateway, network, folder, pki, vpn_client)
                gateway.wait_log("cannot write the session store.*disk full")
                talk.goes_on()
            with Tunnel(network["other"], token_for(network["other"])) as tunnel:
                assert tunnel.pings(), "there is room again"
            talk.goes_on()
        vpn_client.close()


def test_with_a_disk_that_has_become_read_only_tunnels_go_on(
    new_gateway, vpn_client, client_host, network, folder, pki
):
    gateway = new_gateway()
    gateway.add_user("anna")
    with failing_disk_of(gateway) as disk:
        gateway.start()
        tunnel = _start(vpn_client, pki, "anna")
        with echo_server(gateway.host, INNER), Talk(client_host, INNER) as talk:
            fail(disk)
            _is_turned_away(gateway, network, folder, pki, vpn_client)
            gateway.wait_log("cannot write the session store")
            talk.goes_on()
        tunnel.send(signal.SIGUSR2)  # it can't come back either, and keeps what it has
        tunnel.wait_output("503")
        carries_data(client_host, gateway, INNER)
        vpn_client.close()


# An empty pool


def test_who_finds_the_pool_empty_is_told(new_gateway, untouched, vpn_client, network, pki):
    gateway = new_gateway(tunnel={"address_pool": "10.20.0.0/30"})
    del gateway.config["tunnel"]["address_pool6"]
    gateway.start()
    with Tunnel(network["other"], token_for(network["other"])) as tunnel:
        done = vpn_client.connect(
            *("--cafile", pki.ca, "--user=alice", "--passwd-on-stdin", HOST), text_input="correct horse\n"
        )
        assert done.returncode == 1 and "address pool" in done.stdout, done.stdout
        gateway.wait_log("no tunnel: .*address pool.*user=alice")
        assert tunnel.pings()


# The supervisor is killed


def test_a_killed_supervisor_leaves_nothing_and_clients_come_back(
    new_gateway, untouched, vpn_client, client_host, network, pki
):
    gateway = new_gateway().start()
    tunnel = _start(vpn_client, pki, "alice")
    before = gateway.only_session()
    with echo_server(gateway.host, INNER), Talk(client_host, INNER) as talk:
        talk.goes_on()
    os.kill(gateway.pid, signal.SIGKILL)
    gateway.wait_end()
    wait_until(lambda: not network.gateway.pids(), 10, "the others end with it")
    tunnel.wait_output("the connection was lost .*: reconnecting")
    # What a process had open goes a moment later than the process leaves its namespace.
    wait_until(lambda: not network.gateway.run("ss", "-Hlntu").stdout, 10, "nothing listens any more")
    wait_until(lambda: "sally0" not in network.gateway.ip("link"), 10, "the interface goes")
    assert client_host.run("ip", "link", "show", "sally0").returncode == 0, "the client keeps its interface"
    gateway.start()
    assert gateway.ctl("sessions").returncode == 0
    tunnel.send(signal.SIGUSR2)  # it need not wait for its next try
    tunnel.wait_back()
    gateway.wait_dtls()
    after = gateway.only_session()
    assert [after[key] for key in ("id", "ipv4", "ipv6")] == [before[key] for key in ("id", "ipv4", "ipv6")]
    carries_data(client_host, gateway, INNER)


# Keys


@pytest.mark.parametrize("spoil", BAD_KEYS, ids=lambda one: one.__name__)
def test_an_unreadable_key_is_refused_at_the_start(new_gateway, pair, spoil):
    gateway = new_gateway(tls={"private_key": "bad.key"})
    spoil(gateway.folder / "bad.key", pair)
    gateway.write_config()
    done = gateway.command()  # a pipe or a device without end would keep it for ever
    assert done.returncode == 1
    (line,) = [line for line in done.stdout.splitlines() if " error " in line]
    assert re.search(re.escape(str(gateway.config_file)) + POSITION, line), line
