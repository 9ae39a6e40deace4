#include "store/dialogue_store.hpp"

#include <array>

#include <openssl/rand.h>

#include "base/text.hpp"

namespace sallyport::store {

namespace {

struct Names {
  std::string key;
  std::string handle;
};

Result<Names> draw_names() {
  std::array<std::uint8_t, 32> key{};
  std::array<std::uint8_t, 8> handle{};
  if (RAND_bytes(key.data(), key.size()) != 1 || RAND_bytes(handle.data(), handle.size()) != 1)
    return fail(ErrorKind::internal, "OpenSSL has no random numbers");
  return Names{to_base64(key), std::to_string(or_throw(Reader(handle).u64()))};
}

Sha256 index_of(std::string_view text) {
  return sha256_of(as_bytes(text));
}

}  // namespace

Result<Dialogue> DialogueStore::begin(const Address& remote, Time now) {
  auto names = TRY(draw_names());
  Dialogue dialogue;
  dialogue.key = std::move(names.key);
  dialogue.handle = std::move(names.handle);
  dialogue.remote = remote;
  dialogue.expires = now + limits_.life;

  const std::lock_guard lock(mutex_);
  while (!dialogues_.empty() &&
         (dialogues_.begin()->second.expires <= now || dialogues_.size() >= limits_.most))
    drop(dialogues_.begin()->first);
  const auto origin = remote.origin();
  if (const auto same = by_address_.find(origin);
      same != by_address_.end() && same->second.size() >= limits_.most_per_address)
    drop(*same->second.begin());

  const auto number = dialogue.number = ++last_;
  dialogues_.emplace(number, dialogue);
  by_key_.emplace(index_of(dialogue.key), number);
  by_handle_.emplace(index_of(dialogue.handle), number);
  by_address_[origin].insert(number);
  return dialogue;
}

std::optional<Dialogue> DialogueStore::find_by_key(std::string_view key, Time now) const {
  return find(by_key_, key, now);
}

std::optional<Dialogue> DialogueStore::find_by_handle(std::string_view handle, Time now) const {
  return find(by_handle_, handle, now);
}

bool DialogueStore::save(Dialogue& dialogue) {
  const auto index = index_of(dialogue.key);
  const std::lock_guard lock(mutex_);
  const auto number = by_key_.find(index);
  if (number == by_key_.end()) return false;
  auto& stored = dialogues_.at(number->second);
  if (stored.version != dialogue.version) return false;
  dialogue.number = stored.number;
  dialogue.handle = stored.handle;
  dialogue.remote = stored.remote;
  dialogue.expires = stored.expires;
  ++dialogue.version;
  stored = dialogue;
  return true;
}

bool DialogueStore::end(std::string_view key) {
  const auto index = index_of(key);
  const std::lock_guard lock(mutex_);
  const auto number = by_key_.find(index);
  if (number == by_key_.end()) return false;
  drop(number->second);
  return true;
}

std::optional<Dialogue> DialogueStore::find(const Index& index, std::string_view text, Time now) const {
  const auto place = index_of(text);
  const std::lock_guard lock(mutex_);
  const auto number = index.find(place);
  if (number == index.end()) return std::nullopt;
  const auto& dialogue = dialogues_.at(number->second);
  if (dialogue.expires <= now) return std::nullopt;
  return dialogue;
}

void DialogueStore::drop(Number number) {
  const auto found = dialogues_.find(number);
  const auto& dialogue = found->second;
  by_key_.erase(index_of(dialogue.key));
  by_handle_.erase(index_of(dialogue.handle));
  const auto same = by_address_.find(dialogue.remote.origin());
  same->second.erase(number);
  if (same->second.empty()) by_address_.erase(same);
  dialogues_.erase(found);
}

}  // namespace sallyport::store
