#include "client/progress.hpp"

#include <cstdio>

#include <fmt/format.h>

namespace sallyport::client {

namespace {

std::string details_of(const flow::Event& event) {
  std::string text;
  for (const auto& field : event.fields()) {
    if (!text.empty()) text += ", ";
    text += field_label(field.name);
    text += ' ';
    if (const auto* word = std::get_if<flow::Word>(&field.value)) {
      text += word->view();
    } else {
      text += std::to_string(std::get<std::int64_t>(field.value));
    }
  }
  return text;
}

}  // namespace

void Progress::show(const flow::Event& event) {
  if (phase_ != event.phase) {
    phase_ = event.phase;
    phase_began_ = event.time;
  }
  if (event.step != flow::Step::finished && !verbose_) return;
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(event.time - phase_began_);
  const auto number = static_cast<int>(event.phase);
  if (event.step == flow::Step::finished) {
    fmt::print(stderr, "{} {:<26} {:>8.1f} ms  {}\n", number, title_of(event.phase),
               static_cast<double>(took.count()) / 1000.0, details_of(event));
  } else {
    fmt::print(stderr, "{}   {} {}\n", number, name_of(event.step), details_of(event));
  }
}

}  // namespace sallyport::client
