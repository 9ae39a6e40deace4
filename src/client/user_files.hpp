// The files that the user names on the command line. The front opens them, as the user who started it could,
// and hands descriptors to the connection, which reads them before it reads anything of a stranger.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "base/secret.hpp"
#include "client/options.hpp"
#include "proto/client_messages.hpp"

namespace sallyport::client {

// In the front: the files that the options name, the trace's new and empty; errors name the file.
struct OpenedFiles {
  std::vector<proto::UserFile> names;
  std::vector<Descriptor> descriptors;  // in the same order
};
Result<OpenedFiles> open_user_files(const ConnectOptions& options);

// In the front: hotp's next counter in the token's file, which keeps owner and mode. Written with the rights
// of the folder's owner.
class TokenCounter {
 public:
  explicit TokenCounter(const ConnectOptions& options) : options_(options) {}

  // Nothing where the token came from no file; denied: further than the codes of one login go, all calls
  // together.
  Result<void> advance(std::uint64_t counter);

 private:
  const ConnectOptions& options_;
  std::optional<std::uint64_t> first_;  // the file's, before this run changed it
};

// In the connection: the whole content of each that is read; empty where none was named.
struct UserFiles {
  std::string authorities;
  Secret certificate;
  Secret key;
  Secret token;      // without the end of its line
  Descriptor trace;  // for writing; not open where none was named
};
Result<UserFiles> read_user_files(std::span<const proto::UserFile> names,
                                  std::span<const Descriptor> descriptors);

}  // namespace sallyport::client
