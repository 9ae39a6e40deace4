#include "client/named_host.hpp"

#include <optional>

#include "base/text.hpp"
#include "client/terminal_text.hpp"
#include "proto/profile.hpp"
#include "proto/url.hpp"

namespace sallyport::client {

namespace {

struct Found {
  std::optional<NamedHost> named;
  std::optional<proto::Url> url;
  std::string by_ipsec;  // a profile that has the name for IPsec
};

void look_into(const ProfileFile& file, std::string_view name, Found& found) {
  const auto profile = proto::Profile::parse(file.content);
  if (!profile) return;  // `sallyport profile list` tells why
  for (const auto& host : profile->hosts) {
    if (!equals_ignoring_case(host.name, name)) continue;
    if (equals_ignoring_case(host.primary_protocol, "IPsec")) {
      found.by_ipsec = file.name;
      continue;
    }
    const auto url = proto::Url::parse(host.url_text());
    if (!url) continue;
    found.named = NamedHost{host.url_text(), file.name};
    found.url = *url;
    return;
  }
}

}  // namespace

bool is_profiles_name(std::string_view target) {
  return target.find("://") == std::string_view::npos && !proto::Url::parse(target);
}

Result<NamedHost> find_named_host(const std::vector<ProfileFile>& profiles, std::string_view name) {
  Found first;
  for (const auto& file : profiles) {
    Found here{.named = {}, .url = {}, .by_ipsec = first.by_ipsec};
    look_into(file, name, here);
    first.by_ipsec = here.by_ipsec;
    if (!here.named) continue;
    if (!first.named) {
      first = std::move(here);
    } else if (!first.url->same_host(*here.url)) {
      return fail(ErrorKind::denied, "the client profiles " + first.named->profile + " and " + file.name +
                                         " have " + terminal_line(name) +
                                         " for different gateways: name the host itself");
    }
  }
  if (first.named) return std::move(*first.named);
  if (!first.by_ipsec.empty()) {
    return fail(ErrorKind::unsupported, "the client profile " + first.by_ipsec + " reaches " +
                                            terminal_line(name) + " by IPsec, which is not supported");
  }
  const auto as_host = proto::Url::parse(name);
  return fail(ErrorKind::unavailable,
              terminal_line(name) + " is no host (" + (as_host ? "" : as_host.error().text) +
                  "), and no client profile has it; `sallyport profile list` shows their names");
}

}  // namespace sallyport::client
