#include "supervisor/config_readers.hpp"

#include <cctype>
#include <numeric>

#include <fmt/format.h>

#include "base/text.hpp"

namespace sallyport::supervisor {
namespace {

constexpr std::size_t max_complaints = 100;

// What a person would call the value that was found.
std::string describe(const TomlNode& node) {
  if (const auto* text = std::get_if<std::string>(&node.value)) {
    return fmt::format("\"{}\"", escape_for_log(*text, 60));
  }
  if (const auto* number = std::get_if<std::int64_t>(&node.value)) return std::to_string(*number);
  if (const auto* flag = std::get_if<bool>(&node.value)) return *flag ? "true" : "false";
  if (const auto* other = std::get_if<TomlOther>(&node.value)) return other->name;
  if (const auto* list = std::get_if<TomlArray>(&node.value))
    return fmt::format("a list of {}", list->size());
  return "a table";
}

// Letters inserted, dropped, changed or swapped with their neighbour: how far two words are apart.
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> before(right.size() + 1);
  std::vector<std::size_t> previous(right.size() + 1);
  std::vector<std::size_t> current(right.size() + 1);
  std::iota(previous.begin(), previous.end(), 0U);
  for (std::size_t i = 1; i <= left.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t changed = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, changed});
      if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) {
        current[j] = std::min(current[j], before[j - 2] + 1);
      }
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return previous.back();
}

bool is_control(char character) {
  return static_cast<unsigned char>(character) < 0x20 || character == 0x7f;
}

bool is_letter_or_digit(char character) {
  return std::isalnum(static_cast<unsigned char>(character)) != 0;
}

bool is_line(std::string_view text, std::size_t limit) {
  return !text.empty() && text.size() <= limit && std::none_of(text.begin(), text.end(), is_control);
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t unit = 0;
  switch (text.back()) {
    case 's':
      unit = 1;
      break;
    case 'm':
      unit = 60;
      break;
    case 'h':
      unit = 3600;
      break;
    case 'd':
      unit = 86400;
      break;
    default:
      return std::nullopt;
  }
  const auto count = parse_number(text.substr(0, text.size() - 1), 100'000'000);
  if (!count) return std::nullopt;
  return std::chrono::seconds(*count * unit);
}

std::string to_text(std::chrono::seconds duration) {
  const auto count = duration.count();
  if (count % 86400 == 0) return fmt::format("{}d", count / 86400);
  if (count % 3600 == 0) return fmt::format("{}h", count / 3600);
  if (count % 60 == 0) return fmt::format("{}m", count / 60);
  return fmt::format("{}s", count);
}

bool is_domain_name(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  const auto labels = split(text, '.');
  return std::all_of(labels.begin(), labels.end(), [](std::string_view label) {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), [](char character) {
             return is_letter_or_digit(character) || character == '-' || character == '_';
           });
  });
}

// dev_valid_name() of the kernel, without '%', which it would take for a template.
bool is_interface_name(std::string_view text) {
  return !text.empty() && text.size() <= 15 && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), [](char character) {
           return character > ' ' && character < 0x7f && character != '/' && character != ':' &&
                  character != '%';
         });
}

std::optional<std::string> parse_url_path(std::string_view text) {
  const bool printable = std::all_of(text.begin(), text.end(),
                                     [](char character) { return character > ' ' && character < 0x7f; });
  if (!printable || text.size() < 2 || text.size() > 255) return std::nullopt;
  if (text.front() != '/' || text.find_first_of("?#") != std::string_view::npos) return std::nullopt;
  if (text.back() == '/') text.remove_suffix(1);  // "Exact path, after cutting one trailing slash"
  if (text.size() < 2) return std::nullopt;
  return std::string(text);
}

std::optional<Prefix> parse_network(std::string_view text) {
  const auto prefix = Prefix::parse(text);
  if (!prefix || prefix->address() != prefix->network()) return std::nullopt;
  return *prefix;
}

// Addresses that clients can't have: unspecified, loopback, link-local, multicast, reserved, IPv4 in IPv6.
bool is_special(const Prefix& pool) {
  for (const auto* text :
       {"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::/8", "fe80::/10", "ff00::/8"}) {
    const auto special = Prefix::parse(text);
    if (special && (special->contains(pool.network()) || pool.contains(special->network()))) return true;
  }
  return false;
}

}  // namespace

std::string place(std::string_view file_name, Position at) {
  return fmt::format("{}:{}:{}", file_name, std::max(at.line, 1U), std::max(at.column, 1U));
}

std::string Complaints::to_text(std::string_view file_name) const {
  auto sorted = list_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Complaint& left, const Complaint& right) { return left.at < right.at; });
  if (sorted.size() > max_complaints) {
    sorted[max_complaints].sentence = fmt::format("{} more errors follow", sorted.size() - max_complaints);
    sorted.resize(max_complaints + 1);
  }
  std::string lines;
  for (const auto& [at, sentence] : sorted) {
    lines += fmt::format("{}{}: {}", lines.empty() ? "" : "\n", place(file_name, at), sentence);
  }
  return lines;
}

std::nullopt_t Context::expected(const TomlNode& node, std::string_view what) const {
  complaints.add(node.at, fmt::format("'{}' must be {}, not {}", key, what, describe(node)));
  return std::nullopt;
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::string_view nearest;
  std::size_t least = std::min<std::size_t>(3, word.size() / 2 + 1);  // a near miss, not another word
  if (word.size() > 64) return "";
  for (const auto candidate : candidates) {
    const auto apart = distance(to_lower(word), to_lower(candidate));
    if (apart < least) {
      least = apart;
      nearest = candidate;
    }
  }
  return nearest.empty() ? "" : fmt::format("; did you mean '{}'?", escape_for_log(nearest, 64));
}

