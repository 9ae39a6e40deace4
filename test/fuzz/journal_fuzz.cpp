// The client's journal of network changes: any bytes; what is read lies in the file and is written back the
// same.
#include <algorithm>
#include <cstdlib>

#include "client/journal_format.hpp"

using namespace sallyport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView file{data, size};
  for (const auto& entry : client::parse_journal(file)) {
    const auto bytes = client::serialize_entry(entry.change);
    const auto rest = file.subspan(entry.offset);
    if (rest.size() < bytes.size() || !std::ranges::equal(rest.first(bytes.size()), bytes)) std::abort();
  }
  return 0;
}
