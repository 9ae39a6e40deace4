// Requests from the network: the same result whatever the pieces, and what was read is written and read
// alike.
#include <cstdlib>

#include "proto/http_parser.hpp"

using namespace sallyport;
using namespace sallyport::proto;

namespace {

struct Outcome {
  Result<HttpRequest> request = fail(ErrorKind::closed, "incomplete");
  std::size_t used = 0;

  bool operator==(const Outcome&) const = default;
};

Outcome parse(ByteView bytes, std::size_t step) {
  RequestParser parser;
  Outcome outcome;
  while (outcome.used < bytes.size() && !parser.complete()) {
    const auto rest = bytes.subspan(outcome.used);
    const auto used = parser.feed(rest.first(std::min(step, rest.size())));
    if (!used) {
      outcome.request = fail(ErrorKind::malformed, "refused");
      outcome.used = 0;
      return outcome;
    }
    outcome.used += *used;
  }
  if (parser.complete()) outcome.request = parser.take();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const auto whole = parse(bytes, size);
  if (!(parse(bytes, 1) == whole) || !(parse(bytes, 13) == whole)) std::abort();
  if (!whole.request) return 0;
  const auto text = whole.request->serialize();
  if (!text || text->size() > 16 * 1024) return 0;  // an added Content-Length may pass the limit
  if (!(parse(as_bytes(*text), text->size()).request == whole.request)) std::abort();
  return 0;
}
