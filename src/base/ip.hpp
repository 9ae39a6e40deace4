// IP addresses, prefixes and endpoints as values.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace sallyport {

class Address {
 public:
  enum class Family : std::uint8_t { v4 = 4, v6 = 6 };

  Address() = default;  // 0.0.0.0
  static Address v4(std::uint32_t host_order) {
    Address address;
    for (int i = 0; i < 4; ++i) address.bytes_[i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
    return address;
  }
  static Address v6(const std::array<std::uint8_t, 16>& network_order) {
    Address address;
    address.family_ = Family::v6;
    address.bytes_ = network_order;
    return address;
  }
  static Result<Address> from_bytes(ByteView network_order);  // 4 or 16 bytes
  static Result<Address> parse(std::string_view text);  // "192.0.2.1", "2001:db8::1"; no zone, no brackets

  Family family() const { return family_; }
  bool is_v4() const { return family_ == Family::v4; }
  bool is_v6() const { return family_ == Family::v6; }
  int bits() const { return is_v4() ? 32 : 128; }
  ByteView bytes() const { return {bytes_.data(), is_v4() ? 4U : 16U}; }  // network order
  std::uint32_t to_v4() const;                                            // host order; v4 only
  std::string to_text() const;
  // The address `count` after this one; wraps within the family.
  Address plus(std::uint64_t count) const;
  // ::ffff:a.b.c.d as a.b.c.d; anything else unchanged.
  Address unmapped() const;
  // All but the first `length` bits cleared; `length` within [0, bits()].
  Address masked(int length) const;
  // What tells one stranger from another: an IPv4 address, or the /64 that whoever has one IPv6 address has.
  Address origin() const;
  bool is_loopback() const;  // 127.0.0.0/8 or ::1

  auto operator<=>(const Address&) const = default;

 private:
  Family family_ = Family::v4;
  std::array<std::uint8_t, 16> bytes_{};
};

class Prefix {
 public:
  Prefix() = default;
  // malformed: length out of range. Host bits of the address are kept (an interface address has them).
  static Result<Prefix> make(const Address& address, int length);
  static Prefix host(const Address& address);  // of this address alone
  // "10.0.0.0/8", "10.0.0.0/255.0.0.0", "fd00::/64"; without a length: a single host.
  static Result<Prefix> parse(std::string_view text);

  const Address& address() const { return address_; }
  int length() const { return length_; }
  Address network() const { return address_.masked(length_); }  // host bits cleared
  Address netmask() const;
  Address last() const;  // all host bits set
  bool contains(const Address& address) const;
  std::string to_text() const;  // "10.0.0.0/8"

  auto operator<=>(const Prefix&) const = default;

 private:
  Address address_;
  int length_ = 0;
};

struct Endpoint {
  Address address;
  std::uint16_t port = 0;

  static Result<Endpoint> parse(std::string_view text);  // "192.0.2.1:443", "[2001:db8::1]:443"
  std::string to_text() const;
  auto operator<=>(const Endpoint&) const = default;
};

}  // namespace sallyport
