"""One-time passwords: HOTP (RFC 4226) and TOTP (RFC 6238), and the lines of a users.oath file."""

import hashlib
import hmac
import os
import struct
import time


def code_at(key: bytes, position, digits=6) -> str:
    """Of this many digits."""
    mac = hmac.digest(key, struct.pack(">Q", position), hashlib.sha1)
    offset = mac[-1] & 15
    number = struct.unpack_from(">I", mac, offset)[0] & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


class Token:
    """A user's token: by counter, or by time in steps of 30 s."""

    def __init__(self, user, by_time=False):
        self.user = user
        self.by_time = by_time
        self.key = os.urandom(20)
        self.seconds_ahead = 0  # its clock
        self._counter = 0

    @property
    def line(self):
        """As users.oath has it."""
        return f"{'HOTP/T30' if self.by_time else 'HOTP/E'}/6\t{self.user}\t-\t{self.key.hex()}\n"

    def _position(self):
        return int(time.time() + self.seconds_ahead) // 30 if self.by_time else self._counter

    def code(self) -> str:
        """The next one of a token by counter; the present one of a token by time."""
        code = code_at(self.key, self._position())
        self._counter += 1
        return code

    def wrong_code(self) -> str:
        """One that is none of those near by."""
        here = self._position()
        near = {code_at(self.key, position) for position in range(max(0, here - 2), here + 20)}
        return next(code for code in map(str, range(100000, 1000000)) if code not in near)

    def options(self):
        """For a client that makes the codes itself, from here on."""
        mode, start = ("totp", "") if self.by_time else ("hotp", f",{self._counter}")
        return (f"--token-mode={mode}", f"--token-secret=0x{self.key.hex()}{start}")
