// From a gateway's answer to CONNECT to what the machine becomes: what passes the front's door fits into one
// message, and into a script's environment without a further line or variable in it.
#include <algorithm>
#include <cstdlib>

#include "client/host_settings_check.hpp"
#include "client/network_settings.hpp"
#include "client/script_environment.hpp"
#include "test/fuzz/header_lines.hpp"

using namespace sallyport;

namespace {

void require(bool law) {
  if (!law) std::abort();
}

void check_environment(const proto::HostSettings& settings) {
  for (const auto& line : client::script_environment("connect", settings, "sally0", 4711)) {
    const auto name = std::string_view(line).substr(0, line.find('='));
    require(name.size() < line.size() && line.find('\0') == std::string::npos);
    const bool of_lines = name == "CISCO_BANNER" || name == "CISCO_CSTP_OPTIONS";
    require(of_lines || line.find('\n') == std::string::npos);
    require(std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; }));
  }
}

void check(const proto::ConnectReply& reply, const proto::HeaderList& headers, bool ipv6) {
  client::ConnectOptions options;
  options.disable_ipv6 = !ipv6;
  const client::Agreement agreement{reply, headers, Address::v4(0xc0000201), ""};
  const auto mtu = client::interface_mtu(reply, options);
  const auto settings = client::network_settings(agreement, mtu, options);
  if (!settings) return;
  require(settings->ipv4 || settings->ipv6);
  require(ipv6 || !settings->ipv6);
  const proto::ConnectionMessage message = proto::ConfigureHost{*settings};
  const auto arrived = or_throw(proto::decode<proto::ConnectionMessage>(proto::encode(message)));
  require(arrived == message);
  if (client::check(*settings)) check_environment(*settings);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto headers = proto::header_lines(as_text({data, size}));
  const auto reply = proto::ConnectReply::parse(headers);
  if (!reply) return 0;
  for (const bool ipv6 : {true, false}) check(*reply, headers, ipv6);
  return 0;
}
