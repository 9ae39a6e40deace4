// "Name: value" lines as a HeaderList, for tests and fuzz targets of header messages.
#pragma once

#include <string>
#include <string_view>

#include "base/text.hpp"
#include "proto/fields.hpp"

namespace sallyport::proto {

inline HeaderList header_lines(std::string_view text) {
  HeaderList headers;
  for (auto line : split(text, '\n')) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
  return headers;
}

inline std::string lines_of(const HeaderList& headers) {
  std::string text;
  for (const auto& [name, value] : headers) text += name + ": " + value + "\n";
  return text;
}

}  // namespace sallyport::proto
