// Which proofs a login has given and which it owes: the methods of its connection profile, one after the
// other. The certificate, which came with the handshake, goes before the others wherever it stands. Pure.
#pragma once

#include <optional>

#include "gateway/client_certificate.hpp"
#include "store/dialogue_store.hpp"

namespace sallyport::gateway {

// The login is for this profile, of this generation of the settings, from now on: nothing is proven yet.
void begin_rounds(store::Dialogue& login, const proto::ConnectionProfile& profile, std::uint64_t generation);
// Whether it is so already. A reload may have given the profile other methods, or another back end.
bool is_begun(const store::Dialogue& login, const proto::ConnectionProfile& profile,
              std::uint64_t generation);

// What is to be proven next; nothing: all is.
std::optional<proto::AuthMethod> next_method(const proto::ConnectionProfile& profile,
                                             const store::Dialogue& login);

// Takes the certificate's proof where one is owed. denied: why it proves nobody, fit for the client.
Result<void> take_certificate(store::Dialogue& login, const proto::ConnectionProfile& profile,
                              const ClientCertificate& certificate);

// Whether somebody else is proven already: then this name can't log in, whatever its password.
bool contradicts_proof(const store::Dialogue& login, std::string_view user);

}  // namespace sallyport::gateway
