// Memory for packets. It is not cleared, so that a large one costs only as much as is ever used of it.
#pragma once

#include <memory>

#include "base/bytes.hpp"

namespace sallyport::tunnel {

class Buffer {
 public:
  explicit Buffer(std::size_t size) : memory_(new std::uint8_t[size]), size_(size) {}

  std::size_t size() const { return size_; }
  MutableByteView bytes() const { return {memory_.get(), size_}; }

 private:
  std::unique_ptr<std::uint8_t[]> memory_;
  std::size_t size_;
};

}  // namespace sallyport::tunnel
