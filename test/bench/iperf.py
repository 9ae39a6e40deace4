"""TCP through a tunnel, measured by iperf3, and the processor time that it took."""

import contextlib
import json
from dataclasses import dataclass

import cpu
from lab.run import wait_until

SECONDS = 3
PORT = 5201


@dataclass
class Flow:
    """What one run of iperf3 showed."""

    bits_per_second: float
    cpu: dict  # of the "gateway" and the "client": seconds per 10^9 payload bytes
    disturbed: bool  # by other processes on this machine


@contextlib.contextmanager
def server(pair):
    """iperf3 on the gateway, at its address in the tunnel."""
    host = pair.network.gateway
    with open("/dev/null", "wb") as nowhere:
        process = host.start("iperf3", "-s", "-B", pair.inner, stdout=nowhere, stderr=nowhere)
    try:
        wait_until(lambda: f":{PORT}" in host.run("ss", "-Hltn").stdout, 5, "iperf3 listens")
        yield
    finally:
        process.terminate()
        process.wait()


def measure(pair, *options, seconds=SECONDS) -> Flow:
    """iperf3 from the client's host: up, or as the options say (-R, -P 4, --bidir)."""
    with server(pair):
        return _run(pair, options, seconds)


def _run(pair, options, seconds):
    hosts = pair.network.hosts
    watch = cpu.Watch(hosts)
    gateway, client = cpu.of(pair.gateway_pids), cpu.of(pair.client_pids)
    command = ("iperf3", "-J", "-c", pair.inner, "-t", seconds, *options)
    said = pair.network["client"].run(*command, timeout=seconds + 20, check=False).stdout
    gateway, client = cpu.of(pair.gateway_pids) - gateway, cpu.of(pair.client_pids) - client
    result = json.loads(said)
    if "error" in result:
        raise AssertionError(f"iperf3 between {pair.name}: {result['error']}")
    end = result["end"]
    received = [end["sum_received"]]
    if "sum_received_bidir_reverse" in end:
        received.append(end["sum_received_bidir_reverse"])
    gigabytes = sum(one["bytes"] for one in received) / 1e9
    return Flow(
        bits_per_second=sum(one["bits_per_second"] for one in received),
        cpu={"gateway": gateway / gigabytes, "client": client / gigabytes},
        disturbed=watch.others() > cpu.Watch.LIMIT * seconds,
    )
