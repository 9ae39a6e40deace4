// Header lines of a 200 to CONNECT: never crash, and what parses is written and read back as the same value.
#include <cstdint>
#include <cstdlib>

#include "proto/connect_reply.hpp"
#include "test/fuzz/header_lines.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  auto reply = proto::ConnectReply::parse(proto::header_lines(as_text({data, size})));
  if (!reply) return 0;
  (void)proto::dtls_terms(*reply, proto::default_dtls_offer(true));
  reply->ignored.clear();  // these two say what was bad, which is not written
  reply->dtls_problem.clear();
  if (proto::ConnectReply::parse(reply->serialize()) != *reply) std::abort();
  return 0;
}
