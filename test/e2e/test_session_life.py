"""How long a session lives: idle time, limits per user, cookies, take-overs, a full disk."""

import contextlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lab.anyconnect import (
    DATA,
    DISCONNECT,
    AnyConnect,
    Tunnel,
    auth_reply,
    config_auth,
    init,
    udp_datagram,
)
from lab.client import LOGIN_FAILED, OpenConnect
from lab.disk import full, small_disk_of
from lab.run import wait_until

HOST = "vpn.example.com"
TAKEN = (DISCONNECT, b"\0another login took this session's place")


def token_for(host, user="alice"):
    with AnyConnect(host) as client:
        return client.log_in(user)


def is_dead(host, token):
    with Tunnel(host, token) as tunnel:
        return tunnel.status == 401


@pytest.fixture(scope="module", autouse=True)
def limits(shared_gateway):
    """A user may have two sessions, or one where logins are refused."""
    shared_gateway.config["group_policy"]["staff"].update(max_sessions_per_user=2)
    shared_gateway.config["group_policy"]["one"] = {
        "max_sessions_per_user": 1,
        "at_session_limit": "refuse",
    }
    profiles = shared_gateway.config["connection_profile"]
    profiles["Strict"] = {"group_url": ["/strict"], "aaa": "local", "group_policy": "one"}
    profiles["Card"] = profiles["Strict"] | {
        "group_url": ["/card"],
        "authentication": ["certificate"],
        "certificate_user": "CN",
    }


@pytest.fixture
def gateway(gateway):
    """The file's gateway, where no session is left when the test is over."""
    yield gateway
    gateway.ctl("disconnect", "--all")


@pytest.fixture
def token(gateway, client_host):
    return token_for(client_host)


def test_of_a_storm_of_connects_one_tunnel_is_left(token, client_host, gateway):
    with ThreadPoolExecutor(20) as pool, contextlib.ExitStack() as open_ones:
        tunnels = list(pool.map(lambda _: Tunnel(client_host, token), range(20)))
        for tunnel in tunnels:
            open_ones.enter_context(tunnel)
        assert {tunnel.status for tunnel in tunnels} == {200}
        assert len({tunnel.header("X-CSTP-Address") for tunnel in tunnels}) == 1
        wait_until(lambda: gateway.ctl_json("status")["sessions"] == 1, 5, "the others are gone")
        left = [tunnel for tunnel in tunnels if tunnel.pings()]  # the others: closed, without a DISCONNECT
        assert len(left) == 1
        assert len(gateway.ctl_json("sessions", "--all")) == 1
        assert left[0].pings()


def test_a_session_moves_to_another_address_and_family(token, client_host, network, gateway):
    def remote():
        return gateway.only_session()["remote_address"]

    with Tunnel(client_host, token) as first:
        inner = first.header("X-CSTP-Address")
        assert remote() == "192.0.2.2"
        with Tunnel(client_host, token, address="2001:db8::1") as second:
            assert first.receive() is None
            assert second.header("X-CSTP-Address") == inner and second.pings()
            assert remote() == "2001:db8::2"
            with Tunnel(network["other"], token) as third:
                assert second.last_word() is None
                assert third.header("X-CSTP-Address") == inner and third.pings()
                assert remote() == "198.51.100.2"
    assert len(gateway.ctl_json("sessions", "--all")) == 1


def test_a_goodbye_on_a_tunnel_that_was_replaced_ends_nothing(token, client_host, gateway):
    for _ in range(5):
        with Tunnel(client_host, token) as first, Tunnel(client_host, token) as second:
            with contextlib.suppress(OSError):
                first.send(DISCONNECT, b"\xb0Aborted by caller")
            assert first.receive() is None
            assert second.pings()
    assert not is_dead(client_host, token)


@pytest.mark.parametrize("way", ["logout", "admin"])
def test_a_final_end_kills_the_token_at_once(token, client_host, gateway, way):
    with Tunnel(client_host, token) as tunnel:
        assert tunnel.pings()
        if way == "admin":
            gateway.ctl("disconnect", str(gateway.only_session()["id"]))
        else:
            with AnyConnect(client_host) as other:
                other.post(config_auth("logout", f"<session-token>{token}</session-token>"))
        assert is_dead(client_host, token)
        assert tunnel.last_word()[0] == DISCONNECT


