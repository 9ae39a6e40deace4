#include "base/bytes.hpp"

#include "base/secret.hpp"

namespace sallyport {

Bytes to_bytes(std::string_view text) {
  auto view = as_bytes(text);
  return {view.begin(), view.end()};
}

Result<std::uint64_t> Reader::number(std::size_t size) {
  std::uint64_t value = 0;
  for (std::uint8_t byte : TRY(take(size))) value = value << 8 | byte;
  return value;
}

Result<std::uint8_t> Reader::u8() {
  return static_cast<std::uint8_t>(TRY(number(1)));
}
Result<std::uint16_t> Reader::u16() {
  return static_cast<std::uint16_t>(TRY(number(2)));
}
Result<std::uint32_t> Reader::u24() {
  return static_cast<std::uint32_t>(TRY(number(3)));
}
Result<std::uint32_t> Reader::u32() {
  return static_cast<std::uint32_t>(TRY(number(4)));
}
Result<std::uint64_t> Reader::u64() {
  return number(8);
}

Result<ByteView> Reader::take(std::size_t size) {
  if (size > rest_.size()) return fail(ErrorKind::malformed, "message is cut short");
  auto taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

Result<void> Reader::expect_end() const {
  if (!rest_.empty()) return fail(ErrorKind::malformed, "bytes are left over at the end of a message");
  return {};
}

Writer::~Writer() {
  wipe(out_);
}

void Writer::append(ByteView bytes) {
  make_room_and_wipe(out_, bytes.size());
  out_.insert(out_.end(), bytes.begin(), bytes.end());
}

void Writer::number(std::uint64_t value, std::size_t size) {
  make_room_and_wipe(out_, size);
  for (std::size_t i = size; i-- > 0;) out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

}  // namespace sallyport
