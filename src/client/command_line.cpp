#include "client/command_line.hpp"

namespace sallyport::client {

Result<FormEntry> parse_form_entry(std::string_view text) {
  const auto colon = text.find(':');
  const auto equals = text.find('=', colon == std::string_view::npos ? 0 : colon);
  if (colon == 0 || colon == std::string_view::npos || equals == std::string_view::npos ||
      equals == colon + 1) {
    return fail(ErrorKind::malformed, "FORM:NAME=VALUE is expected");
  }
  return FormEntry{std::string(text.substr(0, colon)),
                   std::string(text.substr(colon + 1, equals - colon - 1)),
                   std::string(text.substr(equals + 1))};
}

}  // namespace sallyport::client
