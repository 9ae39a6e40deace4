#include "admin/trace_text.hpp"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"

namespace sallyport::admin {

namespace {

using std::chrono::microseconds;

// Of "2026-11-21T10:00:00.000250Z", since 1970.
std::optional<microseconds> moment_of(std::string_view time) {
  constexpr std::size_t size = 27;
  if (time.size() != size) return std::nullopt;
  const auto number = [time](std::size_t begin, std::size_t digits) {
    unsigned value = 0;
    std::from_chars(time.data() + begin, time.data() + begin + digits, value);
    return value;
  };
  using namespace std::chrono;
  const year_month_day date(year(static_cast<int>(number(0, 4))), month(number(5, 2)), day(number(8, 2)));
  return sys_days(date).time_since_epoch() + hours(number(11, 2)) + minutes(number(14, 2)) +
         seconds(number(17, 2)) + microseconds(number(20, 6));
}

std::string milliseconds_between(std::string_view first, std::string_view second) {
  const auto from = moment_of(first);
  const auto to = moment_of(second);
  if (!from || !to) return "?";
  return fmt::format("{:.3f}", std::chrono::duration<double, std::milli>(*to - *from).count());
}

std::string_view arrow(std::string_view direction) {
  if (direction == "to_peer") return "->";
  return direction == "from_peer" ? "<-" : "";
}

std::string fields_text(const proto::TraceEvent& event) {
  std::string text;
  for (const auto& [name, value] : event.fields) {
    if (!text.empty()) text += "  ";
    text += escape_for_log(name) + '=';
    if (const auto* word = std::get_if<std::string>(&value)) {
      text += field_for_log(*word, " =");
    } else {
      text += std::to_string(std::get<std::uint64_t>(value));
    }
  }
  return text;
}

}  // namespace

std::string trace_text(const proto::Trace& trace) {
  const bool of_session = trace.kind == proto::Trace::Kind::session;
  auto text = fmt::format("{} {}", of_session ? "session" : "connection", trace.id);
  if (!trace.events.empty()) text += ", times in ms since " + escape_for_log(trace.events.front().time);
  text += '\n';
  if (!trace.is_whole) {
    text += fmt::format("the beginning is missing: a gateway keeps its last events, since {} at most\n",
                        escape_for_log(trace.recorded_since));
  }
  for (const auto& event : trace.events) {
    const auto attempt = event.attempt ? std::to_string(*event.attempt) : "-";
    const auto phase = event.phase ? std::to_string(*event.phase) : " ";
    auto line = fmt::format("{:>12} {:>6}  {} {:<25} {:<2} {:<10} {}",
                            milliseconds_between(trace.events.front().time, event.time), attempt, phase,
                            escape_for_log(event.title), arrow(event.direction), escape_for_log(event.step),
                            fields_text(event));
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

}  // namespace sallyport::admin
