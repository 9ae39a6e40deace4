#include "base/result.hpp"

#include <cerrno>
#include <system_error>

namespace sallyport {

tl::unexpected<Error> fail_errno(std::string what) {
  return fail_errno(std::move(what), errno);
}

tl::unexpected<Error> fail_errno(std::string what, int number) {
  what += ": ";
  what += std::generic_category().message(number);
  return fail(ErrorKind::internal, std::move(what));
}

}  // namespace sallyport
