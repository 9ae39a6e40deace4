"""Rows about TCP throughput and the processor time that it takes."""

import iperf
from pairs import OURS, THEIRS, Pair
from results import compare

ROUNDS = 3


def interleaved(pairs, measure, rounds=ROUNDS):
    """Each pair in turn, again and again, so that whatever else happens on the machine meets all.

    Every other time the other way round: the first one finds another machine than the last.
    """
    figures = [[] for _ in pairs]
    for number in range(rounds):
        turns = list(zip(pairs, figures, strict=True))
        for pair, list_ in reversed(turns) if number % 2 else turns:
            list_.append(measure(pair))
    return figures


def _gigabits(flows):
    return [flow.bits_per_second / 1e9 for flow in flows]


def _disturbed(*lists):
    return any(flow.disturbed for flows in lists for flow in flows)


def _throughput(row, name, pairs, options, must):
    ours, peer = interleaved(pairs, lambda pair: iperf.measure(pair, *options))
    figures = _gigabits(ours), _gigabits(peer)
    result = compare(row, name, "Gbit/s", *figures, must, True, _disturbed(ours, peer))
    return result, ours, peer


def _processor_time(row, name, side, ours, peer, must):
    """Of the gateway's or the client's processes."""
    figures = [[flow.cpu[side] for flow in flows] for flows in (ours, peer)]
    return compare(row, name, "CPU s/GB", *figures, must, False, _disturbed(ours, peer))


def dtls(bench, openssl=False):
    """DTLS throughput, and what the gateway takes for it."""
    must = (4.0, 3.5, 4.4, 4.8) if openssl else (5.0, 4.3, 5.5, 6.0)
    row = "dtls-openssl" if openssl else "dtls"
    with Pair(bench.folder("ours"), openssl=openssl) as ours, Pair(
        bench.folder("peer"), THEIRS, THEIRS
    ) as peer:
        pairs = ours, peer
        up, ours_up, peer_up = _throughput(row, "1 flow up", pairs, (), must[0])
        yield up
        down, ours_down, peer_down = _throughput(row, "1 flow down", pairs, ("-R",), must[1])
        yield down
        yield _throughput(row, "4 flows up", pairs, ("-P", "4"), must[2])[0]
        yield _throughput(row, "both ways", pairs, ("--bidir",), must[3])[0]
    if openssl:
        return
    for name, mine, others, least in (
        ("gateway receives", ours_up, peer_up, 7),
        ("gateway sends", ours_down, peer_down, 5),
    ):
        yield _processor_time("cpu", name, "gateway", mine, others, least)


def dtls_openssl(bench):
    """The same where the processor has no VAES."""
    yield from dtls(bench, openssl=True)


def tls(bench):
    """The TLS channel."""
    with Pair(bench.folder("ours"), dtls=False) as ours, Pair(
        bench.folder("peer"), THEIRS, THEIRS, dtls=False
    ) as peer:
        yield _throughput("tls", "up", (ours, peer), (), 3.0)[0]
        yield _throughput("tls", "down", (ours, peer), ("-R",), 3.0)[0]


def no_offload(bench):
    """Where the kernel must cut super-datagrams for the wire, as a network card without offloads makes it."""
    with Pair(bench.folder("ours")) as ours, Pair(bench.folder("peer"), THEIRS, THEIRS) as peer:
        for pair in (ours, peer):
            for host in pair.network.hosts:
                cut_on_the_wire(host)
        yield _throughput("no-offload", "1 flow up", (ours, peer), (), 3.3)[0]


def cut_on_the_wire(host):
    off = ("tso", "off", "gso", "off", "gro", "off", "tx-udp-segmentation", "off")
    host.run("ethtool", "-K", "cable0", *off)


def stock_client(bench):
    """Stock openconnect on our gateway, against it on ocserv."""
    yield from _stock(bench, "stock-client", "gateway", OURS, THEIRS)


def stock_gateway(bench):
    """Our client on stock ocserv, against openconnect on it."""
    yield from _stock(bench, "stock-gateway", "client", THEIRS, OURS)


def _stock(bench, row, our_side, *kinds):
    with Pair(bench.folder("ours"), *kinds) as ours, Pair(bench.folder("peer"), THEIRS, THEIRS) as peer:
        result, mine, others = _throughput(row, "1 flow up", (ours, peer), (), 1.3)
        yield result
        yield _processor_time(row, our_side, our_side, mine, others, 2)
