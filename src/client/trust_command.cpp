#include "client/trust_command.hpp"

#include <fmt/format.h>

#include "client/trust_store.hpp"
#include "proto/url.hpp"

namespace sallyport::client {

Result<void> list_trust() {
  const auto store = TRY(TrustStore::load());
  for (const auto& exception : store.exceptions()) fmt::print("{} {}\n", exception.gateway, exception.pin);
  return {};
}

Result<void> remove_trust(const std::string& gateway) {
  auto store = TRY(TrustStore::load());
  const auto url = TRY(proto::Url::parse(gateway));
  const auto name = url.host + ":" + std::to_string(url.port);
  if (!store.remove(name)) return fail(ErrorKind::unavailable, name + " is not in the list");
  return store.save();
}

}  // namespace sallyport::client
