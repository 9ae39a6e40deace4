#include "gateway/caller.hpp"

namespace sallyport::gateway {

void Caller::log_refusal(int status, const Error& why) const {
  log::info("request refused: " + why.text,
            {log_attempt(), {"peer", peer.to_text()}, {"status", std::int64_t{status}}});
}

void Caller::tell_refusal(int status, const Error& why) const {
  log_refusal(status, why);
  flow.record(
      event(flow::Phase::life, flow::Step::refused).with(flow::FieldName::status, std::int64_t{status}));
}

}  // namespace sallyport::gateway
