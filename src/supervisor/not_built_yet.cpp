#include "supervisor/not_built_yet.hpp"

namespace sallyport::supervisor {

Result<void> tell_what_is_not_built(const Config& config) {
  if (!std::holds_alternative<UnixPath>(config.listen.admin.value)) {
    return fail_at(config, config.listen.admin.at,
                   "the admin API over TCP is not supported by this build yet");
  }
  return {};
}

}  // namespace sallyport::supervisor
