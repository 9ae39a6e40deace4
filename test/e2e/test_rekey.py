"""Fresh keys for a tunnel that runs: in place, by KeyUpdate or renegotiation, or by a new tunnel."""

import contextlib
import os
import re
import signal
import ssl
import subprocess
import time

import pytest

from lab import ocserv
from lab.anyconnect import AnyConnect, auth_reply, init
from lab.client import Client
from lab.gateway import Gateway, default_config
from lab.run import wait_until
from lab.traffic import Talk, carries_data, echo_server

HOST = "vpn.example.com"
INNER = "10.20.0.1"
RENEWED = "keys renewed by a renegotiation"


def priority(version):
    return f"--gnutls-priority=NORMAL:-VERS-ALL:+VERS-TLS{version}:+VERS-DTLS1.2"


def configure(config):
    """Three groups, whose clients renew their keys in place (Employees, Quick) or by a new tunnel (Moving).

    openconnect counts whole seconds. Where it renegotiates, it must not come a second too early.
    """
    policies = config["group_policy"]
    policies["staff"].update(rekey="2s", rekey_method="ssl")
    policies["quick"] = {"rekey": "1s", "rekey_method": "ssl"}
    policies["moving"] = {"rekey": "1s", "rekey_method": "new-tunnel"}
    profiles = config["connection_profile"]
    for name in ("Quick", "Moving"):
        own = {"group_alias": name, "group_policy": name.lower(), "default": False}
        profiles[name] = profiles["Employees"] | own
    return config


@pytest.fixture(scope="module")
def shared_gateway(network, folder, pki, pair):
    made = Gateway(network.gateway, folder / "gateway", configure(default_config(pki, pair)))
    yield made
    made.close()


def tunnels_of(gateway, session):
    """How many CONNECTs the session has seen."""
    return len(re.findall(rf"tunnel open .*session={session['id']} ", gateway.log))


def renegotiations_of(gateway, session):
    return gateway.log.count(f"{RENEWED} session={session['id']}")


def wait_renegotiated(gateway, session):
    before = renegotiations_of(gateway, session)
    wait_until(lambda: renegotiations_of(gateway, session) > before, 8, "the keys are renewed")


class Renewing:
    """A client's data goes on, and its session stays what it was, for as long as the block lasts."""

    def __init__(self, gateway, host):
        self.gateway = gateway
        self.before = gateway.only_session()
        self._echo = echo_server(gateway.host, INNER)
        self._host = host

    def __enter__(self):
        self._echo.__enter__()
        self._talk = Talk(self._host, INNER)
        self._talk.__enter__()
        return self

    def __exit__(self, *failure):
        try:
            if failure[0] is None:
                self._talk.goes_on()
            self._talk.__exit__(*failure)
        finally:
            self._echo.__exit__(*failure)
        after = self.gateway.only_session()
        for name in ("id", "ipv4", "ipv6", "user"):
            assert after[name] == self.before[name]


# Stock openconnect on our gateway


def start(openconnect, pki, *options, group="Employees"):
    return openconnect.start(pki, "--user=alice", f"--authgroup={group}", *options, HOST).wait_up()


@pytest.mark.parametrize(
    "version, options, group",
    [("1.3", ["--no-dtls"], "Quick"), ("1.2", [], "Employees")],
    ids=["tls13", "tls12-with-dtls"],
)
def test_openconnect_stays_on_its_connection(
    gateway, openconnect, client_host, pki, version, options, group
):
    tunnel = start(openconnect, pki, priority(version), *options, group=group)
    with Renewing(gateway, client_host) as renewing:
        line = rf"(?s)(Renegotiated SSL on {HOST} with ciphersuite \(TLS{version}\).*){{2}}"
        tunnel.wait_output(line)
    assert tunnels_of(gateway, renewing.before) == 1
    if version == "1.2":
        # It takes the renegotiated connection's key for DTLS, and so must the gateway.
        assert tunnel.output.count("Established DTLS connection") >= 2
        assert gateway.only_session()["dtls"]["state"] == "up"