def test_totals_go_on_over_tunnels_and_processes(token, client_host, gateway):
    def packets():
        (session,) = gateway.ctl_json("sessions", "--all")
        return session["rx_packets"], session["tx_packets"]

    with Tunnel(client_host, token, {"X-CSTP-Address-Type": "IPv4"}) as first:
        assert first.pings() and first.pings() and packets()[0] == 2
        with Tunnel(client_host, token, {"X-CSTP-Address-Type": "IPv4"}) as second:
            assert first.receive() is None
            wait_until(lambda: packets() == (2, 2), 5, "the replaced tunnel is accounted")
            assert second.pings()
            second.socket.close()
    gateway.has_no_tunnel()
    wait_until(lambda: packets() == (3, 3), 5, "the lost tunnel is accounted")
    gateway.wait_replaced("gateway", gateway.kill("gateway"))
    assert packets() == (3, 3)
    with Tunnel(client_host, token) as third:
        assert third.pings() and packets()[0] == 4
        gateway.stop()  # stores what it knows
        gateway.start()
        assert packets()[0] >= 4


def test_a_login_beyond_the_limit_ends_the_oldest_session(gateway, client_host):
    def clock():  # of the sessions, which tells seconds
        return time.clock_gettime(time.CLOCK_BOOTTIME) // 1

    oldest = token_for(client_host)
    login = clock()
    wait_until(lambda: clock() > login, 2, "the next second")
    token = token_for(client_host)
    with Tunnel(client_host, oldest), Tunnel(client_host, token) as second:
        for _ in range(3):
            with Tunnel(client_host, oldest) as again:  # not a login: counts for nothing
                assert again.pings()
        with Tunnel(client_host, oldest) as first:
            assert first.pings()
            third_token = token_for(client_host)
            assert first.last_word() == TAKEN
        assert is_dead(client_host, oldest)
        with Tunnel(client_host, third_token) as third:
            assert second.pings() and third.pings()


def test_a_session_without_a_tunnel_makes_room_first(gateway, client_host):
    tokens = [token_for(client_host) for _ in range(2)]
    with Tunnel(client_host, tokens[0]) as oldest:
        gateway.wait_replaced("gateway", gateway.kill("gateway"))  # it counts again
        with Tunnel(client_host, tokens[0]) as oldest:
            third = token_for(client_host)
            assert is_dead(client_host, tokens[1])
            assert oldest.pings() and not is_dead(client_host, third)


def test_logins_side_by_side_keep_within_the_limit(gateway, client_host):
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda _: token_for(client_host), range(8)))
    sessions = gateway.ctl_json("sessions", "--all")
    assert len(sessions) == 2, sessions
    assert sum(not is_dead(client_host, token) for token in tokens) == 2


def test_where_logins_are_refused_the_user_learns_why(gateway, client_host, network, folder, pki, client):
    gateway.add_user("bob")
    gateway.ctl("reload")

    def strict(kind_of_client, user="alice", password="correct horse"):
        kind_of_client.post(init(access=f"https://{HOST}/strict"), "/strict")
        return kind_of_client.post(auth_reply(user, password), "/strict")

    with AnyConnect(client_host) as hand:
        token = strict(hand).token
        hand.cookies.clear()
        with Tunnel(client_host, token) as tunnel:
            refused = strict(hand)
            assert refused.kind == "auth-request" and "End one and log in again" in refused.error
            assert refused.inputs == ["username", "password"]
            done = client.connect(
                *("--cafile", pki.ca, "--user=alice", "--passwd-on-stdin", f"{HOST}/strict"),
                text_input="correct horse\n",
            )
            assert done.returncode == LOGIN_FAILED and "End one and log in again" in done.stdout, done.stdout
            openconnect = OpenConnect(client_host, folder / "refused")
            done = openconnect.authenticate(
                *(pki, "--user=alice", "--passwd-on-stdin", f"https://{HOST}/strict"),
                password="correct horse",
            )
            assert done.returncode != 0 and "End one and log in again" in done.stdout, done.stdout
            with AnyConnect(network["other"]) as other:
                assert strict(other, "bob").kind == "complete"  # another user
            assert tunnel.pings()
        wait_until(
            lambda: [one["user"] for one in gateway.ctl_json("sessions")] == [], 5, "alice has no tunnel"
        )
        # The form of the refusal still works: a session without a tunnel makes room.
        assert hand.post(auth_reply("alice", "correct horse"), "/strict").kind == "complete"
        assert is_dead(client_host, token)


