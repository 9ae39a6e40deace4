"""A machine's wall clock that a test sets: no test may set the real one.

A library that programs are started with adds to what they read of the wall clock, and leaves the clocks alone
that only go forward, as setting a machine's clock does.
"""

import os
import struct
from pathlib import Path

from lab.run import run

_SOURCE = r"""
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t* seconds_ahead;

__attribute__((constructor)) static void open_clock(void) {
  const int file = open(getenv("LABORATORY_CLOCK"), O_RDONLY);
  void* mapped = mmap(0, sizeof *seconds_ahead, PROT_READ, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) abort();
  seconds_ahead = mapped;
  close(file);
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  const int result = (int)syscall(SYS_clock_gettime, clock, now);
  const int is_wall_clock = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (result == 0 && is_wall_clock && seconds_ahead != 0) now->tv_sec += *seconds_ahead;
  return result;
}

int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  struct timespec exact;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* result) {
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  if (result != 0) *result = exact.tv_sec;
  return exact.tv_sec;
}
"""


class WallClock:
    """Of the programs that are started with its `env`."""

    def __init__(self, folder: Path):
        source, library = folder / "clock.c", folder / "clock.so"
        self._file = folder / "clock"
        self.set_ahead(0)
        source.write_text(_SOURCE)
        run("clang-16", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", source, "-o", library)
        self.env = {**os.environ, "LD_PRELOAD": str(library), "LABORATORY_CLOCK": str(self._file)}

    def set_ahead(self, seconds):
        """By so much it differs from the true time; below zero: it is behind."""
        with open(self._file, "r+b" if self._file.exists() else "w+b") as file:
            file.write(struct.pack("=q", seconds))
