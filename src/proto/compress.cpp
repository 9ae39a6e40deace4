#include "proto/compress.hpp"

#include <algorithm>
#include <array>

namespace sallyport::proto {

namespace {

constexpr std::size_t window = 2047;       // the largest offset 11 bits can say
constexpr std::size_t short_offset = 127;  // ... and 7 bits
constexpr std::size_t max_packet = 65535;

class BitWriter {
 public:
  explicit BitWriter(MutableByteView out) : out_(out) {}

  void put(std::uint32_t value, int bits) {
    pending_ = pending_ << bits | value;
    count_ += bits;
    for (; count_ >= 8; count_ -= 8) byte(static_cast<std::uint8_t>(pending_ >> (count_ - 8)));
  }
  // Fills the last byte with zeros.
  std::optional<std::size_t> finish() {
    if (count_ > 0) byte(static_cast<std::uint8_t>(pending_ << (8 - count_)));
    return overflow_ ? std::nullopt : std::optional(size_);
  }
  bool overflow() const { return overflow_; }

 private:
  void byte(std::uint8_t value) {
    if (size_ == out_.size()) {
      overflow_ = true;
    } else {
      out_[size_++] = value;
    }
  }

  MutableByteView out_;
  std::size_t size_ = 0;
  std::uint64_t pending_ = 0;
  int count_ = 0;
  bool overflow_ = false;
};

class BitReader {
 public:
  explicit BitReader(ByteView in) : in_(in) {}

  // Past the end: zeros, and exhausted() says so.
  std::uint32_t take(int bits) {
    std::uint32_t value = 0;
    for (; bits > 0; --bits) value = value << 1 | bit();
    return value;
  }
  bool exhausted() const { return exhausted_; }

 private:
  std::uint32_t bit() {
    if (at_ == in_.size() * 8) {
      exhausted_ = true;
      return 0;
    }
    const std::uint32_t value = in_[at_ / 8] >> (7 - at_ % 8) & 1U;
    ++at_;
    return value;
  }

  ByteView in_;
  std::size_t at_ = 0;
  bool exhausted_ = false;
};

// Earlier places in the packet that begin with the same two bytes, newest first.
class History {
 public:
  History() {
    heads_.fill(nowhere);
    before_.fill(nowhere);
  }

  void add(ByteView in, std::size_t at) {
    if (at + 1 >= in.size()) return;
    auto& head = heads_[slot(in, at)];
    before_[at % before_.size()] = head;
    head = static_cast<std::uint16_t>(at);
  }

  struct Match {
    std::size_t offset = 0;
    std::size_t length = 0;
  };
  Match longest(ByteView in, std::size_t at) const {
    constexpr int max_steps = 32;
    Match best;
    if (at + 1 >= in.size()) return best;
    std::size_t candidate = heads_[slot(in, at)];
    for (int step = 0; step < max_steps && candidate < at && at - candidate <= window; ++step) {
      std::size_t length = 0;
      while (at + length < in.size() && in[candidate + length] == in[at + length]) ++length;
      if (length > best.length) best = {at - candidate, length};
      const std::size_t older = before_[candidate % before_.size()];
      if (older >= candidate) break;  // the ring has come round
      candidate = older;
    }
    return best.length >= 2 ? best : Match{};
  }

 private:
  static constexpr std::uint16_t nowhere = 0xffff;
  static std::size_t slot(ByteView in, std::size_t at) { return (in[at] * 8U ^ in[at + 1]) % 2048U; }

  std::array<std::uint16_t, 2048> heads_;
  std::array<std::uint16_t, 2048> before_;
};

void put_length(BitWriter& out, std::size_t length) {
  if (length <= 4) {
    out.put(static_cast<std::uint32_t>(length - 2), 2);
  } else if (length <= 7) {
    out.put(static_cast<std::uint32_t>(0b1100 + length - 5), 4);
  } else {
    out.put(15, 4);
    for (length -= 8; length >= 15; length -= 15) out.put(15, 4);
    out.put(static_cast<std::uint32_t>(length), 4);
  }
}

// The length of a match, or more than `limit` when it runs beyond that.
std::size_t take_length(BitReader& in, std::size_t limit) {
  if (const auto two = in.take(2); two < 3) return two + 2;
  if (const auto two = in.take(2); two < 3) return two + 5;
  std::size_t length = 8;
  while (length <= limit) {
    const auto group = in.take(4);
    length += group;
    if (group < 15) break;
  }
  return length;
}

}  // namespace

std::string_view name_of(Encoding encoding) {
  constexpr std::array<std::string_view, 4> names{"none", "lzs", "oc-lz4", "deflate"};
  return names[static_cast<std::size_t>(encoding)];
}

std::optional<Encoding> encoding_named(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(last_of(Encoding{})); ++i) {
    if (name_of(static_cast<Encoding>(i)) == name) return static_cast<Encoding>(i);
  }
  return std::nullopt;
}

Encoding choose_encoding(const std::vector<std::string>& offered) {
  const bool lzs = std::ranges::find(offered, name_of(Encoding::lzs)) != offered.end();
  return lzs ? Encoding::lzs : Encoding::none;
}

std::optional<std::size_t> lzs_compress(ByteView in, MutableByteView out) {
  if (in.size() > max_packet) return std::nullopt;
  History history;
  BitWriter bits(out);
  for (std::size_t at = 0; at < in.size() && !bits.overflow();) {
    const auto match = history.longest(in, at);
    std::size_t used = 1;
    if (match.length == 0) {
      bits.put(in[at], 9);
    } else {
      const bool near = match.offset <= short_offset;
      bits.put(near ? 0b11 : 0b10, 2);
      bits.put(static_cast<std::uint32_t>(match.offset), near ? 7 : 11);
      put_length(bits, match.length);
      used = match.length;
    }
    for (; used > 0; --used) history.add(in, at++);
  }
  bits.put(0b110000000, 9);
  return bits.finish();
}

std::optional<std::size_t> lzs_decompress(ByteView in, MutableByteView out) {
  BitReader bits(in);
  std::size_t size = 0;
  while (!bits.exhausted()) {
    if (bits.take(1) == 0) {
      const auto literal = bits.take(8);
      if (bits.exhausted() || size == out.size()) return std::nullopt;
      out[size++] = static_cast<std::uint8_t>(literal);
      continue;
    }
    const bool near = bits.take(1) == 1;
    const std::size_t offset = bits.take(near ? 7 : 11);
    if (near && offset == 0) return bits.exhausted() ? std::nullopt : std::optional(size);
    if (offset == 0 || offset > size) return std::nullopt;
    const auto room = out.size() - size;
    const auto length = take_length(bits, room);
    if (bits.exhausted() || length > room) return std::nullopt;
    // Byte by byte: source and target may overlap, which repeats a pattern.
    for (std::size_t i = 0; i < length; ++i, ++size) out[size] = out[size - offset];
  }
  return std::nullopt;
}

}  // namespace sallyport::proto
