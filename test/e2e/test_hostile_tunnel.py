"""A hostile gateway can't crash the client, hang it, or reach what is not its own: the tunnel."""

import contextlib
import re
import socket
import threading
import time

import pytest

from lab.anyconnect import DATA, DISCONNECT, DPD_REQUEST, frame, icmp_echo, udp_datagram
from lab.hostile import (
    ESCAPES,
    FAILED,
    Play,
    connected,
    ends,
    goes_on,
    hears_a_word,
    redirect,
    says,
)
from lab.run import wait_until
from lab.scripted_gateway import ScriptedGateway, answer


# Phase 5

REPLIES = {
    "no address": (connected(address=None), "no inner address"),
    "an address that is none": (connected(address="evil"), "X-CSTP-Address"),
    "loopback": (connected(address="127.0.0.1"), "no host can have the address 127.0.0.1"),
    "multicast": (connected(address="224.0.0.1"), "no host can have the address 224.0.0.1"),
    "the gateway's own": (connected(address="192.0.2.1"), "the gateway's own"),
    "loopback of IPv6": (connected("X-CSTP-Address-IP6: ::1/128"), "no host can have the address ::1"),
    "MTU 0": (connected(mtu="0"), "gave no MTU"),
    "MTU 1": (connected(mtu="1"), "MTU is 1"),
    "MTU that is none": (connected(mtu="-1"), "X-CSTP-MTU"),
    "netmask rubbish": (connected("X-CSTP-Netmask: 255.0.255.0"), "X-CSTP-Netmask"),
    "100,000 routes": (
        connected(*(f"X-CSTP-Split-Include: 10.{i >> 8 & 255}.{i & 255}.0/24" for i in range(100000))),
        "too (many headers|long)",
    ),
    "refused with escapes": (answer("", f"503 {ESCAPES}", f"X-Reason: {ESCAPES}\r\n"), "refused the tunnel"),
    "a redirect": (redirect("https://192.0.2.1/"), "refused the tunnel: 302"),
    "endless headers": (says(b"HTTP/1.1 200 OK\r\n", b"X-CSTP-Banner: x\r\n" * 1000), "header"),
}


@pytest.mark.parametrize("case", REPLIES)
def test_an_answer_to_connect_that_makes_no_sense(meets, case):
    reply, words = REPLIES[case]
    tunnel, _ = meets(Play(connect=reply, tunnel=hears_a_word))
    ends(tunnel, FAILED, words)


STRANGE = {
    "MTU of 99,999,999": ["X-DTLS-MTU: 99999999"],
    "DPD": ["X-CSTP-DPD: -1", "X-CSTP-Keepalive: 99999999999999999999"],
    "rekey of 0 s": ["X-CSTP-Rekey-Time: 0", "X-CSTP-Rekey-Method: new-tunnel"],
    "10,000 banners": ["X-CSTP-Banner: " + "x" * 60] * 4000,
    "rubbish of DTLS": [
        "X-DTLS-Session-ID: abcdef",
        "X-DTLS-Port: 99999",
        "X-DTLS12-CipherSuite: NULL-SHA",
        "X-DTLS-App-ID: zz",
    ],
    "an unasked PSK": ["X-DTLS-CipherSuite: PSK-CHACHA20-POLY1305", "X-DTLS-Port: 8443", "X-DTLS-App-ID: 00"],
    "post-auth rubbish": ["X-CSTP-Post-Auth-XML: <a><b>" + "x" * 60000],
    "routes": [
        "X-CSTP-Split-Include: 127.0.0.0/8",
        "X-CSTP-Split-Include: 192.0.2.1/32",
        "X-CSTP-Split-Include: 224.0.0.0/4",
        "X-CSTP-Split-Exclude: 0.0.0.0/0",
        "X-CSTP-Split-Include: 10.0.0.0/99",
        "X-CSTP-Split-Include: ::/0",
    ],
    "8,000 routes": [f"X-CSTP-Split-Include: 10.{i >> 8}.{i & 255}.0/24" for i in range(8000)],
    "texts": [
        f"X-CSTP-Banner: {ESCAPES}%1b%5b2J%0d%0a",
        "X-CSTP-Default-Domain: $(id);`id`\\nnameserver 6.6.6.6",
        "X-CSTP-Split-DNS: a;b|c",
        "X-CSTP-MSIE-Proxy-PAC-URL: $(id)",
        f"X-CSTP-Hostname: {ESCAPES}",
    ],
}


@pytest.mark.parametrize("case", STRANGE)
def test_strange_settings_cost_only_themselves(meets, client_host, case):
    tunnel, gateway = meets(Play(connect=connected("X-CSTP-DNS: 10.20.0.1", *STRANGE[case])))
    tunnel.wait_up()
    resolver = client_host.run("cat", "/etc/resolv.conf").stdout
    assert re.findall(r"nameserver (.*)", resolver) == ["10.20.0.1"], resolver
    assert len(gateway.connections) == 1
    goes_on(tunnel)


def test_in_a_scripts_environment_everything_is_data(meets, folder):
    script = folder / "script"
    script.write_text('#!/bin/sh\nenv -0 >> "$0.$reason"\n')
    script.chmod(0o755)
    evil = f"$(touch {folder}/owned)`id`';reason=evil\\n%0areason=evil"
    texts = ["Banner", "Default-Domain", "Split-DNS", "MSIE-Proxy-PAC-URL", "Evil", "Server-Name"]
    settings = connected(*(f"X-CSTP-{one}: {evil}" for one in texts))
    tunnel, _ = meets(Play(connect=settings), "--script", script)
    goes_on(tunnel)
    environment = script.with_name("script.connect").read_bytes().split(b"\0")
    names = {line.split(b"=")[0].decode() for line in environment if line}
    strangers = {name for name in names if not re.fullmatch(KNOWN_NAMES, name)}
    assert not strangers, strangers
    assert b"reason=connect" in environment and not (folder / "owned").exists()


