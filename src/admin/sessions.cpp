// The commands about sessions.
#include <fmt/format.h>

#include "admin/api_client.hpp"
#include "admin/commands.hpp"
#include "base/text.hpp"
#include "proto/admin.hpp"
#include "proto/admin_sessions.hpp"

namespace sallyport::admin {

namespace {

// Names come from clients: nothing in them may reach the terminal as it is.
std::string shown(const std::string& text) {
  return text.empty() ? "-" : escape_for_log(text);
}
std::string shown(const std::optional<std::string>& text) {
  return text ? shown(*text) : "-";
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  auto amount = static_cast<double>(bytes);
  const char* unit = "";
  for (const char* next : {"kB", "MB", "GB", "TB"}) {
    if (amount < 1000) break;
    amount /= 1000;
    unit = next;
  }
  return fmt::format("{:.1f} {}", amount, unit);
}

void print_table(const std::vector<proto::SessionEntry>& sessions) {
  constexpr auto row = "{:<17} {:<10} {:<16} {:<16} {:<15} {:<26} {:<20} {:<11} {:>9} {:>9}\n";
  fmt::print(row, "session", "state", "user", "profile", "ipv4", "ipv6", "remote", "dtls", "rx", "tx");
  for (const auto& one : sessions) {
    fmt::print(row, one.id, shown(one.state), shown(one.user), shown(one.connection_profile), shown(one.ipv4),
               shown(one.ipv6), shown(one.remote_address), shown(one.dtls_state), size_text(one.rx_bytes),
               size_text(one.tx_bytes));
  }
}

void print_channel(const char* name, const proto::SessionEntry::Channel& channel) {
  fmt::print("{:<20} {} {}\n", name, shown(channel.version), shown(channel.cipher));
}

void print_one(const proto::SessionEntry& one) {
  const auto line = [](const char* name, const std::string& value) {
    fmt::print("{:<20} {}\n", name, value);
  };
  line("session", std::to_string(one.id));
  line("state", shown(one.state));
  line("user", shown(one.user));
  line("connection profile", shown(one.connection_profile));
  line("group policy", shown(one.group_policy));
  line("ipv4", shown(one.ipv4));
  line("ipv6", shown(one.ipv6));
  line("remote address", shown(one.remote_address));
  line("client", shown(one.user_agent));
  line("host name", shown(one.hostname));
  line("logged in", shown(one.created_at));
  line("connected", shown(one.connected_at));
  line("expires", shown(one.expires_at));
  print_channel("tls", one.tls);
  line("dtls", shown(one.dtls_state));
  if (one.dtls.version) print_channel("", one.dtls);
  line("mtu", one.mtu ? std::to_string(*one.mtu) : "-");
  line("received", fmt::format("{} in {} packets", size_text(one.rx_bytes), one.rx_packets));
  line("sent", fmt::format("{} in {} packets", size_text(one.tx_bytes), one.tx_packets));
}

}  // namespace

Result<void> list_sessions(const Gateway& gateway, bool all) {
  const auto path = std::string(proto::admin_sessions_path) + (all ? "?all=1" : "");
  const auto body = TRY(call(gateway.socket, "GET", path, ""));
  const auto sessions = TRY(proto::parse_sessions(body));
  if (gateway.json) {
    fmt::print("{}\n", body);
  } else {
    print_table(sessions);
  }
  return {};
}

Result<void> show_session(const Gateway& gateway, const std::string& id) {
  const auto number = TRY(parse_number(id, proto::max_admin_id));
  const auto path = fmt::format("{}/{}", proto::admin_sessions_path, number);
  const auto body = TRY(call(gateway.socket, "GET", path, ""));
  const auto session = TRY(proto::SessionEntry::parse(body));
  if (gateway.json) {
    fmt::print("{}\n", body);
  } else {
    print_one(session);
  }
  return {};
}

Result<void> disconnect(const Gateway& gateway, const Whom& whom) {
  proto::DisconnectOrder order;
  if (!whom.id.empty()) order.id = TRY(parse_number(whom.id, proto::max_admin_id));
  if (!whom.user.empty()) order.user = whom.user;
  order.all = whom.all;
  const auto body = TRY(call(gateway.socket, "POST", proto::admin_disconnect_path, order.serialize()));
  fmt::print("{}\n", gateway.json ? body : "disconnected");
  return {};
}

}  // namespace sallyport::admin
