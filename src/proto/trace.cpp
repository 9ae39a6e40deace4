#include "proto/trace.hpp"

#include "proto/admin_json.hpp"

namespace sallyport::proto {

namespace {

using namespace admin_json;

json::value to_value(const std::optional<std::uint64_t>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

Result<std::optional<std::uint64_t>> optional_number_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains({key.data(), key.size()});
  if (value != nullptr && value->is_null()) return std::nullopt;
  return TRY(number_of<std::uint64_t>(object, key));
}

json::object to_object(const TraceEvent& event) {
  json::object fields;
  for (const auto& [name, value] : event.fields) {
    std::visit([&](const auto& one) { fields[name] = one; }, value);
  }
  return {
      {"time", event.time},         {"attempt", to_value(event.attempt)}, {"phase", to_value(event.phase)},
      {"title", event.title},       {"direction", event.direction},       {"step", event.step},
      {"fields", std::move(fields)}};
}

Result<TraceEvent> to_event(const json::value& value) {
  if (!value.is_object()) return fail(ErrorKind::malformed, "a JSON object is expected");
  const auto& object = value.as_object();
  TraceEvent event;
  event.attempt = TRY(optional_number_of(object, "attempt"));
  event.phase = TRY(optional_number_of(object, "phase"));
  for (const auto& [key, member] :
       {std::pair("time", &TraceEvent::time), std::pair("title", &TraceEvent::title),
        std::pair("direction", &TraceEvent::direction), std::pair("step", &TraceEvent::step)}) {
    event.*member = TRY(text_of(object, key));
  }
  const auto* fields = object.if_contains("fields");
  if (fields == nullptr || !fields->is_object()) return fail_key("fields");
  for (const auto& field : fields->as_object()) {
    if (field.value().is_string()) {
      event.fields.emplace_back(field.key(), std::string(field.value().as_string()));
    } else {
      event.fields.emplace_back(field.key(), TRY(number_of<std::uint64_t>(fields->as_object(), field.key())));
    }
  }
  return event;
}

std::string_view name_of(Trace::Kind kind) {
  return kind == Trace::Kind::session ? "session" : "attempt";
}

}  // namespace

std::string TraceEvent::serialize() const {
  return json::serialize(to_object(*this));
}

Result<TraceEvent> TraceEvent::parse(std::string_view text) {
  return to_event(TRY(parse_json(text)));
}

std::string Trace::serialize() const {
  json::array list;
  for (const auto& event : events) list.push_back(to_object(event));
  return json::serialize(json::object{{"id", id},
                                      {"kind", name_of(kind)},
                                      {"is_whole", is_whole},
                                      {"recorded_since", recorded_since},
                                      {"events", std::move(list)}});
}

Result<Trace> Trace::parse(std::string_view text) {
  const auto object = TRY(parse_object(text));
  Trace trace;
  trace.id = TRY(number_of<std::uint64_t>(object, "id"));
  const auto kind = TRY(text_of(object, "kind"));
  if (kind != name_of(Kind::session) && kind != name_of(Kind::attempt)) return fail_key("kind");
  trace.kind = kind == name_of(Kind::session) ? Kind::session : Kind::attempt;
  trace.is_whole = TRY(flag_of(object, "is_whole"));
  trace.recorded_since = TRY(text_of(object, "recorded_since"));
  const auto* list = object.if_contains("events");
  if (list == nullptr || !list->is_array()) return fail_key("events");
  for (const auto& value : list->as_array()) trace.events.push_back(TRY(to_event(value)));
  return trace;
}

}  // namespace sallyport::proto
