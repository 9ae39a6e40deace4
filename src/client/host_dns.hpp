// The gateway's DNS servers for this machine: by systemd-resolved, by resolvconf, or in /etc/resolv.conf
// itself, whichever is there.
#pragma once

#include <string>
#include <string_view>

#include "client/journal.hpp"
#include "proto/client_messages.hpp"

namespace sallyport::client {

// Where things are; tests have others.
struct DnsPaths {
  std::string resolved_folder = "/run/systemd/resolve";  // present: systemd-resolved runs
  std::string resolvectl = "/usr/bin/resolvectl";
  std::string resolvconf = "/sbin/resolvconf";
  std::string resolv_conf = "/etc/resolv.conf";
};

class HostDns {
 public:
  HostDns(DnsPaths paths, Journal& journal) : paths_(std::move(paths)), journal_(journal) {}

  // The first time and again. Without DNS servers in the settings it leaves everything as it is.
  Result<void> set(const proto::HostSettings& settings, const std::string& interface);

 private:
  enum class Way { unknown, resolved, resolvconf, file };

  Result<void> by_resolved(const proto::HostSettings& settings, const std::string& interface) const;
  Result<void> by_resolvconf(const proto::HostSettings& settings, const std::string& interface);
  Result<void> by_file(const proto::HostSettings& settings);

  DnsPaths paths_;
  Journal& journal_;
  Way way_ = Way::unknown;
};

// --- pure

// What resolvectl is to be told: with split DNS the given domains only, else all names.
struct ResolvedDomains {
  std::vector<std::string> domains;  // "~NAME": asked here, but not appended to short names
  bool all_names = false;
  bool operator==(const ResolvedDomains&) const = default;
};
ResolvedDomains resolved_domains(const proto::HostSettings& settings);

// resolv.conf(5) with our servers and domains in place of the old servers; the old domains follow ours, other
// lines stay. The C library reads three servers at most.
std::string resolv_conf(const proto::HostSettings& settings, std::string_view marker, std::string_view old);

}  // namespace sallyport::client
