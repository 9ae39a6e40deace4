#include "proto/mtu.hpp"

#include <algorithm>

namespace sallyport::proto {

namespace {

constexpr int udp_header = 8;
constexpr int tcp_header = 20;
constexpr int tcp_timestamps = 12;  // RFC 7323, padded; on by default everywhere

int ip_header(Address::Family family) {
  return family == Address::Family::v4 ? 20 : 40;
}

bool mentions(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::uint16_t bounded(int mtu, int limit) {
  constexpr int largest = 16383;  // a record's plaintext less the type byte
  if (limit > 0) mtu = std::min(mtu, limit);
  return static_cast<std::uint16_t>(std::clamp(mtu, min_ipv4_mtu, largest));
}

}  // namespace

RecordCost tls_record_cost(bool tls13, std::string_view cipher) {
  if (tls13) return tls13_record;
  if (mentions(cipher, "CHACHA20")) return tls12_chacha20;
  if (mentions(cipher, "GCM") || mentions(cipher, "CCM")) return tls12_aes_gcm;
  if (cipher.ends_with("SHA384")) return tls12_cbc_sha384;
  return cipher.ends_with("SHA256") ? tls12_cbc_sha256 : tls12_cbc_sha1;
}

int plaintext_within(int space, const RecordCost& cost) {
  int left = space - cost.header - cost.nonce;
  if (cost.block > 0) left = left / cost.block * cost.block - 1;
  return std::max(left - cost.trailer, 0);
}

int link_mtu(const Link& link) {
  int mtu = link.interface_mtu > 0 ? link.interface_mtu : default_link_mtu;
  if (link.path_mtu > 0) mtu = std::min(mtu, link.path_mtu);
  if (link.base_mtu >= min_base_mtu) mtu = std::min(mtu, link.base_mtu);
  return mtu;
}

TunnelMtu tunnel_mtu(const Link& link, const RecordCost& dtls, const RecordCost& tls, int limit) {
  const int packet = link_mtu(link) - ip_header(link.family);
  return {
      .dtls = bounded(plaintext_within(packet - udp_header, dtls) - dtls_type_size, limit),
      .cstp =
          bounded(plaintext_within(packet - tcp_header - tcp_timestamps, tls) - cstp_header_overhead, limit),
  };
}

std::uint16_t wished_mtu(const Link& link) {
  constexpr int worst_record = dtls_type_size + 13 + 16 + 20 + 32;  // header, IV, MAC, padding
  return bounded(link_mtu(link) - ip_header(link.family) - udp_header - worst_record, 0);
}

}  // namespace sallyport::proto
