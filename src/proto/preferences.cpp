#include "proto/preferences.hpp"

#include <algorithm>
#include <array>

#include "proto/xml.hpp"

namespace sallyport::proto {

namespace {

constexpr std::string_view root_name = "AnyConnectPreferences";
constexpr std::string_view thumbprint = "ServerCertificateThumbprint";

struct Entry {
  std::string_view name;
  std::string Preferences::*member;
};

constexpr std::array<Entry, 5> entries = {{
    {"DefaultUser", &Preferences::default_user},
    {"DefaultSecondUser", &Preferences::default_second_user},
    {"DefaultHostName", &Preferences::default_host_name},
    {"DefaultHostAddress", &Preferences::default_host_address},
    {"DefaultGroup", &Preferences::default_group},
}};

}  // namespace

Result<Preferences> Preferences::parse(std::string_view text) {
  const auto document = TRY(xml::Document::parse(text));
  Preferences preferences;
  for (const auto& element : TRY(document->root(root_name)).children()) {
    const auto known = std::ranges::find(entries, element.name(), &Entry::name);
    if (known != entries.end()) {
      preferences.*(known->member) = element.token();
    } else if (element.name() == thumbprint) {
      if (auto value = element.token(); !value.empty())
        preferences.server_certificate_thumbprints.push_back(std::move(value));
    } else {
      preferences.others.emplace_back(element.raw());
    }
  }
  return preferences;
}

std::string Preferences::serialize() const {
  xml::Writer out;
  out.open(root_name).new_line();
  for (const auto& [name, member] : entries) out.leaf(name, this->*member).new_line();
  for (const auto& value : server_certificate_thumbprints) out.leaf(thumbprint, value).new_line();
  for (const auto& element : others) out.raw(element).new_line();
  return out.close().new_line().take();
}

}  // namespace sallyport::proto
