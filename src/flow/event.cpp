#include "flow/event.hpp"

#include <algorithm>

namespace sallyport::flow {

std::string_view title_of(Phase phase) {
  constexpr std::array<std::string_view, 7> titles{
      "TLS handshake", "POST, group selection", "POST, user authentication",
      "downloader",    "CSTP CONNECT",          "DTLS",
      "life"};
  return titles[static_cast<std::size_t>(phase) - 1];
}

std::optional<int> number_of(Phase phase) {
  return phase == Phase::life ? std::nullopt : std::optional(static_cast<int>(phase));
}

std::string_view name_of(Direction direction) {
  constexpr std::array<std::string_view, 3> names{"local", "to_peer", "from_peer"};
  return names[static_cast<std::size_t>(direction)];
}

std::string_view name_of(Step step) {
  constexpr std::array<std::string_view, 18> names{"connecting", "connected", "certificate_judged",
                                                   "sent",       "received",  "asked",
                                                   "refused",    "finished",  "failed",
                                                   "gave_up",    "began",     "accepted",
                                                   "lost",       "detached",  "taken_over",
                                                   "roamed",     "rekeyed",   "ended"};
  return names[static_cast<std::size_t>(step)];
}

namespace {

// In the order of FieldName: as in a trace, and as a person reads it.
struct FieldWords {
  std::string_view name;
  std::string_view label;
};
constexpr std::array<FieldWords, 27> field_words{{{"peer", "peer"},
                                                  {"version", "version"},
                                                  {"cipher", "cipher"},
                                                  {"group", "key exchange"},
                                                  {"session_id_sent", "Session ID length sent"},
                                                  {"session_id_chosen", "Session ID length received"},
                                                  {"verdict", "certificate"},
                                                  {"reason", "reason"},
                                                  {"message", "message"},
                                                  {"status", "status"},
                                                  {"connection_profile", "connection profile"},
                                                  {"round", "round"},
                                                  {"user", "user"},
                                                  {"session", "session"},
                                                  {"ipv4", "IPv4"},
                                                  {"ipv6", "IPv6"},
                                                  {"cstp_mtu", "X-CSTP-MTU"},
                                                  {"dtls_mtu", "X-DTLS-MTU"},
                                                  {"mtu", "MTU"},
                                                  {"interface", "interface"},
                                                  {"profile", "profile"},
                                                  {"fetched", "files fetched"},
                                                  {"bytes", "bytes"},
                                                  {"login", "login"},
                                                  {"client_certificate", "client certificate"},
                                                  {"method", "method"},
                                                  {"suite", "suite"}}};

const FieldWords& words_of(FieldName name) {
  return field_words[static_cast<std::size_t>(name)];
}

}  // namespace

std::string_view name_of(FieldName name) {
  return words_of(name).name;
}

std::string_view field_label(FieldName name) {
  return words_of(name).label;
}

Word::Word(std::string_view text) : size_(static_cast<std::uint8_t>(std::min(text.size(), text_.size()))) {
  std::transform(text.begin(), text.begin() + size_, text_.begin(),
                 [](char character) { return character >= ' ' && character < '\x7f' ? character : '?'; });
}

Event& Event::with(FieldName name, std::int64_t number) {
  add({name, number});
  return *this;
}

Event& Event::with(FieldName name, std::string_view word) {
  add({name, Word(word)});
  return *this;
}

// A ninth field is a mistake in the program, and losing it is better than losing the event.
void Event::add(Field field) {
  if (count_ < most_fields) fields_[count_++] = field;
}

std::optional<std::uint64_t> Event::number(FieldName name) const {
  for (const auto& field : fields()) {
    if (field.name != name) continue;
    const auto* value = std::get_if<std::int64_t>(&field.value);
    return value == nullptr ? std::nullopt : std::optional(static_cast<std::uint64_t>(*value));
  }
  return std::nullopt;
}

}  // namespace sallyport::flow
