// Reading the admin API's JSON, for its .cpp files alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/result.hpp"

namespace sallyport::proto::admin_json {

namespace json = boost::json;

constexpr int max_depth = 8;

inline Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = max_depth;
  boost::system::error_code error;
  auto value = json::parse({text.data(), text.size()}, error, {}, options);
  if (error) return fail(ErrorKind::malformed, "not JSON: " + error.message());
  return value;
}

inline Result<json::object> parse_object(std::string_view text) {
  auto value = TRY(parse_json(text));
  if (!value.is_object()) return fail(ErrorKind::malformed, "a JSON object is expected");
  return std::move(value.as_object());
}

inline Result<json::array> parse_array(std::string_view text) {
  auto value = TRY(parse_json(text));
  if (!value.is_array()) return fail(ErrorKind::malformed, "a JSON list is expected");
  return std::move(value.as_array());
}

inline tl::unexpected<Error> fail_key(std::string_view key) {
  return fail(ErrorKind::malformed, "the key '" + std::string(key) + "' is missing or of another type");
}

inline Result<std::string> text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains({key.data(), key.size()});
  if (value == nullptr || !value->is_string()) return fail_key(key);
  return std::string(value->as_string());
}

template <class Number>
Result<Number> number_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains({key.data(), key.size()});
  if (value == nullptr) return fail_key(key);
  boost::system::error_code error;
  const auto number = value->to_number<Number>(error);
  if (error) return fail_key(key);
  return number;
}

// A key whose value may be null.
inline Result<std::optional<std::string>> optional_text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains({key.data(), key.size()});
  if (value != nullptr && value->is_null()) return std::nullopt;
  return TRY(text_of(object, key));
}

inline Result<bool> flag_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains({key.data(), key.size()});
  if (value == nullptr || !value->is_bool()) return fail_key(key);
  return value->as_bool();
}

inline Result<const json::object*> object_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains({key.data(), key.size()});
  if (value == nullptr || !value->is_object()) return fail_key(key);
  return &value->as_object();
}

inline json::value to_value(const std::optional<std::string>& text) {
  return text ? json::value(*text) : json::value(nullptr);
}

}  // namespace sallyport::proto::admin_json
