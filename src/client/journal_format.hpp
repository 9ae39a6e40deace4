// The journal's file: one entry after the other, each a mark, its length and a change. Entries are only
// appended and their mark only changed, so that a writer killed at any moment leaves a journal that can be
// read.
#pragma once

#include <vector>

#include "client/host_change.hpp"

namespace sallyport::client {

inline constexpr std::size_t max_journal = 16U << 20;
inline constexpr std::size_t max_journal_entry = 4U << 20;  // a script's environment with thousands of routes

inline constexpr std::uint8_t mark_done = 1;
inline constexpr std::uint8_t mark_taken_back = 0;

struct JournalEntry {
  std::size_t offset = 0;  // of its mark in the file
  HostChange change;
};

inline Bytes serialize_entry(const HostChange& change) {
  const auto payload = proto::encode(change);
  Writer out;
  out.u8(mark_done);
  out.u32(static_cast<std::uint32_t>(payload.size()));
  out.append(payload);
  return out.take();
}

// The changes not taken back, the oldest first; up to the first entry that is cut short or makes no sense.
inline std::vector<JournalEntry> parse_journal(ByteView file) {
  std::vector<JournalEntry> entries;
  Reader in(file);
  for (;;) {
    const auto offset = file.size() - in.remaining();
    const auto mark = in.u8();
    const auto size = in.u32();
    if (!mark || !size || *size > max_journal_entry) return entries;
    const auto payload = in.take(*size);
    if (!payload) return entries;
    if (*mark == mark_taken_back) continue;
    auto change = proto::decode<HostChange>(*payload);
    if (*mark != mark_done || !change) return entries;
    entries.push_back({offset, std::move(*change)});
  }
}

}  // namespace sallyport::client
