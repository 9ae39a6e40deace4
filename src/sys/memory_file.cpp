#include "sys/memory_file.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/secret.hpp"
#include "sys/files.hpp"

namespace sallyport::sys {

Result<Descriptor> make_memory_file(ByteView bytes) {
  Descriptor file(memfd_create("sallyport", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file) return fail_errno("cannot make a memory file");
  TRY(write_at(file.number(), 0, bytes, "cannot write to a memory file"));
  if (fcntl(file.number(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
    return fail_errno("cannot seal a memory file");
  }
  return file;
}

namespace {

// A vector that grows by itself leaves what it held in memory that is given back: it may be a key.
void make_room(Bytes& bytes, std::size_t size) {
  if (size <= bytes.capacity()) return;
  Bytes larger;
  larger.reserve(std::max(size, 2 * bytes.capacity()));
  larger.assign(bytes.begin(), bytes.end());
  wipe(bytes);
  bytes = std::move(larger);
}

}  // namespace

Result<Bytes> read_whole(int descriptor, std::size_t limit) {
  Bytes bytes;
  constexpr std::size_t step = 64U << 10;
  for (;;) {
    const auto size = bytes.size();
    make_room(bytes, size + step);
    bytes.resize(size + step);
    const auto got = pread(descriptor, bytes.data() + size, step, static_cast<off_t>(size));
    if (got < 0 && errno == EINTR) {
      bytes.resize(size);
      continue;
    }
    if (got < 0) return fail_errno("cannot read");
    bytes.resize(size + static_cast<std::size_t>(got));
    if (bytes.size() > limit) {
      return fail(ErrorKind::malformed, "is larger than " + std::to_string(limit) + " bytes");
    }
    if (got == 0) return bytes;
  }
}

Result<Bytes> read_memory_file(int descriptor, std::size_t limit) {
  const int seals = fcntl(descriptor, F_GET_SEALS);
  if (seals < 0 || (seals & F_SEAL_WRITE) == 0) {
    return fail(ErrorKind::malformed, "is not a sealed memory file");
  }
  return read_whole(descriptor, limit);
}

}  // namespace sallyport::sys
