// The binary form of messages between our own processes and of records in the state file. A message is a
// plain struct with a field table; reading and writing walk the same table:
//
//   struct Locked {
//     std::string user;
//     std::chrono::seconds rest{0};
//     bool operator==(const Locked&) const = default;
//     static void each_field(auto&& field) {
//       field("user", &Locked::user);
//       field("rest", &Locked::rest);
//     }
//   };
//
// A channel's messages are one std::variant; on the wire its index comes first. Enums name their last value
// with
//   constexpr Colour last_of(Colour) { return Colour::blue; }
// Lengths are 32 bits and never believed beyond the bytes that are there.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/ip.hpp"
#include "base/secret.hpp"

namespace sallyport::proto {

namespace codec {

struct AnyField {
  template <class Member>
  void operator()(const char*, Member) const {}
};

template <class M>
concept Record = requires { M::each_field(AnyField{}); };

// One overload set each way: put(writer, value) and get(reader, value&).

template <class T>
  requires std::is_unsigned_v<T>
void put(Writer& out, T value) {
  for (std::size_t i = sizeof(T); i-- > 0;) out.u8(static_cast<std::uint8_t>(value >> (8 * i)));
}
template <class T>
  requires std::is_unsigned_v<T>
Result<void> get(Reader& in, T& value) {
  std::uint64_t number = 0;
  for (std::uint8_t byte : TRY(in.take(sizeof(T)))) number = number << 8 | byte;
  value = static_cast<T>(number);
  return {};
}

inline void put(Writer& out, bool value) {
  out.u8(value ? 1 : 0);
}
inline Result<void> get(Reader& in, bool& value) {
  const auto byte = TRY(in.u8());
  if (byte > 1) return fail(ErrorKind::malformed, "a truth value is neither 0 nor 1");
  value = byte == 1;
  return {};
}

inline void put(Writer& out, std::int64_t value) {
  out.u64(static_cast<std::uint64_t>(value));
}
inline Result<void> get(Reader& in, std::int64_t& value) {
  value = static_cast<std::int64_t>(TRY(in.u64()));
  return {};
}
inline void put(Writer& out, std::int32_t value) {
  out.u32(static_cast<std::uint32_t>(value));
}
inline Result<void> get(Reader& in, std::int32_t& value) {
  value = static_cast<std::int32_t>(TRY(in.u32()));
  return {};
}

template <class E>
  requires std::is_enum_v<E>
void put(Writer& out, E value) {
  out.u8(static_cast<std::uint8_t>(value));
}
template <class E>
  requires std::is_enum_v<E>
Result<void> get(Reader& in, E& value) {
  const auto byte = TRY(in.u8());
  if (byte > static_cast<std::uint8_t>(last_of(E{})))
    return fail(ErrorKind::malformed, "an unknown enumeration value");
  value = static_cast<E>(byte);
  return {};
}

template <class Rep, class Period>
void put(Writer& out, std::chrono::duration<Rep, Period> value) {
  put(out, static_cast<std::int64_t>(value.count()));
}
template <class Rep, class Period>
Result<void> get(Reader& in, std::chrono::duration<Rep, Period>& value) {
  std::int64_t count = 0;
  TRY(get(in, count));
  value = std::chrono::duration<Rep, Period>(static_cast<Rep>(count));
  return {};
}

template <class Clock, class Duration>
void put(Writer& out, std::chrono::time_point<Clock, Duration> value) {
  put(out, value.time_since_epoch());
}
template <class Clock, class Duration>
Result<void> get(Reader& in, std::chrono::time_point<Clock, Duration>& value) {
  Duration since{};
  TRY(get(in, since));
  value = std::chrono::time_point<Clock, Duration>(since);
  return {};
}

inline void put_sized(Writer& out, ByteView bytes) {
  out.u32(static_cast<std::uint32_t>(bytes.size()));
  out.append(bytes);
}
inline Result<ByteView> get_sized(Reader& in) {
  const auto size = TRY(in.u32());
  return in.take(size);
}

inline void put(Writer& out, const std::string& value) {
  put_sized(out, as_bytes(value));
}
inline Result<void> get(Reader& in, std::string& value) {
  value = as_text(TRY(get_sized(in)));
  return {};
}
inline void put(Writer& out, const Bytes& value) {
  put_sized(out, value);
}
inline Result<void> get(Reader& in, Bytes& value) {
  const auto bytes = TRY(get_sized(in));
  value.assign(bytes.begin(), bytes.end());
  return {};
}
inline void put(Writer& out, const Secret& value) {
  put_sized(out, value.reveal());
}
inline Result<void> get(Reader& in, Secret& value) {
  value = Secret(TRY(get_sized(in)));
  return {};
}
template <std::size_t N>
void put(Writer& out, const std::array<std::uint8_t, N>& value) {
  out.append(value);
}
template <std::size_t N>
Result<void> get(Reader& in, std::array<std::uint8_t, N>& value) {
  std::ranges::copy(TRY(in.take(N)), value.begin());
  return {};
}

inline void put(Writer& out, const Address& value) {
  put_sized(out, value.bytes());
}
inline Result<void> get(Reader& in, Address& value) {
  value = TRY(Address::from_bytes(TRY(get_sized(in))));
  return {};
}
inline void put(Writer& out, const Prefix& value) {
  put(out, value.address());
  out.u8(static_cast<std::uint8_t>(value.length()));
}
inline Result<void> get(Reader& in, Prefix& value) {
  Address address;
  TRY(get(in, address));
  const int length = TRY(in.u8());
  value = TRY(Prefix::make(address, length));
  return {};
}
inline void put(Writer& out, const Endpoint& value) {
  put(out, value.address);
  out.u16(value.port);
}
inline Result<void> get(Reader& in, Endpoint& value) {
  TRY(get(in, value.address));
  value.port = TRY(in.u16());
  return {};
}

// Containers and records may hold each other, so all are declared before any is defined.
template <class T>
void put(Writer& out, const std::optional<T>& value);
template <class T>
Result<void> get(Reader& in, std::optional<T>& value);
template <class T>
void put(Writer& out, const std::vector<T>& value);
template <class T>
Result<void> get(Reader& in, std::vector<T>& value);
template <class... Ms>
void put(Writer& out, const std::variant<Ms...>& value);
template <class... Ms>
Result<void> get(Reader& in, std::variant<Ms...>& value);
template <Record M>
void put(Writer& out, const M& value);
template <Record M>
Result<void> get(Reader& in, M& value);

template <class T>
void put(Writer& out, const std::optional<T>& value) {
  put(out, value.has_value());
  if (value) put(out, *value);
}
template <class T>
Result<void> get(Reader& in, std::optional<T>& value) {
  bool present = false;
  TRY(get(in, present));
  if (!present) {
    value.reset();
    return {};
  }
  return get(in, value.emplace());
}

template <class T>
void put(Writer& out, const std::vector<T>& value) {
  out.u32(static_cast<std::uint32_t>(value.size()));
  for (const auto& item : value) put(out, item);
}
template <class T>
Result<void> get(Reader& in, std::vector<T>& value) {
  const auto count = TRY(in.u32());
  value.clear();
  // Each item takes a byte at least, so a count beyond the rest is a lie; growth stays with what was read.
  if (count > in.remaining()) return fail(ErrorKind::malformed, "a list is longer than its message");
  for (std::uint32_t i = 0; i < count; ++i) TRY(get(in, value.emplace_back()));
  return {};
}

template <class... Ms>
void put(Writer& out, const std::variant<Ms...>& value) {
  out.u8(static_cast<std::uint8_t>(value.index()));
  std::visit([&](const auto& message) { put(out, message); }, value);
}
template <class Variant, std::size_t... I>
Result<void> get_alternative(Reader& in, Variant& value, std::size_t index, std::index_sequence<I...>) {
  Result<void> result = fail(ErrorKind::malformed, "an unknown message type");
  (void)((index == I && ((result = get(in, value.template emplace<I>())), true)) || ...);
  return result;
}
template <class... Ms>
Result<void> get(Reader& in, std::variant<Ms...>& value) {
  const auto index = TRY(in.u8());
  return get_alternative(in, value, index, std::index_sequence_for<Ms...>{});
}

template <Record M>
void put(Writer& out, const M& value) {
  M::each_field([&](const char*, auto member) { put(out, value.*member); });
}
template <Record M>
Result<void> get(Reader& in, M& value) {
  Result<void> result;
  M::each_field([&](const char* name, auto member) {
    if (!result) return;
    result = get(in, value.*member);
    if (!result) result.error().text = std::string(name) + ": " + result.error().text;
  });
  return result;
}

}  // namespace codec

template <class M>
Bytes encode(const M& message) {
  Writer out;
  codec::put(out, message);
  return out.take();
}

// malformed: cut short, left-over bytes, unknown type or enumeration value; the text names the field.
template <class M>
Result<M> decode(ByteView bytes) {
  Reader in(bytes);
  M message{};
  TRY(codec::get(in, message));
  TRY(in.expect_end());
  return message;
}

}  // namespace sallyport::proto
