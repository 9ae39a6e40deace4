#include "supervisor/not_built_yet.hpp"

#include "base/log.hpp"

namespace sallyport::supervisor {

namespace {

Result<void> refuse_methods(const Config& config) {
  for (const auto& profile : config.connection_profiles) {
    for (const auto method : profile.authentication.value) {
      if (method == Method::password) continue;
      return fail_at(config, profile.authentication.at,
                     method == Method::otp ? "one-time passwords are not supported by this build yet"
                                           : "logins by certificate are not supported by this build yet");
    }
  }
  return {};
}

}  // namespace

Result<void> tell_what_is_not_built(const Config& config) {
  if (!std::holds_alternative<UnixPath>(config.listen.admin.value)) {
    return fail_at(config, config.listen.admin.at,
                   "the admin API over TCP is not supported by this build yet");
  }
  if (config.process.workers.value > 1) {
    return fail_at(config, config.process.workers.at,
                   "more than one worker is not supported by this build yet");
  }
  TRY(refuse_methods(config));
  for (const auto& [name, policy] : config.group_policies) {
    if (policy.max_sessions_per_user > 0) {
      log::warning("the limit of sessions per user is not built yet: there is none",
                   {{"group_policy", name}});
    }
    if (!policy.client_profile.is_set()) continue;
    log::warning("the downloader is not built yet: the client profile is not announced",
                 {{"group_policy", name}});
  }
  return {};
}

}  // namespace sallyport::supervisor
