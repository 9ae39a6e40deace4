#include "client/download_plan.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "client/terminal_text.hpp"
#include "proto/form_encoding.hpp"
#include "proto/profile.hpp"
#include "tls/digest.hpp"

namespace sallyport::client {

namespace {

constexpr std::size_t most_packages_named = 8;

Result<AnnouncedProfile> announced(std::string path, const std::string& hash) {
  const auto without_query = std::string_view(path).substr(0, path.find_first_of("?#"));
  auto name = proto::percent_decode(without_query.substr(without_query.rfind('/') + 1));
  // ocserv announces its file as it is called, whatever that is.
  if (name && !name->empty() && !proto::is_profile_name(*name)) *name += ".xml";
  if (!name || !proto::is_profile_name(*name)) {
    return fail(ErrorKind::malformed,
                "the gateway announces a client profile under a name that can't be kept here, " +
                    terminal_line(path));
  }
  if (!tls::is_sha1_hex(hash)) {
    return fail(ErrorKind::malformed,
                "the gateway announces the client profile " + *name + " without its SHA-1");
  }
  return AnnouncedProfile{*name, std::move(path), hash};
}

}  // namespace

Result<std::vector<AnnouncedProfile>> announced_profiles(const proto::AuthComplete& complete) {
  std::vector<AnnouncedProfile> profiles;
  for (const auto& file : complete.profiles.files) {
    if (!file.is_user_profile()) continue;
    if (profiles.size() == proto::max_fetched_profiles) {
      return fail(ErrorKind::malformed, "the gateway announces more than " +
                                            std::to_string(proto::max_fetched_profiles) + " client profiles");
    }
    const bool is_sha1 = file.hash_type.empty() || equals_ignoring_case(file.hash_type, "sha1");
    profiles.push_back(TRY(announced(proto::download_path(complete.base_package_uri, file.uri),
                                     is_sha1 ? file.hash : std::string())));
  }
  return profiles;
}

std::vector<AnnouncedProfile> to_be_fetched(std::vector<AnnouncedProfile> announced,
                                            const std::vector<proto::StoredProfile>& stored) {
  std::erase_if(announced, [&](const AnnouncedProfile& wanted) {
    return std::ranges::any_of(stored, [&](const proto::StoredProfile& file) {
      return file.name == wanted.name && equals_ignoring_case(file.hash, wanted.hash);
    });
  });
  return announced;
}

std::string packages_of(const proto::Manifest& core) {
  std::string text;
  for (std::size_t i = 0; i < core.files.size(); ++i) {
    if (i > 0) text += ", ";
    if (i == most_packages_named) return text + "…";
    const auto& file = core.files[i];
    text += cut_to(terminal_line(file.id.empty() ? file.uri : file.id), proto::max_remembered_text);
    if (!file.version.empty()) text += ' ' + cut_to(terminal_line(file.version), proto::max_remembered_text);
  }
  return text;
}

Result<proto::Url> url_of(const proto::Url& gateway, std::string_view path) {
  // Two slashes at the beginning would name a host.
  while (path.starts_with("//")) path.remove_prefix(1);
  return gateway.join(path.starts_with('/') ? std::string(path) : '/' + std::string(path));
}

}  // namespace sallyport::client
