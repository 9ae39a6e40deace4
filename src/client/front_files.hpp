// The user's profiles and preferences at the front (phase 4): what the connection is told of them at its
// start, and what it asks to be stored, which is checked here again: a hostile gateway may have taken it
// over.
#pragma once

#include <vector>

#include "base/descriptor.hpp"
#include "client/console.hpp"
#include "proto/client_messages.hpp"

namespace sallyport::client {

class FrontFiles {
 public:
  FrontFiles(const ConnectOptions& options, const Console& console) : options_(options), console_(console) {}

  // Fills in default user and profiles. Where the user's target is no host, the answer is what the profiles
  // contain, for the connection to look the name up: gateways wrote them, and this process has all rights.
  // Files that can't be read are told of, and stop nothing.
  Result<std::vector<Descriptor>> introduce(proto::ConnectionStart& start);

  Result<void> store(const proto::StoreProfile& message, const std::vector<Descriptor>& descriptors);
  void remember(const proto::Remember& message);

 private:
  const ConnectOptions& options_;
  const Console& console_;
  bool preferences_unreadable_ = false;
  std::size_t stored_ = 0;
};

}  // namespace sallyport::client
