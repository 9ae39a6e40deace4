// Client profiles: a gateway's check never passes what its clients cannot read.
#include <cstdlib>

#include "base/bytes.hpp"
#include "proto/profile.hpp"

using namespace sallyport;
using namespace sallyport::proto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = as_text({data, size});
  const auto profile = Profile::parse(text);
  if (check_profile(text).has_value() && !profile) std::abort();
  if (!profile) return 0;
  for (const auto& host : profile->hosts) (void)host.url_text();
  return 0;
}
