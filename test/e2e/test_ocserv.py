"""sallyport on Debian's ocserv: phases 1, 2, 3 and 5, and data over TLS."""

import os
import re
import signal
from pathlib import Path

import pytest

from lab.client import BLOCKED, LOGIN_FAILED, Client, OpenConnect
from lab.ocserv import PORT, Ocserv
from lab.pki import Pki
from lab.traffic import carries_data, ping

HOST = f"vpn.example.com:{PORT}"
IPV4 = Ocserv.inner[0]
PACKAGED = Path("/etc/ocserv/ocserv.conf")


@pytest.fixture
def ocserv(new_ocserv):
    """Announces no routes but those to its inner networks."""
    return new_ocserv(route=["10.30.0.0/24", "fd20:0:0:30::/64"]).start()


@pytest.fixture
def client(untouched, new_ocserv, vpn_client):
    yield vpn_client
    vpn_client.close()


# Phase 1


def test_a_certificate_that_nobody_trusts_is_blocked_and_its_pin_unblocks_it(
    ocserv, client, client_host, folder
):
    stranger = Pki(folder / "stranger")
    blocked = client.start(stranger, "--user=alice", HOST)
    assert blocked.wait_end() == BLOCKED, blocked.output
    pin = re.search(r"--servercert (pin-sha256:[\w+/=]+)", blocked.output)
    assert pin, blocked.output
    tunnel = client.start(stranger, "--user=alice", "--servercert", pin[1], HOST).wait_up()
    assert "warning" not in tunnel.output
    carries_data(client_host, ocserv)


def test_a_lifted_block_warns_at_each_connection(ocserv, client, client_host, folder):
    stranger = Pki(folder / "other-stranger")
    for options in (["--allow-untrusted"], []):
        tunnel = client.start(stranger, "--user=alice", *options, HOST).wait_up()
        assert "warning" in tunnel.output, tunnel.output
        carries_data(client_host, ocserv, IPV4)
        assert tunnel.stop() == 0, tunnel.output


@pytest.mark.parametrize("kind", ["rsa", "ecdsa", "ed25519"])
@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_each_key_and_tls_version(new_ocserv, client, client_host, pki, kind, version):
    pair = pki.server(f"{kind}-{version}", kind)
    ocserv = new_ocserv(server_cert=pair.certificate, server_key=pair.key)
    ocserv.config["tls-priorities"] = f'"NORMAL:-VERS-ALL:+VERS-{version.replace("v", "")}"'
    ocserv.start()
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    assert f" tls {version} " in tunnel.stdout, tunnel.stdout
    carries_data(client_host, ocserv, IPV4)


# Phases 2 and 3


def test_a_login_in_two_rounds(ocserv, client, client_host, pki):
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    shown = tunnel.output
    # ocserv asks for the name first and for the password then.
    assert "Please enter your username." in shown and "user alice, round 2" in shown, shown
    user = ocserv.only_user()
    assert user["Username"] == "alice"
    assert user["User-Agent"].startswith("AnyConnect-compatible Sallyport")
    assert tunnel.stdout.startswith(f"connected {user['IPv4']} {user['IPv6']} tls TLSv1.3 "), tunnel.stdout
    for phase in ("1 TLS handshake", "2 POST, group selection", "3 POST, user auth", "5 CSTP CONNECT"):
        assert any(line.startswith(phase) and " ms " in line for line in shown.splitlines()), shown
    assert "correct horse" not in shown
    carries_data(client_host, ocserv, IPV4)


def test_a_wrong_password_is_told_in_the_gateways_words(ocserv, client, pki):
    tunnel = client.start(pki, "--user=alice", HOST, password="wrong")
    assert tunnel.wait_end() == LOGIN_FAILED, tunnel.output
    assert "Login failed" in tunnel.output and "wrong" not in tunnel.output, tunnel.output
    assert ocserv.sessions() == []


def test_three_wrong_passwords_end_the_login(ocserv, client, pki):
    # None of them is right: after a wrong one, ocserv 1.1.6 refuses the right one as well, openconnect's too.
    tunnel = client.start(pki, "--user=alice", HOST, password="a\nb\nc\nd")
    assert tunnel.wait_end() == LOGIN_FAILED, tunnel.output
    assert "401 Authentication failed" in tunnel.output, tunnel.output


def test_an_unknown_user_is_refused(ocserv, client, pki):
    tunnel = client.start(pki, "--user=mallory", HOST)
    assert tunnel.wait_end() == LOGIN_FAILED, tunnel.output


def test_a_user_without_a_password(new_ocserv, client, client_host, pki):
    ocserv = new_ocserv()
    ocserv.add_user("guest", password=None)
    ocserv.start()
    client.start(pki, "--user=guest", HOST, password="").wait_up()
    carries_data(client_host, ocserv, IPV4)


