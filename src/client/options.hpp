// What the user asked for on the command line, with openconnect's meanings.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace sallyport::client {

struct ConnectOptions {
  std::string target;                // HOST[:PORT][/GROUP-URL]
  std::vector<std::string> resolve;  // HOST:ADDRESS: instead of asking DNS
  std::string ca_file;
  bool system_trust = true;
  std::vector<std::string> server_pins;  // --servercert
  bool allow_untrusted = false;          // lifts the block for this gateway's certificate, with a warning
  bool allow_insecure_crypto = false;
  bool non_interactive = false;
  bool verbose = false;
};

}  // namespace sallyport::client
