"""Disks that are small, full or read-only, in place of a gateway's state folder."""

import contextlib
from pathlib import Path

import pytest

from lab.run import run


@contextlib.contextmanager
def small_disk_of(gateway):
    """Its state folder, on a file system of a megabyte; the gateway is closed before that goes."""
    with _mounted(gateway, "-t", "tmpfs", "-o", "size=1m", "tmpfs") as folder:
        yield folder


@contextlib.contextmanager
def failing_disk_of(gateway):
    """Its state folder, on a disk that fail() makes read-only, as the kernel does after an error of it."""
    image = gateway.folder / "disk"
    image.write_bytes(bytes(4 << 20))
    run("mkfs.ext4", "-q", image)
    if not Path("/dev/loop-control").exists():
        pytest.skip("no loop devices: there is no disk to fail")
    with _mounted(gateway, "-o", "loop,errors=remount-ro", image) as folder:
        yield folder


def fail(folder):
    run("mount", "-o", "remount,abort", folder)


@contextlib.contextmanager
def _mounted(gateway, *what):
    folder = gateway.folder / "state"
    folder.mkdir()
    run("mount", *what, folder)
    try:
        yield folder
    finally:
        gateway.close()
        run("umount", folder)


@contextlib.contextmanager
def full(folder):
    """There is no room meanwhile."""
    filler = folder / "filler"
    with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    try:
        yield
    finally:
        filler.unlink()
