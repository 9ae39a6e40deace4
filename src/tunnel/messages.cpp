#include "tunnel/messages.hpp"

#include <array>

namespace sallyport::tunnel {

std::string_view name_of(EndCause cause) {
  constexpr std::array<std::string_view, 6> names{"disconnected", "lost",     "silent",
                                                  "malformed",    "replaced", "asked"};
  return names[static_cast<std::size_t>(cause)];
}

}  // namespace sallyport::tunnel
