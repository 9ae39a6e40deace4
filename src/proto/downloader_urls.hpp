// The URLs that AnyConnect's downloader asks for in phase 4 and the fixed answers that tell it there is
// nothing to install. No cookie is needed for these; queries are ignored.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sallyport::proto {

struct DownloaderAnswer {
  std::string_view content_type;
  std::string_view body;

  bool operator==(const DownloaderAnswer&) const = default;
};

// nullopt: not in the table.
std::optional<DownloaderAnswer> downloader_answer(std::string_view target);

// The file name of "/profiles/NAME", percent-decoded; "/profiles//etc/x.xml" names "/etc/x.xml", as clients
// ask that join an absolute name. nullopt: not a profile's URL.
std::optional<std::string> requested_profile(std::string_view target);

// Belongs to the downloader's or portal's name space: if nothing else answers, 404 and never a redirect.
bool is_downloader_path(std::string_view target);

}  // namespace sallyport::proto
