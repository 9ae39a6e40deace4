#include "base/version.hpp"

namespace sallyport {

std::string_view version() {
  return SALLYPORT_VERSION;
}

}  // namespace sallyport