KNOWN_NAMES = (
    r"reason|VPNGATEWAY|VPNPID|TUNDEV|LOG_LEVEL|INTERNAL_IP[46]_\w+"
    r"|CISCO_(BANNER|DEF_DOMAIN|SPLIT_DNS|PROXY_PAC|CSTP_OPTIONS|(IPV6_)?SPLIT_(INC|EXC)\w*)"
    r"|PATH|HOME|USER|LOGNAME|LANG|LC_ALL|TERM|TZ|SHELL|SUDO_\w+|PWD|OLDPWD|_|SHLVL"
)


# Phase 6


def sends(*frames):
    def play(peer):
        peer.say(b"".join(frames))
        peer.listen()

    return play


BAD_FRAMES = {
    "bad magic": b"STF\x02" + frame(DATA, b"x" * 60)[4:],
    "HTTP": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "a compressed packet, unasked": frame(8, b"\xff" * 1000),
    "a length beyond all records": b"STF\x01\xff\xff\x00\x00" + b"x" * 70000,
}


@pytest.mark.parametrize("case", BAD_FRAMES)
def test_bytes_that_are_no_frame_end_the_tunnel(meets, case):
    tunnel, _ = meets(Play(tunnel=sends(BAD_FRAMES[case])), "--no-dtls")
    ends(tunnel, FAILED, "the tunnel ended")


def test_a_disconnect_may_say_anything(meets):
    word = b"\xb0" + (ESCAPES + "\x1b[31m").encode() + b"\xff" * 600
    tunnel, _ = meets(Play(tunnel=sends(frame(DISCONNECT, word))), "--no-dtls")
    ends(tunnel, FAILED, "the gateway ended the session: ")


ODD_FRAMES = {
    "unknown types": b"".join(frame(kind, b"x" * 9) for kind in (1, 2, 6, 77, 255)),
    "of no length": frame(DATA) * 1000,
    "packets that are none": frame(DATA, b"\x00" * 40) + frame(DATA, b"\x4f") + frame(DATA, b"\x60" * 39),
    "for strangers": frame(DATA, icmp_echo("8.8.8.8", "203.0.113.9"))
    + frame(DATA, udp_datagram("1.1.1.1", "127.0.0.1")),
    "larger than the MTU": frame(DATA, icmp_echo("10.20.0.1", "10.20.0.9", 9000)),
}


@pytest.mark.parametrize("case", ODD_FRAMES)
def test_odd_frames_are_passed_over(meets, client_host, case):
    answered = threading.Event()

    def play(peer):
        peer.say(ODD_FRAMES[case] + frame(DPD_REQUEST, b"still there?"))
        heard = b""
        while b"still there?" not in heard:  # the machine's own packets may come before
            heard += peer.socket.recv(65536)
        answered.set()
        peer.listen()

    tunnel, _ = meets(Play(tunnel=play), "--no-dtls")
    tunnel.wait_up()
    assert answered.wait(5), tunnel.output
    goes_on(tunnel)


def test_endless_dpd_requests_keep_nobody_from_ending_it(meets):
    requests = frame(DPD_REQUEST, b"x" * 1000) * 50
    tunnel, _ = meets(Play(tunnel=lambda peer: peer.flood(requests)), "--no-dtls")
    goes_on(tunnel)


def test_a_gateway_that_closes_each_tunnel_at_once_makes_no_storm(meets):
    tunnel, gateway = meets(Play(tunnel=lambda peer: None), "--no-dtls")
    tunnel.wait_output("the next try is in")
    began = time.monotonic()
    wait_until(lambda: time.monotonic() > began + 3, 5, "there was time for a storm")
    assert len(gateway.connections) <= 4, gateway.connections
    assert tunnel.stop() == 0


VERIFY = b"\x16\xfe\xff" + bytes(8) + b"\x00\x1f\x03\x00\x00\x13" + bytes(5)  # a HelloVerifyRequest
VERIFY += b"\x00\x00\x13\xfe\xff\x10" + b"c" * 16
FATAL = b"\x15\xfe\xfd" + bytes(10) + b"\x02\x02\x28"
NOISE = (VERIFY, b"", b"\x16" * 2000, b"\xff" * 9, FATAL)


def test_datagrams_of_rubbish_leave_the_tunnel_alone(meets, network):
    """A cookie to be sent back for each hello, and noise."""
    with network.gateway.inside():
        port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with port:
        port.bind(("0.0.0.0", ScriptedGateway.PORT))
        terms = (f"X-DTLS-Port: {ScriptedGateway.PORT}", "X-DTLS-CipherSuite: PSK-NEGOTIATE")
        reply = connected("X-DTLS-MTU: 1400", f"X-DTLS-App-ID: {'ab' * 32}", *terms)
        tunnel, _ = meets(Play(connect=reply))
        port.settimeout(10)
        port.recv(1, socket.MSG_PEEK)  # the first hello is there
        port.settimeout(0.2)
        assert 1 <= answered_with_noise(port, seconds=2) <= 20
        assert "dtls up" not in tunnel.output
        goes_on(tunnel)


def answered_with_noise(port, seconds) -> int:
    """How many datagrams came."""
    came = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(TimeoutError):
            _, source = port.recvfrom(65536)
            came += 1
            for datagram in NOISE:
                port.sendto(datagram, source)
    return came
