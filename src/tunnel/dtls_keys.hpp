// From what CONNECT agreed on to the keys of phase 6: the same at both ends.
#pragma once

#include <memory>

#include "proto/connect_reply.hpp"
#include "tls/connection.hpp"
#include "tls/dtls.hpp"

namespace sallyport::tunnel {

// `master_secret`: of CONNECT's request, for a resumption. A pre-shared key comes out of the connection that
// CONNECT came on.
Result<std::shared_ptr<const tls::DtlsKeys>> dtls_keys(const proto::DtlsTerms& terms,
                                                       const Secret& master_secret,
                                                       const tls::Connection& connection);
// The same after a renegotiation, when the connection gives another pre-shared key. openconnect takes that
// for its next handshake, which follows at once; ocserv expects it (observed with 9.01 and 1.1.6).
Result<std::shared_ptr<const tls::DtlsKeys>> renegotiated_keys(tls::DtlsKeys keys,
                                                               const tls::Connection& connection);

}  // namespace sallyport::tunnel
