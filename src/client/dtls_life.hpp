// What a tunnel's DTLS does to the user and the interface (phase 6): told when it is up and when it has
// ended, and another MTU where it is blocked or its path is narrow.
#pragma once

#include <optional>

#include "client/open_tunnel.hpp"

namespace sallyport::client {

class DtlsLife {
 public:
  // `opened`, whose settings follow the MTU, and the others outlive it.
  DtlsLife(Opened& opened, const Attempt& attempt, const net::Executor& executor);

  // Throws Failure: the machine could not be set up anew.
  net::Task<void> on(const tunnel::DtlsReport& report);
  // DTLS has ended a moment ago, and the tunnel has not.
  void tell_end();

 private:
  void come_up(const tunnel::DtlsReport& report);
  void end(const tunnel::DtlsReport& report);
  net::Task<void> give_up(const tunnel::DtlsReport& report);
  net::Task<void> fit(std::uint16_t passes);
  net::Task<void> use(std::uint16_t mtu, bool dtls);
  std::uint16_t with_room_for_ipv6(std::uint16_t mtu) const;

  Opened& opened_;
  const Attempt& attempt_;
  net::Executor executor_;
  bool up_ = false;
  std::string why_;  // it has ended, as long as that is not told
  std::optional<net::Alarm> end_is_told_;
};

}  // namespace sallyport::client