@pytest.fixture
def ocserv_with_groups(new_ocserv, folder):
    ocserv = new_ocserv(select_group=["engineers", "sales[Sales people]"], config_per_group=folder / "groups")
    ocserv.config.update({"default-select-group": "Everyone", "auto-select-group": "false"})
    (folder / "groups").mkdir(exist_ok=True)
    (folder / "groups" / "engineers").write_text(f"route = 10.30.0.0/24\nroute = fd20:0:0:30::1/128\n")
    (folder / "groups" / "sales").write_text("dns = 10.30.0.1\n")
    ocserv.add_user("alice", groups="engineers,sales")
    return ocserv.start()


@pytest.mark.parametrize(
    "wanted, group", [("engineers", "engineers"), ("sales", "sales"), ("Sales people", "sales")]
)
def test_a_group_by_name_and_by_label(ocserv_with_groups, client, client_host, pki, wanted, group):
    ocserv = ocserv_with_groups
    tunnel = client.start(pki, "--user=alice", f"--authgroup={wanted}", HOST).wait_up()
    assert ocserv.only_user()["Groupname"] == group
    assert f"connection profile {group}" in tunnel.output
    resolver = client_host.run("cat", "/etc/resolv.conf").stdout
    assert ("nameserver 10.30.0.1" in resolver) == (group == "sales")
    assert ("0.0.0.0/1 dev sally0" in client_host.ip("route")) == (group == "sales")
    carries_data(client_host, ocserv, IPV4)


def test_without_a_choice_the_first_group_of_the_list(ocserv_with_groups, client, client_host, pki):
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    assert "connection profile Everyone" in tunnel.output
    carries_data(client_host, ocserv_with_groups, IPV4)


def test_name_group_and_password_are_asked_at_a_terminal(ocserv_with_groups, client, client_host, pki):
    terminal = client.at_terminal(pki, HOST)
    terminal.wait_for(r"Group \[Everyone\|engineers\|Sales people\] \(Everyone\): ")
    terminal.type("Sales people\n")
    terminal.wait_for("Username: ")
    terminal.type("alice\n")
    terminal.wait_for("Password: ")
    terminal.type("correct horse\n")
    terminal.wait_for(r"\nconnected ")
    assert "correct horse" not in terminal.shown
    assert ocserv_with_groups.only_user()["Groupname"] == "sales"
    carries_data(client_host, ocserv_with_groups, IPV4)
    terminal.type("\x03")
    assert terminal.wait_end() == 0, terminal.shown


def test_a_group_that_ocserv_does_not_have_is_named(ocserv_with_groups, client, pki):
    # ocserv puts every group that it is asked for into its list, and refuses the password.
    tunnel = client.start(pki, "--user=alice", "--authgroup=board", HOST)
    assert tunnel.wait_end() == LOGIN_FAILED, tunnel.output
    assert 'refused the login to the group "board": 401' in tunnel.output


def test_a_group_where_there_is_no_list_is_not_passed_over_in_silence(ocserv, client, client_host, pki):
    tunnel = client.start(pki, "--user=alice", "--authgroup=board", HOST).wait_up()
    assert 'lists no groups; it may ignore --authgroup "board"' in tunnel.output
    carries_data(client_host, ocserv, IPV4)


# Phase 5


def test_everything_goes_through_the_tunnel(new_ocserv, client, client_host, network, pki):
    ocserv = new_ocserv(dns=["10.30.0.1", "fd20:0:0:30::1"], default_domain="example.com").start()
    client.start(pki, "--user=alice", HOST).wait_up()
    for address in ("203.0.113.7", "2001:db8:99::7"):
        assert "sally0" in client_host.run("ip", "route", "get", address).stdout
    assert "cable0" in client_host.run("ip", "route", "get", "192.0.2.1").stdout
    resolver = client_host.run("cat", "/etc/resolv.conf").stdout
    for line in ("search example.com", "nameserver 10.30.0.1", "nameserver fd20:0:0:30::1"):
        assert line in resolver.splitlines(), resolver
    network.gateway.ip("address", "add", "2001:db8:99::7/128", "dev", "lo")
    try:
        carries_data(client_host, ocserv, IPV4, "2001:db8:99::7")
    finally:
        network.gateway.ip("address", "delete", "2001:db8:99::7/128", "dev", "lo")
    assert int(ocserv.only_user()["RX"]) > 2 << 20  # both transfers went through the tunnel


def test_only_the_routes_of_ocserv_go_through_the_tunnel(new_ocserv, client, client_host, pki):
    routes = ["10.30.0.0/24", "203.0.113.0/255.255.255.0", "fd20:0:0:30::/64"]
    ocserv = new_ocserv(route=routes, no_route=["203.0.113.7/32"]).start()
    client.start(pki, "--user=alice", HOST).wait_up()
    for address, interface in (
        ("203.0.113.8", "sally0"),
        ("203.0.113.7", "cable0"),
        ("198.51.100.7", "cable0"),
        ("2001:db8:99::7", "cable0"),
    ):
        assert interface in client_host.run("ip", "route", "get", address).stdout, address
    carries_data(client_host, ocserv)


