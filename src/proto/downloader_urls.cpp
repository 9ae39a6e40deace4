#include "proto/downloader_urls.hpp"

#include <algorithm>
#include <array>

#include "proto/form_encoding.hpp"

namespace sallyport::proto {

namespace {

constexpr DownloaderAnswer empty_page = {"text/html", "<html></html>\n"};
constexpr DownloaderAnswer empty_list = {
    "text/xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<vpn rev=\"1.0\"></vpn>\n"};

struct Entry {
  std::string_view path;
  DownloaderAnswer answer;
};

constexpr std::array<Entry, 13> table = {{
    {"/1/index.html", empty_page},
    {"/1/Linux", empty_page},
    {"/1/Linux_64", empty_page},
    {"/1/Windows", empty_page},
    {"/1/Windows_ARM64", empty_page},
    {"/1/Darwin_i386", empty_page},
    {"/1/VPNManifest.xml", empty_list},
    {"/VPNManifest.xml", empty_list},
    {"/1/binaries/update.txt", {"text/plain", "0,0,0000\n"}},
    {"/1/binaries/vpndownloader.sh", {"application/x-shellscript", "#!/bin/sh\n\nexit 0\n"}},
    {"/+CSCOT+/translation-table", empty_list},
    {"/+CSCOT+/oem-customization", empty_list},
    {"/logout", empty_page},
}};

constexpr std::string_view profiles = "/profiles/";
constexpr std::array<std::string_view, 4> name_spaces = {"/1/", "/CACHE/", "/+CSCO", profiles};

std::string_view without_query(std::string_view target) {
  return target.substr(0, target.find('?'));
}

// openconnect appends the gateway's port to the path where it is not 443.
std::string_view without_port(std::string_view name) {
  const auto last = name.find_last_not_of("0123456789");
  const bool has_port = last != std::string_view::npos && name[last] == ':' && last + 1 < name.size();
  return has_port ? name.substr(0, last) : name;
}

}  // namespace

std::optional<DownloaderAnswer> downloader_answer(std::string_view target) {
  const auto found = std::ranges::find(table, without_query(target), &Entry::path);
  return found == table.end() ? std::nullopt : std::optional(found->answer);
}

std::optional<std::string> requested_profile(std::string_view target) {
  target = without_query(target);
  if (!target.starts_with(profiles) || target.size() == profiles.size()) return std::nullopt;
  const auto name = percent_decode(without_port(target.substr(profiles.size())));
  return name ? std::optional(*name) : std::nullopt;
}

bool is_downloader_path(std::string_view target) {
  return downloader_answer(target) || std::ranges::any_of(name_spaces, [&](std::string_view prefix) {
           return target.starts_with(prefix);
         });
}

}  // namespace sallyport::proto
