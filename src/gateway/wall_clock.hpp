// The time that sessions are kept by.
#pragma once

#include <chrono>

#include "store/session.hpp"

namespace sallyport::gateway {

inline store::WallTime wall_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace sallyport::gateway
