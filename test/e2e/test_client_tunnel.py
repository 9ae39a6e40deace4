"""sallyport on our gateway: phases 1, 2, 3 and 5, data over TLS, and what it leaves behind on the machine.

DTLS is in the tests test_dtls*; here it is off where it would change what is looked at.
"""

import os
import signal

import pytest

from lab import processes
from lab.client import OpenConnect
from lab.run import wait_until
from lab.traffic import carries_data, ping

HOST = "vpn.example.com"


def connection_process(tunnel):
    """The unprivileged part."""
    children = [
        int(pid)
        for pid in os.listdir("/proc")
        if pid.isdigit() and processes.exists(pid) and processes.parent(pid) == tunnel.process.pid
    ]
    return next(pid for pid in children if processes.uid(pid) != 0)


def test_data_over_tls(gateway, client, client_host, pki):
    tunnel = client.start(pki, "--user=alice", "--no-dtls", HOST).wait_up()
    carries_data(client_host, gateway)
    session = gateway.only_session()
    assert session["user"] == "alice" and session["mtu"] == 1418, session
    assert session["rx_bytes"] > 2 << 20 and session["tx_bytes"] > 2 << 20, session
    first = tunnel.stdout.splitlines()[0].split()
    assert first[:3] == ["connected", session["ipv4"], session["ipv6"]]
    assert "tls TLSv1.3 TLS_AES_256_GCM_SHA384 dtls none" in tunnel.stdout


def test_the_phases_are_shown_with_their_times(gateway, client, pki):
    shown = client.start(pki, "--user=alice", HOST).wait_up().output
    for phase in ("1 TLS handshake", "2 POST, group selection", "3 POST, user auth", "5 CSTP CONNECT"):
        assert any(line.startswith(phase) and " ms " in line for line in shown.splitlines()), shown
    assert "correct horse" not in shown and "Welcome" in shown


def test_over_ipv6(gateway, client, client_host, pki):
    client.start(pki, "--user=alice", "--no-dtls", f"--resolve={HOST}:2001:db8::1", HOST).wait_up()
    assert gateway.only_session()["mtu"] == 1398
    carries_data(client_host, gateway)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_session_and_interface(gateway, client, client_host, pki, number):
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    assert "sally0" in client_host.ip("link")
    tunnel.send(number)
    assert tunnel.wait_end() == 0, tunnel.output
    assert "sally0" not in client_host.ip("link")
    gateway.has_no_session()


def test_an_end_that_arrives_twice_is_told_to_the_gateway_all_the_same(gateway, client, client_host, pki):
    """As timeout(1) sends it: to the client, and to its process group."""
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    for _ in range(3):
        tunnel.send(signal.SIGTERM)
    assert tunnel.wait_end() == 0, tunnel.output
    gateway.has_no_session()


def test_hangup_detaches_and_leaves_the_session(gateway, client, pki):
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    tunnel.send(signal.SIGHUP)
    assert tunnel.wait_end() == 0, tunnel.output
    gateway.has_no_tunnel()
    assert [one["state"] for one in gateway.ctl_json("sessions", "--all")] == ["detached"]


def test_statistics(gateway, client, client_host, pki):
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    ping(client_host, "10.20.0.1")
    tunnel.send(signal.SIGUSR1)
    tunnel.wait_output(r"sent \d+ packets")


def test_a_wrong_password_ends_with_2(gateway, client, pki):
    tunnel = client.start(pki, "--user=alice", HOST, password="wrong")
    assert tunnel.wait_end() == 2, tunnel.output
    assert "Login failed" in tunnel.output
    assert gateway.ctl_json("sessions", "--all") == []


def test_a_second_line_is_a_second_try(gateway, client, client_host, pki):
    client.start(pki, "--user=alice", HOST, password="wrong\ncorrect horse").wait_up()
    carries_data(client_host, gateway, "10.20.0.1")


def test_three_wrong_passwords_end_with_2(gateway, client, pki):
    tunnel = client.start(pki, "--user=alice", HOST, password="a\nb\nc\ncorrect horse")
    assert tunnel.wait_end() == 2, tunnel.output


def test_without_a_user_nothing_is_asked_non_interactively(gateway, client, pki):
    done = client.connect("--cafile", pki.ca, HOST)
    assert done.returncode not in (0, 3, 4), done.stdout
    assert "sername" in done.stdout, done.stdout


