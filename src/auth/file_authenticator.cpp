#include "auth/file_authenticator.hpp"

namespace sallyport::auth {

namespace {

using proto::AuthenticatorAnswer;
using proto::AuthenticatorRequest;
using Reason = AuthenticatorAnswer::Reason;

AuthenticatorAnswer::Outcome refused(Reason reason) {
  return AuthenticatorAnswer::Refused{reason};
}

template <class File>
Result<File> parse(const char* name, const Secret& text) {
  auto file = File::parse(text.reveal_text());
  if (!file) file.error().text = std::string(name) + ": " + file.error().text;
  return file;
}

}  // namespace

Result<std::unique_ptr<Authenticator>> FileAuthenticator::open(const Secret& users,
                                                               const std::optional<Secret>& otp,
                                                               std::shared_ptr<OtpLedger> ledger) {
  auto passwords = TRY(parse<PasswordFile>("users", users));
  auto tokens = otp ? TRY(parse<OathFile>("otp", *otp)) : OathFile();
  return std::unique_ptr<Authenticator>(
      new FileAuthenticator(std::move(passwords), std::move(tokens), std::move(ledger)));
}

AuthenticatorAnswer::Outcome FileAuthenticator::authenticate(const AuthenticatorRequest& request,
                                                             WallTime now) {
  return request.method == AuthenticatorRequest::Method::password ? check_password(request)
                                                                  : check_code(request, now);
}

AuthenticatorAnswer::Outcome FileAuthenticator::check_password(const AuthenticatorRequest& request) const {
  const auto verdict = users_.verify(request.user, request.answer);
  if (const auto* accepted = std::get_if<PasswordFile::Accepted>(&verdict))
    return AuthenticatorAnswer::Accepted{accepted->groups};
  if (std::holds_alternative<PasswordFile::Locked>(verdict)) return refused(Reason::locked);
  return refused(users_.find(request.user) == nullptr ? Reason::no_such_user : Reason::bad_credentials);
}

AuthenticatorAnswer::Outcome FileAuthenticator::check_code(const AuthenticatorRequest& request,
                                                           WallTime now) const {
  if (!tokens_.has(request.user)) return refused(Reason::no_otp_secret);
  const auto* entry = users_.find(request.user);
  if (entry != nullptr && entry->locked) return refused(Reason::locked);
  const auto verdict = ledger_->verify(request.aaa, tokens_, request.user, request.answer, now);
  if (!verdict) return AuthenticatorAnswer::Unavailable{verdict.error().text};
  if (!*verdict) return refused(Reason::too_many);
  if (**verdict == OathFile::Verdict::replayed) return refused(Reason::replayed);
  if (**verdict != OathFile::Verdict::accepted) return refused(Reason::bad_credentials);
  return AuthenticatorAnswer::Accepted{entry != nullptr ? entry->groups : std::vector<std::string>{}};
}

}  // namespace sallyport::auth
