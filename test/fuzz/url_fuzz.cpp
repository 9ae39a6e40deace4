// URLs that users and gateways write: what was read is written and read alike, also after joining. The first
// line is the URL, the rest is joined to it.
#include <cstdlib>

#include "proto/downloader_urls.hpp"
#include "proto/form_encoding.hpp"
#include "proto/url.hpp"

using namespace sallyport;
using namespace sallyport::proto;

namespace {

void check(const Url& url) {
  const auto text = url.serialize();
  if (text.size() > 4096) return;
  const auto again = Url::parse(text);
  if (!again || !(*again == url)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = as_text({data, size});
  const auto line_end = std::min(text.find('\n'), text.size());
  const auto url = Url::parse(text.substr(0, line_end));
  if (url) check(*url);
  const auto base = url ? *url : Url{.host = "vpn.example.com", .path = "/a/b"};
  if (const auto joined = base.join(text.substr(std::min(line_end + 1, text.size())))) check(*joined);
  (void)route_path(text);
  (void)downloader_answer(text);
  (void)requested_profile(text);
  if (const auto fields = parse_form(text)) {
    const auto form = serialize_form(*fields);
    if (form.size() <= 65536 && !(parse_form(form) == fields)) std::abort();
  }
  return 0;
}
