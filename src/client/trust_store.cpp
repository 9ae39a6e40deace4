#include "client/trust_store.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "client/folders.hpp"
#include "proto/url.hpp"
#include "sys/files.hpp"

namespace sallyport::client {

namespace {

constexpr std::size_t max_file = 1U << 20;
constexpr std::string_view file_name = "/trust";
// A run meets one gateway, and more only by redirects.
constexpr std::ptrdiff_t most_new = 8;

// As the certificate's judge writes them: HOST:PORT, an IPv6 address without brackets, and the whole hash.
bool is_well_formed(const TrustStore::Exception& one) {
  constexpr std::string_view prefix = "pin-sha256:";
  constexpr std::size_t sha256_size = 32;
  const auto colon = std::min(one.gateway.rfind(':'), one.gateway.size());
  const auto host = proto::bracketed(one.gateway.substr(0, colon));
  const auto url = proto::Url::parse(host + one.gateway.substr(colon));
  if (!url || url->host + ':' + std::to_string(url->port) != one.gateway) return false;
  if (!one.pin.starts_with(prefix)) return false;
  const auto hash = from_base64(std::string_view(one.pin).substr(prefix.size()));
  return hash && hash->size() == sha256_size;
}

}  // namespace

Result<TrustStore> TrustStore::parse(std::string_view text) {
  TrustStore store;
  int number = 0;
  for (const auto raw : split(text, '\n')) {
    ++number;
    const auto line = trim(raw);
    if (line.empty() || line.starts_with('#')) continue;
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos) {
      return fail(ErrorKind::malformed,
                  "line " + std::to_string(number) + ": HOST:PORT and a fingerprint are expected");
    }
    store.allow(line.substr(0, blank), trim(line.substr(blank)));
  }
  return store;
}

std::string TrustStore::serialize() const {
  std::string text = "# Gateways allowed in spite of a fault of their certificate; see `sallyport trust`.\n";
  for (const auto& exception : exceptions_) text += exception.gateway + " " + exception.pin + "\n";
  return text;
}

Result<TrustStore> TrustStore::load() {
  const auto folder = TRY(open_config_folder());
  const auto path = folder.path + std::string(file_name);
  const auto content = TRY(sys::read_file(path, max_file));
  if (!content) return TrustStore{};
  auto store = parse(as_text(content->bytes));
  if (!store) return fail(store.error().kind, path + ": " + store.error().text);
  return store;
}

Result<void> TrustStore::save() const {
  const auto folder = TRY(ensure_config_folder());
  const auto path = folder.path + std::string(file_name);
  return sys::replace_file(path, as_bytes(serialize()), {.mode = 0600});
}

Result<void> TrustStore::check_after(const TrustStore& before, bool allow_untrusted) const {
  const auto is_new = [&](const Exception& one) { return !before.allows(one.gateway, one.pin); };
  const auto count = std::ranges::count_if(exceptions_, is_new);
  if (count > 0 && !allow_untrusted) return fail(ErrorKind::denied, "the user allowed no further gateway");
  if (count > most_new) return fail(ErrorKind::denied, "there are too many new ones");
  if (std::ranges::any_of(exceptions_,
                          [&](const auto& one) { return is_new(one) && !is_well_formed(one); })) {
    return fail(ErrorKind::malformed, "one of them makes no sense");
  }
  return {};
}

bool TrustStore::allows(std::string_view gateway, std::string_view pin) const {
  return std::ranges::any_of(exceptions_,
                             [&](const Exception& one) { return one.gateway == gateway && one.pin == pin; });
}

bool TrustStore::knows(std::string_view gateway) const {
  return std::ranges::any_of(exceptions_, [&](const Exception& one) { return one.gateway == gateway; });
}

void TrustStore::allow(std::string_view gateway, std::string_view pin) {
  remove(gateway);
  exceptions_.push_back({std::string(gateway), std::string(pin)});
}

bool TrustStore::remove(std::string_view gateway) {
  return std::erase_if(exceptions_, [&](const Exception& one) { return one.gateway == gateway; }) > 0;
}

}  // namespace sallyport::client
