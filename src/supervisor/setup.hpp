// A configuration with everything it names opened: what start and reload begin with.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "proto/gateway_settings.hpp"
#include "proto/role_messages.hpp"
#include "supervisor/config.hpp"
#include "supervisor/config_files.hpp"

namespace sallyport::supervisor {

struct Setup {
  Config config;
  LoadedFiles files;
  std::vector<Descriptor> key_files;      // as config.tls.key_pairs
  std::vector<Descriptor> account_files;  // of each AAA by name: users, then OTP if it has one
  std::vector<Position> account_places;   // where the configuration names each of them

  // All errors as "FILE:LINE:COLUMN: sentence".
  static Result<std::unique_ptr<Setup>> load(const std::string& config_file);

  std::vector<proto::AaaSettings> aaa_settings() const;
  proto::GatewaySettings gateway_settings(std::uint64_t generation, std::int64_t started_at) const;
  // A key that the keeper read must belong to its certificate.
  Result<void> match_keys(const std::vector<Bytes>& public_keys) const;
};

}  // namespace sallyport::supervisor
