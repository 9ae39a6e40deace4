#include "client/preferences_file.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "client/folders.hpp"
#include "sys/files.hpp"
#include "tls/digest.hpp"

namespace sallyport::client {

namespace {

constexpr std::size_t max_file = 64U << 10;
constexpr std::string_view file_name = "/preferences.xml";
constexpr std::size_t most_thumbprints = 16;

bool is_plain(std::string_view text) {
  return text.size() <= proto::max_remembered_text &&
         std::ranges::all_of(text, [](unsigned char c) { return c >= ' ' && c != 0x7f; });
}

}  // namespace

Result<proto::Preferences> load_preferences() {
  if (!config_folder()) return proto::Preferences{};
  const auto folder = TRY(open_config_folder());
  const auto path = folder.path + std::string(file_name);
  const auto content = TRY(sys::read_file(path, max_file));
  if (!content) return proto::Preferences{};
  auto preferences = proto::Preferences::parse(as_text(content->bytes));
  if (!preferences) return fail(preferences.error().kind, path + ": " + preferences.error().text);
  return preferences;
}

Result<void> save_preferences(const proto::Preferences& preferences) {
  const auto folder = TRY(ensure_config_folder());
  const auto path = folder.path + std::string(file_name);
  return sys::replace_file(path, as_bytes(preferences.serialize()), {.mode = 0600});
}

Result<proto::Preferences> remember(proto::Preferences preferences, const proto::Remember& known,
                                    std::string_view name, std::string_view address) {
  const bool hash_fits = known.certificate_hash.empty() || tls::is_sha1_hex(known.certificate_hash);
  if (!is_plain(known.user) || !is_plain(known.group) || !hash_fits) {
    return fail(ErrorKind::malformed, "what is to be remembered makes no sense");
  }
  const bool elsewhere = !equals_ignoring_case(preferences.default_host_name, name);
  if (!known.user.empty() || elsewhere) preferences.default_user = known.user;
  preferences.default_group = known.group;
  preferences.default_host_name = name;
  preferences.default_host_address = address;
  if (!known.certificate_hash.empty()) {
    auto& hashes = preferences.server_certificate_thumbprints;
    std::erase_if(hashes,
                  [&](const auto& each) { return equals_ignoring_case(each, known.certificate_hash); });
    hashes.insert(hashes.begin(), known.certificate_hash);
    if (hashes.size() > most_thumbprints) hashes.resize(most_thumbprints);
  }
  const auto again = proto::Preferences::parse(preferences.serialize());
  if (!again || *again != preferences) {
    return fail(ErrorKind::malformed, "what is to be remembered can't be written as XML");
  }
  return preferences;
}

}  // namespace sallyport::client
