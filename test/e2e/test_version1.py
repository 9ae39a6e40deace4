"""sallyport with gateways that speak version 1 of the login."""

import pytest

from lab.client import LOGIN_FAILED
from lab.ocserv import PORT, Ocserv
from lab.old_gateway import OldGateway
from lab.traffic import carries_data

HOST = f"vpn.example.com:{OldGateway.PORT}"
OCSERV = f"vpn.example.com:{PORT}"
OLD_AGENT = "--useragent=Open AnyConnect VPN Agent v3.00"  # gateways answer it in version 1
TOLD = "the gateway speaks version 1 of the login"
IPV4 = Ocserv.inner[0]


@pytest.fixture
def client(untouched, shared_gateway, new_ocserv, vpn_client):
    yield vpn_client
    vpn_client.close()


@pytest.mark.parametrize(
    "first, posts",
    [("404 Not Found", True), ("400 Bad Request", False), ("302 Found", False)],
)
def test_a_gateway_that_does_not_know_version_2(
    gateway, network, pair, client, client_host, pki, first, posts
):
    if first.startswith("302"):
        first += "\r\nLocation: /+webvpn+/index.html"
    with OldGateway(network.gateway, pair, first, posts) as old:
        tunnel = client.start(pki, "--user=alice", HOST).wait_up()
        assert tunnel.output.count(TOLD) == 1, tunnel.output
        carries_data(client_host, gateway, gateway.inner[0])
        assert tunnel.stop() == 0
    first_lines = [request.split(b" HTTP/")[0].decode() for request in old.heard]
    opening = ["POST /"] if posts else ["POST /", "GET /", "GET /+webvpn+/index.html"]
    assert first_lines[: len(opening) + 1] == ["POST /", *opening]
    assert first_lines[-1] == "CONNECT /CSCOSSLC/tunnel"
    assert [b"X-Aggregate-Auth" in request for request in old.heard].count(True) == 1
    assert b"\r\n\r\nusername=alice&password=correct%20horse" in old.heard[-2]


def test_a_wrong_password_in_version_1(gateway, network, pair, client, pki):
    with OldGateway(network.gateway, pair, "405 Method Not Allowed"):
        tunnel = client.start(pki, "--user=alice", HOST, password="wrong")
        assert tunnel.wait_end() == LOGIN_FAILED, tunnel.output
        assert "Login failed" in tunnel.output and "wrong" not in tunnel.output, tunnel.output


def test_the_group_goes_with_the_answers(new_gateway, network, pair, client, client_host, pki):
    gateway = new_gateway()
    profiles = gateway.config["connection_profile"]
    profiles["Partners"] = {**profiles["Employees"], "group_alias": "Partner firms", "default": False}
    gateway.start()
    with OldGateway(network.gateway, pair, "404 Not Found") as old:
        client.start(pki, "--user=alice", "--authgroup=Partner firms", HOST).wait_up()
        assert gateway.ctl_json("sessions")[0]["connection_profile"] == "Partners"
        carries_data(client_host, gateway, gateway.inner[0])
        client.close()
    assert len(old.heard) == 4, old.heard


def test_ocserv_answers_in_version_1(new_ocserv, client, client_host, pki):
    ocserv = new_ocserv().start()
    tunnel = client.start(pki, OLD_AGENT, "--user=alice", OCSERV).wait_up()
    assert TOLD in tunnel.output and ocserv.only_user()["Username"] == "alice"
    carries_data(client_host, ocserv, IPV4)


def test_ocservs_groups_in_version_1(new_ocserv, client, client_host, pki):
    ocserv = new_ocserv(select_group=["engineers", "sales[Sales people]"])
    ocserv.config.update({"default-select-group": "Everyone", "auto-select-group": "false"})
    ocserv.add_user("alice", groups="engineers,sales")
    ocserv.start()
    options = (OLD_AGENT, "--user=alice", "--authgroup=Sales people")
    client.start(pki, *options, OCSERV).wait_up()
    assert ocserv.only_user()["Groupname"] == "sales"
    carries_data(client_host, ocserv, IPV4)


def test_a_web_server_is_no_gateway(network, pair, client, pki):
    with OldGateway(network.gateway, pair, "404 Not Found", behind=False) as old:
        done = client.connect("--cafile", pki.ca, "--user=alice", HOST)
    assert done.returncode == 1 and len(old.heard) == 3, done.stdout
    words = "answers version 2 of the login with 404 Not Found, and version 1 with 404 Not Found"
    assert words in done.stdout, done.stdout
