#include "base/ip.hpp"

#include <algorithm>
#include <bit>

#include <arpa/inet.h>

#include "base/text.hpp"

namespace sallyport {

Result<Address> Address::from_bytes(ByteView network_order) {
  if (network_order.size() != 4 && network_order.size() != 16) {
    return fail(ErrorKind::malformed, "an IP address has 4 or 16 bytes");
  }
  Address address;
  address.family_ = network_order.size() == 4 ? Family::v4 : Family::v6;
  std::ranges::copy(network_order, address.bytes_.begin());
  return address;
}

Result<Address> Address::parse(std::string_view text) {
  const std::string terminated(text);
  Address address;
  // inet_pton would stop at a zero byte and be content with what stands before it
  if (text.find('\0') != std::string_view::npos) {
    return fail(ErrorKind::malformed, "an IP address has a zero byte in it");
  }
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes_.data()) == 1) return address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes_.data()) == 1) {
    address.family_ = Family::v6;
    return address;
  }
  return fail(ErrorKind::malformed, "'" + escape_for_log(text, 60) + "' is not an IP address");
}

std::uint32_t Address::to_v4() const {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | bytes_[i];
  return value;
}

std::string Address::to_text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(is_v4() ? AF_INET : AF_INET6, bytes_.data(), text.data(), text.size());
  return text.data();
}

Address Address::plus(std::uint64_t count) const {
  Address sum = *this;
  for (std::size_t i = bytes().size(); i-- > 0 && count != 0;) {
    count += sum.bytes_[i];
    sum.bytes_[i] = static_cast<std::uint8_t>(count);
    count >>= 8;
  }
  return sum;
}

Address Address::unmapped() const {
  constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (is_v4() || !std::equal(mapped.begin(), mapped.end(), bytes_.begin())) return *this;
  Address address;
  std::copy(bytes_.begin() + 12, bytes_.end(), address.bytes_.begin());
  return address;
}

// No allocation: it runs for every packet.
Address Address::masked(int length) const {
  Address address = *this;
  for (std::size_t i = length / 8; i < bytes().size(); ++i) {
    const int kept = std::max(length - 8 * static_cast<int>(i), 0);  // bits of this byte, fewer than 8
    address.bytes_[i] &= static_cast<std::uint8_t>(0xff00U >> kept);
  }
  return address;
}

bool Address::is_loopback() const {
  static const auto ipv6 = Address::parse("::1").value();
  return is_v4() ? to_v4() >> 24 == 127 : *this == ipv6;
}

Address Address::origin() const {
  const auto address = unmapped();
  return address.is_v4() ? address : address.masked(64);
}

Result<Prefix> Prefix::make(const Address& address, int length) {
  if (length < 0 || length > address.bits()) {
    return fail(ErrorKind::malformed, "prefix length " + std::to_string(length) + " is out of range");
  }
  Prefix prefix;
  prefix.address_ = address;
  prefix.length_ = length;
  return prefix;
}

Prefix Prefix::host(const Address& address) {
  Prefix prefix;
  prefix.address_ = address;
  prefix.length_ = address.bits();
  return prefix;
}

Result<Prefix> Prefix::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = TRY(Address::parse(text.substr(0, slash)));
  if (slash == std::string_view::npos) return host(address);
  const auto length = text.substr(slash + 1);
  if (address.is_v4() && length.find('.') != std::string_view::npos) {
    const auto mask = TRY(Address::parse(length)).to_v4();
    const int ones = std::countl_one(mask);
    if (std::popcount(mask) != ones) return fail(ErrorKind::malformed, "netmask has a hole in it");
    return make(address, ones);
  }
  return make(address, static_cast<int>(TRY(parse_number(length, 128))));
}

Address Prefix::netmask() const {
  std::array<std::uint8_t, 16> mask{};
  for (int i = 0; i < length_; ++i) mask[i / 8] |= static_cast<std::uint8_t>(0x80 >> (i % 8));
  return address_.is_v4() ? *Address::from_bytes(ByteView(mask).first(4)) : Address::v6(mask);
}

Address Prefix::last() const {
  const auto mask = netmask();
  Bytes bytes(address_.bytes().begin(), address_.bytes().end());
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] |= static_cast<std::uint8_t>(~mask.bytes()[i]);
  return *Address::from_bytes(bytes);
}

bool Prefix::contains(const Address& address) const {
  return address.family() == address_.family() && address.masked(length_) == network();
}

std::string Prefix::to_text() const {
  return address_.to_text() + "/" + std::to_string(length_);
}

Result<Endpoint> Endpoint::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return fail(ErrorKind::malformed, "ADDRESS:PORT has no port");
  auto host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  Endpoint endpoint;
  endpoint.address = TRY(Address::parse(host));
  if (endpoint.address.is_v6() != bracketed) {
    return fail(ErrorKind::malformed, "an IPv6 address with a port is written [ADDRESS]:PORT");
  }
  endpoint.port = static_cast<std::uint16_t>(TRY(parse_number(text.substr(colon + 1), 65535)));
  return endpoint;
}

std::string Endpoint::to_text() const {
  const auto text = address.to_text();
  return (address.is_v6() ? "[" + text + "]" : text) + ":" + std::to_string(port);
}

}  // namespace sallyport
