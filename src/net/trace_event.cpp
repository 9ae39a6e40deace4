#include "net/trace_event.hpp"

#include <fmt/chrono.h>

namespace sallyport::net {

std::string trace_time(std::chrono::system_clock::time_point time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = std::chrono::floor<std::chrono::microseconds>(time - second);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(second)),
                     rest.count());
}

proto::TraceEvent trace_event(const flow::Event& event) {
  proto::TraceEvent told;
  told.time = trace_time(event.time);
  if (event.attempt != 0) told.attempt = event.attempt;
  if (const auto phase = flow::number_of(event.phase)) told.phase = static_cast<std::uint64_t>(*phase);
  told.title = flow::title_of(event.phase);
  told.direction = flow::name_of(event.direction);
  told.step = flow::name_of(event.step);
  for (const auto& field : event.fields()) {
    const auto name = std::string(flow::name_of(field.name));
    if (const auto* word = std::get_if<flow::Word>(&field.value)) {
      told.fields.emplace_back(name, std::string(word->view()));
    } else {
      told.fields.emplace_back(name, static_cast<std::uint64_t>(std::get<std::int64_t>(field.value)));
    }
  }
  return told;
}

}  // namespace sallyport::net
