// The frame on DTLS (phase 6), both directions: one type byte, then the payload; a record is a frame.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "proto/cstp_frame.hpp"

namespace sallyport::proto {

inline constexpr std::size_t dtls_header_size = 1;

// Nothing: an empty record. An unknown type is to be ignored.
inline std::optional<Frame> parse_dtls_frame(ByteView record) {
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

// An MTU probe: a DPD request as large as an inner packet of `packet_size` would be. `id` tells a late answer
// from one to this probe, where the gateway echoes content.
inline Bytes dtls_probe(std::uint32_t id, std::size_t packet_size) {
  Writer payload;
  payload.u32(id);
  Bytes filled = payload.take();
  filled.resize(std::max(packet_size, filled.size()), 0x5a);
  return dtls_frame(FrameType::dpd_request, filled);
}

// The answer to that very probe. A gateway that does not echo content is believed by the length.
inline bool answers_probe(const Frame& frame, std::size_t packet_size) {
  return frame.type == FrameType::dpd_response && frame.payload.size() == packet_size;
}

}  // namespace sallyport::proto
