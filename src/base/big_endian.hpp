// Numbers within a packet's header, whose size the caller has checked: for what runs for every packet. All
// else is read by Reader.
#pragma once

#include "base/bytes.hpp"

namespace sallyport {

inline std::uint16_t u16_at(ByteView bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}
inline std::uint32_t u32_at(ByteView bytes, std::size_t at) {
  return static_cast<std::uint32_t>(u16_at(bytes, at)) << 16 | u16_at(bytes, at + 2);
}
inline void put_u16(MutableByteView bytes, std::size_t at, std::size_t value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(value);
}
inline void put_u32(MutableByteView bytes, std::size_t at, std::uint32_t value) {
  put_u16(bytes, at, value >> 16);
  put_u16(bytes, at + 2, value & 0xffff);
}

}  // namespace sallyport
