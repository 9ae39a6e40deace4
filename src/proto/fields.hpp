// Header messages of phase 5. A message names each header beside its member once, in each_field; parse() and
// serialize() walk that table. How a value looks on the wire is its form: chosen by the member's type, or
// given as the third word of a row.
//
// A plain member at its nothing value (empty text, 0) is not sent, and an empty header is the same as none.
// std::optional<T> is for values that have no nothing (bool, Address); std::vector<T> is one header each.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/ip.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"

namespace sallyport::proto {

// In order of appearance, with the sender's spelling.
using HeaderList = std::vector<std::pair<std::string, std::string>>;

namespace fields {

inline constexpr std::size_t max_headers = 8192;
inline constexpr std::size_t max_repeats = 4096;  // of one header; a few hundred routes are common
inline constexpr std::chrono::seconds max_seconds = std::chrono::hours(24 * 3660);

using Written = std::optional<std::string>;  // nothing: the header is not sent

inline bool is_control(char character) {
  return static_cast<unsigned char>(character) < ' ' || character == '\x7f';
}

// --- forms: read(trimmed, not empty text) and write(value) ---

struct Text {
  using Value = std::string;
  std::size_t limit = 1024;
  Result<std::string> read(std::string_view text) const;
  Written write(const std::string& text) const;  // never more than one line
};

// "a,b" in one header and repeated headers mean the same; written as repeated headers.
struct SplitText : Text {
  char separator = ',';
};

// Text of several lines: control characters and what would read as an escape are written as %XX.
struct Lines {
  using Value = std::string;
  std::size_t limit = 8192;
  Result<std::string> read(std::string_view text) const;
  Written write(const std::string& text) const;
};

// A host's own name: letters, digits, '-', '_' and '.'.
struct HostName {
  using Value = std::string;
  Result<std::string> read(std::string_view text) const;
  Written write(const std::string& name) const { return Text().write(name); }
};

// Several words in one header, without blanks: some gateways do not trim (observed with ocserv 1.1.6).
struct List {
  using Value = std::vector<std::string>;
  char separator;
  Result<Value> read(std::string_view text) const;
  Written write(const Value& words) const;
};

template <class T>
struct Number {
  using Value = T;
  Result<T> read(std::string_view text) const {
    return static_cast<T>(TRY(parse_number(text, static_cast<T>(-1))));
  }
  Written write(T value) const { return value == 0 ? Written() : std::to_string(value); }
};

// A packet size; more than the largest TLS record is taken as that.
struct Mtu {
  using Value = std::uint16_t;
  static constexpr std::uint16_t largest = 16384;
  Result<std::uint16_t> read(std::string_view text) const;
  Written write(std::uint16_t bytes) const { return Number<std::uint16_t>().write(bytes); }
};

struct Boolean {
  using Value = bool;
  Result<bool> read(std::string_view text) const;
  Written write(bool value) const { return value ? "true" : "false"; }
};

// A capability: said when there, else not mentioned.
struct OnlyTrue : Boolean {
  Written write(bool value) const { return value ? Written("true") : Written(); }
};

struct Seconds {
  using Value = std::chrono::seconds;
  Result<std::chrono::seconds> read(std::string_view text) const;  // "none" is 0
  Written write(std::chrono::seconds value) const;
};

// A limit that is always said; 0 is "none".
struct SecondsOrNone : Seconds {
  Written write(std::chrono::seconds value) const { return Seconds::write(value).value_or("none"); }
};

struct AddressText {
  using Value = Address;
  Result<Address> read(std::string_view text) const { return Address::parse(text); }
  Written write(const Address& address) const { return address.to_text(); }
};

// Both prefix forms are read either way: 10.0.0.0/8 and 10.0.0.0/255.0.0.0.
struct SlashLength {
  using Value = Prefix;
  Result<Prefix> read(std::string_view text) const { return Prefix::parse(text); }
  Written write(const Prefix& prefix) const { return prefix.to_text(); }
};

struct SlashNetmask : SlashLength {
  Written write(const Prefix& prefix) const;  // IPv6 has no netmask form
};

// The length alone: "255.255.255.0" reads as 0.0.0.0/24. IPv6 keeps its address: "fd00::/64".
struct Netmask : SlashLength {
  Result<Prefix> read(std::string_view text) const;
  Written write(const Prefix& prefix) const;
};

struct HexBytes {
  using Value = Bytes;
  std::size_t least;
  std::size_t most;
  Result<Bytes> read(std::string_view text) const;
  Written write(const Bytes& bytes) const { return bytes.empty() ? Written() : to_hex(bytes); }
};

struct HexSecret {
  using Value = Secret;
  std::size_t size;
  Result<Secret> read(std::string_view text) const;
  Written write(const Secret& secret) const;
};

template <class T>
struct FormOf;
template <class T>
struct FormOf<std::optional<T>> : FormOf<T> {};
template <class T>
struct FormOf<std::vector<T>> : FormOf<T> {};
template <class T>
  requires std::is_unsigned_v<T>
struct FormOf<T> : Number<T> {};
template <>
struct FormOf<bool> : Boolean {};
template <>
struct FormOf<std::string> : Text {};
template <>
struct FormOf<std::chrono::seconds> : Seconds {};
template <>
struct FormOf<Address> : AddressText {};
template <>
struct FormOf<Prefix> : SlashLength {};

// --- walking a table ---

template <class Value, class Form>
Result<void> read_member(std::vector<Value>& list, std::string_view text, const Form& form)
  requires std::is_same_v<Value, typename Form::Value>
{
  if constexpr (requires { form.separator; }) {
    for (auto part : split(text, form.separator)) {
      if (list.size() >= max_repeats) return fail(ErrorKind::malformed, "too many of them");
      if (!trim(part).empty()) list.push_back(TRY(form.read(trim(part))));
    }
  } else {
    if (list.size() >= max_repeats) return fail(ErrorKind::malformed, "too many of them");
    list.push_back(TRY(form.read(text)));
  }
  return {};
}
template <class Member, class Form>
Result<void> read_member(Member& member, std::string_view text, const Form& form) {
  member = TRY(form.read(text));  // of a repeated header the last counts
  return {};
}

template <class Member, class Form>
void write_member(HeaderList& out, const char* name, const Member& member, const Form& form) {
  using Value = typename Form::Value;
  auto add = [&](const Value& value) {
    if (auto text = form.write(value)) out.emplace_back(name, std::move(*text));
  };
  if constexpr (std::is_same_v<Member, std::vector<Value>>) {
    for (const auto& value : member) add(value);
  } else if constexpr (std::is_same_v<Member, std::optional<Value>>) {
    if (member) add(*member);
  } else {
    add(member);
  }
}

struct BadField {
  const char* name;    // the table's spelling, never the peer's
  std::string reason;  // fit for a log
};

// What did not become a member. The message decides what of it matters.
struct Rest {
  std::vector<BadField> bad;
  HeaderList unknown;
};

// Checks that hold for any header; errors here are errors of structure.
Result<void> check_headers(const HeaderList& headers);

// Names in any case.
template <class M>
Result<Rest> parse(M& message, const HeaderList& headers) {
  TRY(check_headers(headers));
  Rest rest;
  for (const auto& [name, value] : headers) {
    bool known = false;
    const auto text = trim(value);
    auto read = [&](const char* row, auto member, const auto& form) {
      if (known || !equals_ignoring_case(row, name)) return;
      known = true;
      if (text.empty()) return;
      if (auto result = read_member(message.*member, text, form); !result) {
        rest.bad.push_back({row, std::string(row) + ": " + result.error().text});
      }
    };
    M::each_field([&]<class T>(const char* row, T M::*member, const auto&... form) {
      if constexpr (sizeof...(form) == 0) {
        read(row, member, FormOf<T>());
      } else {
        read(row, member, form...);
      }
    });
    if (!known) rest.unknown.emplace_back(name, text);
  }
  return rest;
}

template <class M>
HeaderList serialize(const M& message) {
  HeaderList headers;
  M::each_field([&]<class T>(const char* row, T M::*member, const auto&... form) {
    if constexpr (sizeof...(form) == 0) {
      write_member(headers, row, message.*member, FormOf<T>());
    } else {
      write_member(headers, row, message.*member, form...);
    }
  });
  return headers;
}

// The last header of that name, in any case; nullptr: none.
const std::string* find(const HeaderList& headers, std::string_view name);

}  // namespace fields
}  // namespace sallyport::proto
