// Result<T>: what a function that can fail returns. Pure code uses it with TRY; coroutines throw Failure
// instead (or_throw bridges), and the function that spawned them catches once.
#pragma once

#include <exception>
#include <string>
#include <type_traits>
#include <utility>

#include <tl/expected.hpp>

namespace sallyport {

enum class ErrorKind {
  malformed,    // the bytes are not what the format says
  unsupported,  // well-formed, but not something we do
  denied,       // not allowed: credentials, certificate, permission
  timeout,      // nothing happened in the time given
  closed,       // the other end went away
  conflict,     // somebody else changed it first, or it is there already
  unavailable,  // a resource is missing for now: try again later
  internal,     // the operating system or a library said no
};

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string text;  // one sentence for a person, without a final full stop

  bool operator==(const Error&) const = default;
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorKind kind, std::string text) {
  return tl::unexpected<Error>(Error{kind, std::move(text)});
}

// Error with errno's own words appended: "cannot open /x: No such file or directory".
tl::unexpected<Error> fail_errno(std::string what);
tl::unexpected<Error> fail_errno(std::string what, int number);

class Failure : public std::exception {
 public:
  explicit Failure(Error error) : error_(std::move(error)) {}
  const Error& error() const { return error_; }
  const char* what() const noexcept override { return error_.text.c_str(); }

 private:
  Error error_;
};

template <class T>
T or_throw(Result<T> result) {
  if (!result) throw Failure(std::move(result).error());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

namespace detail {
template <class T>
T take(Result<T>& result) {
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
}  // namespace detail

}  // namespace sallyport

// TRY(expression) unwraps a Result or returns its error from the enclosing function. The helpers below it
// give each use a name of its own, so that uses may nest. One TRY per initialiser list: clang 16 forgets to
// destroy the members already built when a later TRY returns.
#define TRY(expression) TRY_COUNTED(expression, __COUNTER__)
#define TRY_COUNTED(expression, number) TRY_JOINED(expression, number)
#define TRY_JOINED(expression, number) TRY_NAMED(expression, try_result_##number)
#define TRY_NAMED(expression, name)                            \
  ({                                                           \
    auto name = (expression);                                  \
    if (!name) return tl::unexpected(std::move(name).error()); \
    ::sallyport::detail::take(name);                           \
  })
