#include "client/named_host.hpp"

#include "base/text.hpp"
#include "client/terminal_text.hpp"
#include "proto/profile.hpp"
#include "proto/url.hpp"

namespace sallyport::client {

namespace {

bool is_host_name(std::string_view name) {
  return name.find_first_of(".:") != std::string_view::npos && proto::Url::parse(name).has_value();
}

bool may_stand_for(const proto::ProfileHost& host, std::string_view name) {
  const auto url = proto::Url::parse(host.url_text());
  return url && (!is_host_name(name) || url->host == proto::Url::parse(name)->host);
}

}  // namespace

Result<std::optional<NamedHost>> find_named_host(const std::vector<ProfileFile>& profiles,
                                                 std::string_view name) {
  for (const auto& file : profiles) {
    const auto profile = proto::Profile::parse(file.content);
    if (!profile) continue;  // `sallyport profile list` tells why
    for (const auto& host : profile->hosts) {
      if (!equals_ignoring_case(host.name, name) || !may_stand_for(host, name)) continue;
      if (equals_ignoring_case(host.primary_protocol, "IPsec")) {
        return fail(ErrorKind::unsupported, "the client profile " + file.name + " reaches " +
                                                terminal_line(name) + " by IPsec, which is not supported");
      }
      return NamedHost{host.url_text(), file.name};
    }
  }
  return std::nullopt;
}

}  // namespace sallyport::client