def test_the_stock_script_sets_the_machine_up(gateway, client, client_host, pki):
    tunnel = client.start(pki, "--user=alice", "--script", OpenConnect.SCRIPT, HOST).wait_up()
    carries_data(client_host, gateway)
    assert "nameserver 10.20.0.1" in client_host.run("cat", "/etc/resolv.conf").stdout
    assert tunnel.stop() == 0, tunnel.output


def test_everything_but_the_gateway_goes_through_the_tunnel(gateway, client, client_host, pki):
    client.start(pki, "--user=alice", HOST).wait_up()
    for address in ("203.0.113.7", "2001:db8:99::7"):
        assert "sally0" in client_host.run("ip", "route", "get", address).stdout
    assert "cable0" in client_host.run("ip", "route", "get", "192.0.2.1").stdout
    assert "nameserver 10.20.0.1" in client_host.run("cat", "/etc/resolv.conf").stdout


def test_only_the_networks_of_the_policy_with_split_include(new_gateway, vpn_client, client_host, pki):
    gateway = new_gateway()
    gateway.config["group_policy"]["staff"]["split_include"] = ["10.20.0.0/16", "fd20::/64"]
    gateway.start()
    vpn_client.start(pki, "--user=alice", HOST).wait_up()
    assert "cable0" in client_host.run("ip", "route", "get", "203.0.113.7").stdout
    carries_data(client_host, gateway)


def test_a_narrow_path_makes_a_narrow_tunnel(gateway, client, client_host, cable, pki):
    cable(1400)
    client.start(pki, "--user=alice", "--no-dtls", HOST).wait_up()
    assert gateway.only_session()["mtu"] == 1318
    carries_data(client_host, gateway)


def test_name_and_mtu_of_the_interface_may_be_chosen(gateway, client, client_host, pki):
    client.start(pki, "--user=alice", "--interface=tun7", "--mtu=1300", HOST).wait_up()
    assert "mtu 1300" in client_host.ip("link", "show", "tun7")
    carries_data(client_host, gateway)


def test_without_ipv6(gateway, client, client_host, pki):
    client.start(pki, "--user=alice", "--disable-ipv6", HOST).wait_up()
    assert gateway.only_session()["ipv6"] is None
    carries_data(client_host, gateway, "10.20.0.1")


def test_an_admins_disconnect_is_told_and_ends_with_1(gateway, client, pki):
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    gateway.ctl("disconnect", "--all")
    assert tunnel.wait_end() == 1, tunnel.output
    assert "disconnected by an administrator" in tunnel.output


def test_a_killed_front_leaves_nothing_behind(gateway, client, client_host, pki):
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    child = connection_process(tunnel)
    tunnel.send(signal.SIGKILL)
    tunnel.wait_end()
    wait_until(lambda: not processes.exists(child), 3, "the unprivileged part ends")


def test_a_killed_connection_is_told_and_leaves_nothing_behind(gateway, client, pki):
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    os.kill(connection_process(tunnel), signal.SIGKILL)
    assert tunnel.wait_end() == 1
    assert "killed" in tunnel.output.lower(), tunnel.output


def test_the_part_that_speaks_with_the_gateway_has_no_privileges(gateway, client, pki):
    status = processes.status(connection_process(client.start(pki, "--user=alice", HOST).wait_up()))
    assert status["NoNewPrivs"] == "1" and int(status["CapEff"], 16) == 0 and status["Groups"] == ""


def test_clients_of_different_mtu_share_the_interface(gateway, client, client_host, network, folder, pki):
    narrow = OpenConnect(network["other"], folder / "narrow")
    try:
        client.start(pki, "--user=alice", HOST).wait_up()
        wide_address = gateway.only_session()["ipv4"]
        # 1334 inside
        narrow.start(pki, "--user=alice", "--base-mtu=1400", f"--resolve={HOST}:192.0.2.1", HOST).wait_up()
        both = {one["ipv4"]: one for one in gateway.ctl_json("sessions")}
        narrow_address = next(address for address in both if address != wide_address)
        sizes = ((1350, wide_address, 3), (1350, narrow_address, 0), (1280, narrow_address, 3))
        for size, address, answers in sizes:
            whole = ("ping", "-M", "do", "-c", 3, "-i", "0.1", "-W", 1, "-s", size, address)
            shown = gateway.host.run(*whole, check=False).stdout
            assert shown.count("bytes from") == answers, shown
            assert answers or "mtu=1334" in shown or "mtu = 1334" in shown, shown
        carries_data(client_host, gateway, "10.20.0.1")
        carries_data(network["other"], gateway)
    finally:
        narrow.close()
