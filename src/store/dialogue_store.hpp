// Logins under way: what a client has proven so far and what is asked next. Clients change connections
// between the requests of a login, so it is found by the login cookie or by the opaque handle that the client
// sends back. In memory only: a login that a restart interrupts begins anew. Any thread may call.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/ip.hpp"
#include "proto/gateway_settings.hpp"
#include "store/sha256.hpp"

namespace sallyport::store {

struct Dialogue {
  std::uint64_t number = 0;  // in flow events: unique, in the order of beginning; no secret
  std::string key;           // the webvpncontext cookie: 32 random bytes in base64
  std::string handle;        // the opaque handle: a random 64-bit number in decimal
  std::string connection_profile;
  std::uint64_t generation = 0;  // of the settings that the profile is from
  int failures = 0;
  std::string user;                    // as typed or, from then on, as proven
  std::set<proto::AuthMethod> proven;  // of those that the connection profile wants
  Address remote;                      // where it began
  std::string path;                    // of the form's URL
  std::chrono::steady_clock::time_point expires;
  std::uint64_t version = 0;  // counts saves
};

struct DialogueLimits {
  std::size_t most = 20000;
  std::size_t most_per_address = 1000;  // of an IPv6 client: per /64
  std::chrono::seconds life{300};       // from its beginning, however much is said
};

class DialogueStore {
 public:
  using Limits = DialogueLimits;
  using Time = std::chrono::steady_clock::time_point;

  explicit DialogueStore(Limits limits = {}) : limits_(limits) {}

  // A new one. Where a limit is reached the oldest goes: a flood of beginnings may cost others a login under
  // way, but never keeps anybody from beginning one. internal: no random numbers.
  Result<Dialogue> begin(const Address& remote, Time now);
  std::optional<Dialogue> find_by_key(std::string_view key, Time now) const;
  std::optional<Dialogue> find_by_handle(std::string_view handle, Time now) const;
  // Replaces it, unless it is gone or was saved since it was found: false, and nothing has changed. Whoever
  // counts a try here before he lets it be checked cannot be outrun by tries side by side. number, key,
  // handle, remote and expires stay as they were. Afterwards the version is one higher, here and in
  // `dialogue`.
  bool save(Dialogue& dialogue);
  bool end(std::string_view key);  // false: it had ended

 private:
  using Number = std::uint64_t;  // in the order of beginning, which is that of expiry as well
  // Looked up by SHA-256 and not by the text itself: how long a comparison takes says nothing that leads to
  // somebody's cookie, and what a client sends costs the same whatever its length.
  using Index = std::map<Sha256, Number>;

  std::optional<Dialogue> find(const Index& index, std::string_view text, Time now) const;
  void drop(Number number);

  const Limits limits_;
  mutable std::mutex mutex_;
  Number last_ = 0;
  std::map<Number, Dialogue> dialogues_;
  Index by_key_;
  Index by_handle_;
  std::map<Address, std::set<Number>> by_address_;
};

}  // namespace sallyport::store
