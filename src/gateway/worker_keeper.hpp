// The way from a tunnel worker to the keeper, for renegotiations (TLS 1.2 and before). The worker waits for
// each answer, and with it all of its tunnels: so not for long, and after a failure not at all for a while.
#pragma once

#include <chrono>

#include "base/descriptor.hpp"
#include "tls/remote_key.hpp"

namespace sallyport::gateway {

class WorkerKeeper : public tls::KeyTransport {
 public:
  explicit WorkerKeeper(Descriptor socket);

  bool send(const tls::KeyRequest& request) override;
  Result<tls::KeyAnswer> receive() override;

 private:
  using Clock = std::chrono::steady_clock;

  Result<tls::KeyAnswer> give_up(Error error);

  Descriptor socket_;
  Clock::time_point limit_;     // of the request that is open
  Clock::time_point trust_at_;  // until then every request fails at once
};

}  // namespace sallyport::gateway
