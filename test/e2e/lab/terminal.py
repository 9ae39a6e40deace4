"""A person at a terminal."""

import os
import pty
import re
import signal
import termios

from lab.network import Host
from lab.run import no_sanitizer_complained, wait_until

CTRL_C = "\x03"


class Terminal:
    """A program that runs on a terminal of its own; what it shows is in .shown."""

    def __init__(self, host: Host, command, env=None):
        self._keyboard, self._screen = pty.openpty()
        os.set_blocking(self._keyboard, False)
        self.shown = ""
        self._read_until = 0
        self._is_open = True
        # setsid: the terminal becomes the program's own, whose Ctrl-C reaches it as a signal.
        streams = {"stdin": self._screen, "stdout": self._screen, "stderr": self._screen}
        self.process = host.start("setsid", "--ctty", *command, env=env, **streams)

    def wait_for(self, pattern, seconds=10):
        """Until it has been shown, after what was waited for before."""

        def seen():
            self._look()
            return re.compile(pattern).search(self.shown, self._read_until)

        found = wait_until(seen, seconds, lambda: f"{pattern!r} is shown:\n{self.shown}")
        self._read_until = found.end()
        return found

    def _look(self):
        try:
            while text := os.read(self._keyboard, 65536):
                self.shown += text.decode(errors="replace").replace("\r\n", "\n")
        except BlockingIOError:
            pass

    def type(self, text):
        os.write(self._keyboard, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self._screen)[3] & termios.ECHO)

    def wait_end(self, seconds=10) -> int:
        wait_until(lambda: self.process.poll() is not None, seconds, lambda: f"it ends:\n{self.shown}")
        if self._is_open:
            self._look()
        return self.process.returncode

    def hang_up(self):
        """The terminal's window is closed."""
        self._look()
        os.close(self._keyboard)
        os.close(self._screen)
        self._is_open = False

    def close(self):
        """Ctrl-C, unless the program has ended."""
        try:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGINT)
                self.wait_end()
        finally:
            self.process.kill()
            self.process.wait()
            if self._is_open:
                self.hang_up()
        no_sanitizer_complained(self.shown)