std::string join(const std::vector<std::string_view>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::span<const TomlNode> items_of(const TomlNode& node) {
  if (const auto* array = std::get_if<TomlArray>(&node.value)) return *array;
  const auto* text = std::get_if<std::string>(&node.value);
  return text && text->empty() ? std::span<const TomlNode>() : std::span(&node, 1);
}

std::string list_size(std::size_t minimum, std::size_t maximum) {
  if (minimum == 0) return fmt::format("a list of at most {}", maximum);
  return fmt::format("a list of {} to {}", minimum, maximum);
}

Read<bool> flag() {
  return [](const Context& context, const TomlNode& node) -> std::optional<bool> {
    if (const auto* value = std::get_if<bool>(&node.value)) return *value;
    return context.expected(node, "true or false");
  };
}

Read<std::int64_t> number(std::int64_t minimum, std::int64_t maximum) {
  return [=](const Context& context, const TomlNode& node) -> std::optional<std::int64_t> {
    const auto* value = std::get_if<std::int64_t>(&node.value);
    if (value && *value >= minimum && *value <= maximum) return *value;
    return context.expected(node, fmt::format("a number from {} to {}", minimum, maximum));
  };
}

Read<std::chrono::seconds> duration(std::chrono::seconds minimum, std::chrono::seconds maximum, Off off) {
  const auto what = fmt::format("a duration from \"{}\" to \"{}\" (s, m, h or d){}", to_text(minimum),
                                to_text(maximum), off == Off::allowed ? " or \"none\"" : "");
  return [=](const Context& context, const TomlNode& node) -> std::optional<std::chrono::seconds> {
    const auto* text = std::get_if<std::string>(&node.value);
    const auto* count = std::get_if<std::int64_t>(&node.value);
    if (off == Off::allowed && ((text && (*text == "none" || *text == "0")) || (count && *count == 0))) {
      return std::chrono::seconds(0);
    }
    const auto value = text ? parse_duration(*text) : std::nullopt;
    if (value && off == Off::allowed && value->count() == 0) return *value;
    if (!value || *value < minimum || *value > maximum) return context.expected(node, what);
    return *value;
  };
}

Read<std::string> line_of_text(std::size_t limit) {
  return parsed<std::string>(fmt::format("one line of text, at most {} bytes", limit),
                             [limit](std::string_view text) -> std::optional<std::string> {
                               if (!is_line(text, limit)) return std::nullopt;
                               return std::string(text);
                             });
}

Read<std::string> paragraph(std::size_t limit) {
  return parsed<std::string>(fmt::format("text of at most {} bytes without control characters", limit),
                             [limit](std::string_view text) -> std::optional<std::string> {
                               std::string lines(text);
                               std::erase(lines, '\r');
                               const bool clean = std::none_of(
                                   lines.begin(), lines.end(),
                                   [](char character) { return is_control(character) && character != '\n'; });
                               if (!clean || lines.size() > limit) return std::nullopt;
                               return lines;
                             });
}

Read<std::string> path() {
  return parsed<std::string>("the name of a file or folder",
                             [](std::string_view text) -> std::optional<std::string> {
                               if (!is_line(text, 4095)) return std::nullopt;
                               return std::string(text);
                             });
}

Read<std::string> domain_name() {
  return parsed<std::string>("a domain name such as \"example.com\"",
                             [](std::string_view text) -> std::optional<std::string> {
                               if (!is_domain_name(text)) return std::nullopt;
                               return std::string(text);
                             });
}

Read<std::string> interface_name() {
  return parsed<std::string>("the name of a network interface, at most 15 characters",
                             [](std::string_view text) -> std::optional<std::string> {
                               if (!is_interface_name(text)) return std::nullopt;
                               return std::string(text);
                             });
}

Read<std::string> url_path() {
  return parsed<std::string>("a path that begins with '/' such as \"/staff\", without a query",
                             parse_url_path);
}

Read<Endpoint> endpoint() {
  return parsed<Endpoint>("an address and port such as \"192.0.2.1:443\" or \"[::]:443\"",
                          [](std::string_view text) -> std::optional<Endpoint> {
                            const auto value = Endpoint::parse(text);
                            if (!value || value->port == 0) return std::nullopt;
                            return *value;
                          });
}

Read<Address> address() {
  return parsed<Address>("an IP address", [](std::string_view text) -> std::optional<Address> {
    const auto value = Address::parse(text);
    if (!value) return std::nullopt;
    return *value;
  });
}

Read<Prefix> network() {
  return parsed<Prefix>("a network such as \"10.0.0.0/8\" or \"fd00::/8\", with no bit set beyond its length",
                        parse_network);
}

Read<Prefix> address_pool(Address::Family family, int longest) {
  const bool v4 = family == Address::Family::v4;
  const auto what = fmt::format(
      "an {} network such as \"{}\" with a length of at most {}, no bit set beyond it and none of "
      "the special ranges",
      v4 ? "IPv4" : "IPv6", v4 ? "10.20.0.0/16" : "fd20::/64", longest);
  return parsed<Prefix>(what, [=](std::string_view text) -> std::optional<Prefix> {
    const auto value = parse_network(text);
    if (!value || value->address().family() != family) return std::nullopt;
    if (value->length() > longest || is_special(*value)) return std::nullopt;
    return value;
  });
}

}  // namespace sallyport::supervisor
