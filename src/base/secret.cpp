#include "base/secret.hpp"

#include <cstring>

namespace sallyport {

void wipe(MutableByteView bytes) {
  if (!bytes.empty()) explicit_bzero(bytes.data(), bytes.size());
}

void wipe(std::string& text) {
  text.resize(text.capacity());
  explicit_bzero(text.data(), text.size());
  text.clear();
}

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe(bytes_);
    bytes_ = other.bytes_;
  }
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(bytes_);
    bytes_ = std::move(other.bytes_);
    other.bytes_.clear();
  }
  return *this;
}

bool Secret::operator==(const Secret& other) const {
  if (bytes_.size() != other.bytes_.size()) return false;
  std::uint8_t difference = 0;
  for (std::size_t i = 0; i < bytes_.size(); ++i) {
    // volatile keeps the compiler from stopping at the first difference
    volatile std::uint8_t pair = bytes_[i] ^ other.bytes_[i];
    difference |= pair;
  }
  return difference == 0;
}

}  // namespace sallyport
