#include "supervisor/identity.hpp"

#include <pwd.h>
#include <unistd.h>

namespace sallyport::supervisor {

namespace {

struct Default {
  const char* name;
  std::uint32_t number;
};

Default default_of(Role role) {
  switch (role) {
    case Role::gateway:
      return {"_sallyport-gateway", 61180};
    case Role::keeper:
      return {"_sallyport-keeper", 61181};
    case Role::authenticator:
      return {"_sallyport-auth", 61182};
  }
  return {"nobody", 65534};
}

const Located<std::optional<User>>& setting_of(Role role, const Process& process) {
  switch (role) {
    case Role::keeper:
      return process.keeper_user;
    case Role::authenticator:
      return process.authenticator_user;
    case Role::gateway:
      break;
  }
  return process.gateway_user;
}

}  // namespace

Result<sys::Identity> identity_of(Role role, const Config& config) {
  if (geteuid() != 0) return sys::Identity{getuid(), getgid()};
  const auto& setting = setting_of(role, config.process);
  if (setting.value && setting.value->name.empty()) {
    if (setting.value->number == 0) return fail_at(config, setting.at, "this process does not run as root");
    return sys::Identity{setting.value->number, setting.value->number};
  }
  if (setting.value) {
    const passwd* entry = getpwnam(setting.value->name.c_str());
    if (entry == nullptr)
      return fail_at(config, setting.at, "there is no user '" + setting.value->name + "'");
    if (entry->pw_uid == 0) return fail_at(config, setting.at, "this process does not run as root");
    return sys::Identity{entry->pw_uid, entry->pw_gid};
  }
  const auto fallback = default_of(role);
  const passwd* entry = getpwnam(fallback.name);
  if (entry != nullptr && entry->pw_uid != 0) return sys::Identity{entry->pw_uid, entry->pw_gid};
  return sys::Identity{fallback.number, fallback.number};
}

}  // namespace sallyport::supervisor
