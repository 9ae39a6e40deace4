// The frame on DTLS (phase 6), both directions: one type byte, then the payload; a record is a frame.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "proto/cstp_frame.hpp"

namespace sallyport::proto {

inline constexpr std::size_t dtls_header_size = 1;

// Nothing: an empty record. An unknown type is to be ignored.
inline std::optional<Frame> parse_dtls_frame(MutableByteView record) {
  if (record.empty()) return std::nullopt;
  return Frame{static_cast<FrameType>(record[0]), record.subspan(dtls_header_size)};
}

inline Bytes dtls_frame(FrameType type, ByteView payload = {}) {
  Bytes record{static_cast<std::uint8_t>(type)};
  record.insert(record.end(), payload.begin(), payload.end());
  return record;
}

// As long as the request and with its bytes: openconnect up to 9.12 compares the content of its MTU probes,
// later ones the length.
inline Bytes dtls_dpd_response(ByteView request_payload) {
  return dtls_frame(FrameType::dpd_response, request_payload);
}

// An MTU probe: a DPD request as large as an inner packet of `packet_size` would be. Its answer is known by
// the length: newer ASA do not echo the content.
inline Bytes dtls_probe(std::size_t packet_size) {
  return dtls_frame(FrameType::dpd_request, Bytes(packet_size, 0x5a));
}

}  // namespace sallyport::proto
