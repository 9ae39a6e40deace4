// The anti-replay window of a DTLS epoch (RFC 6347 section 4.1.2.6): each sequence number is taken once, and
// none that is older than the newest by the window's width. A ring of words, as in RFC 6479.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace sallyport::tls {

class ReplayWindow {
  static constexpr std::uint64_t word_bits = 64;
  static constexpr std::uint64_t words = 16;

 public:
  // The word that the newest is in is not full yet, so one word's worth of the oldest is given up.
  static constexpr std::uint64_t width = (words - 1) * word_bits;

  // Before decryption: may a record with this number be new?
  bool may_be_new(std::uint64_t sequence) const {
    if (sequence >= end_) return true;
    return end_ - sequence <= width && (seen_[place(sequence)] & bit(sequence)) == 0;
  }
  // After it.
  void take(std::uint64_t sequence) {
    if (sequence >= end_) advance_to(sequence + 1);
    seen_[place(sequence)] |= bit(sequence);
  }
  std::uint64_t end() const { return end_; }  // one above the newest

 private:
  static std::size_t place(std::uint64_t sequence) { return (sequence / word_bits) % words; }
  static std::uint64_t bit(std::uint64_t sequence) { return std::uint64_t{1} << (sequence % word_bits); }
  void advance_to(std::uint64_t end) {
    const auto first = (end_ + word_bits - 1) / word_bits;  // word that nothing of has been seen
    const auto last = (end - 1) / word_bits;
    const auto count = last + 1 > first ? std::min(last + 1 - first, words) : 0;
    for (std::uint64_t i = 0; i < count; ++i) seen_[(last - i) % words] = 0;
    end_ = end;
  }

  std::uint64_t end_ = 0;
  std::array<std::uint64_t, words> seen_{};
};

}  // namespace sallyport::tls
