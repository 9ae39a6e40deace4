// One line per key: its name, the member it sets, the reader that checks it, its default and its meaning.
// read_section walks such a table over a section of the file; config_reference prints it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "supervisor/config_readers.hpp"

namespace sallyport::supervisor {

template <class Section>
struct Key {
  std::string_view name;
  std::string_view standard;  // the default as one would write it; empty: there is none
  std::string_view help;      // empty: left out of the reference
  std::function<void(const Context&, const TomlNode&, Section&)> read;
};

template <class T>
constexpr bool is_located = false;
template <class T>
constexpr bool is_located<Located<T>> = true;

// A member takes the value as it is, with its place, or (a list) with the place of each entry or without.
template <class To, class From>
void assign(To& to, From from) {
  if constexpr (is_located<To>) {
    assign(to.value, std::move(from));
  } else if constexpr (std::is_arithmetic_v<To>) {
    to = static_cast<To>(from);
  } else if constexpr (std::is_assignable_v<To&, From>) {
    to = std::move(from);
  } else {
    to.clear();
    for (auto& item : from) to.push_back(std::move(item.value));
  }
}

// `member` is a pointer to a member or a function that picks one.
template <class Section, class Member, class T>
Key<Section> key(std::string_view name, Member member, Read<T> read, std::string_view standard,
                 std::string_view help) {
  const auto set = [member, read = std::move(read)](const Context& context, const TomlNode& node,
                                                    Section& section) {
    auto value = read(context, node);
    auto& target = std::invoke(member, section);
    if constexpr (is_located<std::decay_t<decltype(target)>>) target.at = node.at;  // given, even if wrong
    if (value) assign(target, *std::move(value));
  };
  return {name, standard, help, set};
}

template <class Section>
using Keys = std::vector<Key<Section>>;

std::string unknown(std::string_view kind, std::string_view name,
                    const std::vector<std::string_view>& candidates);

// Keys are read in the table's order. `title` is the section as it is written: "[listen]".
template <class Section>
void read_section(const Keys<Section>& keys, const TomlNode& node, std::string_view title, Section& section,
                  Complaints& complaints) {
  const auto* table = std::get_if<TomlTable>(&node.value);
  if (!table) return complaints.add(node.at, "this must be a section, written " + std::string(title));
  std::vector<std::string_view> names;
  for (const auto& each : keys) {
    names.push_back(each.name);
    if (const auto* entry = find(*table, each.name)) {
      each.read(Context{complaints, each.name}, entry->node, section);
    }
  }
  for (const auto& entry : *table) {
    if (std::find(names.begin(), names.end(), entry.key) == names.end()) {
      complaints.add(entry.at, unknown("key", entry.key, names));
    }
  }
}

}  // namespace sallyport::supervisor
