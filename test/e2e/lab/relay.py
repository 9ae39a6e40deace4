"""A bad network for DTLS: loses, repeats, swaps and falsifies datagrams on their way."""

import contextlib
import random
import selectors
import socket
import threading

from lab.firewall import Rules
from lab.gateway import PORT
from lab.network import Host

RELAY_PORT = 4500
LARGEST = 1 << 16


class Relay:
    """Stands before the gateway's UDP port until the block ends; each fault is a probability."""

    def __init__(self, gateway_host: Host, lost=0.0, repeated=0.0, swapped=0.0, falsified=0.0, seed=1):
        self._host = gateway_host
        self._faults = {"lost": lost, "repeated": repeated, "swapped": swapped, "falsified": falsified}
        self._random = random.Random(seed)
        self._held = {}  # by where it goes: a datagram that lets the next one pass
        self._inside = {}  # the client's address: the socket that the gateway sees
        self._outside_of = {}  # ... and back
        self._ended = threading.Event()
        self.counts = dict.fromkeys(("passed", *self._faults), 0)

    def __enter__(self):
        with self._host.inside():
            self._outside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._outside.bind((self._host.ipv4, RELAY_PORT))
        self._selector = selectors.DefaultSelector()
        self._watch(self._outside)
        there = f'iifname "cable0" udp dport {PORT} udp dport set {RELAY_PORT}'
        back = f"udp sport {RELAY_PORT} udp sport set {PORT}"
        self._rules = Rules(self._host, ("prerouting", -300, there), ("output", -150, back))
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()
        self._rules.lift()
        for each in (self._outside, *self._inside.values()):
            each.close()

    def _watch(self, udp):
        udp.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE: what gets lost is counted here
        udp.setblocking(False)
        self._selector.register(udp, selectors.EVENT_READ)

    def _run(self):
        while not self._ended.is_set():
            for key, _ in self._selector.select(0.05):
                with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
                    for _ in range(64):
                        self._take(key.fileobj)

    def _take(self, udp):
        data, sender = udp.recvfrom(LARGEST)
        if udp is self._outside:
            inside = self._inside_of(sender)
            self._pass_on(data, inside, lambda one: inside.send(one))
        else:
            client = self._outside_of[udp]
            self._pass_on(data, client, lambda one: self._outside.sendto(one, client))

    def _inside_of(self, client):
        if client not in self._inside:
            with self._host.inside():
                made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            made.connect((self._host.ipv4, PORT))
            self._watch(made)
            self._inside[client] = made
            self._outside_of[made] = client
        return self._inside[client]

    def _happens(self, fault):
        if self._random.random() >= self._faults[fault]:
            return False
        self.counts[fault] += 1
        return True

    def _pass_on(self, data, to, send):
        if self._happens("lost"):
            return
        if self._happens("falsified"):
            place = self._random.randrange(len(data))
            data = data[:place] + bytes([data[place] ^ 1 << self._random.randrange(8)]) + data[place + 1 :]
        if to not in self._held and self._happens("swapped"):
            self._held[to] = data
            return
        self._deliver(data, send)
        if self._happens("repeated"):
            self._deliver(data, send)
        if to in self._held:
            self._deliver(self._held.pop(to), send)

    def _deliver(self, data, send):
        with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
            send(data)
            self.counts["passed"] += 1
