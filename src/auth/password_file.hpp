// The file of users and passwords in ocpasswd's format, read by the authenticator (phase 3) and, for listing,
// by the admin tool. A line is  user:group1,group2:hash
//   groups  may be empty; groups of one character ('*', 'x') stand for none, as ocpasswd's manual says
//   hash    crypt(3) with '$'; '!' before it locks the user; empty: the user has the empty password, as has
//           one for whom ocpasswd hashed an empty line
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/secret.hpp"

namespace sallyport::auth {

struct PasswordEntry {
  std::string user;
  std::vector<std::string> groups;
  Secret hash;  // without the '!'
  bool locked = false;
};

class PasswordFile {
 public:
  struct Accepted {
    std::vector<std::string> groups;
    bool operator==(const Accepted&) const = default;
  };
  struct Refused {
    bool operator==(const Refused&) const = default;
  };
  struct Locked {  // the password was right: who does not know it learns nothing about the lock
    bool operator==(const Locked&) const = default;
  };
  using Verdict = std::variant<Accepted, Refused, Locked>;

  // malformed: "line N: sentence"; also for a second line of the same user.
  static Result<PasswordFile> parse(std::string_view file);

  // Takes as long for a name that is not there as for one that is.
  Verdict verify(std::string_view user, const Secret& password) const;

  const PasswordEntry* find(std::string_view user) const;  // null: no such user
  const std::vector<PasswordEntry>& entries() const { return entries_; }

 private:
  std::string decoy_for(std::string_view user) const;

  std::vector<PasswordEntry> entries_;  // in the file's order
  std::unordered_map<std::string, std::size_t> by_user_;
  std::vector<std::size_t> hashed_;  // the entries that have a hash: the decoys are taken from them
};

}  // namespace sallyport::auth
