// sallyport: the client.
#include <cstdio>

#include <CLI/CLI.hpp>

#include "base/version.hpp"
#include "client/dial.hpp"
#include "client/trust_command.hpp"

namespace {

void add_connect(CLI::App& app, sallyport::client::ConnectOptions& options) {
  auto* connect = app.add_subcommand("connect", "Connect to a secure gateway");
  connect->add_option("TARGET", options.target, "HOST[:PORT][/GROUP-URL]")->required();
  connect->add_option("--cafile", options.ca_file, "Trust the certificate authorities in this PEM file");
  connect->add_flag("!--no-system-trust", options.system_trust,
                    "Do not trust the system's certificate authorities");
  connect->add_option(
      "--servercert", options.server_pins,
      "Trust only a gateway certificate with this fingerprint: pin-sha256:…, sha256:…, sha1:…, or "
      "the SHA-1 of the whole certificate");
  connect->add_flag(
      "--allow-untrusted", options.allow_untrusted,
      "Connect in spite of a fault of the gateway's certificate, and warn at every connection until the "
      "fault is gone");
  connect->add_option("--resolve", options.resolve, "HOST:ADDRESS: use this address instead of asking DNS");
  connect->add_flag("--allow-insecure-crypto", options.allow_insecure_crypto,
                    "Allow TLS 1.0 and 1.1, RSA and DHE-DSS key exchange, CBC");
  connect->add_flag("--non-inter", options.non_interactive,
                    "Never ask: fail where an answer would be needed");
  connect->add_flag("-v,--verbose", options.verbose, "Show every step, not only the end of each phase");
}

void add_trust(CLI::App& app, std::string& gateway) {
  auto* trust =
      app.add_subcommand("trust", "Show or forget the gateways allowed in spite of their certificate");
  trust->require_subcommand(1);
  trust->add_subcommand("list", "List them with their fingerprints");
  auto* remove = trust->add_subcommand("remove", "Block a gateway again");
  remove->add_option("HOST", gateway, "HOST[:PORT]")->required();
}

int run_trust(const CLI::App& trust, const std::string& gateway) {
  using namespace sallyport;
  const auto result = trust.got_subcommand("list") ? client::list_trust() : client::remove_trust(gateway);
  if (result) return 0;
  std::fprintf(stderr, "sallyport: %s\n", result.error().text.c_str());
  return 1;
}

}  // namespace

int main(int count, char** arguments) {
  CLI::App app("The Sallyport client: AnyConnect SSL VPN.", "sallyport");
  app.set_version_flag("--version", std::string(sallyport::version()));
  app.require_subcommand(1);
  sallyport::client::ConnectOptions options;
  add_connect(app, options);
  std::string gateway;
  add_trust(app, gateway);
  CLI11_PARSE(app, count, arguments);
  if (app.got_subcommand("trust")) return run_trust(*app.get_subcommand("trust"), gateway);
  return static_cast<int>(sallyport::client::run(options));
}
