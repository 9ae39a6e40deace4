#include "client/admission.hpp"

#include "client/session_cookie.hpp"

namespace sallyport::client {

namespace {

// Not the certificate's hash: ocserv names the first of its certificates there, whichever it sent.
void fill_in(proto::AuthComplete& complete, const proto::ConfigCookie& cookie) {
  if (complete.base_package_uri.empty()) complete.base_package_uri = cookie.base_path;
  if (complete.profiles.files.empty() && !cookie.profile_path.empty()) {
    complete.profiles.files.push_back(proto::profile_entry(cookie.profile_path, cookie.profile_hash));
  }
}

}  // namespace

Result<Admission> Admission::from(proto::AuthComplete complete, const proto::CookieJar& cookies) {
  Admission admission;
  admission.token = complete.session_token;
  if (const auto* token = cookies.find("webvpn"); token != nullptr && admission.token.empty()) {
    admission.token = *token;
  }
  if (admission.token.empty()) {
    return fail(ErrorKind::malformed, "the gateway completed the login without a session token");
  }
  if (!is_cookie_value(admission.token.reveal_text())) {
    return fail(ErrorKind::malformed, "the gateway's session token has characters that no cookie may have");
  }
  if (const auto* told = cookies.find("webvpnc")) {
    // A broken one tells nothing; the login stands without it.
    if (const auto cookie = proto::ConfigCookie::parse(told->reveal_text())) fill_in(complete, *cookie);
  }
  admission.complete = std::move(complete);
  return admission;
}

}  // namespace sallyport::client
