// The spent one-time passwords in an SQLite database, otp.db in the state directory: one row for each token
// of a user, written before the code is accepted. The supervisor opens the files, the authenticator has them
// for life (phase 3, second round).
#pragma once

#include <memory>

#include "auth/otp_ledger.hpp"
#include "store/sqlite_database.hpp"

namespace sallyport::authenticator {

class OtpDatabase : public auth::OtpStore {
 public:
  // Files and errors as store::SqliteDatabase's; the errors name otp.db.
  static Result<std::unique_ptr<OtpDatabase>> open(Descriptor database, Descriptor log);

  // All that was ever saved.
  Result<auth::OtpState> load();
  Result<void> save(std::string_view user, const auth::TokenId& token, std::uint64_t position) override;

 private:
  explicit OtpDatabase(store::SqliteDatabase database) : database_(std::move(database)) {}
  Result<auth::OtpState> read_rows();

  store::SqliteDatabase database_;
  store::SqliteStatement put_;
};

}  // namespace sallyport::authenticator
