#include "gateway/login_rounds.hpp"

#include <algorithm>

namespace sallyport::gateway {

using proto::AuthMethod;

void begin_rounds(store::Dialogue& login, const proto::ConnectionProfile& profile, std::uint64_t generation) {
  login.connection_profile = profile.name;
  login.generation = generation;
  login.proven.clear();
  login.user.clear();
}

bool is_begun(const store::Dialogue& login, const proto::ConnectionProfile& profile,
              std::uint64_t generation) {
  return login.connection_profile == profile.name && login.generation == generation;
}

std::optional<AuthMethod> next_method(const proto::ConnectionProfile& profile, const store::Dialogue& login) {
  const auto owed = [&login](AuthMethod method) { return !login.proven.contains(method); };
  const auto& methods = profile.methods;
  if (owed(AuthMethod::certificate) && std::ranges::find(methods, AuthMethod::certificate) != methods.end()) {
    return AuthMethod::certificate;
  }
  const auto next = std::ranges::find_if(methods, owed);
  return next == methods.end() ? std::nullopt : std::optional(*next);
}

Result<void> take_certificate(store::Dialogue& login, const proto::ConnectionProfile& profile,
                              const ClientCertificate& certificate) {
  if (next_method(profile, login) != AuthMethod::certificate) return {};
  login.user = TRY(user_of(certificate, *profile.certificate_user));
  login.proven.insert(AuthMethod::certificate);
  return {};
}

bool contradicts_proof(const store::Dialogue& login, std::string_view user) {
  return !login.proven.empty() && user != login.user;
}

}  // namespace sallyport::gateway
