#include "client/tunnel_lines.hpp"

#include <fmt/format.h>

namespace sallyport::client {

namespace {

std::string line_of(std::string_view word, const TunnelFacts& facts) {
  std::string addresses;
  for (const auto& prefix : {facts.ipv4, facts.ipv6}) {
    if (prefix) addresses += ' ' + prefix->address().to_text();
  }
  return fmt::format("{}{} tls {} {} dtls {}", word, addresses, facts.tls_version, facts.tls_cipher,
                     facts.dtls ? "negotiating" : "none");
}

}  // namespace

std::string connected_line(const TunnelFacts& facts) {
  return line_of("connected", facts);
}

std::string reconnect_line(const TunnelFacts& facts) {
  return line_of("reconnect", facts);
}

std::string dtls_line(const tunnel::DtlsReport& report) {
  return fmt::format("dtls up {} {}", report.version, report.cipher);
}

std::string mtu_line(std::uint16_t mtu, bool dtls) {
  return fmt::format("reconnect mtu {} {}", mtu, dtls ? "dtls" : "tls");
}

std::string statistics_line(const tunnel::Counters& counters) {
  auto line = fmt::format("received {} packets, {} bytes; sent {} packets, {} bytes", counters.rx_packets,
                          counters.rx_bytes, counters.tx_packets, counters.tx_bytes);
  std::string_view separator = "; dropped ";
  for (std::size_t i = 0; i < counters.dropped.size(); ++i) {
    if (counters.dropped[i] == 0) continue;
    line += fmt::format("{}{} {}", separator, counters.dropped[i], name_of(static_cast<tunnel::Drop>(i)));
    separator = ", ";
  }
  return line;
}

}  // namespace sallyport::client
