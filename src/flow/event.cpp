#include "flow/event.hpp"

#include <algorithm>

namespace sallyport::flow {

std::string_view title_of(Phase phase) {
  constexpr std::array<std::string_view, 6> titles{
      "TLS handshake", "POST, group selection", "POST, user authentication",
      "downloader",    "CSTP CONNECT",          "DTLS"};
  return titles[static_cast<std::size_t>(phase) - 1];
}

std::string_view name_of(Step step) {
  constexpr std::array<std::string_view, 9> names{"connecting", "connected", "certificate_judged",
                                                  "sent",       "received",  "asked",
                                                  "refused",    "finished",  "failed"};
  return names[static_cast<std::size_t>(step)];
}

std::string_view name_of(FieldName name) {
  constexpr std::array<std::string_view, 21> names{"peer",
                                                   "version",
                                                   "cipher",
                                                   "group",
                                                   "session_id_sent",
                                                   "session_id_chosen",
                                                   "verdict",
                                                   "reason",
                                                   "message",
                                                   "status",
                                                   "connection_profile",
                                                   "form",
                                                   "round",
                                                   "user",
                                                   "session",
                                                   "ipv4",
                                                   "ipv6",
                                                   "cstp_mtu",
                                                   "dtls_mtu",
                                                   "mtu",
                                                   "interface"};
  return names[static_cast<std::size_t>(name)];
}

std::string_view field_label(FieldName name) {
  constexpr std::array<std::string_view, 21> labels{"peer",
                                                    "version",
                                                    "cipher",
                                                    "key exchange",
                                                    "Session ID length sent",
                                                    "Session ID length received",
                                                    "certificate",
                                                    "reason",
                                                    "message",
                                                    "status",
                                                    "connection profile",
                                                    "form",
                                                    "round",
                                                    "user",
                                                    "session",
                                                    "IPv4",
                                                    "IPv6",
                                                    "X-CSTP-MTU",
                                                    "X-DTLS-MTU",
                                                    "MTU",
                                                    "interface"};
  return labels[static_cast<std::size_t>(name)];
}

Word::Word(std::string_view text) : size_(static_cast<std::uint8_t>(std::min(text.size(), text_.size()))) {
  std::transform(text.begin(), text.begin() + size_, text_.begin(),
                 [](char character) { return character > ' ' && character < '\x7f' ? character : '?'; });
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

std::string Event::to_text() const {
  std::string text = std::to_string(static_cast<int>(phase));
  text += ' ';
  text += title_of(phase);
  text += ' ';
  text += name_of(step);
  for (const auto& field : fields()) {
    text += ' ';
    text += name_of(field.name);
    text += '=';
    if (const auto* word = std::get_if<Word>(&field.value)) {
      text += word->view();
    } else {
      text += std::to_string(std::get<std::int64_t>(field.value));
    }
  }
  return text;
}

}  // namespace sallyport::flow
