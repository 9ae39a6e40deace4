#include "client/front_files.hpp"

#include "base/text.hpp"
#include "client/folders.hpp"
#include "client/named_host.hpp"
#include "client/preferences_file.hpp"
#include "client/profile_folder.hpp"
#include "proto/profile.hpp"
#include "proto/url.hpp"
#include "sys/memory_file.hpp"
#include "tls/digest.hpp"

namespace sallyport::client {

Result<std::vector<Descriptor>> FrontFiles::introduce(proto::ConnectionStart& start) {
  const auto profiles = load_profiles();
  for (const auto& fault : profiles.faults) console_.complain("client profile: " + fault.text);
  start.with_profiles = is_profiles_name(options_.target);
  std::vector<Descriptor> contents;
  for (const auto& file : profiles.files) {
    start.profiles.push_back({file.name, tls::sha1_hex(as_bytes(file.content))});
    if (start.with_profiles) contents.push_back(TRY(sys::make_memory_file(as_bytes(file.content))));
  }
  const auto preferences = load_preferences();
  if (!preferences) {
    console_.complain(preferences.error().text + "; it stays as it is, and nothing is remembered");
    preferences_unreadable_ = true;
    return contents;
  }
  const auto& last = *preferences;
  if (equals_ignoring_case(last.default_host_name, options_.target) &&
      last.default_user.size() <= proto::max_remembered_text) {
    start.default_user = last.default_user;
  }
  return contents;
}

Result<void> FrontFiles::store(const proto::StoreProfile& message,
                               const std::vector<Descriptor>& descriptors) {
  if (descriptors.size() != 1) return fail(ErrorKind::malformed, "there is no content");
  if (++stored_ > proto::max_fetched_profiles) return fail(ErrorKind::malformed, "there are too many");
  const auto content = TRY(sys::read_memory_file(descriptors.front().number(), proto::max_profile_size));
  return save_profile(message.name, as_text(content));
}

void FrontFiles::remember(const proto::Remember& message) {
  if (preferences_unreadable_ || !config_folder()) return;  // or nowhere to keep them
  const auto store_it = [&]() -> Result<void> {
    const bool is_name = is_profiles_name(options_.target);
    if (message.address.size() > proto::max_remembered_text) {
      return fail(ErrorKind::malformed, "the gateway's address is too long");
    }
    const auto url = TRY(proto::Url::parse(is_name ? message.address : options_.target));
    auto preferences = TRY(load_preferences());
    return save_preferences(
        TRY(client::remember(std::move(preferences), message, options_.target, url.authority())));
  };
  if (const auto stored = store_it(); !stored) {
    console_.complain("the preferences can't be kept: " + stored.error().text);
  }
}

}  // namespace sallyport::client
