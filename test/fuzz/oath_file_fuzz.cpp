// Any file of tokens, and any code of any user, end in a verdict; a code is spent once it was accepted. What
// comes before the first zero byte is the file, what comes after it the client's --token-secret.
#include <cstdlib>

#include "auth/oath_file.hpp"
#include "auth/token_secret.hpp"

using namespace sallyport;

namespace {

void try_client_secret(std::string_view text) {
  const Secret secret(text);
  for (const auto mode : {auth::OtpMode::totp, auth::OtpMode::hotp}) {
    const auto token = auth::parse_token_secret(mode, secret);
    if (!token) continue;
    if (auth::code_at(*token, 1).size() != static_cast<std::size_t>(token->digits)) std::abort();
    if (mode == auth::OtpMode::totp) continue;
    auto expected = *token;
    expected.counter = 77;
    if (or_throw(auth::parse_token_secret(mode, auth::counter_advanced(secret, 77))) != expected)
      std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = as_text({data, size});
  const auto end = std::min(text.find('\0'), text.size());
  if (const auto file = auth::OathFile::parse(text.substr(0, end))) {
    using Verdict = auth::OathFile::Verdict;
    auth::OtpState state;
    const auth::WallTime now{std::chrono::seconds(59)};
    for (const auto* code : {"755224", "94287082"}) {
      const auto first = file->verify("alice", Secret(code), state, now);
      const auto again = file->verify("alice", Secret(code), state, now);
      if (first.verdict != Verdict::accepted || again.verdict != Verdict::accepted) continue;
      // By chance another token has the same code, or this one has it again later.
      if (again.token == first.token && again.position <= first.position) std::abort();
    }
  }
  if (end < text.size()) try_client_secret(text.substr(end + 1));
  return 0;
}
