// Packet sizes (phases 5 and 6): what a record costs, and from it the inner MTU over DTLS and over TLS. Both
// ends compute with the same table; interface.md's MTU rule.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/ip.hpp"

namespace sallyport::proto {

// Sizes are of whole IP packets unless said otherwise.
inline constexpr int min_ipv4_mtu = 576;        // RFC 791: every host takes that much
inline constexpr int min_ipv6_mtu = 1280;       // RFC 8200 section 5
inline constexpr int default_link_mtu = 1500;   // Ethernet
inline constexpr int min_base_mtu = 1280;       // a smaller X-CSTP-Base-MTU is not believed
inline constexpr int dtls_type_size = 1;        // before each inner packet on DTLS
inline constexpr int cstp_header_overhead = 8;  // the same on TLS

// What a record takes beside its plaintext.
struct RecordCost {
  int header = 0;
  int nonce = 0;    // explicit nonce or IV
  int trailer = 0;  // tag or MAC, and TLS 1.3's inner content type
  int block = 0;    // CBC: plaintext, MAC and at least one byte of padding fill whole blocks; 0: no blocks

  bool operator==(const RecordCost&) const = default;
};

inline constexpr RecordCost dtls_aes_gcm{13, 8, 16, 0};     // RFC 5288; CCM is the same (RFC 6655)
inline constexpr RecordCost dtls_chacha20{13, 0, 16, 0};    // RFC 7905
inline constexpr RecordCost dtls_cbc_sha1{13, 16, 20, 16};  // RFC 5246 section 6.2.3.2
inline constexpr RecordCost tls13_record{5, 0, 17, 0};      // RFC 8446 section 5.2, any suite
inline constexpr RecordCost tls12_aes_gcm{5, 8, 16, 0};
inline constexpr RecordCost tls12_chacha20{5, 0, 16, 0};
inline constexpr RecordCost tls12_cbc_sha1{5, 16, 20, 16};
inline constexpr RecordCost tls12_cbc_sha256{5, 16, 32, 16};
inline constexpr RecordCost tls12_cbc_sha384{5, 16, 48, 16};

// By OpenSSL's name of the suite.
RecordCost tls_record_cost(bool tls13, std::string_view cipher);

// The most plaintext that one record within `space` bytes carries.
int plaintext_within(int space, const RecordCost& cost);

// The path between the ends. 0: not known.
struct Link {
  int interface_mtu = 0;
  int path_mtu = 0;
  int base_mtu = 0;  // X-CSTP-Base-MTU
  Address::Family family = Address::Family::v4;
};
int link_mtu(const Link& link);

struct TunnelMtu {
  std::uint16_t dtls = 0;
  std::uint16_t cstp = 0;

  bool operator==(const TunnelMtu&) const = default;
};

// X-DTLS-MTU and X-CSTP-MTU. `limit` (0: none) is the operator's or the client's upper bound. Never below
// what IPv4 needs.
TunnelMtu tunnel_mtu(const Link& link, const RecordCost& dtls, const RecordCost& tls, int limit);

// IPv6 is withheld from a tunnel that cannot carry its smallest packet.
constexpr bool carries_ipv6(int mtu) {
  return mtu >= min_ipv6_mtu;
}

// X-CSTP-MTU of a client's request: room for the worst cipher (observed with openconnect 9.01: 1390 for
// 1500). A gateway heeds it as its limit only where X-CSTP-Base-MTU is absent.
std::uint16_t wished_mtu(const Link& link);

}  // namespace sallyport::proto
