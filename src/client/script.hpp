// The user's script in our place (--script): runs with reason=pre-init, connect, attempt-reconnect,
// reconnect, disconnect and sets addresses, routes and DNS itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/journal.hpp"
#include "proto/client_messages.hpp"

namespace sallyport::client {

// To its end, at most 60 s; after 10 s the user is told what is waited for. Its output goes to our stderr.
// internal: it failed; timeout: it was killed with its process group.
Result<void> run_script(const std::vector<std::string>& arguments,
                        const std::vector<std::string>& environment);

class Script {
 public:
  Script(std::string command, bool verbose, Journal& journal)
      : command_(std::move(command)), verbose_(verbose), journal_(journal) {}

  Result<void> run(std::string_view reason, const proto::HostSettings& settings,
                   const std::string& interface) const;
  // From now on the journal ends with reason=disconnect and these settings.
  Result<void> promise_disconnect(const proto::HostSettings& settings, const std::string& interface);

 private:
  ProgramToRun call(std::string_view reason, const proto::HostSettings& settings,
                    const std::string& interface) const;

  std::string command_;
  bool verbose_;
  Journal& journal_;
};

}  // namespace sallyport::client
