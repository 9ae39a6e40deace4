#include "gateway/caller.hpp"

#include "base/log.hpp"

namespace sallyport::gateway {

void Caller::log_refusal(int status, const Error& why) const {
  log::info("request refused: " + why.text, {{"peer", peer.to_text()}, {"status", std::int64_t{status}}});
}

}  // namespace sallyport::gateway
