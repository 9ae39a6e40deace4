"""The machine's clock is set: sessions notice nothing, and what depends on the time of day says so."""

import contextlib
import time

import pytest

from lab.anyconnect import DATA, DISCONNECT, AnyConnect, Tunnel, auth_reply, code_reply, init, udp_datagram
from lab.clock import WallClock
from lab.otp import Token
from lab.run import wait_until
from lab.tls import shakes_hands

DAY = 24 * 3600


@pytest.fixture
def clock(folder):
    return WallClock(folder)


def token_for(host):
    with AnyConnect(host) as client:
        return client.log_in()


def day_of(seconds_ahead):
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + seconds_ahead))


@pytest.mark.parametrize("step", [DAY, -DAY], ids=["forward", "back"])
def test_sessions_have_their_time_whatever_the_clock_says(new_gateway, client_host, network, clock, step):
    gateway = new_gateway()
    gateway.config["group_policy"]["staff"].update(idle_timeout="2s", session_timeout="8s")
    gateway.start(env=clock.env)
    other = network["other"]
    begin = time.monotonic()
    with Tunnel(client_host, token_for(client_host)) as lazy, Tunnel(other, token_for(other)) as busy:
        address = busy.header("X-CSTP-Address")
        clock.set_ahead(step)
        assert lazy.pings() and busy.pings()
        days = [day_of(step)]
        assert shakes_hands(client_host)
        days.append(day_of(step))  # midnight may have been in between
        gateway.wait_log(f"^({'|'.join(days)})T.* gateway: TLS handshake")  # it sees that clock

        def left(count):
            with contextlib.suppress(OSError):  # it has just ended
                busy.send(DATA, udp_datagram(address, "10.20.0.1"))
            return len(gateway.ctl_json("sessions")) == count

        wait_until(lambda: left(1), 5, "the idle timeout is over")
        assert time.monotonic() - begin >= 2
        assert lazy.last_word() == (DISCONNECT, b"\0idle timeout")
        assert busy.pings()
        wait_until(lambda: left(0), 10, "the session timeout is over")
        assert time.monotonic() - begin > 7  # it is counted in seconds
        assert busy.last_word() == (DISCONNECT, b"\0session timeout")


def challenged(host, code):
    with AnyConnect(host) as client:
        client.post(init(access="https://vpn.example.com/careful"), "/careful")
        client.post(auth_reply("alice", "correct horse"), "/careful")
        return client.post(code_reply(code), "/careful")


def with_certificate(host, own):
    with AnyConnect(host, pair=own) as client:
        return client.post(init(access="https://vpn.example.com/badge"), "/badge")


def refusal_of(gateway, answer, logged):
    assert answer.kind == "auth-request" and not answer.token, answer.body
    return gateway.wait_log("login refused", after=logged)


def test_codes_and_certificates_go_by_the_clock_and_the_log_says_so(
    new_gateway, client_host, network, pki, clock
):
    gateway, phone, own = new_gateway(), Token("alice", by_time=True), pki.client("alice", days=1)
    gateway.config["aaa"]["local"]["otp"] = "users.oath"
    careful = {"group_url": ["/careful"], "authentication": ["password", "otp"], "aaa": "local"}
    badge = {"group_url": ["/badge"], "authentication": ["certificate"], "certificate_user": "CN"}
    for name, profile in (("Careful", careful), ("Badge", badge)):
        gateway.config["connection_profile"][name] = profile | {"group_policy": "staff"}
    (gateway.folder / "users.oath").write_text(phone.line)
    gateway.start(env=clock.env)
    with Tunnel(network["other"], token_for(network["other"])) as tunnel:
        for ahead, words in ((-DAY, "is not valid before"), (DAY, "expired on")):
            clock.set_ahead(ahead)
            logged = len(gateway.log)
            assert words in refusal_of(gateway, with_certificate(client_host, own), logged)
            logged = len(gateway.log)
            phone.seconds_ahead = 0
            refused = challenged(client_host, phone.code())
            assert "wrong one-time password" in refusal_of(gateway, refused, logged)
            phone.seconds_ahead = ahead
            assert challenged(client_host, phone.code()).kind == "complete"
            assert tunnel.pings()
        # The clock was ahead and is right again: what comes now is older than what was used.
        clock.set_ahead(0)
        phone.seconds_ahead = 0
        logged = len(gateway.log)
        refused = challenged(client_host, phone.code())
        assert "one-time password used before" in refusal_of(gateway, refused, logged)
        assert with_certificate(client_host, own).kind == "complete"
        assert tunnel.pings()
