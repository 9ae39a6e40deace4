#include "client/host_tunnel.hpp"

#include <utility>

namespace sallyport::client {

namespace {

// Each tunnel of a session is told anew how much of its time is left; the machine does not care.
bool means_the_same(proto::HostSettings one, proto::HostSettings other) {
  for (auto* settings : {&one, &other}) {
    settings->headers.clear();
    settings->banner.clear();
    settings->idle_timeout = {};
  }
  return one == other;
}

}  // namespace

HostTunnel::HostTunnel(const ConnectOptions& options, HostPaths paths, Complaint complain)
    : options_(options), paths_(std::move(paths)), complain_(std::move(complain)) {
  recover(paths_.journal_folder, complain_);
}

Result<void> HostTunnel::configure(const proto::HostSettings& settings) {
  auto done = set_up(settings);
  if (!done) undo();
  return done;
}

// The guard before the interface: it must not inherit it.
Result<void> HostTunnel::begin(const proto::HostSettings& settings) {
  journal_.emplace(TRY(Journal::create(paths_.journal_folder)));
  guard_.emplace(TRY(HostGuard::start(*journal_)));
  if (!options_.script.empty()) {
    script_.emplace(options_.script, options_.verbose, *journal_);
    run_script("pre-init", settings);
  }
  const auto& name = options_.interface;
  tun_ = TRY(sys::open_tun({.name = name.empty() ? "sally%d" : name, .offload = !options_.no_tun_offload}));
  if (script_) return {};
  auto netlink = TRY(sys::Netlink::open());
  auto link = TRY(netlink.link(tun_.name));
  setup_.emplace(std::move(link), std::move(netlink), *journal_, paths_.dns);
  return {};
}

Result<void> HostTunnel::set_up(const proto::HostSettings& settings) {
  if (!settings_) TRY(begin(settings));
  const auto before = std::exchange(settings_, settings);
  if (setup_ && before && means_the_same(*before, settings)) return setup_->follow_network(settings, {});
  if (setup_) return setup_->apply(settings, complain_);
  return set_up_by_script(before, settings);
}

// For the usual script `reconnect` means that nothing has changed: other addresses are a new tunnel to it.
Result<void> HostTunnel::set_up_by_script(const std::optional<proto::HostSettings>& before,
                                          const proto::HostSettings& settings) {
  const bool same = before && before->ipv4 == settings.ipv4 && before->ipv6 == settings.ipv6;
  if (before && !same) run_script("disconnect", *before);
  // A journal grows with each promise, and a client may build its tunnel again thousands of times.
  if (!before || !means_the_same(*before, settings)) TRY(script_->promise_disconnect(settings, tun_.name));
  run_script(same ? "reconnect" : "connect", settings);
  if (!same || before->mtu == settings.mtu) return {};
  auto netlink = TRY(sys::Netlink::open());
  const auto link = TRY(netlink.link(tun_.name));
  return netlink.set_mtu(link.index, settings.mtu);
}

void HostTunnel::reconnecting(const std::vector<Address>& gateways) {
  if (!settings_) return;
  if (script_) run_script("attempt-reconnect", *settings_);
  if (!setup_) return;
  if (const auto followed = setup_->follow_network(*settings_, gateways); !followed)
    complain_(followed.error());
}

void HostTunnel::run_script(std::string_view reason, const proto::HostSettings& settings) {
  if (const auto done = script_->run(reason, settings, tun_.name); !done) complain_(done.error());
}

void HostTunnel::undo() {
  if (journal_) {
    journal_->undo_all(complain_);
    journal_->remove();
  }
  settings_.reset();
  setup_.reset();
  script_.reset();
  tun_ = {};
  guard_.reset();
  journal_.reset();
}

}  // namespace sallyport::client
