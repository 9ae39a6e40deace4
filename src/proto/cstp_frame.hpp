// The 8-byte frame on TLS (phase 5 and after), both directions: "STF" 1, payload length, type, 0. Its sender
// puts one frame into one TLS record; the reader goes by the length, so that proxies may cut records anew.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace sallyport::proto {

// The same numbers are the first byte on DTLS.
enum class FrameType : std::uint8_t {
  data = 0,          // one IPv4 or IPv6 packet
  dpd_request = 3,   // answered at once, with the same payload
  dpd_response = 4,  // ...
  disconnect = 5,    // nothing, or a reason byte and a text
  keepalive = 7,     // not answered
  compressed = 8,    // a packet, compressed; only where negotiated
  terminate = 9,     // gateway → client: going away
};

inline constexpr std::size_t cstp_header_size = 8;
inline constexpr std::size_t max_cstp_frame = 16384;  // one TLS record, RFC 8446 section 5.1
inline constexpr std::size_t max_cstp_payload = max_cstp_frame - cstp_header_size;

struct Frame {
  FrameType type = FrameType::data;  // may be a number without a name: to be ignored
  MutableByteView payload;           // in place, so that a packet can be mended and merged without a copy
};

bool is_known(FrameType type);

// Fills the header in front of a payload that is already in its place. payload_size <= max_cstp_payload.
void put_cstp_header(std::span<std::uint8_t, cstp_header_size> header, FrameType type,
                     std::size_t payload_size);

Bytes cstp_frame(FrameType type, ByteView payload = {});
// As long as the request and with its bytes: MTU probing relies on both.
Bytes cstp_dpd_response(ByteView request_payload);

struct Disconnect {
  std::optional<std::uint8_t> reason;
  std::string text;  // a peer's: escape it before it is shown

  bool operator==(const Disconnect&) const = default;

  static Disconnect parse(ByteView payload);  // anything parses; the text is cut to 512 bytes
  Bytes serialize() const;                    // the payload; without a reason there is no text either
};
Bytes cstp_disconnect(const Disconnect& disconnect);

// TLS plaintext in, frames out. No copy while each record holds whole frames.
class CstpReader {
 public:
  enum class Status : std::uint8_t {
    frame,
    incomplete,  // give it more
    malformed,   // no way to find the next frame: close
  };
  struct Next {
    Status status = Status::incomplete;
    Frame frame;  // valid until the next add()
  };

  // May be moved, not copied: what is next may lie in its own buffer.
  CstpReader() = default;
  CstpReader(CstpReader&&) = default;
  CstpReader& operator=(CstpReader&&) = default;

  // The plaintext of one record, after next() said incomplete; it must stay until it says so again.
  void add(MutableByteView plaintext);
  Next next();
  // What next() gives lies in the reader's own buffer: it is gone with the next incomplete.
  bool gives_copies() const { return !kept_.empty(); }

 private:
  MutableByteView current_;
  Bytes kept_;  // the beginning of a frame whose rest has not come; less than max_cstp_frame
  bool malformed_ = false;
};

}  // namespace sallyport::proto
