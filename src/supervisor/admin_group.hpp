// The group whose members may use the admin socket beside root.
#pragma once

#include <cstdint>
#include <optional>

namespace sallyport::supervisor {

inline constexpr const char* admin_group_name = "sallyport-admin";

std::optional<std::uint32_t> admin_group();  // its number, if the system has it

}  // namespace sallyport::supervisor
