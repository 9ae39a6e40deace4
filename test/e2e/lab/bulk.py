"""Much data through a tunnel, both ways at once, and whether every byte arrived."""

import hashlib
import os
import socket
import threading

from lab.network import Host
from lab.run import wait_until
from lab.traffic import PORT

BLOCK = 8 << 20


class Bulk:
    """Sends `size` bytes to an echo server and reads them back; the block's end waits for the last."""

    def __init__(self, host: Host, address, size, patience=60, port=PORT):
        self._size = size
        self._patience = patience
        with host.inside():
            self._peer = socket.create_connection((address, port), 10)
        self._peer.settimeout(patience)
        self._sent, self._received = hashlib.sha256(), hashlib.sha256()
        self._count = 0  # received
        self._failed = []
        work = self._send, self._read
        self._threads = [threading.Thread(target=self._try, args=(one,)) for one in work]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for thread in self._threads:
            thread.join()
        self._peer.close()
        assert not self._failed, f"after {self._count} bytes: {self._failed}"
        assert self._count == self._size and self._sent.digest() == self._received.digest(), (
            f"{self._count} of {self._size} bytes came back, or others"
        )

    def _try(self, work):
        try:
            work()
        except OSError as failure:
            self._failed.append(failure)

    def _send(self):
        block = os.urandom(BLOCK)
        for number in range(0, self._size, BLOCK):
            part = block[number // BLOCK % 251 :][: self._size - number]  # each begins elsewhere
            part += block[: min(BLOCK, self._size - number) - len(part)]
            self._sent.update(part)
            self._peer.sendall(part)
        self._peer.shutdown(socket.SHUT_WR)

    def _read(self):
        buffer = bytearray(1 << 20)
        view = memoryview(buffer)
        while size := self._peer.recv_into(view):
            self._received.update(view[:size])
            self._count += size

    def reaches(self, share):
        """Waits until that much of it has come back."""
        wait_until(
            lambda: self._failed or self._count >= share * self._size, self._patience, f"{share} of the data"
        )
        assert not self._failed, self._failed


