// The journal of changes to the machine's network. A change is written down before it is made, so that it can
// be taken back also if the client is killed: by its guard (host_guard.hpp), or else by the next client.
//
// The file is FOLDER/client-PID-NAMESPACE.journal, readable by root alone; NAMESPACE is the network namespace
// that the changes belong to. It is locked as long as somebody is there who will take the changes back.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "client/journal_format.hpp"

namespace sallyport::client {

inline constexpr const char* journal_folder = "/run/sallyport";

// For what can't be taken back: it goes on with the rest, and somebody should know.
using Complaint = std::function<void(const Error&)>;

class Journal {
 public:
  // Makes the folder as well.
  static Result<Journal> create(const std::string& folder);
  // One that is open already; its entries are read from it.
  static Result<Journal> attach(Descriptor file, std::string path);

  Result<void> add(const HostChange& change);
  bool has(const HostChange& change) const;
  const std::vector<JournalEntry>& entries() const { return entries_; }
  // It was taken back, or was not made.
  Result<void> forget(const HostChange& change);
  // The latest first.
  void undo_all(const Complaint& complain);
  // After undo_all: the file goes.
  void remove();

  int descriptor() const { return file_.number(); }
  const std::string& path() const { return path_; }

 private:
  Journal(Descriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  Descriptor file_;
  std::string path_;
  std::size_t size_ = 0;
  std::vector<JournalEntry> entries_;
};

// Takes back what clients of this network namespace left behind that were killed together with their guard.
void recover(const std::string& folder, const Complaint& complain);

}  // namespace sallyport::client
