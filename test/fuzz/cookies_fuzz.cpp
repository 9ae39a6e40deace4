// Cookie, Set-Cookie and webvpnc values: what was read is written and read alike.
#include <cstdlib>

#include "base/text.hpp"
#include "proto/cookies.hpp"

using namespace sallyport;
using namespace sallyport::proto;

namespace {

template <class M>
void check(std::string_view text) {
  const auto value = M::parse(text);
  if (!value) return;
  const auto again = M::parse(value->serialize());
  if (value->serialize().size() <= 4096 && (!again || !(*again == *value))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = as_text({data, size});
  const auto cookies = parse_cookies(text);
  if (!(parse_cookies(serialize_cookies(cookies)) == cookies)) std::abort();
  check<ConfigCookie>(text);
  CookieJar jar;
  for (const auto line : split(text, '\n')) {
    check<SetCookie>(line);
    if (const auto cookie = SetCookie::parse(line)) jar.store(*cookie);
  }
  if (parse_cookies(jar.header()).size() > 64) std::abort();
  return 0;
}
