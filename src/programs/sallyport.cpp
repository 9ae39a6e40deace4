// sallyport: the client.
#include <cstdio>

#include <CLI/CLI.hpp>

#include "base/version.hpp"
#include "client/command_line.hpp"
#include "client/connection.hpp"
#include "client/front.hpp"
#include "client/profile_command.hpp"
#include "client/trust_command.hpp"
#include "sys/process.hpp"

namespace {

using sallyport::client::ConnectOptions;

void add_certificate_options(CLI::App& connect, ConnectOptions& options) {
  connect.add_option("--cafile", options.ca_file, "Trust the certificate authorities in this PEM file");
  connect.add_flag("!--no-system-trust", options.system_trust,
                   "Do not trust the system's certificate authorities");
  connect
      .add_option(
          "--servercert", options.server_pins,
          "Trust only a gateway certificate with this fingerprint: pin-sha256:…, sha256:…, sha1:…, or "
          "the SHA-1 of the whole certificate")
      ->allow_extra_args(false);
  connect.add_flag(
      "--allow-untrusted", options.allow_untrusted,
      "Connect in spite of a fault of the gateway's certificate, and warn at every connection until the "
      "fault is gone");
  connect.add_flag("--allow-insecure-crypto", options.allow_insecure_crypto,
                   "Allow TLS 1.0 and 1.1, RSA and DHE-DSS key exchange, CBC");
}

void add_form_entry(CLI::App& connect, ConnectOptions& options) {
  connect
      .add_option_function<std::vector<std::string>>(
          "--form-entry",
          [&options](const std::vector<std::string>& texts) {
            for (const auto& text : texts) {
              auto entry = sallyport::client::parse_form_entry(text);
              if (!entry) throw CLI::ValidationError("--form-entry", entry.error().text);
              options.form_entries.push_back(std::move(*entry));
            }
          },
          "FORM:NAME=VALUE: answer this field of this form")
      ->allow_extra_args(false);
}

void add_login_options(CLI::App& connect, ConnectOptions& options) {
  connect.add_option("-u,--user", options.user, "User name");
  connect.add_option("--authgroup", options.group, "Group (connection profile), as the gateway lists it");
  add_form_entry(connect, options);
  connect.add_flag("--passwd-on-stdin", options.passwords_on_stdin,
                   "Read a line of standard input for each password that is asked");
  connect.add_flag("--non-inter", options.non_interactive, "Never ask: fail where an answer would be needed");
  auto* authenticate = connect.add_flag(
      "--authenticate", options.authenticate,
      "Only log in: print COOKIE, HOST, CONNECT_URL, FINGERPRINT and RESOLVE for a shell, without root");
  connect
      .add_flag("--cookie-on-stdin", options.cookie_on_stdin,
                "Do not log in: a line of standard input has the cookie that --authenticate printed")
      ->excludes(authenticate);
}

// The user's own certificate.
void add_client_certificate(CLI::App& connect, ConnectOptions& options) {
  auto* certificate = connect.add_option("-c,--certificate", options.certificate,
                                         "Client certificate: a file in PEM or PKCS#12 form");
  connect.add_option("-k,--sslkey", options.key, "Its private key, if that is in another file (PEM)")
      ->needs(certificate);
  connect
      .add_option_function<std::string>(
          "-p,--key-password",
          [&options](const std::string& text) { options.key_password = sallyport::Secret(text); },
          "Passphrase of the private key or PKCS#12 file; without it, it is asked")
      ->needs(certificate);
}

void add_token_options(CLI::App& connect, ConnectOptions& options) {
  const auto set_mode = [&options](const std::string& text) {
    auto mode = sallyport::client::parse_token_mode(text);
    if (!mode) throw CLI::ValidationError("--token-mode", mode.error().text);
    options.token_mode = std::move(*mode);
  };
  const auto set_secret = [&options](const std::string& text) {
    sallyport::client::set_token_secret(options, text);
  };
  auto* mode = connect.add_option_function<std::string>(
      "--token-mode", set_mode, "Software token that gives one-time passwords: totp or hotp");
  auto* secret = connect.add_option_function<std::string>(
      "--token-secret", set_secret, "Secret of the software token, or @FILE: it stands there");
  mode->needs(secret);
  secret->needs(mode);
}

void add_identity_options(CLI::App& connect, ConnectOptions& options) {
  connect.add_option("--useragent", options.user_agent, "HTTP User-Agent to name");
  connect.add_option("--os", options.platform, "System to name")
      ->check(CLI::IsMember({"linux", "linux-64", "win", "mac-intel", "android", "apple-ios"}));
  connect.add_option("--version-string", options.version_string, "Version to name during the login");
  connect.add_option("--local-hostname", options.local_hostname, "Host name to tell the gateway");
}

void add_tunnel_options(CLI::App& connect, ConnectOptions& options) {
  connect.add_option("-i,--interface", options.interface, "Name of the tunnel interface");
  connect.add_option(
      "-s,--script", options.script,
      "Program that sets up addresses, routes and DNS instead of us, called as vpnc-script is");
  connect.add_flag("--disable-ipv6", options.disable_ipv6, "Do not ask for IPv6 in the tunnel");
  connect.add_option("-m,--mtu", options.mtu, "Upper bound of the tunnel's MTU")
      ->check(CLI::Range(576, 16384));
  connect.add_option("--base-mtu", options.base_mtu, "MTU of the path to the gateway")
      ->check(CLI::Range(1280, 16384));
}

void add_reconnect_timeout(CLI::App& connect, ConnectOptions& options) {
  connect
      .add_option_function<std::uint32_t>(
          "--reconnect-timeout",
          [&options](std::uint32_t seconds) { options.reconnect_timeout = std::chrono::seconds(seconds); },
          "Seconds for which a lost connection is tried to be made again (300)")
      ->check(CLI::Range(0, 31536000));
}

void add_dtls_options(CLI::App& connect, ConnectOptions& options) {
  const auto names_by = [](const std::string& option, auto parse, std::vector<std::string>& names) {
    return [option, parse, &names](const std::string& text) {
      auto parsed = parse(text);
      if (!parsed) throw CLI::ValidationError(option, parsed.error().text);
      names = std::move(*parsed);
    };
  };
  using namespace sallyport::client;
  connect.add_flag("--no-dtls", options.no_dtls, "Use TLS only");
  connect.add_option_function<std::string>(
      "--dtls-ciphers", names_by("--dtls-ciphers", parse_dtls_ciphers, options.dtls_ciphers),
      "NAME:NAME: suites to offer in X-DTLS-CipherSuite, and no others");
  connect.add_option_function<std::string>(
      "--dtls12-ciphers", names_by("--dtls12-ciphers", parse_dtls12_ciphers, options.dtls12_ciphers),
      "NAME:NAME: suites to offer in X-DTLS12-CipherSuite, and no others");
  connect.add_option("--dtls-local-port", options.dtls_local_port, "Local UDP port for DTLS")
      ->check(CLI::Range(1, 65535));
  connect
      .add_option_function<std::string>(
          "--dtls-crypto",
          [&options](const std::string& library) { options.dtls_by_openssl = library == "openssl"; },
          "Library that seals and opens DTLS records: auto or openssl")
      ->check(CLI::IsMember({"auto", "openssl"}));
  connect.add_flag("--no-udp-gso", options.no_udp_gso, "Send DTLS records one by one");
  connect.add_flag("--no-tun-offload", options.no_tun_offload, "Take packets from the kernel one by one");
  connect.add_flag("--no-coalesce-udp", options.no_coalesce_udp, "Give UDP packets to the kernel one by one");
  // For the demonstration, which can't wait half a minute.
  connect.add_option("--demo-dtls-hellos", options.dtls_hellos)->check(CLI::Range(1, 6))->group("");
}

void add_background(CLI::App& connect, ConnectOptions& options) {
  connect.add_flag("-b,--background", options.background,
                   "Return once the tunnel carries data, and go on in the background");
  connect.add_option("--pid-file", options.pid_file,
                     "With --background: have the client's pid in this file while it runs");
}

void add_connect(CLI::App& app, ConnectOptions& options) {
  auto& connect = *app.add_subcommand("connect", "Connect to a secure gateway");
  connect
      .add_option("TARGET", options.target,
                  "HOST[:PORT][/GROUP-URL], or the name that a client profile has for one")
      ->required();
  connect.add_option("--resolve", options.resolve, "HOST:ADDRESS: use this address instead of asking DNS")
      ->allow_extra_args(false);
  add_certificate_options(connect, options);
  add_login_options(connect, options);
  add_client_certificate(connect, options);
  add_token_options(connect, options);
  add_identity_options(connect, options);
  add_tunnel_options(connect, options);
  add_reconnect_timeout(connect, options);
  add_dtls_options(connect, options);
  add_background(connect, options);
  connect.add_flag("!--no-profile-download", options.profile_download,
                   "Do not fetch the client profile that the gateway announces");
  connect.add_flag("-q,--quiet", options.quiet, "Show only errors, and what scripts wait for");
  connect.add_flag("-v,--verbose", options.verbose, "Show every step, not only the end of each phase");
  connect.add_option("--trace", options.trace_file,
                     "Write every step of the connection into this file, as JSON lines");
  connect.add_flag("--timestamp", options.timestamps, "Begin each message with the time");
}

void add_trust(CLI::App& app, std::string& gateway) {
  auto* trust =
      app.add_subcommand("trust", "Show or forget the gateways allowed in spite of their certificate");
  trust->require_subcommand(1);
  trust->add_subcommand("list", "List them with their fingerprints");
  auto* remove = trust->add_subcommand("remove", "Block a gateway again");
  remove->add_option("HOST", gateway, "HOST[:PORT]")->required();
}

void add_profile(CLI::App& app, std::string& name) {
  auto* profile = app.add_subcommand("profile", "Show the client profiles, or add one");
  profile->require_subcommand(1);
  profile->add_subcommand("list", "List them with their gateways");
  auto* show = profile->add_subcommand("show", "Show the gateways and settings of one");
  show->add_option("NAME", name, "Its file's name")->required();
  auto* import = profile->add_subcommand("import", "Check a file and keep it");
  import->add_option("FILE", name, "An AnyConnect profile (XML)")->required();
}

int status_of(const sallyport::Result<void>& result) {
  if (result) return 0;
  std::fprintf(stderr, "sallyport: %s\n", result.error().text.c_str());
  return 1;
}

int run_trust(const CLI::App& trust, const std::string& gateway) {
  using namespace sallyport;
  return status_of(trust.got_subcommand("list") ? client::list_trust() : client::remove_trust(gateway));
}

int run_profile(const CLI::App& profile, const std::string& name) {
  using namespace sallyport;
  if (profile.got_subcommand("list")) return status_of(client::list_profiles());
  return status_of(profile.got_subcommand("show") ? client::show_profile(name)
                                                  : client::import_profile(name));
}

// The front starts the same program again as the connection, with two words in front of its own arguments.
constexpr const char* part_option = "--part";
constexpr const char* connection_part = "connection";

}  // namespace