@pytest.mark.parametrize("options", [["--no-dtls"], []], ids=["tls", "dtls"])
def test_openconnect_makes_a_new_tunnel(gateway, openconnect, client_host, pki, options):
    tunnel = start(openconnect, pki, *options, group="Moving")
    with Renewing(gateway, client_host) as renewing:
        wait_until(lambda: tunnels_of(gateway, renewing.before) >= 3, 6, "there were new tunnels")
    assert "Renegotiated" not in tunnel.output
    if not options:
        assert gateway.wait_dtls()["dtls"]["state"] == "up"


# Our client


@pytest.fixture
def start_own(untouched, vpn_client, pki):
    def start_on(host, *options):
        return vpn_client.start(pki, "--user=alice", "--verbose", *options, host).wait_up()

    return start_on


def renewed(how):
    return rf"(?s)(keys renewed \(TLS {how}\).*){{2}}"


def test_our_client_updates_its_keys(gateway, start_own, client_host):
    tunnel = start_own(HOST, "--authgroup=Quick", "--no-dtls")
    with Renewing(gateway, client_host) as renewing:
        tunnel.wait_output(renewed("KeyUpdate"))
    assert tunnels_of(gateway, renewing.before) == 1


@pytest.fixture
def tls12_gateway(new_gateway, pki):
    """One whose key no client can use with TLS 1.3."""
    dsa = pki.server("dsa", "dsa")
    made = new_gateway(tls={"certificate": str(dsa.certificate), "private_key": str(dsa.key), "legacy": True})
    configure(made.config)
    return made.start()


def test_our_client_renegotiates(tls12_gateway, start_own, client_host):
    tunnel = start_own(HOST, "--authgroup=Quick", "--no-dtls", "--allow-insecure-crypto")
    with Renewing(tls12_gateway, client_host) as renewing:
        tunnel.wait_output(renewed("renegotiation"))
        # The client says so when its own part of the second is done: the gateway may still have to read it.
        wait_until(
            lambda: renegotiations_of(tls12_gateway, renewing.before) >= 2, 10, "the gateway tells of both"
        )
    assert tunnels_of(tls12_gateway, renewing.before) == 1


@pytest.mark.parametrize("version, how", [("1.3", "KeyUpdate"), ("1.2", "renegotiation")])
def test_our_client_on_ocserv(new_ocserv, start_own, client_host, version, how):
    other = new_ocserv(
        rekey_time=1,  # times this short are announced as they are
        rekey_method="ssl",
        route=["10.30.0.0/24"],
        tls_priorities=f'"NORMAL:-VERS-ALL:+VERS-TLS{version}"',
    ).start()
    tunnel = start_own(f"{HOST}:{ocserv.PORT}")
    before = other.only_user()
    inner = other.inner[0]
    with echo_server(other.host, inner), Talk(client_host, inner) as talk:
        tunnel.wait_output(renewed(how))
        talk.goes_on()
    after = other.only_user()
    assert (after["ID"], after["IPv4"]) == (before["ID"], before["IPv4"])  # the same worker process


# The keeper and its keys


def test_a_killed_keepers_successor_serves_renegotiations(gateway, openconnect, client_host, pki):
    start(openconnect, pki, priority("1.2"))
    with Renewing(gateway, client_host) as renewing:
        wait_renegotiated(gateway, renewing.before)
        gateway.wait_replaced("keeper", gateway.kill("keeper"))
        wait_renegotiated(gateway, renewing.before)


def test_another_key_ends_the_tunnel_but_not_the_session(gateway, openconnect, client_host, pki):
    start(openconnect, pki, priority("1.2"), "--no-dtls")
    before = gateway.only_session()
    second = pki.server("second")
    gateway.config["tls"].update(certificate=str(second.certificate), private_key=str(second.key))
    gateway.write_config()
    gateway.reload()
    wait_until(lambda: tunnels_of(gateway, before) >= 2, 10, "a new tunnel is made")
    wait_renegotiated(gateway, before)  # with the new key
    assert gateway.only_session()["id"] == before["id"]
    carries_data(client_host, gateway, INNER)


