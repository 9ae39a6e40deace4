"""Networks that are in the way of UDP, made with nftables on one of the hosts."""

import contextlib
import itertools
import re

from lab.gateway import PORT
from lab.network import Host

_numbers = itertools.count(1)


class Rules:
    """nftables rules of a host, until lift()."""

    def __init__(self, host: Host, *chains):
        self._host = host
        self._table = f"rules{next(_numbers)}"
        body = "\n".join(
            f"chain {hook}{number} {{ type filter hook {hook} priority {priority};\n{rule}\n}}"
            for number, (hook, priority, rule) in enumerate(chains)
        )
        host.run("nft", "-f", "-", text_input=f"table inet {self._table} {{\n{body}\n}}\n")

    def lift(self):
        if self._table:
            self._host.run("nft", "delete", "table", "inet", self._table)
        self._table = None

    def packets(self):
        """How many the rule with a counter has met."""
        listed = self._host.run("nft", "list", "table", "inet", self._table).stdout
        return int(re.search(r"counter packets (\d+)", listed)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lift()


def dropped(gateway_host: Host, port=PORT, source=None):
    """UDP to the gateway vanishes, silently (of one address, or of all)."""
    return _in_the_way("input", gateway_host, _from(source), f"udp dport {port} drop")


@contextlib.contextmanager
def lost(client_host: Host, gateway_host: Host, port=PORT):
    """UDP vanishes both ways, and neither end gets an error for what it sends."""
    with dropped(gateway_host, port), _in_the_way("input", client_host, f"udp sport {port} drop"):
        yield


@contextlib.contextmanager
def narrow(client_host: Host, gateway_host: Host, largest, port=PORT):
    """A path that swallows longer UDP (header and data) both ways without a word."""
    longer = f"udp length > {largest} drop"
    with _single_datagrams(gateway_host, client_host), _in_the_way(
        "input", gateway_host, f"udp dport {port} {longer}"
    ), _in_the_way("input", client_host, f"udp sport {port} {longer}"):
        yield


@contextlib.contextmanager
def _single_datagrams(*hosts):
    """Merged ones are cut before the cable, not behind it, where a filter would take them for long ones."""
    for host in hosts:
        host.ip("link", "set", "cable0", "gso_max_segs", "1")
    try:
        yield
    finally:
        for host in hosts:
            host.ip("link", "set", "cable0", "gso_max_segs", "65535")


def refused(gateway_host: Host, port=PORT, source=None):
    """An ICMP error comes back: ECONNREFUSED at the client."""
    return _in_the_way("input", gateway_host, _from(source), f"udp dport {port} reject")


def forbidden(client_host: Host, port=PORT):
    """The client's own firewall: sending fails with EPERM."""
    return _in_the_way("output", client_host, f"udp dport {port} counter drop")


def _in_the_way(hook, host, *words):
    return Rules(host, (hook, 0, " ".join(word for word in words if word)))


def _from(source):
    return f"ip saddr {source}" if source else ""


@contextlib.contextmanager
def nat_port(client_host: Host, inner, outer, port=PORT):
    """A NAT between client and gateway that has chosen `outer` for the client's UDP port.

    It keeps no table, so that it may change its mind amid the flow.
    """
    there = f"udp sport {inner} udp dport {port} udp sport set {outer}"
    old = f"udp sport {port} udp dport {inner} drop"
    back = f"udp sport {port} udp dport {outer} udp dport set {inner}"
    with Rules(client_host, ("output", -150, there), ("prerouting", -300, f"{old}\n{back}")):
        yield
