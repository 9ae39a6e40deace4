// Texts of the lowest level, which configuration, headers and options are made of: what was read is written
// and read alike, and what goes into a log stays on its line.
#include <algorithm>
#include <cstdlib>

#include "base/ip.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

using namespace sallyport;

namespace {

void require(bool law) {
  if (!law) std::abort();
}

template <class Value>
void round_trip(std::string_view text) {
  const auto value = Value::parse(text);
  if (!value) return;
  const auto again = Value::parse(value->to_text());
  require(again && *again == *value);
}

void check_prefix(std::string_view text) {
  const auto prefix = Prefix::parse(text);
  if (!prefix) return;
  require(prefix->contains(prefix->network()) && prefix->contains(prefix->last()));
  require(prefix->network() <= prefix->address() && prefix->address() <= prefix->last());
  require(prefix->length() == prefix->address().bits() || prefix->network() != prefix->last());
}

void check_characters(std::string_view text) {
  while (!text.empty()) {
    const auto character = first_character(text);
    require(character.size <= std::min<std::size_t>(text.size(), 4) && character.code <= 0x10ffff);
    text.remove_prefix(std::max<std::size_t>(character.size, 1));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  const auto text = as_text(bytes);
  round_trip<Address>(text);
  round_trip<Prefix>(text);
  round_trip<Endpoint>(text);
  check_prefix(text);
  if (const auto address = Address::from_bytes(bytes))
    require(Address::parse(address->to_text()) == *address);

  if (const auto decoded = from_base64(text)) require(to_base64(*decoded) == text);
  if (const auto decoded = from_hex(text)) require(to_hex(*decoded) == to_lower(text));
  require(from_base64(to_base64(bytes)) == Bytes(bytes.begin(), bytes.end()));
  require(from_hex(to_hex(bytes)) == Bytes(bytes.begin(), bytes.end()));
  if (const auto number = parse_number(text, 65535)) require(*number <= 65535);
  if (const auto level = log::parse_level(text)) require(log::name_of(*level) == text);

  check_characters(text);
  auto logged = escape_for_log(text, 60);
  constexpr std::string_view cut = "…";
  if (logged.ends_with(cut)) logged.resize(logged.size() - cut.size());
  require(std::ranges::all_of(logged, [](unsigned char c) { return c >= 0x20 && c < 0x7f; }));
  return 0;
}
