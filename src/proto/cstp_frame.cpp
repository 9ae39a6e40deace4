#include "proto/cstp_frame.hpp"

#include <algorithm>

namespace sallyport::proto {

namespace {

constexpr std::array<std::uint8_t, 4> magic{'S', 'T', 'F', 1};

// As far as it is there, what we see can be the start of a frame.
bool may_be_header(ByteView bytes) {
  const auto shown = std::min(bytes.size(), magic.size());
  if (!std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(shown), magic.begin()))
    return false;
  return bytes.size() < cstp_header_size || bytes[7] == 0;
}

}  // namespace

bool is_known(FrameType type) {
  switch (type) {
    case FrameType::data:
    case FrameType::dpd_request:
    case FrameType::dpd_response:
    case FrameType::disconnect:
    case FrameType::keepalive:
    case FrameType::compressed:
    case FrameType::terminate:
      return true;
  }
  return false;
}

void put_cstp_header(std::span<std::uint8_t, cstp_header_size> header, FrameType type,
                     std::size_t payload_size) {
  std::ranges::copy(magic, header.begin());
  header[4] = static_cast<std::uint8_t>(payload_size >> 8);
  header[5] = static_cast<std::uint8_t>(payload_size);
  header[6] = static_cast<std::uint8_t>(type);
  header[7] = 0;
}

Bytes cstp_frame(FrameType type, ByteView payload) {
  payload = payload.first(std::min(payload.size(), max_cstp_payload));
  Bytes frame(cstp_header_size + payload.size());
  put_cstp_header(std::span<std::uint8_t, cstp_header_size>(frame.data(), cstp_header_size), type,
                  payload.size());
  std::ranges::copy(payload, frame.begin() + cstp_header_size);
  return frame;
}

Bytes cstp_dpd_response(ByteView request_payload) {
  return cstp_frame(FrameType::dpd_response, request_payload);
}

Disconnect Disconnect::parse(ByteView payload) {
  constexpr std::size_t max_text = 512;
  Disconnect disconnect;
  if (payload.empty()) return disconnect;
  disconnect.reason = payload[0];
  disconnect.text = as_text(payload.subspan(1, std::min(payload.size() - 1, max_text)));
  return disconnect;
}

Bytes Disconnect::serialize() const {
  Writer payload;
  if (reason) {
    payload.u8(*reason);
    payload.append(text);
  }
  return payload.take();
}

Bytes cstp_disconnect(const Disconnect& disconnect) {
  return cstp_frame(FrameType::disconnect, disconnect.serialize());
}

void CstpReader::add(MutableByteView plaintext) {
  if (kept_.empty()) {
    current_ = plaintext;
    return;
  }
  kept_.insert(kept_.end(), plaintext.begin(), plaintext.end());
  current_ = kept_;
}

CstpReader::Next CstpReader::next() {
  if (malformed_ || !may_be_header(current_)) {
    malformed_ = true;
    return {Status::malformed, {}};
  }
  if (current_.size() >= cstp_header_size) {
    const std::size_t size = static_cast<std::size_t>(current_[4]) << 8 | current_[5];
    if (size > max_cstp_payload) {
      malformed_ = true;
      return {Status::malformed, {}};
    }
    if (current_.size() >= cstp_header_size + size) {
      const Frame frame{static_cast<FrameType>(current_[6]), current_.subspan(cstp_header_size, size)};
      current_ = current_.subspan(cstp_header_size + size);
      return {Status::frame, frame};
    }
  }
  // current_ may lie in kept_ itself, so the rest is copied before kept_ changes.
  Bytes rest(current_.begin(), current_.end());
  kept_ = std::move(rest);
  current_ = kept_;
  return {Status::incomplete, {}};
}

}  // namespace sallyport::proto
