// The public files that a configuration names, read whole. Private keys, password and OTP files are not read
// here: the supervisor opens those for the processes that need them and never sees their content.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "supervisor/config.hpp"

namespace sallyport::supervisor {

struct LoadedFiles {
  std::vector<std::string> certificates;               // one for each of config.tls.key_pairs
  std::string client_ca;                               // empty: none named
  std::string client_crl;                              // empty: none named
  std::map<std::string, std::string> client_profiles;  // by the path in the configuration

  bool operator==(const LoadedFiles&) const = default;
};

// All files that can't be used are told at once, each with the place that names it.
Result<LoadedFiles> load_files(const Config& config);

}  // namespace sallyport::supervisor
