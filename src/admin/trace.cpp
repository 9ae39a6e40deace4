// The command about a flow.
#include <fmt/format.h>

#include "admin/api_client.hpp"
#include "admin/commands.hpp"
#include "admin/trace_text.hpp"
#include "base/text.hpp"
#include "proto/admin.hpp"

namespace sallyport::admin {

Result<void> show_trace(const Gateway& gateway, const std::string& id) {
  const auto number = TRY(parse_number(id, proto::max_admin_id));
  const auto body =
      TRY(call(gateway.socket, "GET", fmt::format("{}/{}", proto::admin_trace_path, number), ""));
  const auto trace = TRY(proto::Trace::parse(body));
  fmt::print("{}", gateway.json ? body + "\n" : trace_text(trace));
  return {};
}

}  // namespace sallyport::admin
