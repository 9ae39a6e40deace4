// A flow event: one step of a connection's six phases, or of the session's life after them, as a small value
// of fixed size. Both sides emit them; the client's progress display and the traces read them. There is no
// free text: a field has a name from the list below and holds a number or a short printable word, so that a
// password or a token has no way in.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace sallyport::flow {

enum class Phase : std::uint8_t {
  handshake = 1,     // 1 TLS handshake
  select_group = 2,  // 2 POST, group selection
  authenticate = 3,  // 3 POST, user authentication
  download = 4,      // 4 downloader
  connect = 5,       // 5 CSTP CONNECT
  dtls = 6,          // 6 DTLS
  life = 7,          // what comes after them; it has no number for a reader
};
std::string_view title_of(Phase phase);  // "TLS handshake" …
std::optional<int> number_of(Phase phase);

enum class Direction : std::uint8_t { local, to_peer, from_peer };
std::string_view name_of(Direction direction);  // as in a trace: "to_peer"

enum class Step : std::uint8_t {
  connecting,          // TCP connection wanted
  connected,           // TCP connection made or accepted
  certificate_judged,  // the peer's certificate, with the verdict
  sent,                // a message went to the peer
  received,            // a message came from the peer
  asked,               // the user, or by the gateway's form
  refused,             // an answer was wrong; another try follows
  finished,            // the phase is done
  failed,              // the phase ended the attempt
  gave_up,             // the phase came to nothing, the attempt goes on without
  began,               // a login, which may go over several connections
  accepted,            // an answer was right; the login wants another, or is done
  lost,                // a tunnel or its DTLS, which had worked
  detached,            // the session has no tunnel any more and waits for a client that comes back
  taken_over,          // this connection's session has another tunnel now
  roamed,              // the peer has another address or port
  rekeyed,             // the tunnel's keys are new
  ended,               // the session, for good
};
std::string_view name_of(Step step);

enum class FieldName : std::uint8_t {
  peer,               // address:port
  version,            // of TLS or DTLS
  cipher,             // suite, OpenSSL's name
  group,              // key-exchange group
  session_id_sent,    // bytes of the Session ID in our or the peer's Client Hello
  session_id_chosen,  // bytes of the one in the Server Hello
  verdict,            // of a certificate: trusted, pinned, allowed, blocked
  reason,             // ErrorKind in words
  message,            // type of a config-auth message, or method of a request
  status,             // of an HTTP reply
  connection_profile,
  round,  // of a login: the first is 1
  user,
  session,   // its id
  ipv4,      // inner address
  ipv6,      // ...
  cstp_mtu,  // X-CSTP-MTU
  dtls_mtu,  // X-DTLS-MTU
  mtu,       // of the interface
  interface,
  profile,             // file name of a client profile
  fetched,             // files that the downloader got
  bytes,               // of them
  login,               // its number: which connections belong to one
  client_certificate,  // not requested, none, given, faulty
  method,              // of a login's round: password, one-time password, certificate
  suite,               // of DTLS, as CONNECT's headers name it
};
std::string_view name_of(FieldName name);      // as in a trace: "session_id_sent"
std::string_view field_label(FieldName name);  // as a person reads it: "Session ID sent, bytes"

// At most 63 characters, spaces among them; longer text is cut, anything but printable ASCII becomes '?'.
class Word {
 public:
  Word() = default;
  explicit Word(std::string_view text);
  std::string_view view() const { return {text_.data(), size_}; }
  bool operator==(const Word& other) const { return view() == other.view(); }

 private:
  std::array<char, 63> text_{};
  std::uint8_t size_ = 0;
};

struct Field {
  FieldName name = FieldName::peer;
  std::variant<std::int64_t, Word> value;
  bool operator==(const Field&) const = default;
};

class Event {
 public:
  static constexpr std::size_t most_fields = 8;

  Event(std::uint64_t attempt_id, Phase in_phase, Step what, Direction which_way = Direction::local)
      : attempt(attempt_id), phase(in_phase), step(what), direction(which_way) {}

  Event& with(FieldName name, std::int64_t number);
  Event& with(FieldName name, std::string_view word);
  std::span<const Field> fields() const { return {fields_.data(), count_}; }
  std::optional<std::uint64_t> number(FieldName name) const;  // nothing: no such field, or a word

  // Set by the Recorder. The order of events is that of the second: the first may be set back.
  std::chrono::system_clock::time_point time;
  std::chrono::steady_clock::time_point moment;
  std::uint64_t attempt = 0;  // a connection, unique within the process; 0: none
  Phase phase;
  Step step;
  Direction direction;

 private:
  void add(Field field);
  std::array<Field, most_fields> fields_{};
  std::uint8_t count_ = 0;
};

}  // namespace sallyport::flow
