#include "client/journal.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/files.hpp"
#include "sys/memory_file.hpp"

namespace sallyport::client {

namespace {

Result<std::string> name_ending() {
  struct stat status {};
  if (stat("/proc/self/ns/net", &status) != 0) return fail_errno("cannot see the network namespace");
  return "-" + std::to_string(status.st_ino) + ".journal";
}

// What stands in the folder is believed, so nobody but root may write there.
Result<void> check_folder(const std::string& folder) {
  if (mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return fail_errno("cannot make " + folder);
  struct stat status {};
  if (lstat(folder.c_str(), &status) != 0) return fail_errno("cannot look at " + folder);
  if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 022) != 0) {
    return fail(ErrorKind::denied, folder + " is not a folder that root alone may write to");
  }
  return {};
}

// Addresses and routes are gone once the machine has lost its power; what files and scripts changed may stay.
// Thousands of routes must not wait for a disk each.
bool outlives_the_machine(const HostChange& change) {
  return !std::holds_alternative<AddedAddress>(change) && !std::holds_alternative<AddedRoute>(change);
}

Result<void> write(int file, std::size_t offset, ByteView bytes, bool durably) {
  const std::string what = "cannot write the journal of network changes";
  TRY(sys::write_at(file, offset, bytes, what));
  if (durably && fdatasync(file) != 0) return fail_errno(what);
  return {};
}

}  // namespace

Result<Journal> Journal::create(const std::string& folder) {
  TRY(check_folder(folder));
  const auto path = folder + "/client-" + std::to_string(getpid()) + TRY(name_ending());
  // It gets its name when it is locked: a client that starts meanwhile would take it for an abandoned one.
  Descriptor file(open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!file) return fail_errno("cannot make a file in " + folder);
  if (flock(file.number(), LOCK_EX | LOCK_NB) != 0) return fail_errno("cannot lock " + path);
  const auto self = "/proc/self/fd/" + std::to_string(file.number());
  if (linkat(AT_FDCWD, self.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    return fail_errno("cannot make " + path);
  }
  return Journal(std::move(file), path);
}

Result<Journal> Journal::attach(Descriptor file, std::string path) {
  const auto content = TRY(sys::read_whole(file.number(), max_journal));
  Journal journal(std::move(file), std::move(path));
  journal.entries_ = parse_journal(content);
  journal.size_ = content.size();
  return journal;
}

Result<void> Journal::add(const HostChange& change) {
  const auto entry = serialize_entry(change);
  if (entry.size() > max_journal_entry || size_ + entry.size() > max_journal) {
    return fail(ErrorKind::unavailable, "the journal of network changes is full");
  }
  TRY(write(file_.number(), size_, entry, outlives_the_machine(change)));
  entries_.push_back({size_, change});
  size_ += entry.size();
  return {};
}

bool Journal::has(const HostChange& change) const {
  return std::ranges::find(entries_, change, &JournalEntry::change) != entries_.end();
}

Result<void> Journal::forget(const HostChange& change) {
  const auto found = std::ranges::find(entries_, change, &JournalEntry::change);
  if (found == entries_.end()) return {};
  const std::array<std::uint8_t, 1> mark{mark_taken_back};
  TRY(write(file_.number(), found->offset, mark, outlives_the_machine(change)));
  entries_.erase(found);
  return {};
}

void Journal::undo_all(const Complaint& complain) {
  while (!entries_.empty()) {
    const auto change = entries_.back().change;
    if (const auto undone = undo(change); !undone) complain(undone.error());
    if (const auto forgotten = forget(change); !forgotten) {
      complain(forgotten.error());
      entries_.pop_back();
    }
  }
}

void Journal::remove() {
  unlink(path_.c_str());
}

void recover(const std::string& folder, const Complaint& complain) {
  const auto ending = name_ending();
  if (!ending || !std::filesystem::exists(folder) || !check_folder(folder)) return;
  std::error_code ignored;
  for (const auto& item : std::filesystem::directory_iterator(folder, ignored)) {
    const auto name = item.path().filename().string();
    if (!name.starts_with("client-") || !name.ends_with(*ending)) continue;
    Descriptor file(open(item.path().c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
    if (!file || flock(file.number(), LOCK_EX | LOCK_NB) != 0) continue;  // somebody takes care of it
    auto journal = Journal::attach(std::move(file), item.path().string());
    if (!journal) {
      complain(journal.error());
      continue;
    }
    journal->undo_all(complain);
    journal->remove();
  }
}

}  // namespace sallyport::client
