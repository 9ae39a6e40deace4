#include "proto/admin.hpp"

#include "base/text.hpp"
#include "proto/admin_json.hpp"

namespace sallyport::proto {

namespace {

using namespace admin_json;

json::object to_object(const ProcessInfo& process) {
  return {{"role", process.role}, {"pid", process.pid}, {"uid", process.uid}};
}

Result<ProcessInfo> to_process(const json::value& value) {
  if (!value.is_object()) return fail_key("processes");
  const auto& object = value.as_object();
  ProcessInfo process;
  process.role = TRY(text_of(object, "role"));
  process.pid = TRY(number_of<std::uint32_t>(object, "pid"));
  process.uid = TRY(number_of<std::uint32_t>(object, "uid"));
  return process;
}

json::object to_object(const DataPathStatus& path) {
  json::object dropped;
  for (const auto& [reason, packets] : path.dropped) dropped[reason] = packets;
  return {{"crypto", path.crypto},
          {"tun_offload", path.tun_offload},
          {"coalesce_tcp", path.coalesce_tcp},
          {"coalesce_udp", path.coalesce_udp},
          {"udp_gso", path.udp_gso},
          {"udp_gro", path.udp_gro},
          {"dropped", std::move(dropped)}};
}

Result<DataPathStatus> to_data_path(const json::object& object) {
  DataPathStatus path;
  path.crypto = TRY(text_of(object, "crypto"));
  path.tun_offload = TRY(text_of(object, "tun_offload"));
  path.coalesce_tcp = TRY(flag_of(object, "coalesce_tcp"));
  path.coalesce_udp = TRY(flag_of(object, "coalesce_udp"));
  path.udp_gso = TRY(flag_of(object, "udp_gso"));
  path.udp_gro = TRY(flag_of(object, "udp_gro"));
  const auto& dropped = *TRY(object_of(object, "dropped"));
  for (const auto& [reason, packets] : dropped) {
    path.dropped.emplace_back(reason, TRY(number_of<std::uint64_t>(dropped, reason)));
  }
  return path;
}

}  // namespace

std::string Status::serialize() const {
  json::array list;
  for (const auto& process : processes) list.push_back(to_object(process));
  return json::serialize(json::object{{"version", version},
                                      {"uptime_seconds", uptime_seconds},
                                      {"sessions", sessions},
                                      {"workers", workers},
                                      {"pid", pid},
                                      {"generation", generation},
                                      {"processes", std::move(list)},
                                      {"data_path", to_object(data_path)}});
}

Result<Status> Status::parse(std::string_view text) {
  const auto object = TRY(parse_object(text));
  Status status;
  status.version = TRY(text_of(object, "version"));
  status.uptime_seconds = TRY(number_of<std::uint64_t>(object, "uptime_seconds"));
  status.sessions = TRY(number_of<std::uint64_t>(object, "sessions"));
  status.workers = TRY(number_of<std::uint64_t>(object, "workers"));
  status.pid = TRY(number_of<std::uint32_t>(object, "pid"));
  status.generation = TRY(number_of<std::uint64_t>(object, "generation"));
  const auto* list = object.if_contains("processes");
  if (list == nullptr || !list->is_array()) return fail_key("processes");
  for (const auto& value : list->as_array()) status.processes.push_back(TRY(to_process(value)));
  status.data_path = TRY(to_data_path(*TRY(object_of(object, "data_path"))));
  return status;
}

std::string StopOrder::serialize() const {
  return json::serialize(json::object{{"end_sessions", end_sessions}});
}

Result<StopOrder> StopOrder::parse(std::string_view text) {
  if (trim(text).empty()) return StopOrder{};
  const auto object = TRY(parse_object(text));
  const auto* value = object.if_contains("end_sessions");
  if (value == nullptr || !value->is_bool()) return fail_key("end_sessions");
  return StopOrder{value->as_bool()};
}

std::string serialize_users(const std::vector<UserEntry>& users) {
  json::array list;
  for (const auto& user : users) {
    json::array groups;
    for (const auto& group : user.groups) groups.emplace_back(group);
    list.push_back(json::object{{"name", user.name}, {"groups", std::move(groups)}, {"locked", user.locked}});
  }
  return json::serialize(list);
}

std::string Problem::serialize() const {
  return json::serialize(json::object{{"status", status}, {"title", title}, {"detail", detail}});
}

Result<Problem> Problem::parse(std::string_view text) {
  const auto object = TRY(parse_object(text));
  Problem problem;
  problem.status = TRY(number_of<int>(object, "status"));
  problem.title = TRY(text_of(object, "title"));
  problem.detail = TRY(text_of(object, "detail"));
  return problem;
}

}  // namespace sallyport::proto
