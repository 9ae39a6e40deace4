// Names in X-DTLS-CipherSuite and X-DTLS12-CipherSuite (phase 5) and what each means in phase 6: how the
// handshake goes, which DTLS version, which OpenSSL suite, what a record costs.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "proto/mtu.hpp"

namespace sallyport::proto {

enum class DtlsMode : std::uint8_t {
  psk,         // a real handshake; the key comes out of CONNECT's TLS session
  resumption,  // a session that never was is resumed: id from the gateway, master secret from the client
};
// The pre-shared key: RFC 5705 exporter of CONNECT's TLS connection, without context (observed with
// openconnect 9.01 and ocserv 1.1.6).
inline constexpr std::string_view psk_negotiate = "PSK-NEGOTIATE";
inline constexpr std::string_view dtls_psk_label = "EXPORTER-openconnect-psk";
inline constexpr std::size_t dtls_psk_size = 32;

enum class DtlsVersion : std::uint8_t {
  v0_9,  // Cisco's own, 0x0100; OpenSSL has its client side only (DTLS1_BAD_VER)
  v1_2,  // 0xfefd
};
enum class SuiteHeader : std::uint8_t { dtls, dtls12 };  // X-DTLS-CipherSuite, X-DTLS12-CipherSuite

struct DtlsSuite {
  enum class Use : std::uint8_t {
    modern,  // a gateway answers it when configured
    legacy,  // ... and with the legacy switch, configured or not
    client,  // only a client uses it: other gateways know nothing else
  };

  SuiteHeader header;
  std::string_view name;
  DtlsMode mode;
  DtlsVersion version;
  std::string_view openssl_name;  // a cipher list
  RecordCost record;
  Use use;

  bool operator==(const DtlsSuite&) const = default;
};

// In order of preference.
std::span<const DtlsSuite> dtls_suites();
// Exact spelling; nullptr: not one of ours.
const DtlsSuite* find_dtls_suite(SuiteHeader header, std::string_view name);

// What a client's CONNECT lists.
struct DtlsOffer {
  std::vector<std::string> dtls;
  std::vector<std::string> dtls12;

  const std::vector<std::string>& of(SuiteHeader header) const {
    return header == SuiteHeader::dtls ? dtls : dtls12;
  }
  bool operator==(const DtlsOffer&) const = default;
};

// The gateway's choice: the first configured name that the client offers in a header where it means something
// to us; with `legacy` the CBC suites of DTLS 1.2 after them. The answer is the name, verbatim, in the header
// the client had it in. nullptr: no DTLS for this client.
const DtlsSuite* choose_dtls_suite(const DtlsOffer& offer, std::span<const std::string> configured,
                                   bool legacy);

// The gateway's default for `dtls_ciphers`.
std::vector<std::string> default_dtls_ciphers();
// The client's default offer. `insecure` adds the CBC suites and DTLS 0.9.
DtlsOffer default_dtls_offer(bool insecure);

}  // namespace sallyport::proto
