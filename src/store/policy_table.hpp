// The policies that sessions hold, each once in memory and once in the database, known by the SHA-256 of its
// record. A policy that no session holds any more is found out here and leaves the database. Used by one
// thread; policies themselves may be let go of anywhere.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "store/session_record.hpp"

namespace sallyport::store {

using PolicyPointer = std::shared_ptr<const proto::GroupPolicy>;

class PolicyTable {
 public:
  // The pointer that all sessions with this policy share. nullptr stays nullptr.
  PolicyPointer intern(PolicyPointer policy);
  // Of a pointer that intern() or restore() gave.
  PolicyKey key_of(const PolicyPointer& policy) const;

  // Takes a record that the database has. malformed: the record, or a key that is not its own.
  Result<PolicyPointer> restore(const PolicyKey& key, ByteView record);

  // What the database lacks, and what it has in vain.
  struct Difference {
    std::vector<std::pair<PolicyKey, Bytes>> missing;
    std::vector<PolicyKey> unused;
  };
  Difference difference() const;
  void saved(const Difference& difference);  // the database has followed

 private:
  struct Entry {
    std::weak_ptr<const proto::GroupPolicy> policy;
    bool is_saved = false;
  };
  std::map<PolicyKey, Entry> entries_;  // few: one generation of the configuration has a handful
};

}  // namespace sallyport::store
