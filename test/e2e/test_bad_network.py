"""Datagrams that get lost, come twice, in another order, or falsified."""

import os
import socket
import struct
import threading

import pytest

from lab.relay import Relay
from lab.traffic import echo_server, transfer

HOST = "vpn.example.com"
INNER = "10.20.0.1"
PORT = 7008
PACKETS = 5000


@pytest.fixture(params=[[], ["--no-udp-gso", "--no-tun-offload"]], ids=["merged", "single"])
def tunnel(request, gateway, client, pki):
    def start():
        made = client.start(pki, "--user=alice", *request.param, HOST).wait_up()
        gateway.wait_dtls()
        return made

    return start


def test_tcp_gets_over_all_of_it(gateway, tunnel, client_host):
    with Relay(gateway.host, lost=0.005, repeated=0.02, swapped=0.02, falsified=0.005) as relay:
        tunnel()
        with echo_server(gateway.host, INNER):
            transfer(client_host, INNER, 4 << 20)
        assert all(relay.counts.values()), relay.counts
        assert gateway.only_session()["dtls"]["state"] == "up"


def test_what_arrives_was_sent_and_arrives_once(gateway, tunnel, client_host):
    with Relay(gateway.host, repeated=0.1, swapped=0.1, falsified=0.05) as relay:
        tunnel()
        before = gateway.ctl_json("status")["data_path"]["dropped"]["bad_record"]
        sent, received = _send_numbered(client_host, gateway.host)
        bad = gateway.ctl_json("status")["data_path"]["dropped"]["bad_record"] - before
        assert len(received) == len(set(received)), "some arrived twice"
        assert set(received) <= set(sent), "something arrived that nobody sent"
        assert len(received) > 0.9 * PACKETS, relay.counts
        assert bad > 0.1 * PACKETS, (bad, relay.counts)


def _send_numbered(client_host, gateway_host):
    """UDP packets with a number and random bytes each; what was sent, and what came out at the other end."""
    with gateway_host.inside():
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.bind((INNER, PORT))
    receiver.settimeout(1)
    received = []

    def receive():
        while True:
            try:
                received.append(receiver.recv(2048))
            except TimeoutError:
                return

    receiving = threading.Thread(target=receive)
    receiving.start()
    with client_host.inside():
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect((INNER, PORT))
    sent = []
    for number in range(PACKETS):
        sent.append(struct.pack(">I", number) + os.urandom(200))
        sender.send(sent[-1])
        if number % 50 == 0:
            threading.Event().wait(0.005)
    receiving.join()
    receiver.close()
    sender.close()
    return sent, received
