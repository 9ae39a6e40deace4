#include "client/front_files.hpp"

#include "base/text.hpp"
#include "client/folders.hpp"
#include "client/named_host.hpp"
#include "client/preferences_file.hpp"
#include "client/profile_folder.hpp"
#include "client/terminal_text.hpp"
#include "proto/profile.hpp"
#include "proto/url.hpp"
#include "sys/memory_file.hpp"
#include "tls/digest.hpp"

namespace sallyport::client {

Result<void> FrontFiles::introduce(proto::ConnectionStart& start) {
  const auto profiles = load_profiles();
  for (const auto& fault : profiles.faults) console_.complain("client profile: " + fault.text);
  for (const auto& file : profiles.files) {
    if (start.profiles.size() == proto::max_stored_profiles) break;
    start.profiles.push_back({file.name, tls::sha1_hex(as_bytes(file.content))});
  }
  target_ = options_.target;
  if (is_profiles_name(target_)) {
    const auto named = TRY(find_named_host(profiles.files, target_));
    // Also with --quiet: the password goes where a gateway's file says.
    console_.complain(terminal_line(target_) + " is " + terminal_line(named.url) + " in the client profile " +
                      named.profile);
    target_ = start.target = named.url;
  }
  const auto preferences = load_preferences();
  if (!preferences) {
    console_.complain(preferences.error().text + "; it stays as it is, and nothing is remembered");
    preferences_unreadable_ = true;
    return {};
  }
  const auto& last = *preferences;
  if (equals_ignoring_case(last.default_host_name, options_.target) &&
      last.default_user.size() <= proto::max_remembered_text) {
    start.default_user = last.default_user;
  }
  return {};
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
    const auto url = TRY(proto::Url::parse(target_));
    auto preferences = TRY(load_preferences());
    return save_preferences(
        TRY(client::remember(std::move(preferences), message, options_.target, url.authority())));
  };
  if (const auto stored = store_it(); !stored) {
    console_.complain("the preferences can't be kept: " + stored.error().text);
  }
}

}  // namespace sallyport::client
