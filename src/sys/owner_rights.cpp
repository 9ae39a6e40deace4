#include "sys/owner_rights.hpp"

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <optional>
#include <utility>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sallyport::sys {

namespace {

struct Owner {
  uid_t user = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;  // all of them
};

// The groups that the user logs in with: a home may belong to another one, even to root's.
Owner owner_in(const struct stat& status) {
  const auto* entry = getpwuid(status.st_uid);
  if (entry == nullptr) return {status.st_uid, status.st_uid, {}};
  Owner owner{status.st_uid, entry->pw_gid, std::vector<gid_t>(NGROUPS_MAX)};
  int count = NGROUPS_MAX;
  owner.groups.resize(getgrouplist(entry->pw_name, entry->pw_gid, owner.groups.data(), &count) < 0
                          ? 0
                          : static_cast<std::size_t>(count));
  return owner;
}

Result<std::optional<Owner>> owner_on_the_way(const std::string& path) {
  struct stat status {};
  if (lstat("/", &status) != 0) return fail_errno("cannot look at /");
  const uid_t system = status.st_uid;  // in a user namespace root's files belong to an unknown number
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const auto part = path.substr(0, end);
    if (lstat(part.c_str(), &status) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
      return fail_errno("cannot look at " + part);
    }
    if (status.st_uid != 0 && status.st_uid != system) return owner_in(status);
    if (end == std::string::npos) return std::nullopt;
  }
}

Result<std::vector<gid_t>> supplementary_groups() {
  const int count = getgroups(0, nullptr);
  std::vector<gid_t> groups(count < 0 ? 0 : static_cast<std::size_t>(count));
  if (count < 0 || getgroups(count, groups.data()) != count) return fail_errno("cannot list the groups");
  return groups;
}

}  // namespace

Result<OwnerRights> OwnerRights::take_for_file(const std::string& path) {
  return take(path.substr(0, path.rfind('/') + 1));
}

Result<OwnerRights> OwnerRights::take(const std::string& path) {
  OwnerRights rights;
  if (geteuid() != 0) return rights;
  const auto owner = TRY(owner_on_the_way(path));
  if (!owner) return rights;
  rights.group_ = getegid();
  rights.groups_ = TRY(supplementary_groups());
  const auto what = "cannot become the owner of " + path;
  if (setgroups(owner->groups.size(), owner->groups.data()) != 0) return fail_errno(what);
  rights.taken_ = true;  // what was done of it is undone in any case
  if (setegid(owner->group) != 0) return fail_errno(what);
  if (seteuid(owner->user) != 0) return fail_errno(what);
  return rights;
}

OwnerRights::OwnerRights(OwnerRights&& other) noexcept
    : taken_(std::exchange(other.taken_, false)), group_(other.group_), groups_(std::move(other.groups_)) {}

OwnerRights::~OwnerRights() {
  if (!taken_) return;
  const bool back = seteuid(0) == 0 && setegid(group_) == 0 && setgroups(groups_.size(), groups_.data()) == 0;
  if (!back) std::abort();
}

}  // namespace sallyport::sys
