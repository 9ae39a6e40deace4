#include "supervisor/admin_group.hpp"

#include <grp.h>

namespace sallyport::supervisor {

std::optional<std::uint32_t> admin_group() {
  const group* entry = getgrnam(admin_group_name);
  if (entry == nullptr) return std::nullopt;
  return entry->gr_gid;
}

}  // namespace sallyport::supervisor
