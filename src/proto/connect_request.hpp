// Phase 5, client → gateway: the headers of "CONNECT /CSCOSSLC/tunnel". Written by the client, read by the
// gateway. The request line and the header block are http's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ip.hpp"
#include "base/secret.hpp"
#include "proto/dtls_suites.hpp"
#include "proto/fields.hpp"

namespace sallyport::proto {

inline constexpr std::string_view connect_target = "/CSCOSSLC/tunnel";
inline constexpr std::size_t dtls_master_secret_size = 48;
// Newer ASA refuse a CONNECT whose X-CSTP-Protocol is not this.
inline constexpr std::string_view cstp_protocol = "Copyright (c) 2004 Cisco Systems, Inc.";

// X-CSTP-Address-Type. A family that is not named is not wanted.
struct Families {
  bool ipv4 = true;
  bool ipv6 = false;
  bool operator==(const Families&) const = default;
};

namespace fields {

// "Cookie: other=1; webvpn=TOKEN": only the token is kept and written.
struct WebvpnCookie {
  using Value = Secret;
  Result<Secret> read(std::string_view text) const;
  Written write(const Secret& token) const;
};

struct AddressTypes {
  using Value = Families;
  Result<Families> read(std::string_view text) const;
  Written write(const Families& families) const;
};

}  // namespace fields

struct ConnectRequest {
  std::string host;
  std::string user_agent;
  Secret token;  // empty: no webvpn cookie
  std::string version = "1";
  std::string hostname;
  std::string protocol;
  std::string platform;     // mobile clients: "apple-ios", "android"
  std::string device_type;  // ... and their model
  std::string license;      // "mobile"
  std::vector<std::string> cstp_encodings;
  std::uint16_t base_mtu = 0;
  std::uint16_t mtu = 0;
  Families families;
  std::vector<Address> held_addresses;  // a reconnecting client's, two at most
  bool full_ipv6 = false;
  std::optional<Address> local_address4;  // the outer path as the client sees it
  std::optional<Address> local_address6;
  std::optional<Address> remote_address4;
  std::optional<Address> remote_address6;
  Secret master_secret;  // empty: none, or not usable
  std::vector<std::string> dtls_suites;
  std::vector<std::string> dtls12_suites;
  std::vector<std::string> dtls_encodings;

  std::vector<std::string> ignored;  // after parse: names of headers whose value made no sense

  bool operator==(const ConnectRequest&) const = default;

  // malformed: control characters, too many headers, bad or too many X-CSTP-Address. Any other header with a
  // bad value is as if it were not there, and named in `ignored`.
  static Result<ConnectRequest> parse(const HeaderList& headers);
  HeaderList serialize() const { return fields::serialize(*this); }

  DtlsOffer dtls_offer() const { return {dtls_suites, dtls12_suites}; }
  // Phones sleep: long DPD and keepalive intervals are for them.
  bool is_mobile() const;

  static void each_field(auto&& field) {
    using M = ConnectRequest;
    using namespace fields;
    field("Host", &M::host);
    field("User-Agent", &M::user_agent);
    field("Cookie", &M::token, WebvpnCookie());
    field("X-CSTP-Version", &M::version);
    field("X-CSTP-Hostname", &M::hostname, HostName());
    field("X-CSTP-Protocol", &M::protocol);
    field("X-AnyConnect-Identifier-Platform", &M::platform);
    field("X-AnyConnect-Identifier-DeviceType", &M::device_type);
    field("X-CSTP-License", &M::license);
    field("X-CSTP-Accept-Encoding", &M::cstp_encodings, List{','});
    field("X-CSTP-Base-MTU", &M::base_mtu, Mtu());
    field("X-CSTP-MTU", &M::mtu, Mtu());
    field("X-CSTP-Address-Type", &M::families, AddressTypes());
    field("X-CSTP-Address", &M::held_addresses);
    field("X-CSTP-Full-IPv6-Capability", &M::full_ipv6, OnlyTrue());
    field("X-CSTP-Local-Address-IP4", &M::local_address4);
    field("X-CSTP-Local-Address-IP6", &M::local_address6);
    field("X-CSTP-Remote-Address-IP4", &M::remote_address4);
    field("X-CSTP-Remote-Address-IP6", &M::remote_address6);
    field("X-DTLS-Master-Secret", &M::master_secret, HexSecret{dtls_master_secret_size});
    field("X-DTLS-CipherSuite", &M::dtls_suites, List{':'});
    field("X-DTLS12-CipherSuite", &M::dtls12_suites, List{':'});
    field("X-DTLS-Accept-Encoding", &M::dtls_encodings, List{','});
  }
};

}  // namespace sallyport::proto
