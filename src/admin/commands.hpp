// What sallyportctl does: asks the gateway over the admin socket and prints the answer, or edits a users
// file.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace sallyport::admin {

struct Gateway {
  std::string socket = "/run/sallyport/admin.sock";
  bool json = false;
};

// Each prints to stdout. The Error says what to tell the user.
Result<void> show_status(const Gateway& gateway);
Result<void> list_sessions(const Gateway& gateway, bool all);
Result<void> show_session(const Gateway& gateway, const std::string& id);
Result<void> show_trace(const Gateway& gateway, const std::string& id);
struct Whom {
  std::string id;  // empty: not by its id
  std::string user;
  bool all = false;
};
Result<void> disconnect(const Gateway& gateway, const Whom& whom);
Result<void> reload(const Gateway& gateway);
Result<void> stop(const Gateway& gateway, bool end_sessions);

}  // namespace sallyport::admin