def test_a_reconnect_does_not_set_the_idle_time_back(client_host, network, new_gateway):
    gateway = new_gateway()
    gateway.config["group_policy"]["staff"].update(idle_timeout="6s")
    gateway.add_user("busy")
    gateway.start()
    token, busy = token_for(client_host), token_for(network["other"], "busy")
    begin = time.monotonic()
    with Tunnel(network["other"], busy) as worker, Tunnel(client_host, token) as first:
        source = worker.header("X-CSTP-Address")
        assert first.pings()  # ICMP is no use of the tunnel
        time_passes(worker, source, 2.4)
        with Tunnel(client_host, token) as second:  # takes over
            time_passes(worker, source, 1.6)
            assert second.pings()
    gateway.has_no_tunnel()
    gateway.wait_replaced("gateway", gateway.kill("gateway"))
    with Tunnel(network["other"], busy) as worker, Tunnel(client_host, token) as third:
        back = time.monotonic()
        third.socket.settimeout(15)
        talking = threading.Event()
        talk = threading.Thread(target=_talk, args=(worker, source, talking))
        talk.start()
        try:
            assert third.last_word() == (DISCONNECT, b"\0idle timeout")
            assert time.monotonic() - back < 5.9, "it had what was left of its six seconds"
        finally:
            talking.set()
            talk.join()
        assert time.monotonic() - begin > 6 and worker.pings(), "whoever carries data stays"
    assert is_dead(client_host, token)


def time_passes(worker, source, seconds):
    """While one client carries user data and the others do not."""
    end = time.monotonic() + seconds
    wait_until(lambda: _say(worker, source) or time.monotonic() > end, seconds + 1, "time passes")


def _say(worker, source):
    worker.send(DATA, udp_datagram(source, "10.20.0.1"))


def _talk(worker, source, ended):
    while not ended.wait(0.2):
        _say(worker, source)


def test_the_trace_of_who_was_refused_before_has_its_beginning(gateway, client_host):
    def log_in(kind_of_client):
        kind_of_client.post(init(access=f"https://{HOST}/strict"), "/strict")
        return kind_of_client.post(auth_reply("alice", "correct horse"), "/strict")

    with AnyConnect(client_host) as first, AnyConnect(client_host) as second:
        with Tunnel(client_host, log_in(first).token):
            assert log_in(second).kind == "auth-request"
            gateway.ctl("disconnect", "--all")
        assert second.post(auth_reply("alice", "correct horse"), "/strict").kind == "complete"
    session = gateway.ctl_json("sessions", "--all")[0]["id"]
    assert gateway.ctl_json("trace", str(session))["is_whole"]


def test_where_nothing_is_left_to_ask_a_refused_client_does_not_ask_for_ever(
    gateway, client_host, folder, pki, client
):
    own = pki.client("alice", "ecdsa")
    with AnyConnect(client_host, pair=own) as hand:
        token = hand.post(init(access=f"https://{HOST}/card"), "/card").token
    card = ("--certificate", own.certificate, "--sslkey", own.key)
    with Tunnel(client_host, token) as tunnel:
        done = client.connect("--cafile", pki.ca, *card, f"{HOST}/card")
        assert done.returncode == LOGIN_FAILED and "End one and log in again" in done.stdout, done.stdout
        openconnect = OpenConnect(client_host, folder / "refused-card")
        done = openconnect.authenticate(pki, *card, f"https://{HOST}/card")
        assert done.returncode != 0 and "End one and log in again" in done.stdout, done.stdout
        assert tunnel.pings()


def test_an_end_that_a_full_disk_refused_is_stored_when_there_is_room(client_host, new_gateway):
    gateway = new_gateway()
    with small_disk_of(gateway) as disk:
        gateway.start()
        leaving, lost, kicked = (token_for(client_host) for _ in range(3))
        with (
            Tunnel(client_host, leaving) as first,
            Tunnel(client_host, lost) as second,
            Tunnel(client_host, kicked) as third,
        ):
            assert second.pings()
            ids = {one["ipv4"]: one["id"] for one in gateway.ctl_json("sessions")}
            with full(disk):
                first.send(DISCONNECT, b"\xb0Aborted by caller")
                assert first.receive() is None
                second.socket.close()
                refused = gateway.ctl("disconnect", ids[third.header("X-CSTP-Address")], check=False)
                assert refused.returncode != 0, refused.stdout  # not for good yet
                assert third.last_word() == (DISCONNECT, b"\0disconnected by an administrator")
                gateway.wait_log("cannot write the session store")
                gateway.has_no_tunnel()  # the truth, although it is not stored
                with Tunnel(client_host, leaving) as again:
                    assert again.status == 503  # nothing can begin that can't be stored
            wait_until(
                lambda: [one["rx_packets"] for one in gateway.ctl_json("sessions", "--all")] == [1],
                *(8, "the goodbyes are stored, and what the lost one had carried"),
            )
            assert is_dead(client_host, leaving) and is_dead(client_host, kicked)
            with Tunnel(client_host, lost) as again:
                assert again.pings()
