// Flow events as they leave the process: the answer to `sallyportctl trace`, and the lines of the client's
// `--trace FILE`, one event each. JSON; keys are snake_case, an absent value is null.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace sallyport::proto {

inline constexpr std::string_view admin_trace_path = "/api/v1/trace";  // GET, with /ID behind it
// Of the events of one answer: the newest stay.
inline constexpr std::size_t max_trace_events = 1000;

struct TraceEvent {
  using Value = std::variant<std::uint64_t, std::string>;

  std::string time;                                   // RFC 3339, with microseconds
  std::optional<std::uint64_t> attempt;               // the connection; none: no connection of the process's
  std::optional<std::uint64_t> phase;                 // 1 to 6; none: what comes after them
  std::string title;                                  // of the phase: "TLS handshake" … "life"
  std::string direction;                              // local, to_peer, from_peer
  std::string step;                                   // connected, sent, received, finished …
  std::vector<std::pair<std::string, Value>> fields;  // in their order; no name twice
  bool operator==(const TraceEvent&) const = default;

  std::string serialize() const;
  static Result<TraceEvent> parse(std::string_view json);
};

struct Trace {
  enum class Kind : std::uint8_t { session, attempt };

  std::uint64_t id = 0;
  Kind kind = Kind::session;
  bool is_whole = true;            // false: the beginning is missing
  std::string recorded_since;      // RFC 3339: earlier events went with a former gateway process
  std::vector<TraceEvent> events;  // in their order, also where the clock was set back
  bool operator==(const Trace&) const = default;

  std::string serialize() const;
  static Result<Trace> parse(std::string_view json);
};

}  // namespace sallyport::proto
