// Replies from the network, to each kind of request: the same result whatever the pieces, and what was read
// is written and read alike.
#include <cstdlib>

#include "proto/http_parser.hpp"

using namespace sallyport;
using namespace sallyport::proto;

namespace {

struct Outcome {
  Result<HttpReply> reply = fail(ErrorKind::malformed, "");
  std::size_t used = 0;

  bool operator==(const Outcome&) const = default;
};

Outcome parse(ByteView bytes, ReplyTo request, std::size_t step) {
  ReplyParser parser(request);
  Outcome outcome;
  while (outcome.used < bytes.size() && !parser.complete()) {
    const auto rest = bytes.subspan(outcome.used);
    const auto used = parser.feed(rest.first(std::min(step, rest.size())));
    if (!used) return {};
    outcome.used += *used;
  }
  if (!parser.end_of_stream()) return {};
  outcome.reply = parser.take();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  for (const auto request : {ReplyTo::ordinary, ReplyTo::head, ReplyTo::connect}) {
    const auto whole = parse(bytes, request, size);
    if (!(parse(bytes, request, 1) == whole) || !(parse(bytes, request, 13) == whole)) std::abort();
    if (!whole.reply) continue;
    const auto text = whole.reply->serialize(request);
    if (!text || !(parse(as_bytes(*text), request, text->size()).reply == whole.reply)) std::abort();
  }
  return 0;
}
