#include "gateway/tls_setup.hpp"

#include <chrono>

namespace sallyport::gateway {

Result<std::shared_ptr<TlsSetup>> TlsSetup::make(const net::Executor& executor,
                                                 const proto::TlsSettings& settings,
                                                 Descriptor keeper_socket) {
  auto link = KeeperLink::open(executor, std::move(keeper_socket));
  const std::shared_ptr<tls::Library> library = TRY(tls::Library::open(link->keys()));
  tls::ServerSettings server;
  server.library = library->context();
  server.client_ca = settings.client_ca.value_or("");
  server.client_crl = settings.client_crl.value_or("");
  server.legacy = settings.legacy;
  server.keys_in_keeper = true;
  for (const auto& pair : settings.key_pairs) {
    auto chain = TRY(tls::CertificateChain::parse(pair.chain, library->context()));
    const auto* public_key = chain.leaf().native_public_key();
    if (public_key == nullptr)
      return fail(ErrorKind::unsupported, "a certificate has a key of an unknown kind");
    auto key = TRY(tls::remote_key(*library, *public_key, pair.key));
    server.pairs.push_back({std::move(chain), std::move(key)});
  }
  auto context = TRY(tls::ServerContext::open(std::move(server)));
  return std::shared_ptr<TlsSetup>(new TlsSetup(std::move(link), library, std::move(context)));
}

TlsSetup::~TlsSetup() {
  link_->close();
  library_->leave_thread();  // a tunnel's worker may be the last to hold it
}

Result<tls::Connection> TlsSetup::new_connection() const {
  // Certificates are valid by the real clock.
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return context_.accept(now);
}

}  // namespace sallyport::gateway
