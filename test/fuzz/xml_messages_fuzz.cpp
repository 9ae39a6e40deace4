// Every XML message of phases 2 to 4, and the form reply: what was read is written and read alike.
#include <cstdlib>

#include "proto/auth_message.hpp"
#include "proto/opaque.hpp"
#include "proto/preferences.hpp"

using namespace sallyport;
using namespace sallyport::proto;

namespace {

constexpr std::size_t limit = 64 * 1024;

template <class M>
void check(std::string_view body) {
  const auto message = M::parse(body);
  if (!message) return;
  const auto text = message->serialize();
  if (text.size() > limit) return;  // escapes make it longer
  const auto again = M::parse(text);
  if (!again || !(*again == *message)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto body = as_text({data, size});
  check<AuthInit>(body);
  check<AuthReply>(body);
  check<AuthLogout>(body);
  check<AuthForm>(body);
  check<AuthComplete>(body);
  check<FormReply>(body);
  check<Manifest>(body);
  check<Opaque>(body);
  check<Preferences>(body);
  (void)parse_client_message(body);
  (void)parse_gateway_message(body);
  (void)document_kind(body);
  if (const auto form = AuthForm::parse_v1(body)) {
    const auto text = form->serialize_v1();
    if (text.size() <= limit && !(AuthForm::parse_v1(text) == form)) std::abort();
  }
  // What the client returns verbatim is one whole element.
  const auto form = AuthForm::parse(body);
  if (form && !form->opaque.empty() && !Opaque::parse(form->opaque)) std::abort();
  return 0;
}
