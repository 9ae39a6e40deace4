// The JSON of the admin API: what is read is written and read alike.
#include <cstdlib>

#include "proto/admin.hpp"
#include "proto/admin_sessions.hpp"
#include "proto/trace.hpp"

using namespace sallyport;

template <class Message>
static void check(std::string_view text) {
  const auto message = Message::parse(text);
  if (message && Message::parse(message->serialize()) != message) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = as_text({data, size});
  check<proto::Status>(text);
  check<proto::StopOrder>(text);
  check<proto::Problem>(text);
  check<proto::SessionEntry>(text);
  check<proto::DisconnectOrder>(text);
  check<proto::TraceEvent>(text);
  check<proto::Trace>(text);
  (void)proto::parse_sessions(text);
  return 0;
}
