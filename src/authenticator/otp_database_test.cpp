// What is spent stays spent: over a restart, with a full disk, and with a file that can't be used.
#include "authenticator/otp_database.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_size_limit_test.hpp"

namespace sallyport::authenticator {
namespace {

using auth::OtpState;
using auth::TokenId;
using Verdict = auth::OathFile::Verdict;

const auth::WallTime now{std::chrono::seconds(59)};
constexpr std::string_view remedy =
    "remove otp.db and otp.db-wal from the state directory and start again; one-time passwords that were "
    "used "
    "before can then be used again";

Descriptor memory_file() {
  return Descriptor(::memfd_create("test", MFD_CLOEXEC));
}

// A database and its log, as the supervisor keeps them.
struct Files {
  Descriptor database = memory_file();
  Descriptor log = memory_file();

  Result<std::unique_ptr<OtpDatabase>> try_open() const {
    return OtpDatabase::open(Descriptor(::dup(database.number())), Descriptor(::dup(log.number())));
  }
  std::unique_ptr<OtpDatabase> open() const { return or_throw(try_open()); }
  std::shared_ptr<auth::OtpLedger> open_ledger() const {
    auto opened = open();
    auto state = or_throw(opened->load());
    return std::make_shared<auth::OtpLedger>(std::move(state), std::move(opened));
  }
};

rlim_t size_of(const Descriptor& file) {
  struct stat status {};
  EXPECT_EQ(::fstat(file.number(), &status), 0);
  return static_cast<rlim_t>(status.st_size);
}

// The codes are RFC 4226's: 755224 and 287082 of the counters 0 and 1, 359152 of 2.
auth::OathFile tokens() {
  return or_throw(auth::OathFile::parse("HOTP alice - 3132333435363738393031323334353637383930\n"));
}

TEST(OtpDatabase, gives_back_what_was_saved) {
  const Files files;
  EXPECT_EQ(or_throw(files.open()->load()), OtpState());
  constexpr std::uint64_t highest = ~std::uint64_t{0} - 1;
  {
    const auto database = files.open();
    ASSERT_TRUE(database->save("alice", TokenId{1}, 5));
    ASSERT_TRUE(database->save("alice", TokenId{2}, highest));
    ASSERT_TRUE(database->save("alice", TokenId{1}, 7));
    ASSERT_TRUE(database->save(std::string_view("b\0b'\"\xff", 6), TokenId{}, 0));
  }
  OtpState expected;
  expected.spend("alice", TokenId{1}, 7);
  expected.spend("alice", TokenId{2}, highest);
  expected.spend(std::string_view("b\0b'\"\xff", 6), TokenId{}, 0);
  EXPECT_EQ(or_throw(files.open()->load()), expected);
}

TEST(OtpDatabase, has_what_was_saved_though_nobody_closed_it) {
  const Files files;
  const auto killed = files.open();
  ASSERT_TRUE(killed->save("alice", TokenId{1}, 5));
  EXPECT_EQ(or_throw(files.open()->load()).next("alice", TokenId{1}), 6U);
}

TEST(OtpDatabase, a_code_stays_spent_when_it_is_opened_again) {
  const Files files;
  const auto file = tokens();
  EXPECT_EQ(or_throw(files.open_ledger()->verify("local", file, "alice", Secret("287082"), now)),
            Verdict::accepted);
  const auto again = files.open_ledger();
  EXPECT_EQ(or_throw(again->verify("local", file, "alice", Secret("287082"), now)), Verdict::replayed);
  EXPECT_EQ(or_throw(again->verify("local", file, "alice", Secret("755224"), now)), Verdict::refused);
  EXPECT_EQ(or_throw(again->verify("local", file, "alice", Secret("359152"), now)), Verdict::accepted);
}

TEST(OtpDatabase, a_code_that_a_full_disk_does_not_take_is_not_accepted_and_yet_spent) {
  const Files files;
  const auto file = tokens();
  {
    const auto ledger = files.open_ledger();
    const testing::FileSizeLimit limit(size_of(files.log));
    const auto refused = ledger->verify("local", file, "alice", Secret("755224"), now);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), (Error{ErrorKind::unavailable,
                                      "cannot write otp.db, the spent one-time passwords: disk full"}));
    EXPECT_EQ(or_throw(ledger->verify("local", file, "alice", Secret("755224"), now)), Verdict::replayed);
    EXPECT_EQ(or_throw(ledger->verify("local", file, "alice", Secret("000000"), now)), Verdict::refused);
  }
  const auto ledger = files.open_ledger();
  EXPECT_EQ(or_throw(ledger->verify("local", file, "alice", Secret("287082"), now)), Verdict::accepted);
}

TEST(OtpDatabase, takes_codes_again_when_there_is_room) {
  const Files files;
  const auto file = tokens();
  const auto ledger = files.open_ledger();
  {
    const testing::FileSizeLimit limit(size_of(files.log));
    ASSERT_FALSE(ledger->verify("local", file, "alice", Secret("755224"), now));
  }
  EXPECT_EQ(or_throw(ledger->verify("local", file, "alice", Secret("287082"), now)), Verdict::accepted);
  EXPECT_EQ(or_throw(files.open()->load()), ledger->state());
}

TEST(OtpDatabase, a_damaged_file_is_refused_by_its_name_with_what_to_do) {
  const Files garbage;
  const std::string text(10000, 'x');
  ASSERT_EQ(::pwrite(garbage.database.number(), text.data(), text.size(), 0),
            static_cast<ssize_t>(text.size()));
  const auto refused = garbage.try_open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), (Error{ErrorKind::malformed,
                                    "otp.db is damaged (file is not a database): " + std::string(remedy)}));
  EXPECT_FALSE(OtpDatabase::open(Descriptor(), Descriptor()));
}

TEST(OtpDatabase, another_kind_of_database_is_refused) {
  const Files files;
  constexpr std::array tables{"CREATE TABLE spent (user BLOB, token BLOB, position INTEGER)",
                              "INSERT INTO spent VALUES (x'61', x'00', 1)"};
  {
    const auto other = store::SqliteDatabase::open(Descriptor(::dup(files.database.number())),
                                                   Descriptor(::dup(files.log.number())), {.tables = tables});
    ASSERT_TRUE(other) << other.error().text;
  }
  const auto refused = files.open()->load();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text,
            "otp.db is damaged (a token's id has a wrong length): " + std::string(remedy));
}

}  // namespace
}  // namespace sallyport::authenticator