def test_banners(new_ocserv, client, client_host, pki):
    ocserv = new_ocserv(pre_login_banner='"Authorised users only"', banner='"Welcome inside"').start()
    shown = client.start(pki, "--user=alice", HOST).wait_up().output
    assert 0 < shown.find("Authorised users only") < shown.find("Welcome inside"), shown
    carries_data(client_host, ocserv, IPV4)


def test_the_configuration_that_debian_ships(new_ocserv, client, client_host, pki):
    ocserv = new_ocserv()
    ocserv.start(re.sub("^chroot-dir.*", "", PACKAGED.read_text(encoding="utf-8"), flags=re.MULTILINE))
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    assert " tls TLSv1.2 " in tunnel.stdout, tunnel.stdout  # it switches TLS 1.3 off
    assert "172.16.0.0/12 dev sally0" in client_host.ip("route")
    carries_data(client_host, ocserv, IPV4)


def test_the_stock_script(ocserv, client, client_host, pki):
    tunnel = client.start(pki, "--user=alice", "--script", OpenConnect.SCRIPT, HOST).wait_up()
    carries_data(client_host, ocserv)
    assert tunnel.stop() == 0, tunnel.output
    ocserv.has_no_session()


@pytest.mark.parametrize("mtu, inside, families", [(1280, 1252, 1), (1400, 1372, 2), (1500, 1472, 2)])
def test_a_narrow_path(ocserv, client, client_host, cable, pki, mtu, inside, families):
    cable(mtu)
    client.start(pki, "--user=alice", HOST).wait_up()
    assert f"mtu {inside}" in client_host.ip("link", "show", "sally0")
    for size in (inside - 28, inside, 4000):  # one packet that just fits, and fragments
        assert ping(client_host, IPV4, size=size) == 3
    # Below 1280 bytes ocserv gives no IPv6 address.
    carries_data(client_host, ocserv, *ocserv.inner[:families])


def test_over_ipv6(ocserv, client, client_host, pki):
    client.start(pki, "--user=alice", "--resolve=vpn.example.com:2001:db8::1", HOST).wait_up()
    user = ocserv.only_user()
    assert user["Remote IP"] == "2001:db8::2" and user["MTU"] == "1452"
    carries_data(client_host, ocserv)


def test_without_ipv6(ocserv, client, client_host, pki):
    client.start(pki, "--user=alice", "--disable-ipv6", HOST).wait_up()
    assert "inet6 fd20:" not in client_host.ip("address", "show", "sally0")
    carries_data(client_host, ocserv, IPV4)


def test_two_clients(ocserv, client, client_host, network, folder, pki):
    second = Client(network["other"], folder / "second")
    try:
        client.start(pki, "--user=alice", HOST).wait_up()
        second.start(pki, "--user=alice", "--resolve=vpn.example.com:192.0.2.1", HOST).wait_up()
        assert len({user["IPv4"] for user in ocserv.users()}) == 2
        carries_data(client_host, ocserv)
        carries_data(network["other"], ocserv)
    finally:
        second.close()


def test_one_session_too_many_is_told(new_ocserv, client, client_host, network, folder, pki):
    ocserv = new_ocserv(max_same_clients=1).start()
    second = Client(network["other"], folder / "too-many")
    try:
        client.start(pki, "--user=alice", HOST).wait_up()
        refused = second.start(pki, "--user=alice", "--resolve=vpn.example.com:192.0.2.1", HOST)
        assert refused.wait_end() == LOGIN_FAILED, refused.output
        assert "401 Cookie is not acceptable; perhaps the user has too many sessions" in refused.output
        carries_data(client_host, ocserv, IPV4)
    finally:
        second.close()


# The life of a session


def test_an_idle_tunnel_stays_up(new_ocserv, client, client_host, pki):
    ocserv = new_ocserv(dpd=1, keepalive=2).start()
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    with pytest.raises(AssertionError, match="not within"):
        tunnel.wait_end(5)
    carries_data(client_host, ocserv, IPV4)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_the_session(ocserv, client, client_host, pki, number):
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    carries_data(client_host, ocserv, IPV4)
    tunnel.send(number)
    assert tunnel.wait_end() == 0, tunnel.output
    ocserv.has_no_session()


def test_hangup_leaves_the_session(ocserv, client, client_host, pki):
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    carries_data(client_host, ocserv, IPV4)
    tunnel.send(signal.SIGHUP)
    assert tunnel.wait_end() == 0, tunnel.output
    ocserv.has_no_tunnel()
    assert len(ocserv.sessions()) == 1


def test_an_admins_disconnect_is_told(ocserv, client, client_host, pki):
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    carries_data(client_host, ocserv, IPV4)
    ocserv.occtl("disconnect", "user", "alice")
    assert tunnel.wait_end() == 1, tunnel.output
    assert "the gateway ended the session" in tunnel.output
