#include "admin/commands.hpp"

#include <fmt/format.h>

#include "admin/api_client.hpp"
#include "proto/admin.hpp"

namespace sallyport::admin {

namespace {

std::string duration_text(std::uint64_t seconds) {
  const auto days = seconds / 86400;
  const auto clock = fmt::format("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
  return days > 0 ? fmt::format("{} d {}", days, clock) : clock;
}

void print_data_path(const proto::DataPathStatus& path) {
  const auto on = [](bool is_on) { return is_on ? "on" : "off"; };
  fmt::print("\ndata path      {}, TUN offload {}, TCP merged {}, UDP merged {}, GSO {}, GRO {}\n",
             path.crypto, path.tun_offload, on(path.coalesce_tcp), on(path.coalesce_udp), on(path.udp_gso),
             on(path.udp_gro));
  fmt::print("dropped       ");
  bool any = false;
  for (const auto& [reason, packets] : path.dropped) {
    if (packets == 0) continue;
    fmt::print("{} {} {}", any ? "," : "", reason, packets);
    any = true;
  }
  fmt::print("{}\n", any ? " packets" : " nothing");
}

}  // namespace

Result<void> show_status(const Gateway& gateway) {
  const auto body = TRY(call(gateway.socket, "GET", proto::admin_status_path, ""));
  const auto status = TRY(proto::Status::parse(body));
  if (gateway.json) {
    fmt::print("{}\n", body);
    return {};
  }
  fmt::print("version   {}\nuptime    {}\nsessions  {}\nworkers   {}\nconfig    generation {}\n",
             status.version, duration_text(status.uptime_seconds), status.sessions, status.workers,
             status.generation);
  fmt::print("\n{:<14} {:>7} {:>7}\n", "process", "pid", "uid");
  for (const auto& process : status.processes) {
    fmt::print("{:<14} {:>7} {:>7}\n", process.role, process.pid, process.uid);
  }
  print_data_path(status.data_path);
  return {};
}

Result<void> reload(const Gateway& gateway) {
  TRY(call(gateway.socket, "POST", proto::admin_reload_path, ""));
  fmt::print("{}\n", gateway.json ? R"({"reloaded":true})" : "the new configuration is in force");
  return {};
}

Result<void> stop(const Gateway& gateway, bool end_sessions) {
  TRY(call(gateway.socket, "POST", proto::admin_stop_path, proto::StopOrder{end_sessions}.serialize()));
  fmt::print("{}\n", gateway.json ? R"({"stopping":true})" : "the gateway is stopping");
  return {};
}

}  // namespace sallyport::admin
