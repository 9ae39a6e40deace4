"""Hundreds of tunnels one after the other leave nothing behind, at the gateway or at the client."""

import os
import signal
import socket
import struct

from lab import processes
from lab.anyconnect import DISCONNECT, AnyConnect, Tunnel, config_auth
from lab.datagrams import record
from lab.gateway import PORT
from lab.run import sanitized, wait_until
from lab.traffic import ping

CYCLES = 200
# After so many everything has its size.
WARM = 160
WARM_RECONNECTS = 200  # they take less
RECONNECTS = 100
ROUNDS = 3
HOST = "vpn.example.com"
PSK = {"X-DTLS-CipherSuite": "PSK-NEGOTIATE"}
# Of one process over the cycles that follow. It is 16 kB at most; two kilobytes lost in each would be 80.
GROWTH = 64 << 10
# Of all files, after both tests: the write-ahead log takes 4 MB before it begins anew, else it had 6.
STATE = 5 << 20


def usage_of(pids):
    """What must stay as it is, and the memory, of each process."""
    counted = {
        name: (processes.descriptors(pid), processes.threads(pid)) for name, pid in pids.items()
    }
    return counted, {name: processes.memory(pid) for name, pid in pids.items()}


def stays_level(pids, before):
    grown = growth(pids, before)
    assert max(grown.values()) < GROWTH, grown


def growth(pids, before):
    """Of the memory; everything else must be as before."""
    counted = before[0]
    wait_until(lambda: usage_of(pids)[0] == counted, 5, lambda: f"{usage_of(pids)[0]} is {counted}")
    if sanitized():  # a sanitizer keeps what was freed for a while
        return dict.fromkeys(pids, 0)
    return {name: size - before[1][name] for name, size in usage_of(pids)[1].items()}


def hello(session_id):
    """A ClientHello of DTLS 1.2 for a pre-shared key."""
    body = b"\xfe\xfd" + os.urandom(32) + bytes([len(session_id)]) + session_id + b"\0"
    body += struct.pack(">HHBB", 2, 0x00A9, 1, 0)
    size = struct.pack(">I", len(body))[1:]
    return record(22, b"\x01" + size + bytes(5) + size + body, version=b"\xfe\xff")


def begins_dtls(host, tunnel):
    """A handshake that gets no further than the gateway's first flight."""
    with host.inside():
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with udp:
        udp.settimeout(5)
        udp.connect(("192.0.2.1", PORT))
        udp.send(hello(bytes.fromhex(tunnel.header("X-DTLS-App-ID"))))
        assert udp.recv(2048)[0] == 22


def connects_and_disconnects(host, number):
    with AnyConnect(host) as login:
        token = login.log_in()
    with Tunnel(host, token, PSK if number % 2 else None) as tunnel:
        assert tunnel.status == 200
        if number % 4 == 1:
            begins_dtls(host, tunnel)
        assert tunnel.pings()
        if number % 8:
            tunnel.send(DISCONNECT, b"\xb0Aborted by caller")
            assert tunnel.receive() is None
    if number % 8 == 0:  # the connection was just closed
        with AnyConnect(host) as login:
            login.post(config_auth("logout", f"<session-token>{token}</session-token>"))


def keeps_its_state_small(gateway):
    sizes = {file.name: file.stat().st_size for file in (gateway.folder / "state").iterdir()}
    assert sum(sizes.values()) < STATE, sizes


def network_of(host):
    commands = (("route",), ("-6", "route"), ("neigh",), ("rule",))
    return [len(host.ip(*command).splitlines()) for command in commands]


def test_the_gateway(gateway, client_host):
    pids = {"supervisor": gateway.pid} | gateway.roles()
    for number in range(CYCLES):
        if number == WARM:
            gateway.has_no_session()
            before, network = usage_of(pids), network_of(gateway.host)
        connects_and_disconnects(client_host, number)
    gateway.has_no_session()
    stays_level(pids, before)
    assert network_of(gateway.host) == network
    assert {"supervisor": gateway.pid} | gateway.roles() == pids
    keeps_its_state_small(gateway)


def reconnect_often(tunnel, before, count):
    for number in range(before + 1, before + count + 1):
        tunnel.send(signal.SIGUSR2)
        for line, times in (("\nreconnect ", number), ("\ndtls up ", number + 1)):
            wait_until(lambda: tunnel.stdout.count(line) == times, 5, lambda: tunnel.output[-2000:])


def test_the_client(gateway, client, client_host, pki):
    tunnel = client.start(pki, "--user=alice", HOST).wait_up()
    pids = {"front": tunnel.process.pid} | processes.children(tunnel.process.pid)
    assert "sally-connect" in pids, pids
    at_gateway = {"gateway": gateway.roles()["gateway"]}
    session = gateway.only_session()
    reconnect_often(tunnel, 0, WARM_RECONNECTS)
    at_first = usage_of(at_gateway)
    # Once in a while a tunnel begins before the memory of the one before is free, and then the heap becomes
    # larger by what both need. What is lost grows in each round.
    grown = []
    for number in range(ROUNDS):
        before = usage_of(pids)
        reconnect_often(tunnel, WARM_RECONNECTS + number * RECONNECTS, RECONNECTS)
        grown.append(growth(pids, before))
        if max(grown[-1].values()) < GROWTH:
            break
    else:
        raise AssertionError(grown)
    stays_level(at_gateway, at_first)
    now = gateway.only_session()
    for name in ("id", "ipv4", "ipv6"):
        assert now[name] == session[name], (session, now)
    assert ping(client_host, gateway.inner[0]) == 3
    assert "lost" not in tunnel.output, tunnel.output
    assert tunnel.stop() == 0
    gateway.has_no_session()
    keeps_its_state_small(gateway)
