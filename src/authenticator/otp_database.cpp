#include "authenticator/otp_database.hpp"

#include <algorithm>
#include <array>

namespace sallyport::authenticator {

namespace {

constexpr std::array tables{
    "CREATE TABLE spent (user BLOB, token BLOB, position INTEGER NOT NULL, PRIMARY KEY (user, token)) "
    "WITHOUT ROWID",
};
constexpr store::SqliteSchema schema{
    .name = "otp.db",
    .remedy =
        "remove otp.db and otp.db-wal from the state directory and start again; one-time passwords that "
        "were used before can then be used again",
    .version = 1,
    .tables = tables};

}  // namespace

Result<std::unique_ptr<OtpDatabase>> OtpDatabase::open(Descriptor database, Descriptor log) {
  auto files = TRY(store::SqliteDatabase::open(std::move(database), std::move(log), schema));
  std::unique_ptr<OtpDatabase> opened(new OtpDatabase(std::move(files)));
  auto put = opened->database_.connection().prepare(
      "INSERT OR REPLACE INTO spent (user, token, position) VALUES (?, ?, ?)");
  if (!put) return store::fail_opening(schema, put.error());
  opened->put_ = std::move(*put);
  return opened;
}

Result<auth::OtpState> OtpDatabase::load() {
  auto state = read_rows();
  if (!state) return store::fail_opening(schema, state.error());
  return state;
}

Result<auth::OtpState> OtpDatabase::read_rows() {
  auth::OtpState state;
  auto rows = TRY(database_.connection().prepare("SELECT user, token, position FROM spent"));
  while (TRY(rows.next())) {
    auth::TokenId token{};
    const auto bytes = rows.bytes(1);
    if (bytes.size() != token.size()) return fail(ErrorKind::malformed, "a token's id has a wrong length");
    std::ranges::copy(bytes, token.begin());
    state.spend(rows.text(0), token, static_cast<std::uint64_t>(rows.integer(2)));
  }
  return state;
}

Result<void> OtpDatabase::save(std::string_view user, const auth::TokenId& token, std::uint64_t position) {
  const auto saved = put_.run(as_bytes(user), ByteView(token), static_cast<std::int64_t>(position));
  if (saved) return {};
  return fail(ErrorKind::unavailable,
              "cannot write otp.db, the spent one-time passwords: " + saved.error().text);
}

}  // namespace sallyport::authenticator
