// The configuration: any text is either a Config or lines of "FILE:LINE:COLUMN: sentence", without control
// characters.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.hpp"
#include "supervisor/config.hpp"

namespace {

bool is_number(std::string_view text) {
  return !text.empty() && sallyport::parse_number(text, 1 << 21).has_value();
}

bool is_error_line(std::string_view line) {
  const auto parts = sallyport::split(line, ':');
  if (parts.size() < 4 || parts[0] != "fuzz.toml" || !is_number(parts[1]) || !is_number(parts[2]))
    return false;
  if (parts[1] == "0" || parts[2] == "0" || !parts[3].starts_with(" ") || line.ends_with(": ")) return false;
  return std::none_of(line.begin(), line.end(), [](char character) {
    return static_cast<unsigned char>(character) < 0x20 || character == 0x7f;
  });
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = sallyport::as_text({data, size});
  auto config = sallyport::supervisor::parse_config(text, "fuzz.toml");
  if (config) {
    sallyport::supervisor::resolve_paths(*config, "/etc/sallyport");
    if (!sallyport::supervisor::default_profile(*config).is_default.value) std::abort();
    return 0;
  }
  for (const auto line : sallyport::split(config.error().text, '\n')) {
    if (!is_error_line(line)) std::abort();
  }
  return 0;
}
