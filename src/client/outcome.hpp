// How a run of the client ends: the exit codes of the interface contract.
#pragma once

#include <utility>

#include "base/result.hpp"

namespace sallyport::client {

enum class ExitCode {
  ended_by_user = 0,
  failed = 1,
  login_failed = 2,  // authentication failed or the cookie was rejected
  certificate_blocked = 3,
  unreachable = 4,
};

// Ends the connection attempt with an exit code of its own.
class Ended : public Failure {
 public:
  Ended(ExitCode code, Error error) : Failure(std::move(error)), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

// What happened on a connection with the gateway, for the user: a limit that has passed says no more than
// that.
inline Error in_words(Error error) {
  if (error.kind == ErrorKind::timeout) error.text = "the gateway does not answer";
  return error;
}

}  // namespace sallyport::client
