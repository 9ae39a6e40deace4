// Keys, chains and revocation lists of files: they are refused in words, or fit together. PKCS#12 is left
// out: its files say themselves how long it takes to open them.
#include <cstdlib>

#include "tls/identity.hpp"
#include "tls/library.hpp"
#include "tls/private_key.hpp"
#include "tls/server_context.hpp"

using namespace sallyport;

namespace {

void require(bool law) {
  if (!law) std::abort();
}

// openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt
// openssl req -x509 -new -subj /CN=fixed.example.com -days 3650
constexpr std::string_view own_identity = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSaaJGWkIbKBkcFe1
PAGJdiDQtwvIa7oZLRCkNCWnqDKhRANCAAQdcZUCR20mnB3JYKZ94D0GKIVkAYzX
nh5vmgoJjdBjiVPRFu5YCMp4V2SjX9uZHHFN+ncV9mhSrnZGsaoAD1n4
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBjTCCATOgAwIBAgIUMjxWN/MH2bf+IUwu4kNi6zhRMJ4wCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRZml4ZWQuZXhhbXBsZS5jb20wHhcNMjYxMTI2MDc0NDA3WhcN
MzYxMTIzMDc0NDA3WjAcMRowGAYDVQQDDBFmaXhlZC5leGFtcGxlLmNvbTBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABB1xlQJHbSacHclgpn3gPQYohWQBjNeeHm+a
CgmN0GOJU9EW7lgIynhXZKNf25kccU36dxX2aFKudkaxqgAPWfijUzBRMB0GA1Ud
DgQWBBS30ezE9onD/oAPnWx89TNSY2MIoDAfBgNVHSMEGDAWgBS30ezE9onD/oAP
nWx89TNSY2MIoDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIEPi
jPkZi0zgAf06jUVAV3FFy5OHfMZSU+HO/ZM45lxoAiEAu658w6aFtz1WkKJ2H0S3
z6s287xVYa+Sml7qB//roIQ=
-----END CERTIFICATE-----
)";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  if ((size > 0 && data[0] == 0x30) || as_text(bytes).find("-----BEGIN ") == std::string_view::npos) return 0;
  const auto identity = tls::load_identity(bytes, {}, Secret());
  require(identity.has_value() || !identity.error().text.empty());

  static const auto& library = *or_throw(tls::Library::open()).release();
  const auto key = tls::PrivateKey::load(Secret(as_text(bytes)), library);
  if (key) require(!key->public_key().empty());
  require(key.has_value() || !key.error().text.empty());

  for (const bool is_list : {false, true}) {
    tls::ServerSettings settings;
    settings.pairs.push_back(or_throw(tls::load_identity(as_bytes(own_identity), {}, Secret())));
    (is_list ? settings.client_crl : settings.client_ca) = as_text(bytes);
    const auto context = tls::ServerContext::open(std::move(settings));
    require(context.has_value() || !context.error().text.empty());
  }
  return 0;
}
