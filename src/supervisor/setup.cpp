#include "supervisor/setup.hpp"

#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include "base/log.hpp"
#include "supervisor/admin_group.hpp"
#include "supervisor/not_built_yet.hpp"
#include "supervisor/virtual_host.hpp"
#include "sys/files.hpp"
#include "tls/certificate.hpp"

namespace sallyport::supervisor {

namespace {

constexpr std::size_t max_config_file = 1U << 20;

// A file with secrets: opened here, read by the process that needs it.
Result<Descriptor> open_secret(const Config& config, const Located<std::string>& path) {
  auto file = sys::open_file(path.value);
  if (!file) return fail_at(config, path.at, file.error().text);
  struct stat status {};
  fstat(file->number(), &status);
  if ((status.st_mode & S_IRWXO) != 0) {
    log::warning("a file with secrets is open to every user: chmod o= it", {{"file", path.value}});
  }
  return file;
}

}  // namespace

Result<std::unique_ptr<Setup>> Setup::load(const std::string& config_file) {
  const auto bytes = TRY(sys::read_existing(config_file, max_config_file));
  auto setup = std::make_unique<Setup>();
  setup->config = TRY(parse_config(as_text(bytes), config_file));
  const auto folder = std::filesystem::absolute(config_file).parent_path();
  resolve_paths(setup->config, folder.string());
  const auto& config = setup->config;
  TRY(tell_what_is_not_built(config));
  setup->files = TRY(load_files(config));
  for (const auto& pair : config.tls.key_pairs) {
    setup->key_files.push_back(TRY(open_secret(config, pair.private_key)));
  }
  for (const auto& [name, aaa] : config.aaa) {
    setup->account_files.push_back(TRY(open_secret(config, aaa.users)));
    setup->account_places.push_back(aaa.users.at);
    if (aaa.otp.value.empty()) continue;
    setup->account_files.push_back(TRY(open_secret(config, aaa.otp)));
    setup->account_places.push_back(aaa.otp.at);
  }
  return setup;
}

std::vector<proto::AaaSettings> Setup::aaa_settings() const {
  std::vector<proto::AaaSettings> settings;
  for (const auto& [name, aaa] : config.aaa) settings.push_back({name, !aaa.otp.value.empty()});
  return settings;
}

proto::GatewaySettings Setup::gateway_settings(std::uint64_t generation, std::int64_t started_at) const {
  proto::GatewaySettings settings;
  settings.generation = generation;
  settings.started_at = started_at;
  settings.workers = static_cast<std::uint16_t>(config.process.workers.value);
  settings.owner = geteuid();
  settings.admin_group = admin_group();
  for (std::size_t number = 0; number < files.certificates.size(); ++number) {
    settings.tls.key_pairs.push_back({files.certificates[number], static_cast<std::uint16_t>(number)});
  }
  if (!files.client_ca.empty()) settings.tls.client_ca = files.client_ca;
  if (!files.client_crl.empty()) settings.tls.client_crl = files.client_crl;
  settings.tls.legacy = config.tls.legacy;
  for (const auto& listener : config.listen.udp) settings.dtls.listeners.push_back(listener.value);
  for (const auto& cipher : config.tls.dtls_ciphers) settings.dtls.ciphers.push_back(cipher.value);
  settings.default_host = virtual_host(config, files);
  settings.mtu_limit = config.tunnel.mtu.value;
  return settings;
}

Result<void> Setup::match_keys(const std::vector<Bytes>& public_keys) const {
  for (std::size_t number = 0; number < config.tls.key_pairs.size(); ++number) {
    const auto& pair = config.tls.key_pairs[number];
    const auto chain = tls::CertificateChain::parse(files.certificates.at(number));
    if (!chain)
      return fail_at(config, pair.certificate.at, pair.certificate.value + ": " + chain.error().text);
    if (number >= public_keys.size() || chain->leaf().public_key() != public_keys[number]) {
      return fail_at(config, pair.private_key.at,
                     pair.private_key.value + " is not the private key of " + pair.certificate.value);
    }
  }
  return {};
}

}  // namespace sallyport::supervisor
