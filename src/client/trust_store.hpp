// Lifted blocks: gateways whose certificate has a fault and which the user allowed all the same. An exception
// is for one gateway and one key; another key, or no exception, and the block stands. Kept in the file
// `trust` as lines of "HOST:PORT pin-sha256:…".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sallyport::client {

class TrustStore {
 public:
  struct Exception {
    std::string gateway;  // HOST:PORT
    std::string pin;
    bool operator==(const Exception&) const = default;
  };

  // malformed: "line N: …".
  static Result<TrustStore> parse(std::string_view text);
  std::string serialize() const;

  static Result<TrustStore> load();  // the user's file; empty if there is none
  Result<void> save() const;

  bool allows(std::string_view gateway, std::string_view pin) const;
  bool knows(std::string_view gateway) const;
  void allow(std::string_view gateway,
             std::string_view pin);       // replaces an earlier exception of this gateway
  bool remove(std::string_view gateway);  // false: there was none

  // Whether the connection may leave it like this, that was given `before`: a hostile gateway may have taken
  // it over. Entries may go; new ones come only where the user allows untrusted gateways, a few and
  // well-formed.
  Result<void> check_after(const TrustStore& before, bool allow_untrusted) const;

  const std::vector<Exception>& exceptions() const { return exceptions_; }

 private:
  std::vector<Exception> exceptions_;
};

}  // namespace sallyport::client
