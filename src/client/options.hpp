// What the user asked for on the command line, with openconnect's meanings.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/secret.hpp"

namespace sallyport::client {

// --form-entry FORM:NAME=VALUE: the answer to one field of one form.
struct FormEntry {
  std::string form;  // the form's id: "main", "challenge" …
  std::string name;
  std::string value;
  bool operator==(const FormEntry&) const = default;
};

struct ConnectOptions {
  std::string target;                // HOST[:PORT][/GROUP-URL]
  std::vector<std::string> resolve;  // HOST:ADDRESS: instead of asking DNS

  // The gateway's certificate.
  std::string ca_file;
  bool system_trust = true;
  std::vector<std::string> server_pins;  // --servercert
  bool allow_untrusted = false;          // lifts the block for this gateway's certificate, with a warning
  bool allow_insecure_crypto = false;

  // The user's own certificate.
  std::string certificate;  // file: PEM or PKCS#12; empty: none
  std::string key;          // file; empty: the key is in the first one
  Secret key_password;      // empty: asked, if it is needed

  // The login.
  std::string user;
  std::string group;                    // --authgroup: value or label
  std::vector<FormEntry> form_entries;  // in the order given
  bool passwords_on_stdin = false;      // a line for each password that is asked
  bool non_interactive = false;
  std::string token_mode;  // totp or hotp; empty: no software token
  Secret token_secret;     // as given, or in the next one's file
  std::string token_file;

  // The login and the tunnel as runs of their own.
  bool authenticate = false;     // log in, print the session's cookie, and end
  bool cookie_on_stdin = false;  // no login: a line has the cookie of one

  // What is written about it.
  std::string trace_file;  // flow events as JSON lines; empty: none

  // The downloader.
  bool profile_download = true;

  // What the gateway is told about us.
  std::string user_agent;      // empty: our own
  std::string platform;        // --os; empty: this system's
  std::string version_string;  // empty: our own
  std::string local_hostname;  // empty: the machine's
  std::uint16_t mtu = 0;       // upper bound of the inner MTU; 0: none
  std::uint16_t base_mtu = 0;  // of the path to the gateway; 0: as the system knows it
  bool no_dtls = false;
  std::vector<std::string> dtls_ciphers;  // X-DTLS-CipherSuite; with the next one empty, too: the usual ones
  std::vector<std::string> dtls12_ciphers;  // X-DTLS12-CipherSuite
  std::uint16_t dtls_local_port = 0;        // 0: any
  std::size_t dtls_hellos = 0;              // give up after so many; 0: as the protocol has it

  // What its data path does without.
  bool no_tun_offload = false;
  bool no_udp_gso = false;
  bool no_coalesce_udp = false;
  bool dtls_by_openssl = false;

  std::chrono::seconds reconnect_timeout{300};  // how long a lost tunnel is tried to be built again

  // The machine's network.
  std::string interface;  // name of the tunnel interface; empty: the first free sally number
  std::string script;     // sets the host up instead of us, in vpnc-script's environment
  bool disable_ipv6 = false;

  // Where it runs.
  bool background = false;  // the user's process ends once the tunnel stands
  std::string pid_file;     // then the client's pid is in it; empty: none

  // What is shown.
  bool quiet = false;    // errors and what a script waits for, nothing else
  bool verbose = false;  // every step, not only the end of each phase
  bool timestamps = false;
};

}  // namespace sallyport::client
