"""What goes over a cable, whether data took UDP or TCP, when hellos were sent; and datagrams of our own."""

import contextlib
import math
import os
import socket
import struct
import threading
import time
from dataclasses import dataclass

from lab.gateway import PORT
from lab.network import Host
from lab.run import wait_until
from lab.traffic import carries_data

ETH_P_ALL, ETH_P_IP = 3, 0x0800
SO_RCVBUFFORCE, SO_TIMESTAMPNS = 33, 35
TCP, UDP = 6, 17
ALERT, HANDSHAKE, APPLICATION_DATA = 21, 22, 23
RANDOM = slice(27, 59)  # behind the headers of record and message, and the version
SESSION_ID = slice(60, 92)
TO_GATEWAY, FROM_GATEWAY = "to the gateway", "from the gateway"


@dataclass(frozen=True)
class Datagram:
    time: float  # by the kernel's clock
    source: tuple[str, int]
    destination: tuple[str, int]
    payload: bytes

    @property
    def is_hello(self):
        """A ClientHello in the clear."""
        record = self.payload
        return len(record) > 60 and record[0] == HANDSHAKE and record[3:5] == b"\0\0" and record[13] == 1

    @property
    def random(self):
        """A hello's."""
        return self.payload[RANDOM]

    @property
    def is_data(self):
        """A record of an association that runs."""
        return self.payload[:1] == bytes([APPLICATION_DATA])


class Recorder:
    """Records in a host's namespace what passes an interface to and from a port; netfilter is behind it.

    What netfilter drops on its way in is seen, what it drops on its way out is not.
    """

    def __init__(self, host: Host, port=PORT, interface="cable0"):
        self._port = port
        with host.inside():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.bind((interface, ETH_P_ALL))
        self._socket.settimeout(0.1)
        self._end = math.inf
        self._lock = threading.Lock()
        self._datagrams = []
        self._tcp_bytes = 0
        self._thread = threading.Thread(target=self._record)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """What has been recorded can still be read."""
        self._end = time.time()
        self._thread.join()
        self._socket.close()

    def _record(self):
        while True:
            try:
                packet, extra, _, address = self._socket.recvmsg(1 << 16, 64)
            except TimeoutError:
                if self._end < math.inf:
                    return  # only once everything has been read
                continue
            seconds, nanoseconds = struct.unpack("qq", extra[0][2][:16])
            at = seconds + nanoseconds / 1e9
            if at > self._end:
                return
            with self._lock:
                self._take(packet, address[1], at)

    def _take(self, packet, ethertype, at):
        if ethertype == ETH_P_IP:
            family, protocol, header = socket.AF_INET, packet[9], (packet[0] & 15) * 4
            addresses = packet[12:16], packet[16:20]
        else:
            family, protocol, header = socket.AF_INET6, packet[6], 40
            addresses = packet[8:24], packet[24:40]
        if protocol not in (TCP, UDP) or len(packet) < header + 8:
            return
        ports = struct.unpack_from(">HH", packet, header)
        if self._port not in ports:
            return
        if protocol == TCP:
            self._tcp_bytes += len(packet) - header
            return
        texts = [socket.inet_ntop(family, address) for address in addresses]
        payload = packet[header + 8 : header + struct.unpack_from(">H", packet, header + 4)[0]]
        ends = zip(texts, ports, strict=True)
        self._datagrams.append(Datagram(at, *ends, payload))

    def datagrams(self, way=None, after=0.0):
        """All, or those of one way; `after` a time."""
        with self._lock:
            seen = list(self._datagrams)
        port_of = {TO_GATEWAY: lambda one: one.destination, FROM_GATEWAY: lambda one: one.source}
        return [
            one
            for one in seen
            if one.time > after and (way is None or port_of[way](one)[1] == self._port)
        ]

    def hellos(self, after=0.0):
        return [one for one in self.datagrams(TO_GATEWAY, after) if one.is_hello]

    def hello_times(self):
        """Of each hello, in seconds since the first."""
        hellos = self.hellos()
        return [one.time - hellos[0].time for one in hellos]

    def wait_for(self, chosen, seconds=5, why="a datagram is seen"):
        """The first datagram that `chosen` likes."""
        return wait_until(lambda: next(filter(chosen, self.datagrams()), None), seconds, why)

    @property
    def udp_bytes(self):
        return sum(len(one.payload) for one in self.datagrams())

    @property
    def tcp_bytes(self):
        with self._lock:
            return self._tcp_bytes


def carries_data_over(way, host: Host, gateway, *addresses, port=PORT):
    """carries_data(), and all of it went over "udp", or all over "tcp", on the host's cable."""
    with Recorder(host, port) as seen:
        carries_data(host, gateway, *addresses)
    moved = {"udp": seen.udp_bytes, "tcp": seen.tcp_bytes}
    expected = len(addresses or gateway.inner) << 21  # a megabyte there and back
    other = moved["tcp" if way == "udp" else "udp"]
    assert moved[way] > expected and other < 1 << 16, f"data did not go over {way} alone: {moved}"


def answers(host: Host, *datagrams, address="192.0.2.1", port=PORT, wait=0.3) -> list[bytes]:
    """What comes back from the gateway when a stranger's socket on a host sends it datagrams."""
    with host.inside():
        stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    came = []
    with stranger:
        stranger.connect((address, port))
        stranger.settimeout(wait)
        for datagram in datagrams:
            stranger.send(datagram)
        with contextlib.suppress(TimeoutError):
            while True:
                came.append(stranger.recv(1 << 16))
    return came


def another_hello(hello: Datagram, session_id=None) -> bytes:
    """The same with another random, and maybe with another id."""
    changed = bytearray(hello.payload)
    changed[RANDOM] = os.urandom(32)
    if session_id is not None:
        changed[SESSION_ID] = session_id
    return bytes(changed)


def record(kind, payload, epoch=0, sequence=0, version=b"\xfe\xfd") -> bytes:
    """A DTLS record."""
    return (
        bytes([kind]) + version + struct.pack(">HHIH", epoch, 0, sequence, len(payload)) + payload
    )


def forge(host: Host, source, destination, *datagrams):
    """Sends datagrams over IPv4 with an address and port that are not our own."""
    with host.inside():
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    with raw:
        for datagram in datagrams:
            ends = socket.inet_aton(source[0]) + socket.inet_aton(destination[0])
            # The kernel fills in length and checksum; UDP may go without.
            ip = struct.pack(">BBHHHBBH", 0x45, 0, 0, 0, 0, 64, UDP, 0) + ends
            udp = struct.pack(">HHHH", source[1], destination[1], 8 + len(datagram), 0)
            raw.sendto(ip + udp + datagram, (destination[0], 0))
