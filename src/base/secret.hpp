// Secret: bytes that wipe themselves, compare in constant time and cannot be printed or logged.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace sallyport {

// Overwrites memory in a way the compiler may not remove.
void wipe(MutableByteView bytes);
void wipe(std::string& text);  // all that it has room for; afterwards it is empty

// Room for `more` in a text or in bytes. What grows by itself leaves what it held behind in freed memory.
template <class Buffer>
void make_room_and_wipe(Buffer& buffer, std::size_t more) {
  const auto size = buffer.size() + more;
  if (size <= buffer.capacity()) return;
  Buffer larger;
  larger.reserve(std::max(2 * buffer.capacity(), size));
  larger.assign(buffer.begin(), buffer.end());
  wipe(buffer);
  buffer = std::move(larger);
}

// Wipes a text at the end of its scope, however that ends.
class WipedAtEnd {
 public:
  explicit WipedAtEnd(std::string& text) : text_(text) {}
  WipedAtEnd(const WipedAtEnd&) = delete;
  WipedAtEnd& operator=(const WipedAtEnd&) = delete;
  ~WipedAtEnd() { wipe(text_); }

 private:
  std::string& text_;
};

class Secret {
 public:
  Secret() = default;
  explicit Secret(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}
  explicit Secret(std::string_view text) : Secret(as_bytes(text)) {}
  explicit Secret(Bytes&& bytes) : bytes_(std::move(bytes)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(bytes_); }

  // The only door to the content: named so that a reader and grep can find each use.
  ByteView reveal() const { return bytes_; }
  std::string_view reveal_text() const { return as_text(bytes_); }
  bool empty() const { return bytes_.empty(); }
  std::size_t size() const { return bytes_.size(); }

  bool operator==(const Secret& other) const;  // time depends on the lengths only

 private:
  Bytes bytes_;
};

}  // namespace sallyport
