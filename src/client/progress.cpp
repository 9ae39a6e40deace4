#include "client/progress.hpp"

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
  if (event.phase == flow::Phase::life) {
    if (console_.verbose()) console_.say(fmt::format("    {} {}", name_of(event.step), details_of(event)));
    return;
  }
  auto& course = courses_.try_emplace(event.phase, Course{event.moment}).first->second;
  const bool ends = event.step == flow::Step::finished;
  const int number = static_cast<int>(event.phase);
  if (ends && !course.finished) {
    course.finished = true;
    const std::chrono::duration<double, std::milli> took = event.moment - course.began;
    console_.say(fmt::format("{} {:<26} {:>8.1f} ms  {}", number, title_of(event.phase), took.count(),
                             details_of(event)));
  } else if (console_.verbose()) {
    console_.say(fmt::format("{}   {} {}", number, name_of(event.step), details_of(event)));
  }
}

}  // namespace sallyport::client
