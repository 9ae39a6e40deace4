// A file that parses can be locked and unlocked and is the same again; a deleted user is gone.
#include <cstdlib>

#include "auth/password_edit.hpp"
#include "auth/password_file.hpp"

using namespace sallyport;

namespace {

void require(bool law) {
  if (!law) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = as_text({data, size});
  const auto file = auth::PasswordFile::parse(text);
  require(file.has_value() == auth::list_users(text).has_value());
  if (!file || file->entries().empty()) return 0;
  const auto& entry = file->entries().back();
  const auto deleted = auth::PasswordFile::parse(or_throw(auth::delete_user(text, entry.user)));
  require(deleted && deleted->find(entry.user) == nullptr);
  require(deleted->entries().size() + 1 == file->entries().size());
  if (entry.locked) return 0;
  const auto locked = auth::lock_user(text, entry.user);
  if (!locked) return 0;  // the line or the file was at its limit
  require(or_throw(auth::PasswordFile::parse(*locked)).find(entry.user)->locked);
  const auto unlocked = auth::unlock_user(*locked, entry.user);
  require(unlocked && *unlocked == text);
  return 0;
}
