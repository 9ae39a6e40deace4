// Readers of single configuration values: each takes a TOML node and gives a checked value, or complains and
// gives nothing. The tables of config_tables.cpp are made of them.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ip.hpp"
#include "supervisor/toml_document.hpp"

namespace sallyport::supervisor {

// Collects what is wrong while reading goes on.
class Complaints {
 public:
  void add(Position at, std::string sentence) { list_.push_back({at, std::move(sentence)}); }
  bool empty() const { return list_.empty(); }
  // "FILE:LINE:COLUMN: sentence", one line each, in the order of the file.
  std::string to_text(std::string_view file_name) const;

 private:
  std::vector<Complaint> list_;
};

std::string place(std::string_view file_name, Position at);  // "FILE:LINE:COLUMN"

// The key being read, for the sentence of a complaint.
struct Context {
  Complaints& complaints;
  std::string_view key;

  // "'mtu' must be a number from 576 to 16384, not 300"
  std::nullopt_t expected(const TomlNode& node, std::string_view what) const;
};

// "; did you mean 'interface'?", or nothing when no candidate is near.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates);

std::string join(const std::vector<std::string_view>& parts, std::string_view separator);

template <class T>
using Read = std::function<std::optional<T>(const Context&, const TomlNode&)>;

Read<bool> flag();
Read<std::int64_t> number(std::int64_t minimum, std::int64_t maximum);
// "90s", "30m", "12h", "1d". With Off::allowed also 0 and "none", which give zero.
enum class Off { refused, allowed };
Read<std::chrono::seconds> duration(std::chrono::seconds minimum, std::chrono::seconds maximum, Off off);

// A string that `parse` takes; `what` says what that is.
template <class T>
Read<T> parsed(std::string what, std::function<std::optional<T>(std::string_view)> parse) {
  return [what = std::move(what), parse = std::move(parse)](const Context& context,
                                                            const TomlNode& node) -> std::optional<T> {
    const auto* text = std::get_if<std::string>(&node.value);
    // TOML can write a zero byte; functions of the C library would take it for the end.
    const bool whole = text && text->find('\0') == std::string::npos;
    auto value = whole ? parse(*text) : std::nullopt;
    if (!value) return context.expected(node, what);
    return value;
  };
}

Read<std::string> line_of_text(std::size_t limit);  // not empty, no control characters
Read<std::string> paragraph(std::size_t limit);     // may be empty and may have several lines
Read<std::string> path();
Read<std::string> domain_name();
Read<std::string> interface_name();
Read<std::string> url_path();
Read<Endpoint> endpoint();
Read<Address> address();
Read<Prefix> network();  // host bits clear, either family
Read<Prefix> address_pool(Address::Family family, int longest);

// One of a few words.
template <class T>
Read<T> choice(std::vector<std::pair<std::string_view, T>> words) {
  std::string what;
  for (std::size_t i = 0; i < words.size(); ++i) {
    what += i == 0 ? "\"" : i + 1 == words.size() ? "\" or \"" : "\", \"";
    what += words[i].first;
  }
  return parsed<T>(what + "\"", [words = std::move(words)](std::string_view text) -> std::optional<T> {
    for (const auto& [word, value] : words) {
      if (word == text) return value;
    }
    return std::nullopt;
  });
}

std::span<const TomlNode> items_of(const TomlNode& node);
std::string list_size(std::size_t minimum, std::size_t maximum);  // "a list of 1 to 3"

// A list of values, none twice; a single value stands for a list of one, and "" for an empty list.
template <class T>
Read<std::vector<Located<T>>> list_of(Read<T> item, std::size_t minimum, std::size_t maximum) {
  using List = std::optional<std::vector<Located<T>>>;
  return [=, item = std::move(item)](const Context& context, const TomlNode& node) -> List {
    const auto items = items_of(node);
    if (items.size() < minimum || items.size() > maximum) {
      return context.expected(node, list_size(minimum, maximum));
    }
    std::vector<Located<T>> values;
    for (const auto& one : items) {
      auto value = item(context, one);
      if (!value) continue;
      const auto same = [&](const Located<T>& other) { return other.value == *value; };
      if (std::any_of(values.begin(), values.end(), same)) {
        context.complaints.add(one.at, "this stands in the list twice");
      } else {
        values.push_back({*std::move(value), one.at});
      }
    }
    if (values.size() != items.size()) return std::nullopt;
    return values;
  };
}

}  // namespace sallyport::supervisor