def test_a_hanging_keeper_costs_one_tunnel_and_delays_no_other(
    gateway, openconnect, client_host, network, folder, pki
):
    # The other client's keys are not the keeper's business.
    other = Client(network["other"], folder / "other")
    keeper = gateway.roles()["keeper"]
    try:
        tunnel = start(openconnect, pki, priority("1.2"), "--no-dtls")
        before = gateway.only_session()
        options = ("--user=alice", "--authgroup=Employees", "--no-dtls", f"--resolve={HOST}:192.0.2.1")
        other.start(pki, *options, HOST).wait_up()
        os.kill(keeper, signal.SIGSTOP)
        pings = other.host.start(
            *("ping", "-c", "30", "-i", "0.05", "-W", "1", INNER), stdout=subprocess.PIPE, text=True
        )
        gateway.wait_log("renegotiations fail for a while: the keeper did not answer in time")
        os.kill(keeper, signal.SIGCONT)  # before openconnect has tried again: it would rest for 10 s
        shown = pings.communicate()[0]
        assert " 30 received" in shown, shown
        slowest = float(re.search(r"rtt min/avg/max/mdev = [\d.]+/[\d.]+/([\d.]+)", shown)[1])
        assert slowest < 500, shown
    finally:
        os.kill(keeper, signal.SIGCONT)
        other.close()
    wait_until(lambda: tunnels_of(gateway, before) >= 2, 15, lambda: f"it comes back:\n{tunnel.output}")
    assert gateway.only_session()["id"] == before["id"]
    carries_data(client_host, gateway, INNER)


# Who may, and when


def connect_lines(token):
    return (
        "CONNECT /CSCOSSLC/tunnel HTTP/1.1\n"
        "Host: vpn.example.com\n"
        f"Cookie: webvpn={token}\n"
        "X-CSTP-Version: 1\n"
        "X-CSTP-Base-MTU: 1500\n"
        "X-CSTP-Address-Type: IPv4\n\n"
    )


@contextlib.contextmanager
def by_hand(host, token, *options):
    """A tunnel of openssl's client, which renegotiates when it is told R."""
    command = host.command("openssl", "s_client", "-crlf", "-connect", "192.0.2.1:443", *options)
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT) as running:

        def say(text):
            running.stdin.write(text.encode())
            running.stdin.flush()

        say(connect_lines(token))
        try:
            yield say
        finally:
            running.kill()


def token_for(host, group, **tls):
    with AnyConnect(host, **tls) as client:
        client.post(init(group))
        return client.post(auth_reply("alice", "correct horse", group)).token


def test_who_is_told_to_make_a_new_tunnel_may_not_renegotiate(gateway, client_host):
    token = token_for(client_host, "Moving")
    after = len(gateway.log)
    with by_hand(client_host, token, "-tls1_2") as say:
        gateway.wait_log("tunnel open", after=after)
        session = gateway.only_session()
        say("R\n")
        gateway.wait_log(f"tunnel ended: lost session={session['id']}", after=after)
    assert renegotiations_of(gateway, session) == 0
    left = gateway.ctl_json("sessions", "--all")
    assert [(one["id"], one["state"]) for one in left] == [(session["id"], "detached")]
    gateway.ctl("disconnect", "--all")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_versions_renegotiate_as_tls12_does_but_not_too_early(tls12_gateway, client_host):
    gateway = tls12_gateway
    suite = "DHE-DSS-AES256-SHA@SECLEVEL=0"
    token = token_for(client_host, "Employees", version=ssl.TLSVersion.TLSv1_1, suites=suite)
    with by_hand(client_host, token, "-tls1_1", "-cipher", suite) as say:
        gateway.wait_log("tunnel open")
        opened = time.monotonic()
        session = gateway.only_session()
        assert session["tls"]["version"] == "TLSv1.1"
        wait_until(lambda: time.monotonic() > opened + 1.1, 3, "half of the time is over")
        say("R\n")
        gateway.wait_log(f"{RENEWED} session={session['id']}")
        say("R\n")
        gateway.wait_log(f"tunnel ended: lost session={session['id']}")
    assert renegotiations_of(gateway, session) == 1