int main(int count, char** arguments) {
  const bool has_output = sallyport::sys::open_standard_streams();
  CLI::App app("The Sallyport client: AnyConnect SSL VPN.", "sallyport");
  app.set_version_flag("--version", std::string(sallyport::version()));
  app.require_subcommand(1);
  ConnectOptions options;
  add_connect(app, options);
  std::string gateway;
  add_trust(app, gateway);
  std::string profile;
  add_profile(app, profile);
  std::string part;
  app.add_option(part_option, part)->check(CLI::IsMember({connection_part}))->group("");
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;  // 0: --help or --version
  }
  if (app.got_subcommand("trust")) return run_trust(*app.get_subcommand("trust"), gateway);
  if (app.got_subcommand("profile")) return run_profile(*app.get_subcommand("profile"), profile);
  if (!part.empty()) return static_cast<int>(sallyport::client::run_connection(options));
  if (options.authenticate && !has_output) {
    // Before there is a session whose cookie nobody gets.
    return status_of(
        fail(sallyport::ErrorKind::closed, "--authenticate needs standard output, which is closed"));
  }
  std::vector<std::string> again(arguments, arguments + count);
  again.insert(again.begin() + 1, {part_option, connection_part});
  // The connection reads them itself: what runs as root for hours has no use for them.
  options.key_password = sallyport::Secret();
  options.token_secret = sallyport::Secret();
  return sallyport::client::run_front(options, again);
}
