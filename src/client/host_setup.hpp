// Sets this machine up for a tunnel without a script: addresses, routes and DNS. What is done stands in the
// journal, so that the same call does it the first time, after a reconnect with other settings (with the
// least change), and after the machine's own network changed.
#pragma once

#include <string>

#include "client/host_dns.hpp"
#include "client/journal.hpp"
#include "sys/netlink.hpp"

namespace sallyport::client {

class HostSetup {
 public:
  HostSetup(sys::Link interface, sys::Netlink netlink, Journal& journal, DnsPaths paths)
      : interface_(std::move(interface)),
        netlink_(std::move(netlink)),
        journal_(journal),
        dns_(std::move(paths), journal) {}

  // Where IPv6 is disabled but IPv4 is not, it goes on with IPv4 and `complain` hears of it. On an error what
  // was done so far stands in the journal.
  Result<void> apply(proto::HostSettings settings, const Complaint& complain);

  // The tunnel is lost, perhaps with the network that led to the gateway: the routes around it, also to the
  // other addresses that the gateway may have, follow the machine's present network.
  Result<void> follow_network(const proto::HostSettings& settings, const std::vector<Address>& gateways);

 private:
  Result<void> add(const AddedAddress& address);
  Result<void> add(const AddedRoute& route, sys::SameRoute same);
  // Takes back what the journal has of this kind and `wanted` has not.
  template <class Change, class Ours>
  Result<void> keep_only(const std::vector<Change>& wanted, const Ours& is_ours);

  Result<void> set_addresses(const proto::HostSettings& settings);
  Result<void> set_routes_around(const std::vector<Prefix>& prefixes);
  Result<void> set_routes_into_tunnel(const std::vector<Prefix>& prefixes);
  std::vector<sys::Route> foreign_routes();

  sys::Link interface_;
  sys::Netlink netlink_;
  Journal& journal_;
  HostDns dns_;
  bool up_ = false;
};

}  // namespace sallyport::client
