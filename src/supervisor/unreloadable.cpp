#include "supervisor/unreloadable.hpp"

#include <algorithm>

namespace sallyport::supervisor {

namespace {

// Where a value stands in its file is no difference.
template <class T>
bool same(const Located<T>& left, const Located<T>& right) {
  return left.value == right.value;
}

template <class T>
bool same(const std::vector<Located<T>>& left, const std::vector<Located<T>>& right) {
  return std::ranges::equal(left, right, {}, &Located<T>::value, &Located<T>::value);
}

template <class T>
bool same(const T& left, const T& right) {
  return left == right;
}

template <class T>
bool keep(const T& now, T& next) {
  if (same(now, next)) return true;
  next = now;
  return false;
}

}  // namespace

std::vector<std::string_view> keep_unreloadable(const Config& now, Config& next) {
  std::vector<std::string_view> differing;
  // All are kept, also behind the first that differs.
  const auto section = [&](std::string_view name, std::initializer_list<bool> unchanged) {
    if (std::ranges::find(unchanged, false) != unchanged.end()) differing.push_back(name);
  };
  section("listen", {keep(now.listen.tcp, next.listen.tcp), keep(now.listen.udp, next.listen.udp),
                     keep(now.listen.admin, next.listen.admin)});
  section("process", {keep(now.process.control_threads, next.process.control_threads),
                      keep(now.process.workers, next.process.workers)});
  section("tunnel", {keep(now.tunnel.interface, next.tunnel.interface),
                     keep(now.tunnel.address_pool, next.tunnel.address_pool),
                     keep(now.tunnel.address_pool6, next.tunnel.address_pool6),
                     keep(now.tunnel.forwarding, next.tunnel.forwarding),
                     keep(now.tunnel.tun_offload, next.tunnel.tun_offload),
                     keep(now.tunnel.udp_gso, next.tunnel.udp_gso),
                     keep(now.tunnel.coalesce_udp, next.tunnel.coalesce_udp),
                     keep(now.tunnel.dtls_crypto, next.tunnel.dtls_crypto)});
  section("state", {keep(now.state.directory, next.state.directory)});
  return differing;
}

}  // namespace sallyport::supervisor
