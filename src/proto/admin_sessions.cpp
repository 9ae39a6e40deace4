#include "proto/admin_sessions.hpp"

#include "proto/admin_json.hpp"

namespace sallyport::proto {

namespace {

using namespace admin_json;

json::object to_object(const SessionEntry::Channel& channel) {
  return {{"version", to_value(channel.version)}, {"cipher", to_value(channel.cipher)}};
}

Result<SessionEntry::Channel> to_channel(const json::object& object) {
  SessionEntry::Channel channel;
  channel.version = TRY(optional_text_of(object, "version"));
  channel.cipher = TRY(optional_text_of(object, "cipher"));
  return channel;
}

json::object to_object(const SessionEntry& entry) {
  auto dtls = to_object(entry.dtls);
  dtls["state"] = entry.dtls_state;
  return {{"id", entry.id},
          {"state", entry.state},
          {"user", entry.user},
          {"connection_profile", entry.connection_profile},
          {"group_policy", entry.group_policy},
          {"remote_address", entry.remote_address},
          {"ipv4", to_value(entry.ipv4)},
          {"ipv6", to_value(entry.ipv6)},
          {"user_agent", entry.user_agent},
          {"hostname", entry.hostname},
          {"created_at", entry.created_at},
          {"connected_at", to_value(entry.connected_at)},
          {"expires_at", to_value(entry.expires_at)},
          {"tls", to_object(entry.tls)},
          {"dtls", std::move(dtls)},
          {"mtu", entry.mtu ? json::value(*entry.mtu) : json::value(nullptr)},
          {"rx_bytes", entry.rx_bytes},
          {"tx_bytes", entry.tx_bytes},
          {"rx_packets", entry.rx_packets},
          {"tx_packets", entry.tx_packets}};
}

Result<SessionEntry> to_entry(const json::object& object) {
  SessionEntry entry;
  entry.id = TRY(number_of<std::uint64_t>(object, "id"));
  for (const auto& [key, member] :
       {std::pair("state", &SessionEntry::state), std::pair("user", &SessionEntry::user),
        std::pair("connection_profile", &SessionEntry::connection_profile),
        std::pair("group_policy", &SessionEntry::group_policy),
        std::pair("remote_address", &SessionEntry::remote_address),
        std::pair("user_agent", &SessionEntry::user_agent), std::pair("hostname", &SessionEntry::hostname),
        std::pair("created_at", &SessionEntry::created_at)}) {
    entry.*member = TRY(text_of(object, key));
  }
  for (const auto& [key, member] :
       {std::pair("ipv4", &SessionEntry::ipv4), std::pair("ipv6", &SessionEntry::ipv6),
        std::pair("connected_at", &SessionEntry::connected_at),
        std::pair("expires_at", &SessionEntry::expires_at)}) {
    entry.*member = TRY(optional_text_of(object, key));
  }
  entry.tls = TRY(to_channel(*TRY(object_of(object, "tls"))));
  const auto* dtls = TRY(object_of(object, "dtls"));
  entry.dtls_state = TRY(text_of(*dtls, "state"));
  entry.dtls = TRY(to_channel(*dtls));
  if (const auto* mtu = object.if_contains("mtu"); mtu != nullptr && !mtu->is_null()) {
    entry.mtu = TRY(number_of<std::uint64_t>(object, "mtu"));
  }
  for (const auto& [key, member] :
       {std::pair("rx_bytes", &SessionEntry::rx_bytes), std::pair("tx_bytes", &SessionEntry::tx_bytes),
        std::pair("rx_packets", &SessionEntry::rx_packets),
        std::pair("tx_packets", &SessionEntry::tx_packets)}) {
    entry.*member = TRY(number_of<std::uint64_t>(object, key));
  }
  return entry;
}

}  // namespace

std::string SessionEntry::serialize() const {
  return json::serialize(to_object(*this));
}

Result<SessionEntry> SessionEntry::parse(std::string_view text) {
  const auto object = TRY(parse_object(text));
  return to_entry(object);
}

std::string serialize_sessions(const std::vector<SessionEntry>& sessions) {
  json::array list;
  for (const auto& session : sessions) list.push_back(to_object(session));
  return json::serialize(list);
}

Result<std::vector<SessionEntry>> parse_sessions(std::string_view text) {
  const auto list = TRY(parse_array(text));
  std::vector<SessionEntry> sessions;
  for (const auto& value : list) {
    if (!value.is_object()) return fail(ErrorKind::malformed, "a list of JSON objects is expected");
    sessions.push_back(TRY(to_entry(value.as_object())));
  }
  return sessions;
}

std::string DisconnectOrder::serialize() const {
  json::object object;
  if (id) object["id"] = *id;
  if (user) object["user"] = *user;
  if (all) object["all"] = true;
  return json::serialize(object);
}

Result<DisconnectOrder> DisconnectOrder::parse(std::string_view text) {
  const auto object = TRY(parse_object(text));
  DisconnectOrder order;
  if (object.contains("id")) order.id = TRY(number_of<std::uint64_t>(object, "id"));
  if (object.contains("user")) order.user = TRY(text_of(object, "user"));
  if (const auto* all = object.if_contains("all")) order.all = all->is_bool() && all->as_bool();
  if ((order.id ? 1 : 0) + (order.user ? 1 : 0) + (order.all ? 1 : 0) != 1) {
    return fail(ErrorKind::malformed, "exactly one of 'id', 'user' and 'all' is expected");
  }
  return order;
}

}  // namespace sallyport::proto
