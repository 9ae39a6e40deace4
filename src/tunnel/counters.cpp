#include "tunnel/counters.hpp"

namespace sallyport::tunnel {

std::string_view name_of(Drop reason) {
  constexpr std::array<std::string_view, drop_reasons> names{"not_ip",  "bad_source", "no_session",
                                                             "too_big", "queue_full", "tun_full"};
  return names[static_cast<std::size_t>(reason)];
}

}  // namespace sallyport::tunnel
