// Rows of the session store's database, as a damaged disk may give them: what is read is written back byte by
// byte the same.
#include <algorithm>
#include <cstdlib>

#include "store/session_record.hpp"

using namespace sallyport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  if (const auto record = store::decode_session(bytes)) {
    if (!std::ranges::equal(store::encode_session(record->session, record->policy), bytes)) std::abort();
  }
  if (const auto policy = store::decode_policy(bytes)) {
    if (!std::ranges::equal(store::encode_policy(*policy), bytes)) std::abort();
  }
  return 0;
}
