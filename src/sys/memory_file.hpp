// Bytes of any size for another process: a sealed memory file, sent as a descriptor.
#pragma once

#include "base/bytes.hpp"
#include "base/descriptor.hpp"

namespace sallyport::sys {

// Its offset stands at the start.
Result<Descriptor> make_memory_file(ByteView bytes);

// The whole content of a file from its start, whatever its offset; malformed: larger than `limit` bytes.
Result<Bytes> read_whole(int descriptor, std::size_t limit);

// The same of a sealed memory file only: of whoever may hand over anything. malformed: something else, which
// could make the reader wait.
Result<Bytes> read_memory_file(int descriptor, std::size_t limit);

}  // namespace sallyport::sys
