// The session store's file, as a damaged disk may give it: it is refused, or what is read of it can be stored
// and read again.
#include <cstdlib>

#include <sys/mman.h>
#include <unistd.h>

#include "store/session_database.hpp"

using namespace sallyport;

namespace {

// Below any size limit of the machine; larger files are like smaller ones.
constexpr std::size_t most = 64U << 10;

Descriptor file_with(ByteView bytes) {
  Descriptor file(::memfd_create("fuzz", MFD_CLOEXEC));
  if (::write(file.number(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) std::abort();
  return file;
}

void store_again(const store::SessionDatabase::Rows& rows) {
  auto database = or_throw(store::SessionDatabase::open(file_with({}), file_with({})));
  if (!database.load()) std::abort();
  if (!database.save({.put = rows})) return;  // one of its numbers is none that we give
  const auto again = or_throw(database.load());
  if (again.sessions != rows.sessions || again.policies != rows.policies) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > most) return 0;
  auto database = store::SessionDatabase::open(file_with({data, size}), file_with({}));
  if (!database) return 0;
  if (const auto rows = database->load()) store_again(*rows);
  return 0;
}
