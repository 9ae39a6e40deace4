#include "client/client_certificate.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "client/outcome.hpp"
#include "tls/identity.hpp"

namespace sallyport::client {

namespace {

constexpr int max_questions = 3;
constexpr std::chrono::days soon{60};  // as openconnect

// Which files, for errors may be about either.
std::string described(const ConnectOptions& options) {
  auto text = "the client certificate " + escape_for_log(options.certificate);
  if (!options.key.empty()) text += " with the key " + escape_for_log(options.key);
  return text;
}

// A line of standard input is a passphrase only where none was given; a wrong one would cost the next
// password.
bool may_ask(bool given, Prompt& prompt) {
  return prompt.secrets_on_stdin() ? !given : prompt.can_ask();
}

net::Task<tls::KeyPair> load(const UserFiles& files, const ConnectOptions& options, Prompt& prompt,
                             const Console& console) {
  auto passphrase = options.key_password;
  bool given = !passphrase.empty();
  for (int questions = 0;; ++questions) {
    auto loaded = tls::load_identity(files.certificate.reveal(), files.key.reveal(), passphrase);
    if (loaded) co_return std::move(*loaded);
    auto why = loaded.error();
    why.text = "cannot use " + described(options) + ": " + why.text;
    const bool locked = why.kind == ErrorKind::denied;
    if (locked && !given) why.text += " (--key-password)";
    if (!locked || questions == max_questions || !may_ask(given, prompt)) throw Failure(why);
    if (given) console.complain(why.text);
    const auto& file = options.key.empty() ? options.certificate : options.key;
    auto answer = co_await prompt.secret("Passphrase of " + escape_for_log(file) + ":");
    if (!answer) throw Failure(why);
    passphrase = std::move(*answer);
    given = true;  // an empty line, too, is an answer
  }
}

}  // namespace

net::Task<std::vector<tls::KeyPair>> load_client_certificate(const UserFiles& files,
                                                             const ConnectOptions& options, Prompt& prompt,
                                                             const Console& console) {
  std::vector<tls::KeyPair> identities;
  if (options.certificate.empty()) co_return identities;
  auto identity = co_await load(files, options, prompt, console);
  const auto& own = identity.chain.leaf();
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto warning = validity_warning(own.not_before(), own.not_after(), now);
  if (!warning.empty()) {
    console.complain("warning: the client certificate " + escape_for_log(options.certificate) + ' ' +
                     warning);
  }
  identities.push_back(std::move(identity));
  co_return identities;
}

std::string validity_warning(std::chrono::sys_seconds not_before, std::chrono::sys_seconds not_after,
                             std::chrono::sys_seconds now) {
  if (now < not_before) return fmt::format("is not valid before {:%Y-%m-%d %H:%M} UTC", not_before);
  if (now >= not_after) return fmt::format("has expired on {:%Y-%m-%d}", not_after);
  if (not_after - now < soon) return fmt::format("expires on {:%Y-%m-%d}", not_after);
  return {};
}

void check_own_certificate(const tls::Connection& connection, const Error& why,
                           const ConnectOptions& options) {
  const bool refused = why.kind == ErrorKind::denied;  // an alert
  if (!connection.certificate_requested() || (!refused && why.kind != ErrorKind::closed)) return;
  if (!refused && options.certificate.empty()) {
    throw Ended(ExitCode::login_failed,
                {why.kind, why.text + "; perhaps it wants a client certificate (--certificate)"});
  }
  std::string text = options.certificate.empty()
                         ? "the gateway asks for a client certificate (--certificate), and none was given"
                         : "the gateway does not accept " + described(options);
  text += refused ? ": " + why.text : ": it ended the connection";
  throw Ended(ExitCode::login_failed, {ErrorKind::denied, std::move(text)});
}

}  // namespace sallyport::client
